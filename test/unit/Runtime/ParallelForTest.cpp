//===- ParallelForTest.cpp - Loops over threads ---------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support.h"
#include <atomic>
#include <cstring>
#include <gtest/gtest.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace tilec::test;

namespace {
/// Run with 1, 2 and 5 threads.
struct ParallelFor : testing::TestWithParam<int> {
  Pool pool = makePool(GetParam());
};
} // namespace

INSTANTIATE_TEST_SUITE_P(Threads, ParallelFor, testing::Values(1, 2, 5));

TEST_P(ParallelFor, RunsEachIterationOnce) {
  EXPECT_EQ(tilec_rt_pool_threads(pool.get()), GetParam());
  for (int64_t count : {0, 1, 2, 3, 7, 64, 1000, 100000}) {
    std::vector<std::atomic<int>> runs(count);
    EXPECT_EQ(call(pool,
                   [&](tilec_rt_worker *worker) {
                     parallelFor(
                         worker, count,
                         [&](tilec_rt_worker *, int64_t i) { ++runs[i]; });
                   }),
              "");
    for (std::atomic<int> &run : runs)
      ASSERT_EQ(run, 1);
  }
}

TEST_P(ParallelFor, NegativeCountsRunNothing) {
  EXPECT_EQ(call(pool,
                 [&](tilec_rt_worker *worker) {
                   parallelFor(worker, -5, [](tilec_rt_worker *, int64_t) {
                     ADD_FAILURE();
                   });
                 }),
            "");
}

/// Each loop sees all of what the loop before it wrote, without atomics.
TEST_P(ParallelFor, LoopsSeeEarlierLoops) {
  constexpr int64_t size = 97, rounds = 20000;
  std::vector<int64_t> values(size), next(size);
  call(pool, [&](tilec_rt_worker *worker) {
    for (int64_t round = 0; round < rounds; ++round) {
      parallelFor(worker, size, [&](tilec_rt_worker *, int64_t i) {
        next[i] = values[(i + 1) % size] + 1;
      });
      std::swap(values, next);
    }
  });
  for (int64_t value : values)
    ASSERT_EQ(value, rounds);
}

TEST_P(ParallelFor, NestedLoopsStayOnTheirWorker) {
  constexpr int64_t outer = 50, inner = 20;
  std::vector<int64_t> order[outer];
  std::atomic<int> strangers{0};
  call(pool, [&](tilec_rt_worker *worker) {
    parallelFor(worker, outer, [&](tilec_rt_worker *self, int64_t i) {
      parallelFor(self, inner, [&](tilec_rt_worker *nested, int64_t j) {
        strangers += nested != self;
        order[i].push_back(j);
      });
    });
  });
  EXPECT_EQ(strangers, 0);
  for (const std::vector<int64_t> &row : order) {
    ASSERT_EQ(int64_t(row.size()), inner);
    for (int64_t j = 0; j < inner; ++j)
      ASSERT_EQ(row[j], j);
  }
}

TEST_P(ParallelFor, WorkersHaveTheirOwnScratch) {
  constexpr int64_t bytes = 3 << 20;
  std::atomic<int> wrong{0};
  for (int64_t size : {int64_t(100), bytes, int64_t(8)})
    call(
        pool,
        [&](tilec_rt_worker *worker) {
          parallelFor(worker, 200, [&](tilec_rt_worker *self, int64_t i) {
            wrong += reinterpret_cast<uintptr_t>(self->scratch) % 64 != 0;
            memset(self->scratch, int(i), size);
            std::this_thread::yield();
            for (int64_t at = 0; at < size; at += 7)
              wrong += self->scratch[at] != char(i);
          });
        },
        size);
  EXPECT_EQ(wrong, 0);
}

/// Two iterations that wait for each other finish only if both run at once.
TEST(ParallelForThreads, RunAtTheSameTime) {
  Pool pool = makePool(2);
  for (int round = 0; round < 200; ++round) {
    std::atomic<int> arrived{0};
    call(pool, [&](tilec_rt_worker *worker) {
      parallelFor(worker, 2, [&](tilec_rt_worker *, int64_t) {
        ++arrived;
        while (arrived < 2)
          std::this_thread::yield();
      });
    });
    // Long enough for the thread to fall asleep, at times.
    if (round % 50 == 0)
      usleep(10000);
  }
}

/// While one thread is held up in an iteration, the other does all the rest.
TEST(ParallelForThreads, NobodyIdlesWhileWorkIsLeft) {
  Pool pool = makePool(2);
  std::atomic<int> done{0};
  call(pool, [&](tilec_rt_worker *worker) {
    parallelFor(worker, 64, [&](tilec_rt_worker *, int64_t i) {
      // The last iteration is a piece of its own.
      while (i == 63 && done < 63)
        std::this_thread::yield();
      ++done;
    });
  });
  EXPECT_EQ(done, 64);
}

/// Notes the first iteration of a thread other than the caller, which waits for
/// that in its own first one.
static void noteFirst(std::atomic<int64_t> &first, bool isCaller, int64_t i) {
  int64_t none = -1;
  if (!isCaller)
    first.compare_exchange_strong(none, i);
  while (first < 0)
    std::this_thread::yield();
}

TEST(ParallelForThreads, SharesAreOfNeighbours) {
  Pool pool = makePool(2);
  std::atomic<int64_t> first{-1};
  call(pool, [&](tilec_rt_worker *worker) {
    parallelFor(worker, 11, [&](tilec_rt_worker *self, int64_t i) {
      noteFirst(first, self == worker, i);
    });
  });
  EXPECT_EQ(first, 6);
}

/// More iterations than 32 bits count; the failure of one ends those above it.
TEST(ParallelForThreads, SharesOfManyIterations) {
  static const tilec_rt_site site = {"f", 1, 1, "the first"};
  Pool pool = makePool(2);
  std::atomic<int64_t> first{-1};
  std::string failure = call(pool, [&](tilec_rt_worker *worker) {
    parallelFor(worker, 5000000003, [&](tilec_rt_worker *self, int64_t i) {
      noteFirst(first, self == worker, i);
      if (i == 0)
        tilec_rt_fail(self, &site, 0, nullptr);
    });
  });
  EXPECT_EQ(failure, "f:1:1: error: the first");
  // Blocks of three iterations.
  EXPECT_EQ(first, 2500000002);
}

TEST(ParallelForThreads, MorePoolsThanOne) {
  Pool first = makePool(2), second = makePool(3);
  int64_t sum = 0;
  call(first, [&](tilec_rt_worker *worker) {
    parallelFor(worker, 1, [&](tilec_rt_worker *, int64_t) {
      call(second, [&](tilec_rt_worker *inner) {
        std::atomic<int64_t> total{0};
        parallelFor(inner, 10,
                    [&](tilec_rt_worker *, int64_t i) { total += i; });
        sum = total;
      });
    });
  });
  EXPECT_EQ(sum, 45);
}
