//===- Calls.h - Calling an entry -------------------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_DRIVER_CALLS_H
#define TILEC_LIB_DRIVER_CALLS_H

#include "Arguments.h"
#include "Options.h"
#include "Threads.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tilec/ExecutionEngine/CompiledModule.h"
#include "tilec/Runtime/Runtime.h"
#include "llvm/Support/Error.h"
#include <memory>
#include <string>

namespace tilec {

/// The arguments that the command line asks for, and the file that they may
/// point into.
struct GivenArguments {
  std::unique_ptr<SafetensorsFile> file;
  CallArguments arguments;

  static llvm::Expected<GivenArguments> make(const Signature &signature,
                                             const DriverOptions &options);
};

/// Calls a compiled entry; its failure is a RuntimeError. `measurements` may be
/// null.
llvm::Error callCompiled(const CompiledEntry &entry, tilec_rt_pool &pool,
                         const CallArguments &arguments,
                         tilec_rt_measurements *measurements = nullptr);

/// Interprets an entry as `--fp64` and `--check-races` say, with the rounding
/// of the target; the entry's failure is a RuntimeError.
llvm::Error callInterpreted(mlir::func::FuncOp entry,
                            const CallArguments &arguments,
                            const DriverOptions &options);

/// Writes the parameters that the entry wrote, if `--out` asks for it.
llvm::Error writeResults(const CallArguments &arguments,
                         const DriverOptions &options);

} // namespace tilec

#endif // TILEC_LIB_DRIVER_CALLS_H
