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

/* A host without threads. */
static void run(void *context, tilec_rt_task task, void *data, int32_t count) {
  (void)context;
  for (int32_t i = 0; i < count; ++i)
    task(data, i);
}

static int call_on(tilec_rt_pool *pool) {
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
  return strcmp(text, "c.tile:2:3: error: iteration 90") != 0;
}

static int cancel_on(tilec_rt_pool *pool) {
  tilec_rt_cancel_token *token = tilec_rt_cancel_token_create();
  tilec_rt_call_options options = {sizeof(options), NULL, token};
  int64_t count = 10;
  tilec_rt_cancel(token);
  int32_t status =
      tilec_rt_call_with(pool, entry, 64, NULL, &count, &options, NULL);
  tilec_rt_cancel_token_destroy(token);
  return status == TILEC_RT_CANCELLED ? 0 : 10;
}

int main(void) {
  tilec_rt_executor executor = {sizeof(executor), 3, NULL, run};
  tilec_rt_pool *pools[] = {tilec_rt_pool_create(2),
                            tilec_rt_pool_create_external(&executor)};
  for (int i = 0; i < 2; ++i) {
    int status = call_on(pools[i]) + cancel_on(pools[i]);
    if (status != 0)
      return status;
    tilec_rt_pool_destroy(pools[i]);
  }
  return 0;
}
