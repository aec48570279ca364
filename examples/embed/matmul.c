/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A C host of code that was compiled ahead of time: it needs the object, its
 * header and the run-time library, but no compiler.
 *
 *   tilec ../04_matmul.tile --emit=header -o matmul.h
 *   tilec ../04_matmul.tile -o matmul.o
 *   cc -std=c11 matmul.c matmul.o -ltilec_rt -lm -pthread -o matmul
 *   ./matmul
 */

#include "matmul.h"
#include <stdio.h>
#include <stdlib.h>

enum { M = 5, N = 512, K = 1024 };

/* Ends the program where something failed. */
static void check(int32_t failed, const tilec_rt_error *error) {
  char text[600];
  if (!failed)
    return;
  tilec_rt_error_format(error, text, sizeof(text));
  fprintf(stderr, "%s\n", text);
  exit(1);
}

/* Memory for a tensor: 64-byte aligned, as packed weights must be. */
static void *allocate(int64_t bytes) {
  void *memory =
      bytes < 0 ? NULL : aligned_alloc(64, ((size_t)bytes + 63) / 64 * 64);
  if (!memory) {
    fprintf(stderr, "no memory\n");
    exit(1);
  }
  return memory;
}

/* BF16 is the upper half of FP32. */
static uint16_t to_bf16(float value) {
  return (uint16_t)(tilec_rt_fp32_bits(value) >> 16);
}

int main(void) {
  tilec_rt_error error;
  tilec_rt_pool *pool = tilec_rt_pool_create(0);
  uint16_t *x = allocate((int64_t)M * K * 2);
  uint16_t *w = allocate((int64_t)K * N * 2);
  float *out = allocate(matmul_bf16_out_bytes(M, &error));
  for (int i = 0; i < M * K; ++i)
    x[i] = to_bf16((float)(i % 5 - 2));
  for (int i = 0; i < K * N; ++i)
    w[i] = to_bf16((float)(i % 7 - 3));

  /* The weight is packed once; calls take it packed. */
  void *packed = allocate(matmul_bf16_w_bytes(M, &error));
  check(matmul_bf16_w_pack(pool, packed, w, M, &error), &error);
  free(w);
  check(matmul_bf16_call(pool, x, packed, out, M, &error), &error);

  /* Small integers: the sum is exact, in whatever order. */
  int wrong = 0;
  for (int m = 0; m < M; ++m)
    for (int n = 0; n < N; ++n) {
      int sum = 0;
      for (int k = 0; k < K; ++k)
        sum += ((m * K + k) % 5 - 2) * ((k * N + n) % 7 - 3);
      wrong += out[m * N + n] != (float)sum;
    }
  printf("%d of %d cells are wrong\n", wrong, M * N);

  /* What is wrong is said, and touches no memory. */
  if (matmul_bf16_call(pool, x, packed, NULL, M, &error))
    printf("%s\n", error.message);
  free(x);
  free(packed);
  free(out);
  tilec_rt_pool_destroy(pool);
  return wrong != 0;
}
