// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Calls an object's entry with a packed weight, and with what is none.

#include "tilec/Runtime/Runtime.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { M = 3, K = 64, N = 128 };
// More than the entry needs.
enum { SCRATCH_BYTES = 1 << 20 };

extern void multiply(tilec_rt_worker *, void *const *, const int64_t *);

static tilec_rt_pool *pool;

static void call(const char *what, void *weight, float *out) {
  static uint16_t x[M * K];
  for (int i = 0; i < M * K; ++i)
    x[i] = 0x3f80; // 1.0
  void *tensors[] = {x, weight, out};
  tilec_rt_error error;
  if (tilec_rt_call(pool, multiply, SCRATCH_BYTES, tensors, NULL, &error) == 0)
    printf("%s: %g %g\n", what, out[0], out[M * N - 1]);
  else
    printf("%s: %d: %s\n", what, (int)error.line, error.message);
}

int main(void) {
  static uint16_t rows[K * N];
  for (int i = 0; i < K * N; ++i)
    rows[i] = i % N == N - 1 ? 0x4000 : 0x3f80; // 2.0 in the last column
  const int64_t shape[] = {K, N}, other[] = {N, K};
  pool = tilec_rt_pool_create(2);
  const char *layout = "bf16.n64.k2.v1.kn";
  size_t bytes = (size_t)tilec_rt_packed_bytes(layout, shape);
  void *packed = aligned_alloc(64, bytes);
  float *out = calloc(M * N, sizeof(float));
  tilec_rt_pack_begin(packed, layout, shape);
  tilec_rt_pack_rows(pool, packed, rows, 0, K);
  call("packed", packed, out);
  call("row-major", rows, out);
  tilec_rt_pack_begin(packed, layout, other);
  call("another shape", packed, out);
  tilec_rt_pack_begin(packed, "bf16.n64.k2.v1.nk", shape);
  call("another layout", packed, out);
  free(packed);
  free(out);
  tilec_rt_pool_destroy(pool);
  return 0;
}
