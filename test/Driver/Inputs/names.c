/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Calls the entries of names.tile, whose header is included twice and beside
 * another. */
#include "names.h"
#include "weights.h"
#include <complex.h>
#include <stdio.h>

int main(void) {
  tilec_rt_error error;
  tilec_rt_pool *pool = tilec_rt_pool_create(1);
  float x[2] = {1, 2}, one = 1, out[2];
  /* 1 + 0.5 + 1.5 (BF16) + 2.5 (FP16) and integers that show their signs. */
  if (double_call(pool, x, &one, out, 0.5F, 0x3FC0, 0x4100, -1, 255, -1000,
                  65535, -70000, 4000000000U, (int64_t)1 << 33, -5, 1, 2,
                  &error)) {
    puts(error.message);
    return 1;
  }
  printf("%.1f %.1f\n", (double)out[0], (double)out[1]);
  if (double_call(pool, x, &one, out, 0.5F, 0x3FC0, 0x4100, -1, 255, -1000,
                  65535, -70000, 4000000000U, (int64_t)1 << 33, -5, 0, 2,
                  &error))
    return 1;
  printf("%.1f %.1f\n", (double)out[0], (double)out[1]);
  uint8_t bytes[6] = {0, 1, 2, 3, 4, 255}, flags[4];
  if (double_int_call(pool, bytes, NULL) || constant_call(pool, flags, NULL))
    return 1;
  printf("%d %d %d%d%d%d\n", bytes[0], bytes[5], flags[0], flags[1], flags[2],
         flags[3]);
  tilec_rt_pool_destroy(pool);
  return 0;
}
