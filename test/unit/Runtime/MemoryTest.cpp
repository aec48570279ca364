//===- MemoryTest.cpp - Memory that stays between calls -------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support.h"
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <gtest/gtest.h>
#include <vector>

using namespace tilec::test;

static std::atomic<int> allocations{0};

/// Stands before the C library's: all memory of the run-time library for
/// compiled code comes from here.
extern "C" int posix_memalign(void **memory, size_t alignment,
                              size_t bytes) noexcept {
  ++allocations;
  size_t rounded = (bytes + alignment - 1) / alignment * alignment;
  *memory = aligned_alloc(alignment, rounded);
  return *memory ? 0 : 12;
}

/// How often memory is allocated in a call like the ones before.
static int countAllocations(const Pool &pool, const Entry &entry,
                            int64_t scratchBytes = 0) {
  int before = allocations;
  EXPECT_EQ(call(pool, entry, scratchBytes), "");
  return allocations - before;
}

TEST(Memory, LaterCallsAllocateNothing) {
  Pool pool = makePool(1);
  Entry entry = [](tilec_rt_worker *worker) {
    for (int64_t i = 0; i < 20; ++i) {
      int64_t mark = tilec_rt_mark(worker);
      for (int64_t j = 0; j < 5; ++j)
        memset(tilec_rt_alloc(worker, i * 30000 + j), 1, i * 30000 + j);
      parallelFor(worker, 3, [](tilec_rt_worker *self, int64_t k) {
        tilec_rt_alloc(self, 100000 * (3 - k));
      });
      if (i % 2)
        tilec_rt_release(worker, mark);
    }
  };
  EXPECT_GT(countAllocations(pool, entry, 5000), 0);
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(countAllocations(pool, entry, 5000), 0);
  // Nor does a call that needs less.
  EXPECT_EQ(countAllocations(
                pool,
                [](tilec_rt_worker *worker) { tilec_rt_alloc(worker, 200); },
                100),
            0);
}

TEST(Memory, ThreadsHaveTheirScratchFromTheFirstLoopOn) {
  constexpr int threads = 4;
  Pool pool = makePool(threads);
  Entry entry = [](tilec_rt_worker *worker) {
    for (int loops = 0; loops < 3; ++loops)
      parallelFor(worker, 100, [](tilec_rt_worker *self, int64_t i) {
        memset(self->scratch, int(i), 300000);
      });
  };
  EXPECT_GE(countAllocations(pool, entry, 300000), threads);
  for (int i = 0; i < 20; ++i)
    EXPECT_EQ(countAllocations(pool, entry, 300000), 0);
}

TEST(Memory, AFailedCallGivesAllBack) {
  static const tilec_rt_site site = {"f", 1, 1, "m"};
  Pool pool = makePool(1);
  Entry entry = [](tilec_rt_worker *worker) {
    tilec_rt_alloc(worker, 1000);
    parallelFor(worker, 5, [](tilec_rt_worker *self, int64_t i) {
      tilec_rt_alloc(self, 100000);
      if (i == 3)
        tilec_rt_fail(self, &site, 0, nullptr);
    });
    tilec_rt_alloc(worker, 1000000);
  };
  EXPECT_EQ(call(pool, entry), "f:1:1: error: m");
  int before = allocations;
  EXPECT_EQ(call(pool, entry), "f:1:1: error: m");
  EXPECT_EQ(allocations, before);
}

TEST(Memory, ReleasingKeepsWhatWasThereBefore) {
  Pool pool = makePool(1);
  int wrong = 0;
  tilec_rt_measurements counts = {};
  call(
      pool,
      [&](tilec_rt_worker *worker) {
        std::vector<char *> kept;
        for (int i = 0; i < 100; ++i) {
          size_t size = 10000 + i * 64;
          auto *piece =
              static_cast<char *>(tilec_rt_alloc(worker, int64_t(size)));
          memset(piece, i, size);
          kept.push_back(piece);
          for (int j = 0; j < 10; ++j) {
            int64_t mark = tilec_rt_mark(worker);
            for (int64_t bytes : {0, 1, 70000, 300000})
              memset(tilec_rt_alloc(worker, bytes), -1, size_t(bytes));
            tilec_rt_release(worker, mark);
          }
        }
        for (int i = 0; i < 100; ++i)
          for (int at = 0; at < 10000 + i * 64; ++at)
            wrong += kept[i][at] != char(i);
      },
      0, &counts);
  EXPECT_EQ(wrong, 0);
  // The pieces that stay, and what one round of the inner loop takes.
  EXPECT_LT(counts.alloc_bytes, 100 * (10000 + 6400 + 64) + 400000);
}
