//===- Compile.h - Calling the compiler -------------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_DRIVER_COMPILE_H
#define TILEC_LIB_DRIVER_COMPILE_H

#include "DriverDiagnostics.h"
#include "Options.h"
#include "tilec/ExecutionEngine/Compiler.h"

namespace tilec {

/// The compiler's options that the command line asks for. An error where
/// it names a target or a pass that there is not.
llvm::Expected<CompileOptions> makeCompileOptions(const DriverOptions &options);

/// Reports why compiling failed: the program's fault, or an internal error if
/// nothing has been said about the program. The exit status.
int reportFailedCompilation(llvm::Error error, DriverDiagnostics &diagnostics);

} // namespace tilec

#endif // TILEC_LIB_DRIVER_COMPILE_H
