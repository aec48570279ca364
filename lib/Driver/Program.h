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
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"

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

  mlir::ModuleOp getModule() { return *module; }
  std::vector<mlir::func::FuncOp> getEntries();

  /// The entry to call: `--entry` or the only one. Null after a report.
  mlir::func::FuncOp getEntryToCall();

private:
  int loadSource();
  int loadIR();
  int selectEntry();
  int checkSource();

  const DriverOptions &options;
  DriverDiagnostics &diagnostics;
  mlir::MLIRContext context;
  mlir::ScopedDiagnosticHandler handler;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

/// Whether the file holds IR and no source.
bool isIRFile(llvm::StringRef path);

} // namespace tilec

#endif // TILEC_LIB_DRIVER_PROGRAM_H
