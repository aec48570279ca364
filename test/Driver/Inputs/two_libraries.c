/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 *   two_libraries LIBRARY LIBRARY
 *
 * Loads two shared objects with the entries of weights.tile, calls `add_bias`
 * of both in turn, each with a pool of its own, and says what one tells of
 * itself. Only types are taken from the header: every function comes from the
 * libraries. */
#include "tilec/Runtime/Entry.h"
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct library {
  void *handle;
  const tilec_rt_entry_info *info;
  tilec_rt_pool *pool;
  int32_t (*call)(const tilec_rt_entry_info *, tilec_rt_pool *, void *const *,
                  const int64_t *, tilec_rt_error *);
} library;

static void *find(void *handle, const char *name) {
  void *symbol = dlsym(handle, name);
  if (!symbol) {
    fprintf(stderr, "%s\n", dlerror());
    exit(1);
  }
  return symbol;
}

static library open_library(const char *path) {
  library result;
  tilec_rt_pool *(*create)(int32_t);
  /* Lazy and global: the mix-up would show here. */
  result.handle = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
  if (!result.handle) {
    fprintf(stderr, "%s\n", dlerror());
    exit(1);
  }
  result.info =
      (const tilec_rt_entry_info *)find(result.handle, "add_bias_info");
  *(void **)&result.call = find(result.handle, "tilec_rt_entry_call");
  *(void **)&create = find(result.handle, "tilec_rt_pool_create");
  result.pool = create(2);
  return result;
}

static void describe(const tilec_rt_entry_info *info) {
  printf("%s for", info->name);
  for (int32_t i = 0; i < info->level_count; ++i)
    printf(" %s", info->levels[i].cpu);
  printf("\n");
  for (int32_t i = 0; i < info->parameter_count; ++i) {
    const tilec_rt_parameter *parameter = &info->parameters[i];
    printf("%s: %s", parameter->name, parameter->dtype);
    for (int32_t d = 0; d < parameter->rank; ++d)
      printf(" %s", parameter->shape[d].text);
    printf(" %s\n", parameter->layout);
  }
}

int main(int argc, char **argv) {
  enum { cells = 8 * 200 };
  static float x[cells], bias[200], y[cells];
  void *const tensors[] = {x, bias, y};
  library libraries[2];
  tilec_rt_error error;
  if (argc != 3)
    return 2;
  for (int i = 0; i < 2; ++i)
    libraries[i] = open_library(argv[1 + i]);
  if (libraries[0].call == libraries[1].call)
    return 3;
  describe(libraries[0].info);
  for (int i = 0; i < 200; ++i)
    bias[i] = (float)i;
  for (int turn = 0; turn < 6; ++turn) {
    library *l = &libraries[turn % 2];
    x[0] = (float)turn;
    if (l->call(l->info, l->pool, tensors, NULL, &error)) {
      fprintf(stderr, "%s\n", error.message);
      return 1;
    }
    if (y[0] != (float)turn || y[cells - 1] != 199)
      return 4;
  }
  for (int i = 0; i < 2; ++i) {
    void (*destroy)(tilec_rt_pool *);
    *(void **)&destroy = find(libraries[i].handle, "tilec_rt_pool_destroy");
    destroy(libraries[i].pool);
    dlclose(libraries[i].handle);
  }
  return 0;
}
