//===- ProcessorsTest.cpp - Processor limits ------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Processors.h"
#include "Support.h"
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace tilec::runtime;
using namespace tilec::test;
namespace fs = std::filesystem;

namespace {
/// A folder that looks like /proc/self/cgroup, /sys/fs/cgroup and
/// /sys/devices/system/cpu.
struct Processors : testing::Test {
  fs::path root;

  void SetUp() override {
    char name[] = "/tmp/tilec-test-XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    root = name;
  }
  void TearDown() override { fs::remove_all(root); }

  void write(const fs::path &path, const std::string &text) {
    fs::create_directories((root / path).parent_path());
    std::ofstream(root / path) << text;
  }

  int32_t limit() {
    return readControlGroupLimit((root / "self").c_str(),
                                 (root / "mount").c_str());
  }

  void writeCore(int32_t processor, const std::string &list,
                 const char *name = "core_cpus_list") {
    write("cpu" + std::to_string(processor) + "/topology/" + name, list + "\n");
  }

  using Order = std::vector<int32_t>;

  /// The order of these processors, and how many cores they have.
  std::pair<Order, int32_t> order(const Order &processors) {
    ProcessorSet set;
    for (int32_t processor : processors)
      set.add(processor);
    Order result(processors.size());
    int32_t cores = -1;
    EXPECT_EQ(orderProcessors(set, root.c_str(), result.data(), cores),
              int32_t(processors.size()));
    return {result, cores};
  }
};
} // namespace

TEST_F(Processors, NoGroupNoLimit) {
  EXPECT_EQ(limit(), INT32_MAX);
  write("self", "0::/a/b\n");
  EXPECT_EQ(limit(), INT32_MAX);
  write("mount/a/b/cpu.max", "max 100000\n");
  EXPECT_EQ(limit(), INT32_MAX);
  write("self", "nonsense\n\n:\n0:\n");
  EXPECT_EQ(limit(), INT32_MAX);
}

TEST_F(Processors, Version2TakesTheLowestAncestor) {
  write("self", "0::/a/b\n");
  write("mount/a/b/cpu.max", "800000 100000\n");
  EXPECT_EQ(limit(), 8);
  write("mount/a/cpu.max", "350000 100000\n");
  EXPECT_EQ(limit(), 3);
  write("mount/cpu.max", "50000 100000\n");
  EXPECT_EQ(limit(), 1);
}

