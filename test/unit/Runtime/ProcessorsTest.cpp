//===- ProcessorsTest.cpp - Processor limits ------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Internal.h"
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sched.h>
#include <thread>

using tilec::runtime::readControlGroupLimit;
namespace fs = std::filesystem;

namespace {
/// A folder that looks like /proc/self/cgroup and /sys/fs/cgroup.
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
