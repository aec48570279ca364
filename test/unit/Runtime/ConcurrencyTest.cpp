//===- ConcurrencyTest.cpp - Several callers, and fork --------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support.h"
#include <atomic>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace tilec::test;

static const tilec_rt_site site = {"k.tile", 1, 1, "call {0} iteration {1}"};

/// Calls with loops of their own; a third of the calls fail.
static void callOften(const Pool &pool, int64_t id, std::atomic<int> &wrong) {
  for (int round = 0; round < 300; ++round) {
    std::vector<int64_t> values(64);
    bool fails = round % 3 == 0;
    std::string text = call(
        pool,
        [&](tilec_rt_worker *worker) {
          for (int loop = 0; loop < 10; ++loop)
            parallelFor(worker, 64, [&](tilec_rt_worker *self, int64_t i) {
              self->scratch[0] = char(id);
              values[i] += id;
              wrong += self->scratch[0] != char(id);
            });
          if (fails)
            parallelFor(worker, 64, [&](tilec_rt_worker *self, int64_t i) {
              int64_t numbers[] = {id, i};
              if (i >= 20)
                tilec_rt_fail(self, &site, 2, numbers);
            });
        },
        1000 * (id + 1));
    std::string expected = fails ? "k.tile:1:1: error: call " +
                                       std::to_string(id) + " iteration 20"
                                 : "";
    wrong += text != expected;
    for (int64_t value : values)
      wrong += value != 10 * id;
  }
}

TEST(Concurrency, SeveralThreadsCallAtOnce) {
  for (int threads : {1, 2, 5}) {
    Pool pool = makePool(threads);
    std::atomic<int> wrong{0};
    std::vector<std::thread> callers;
    for (int64_t id = 0; id < 6; ++id)
      callers.emplace_back([&, id] { callOften(pool, id, wrong); });
    for (std::thread &caller : callers)
      caller.join();
    EXPECT_EQ(wrong, 0);
  }
}

TEST(Concurrency, PoolsComeAndGo) {
  for (int round = 0; round < 300; ++round) {
    Pool pool = makePool(1 + round % 5);
    std::atomic<int> sum{0};
    if (round % 3)
      call(pool, [&](tilec_rt_worker *worker) {
        parallelFor(worker, 10, [&](tilec_rt_worker *, int64_t) { ++sum; });
      });
    EXPECT_EQ(sum, round % 3 ? 10 : 0);
  }
  tilec_rt_pool_destroy(nullptr);
}

/// The status with which a child process ends that runs `body`.
template <typename F> static int inChild(F body) {
  pid_t child = fork();
  if (child == 0)
    _exit(body() ? 0 : 1);
  int status = -1;
  waitpid(child, &status, 0);
  return status;
}

/// Whether a loop whose two iterations wait for each other comes to an end.
static bool runsOnTwoThreads(const Pool &pool) {
  std::atomic<int> arrived{0};
  alarm(20);
  call(pool, [&](tilec_rt_worker *worker) {
    parallelFor(worker, 2, [&](tilec_rt_worker *, int64_t) {
      ++arrived;
      while (arrived < 2)
        std::this_thread::yield();
    });
  });
  alarm(0);
  return arrived == 2;
}

TEST(Concurrency, AChildProcessStartsItsOwnThreads) {
  Pool pool = makePool(2);
  ASSERT_TRUE(runsOnTwoThreads(pool));
  EXPECT_EQ(inChild([&] { return runsOnTwoThreads(pool); }), 0);
  // Asleep, not spinning, at the time of the fork; a grandchild too.
  usleep(20000);
  EXPECT_EQ(inChild([&] {
              bool inGrandchild =
                  inChild([&] { return runsOnTwoThreads(pool); }) == 0;
              return inGrandchild && runsOnTwoThreads(pool);
            }),
            0);
  EXPECT_TRUE(runsOnTwoThreads(pool));
}

TEST(Concurrency, AChildProcessMayDestroyThePool) {
  Pool pool = makePool(3);
  ASSERT_TRUE(runsOnTwoThreads(pool));
  EXPECT_EQ(inChild([&] {
              pool.reset();
              return true;
            }),
            0);
  EXPECT_TRUE(runsOnTwoThreads(pool));
}

TEST(Concurrency, ForkingDuringAnotherThreadsCall) {
  Pool pool = makePool(2);
  std::atomic<bool> stop{false};
  std::thread caller([&] {
    while (!stop)
      call(pool, [](tilec_rt_worker *worker) {
        parallelFor(worker, 100, [](tilec_rt_worker *, int64_t) {});
      });
  });
  for (int round = 0; round < 30; ++round)
    EXPECT_EQ(inChild([&] { return runsOnTwoThreads(pool); }), 0);
  stop = true;
  caller.join();
}
