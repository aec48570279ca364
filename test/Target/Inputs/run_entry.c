/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Runs the entry that it is linked with, as a program that knows nothing of
 * tilec but the run-time library:
 *
 *   run_entry THREADS SCRATCH OUTPUT [in:FILE | out:BYTES]...
 *
 * One argument for each tensor parameter, in their order. Those that are
 * written start as zeros and go into OUTPUT, one behind the other. */
#include "tilec/Runtime/Runtime.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern void ENTRY(tilec_rt_worker *, void *const *, const int64_t *);

static void *check(void *pointer, const char *what) {
  if (!pointer) {
    perror(what);
    exit(2);
  }
  return pointer;
}

static void *allocate(size_t bytes) {
  size_t rounded = (bytes + 63) / 64 * 64 + 64;
  void *memory = check(aligned_alloc(64, rounded), "memory");
  memset(memory, 0, rounded);
  return memory;
}

static void *read_file(const char *name) {
  FILE *file = check(fopen(name, "rb"), name);
  fseek(file, 0, SEEK_END);
  size_t size = (size_t)ftell(file);
  rewind(file);
  void *contents = allocate(size);
  if (fread(contents, 1, size, file) != size)
    check(NULL, name);
  fclose(file);
  return contents;
}

int main(int argc, char **argv) {
  enum { first = 4, most = 64 };
  void *tensors[most];
  int64_t no_scalars[1] = {0};
  if (argc < first || argc - first > most)
    return 2;
  for (int i = first; i < argc; ++i)
    tensors[i - first] = strncmp(argv[i], "in:", 3) == 0
                             ? read_file(argv[i] + 3)
                             : allocate(strtoull(argv[i] + 4, NULL, 10));

  tilec_rt_pool *pool = check(tilec_rt_pool_create(atoi(argv[1])), "threads");
  tilec_rt_error error;
  if (tilec_rt_call(pool, ENTRY, atoll(argv[2]), tensors, no_scalars, &error)) {
    fprintf(stderr, "%s:%d: %s\n", error.file, (int)error.line, error.message);
    return 1;
  }
  tilec_rt_pool_destroy(pool);

  FILE *output = check(fopen(argv[3], "wb"), argv[3]);
  for (int i = first; i < argc; ++i)
    if (strncmp(argv[i], "out:", 4) == 0)
      fwrite(tensors[i - first], 1, strtoull(argv[i] + 4, NULL, 10), output);
  return fclose(output) == 0 ? 0 : 2;
}
