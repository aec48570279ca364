//===- MeasurementsTest.cpp - Counters and scope profiles -----------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support.h"
#include <gtest/gtest.h>
#include <numeric>
#include <unistd.h>

using namespace tilec::test;

TEST(Measurements, CountsLoopsAndMemory) {
  Pool pool = makePool(2);
  tilec_rt_measurements counts = {};
  call(
      pool,
      [](tilec_rt_worker *worker) {
        tilec_rt_alloc(worker, 1000);
        parallelFor(worker, 0, [](tilec_rt_worker *, int64_t) {});
        parallelFor(worker, 1, [](tilec_rt_worker *, int64_t) {});
        parallelFor(worker, 10, [](tilec_rt_worker *self, int64_t) {
          tilec_rt_alloc(self, 50);
          parallelFor(self, 10, [](tilec_rt_worker *, int64_t) {});
        });
      },
      4096, &counts);
  EXPECT_EQ(counts.parallel_regions, 2);
  // In multiples of 64 bytes; an iteration takes over what one before had.
  EXPECT_GE(counts.alloc_bytes, 1024 + 64);
  EXPECT_LE(counts.alloc_bytes, 1024 + 2 * 64);
  EXPECT_GE(counts.chunks, 5);
  EXPECT_LE(counts.chunks, 10);
  EXPECT_EQ(counts.scratch_bytes, 8192);
}

TEST(Measurements, ScopesAreTimedForEachWorker) {
  constexpr int scopes = 3, workers = 2;
  double seconds[scopes * workers] = {};
  tilec_rt_measurements profile = {};
  profile.scope_seconds = seconds;
  profile.scope_count = scopes;
  profile.worker_count = workers;
  Pool pool = makePool(workers);
  for (int calls = 0; calls < 2; ++calls)
    call(
        pool,
        [](tilec_rt_worker *worker) {
          tilec_rt_scope_enter(worker, 0);
          tilec_rt_scope_enter(worker, 1);
          usleep(10000);
          tilec_rt_scope_leave(worker, 1);
          tilec_rt_scope_leave(worker, 0);
          parallelFor(worker, 4, [](tilec_rt_worker *self, int64_t) {
            tilec_rt_scope_enter(self, 2);
            usleep(5000);
            tilec_rt_scope_leave(self, 2);
          });
        },
        0, &profile);
  EXPECT_GE(seconds[1], 0.020);
  EXPECT_GE(seconds[0], seconds[1]);
  EXPECT_LT(seconds[0], 1.0);
  EXPECT_EQ(seconds[scopes], 0.0);
  EXPECT_GE(seconds[2] + seconds[scopes + 2], 0.040);
}

TEST(Measurements, ScopesWithoutAProfileDoNothing) {
  call(makePool(1), [](tilec_rt_worker *worker) {
    tilec_rt_scope_leave(worker, 0);
    for (int depth = 0; depth < 20; ++depth)
      tilec_rt_scope_enter(worker, depth);
  });
}

TEST(Measurements, OddScopesAreSurvived) {
  double seconds[1] = {};
  tilec_rt_measurements profile = {};
  profile.scope_seconds = seconds;
  profile.scope_count = 1;
  profile.worker_count = 1;
  call(
      makePool(2),
      [](tilec_rt_worker *worker) {
        tilec_rt_scope_leave(worker, 0);
        for (int32_t depth = 0; depth < 20; ++depth)
          tilec_rt_scope_enter(worker, depth);
        for (int32_t depth = 20; depth-- > 0;)
          tilec_rt_scope_leave(worker, depth);
        // The second worker has no row.
        parallelFor(worker, 100, [](tilec_rt_worker *self, int64_t) {
          tilec_rt_scope_enter(self, 0);
          tilec_rt_scope_leave(self, 0);
        });
      },
      0, &profile);
  EXPECT_GT(seconds[0], 0.0);
}

TEST(Measurements, CountsGoToTheInnermostScope) {
  double seconds[2] = {};
  int64_t bytes[2] = {}, flop[2] = {};
  tilec_rt_measurements profile = {};
  profile.scope_seconds = seconds;
  profile.scope_bytes = bytes;
  profile.scope_flop = flop;
  profile.scope_count = 2;
  profile.worker_count = 1;
  call(
      makePool(1),
      [](tilec_rt_worker *worker) {
        tilec_rt_count(worker, 1, 2);
        tilec_rt_scope_enter(worker, 0);
        tilec_rt_count(worker, 10, 20);
        tilec_rt_scope_enter(worker, 1);
        tilec_rt_count(worker, 100, 200);
        tilec_rt_scope_leave(worker, 1);
        tilec_rt_count(worker, 1000, 2000);
        tilec_rt_scope_leave(worker, 0);
      },
      0, &profile);
  EXPECT_EQ(profile.bytes_read, 1111);
  EXPECT_EQ(profile.flop, 2222);
  EXPECT_EQ(bytes[0], 1010);
  EXPECT_EQ(bytes[1], 100);
  EXPECT_EQ(flop[0], 2020);
  EXPECT_EQ(flop[1], 200);
}
