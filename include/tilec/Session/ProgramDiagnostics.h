//===- ProgramDiagnostics.h - Messages about a program ----------*- C++ -*-===//
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

#ifndef TILEC_SESSION_PROGRAMDIAGNOSTICS_H
#define TILEC_SESSION_PROGRAMDIAGNOSTICS_H

#include "mlir/IR/Diagnostics.h"
#include "tilec/Frontend/Diagnostics.h"
#include "tilec/Support/RuntimeError.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/SourceMgr.h"
#include <string>

namespace tilec {

/// Hands text on unless muted, and keeps all of it.
class RecordingStream : public llvm::raw_ostream {
public:
  explicit RecordingStream(llvm::raw_ostream &out)
      : raw_ostream(/*unbuffered=*/true), out(out) {}

  llvm::StringRef getRecord() const { return record; }
  void setMuted(bool on) { muted = on; }

private:
  void write_impl(const char *text, size_t size) override;
  uint64_t current_pos() const override { return record.size(); }

  llvm::raw_ostream &out;
  std::string record;
  bool muted = false;
};

class ProgramDiagnostics {
public:
  /// Messages go to `out`. Remarks, which say what passes did, are shown if
  /// `showRemarks`.
  ProgramDiagnostics(llvm::raw_ostream &out, bool showRemarks)
      : os(out), frontend(sources, os), showRemarks(showRemarks) {}
  virtual ~ProgramDiagnostics();

  /// The front end's engine; flush it before anything else prints.
  Diagnostics &getFrontend() { return frontend; }
  llvm::SourceMgr &getSources() { return sources; }

  /// Prints each error that `error` holds: `tilec: error: `, or where it
  /// happened if it is a RuntimeError.
  void report(llvm::Error error);
  void report(const std::string &message);

  /// Prints a warning that has no place in a source.
  void warn(const std::string &message);

  /// Prints text that was recorded earlier.
  void repeat(llvm::StringRef text);

  /// All that has been said, and what was not for being muted.
  llvm::StringRef getRecord() const { return os.getRecord(); }
  /// Records only: for what the user knows already.
  void setMuted(bool on) { os.setMuted(on); }
  bool showsRemarks() const { return showRemarks; }

  /// Prints a diagnostic of MLIR with its notes.
  void report(mlir::Diagnostic &diagnostic);

  /// How many errors of MLIR were about the program, and how many about the
  /// compiler: a verifier or a conversion that failed.
  unsigned getProgramErrors() const { return programErrors; }
  unsigned getCompilerErrors() const { return compilerErrors; }

protected:
  /// Called before a message of any origin but the front end is printed.
  virtual void prepareOutput() {}

private:
  void print(const SourcePlace &place, llvm::StringRef kind,
             llvm::StringRef message);
  void print(mlir::Location location, llvm::StringRef kind,
             llvm::StringRef message);
  llvm::SMLoc find(const SourcePlace &place);
  unsigned getBuffer(llvm::StringRef file);

  RecordingStream os;
  llvm::SourceMgr sources;
  Diagnostics frontend;
  bool showRemarks;
  /// Numbers of buffers in `sources` by file name; 0 for unreadable files.
  llvm::StringMap<unsigned> buffers;
  unsigned programErrors = 0;
  unsigned compilerErrors = 0;
};

} // namespace tilec

#endif // TILEC_SESSION_PROGRAMDIAGNOSTICS_H