TEST_F(Processors, Version1) {
  write("self", "5:cpuset:/x\n4:cpu,cpuacct:/a\n3:memory:/a\n");
  write("mount/cpuset/x/cpu.max", "100000 100000\n");
  write("mount/cpu,cpuacct/a/cpu.cfs_quota_us", "-1\n");
  write("mount/cpu,cpuacct/a/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(limit(), INT32_MAX);
  write("mount/cpu,cpuacct/a/cpu.cfs_quota_us", "400000\n");
  EXPECT_EQ(limit(), 4);
}

TEST_F(Processors, ContainersSeeTheirGroupAtTheRoot) {
  write("self", "0::/not/visible/here\n");
  write("mount/cpu.max", "200000 100000\n");
  EXPECT_EQ(limit(), 2);
}

TEST_F(Processors, CoresComeBeforeTheirSecondThreads) {
  using Result = std::pair<Order, int32_t>;
  // Numbered core by core, as some machines do ...
  for (int32_t i = 0; i < 4; ++i)
    writeCore(i, i < 2 ? "0-1" : "2-3");
  EXPECT_EQ(order({0, 1, 2, 3}), Result({0, 2, 1, 3}, 2));
  // ... or first threads first.
  for (int32_t i = 100; i < 104; ++i)
    writeCore(i, i % 2 ? "101,103" : "100,102");
  EXPECT_EQ(order({100, 101, 102, 103}), Result({100, 101, 102, 103}, 2));
  // Four threads a core.
  for (int32_t i = 8; i < 16; ++i)
    writeCore(i, i < 12 ? "8-11" : "12-15");
  EXPECT_EQ(order({8, 9, 10, 11, 12, 13, 14, 15}),
            Result({8, 12, 9, 13, 10, 14, 11, 15}, 2));
}

TEST_F(Processors, CoresAreThoseOfTheMask) {
  using Result = std::pair<Order, int32_t>;
  for (int32_t i = 0; i < 8; ++i)
    writeCore(i, std::to_string(i % 4) + "," + std::to_string(i % 4 + 4));
  EXPECT_EQ(order({1, 4, 5, 6}), Result({1, 4, 6, 5}, 3));
  EXPECT_EQ(order({7}), Result({7}, 1));
  EXPECT_EQ(order({}), Result({}, 0));
}

TEST_F(Processors, OlderKernelsAndMissingFiles) {
  using Result = std::pair<Order, int32_t>;
  EXPECT_EQ(order({0, 1, 8191}), Result({0, 1, 8191}, 3));
  writeCore(0, "0-1", "thread_siblings_list");
  writeCore(1, "0-1", "thread_siblings_list");
  EXPECT_EQ(order({0, 1, 2}), Result({0, 2, 1}, 2));
  writeCore(1, "nonsense");
  writeCore(2, "-");
  EXPECT_EQ(order({0, 1, 2}), Result({0, 1, 2}, 3));
}

TEST(ProcessorSet, NumbersOutsideAreNotKept) {
  ProcessorSet set;
  for (int32_t processor : {-1, INT32_MIN, 8192, INT32_MAX}) {
    set.add(processor);
    EXPECT_FALSE(set.has(processor));
  }
  EXPECT_FALSE(set.setAffinity()) << "no processor";
}

TEST(DefaultThreads, RespectsTheAffinityMask) {
  EXPECT_GE(tilec_rt_default_threads(), 1);
  std::thread([] {
    cpu_set_t mask, one;
    ASSERT_EQ(sched_getaffinity(0, sizeof(mask), &mask), 0);
    CPU_ZERO(&one);
    for (int cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++cpu)
      if (CPU_ISSET(cpu, &mask))
        CPU_SET(cpu, &one);
    ASSERT_EQ(sched_setaffinity(0, sizeof(one), &one), 0);
    EXPECT_EQ(tilec_rt_default_threads(), 1);
    tilec_rt_pool *pool = tilec_rt_pool_create(0);
    EXPECT_EQ(tilec_rt_pool_threads(pool), 1);
    tilec_rt_pool_destroy(pool);
  }).join();
}

/// The processors that the calling thread may use.
static std::vector<int32_t> getProcessors() {
  std::vector<int32_t> processors(
      static_cast<size_t>(tilec_rt_processors(nullptr, 0, nullptr)));
  tilec_rt_processors(processors.data(), int32_t(processors.size()), nullptr);
  return processors;
}

/// Calls `check` once on each of the pool's two threads, at the same time.
static void onBothThreads(const Pool &pool,
                          std::function<void(bool isCaller)> check) {
  std::thread::id caller = std::this_thread::get_id();
  std::atomic<int> arrived{0};
  call(pool, [&](tilec_rt_worker *worker) {
    parallelFor(worker, 2, [&](tilec_rt_worker *, int64_t) {
      for (++arrived; arrived < 2;)
        std::this_thread::yield();
      check(std::this_thread::get_id() == caller);
    });
  });
}

static Pool makePinned(std::vector<int32_t> processors) {
  tilec_rt_pool_options options = {
      sizeof(options), 2, int32_t(processors.size()), processors.data()};
  return Pool(tilec_rt_pool_create_with(&options));
}

TEST(Pinning, ThreadsOfThePoolArePinnedAndTheCallerIsNot) {
  std::vector<int32_t> all = getProcessors();
  for (int32_t processor : all) {
    Pool pool = makePinned({all[0], processor});
    auto check = [&](bool isCaller) {
      EXPECT_EQ(getProcessors(),
                isCaller ? all : std::vector<int32_t>{processor});
    };
    onBothThreads(pool, check);
    // A child process pins the threads that it starts.
    pid_t child = fork();
    if (child == 0) {
      onBothThreads(pool, check);
      _exit(testing::Test::HasFailure());
    }
    int status = -1;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
}

TEST(Pinning, WhoCannotBePinnedRunsAnyway) {
  std::vector<int32_t> all = getProcessors();
  auto check = [&](bool) { EXPECT_EQ(getProcessors(), all); };
  onBothThreads(makePinned({0, 8191}), check);
  onBothThreads(makePinned({0, -1}), check);
  // Fewer processors than threads.
  onBothThreads(makePinned({all.back()}), check);
  onBothThreads(Pool(makePool(2)), check);
}
