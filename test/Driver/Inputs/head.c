/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Runs the head of Qwen3 on made-up numbers and prints its logits' bits. */
#include "head.h"
#include <stdio.h>
#include <stdlib.h>

enum { users = 3 };

/* Numbers of a few bits between -1 and 1, as BF16. */
static uint16_t *make_bf16(int64_t bytes) {
  uint16_t *cells =
      (uint16_t *)aligned_alloc(64, ((size_t)bytes + 63) / 64 * 64);
  uint32_t state = 1;
  for (int64_t i = 0; cells && i < bytes / 2; ++i) {
    state = state * 1664525U + 1013904223U;
    float value = (float)((int32_t)(state >> 24) - 128) / 128;
    uint32_t bits;
    memcpy(&bits, &value, sizeof(bits));
    cells[i] = (uint16_t)(bits >> 16);
  }
  return cells;
}

int main(void) {
  tilec_rt_error error;
  int64_t shape[2];
  if (final_head_lm_head_weight_shape(shape, users, &error))
    return 1;
  uint16_t *hidden = make_bf16(final_head_hidden_states_bytes(users, &error));
  uint16_t *weight = make_bf16(shape[0] * shape[1] * 2);
  void *packed =
      aligned_alloc(64, (size_t)final_head_lm_head_weight_bytes(users, &error));
  float *norm = (float *)malloc(
      (size_t)final_head_final_norm_weight_bytes(users, &error));
  for (int64_t i = 0; i < shape[1]; ++i)
    norm[i] = 1 + (float)(i % 7) / 8;
  float *out = (float *)malloc((size_t)final_head_out_bytes(users, &error));
  const int32_t lengths[users] = {1, 2, 3};
  tilec_rt_pool *pool = tilec_rt_pool_create(2);
  if (final_head_lm_head_weight_pack(pool, packed, weight, users, &error) ||
      final_head_call(pool, hidden, norm, packed, lengths, out, users,
                      &error)) {
    fprintf(stderr, "%s\n", error.message);
    return 1;
  }
  for (int64_t i = 0; i < users * shape[0]; ++i) {
    uint32_t bits;
    memcpy(&bits, &out[i], sizeof(bits));
    printf("%08x\n", (unsigned)bits);
  }
  tilec_rt_pool_destroy(pool);
  free(hidden), free(weight), free(packed), free(norm), free(out);
  return 0;
}
