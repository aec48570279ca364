//===- Program.h - The program that a command works on ----------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_DRIVER_PROGRAM_H
#define TILEC_LIB_DRIVER_PROGRAM_H

#include "DriverDiagnostics.h"
#include "Options.h"
#include "tilec/ExecutionEngine/CompiledModule.h"
#include "tilec/Session/SourceProgram.h"

namespace tilec {

/// A source file, or tile IR, made into a module of entries.
class Program {
public:
  /// `diagnostics` outlives the program.
  Program(const DriverOptions &options, DriverDiagnostics &diagnostics);

  /// Reads the file, cuts the module down to `--entry`, and tells the author
  /// of a source what analyses find to be wrong with it. An exit status:
  /// ExitDone, or why there is no module, which has been reported.
  int load();

  mlir::ModuleOp getModule() { return source.getModule(); }
  std::vector<mlir::func::FuncOp> getEntries() { return source.getEntries(); }

  /// The entry to call: `--entry` or the only one. Null after a report.
  mlir::func::FuncOp getEntryToCall();

  /// Compiles the module, which stays as it is, into this process. Null after a
  /// report, with the exit status in `status`.
  std::unique_ptr<CompiledModule> compile(bool instrument, int &status);

private:
  /// Reports an error of the compiler; the exit status.
  int report(llvm::Error error);

  const DriverOptions &options;
  DriverDiagnostics &diagnostics;
  SourceProgram source;
};

} // namespace tilec

#endif // TILEC_LIB_DRIVER_PROGRAM_H
