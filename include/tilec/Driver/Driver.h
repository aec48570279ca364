//===- Driver.h - The command line of tilec ---------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_DRIVER_DRIVER_H
#define TILEC_DRIVER_DRIVER_H

namespace tilec {

/// The exit statuses of the command.
enum ExitStatus : int {
  ExitDone = 0,
  /// Rejected input: the source, an argument, a name; or a failed check.
  ExitRejected = 1,
  /// An unknown option, an option without its value, no file.
  ExitUsage = 2,
  /// A defect of the compiler, reported with a reproducer.
  ExitInternal = 3,
};

/// All of the `tilec` command. Installs signal handlers, so it belongs into
/// `main` only.
int runDriver(int argc, char **argv);

} // namespace tilec

#endif // TILEC_DRIVER_DRIVER_H
