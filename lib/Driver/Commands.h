//===- Commands.h - What the command line can ask for -----------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One function a command. Each reports what is wrong and returns the exit
// status.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_DRIVER_COMMANDS_H
#define TILEC_LIB_DRIVER_COMMANDS_H

#include "DriverDiagnostics.h"
#include "Options.h"

namespace tilec {

/// Writes the program in the form that `--emit` names.
int emitProgram(const DriverOptions &options, DriverDiagnostics &diagnostics);

/// Calls an entry once, compiled or interpreted.
int runProgram(const DriverOptions &options, DriverDiagnostics &diagnostics);

/// Calls an entry compiled and interpreted and compares the results.
int checkProgram(const DriverOptions &options, DriverDiagnostics &diagnostics);

/// Measures an entry.
int benchProgram(const DriverOptions &options, DriverDiagnostics &diagnostics);

/// Writes the weights of an entry packed.
int packProgram(const DriverOptions &options, DriverDiagnostics &diagnostics);

} // namespace tilec

#endif // TILEC_LIB_DRIVER_COMMANDS_H
