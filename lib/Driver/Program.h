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

  /// The entry of a compiled program, chosen in the same way.
  const EntryInfo *getEntryToCall(const CompiledObject &object);

  /// The compiled program, if the cache has it: nothing else of it need be
  /// loaded then. Otherwise none, with `status` set if something was reported.
  std::optional<CompiledObject> find(bool instrument, int &status);

  /// Compiles the module, which stays as it is, or finds it in the cache. None
  /// after a report, with the exit status in `status`.
  std::optional<CompiledObject> compile(bool instrument, int &status);

  /// The same, loaded into this process. Null after a report.
  std::unique_ptr<CompiledModule> compileForCalls(bool instrument, int &status);
  std::unique_ptr<CompiledModule> loadForCalls(CompiledObject object,
                                               int &status);

private:
  /// Reports an error of the compiler; the exit status.
  int report(llvm::Error error);
  bool openCache(int &status);
  std::optional<CompileOptions> makeOptions(bool instrument, int &status);
  std::optional<size_t> chooseEntry(llvm::ArrayRef<std::string> names);

  const DriverOptions &options;
  DriverDiagnostics &diagnostics;
  SourceProgram source;
  /// None if it is turned off.
  std::optional<ObjectCache> cache;
};

} // namespace tilec

#endif // TILEC_LIB_DRIVER_PROGRAM_H
