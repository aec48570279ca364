//===- Driver.cpp - The command line of tilec -----------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Driver/Driver.h"
#include "Commands.h"
#include "InternalError.h"
#include "llvm/Support/InitLLVM.h"

using namespace tilec;

/// What a reproducer will need, should it come to that.
static WorkInProgress describeWork(const DriverOptions &options,
                                   llvm::ArrayRef<const char *> argv) {
  static constexpr const char *words[] = {"", "run", "check", "bench", "pack"};
  WorkInProgress work;
  work.commandLine.assign(argv.begin(), argv.end());
  work.command.push_back(argv.front());
  if (options.command != Command::Compile)
    work.command.push_back(words[size_t(options.command)]);
  work.input = options.input;
  work.arguments = options.replayArguments;
  work.sourceArguments = options.sourceArguments;
  return work;
}

static int runCommand(const DriverOptions &options,
                      DriverDiagnostics &diagnostics) {
  switch (options.command) {
  case Command::Compile:
    return emitProgram(options, diagnostics);
  case Command::Run:
    return runProgram(options, diagnostics);
  case Command::Check:
    return checkProgram(options, diagnostics);
  case Command::Bench:
    return benchProgram(options, diagnostics);
  case Command::Pack:
    return packProgram(options, diagnostics);
  }
  llvm_unreachable("all commands are covered");
}

int tilec::runDriver(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  installCrashHandlers();
  llvm::ArrayRef<const char *> arguments(argv, argc);
  auto parsed = parseCommandLine(arguments, llvm::outs(), llvm::errs());
  if (const int *status = std::get_if<int>(&parsed))
    return *status;
  const auto &options = std::get<DriverOptions>(parsed);
  setWorkInProgress(describeWork(options, arguments));
  DriverDiagnostics diagnostics(llvm::errs(), options.passReport);
  return runCommand(options, diagnostics);
}
