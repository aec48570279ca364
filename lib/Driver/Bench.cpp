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
#include <fstream>
#include <unistd.h>

using namespace tilec;
using Clock = std::chrono::steady_clock;

/// Without --iterations: for so long, but not fewer and not more calls.
static constexpr double defaultSeconds = 2;
static constexpr size_t minIterations = 5;
static constexpr size_t maxIterations = 1000000;
/// Calls before the first that counts: they touch memory and wake threads.
static constexpr int warmUpCalls = 2;
/// The machine's limits are measured before and after each call that takes so
/// long, and otherwise around as many calls as fit into it.
static constexpr double windowSeconds = 0.05;
/// So many calls of the code that counts.
static constexpr size_t maxCountedCalls = 5;

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
  llvm::Error warmUp();
  llvm::Expected<LimitProbe> makeProbe();
  llvm::Error measure();
  llvm::Error timeWindow(Limits before, LimitProbe &probe);
  llvm::Error countWork(Limits before, LimitProbe &probe);
  llvm::Error callCounting(std::vector<ScopeMeasurement> &scopes);
  llvm::Expected<double> timeCall();
  bool isEnough() const;
  void summarize(const LimitProbe &probe);
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
  std::vector<TimedCall> calls;
  double totalSeconds = 0;
  std::vector<CountedCall> countedCalls;
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

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

llvm::Expected<double> Bencher::timeCall() {
  const CompiledEntry &entry = *plain->find(measurement.entry);
  Clock::time_point start = Clock::now();
  llvm::Error error = callCompiled(entry, *pool, given.arguments);
  double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  if (error)
    return error;
  return seconds;
}

/// One call of the code that counts, which sets the counts of the measurement.
llvm::Error Bencher::callCounting(std::vector<ScopeMeasurement> &scopes) {
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
    return error;
  measurement.bytesRead = counts.bytes_read;
  measurement.flop = counts.flop;
  measurement.scratchBytes = counts.scratch_bytes;
  measurement.allocBytes = counts.alloc_bytes;
  measurement.parallelRegions = counts.parallel_regions;
  for (size_t i = 0; i < names.size() * rows; ++i)
    scopes.push_back({names[i % names.size()], seconds[i], bytes[i], flop[i]});
  scopes = joinScopes(scopes);
  return llvm::Error::success();
}

/// What of the process is in memory beside the arguments; 0 where the system
/// does not say.
static int64_t getResidentBytes(int64_t argumentBytes) {
  std::ifstream file("/proc/self/statm");
  int64_t total = 0, resident = 0;
  if (!(file >> total >> resident))
    return 0;
  return std::max<int64_t>(resident * sysconf(_SC_PAGESIZE) - argumentBytes, 0);
}

llvm::Error Bencher::warmUp() {
  if (llvm::Error error = given.arguments.setLayouts(
          plain->find(measurement.entry)->signature, *pool))
    return error;
  for (int call = 0; call < warmUpCalls; ++call) {
    llvm::Expected<double> elapsed = timeCall();
    if (!elapsed)
      return elapsed.takeError();
  }
  for (const TensorView &tensor : given.arguments.getTensors())
    measurement.argumentBytes += tensor.getByteSize();
  measurement.residentBytes = getResidentBytes(measurement.argumentBytes);
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// Measuring
//===----------------------------------------------------------------------===//

llvm::Expected<LimitProbe> Bencher::makeProbe() {
  auto target = CPUTarget::get("", options.cpu, options.features);
  if (!target)
    return target.takeError();
  return LimitProbe::make(*pool, target->features());
}

bool Bencher::isEnough() const {
  if (options.iterations)
    return calls.size() >= options.iterations;
  return calls.size() >= maxIterations ||
         (calls.size() >= minIterations && totalSeconds >= defaultSeconds);
}

/// One long call, or short ones in a row, and then a sample of the limits.
llvm::Error Bencher::timeWindow(Limits before, LimitProbe &probe) {
  size_t first = calls.size();
  double window = 0;
  while (!isEnough() && window < windowSeconds) {
    llvm::Expected<double> elapsed = timeCall();
    if (!elapsed)
      return elapsed.takeError();
    calls.push_back({*elapsed, before, {}});
    totalSeconds += *elapsed;
    window += *elapsed;
  }
  Limits after = probe.measure();
  for (TimedCall &call : llvm::drop_begin(calls, first))
    call.after = after;
  return llvm::Error::success();
}

/// One call of the code that counts, and then a sample of the limits.
llvm::Error Bencher::countWork(Limits before, LimitProbe &probe) {
  // What the probe read took the place of what calls in a row leave in caches.
  if (calls.back().seconds < windowSeconds)
    if (llvm::Error error = timeCall().takeError())
      return error;
  CountedCall call;
  Clock::time_point start = Clock::now();
  if (llvm::Error error = callCounting(call.scopes))
    return error;
  call.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  call.before = before;
  call.after = probe.measure();
  countedCalls.push_back(std::move(call));
  return llvm::Error::success();
}

/// Calls of the plain code and of the code that counts, in turn, and samples of
/// the limits in between.
llvm::Error Bencher::measure() {
  llvm::Expected<LimitProbe> probe = makeProbe();
  if (!probe)
    return probe.takeError();
  Limits limits = probe->measure();
  while (!isEnough()) {
    if (llvm::Error error = timeWindow(limits, *probe))
      return error;
    limits = calls.back().after;
    if (countedCalls.size() == maxCountedCalls)
      continue;
    if (llvm::Error error = countWork(limits, *probe))
      return error;
    limits = countedCalls.back().after;
  }
  summarize(*probe);
  return llvm::Error::success();
}

void Bencher::summarize(const LimitProbe &probe) {
  std::vector<double> seconds, countedSeconds;
  for (const TimedCall &call : calls)
    seconds.push_back(call.seconds);
  for (const CountedCall &call : countedCalls)
    countedSeconds.push_back(call.seconds);
  measurement.iterations = int64_t(seconds.size());
  measurement.secondsMin = *llvm::min_element(seconds);
  measurement.secondsMedian = getMedian(std::move(seconds));
  measurement.share = getShareOfLimit(calls, double(measurement.bytesRead),
                                      double(measurement.flop));
  measurement.countedSeconds = getMedian(std::move(countedSeconds));
  measurement.scopes = getMedianScopes(countedCalls, measurement.threads);
  measurement.limits = probe.getMedians();
  measurement.leastLimits = probe.getLeast();
  measurement.mostLimits = probe.getMost();
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
  if (llvm::Error error = warmUp())
    return reject(std::move(error));
  if (llvm::Error error = measure())
    return reject(std::move(error));
  return report();
}

int tilec::benchProgram(const DriverOptions &options,
                        DriverDiagnostics &diagnostics) {
  return Bencher(options, diagnostics).run();
}
