/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Calls the function of an entry past the checks of its header. */
#include "tilec/Runtime/Runtime.h"
#include <stdio.h>

extern void add_bias(tilec_rt_worker *, void *const *, const int64_t *);

int main(void) {
  static float x[8 * 200], bias[200], y[8 * 200];
  void *tensors[] = {x, bias, y};
  tilec_rt_error error;
  char text[600];
  tilec_rt_pool *pool = tilec_rt_pool_create(1);
  int32_t status =
      tilec_rt_call(pool, add_bias, 1 << 20, tensors, NULL, &error);
  if (status) {
    tilec_rt_error_format(&error, text, sizeof(text));
    fprintf(stderr, "%s\n", text);
  }
  tilec_rt_pool_destroy(pool);
  return status;
}
