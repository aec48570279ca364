// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Compiles the program that the command line names and calls it.
#include <cstdio>
#include <string>
#include <tilec/Tilec.h>

int main(int, char **argv) {
  auto module = tilec::Module::compileFile(argv[1]);
  if (!module) {
    std::puts(std::string(module.error().message()).c_str());
    return 1;
  }
  float x[] = {1, 2, 3.5}, out[3];
  int64_t shape[] = {3};
  DLTensor in = {};
  in.data = x;
  in.device = {kDLCPU, 0};
  in.ndim = 1;
  in.dtype = tilec_dtype_to_dlpack(TILEC_FP32);
  in.shape = shape;
  DLTensor result = in;
  result.data = out;
  if (tilec::Error error = module->find("twice")->call({&in, &result})) {
    std::puts(std::string(error.message()).c_str());
    return 1;
  }
  std::printf("%g %g %g\n", out[0], out[1], out[2]);
}
