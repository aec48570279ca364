//===- ThreadsTest.cpp - Where the threads of calls run -------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Threads.h"
#include <atomic>
#include <gtest/gtest.h>
#include <thread>

using namespace tilec;
using List = std::vector<int32_t>;

/// The processors that the calling thread may use.
static List getUsable() {
  List processors(size_t(tilec_rt_processors(nullptr, 0, nullptr)));
  tilec_rt_processors(processors.data(), int32_t(processors.size()), nullptr);
  return processors;
}

static Pool makePool(unsigned threads, Pinning pinning) {
  DriverOptions options;
  options.threads = threads;
  options.pinning = std::move(pinning);
  llvm::Expected<Pool> pool = makePool(options);
  EXPECT_TRUE(bool(pool)) << llvm::toString(pool.takeError());
  return std::move(*pool);
}

namespace {
/// The processors that each worker of a pool may use.
struct Workers {
  std::atomic<int> arrived{0};
  std::vector<List> usable;
};
} // namespace

static void recordUsable(tilec_rt_worker *, void *env, int64_t iteration) {
  auto &workers = *static_cast<Workers *>(env);
  // No worker takes two iterations.
  for (++workers.arrived; size_t(workers.arrived) < workers.usable.size();)
    std::this_thread::yield();
  workers.usable[size_t(iteration)] = getUsable();
}

static std::vector<List> getUsableByWorkers(const Pool &pool) {
  Workers workers;
  workers.usable.resize(size_t(tilec_rt_pool_threads(pool.get())));
  void *tensors[] = {&workers};
  tilec_rt_call(
      pool.get(),
      [](tilec_rt_worker *worker, void *const *tensors, const int64_t *) {
        auto *workers = static_cast<Workers *>(tensors[0]);
        tilec_rt_parallel_for(worker, recordUsable, workers,
                              int64_t(workers->usable.size()));
      },
      0, tensors, nullptr, nullptr);
  std::sort(workers.usable.begin(), workers.usable.end());
  return std::move(workers.usable);
}

/// Each on a list of processors of its own.
static std::vector<List> separate(List processors) {
  std::sort(processors.begin(), processors.end());
  std::vector<List> lists;
  for (int32_t processor : processors)
    lists.push_back({processor});
  return lists;
}

TEST(Threads, ListedProcessorsAreUsedUntilThePoolIsGone) {
  List all = getUsable();
  {
    Pool pool = makePool(0, {false, all, "--pin"});
    EXPECT_EQ(getUsableByWorkers(pool), separate(all));
    EXPECT_EQ(getUsable(), List({all.front()}));
  }
  EXPECT_EQ(getUsable(), all);
}

TEST(Threads, NoneIsPinned) {
  List all = getUsable();
  Pool pool = makePool(3, {false, {}, "--pin"});
  EXPECT_EQ(getUsableByWorkers(pool), std::vector<List>(3, all));
}

TEST(Threads, AutomaticIsOneForEachCore) {
  List all = getUsable();
  int32_t cores = 0;
  tilec_rt_processors(nullptr, 0, &cores);
  if (tilec_rt_default_threads() < cores)
    GTEST_SKIP() << "a share of the machine's time";
  Pool pool = makePool(0, Pinning());
  List firstOnes(all.begin(), all.begin() + cores);
  EXPECT_EQ(getUsableByWorkers(pool), separate(firstOnes));
}

TEST(Threads, AutomaticDoesNotCrowdProcessors) {
  List all = getUsable();
  Pool pool = makePool(unsigned(all.size()) + 1, Pinning());
  EXPECT_EQ(getUsableByWorkers(pool), std::vector<List>(all.size() + 1, all));
}

TEST(Threads, ProcessorsThatMayNotBeUsedAreAnError) {
  DriverOptions options;
  options.pinning = {false, {getUsable().front(), 8191}, "TILEC_PIN"};
  llvm::Expected<Pool> pool = makePool(options);
  ASSERT_FALSE(bool(pool));
  EXPECT_EQ(llvm::toString(pool.takeError()),
            "`TILEC_PIN` names processor 8191, which this process may not use");
}
