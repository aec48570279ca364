/*===- CProgramTest.c - The run-time library from C11 -------------------===//
 *
 * Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 *===--------------------------------------------------------------------===*/

#include "tilec/Runtime/Runtime.h"
#include <stdio.h>
#include <string.h>

_Static_assert(offsetof(tilec_rt_worker, scratch) == 0, "scratch moved");
_Static_assert(offsetof(tilec_rt_worker, failed) == 8, "failed moved");

static const tilec_rt_site site = {"c.tile", 2, 3, "iteration {0}"};

static void body(tilec_rt_worker *worker, void *env, int64_t iteration) {
  int64_t *values = env;
  values[iteration] = iteration * iteration;
  if (iteration >= 90)
    tilec_rt_fail(worker, &site, 1, &iteration);
}

static void entry(tilec_rt_worker *worker, void *const *tensors,
                  const int64_t *scalars) {
  tilec_rt_parallel_for(worker, body, tensors[0], scalars[0]);
}

int main(void) {
  tilec_rt_pool *pool = tilec_rt_pool_create(2);
  int64_t values[100];
  void *tensors[] = {values};
  int64_t count = 90;
  tilec_rt_error error;
  char text[128];
  if (!pool || tilec_rt_call(pool, entry, 64, tensors, &count, &error) != 0)
    return 1;
  for (int64_t i = 0; i < count; ++i)
    if (values[i] != i * i)
      return 2;
  count = 100;
  if (tilec_rt_call(pool, entry, 64, tensors, &count, &error) != 1)
    return 3;
  tilec_rt_error_format(&error, text, sizeof(text));
  puts(text);
  tilec_rt_pool_destroy(pool);
  return strcmp(text, "c.tile:2:3: error: iteration 90") != 0;
}
