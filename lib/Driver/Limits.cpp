//===- Limits.cpp - What this machine can do ------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Limits.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <chrono>
#include <cstring>
#include <unistd.h>

using namespace tilec;
using Clock = std::chrono::steady_clock;

/// What a thread reads in one go: small enough that threads end together, so
/// large that starting a stream does not count.
static constexpr int64_t pieceBytes = int64_t(4) << 20;
static constexpr int64_t lineBytes = 64;
static constexpr double sampleSeconds = 0.01;

//===----------------------------------------------------------------------===//
// Loops on the pool
//===----------------------------------------------------------------------===//

namespace {
/// What the bodies find in `tensors[0]`.
struct Work {
  tilec_rt_body body;
  int64_t count;
  const char *memory;
  ReadKernel read;
  ArithmeticKernel compute;
  int64_t rounds;
  std::vector<int64_t> flop;
};
} // namespace

static void readPiece(tilec_rt_worker *, void *env, int64_t piece) {
  const Work &work = *static_cast<Work *>(env);
  volatile uint64_t sink =
      work.read(work.memory + piece * pieceBytes, pieceBytes / lineBytes);
  (void)sink;
}

static void computeRounds(tilec_rt_worker *, void *env, int64_t part) {
  Work &work = *static_cast<Work *>(env);
  work.flop[part] = work.compute(work.rounds);
}

static void runLoop(tilec_rt_worker *worker, void *const *tensors,
                    const int64_t *) {
  auto *work = static_cast<Work *>(tensors[0]);
  tilec_rt_parallel_for(worker, work->body, work, work->count);
}

/// Seconds that the loop takes.
static double run(tilec_rt_pool &pool, Work &work) {
  void *tensors[] = {&work};
  Clock::time_point start = Clock::now();
  tilec_rt_call(&pool, runLoop, 0, tensors, nullptr, nullptr);
  return std::chrono::duration<double>(Clock::now() - start).count();
}

//===----------------------------------------------------------------------===//
// The probe
//===----------------------------------------------------------------------===//

/// Twice what the caches hold, so that reading it in turn never finds what the
/// turn before has left there; but not all of the machine's memory.
static int64_t getProbeBytes(int64_t threads) {
  int64_t cache = std::max<int64_t>(sysconf(_SC_LEVEL3_CACHE_SIZE), 128 << 20);
  int64_t physical = sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
  int64_t pieces = std::min(2 * cache, physical / 8) / pieceBytes;
  return std::max(pieces, threads) * pieceBytes;
}

llvm::Expected<LimitProbe> LimitProbe::make(tilec_rt_pool &pool,
                                            const CPUFeatures &features) {
  LimitProbe probe;
  probe.pool = &pool;
  probe.read = selectReadKernel(features);
  probe.compute = selectArithmeticKernel(features);
  int64_t bytes = getProbeBytes(tilec_rt_pool_threads(&pool));
  llvm::Expected<Tensor> memory = Tensor::create(DType::UINT8, {bytes});
  if (!memory)
    return memory.takeError();
  // Untouched pages are all the same page, which a cache holds.
  std::memset(memory->getView().data, 1, size_t(bytes));
  probe.memory = std::move(*memory);
  // The first samples set the number of rounds and wake the threads.
  probe.measure();
  probe.measure();
  probe.readSamples.clear();
  probe.flopSamples.clear();
  return probe;
}

double LimitProbe::measureReading() {
  const TensorView &view = memory.getView();
  Work work{};
  work.body = readPiece;
  work.count = view.getByteSize() / pieceBytes;
  work.memory = static_cast<const char *>(view.data);
  work.read = read;
  return double(view.getByteSize()) / run(*pool, work);
}

double LimitProbe::measureArithmetic() {
  Work work{};
  work.body = computeRounds;
  // Several parts a thread, so that none waits long for another at the end.
  work.count = int64_t(8) * tilec_rt_pool_threads(pool);
  work.compute = compute;
  work.rounds = rounds;
  work.flop.resize(work.count);
  double seconds = run(*pool, work);
  double flop = 0;
  for (int64_t part : work.flop)
    flop += double(part);
  rounds =
      std::clamp<int64_t>(int64_t(double(rounds) * sampleSeconds / seconds),
                          1 << 8, int64_t(1) << 40);
  return flop / seconds;
}

Limits LimitProbe::measure() {
  Limits sample{measureReading(), measureArithmetic()};
  readSamples.push_back(sample.readBytesPerSecond);
  flopSamples.push_back(sample.flopPerSecond);
  return sample;
}

Limits LimitProbe::getMedians() const {
  return {getMedian(readSamples), getMedian(flopSamples)};
}

Limits LimitProbe::getLeast() const {
  return {*llvm::min_element(readSamples), *llvm::min_element(flopSamples)};
}

Limits LimitProbe::getMost() const {
  return {*llvm::max_element(readSamples), *llvm::max_element(flopSamples)};
}
