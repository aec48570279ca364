/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Runs the entry that it is linked with, as a program that knows nothing of
 * tilec but the run-time library:
 *
 *   run_entry THREADS SCRATCH OUTPUT ARGUMENT...
 *
 * One argument for each tensor parameter, in their order: in:FILE, out:BYTES or
 * pack:LAYOUT:ROWS:COLUMNS:FILE, which packs what the file holds. Those that
 * are written start as zeros and go into OUTPUT, one behind the other. */
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

/* "LAYOUT:ROWS:COLUMNS:FILE", the file being row-major. */
static void *read_packed(tilec_rt_pool *pool, const char *argument) {
  char layout[64], name[1024];
  long long rows, columns;
  if (sscanf(argument, "%63[^:]:%lld:%lld:%1023[^\n]", layout, &rows, &columns,
             name) != 4)
    exit(2);
  const int64_t shape[] = {rows, columns};
  void *packed = allocate((size_t)tilec_rt_packed_bytes(layout, shape));
  void *contents = read_file(name);
  if (tilec_rt_pack_begin(packed, layout, shape) ||
      tilec_rt_pack_rows(pool, packed, contents, 0, rows))
    exit(2);
  free(contents);
  return packed;
}

int main(int argc, char **argv) {
  enum { first = 4, most = 64 };
  void *tensors[most];
  int64_t no_scalars[1] = {0};
  if (argc < first || argc - first > most)
    return 2;
  tilec_rt_pool *pool = check(tilec_rt_pool_create(atoi(argv[1])), "threads");
  for (int i = first; i < argc; ++i)
    if (strncmp(argv[i], "in:", 3) == 0)
      tensors[i - first] = read_file(argv[i] + 3);
    else if (strncmp(argv[i], "pack:", 5) == 0)
      tensors[i - first] = read_packed(pool, argv[i] + 5);
    else
      tensors[i - first] = allocate(strtoull(argv[i] + 4, NULL, 10));
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
