/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A host in plain C11: compiles scale.tile and calls it. */
#include "tilec-c/tilec.h"
#include <stdio.h>
#include <string.h>

static int report(tilec_error *error) {
  printf("status %d: %s\n", (int)tilec_error_status(error),
         tilec_error_message(error));
  tilec_error_destroy(error);
  return 1;
}

static void fill_in(DLTensor *tensor, float *data, int64_t *shape) {
  memset(tensor, 0, sizeof(*tensor));
  tensor->data = data;
  tensor->device.device_type = kDLCPU;
  tensor->ndim = 1;
  tensor->dtype = tilec_dtype_to_dlpack(TILEC_FP32);
  tensor->shape = shape;
}

int main(int argc, char **argv) {
  tilec_error *error = NULL;
  tilec_options *options = tilec_options_create();
  tilec_module *module = NULL;
  float x[3] = {0, 0, 0}, out[3];
  int64_t shape = 3;
  DLTensor x_view, out_view;
  if (argc != 2 || tilec_abi_version() != TILEC_ABI_VERSION)
    return 2;
  if (tilec_options_set(options, "opt-level", "1", &error) ||
      tilec_compile_file(argv[1], options, &module, &error))
    return report(error);
  tilec_options_destroy(options);

  const tilec_entry *entry = tilec_module_find(module, "scale");
  for (size_t i = 0; i < tilec_entry_parameter_count(entry); ++i) {
    const tilec_parameter *parameter = tilec_entry_parameter(entry, i);
    printf("%s %s\n", parameter->name,
           parameter->is_scalar ? "scalar" : parameter->shape[0]);
  }
  fill_in(&x_view, x, &shape);
  fill_in(&out_view, out, &shape);
  tilec_argument arguments[3] = {
      {.tensor = &x_view}, {.number = 2.5}, {.tensor = &out_view}};
  if (tilec_call(entry, arguments, 3, NULL, &error))
    return report(error);
  printf("%g %g %g\n", out[0], out[1], out[2]);
  arguments[2].tensor = &x_view;
  if (tilec_call(entry, arguments, 3, NULL, &error))
    report(error);
  tilec_module_destroy(module);
  return 0;
}
