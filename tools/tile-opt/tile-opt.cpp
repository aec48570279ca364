//===- tile-opt.cpp - Every pass on its own -------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "tilec/Pipelines/Pipelines.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  tilec::registerPipelineDialects(registry);
  tilec::registerPipelinePasses();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "tile IR pass driver\n", registry));
}
