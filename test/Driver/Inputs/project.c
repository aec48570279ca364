/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Calls `project` of weights.tile through its header, as C11 and as C++:
 *
 *   project INPUTS OUTPUT
 *
 * INPUTS is the safetensors file that weights.py writes; OUTPUT gets the bytes
 * of `projected` and `logits`. */
#include "weights.h"
#include <stdio.h>
#include <stdlib.h>

enum { M = 13, LAYERS = 3, layer = 2, threads = 2 };

static void check(int isRight, const char *what) {
  if (isRight)
    return;
  fprintf(stderr, "%s\n", what);
  exit(1);
}

static void check_status(int32_t status, const tilec_rt_error *error) {
  char text[600];
  if (status == 0)
    return;
  tilec_rt_error_format(error, text, sizeof(text));
  check(0, text);
}

static void *allocate(int64_t bytes) {
  void *memory = aligned_alloc(64, ((size_t)bytes + 63) / 64 * 64);
  check(bytes >= 0 && memory, "no memory");
  return memory;
}

static void *read_tensor(FILE *file, int64_t bytes) {
  void *memory = allocate(bytes);
  check(fread(memory, 1, (size_t)bytes, file) == (size_t)bytes, "short file");
  return memory;
}

int main(int argc, char **argv) {
  tilec_rt_error error;
  int64_t shape[2];
  uint64_t header;
  check(argc == 3, "usage: project INPUTS OUTPUT");
  FILE *file = fopen(argv[1], "rb");
  check(file && fread(&header, sizeof(header), 1, file) == 1, "no inputs");
  fseek(file, (long)header, SEEK_CUR);

  check_status(project_stack_shape(shape, M, LAYERS, &error), &error);
  int64_t stack_bytes = shape[0] * shape[1] * 2;
  check_status(project_head_shape(shape, M, LAYERS, &error), &error);
  int64_t head_bytes = shape[0] * shape[1] * 2;
  uint16_t *x = (uint16_t *)read_tensor(file, project_x_bytes(M, LAYERS, NULL));
  uint16_t *stack = (uint16_t *)read_tensor(file, stack_bytes);
  uint16_t *head = (uint16_t *)read_tensor(file, head_bytes);
  float *bias =
      (float *)read_tensor(file, project_bias_bytes(M, LAYERS, &error));
  fclose(file);

  tilec_rt_pool *pool = tilec_rt_pool_create(threads);
  check(pool != NULL, "no pool");
  int64_t packed_bytes = project_stack_bytes(M, LAYERS, &error);
  void *packed_stack = allocate(packed_bytes);
  void *packed_head = allocate(project_head_bytes(M, LAYERS, &error));
  check_status(project_stack_pack(pool, packed_stack, stack, M, LAYERS, &error),
               &error);
  check_status(project_head_pack(pool, packed_head, head, M, LAYERS, &error),
               &error);
  check_status(
      project_stack_check(packed_stack, packed_bytes, M, LAYERS, &error),
      &error);
  check(project_stack_check(packed_stack, packed_bytes, M, 1, NULL) == 1,
        "a packed matrix of another shape is taken");
  check(strcmp(project_head_layout(), "bf16.n64.k2.v1.nk") == 0, "layout");
  check(project_pool_scratch_bytes(pool) == threads * project_scratch_bytes(),
        "scratch");

  int64_t bytes = project_logits_bytes(M, LAYERS, &error);
  float *projected = (float *)allocate(bytes),
        *logits = (float *)allocate(bytes);
  check_status(project_call(pool, x, packed_stack, packed_head, bias, projected,
                            logits, layer, M, LAYERS, &error),
               &error);
  /* What is wrong is said, in a call and in the kernel. */
  check(project_call(pool, x, packed_stack, packed_head, bias, projected,
                     projected, layer, M, LAYERS, &error) == 1,
        "memory that overlaps is taken");
  puts(error.message);
  check(project_call(pool, x, stack, packed_head, bias, projected, logits,
                     layer, M, LAYERS, NULL) == 1,
        "a row-major weight is taken");
  check(project_call(pool, x, packed_stack, packed_head, bias, NULL, logits, 3,
                     M, LAYERS, &error) == 1,
        "a null pointer is taken");
  puts(error.message);

  FILE *output = fopen(argv[2], "wb");
  check(output != NULL, argv[2]);
  fwrite(projected, 1, (size_t)bytes, output);
  fwrite(logits, 1, (size_t)bytes, output);
  fclose(output);
  tilec_rt_pool_destroy(pool);
  free(x), free(stack), free(head), free(bias), free(packed_stack);
  free(packed_head), free(projected), free(logits);
  return 0;
}
