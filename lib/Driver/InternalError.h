//===- InternalError.h - Defects of the compiler ----------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Whatever the compiler was working on when it failed becomes a file, with the
// command that replays the failure: after a pass that failed without a word,
// and after a crash.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_DRIVER_INTERNALERROR_H
#define TILEC_LIB_DRIVER_INTERNALERROR_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <string>
#include <vector>

namespace tilec {

/// Turns crashes and fatal errors of LLVM into reportInternalError, and lack of
/// memory into an error. Once a process, at its start.
void installCrashHandlers();

/// What the process is working on. There is one, since a signal handler must
/// find it.
struct WorkInProgress {
  std::vector<std::string> commandLine;
  /// `tilec` or `tilec run`, in words.
  std::vector<std::string> command;
  std::string input;
  /// What replay needs beside the file: always, and as long as the file is a
  /// source and not yet IR.
  std::vector<std::string> arguments, sourceArguments;
};

void setWorkInProgress(WorkInProgress work);

/// From now on the program is this IR.
void setProgramIR(std::string text);

/// Writes the program into the folder for temporary files and says so on
/// standard error. Returns ExitInternal.
int reportInternalError(llvm::StringRef what);

} // namespace tilec

#endif // TILEC_LIB_DRIVER_INTERNALERROR_H
