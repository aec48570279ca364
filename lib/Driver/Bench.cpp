//===- Bench.cpp - tilec bench --------------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Calls.h"
#include "Commands.h"
#include "Limits.h"
#include "Measurement.h"
#include "OutputFile.h"
#include "Program.h"
#include "Progress.h"
#include "tilec/Dialect/Tile/TileSignature.h"
#include "tilec/Driver/Driver.h"
#include <algorithm>
#include <chrono>

using namespace tilec;
using Clock = std::chrono::steady_clock;

/// Without --iterations: for so long, but not fewer and not more calls.
static constexpr double defaultSeconds = 2;
static constexpr size_t minIterations = 5;
static constexpr size_t maxIterations = 1000000;
/// Calls before the first that counts: they touch memory and wake threads.
static constexpr int warmUpCalls = 2;
/// How often the machine's limits are measured.
static constexpr double probeInterval = 0.1;

namespace {
/// Steps that fail have reported why and return an exit status.
class Bencher {
public:
  Bencher(const DriverOptions &options, DriverDiagnostics &diagnostics)
      : options(options), diagnostics(diagnostics),
        program(options, diagnostics) {}

  int run();

private:
  int prepare(mlir::func::FuncOp entry);
  int compile();
  int startThreads();
  int countWork();
  llvm::Error measureTime();
  llvm::Expected<double> timeCall();
  bool isEnough(const std::vector<double> &seconds, double total) const;
  int report();
  int reject(llvm::Error error) {
    diagnostics.report(std::move(error));
    return ExitRejected;
  }

  const DriverOptions &options;
  DriverDiagnostics &diagnostics;
  Program program;
  GivenArguments given;
  Pool pool;
  /// The same entry, with and without counting.
  std::unique_ptr<CompiledModule> plain, counting;
  Measurement measurement;
};
} // namespace

int Bencher::prepare(mlir::func::FuncOp entry) {
  measurement.entry = entry.getName().str();
  llvm::Expected<Signature> signature = tile::getSignature(entry);
  if (!signature)
    return reject(signature.takeError());
  llvm::Expected<GivenArguments> made =
      GivenArguments::make(*signature, options);
  if (!made)
    return reject(made.takeError());
  given = std::move(*made);
  return ExitDone;
}

int Bencher::startThreads() {
  llvm::Expected<Pool> threads = makePool(options);
  if (!threads)
    return reject(threads.takeError());
  pool = std::move(*threads);
  measurement.threads = tilec_rt_pool_threads(pool.get());
  return ExitDone;
}

int Bencher::compile() {
  int status = ExitDone;
  plain = program.compileForCalls(/*instrument=*/false, status);
  if (plain)
    counting = program.compileForCalls(/*instrument=*/true, status);
  return status;
}

/// One call of the counting code.
int Bencher::countWork() {
  llvm::ArrayRef<std::string> names = counting->getScopeNames();
  size_t rows = size_t(measurement.threads);
  // One element more, since an empty vector may have no memory.
  std::vector<double> seconds(names.size() * rows + 1);
  std::vector<int64_t> bytes(seconds.size()), flop(seconds.size());
  tilec_rt_measurements counts = {};
  counts.scope_seconds = seconds.data();
  counts.scope_bytes = bytes.data();
  counts.scope_flop = flop.data();
  counts.scope_count = int32_t(names.size());
  counts.worker_count = measurement.threads;
  if (llvm::Error error = callCompiled(*counting->find(measurement.entry),
                                       *pool, given.arguments, &counts))
    return reject(std::move(error));
  measurement.bytesRead = counts.bytes_read;
  measurement.flop = counts.flop;
  measurement.scratchBytes = counts.scratch_bytes;
  measurement.allocBytes = counts.alloc_bytes;
  measurement.parallelRegions = counts.parallel_regions;
  std::vector<ScopeMeasurement> scopes;
  for (size_t i = 0; i < names.size() * rows; ++i)
    scopes.push_back({names[i % names.size()], seconds[i], bytes[i], flop[i]});
  measurement.scopes = joinScopes(scopes);
  return ExitDone;
}

llvm::Expected<double> Bencher::timeCall() {
  const CompiledEntry &entry = *plain->find(measurement.entry);
  Clock::time_point start = Clock::now();
  llvm::Error error = callCompiled(entry, *pool, given.arguments);
  double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  if (error)
    return error;
  return seconds;
}

bool Bencher::isEnough(const std::vector<double> &seconds, double total) const {
  if (options.iterations)
    return seconds.size() >= options.iterations;
  return seconds.size() >= maxIterations ||
         (seconds.size() >= minIterations && total >= defaultSeconds);
}

llvm::Error Bencher::measureTime() {
  auto target = CPUTarget::get("", options.cpu, options.features);
  if (!target)
    return target.takeError();
  auto probe = LimitProbe::make(*pool, target->features());
  if (!probe)
    return probe.takeError();
  std::vector<double> seconds;
  double total = 0, sinceProbe = probeInterval;
  while (!isEnough(seconds, total)) {
    if (sinceProbe >= probeInterval) {
      probe->measure();
      sinceProbe = 0;
    }
    llvm::Expected<double> elapsed = timeCall();
    if (!elapsed)
      return elapsed.takeError();
    seconds.push_back(*elapsed);
    total += *elapsed;
    sinceProbe += *elapsed;
  }
  measurement.iterations = int64_t(seconds.size());
  measurement.secondsMin = *llvm::min_element(seconds);
  measurement.secondsMedian = getMedian(std::move(seconds));
  measurement.readBytesPerSecond = probe->getReadBytesPerSecond();
  measurement.flopPerSecond = probe->getFlopPerSecond();
  return llvm::Error::success();
}

int Bencher::report() {
  bool jsonToOutput = options.json == "-";
  llvm::raw_ostream &out = jsonToOutput ? llvm::errs() : llvm::outs();
  out << formatTable(measurement);
  out.flush();
  if (!options.json)
    return ExitDone;
  if (llvm::Error error = writeOutput(*options.json, formatJSON(measurement)))
    return reject(std::move(error));
  return ExitDone;
}

int Bencher::run() {
  if (int status = program.load())
    return status;
  mlir::func::FuncOp entry = program.getEntryToCall();
  if (!entry)
    return ExitRejected;
  if (int status = prepare(entry))
    return status;
  if (int status = compile())
    return status;
  if (int status = startThreads())
    return status;
  if (llvm::Error error = given.arguments.setLayouts(
          plain->find(measurement.entry)->signature, *pool))
    return reject(std::move(error));
  for (int call = 0; call < warmUpCalls; ++call) {
    llvm::Expected<double> elapsed = timeCall();
    if (!elapsed)
      return reject(elapsed.takeError());
  }
  if (int status = countWork())
    return status;
  if (llvm::Error error = measureTime())
    return reject(std::move(error));
  return report();
}

int tilec::benchProgram(const DriverOptions &options,
                        DriverDiagnostics &diagnostics) {
  return Bencher(options, diagnostics).run();
}
