//===- Run.cpp - tilec run ------------------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Calls.h"
#include "Commands.h"
#include "Elements.h"
#include "Measurement.h"
#include "Program.h"
#include "Progress.h"
#include "tilec/Dialect/Tile/TileSignature.h"
#include "tilec/Driver/Driver.h"
#include <chrono>
#include <fmt/format.h>

using namespace tilec;
using Clock = std::chrono::steady_clock;

static double getSecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

namespace {
/// One run, step by step. A step that fails has reported why, and `status` is
/// set.
class Runner {
public:
  Runner(const DriverOptions &options, DriverDiagnostics &diagnostics)
      : options(options), diagnostics(diagnostics),
        program(options, diagnostics) {}

  int run();

private:
  bool interpretEntry(mlir::func::FuncOp entry);
  bool callEntry(const std::string &name);
  bool makeArguments(mlir::func::FuncOp entry);
  bool check(llvm::Error error) {
    if (!error)
      return true;
    diagnostics.report(std::move(error));
    status = ExitRejected;
    return false;
  }
  void summarizeRun(const std::string &name, const std::string &how,
                    double seconds);

  const DriverOptions &options;
  DriverDiagnostics &diagnostics;
  Program program;
  GivenArguments given;
  int status = ExitDone;
};
} // namespace

bool Runner::makeArguments(mlir::func::FuncOp entry) {
  llvm::Expected<Signature> signature = tile::getSignature(entry);
  if (!signature)
    return check(signature.takeError());
  llvm::Expected<GivenArguments> made =
      GivenArguments::make(*signature, options);
  if (!made)
    return check(made.takeError());
  given = std::move(*made);
  if (!options.interpret && !options.fp64)
    return true;
  // The interpreter reads rows.
  llvm::Expected<Pool> pool = makePool(options);
  return check(pool ? given.arguments.setLayouts(*signature, **pool)
                    : pool.takeError());
}

void Runner::summarizeRun(const std::string &name, const std::string &how,
                          double seconds) {
  llvm::errs() << fmt::format("`{}` {} in {}\n", name, how,
                              formatSeconds(seconds));
  for (const NamedTensor &result : given.arguments.getWritten())
    llvm::errs() << fmt::format("  {}: {}\n", result.name,
                                summarize(result.tensor));
}

bool Runner::interpretEntry(mlir::func::FuncOp entry) {
  Clock::time_point start = Clock::now();
  llvm::Error error = [&] {
    Progress progress("interpreting");
    return callInterpreted(entry, given.arguments, options);
  }();
  double seconds = getSecondsSince(start);
  if (!check(std::move(error)))
    return false;
  summarizeRun(entry.getName().str(), "interpreted", seconds);
  return true;
}

bool Runner::callEntry(const std::string &name) {
  auto compiled = program.compile(/*instrument=*/false, status);
  if (!compiled)
    return false;
  llvm::Expected<Pool> pool = makePool(options);
  if (!pool)
    return check(pool.takeError());
  const CompiledEntry &entry = *compiled->find(name);
  if (!check(given.arguments.setLayouts(entry.signature, **pool)))
    return false;
  Clock::time_point start = Clock::now();
  llvm::Error error = [&] {
    Progress progress("running");
    return callCompiled(entry, **pool, given.arguments);
  }();
  double seconds = getSecondsSince(start);
  if (!check(std::move(error)))
    return false;
  int32_t threads = tilec_rt_pool_threads(pool->get());
  summarizeRun(
      name, fmt::format("ran on {} thread{}", threads, threads == 1 ? "" : "s"),
      seconds);
  return true;
}

int Runner::run() {
  status = program.load();
  if (status != ExitDone)
    return status;
  mlir::func::FuncOp entry = program.getEntryToCall();
  if (!entry || !makeArguments(entry))
    return ExitRejected;
  bool interpreted = options.interpret || options.fp64 || options.checkRaces;
  // Compiling replaces the entry, so its name is kept.
  if (interpreted ? interpretEntry(entry) : callEntry(entry.getName().str()))
    check(writeResults(given.arguments, options));
  return status;
}

int tilec::runProgram(const DriverOptions &options,
                      DriverDiagnostics &diagnostics) {
  return Runner(options, diagnostics).run();
}
