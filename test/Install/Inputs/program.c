/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Calls what was compiled ahead of time. */
#include "twice.h"
#include <stdio.h>

int main(void) {
  float x[] = {1, 2, 3.5}, out[3];
  tilec_rt_error error;
  tilec_rt_pool *pool = tilec_rt_pool_create(0);
  if (twice_call(pool, x, out, 3, &error)) {
    puts(error.message);
    return 1;
  }
  printf("%g %g %g\n", out[0], out[1], out[2]);
  tilec_rt_pool_destroy(pool);
  return 0;
}
