//===- DriverDiagnostics.h - Messages about sources -------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Errors of every origin in one form: the front end's, those of MLIR (the IR
// parser, passes) and those of a run. Each shows its source line.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_DRIVER_DRIVERDIAGNOSTICS_H
#define TILEC_LIB_DRIVER_DRIVERDIAGNOSTICS_H

#include "mlir/IR/Diagnostics.h"
#include "tilec/Frontend/Diagnostics.h"
#include "tilec/Support/RuntimeError.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/SourceMgr.h"
#include <string>

namespace tilec {

class DriverDiagnostics {
public:
  /// Remarks, which say what passes did, are shown if `showRemarks`.
  DriverDiagnostics(llvm::raw_ostream &os, bool showRemarks)
      : os(os), frontend(sources, os), showRemarks(showRemarks) {}

  /// The front end's engine; flush it before anything else prints.
  Diagnostics &getFrontend() { return frontend; }
  llvm::SourceMgr &getSources() { return sources; }

  /// Prints each error that `error` holds: `tilec: error: `, or where it
  /// happened if it is a RuntimeError.
  void report(llvm::Error error);
  void report(const std::string &message);

  /// Prints a diagnostic of MLIR with its notes.
  void report(mlir::Diagnostic &diagnostic);

  /// How many errors of MLIR were about the program, and how many about the
  /// compiler: a verifier or a conversion that failed.
  unsigned getProgramErrors() const { return programErrors; }
  unsigned getCompilerErrors() const { return compilerErrors; }

private:
  void print(const SourcePlace &place, llvm::StringRef kind,
             llvm::StringRef message);
  void print(mlir::Location location, llvm::StringRef kind,
             llvm::StringRef message);
  llvm::SMLoc find(const SourcePlace &place);
  unsigned getBuffer(llvm::StringRef file);

  llvm::raw_ostream &os;
  llvm::SourceMgr sources;
  Diagnostics frontend;
  bool showRemarks;
  /// Numbers of buffers in `sources` by file name; 0 for unreadable files.
  llvm::StringMap<unsigned> buffers;
  unsigned programErrors = 0;
  unsigned compilerErrors = 0;
};

} // namespace tilec

#endif // TILEC_LIB_DRIVER_DRIVERDIAGNOSTICS_H
