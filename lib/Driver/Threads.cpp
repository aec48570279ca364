//===- Threads.cpp - The threads of calls, and where they run -------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Threads.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <fmt/format.h>

using namespace tilec;

//===----------------------------------------------------------------------===//
// What the user says
//===----------------------------------------------------------------------===//

/// Adds the processors of `N`, `N-M` or `N-M:STEP`; false if it is none of
/// them, or names a processor again.
static bool readRange(llvm::StringRef text, std::vector<int32_t> &processors) {
  auto [range, stepText] = text.split(':');
  auto [firstText, lastText] = range.split('-');
  bool isRange = range.contains('-'), hasStep = text.contains(':');
  unsigned first, last, step = 1;
  if (firstText.getAsInteger(10, first))
    return false;
  last = first;
  if (isRange && lastText.getAsInteger(10, last))
    return false;
  if (hasStep && (!isRange || stepText.getAsInteger(10, step) || step == 0))
    return false;
  if (last < first || last >= maxProcessors)
    return false;
  for (uint64_t i = first; i <= last; i += step) {
    if (llvm::is_contained(processors, int32_t(i)))
      return false;
    processors.push_back(int32_t(i));
  }
  return true;
}

std::optional<Pinning> tilec::parsePinning(const std::string &source,
                                           llvm::StringRef text) {
  Pinning pinning{text == "auto", {}, source};
  if (text == "auto" || text == "none")
    return pinning;
  llvm::SmallVector<llvm::StringRef> ranges;
  text.split(ranges, ',');
  for (llvm::StringRef range : ranges)
    if (!readRange(range, pinning.processors))
      return std::nullopt;
  return pinning;
}

//===----------------------------------------------------------------------===//
// Where threads run
//===----------------------------------------------------------------------===//

PinnedThread::PinnedThread(int32_t processor) : thread(pthread_self()) {
  unsigned long one[words] = {};
  auto *mask = reinterpret_cast<cpu_set_t *>(one);
  CPU_SET_S(size_t(processor), sizeof(one), mask);
  if (pthread_getaffinity_np(thread, sizeof(saved), getMask()) == 0)
    pthread_setaffinity_np(thread, sizeof(one), mask);
}

PinnedThread::~PinnedThread() {
  if (CPU_COUNT_S(sizeof(saved), getMask()))
    pthread_setaffinity_np(thread, sizeof(saved), getMask());
}

/// The processors that the process may use, physical cores first. `cores` of
/// them are those.
static std::vector<int32_t> getProcessors(int32_t &cores) {
  std::vector<int32_t> processors(
      size_t(tilec_rt_processors(nullptr, 0, nullptr)));
  int32_t count = tilec_rt_processors(processors.data(),
                                      int32_t(processors.size()), &cores);
  processors.resize(std::min(processors.size(), size_t(count)));
  cores = std::min(cores, int32_t(processors.size()));
  return processors;
}

/// One processor for each of so many threads, or none at all.
static std::vector<int32_t> choosePlaces(size_t threads) {
  int32_t cores = 0;
  std::vector<int32_t> processors = getProcessors(cores);
  // Who has a share of a machine's time, others have the rest: the scheduler
  // knows which processors are free.
  bool isShare = tilec_rt_default_threads() < cores;
  if (isShare || threads > processors.size())
    return {};
  // From the core on that the scheduler has chosen for this process: several
  // ones with few threads do not all take the first core.
  auto coresEnd = processors.begin() + cores;
  auto current = std::find(processors.begin(), coresEnd, sched_getcpu());
  if (current != coresEnd)
    std::rotate(processors.begin(), current, coresEnd);
  processors.resize(threads);
  return processors;
}

static llvm::Error checkUsable(const Pinning &pinning) {
  int32_t cores = 0;
  std::vector<int32_t> usable = getProcessors(cores);
  for (int32_t processor : pinning.processors)
    if (!llvm::is_contained(usable, processor))
      return llvm::createStringError(
          fmt::format("`{}` names processor {}, which this process may not use",
                      pinning.source, processor));
  return llvm::Error::success();
}

llvm::Expected<Pool> tilec::makePool(const DriverOptions &options) {
  std::vector<int32_t> places = options.pinning.processors;
  if (llvm::Error error = checkUsable(options.pinning))
    return error;
  size_t threads = options.threads;
  if (threads == 0)
    threads =
        places.empty() ? size_t(tilec_rt_default_threads()) : places.size();
  if (options.pinning.automatic)
    places = choosePlaces(threads);
  tilec_rt_pool_options poolOptions = {sizeof(poolOptions), int32_t(threads),
                                       int32_t(places.size()), places.data()};
  Pool pool(tilec_rt_pool_create_with(&poolOptions));
  if (!pool)
    return llvm::createStringError("no memory for the threads");
  if (!places.empty())
    pool.get_deleter().caller = std::make_unique<PinnedThread>(places.front());
  return pool;
}
