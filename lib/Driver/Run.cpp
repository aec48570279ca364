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
  bool load();
  bool interpretEntry();
  bool compileEntry();
  bool callEntry();
  bool makeArguments();
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
  /// Of the program's tile IR, if that was made.
  mlir::func::FuncOp entry;
  Signature signature;
  GivenArguments given;
  std::unique_ptr<CompiledModule> compiled;
  int status = ExitDone;
};
} // namespace

/// Makes the program's tile IR; the entry's signature is in `signature`.
bool Runner::load() {
  status = program.load();
  if (status != ExitDone)
    return false;
  entry = program.getEntryToCall();
  if (!entry) {
    status = ExitRejected;
    return false;
  }
  llvm::Expected<Signature> made = tile::getSignature(entry);
  if (!made)
    return check(made.takeError());
  signature = std::move(*made);
  return true;
}

bool Runner::makeArguments() {
  llvm::Expected<GivenArguments> made =
      GivenArguments::make(signature, options);
  if (!made)
    return check(made.takeError());
  given = std::move(*made);
  return true;
}

void Runner::summarizeRun(const std::string &name, const std::string &how,
                          double seconds) {
  llvm::errs() << fmt::format("`{}` {} in {}\n", name, how,
                              formatSeconds(seconds));
  for (const NamedTensor &result : given.arguments.getWritten())
    llvm::errs() << fmt::format("  {}: {}\n", result.name,
                                summarize(result.tensor));
}

bool Runner::interpretEntry() {
  if (!load() || !makeArguments())
    return false;
  // The interpreter reads rows.
  llvm::Expected<Pool> pool = makePool(options);
  if (!pool)
    return check(pool.takeError());
  if (!check(given.arguments.setLayouts(signature, **pool)))
    return false;
  Clock::time_point start = Clock::now();
  llvm::Error error = [&] {
    Progress progress("interpreting");
    return callInterpreted(entry, given.arguments, options);
  }();
  double seconds = getSecondsSince(start);
  if (!check(std::move(error)))
    return false;
  summarizeRun(signature.name, "interpreted", seconds);
  return true;
}

/// Arguments come before compilation, so that what is wrong with them is told
/// at once. A compiled program that is in the cache tells its signature itself.
bool Runner::compileEntry() {
  std::optional<CompiledObject> object =
      program.find(/*instrument=*/false, status);
  if (status != ExitDone)
    return false;
  if (object) {
    const EntryInfo *info = program.getEntryToCall(*object);
    if (!info) {
      status = ExitRejected;
      return false;
    }
    signature = info->signature;
  } else if (!load()) {
    return false;
  }
  if (!makeArguments())
    return false;
  if (!object)
    object = program.compile(/*instrument=*/false, status);
  if (!object)
    return false;
  compiled = program.loadForCalls(std::move(*object), status);
  return compiled != nullptr;
}

bool Runner::callEntry() {
  if (!compileEntry())
    return false;
  llvm::Expected<Pool> pool = makePool(options);
  if (!pool)
    return check(pool.takeError());
  const CompiledEntry &function = *compiled->find(signature.name);
  if (!check(given.arguments.setLayouts(function.signature, **pool)))
    return false;
  Clock::time_point start = Clock::now();
  llvm::Error error = [&] {
    Progress progress("running");
    return callCompiled(function, **pool, given.arguments);
  }();
  double seconds = getSecondsSince(start);
  if (!check(std::move(error)))
    return false;
  int32_t threads = tilec_rt_pool_threads(pool->get());
  summarizeRun(
      signature.name,
      fmt::format("ran on {} thread{}", threads, threads == 1 ? "" : "s"),
      seconds);
  return true;
}

int Runner::run() {
  bool interpreted = options.interpret || options.fp64 || options.checkRaces;
  if (interpreted ? interpretEntry() : callEntry())
    check(writeResults(given.arguments, options));
  return status;
}

int tilec::runProgram(const DriverOptions &options,
                      DriverDiagnostics &diagnostics) {
  return Runner(options, diagnostics).run();
}
