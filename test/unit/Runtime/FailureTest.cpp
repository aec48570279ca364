//===- FailureTest.cpp - Which failure is reported, and how ---------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support.h"
#include <atomic>
#include <gtest/gtest.h>
#include <vector>

using namespace tilec::test;

static const tilec_rt_site site = {"k.tile", 7, 5, "row {0} of {1}"};

static void failWith(tilec_rt_worker *worker, int64_t first,
                     int64_t second = 16) {
  int64_t values[] = {first, second};
  tilec_rt_fail(worker, &site, 2, values);
}

TEST(Failure, IsDescribed) {
  EXPECT_EQ(call(makePool(1),
                 [](tilec_rt_worker *worker) {
                   EXPECT_EQ(worker->failed, 0);
                   failWith(worker, -3);
                   EXPECT_NE(worker->failed, 0);
                 }),
            "k.tile:7:5: error: row -3 of 16");
}

TEST(Failure, TheFirstCounts) {
  EXPECT_EQ(call(makePool(2),
                 [](tilec_rt_worker *worker) {
                   failWith(worker, 1);
                   failWith(worker, 2);
                   parallelFor(worker, 4, [](tilec_rt_worker *, int64_t) {
                     ADD_FAILURE() << "started after a failure";
                   });
                 }),
            "k.tile:7:5: error: row 1 of 16");
}

TEST(Failure, DoesNotReachTheNextCall) {
  Pool pool = makePool(2);
  EXPECT_NE(call(pool, [](tilec_rt_worker *w) { failWith(w, 1); }), "");
  EXPECT_EQ(call(pool,
                 [](tilec_rt_worker *worker) {
                   EXPECT_EQ(worker->failed, 0);
                   parallelFor(worker, 8, [](tilec_rt_worker *w, int64_t) {
                     EXPECT_EQ(w->failed, 0);
                   });
                 }),
            "");
}

/// Many iterations fail on many threads: the lowest is reported, and all below
/// it have run.
TEST(Failure, TheLowestIterationWins) {
  for (int threads : {1, 2, 5}) {
    Pool pool = makePool(threads);
    for (int64_t round = 0; round < 2000; ++round) {
      int64_t lowest = round % 90;
      std::vector<std::atomic<int>> ran(100);
      std::string text = call(pool, [&](tilec_rt_worker *worker) {
        parallelFor(worker, 100, [&](tilec_rt_worker *self, int64_t i) {
          ++ran[i];
          if (i >= lowest && (i - lowest) % 3 == 0)
            failWith(self, i);
        });
        EXPECT_NE(worker->failed, 0);
      });
      ASSERT_EQ(text,
                "k.tile:7:5: error: row " + std::to_string(lowest) + " of 16");
      for (int64_t i = 0; i <= lowest; ++i)
        ASSERT_EQ(ran[i], 1);
    }
  }
}

TEST(Failure, LaterIterationsDoNotStart) {
  // Serially, nothing runs after the failure.
  int64_t ran = 0;
  call(makePool(1), [&](tilec_rt_worker *worker) {
    parallelFor(worker, 100, [&](tilec_rt_worker *self, int64_t i) {
      ++ran;
      if (i == 3)
        failWith(self, i);
    });
  });
  EXPECT_EQ(ran, 4);
  std::atomic<int64_t> many{0};
  call(makePool(2), [&](tilec_rt_worker *worker) {
    parallelFor(worker, 1000000, [&](tilec_rt_worker *self, int64_t i) {
      ++many;
      failWith(self, i);
    });
  });
  EXPECT_LT(many, 100);
}

TEST(Failure, NestedLoopsStopAtTheFirst) {
  for (int threads : {1, 2}) {
    std::string text = call(makePool(threads), [&](tilec_rt_worker *worker) {
      parallelFor(worker, 8, [&](tilec_rt_worker *self, int64_t i) {
        parallelFor(self, 8, [&](tilec_rt_worker *inner, int64_t j) {
          if (i >= 2 && j >= 5)
            failWith(inner, i, j);
        });
      });
    });
    EXPECT_EQ(text, "k.tile:7:5: error: row 2 of 5");
  }
}

static std::string describe(const char *message, int64_t count) {
  tilec_rt_site place = {"a", 1, 2, message};
  int64_t values[] = {INT64_MIN, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  return call(makePool(1), [&](tilec_rt_worker *worker) {
    tilec_rt_fail(worker, &place, count, values);
  });
}

TEST(Failure, Placeholders) {
  EXPECT_EQ(describe("{0}{1} {7}", 8), "a:1:2: error: -92233720368547758081 7");
  EXPECT_EQ(describe("{2} {8} {x} {} {", 2), "a:1:2: error: {2} {8} {x} {} {");
  EXPECT_EQ(describe("{1}", 10), "a:1:2: error: 1");
}

TEST(Failure, LongMessagesAreCut) {
  for (int size : {480, 490, 494, 495, 496, 500, 1000}) {
    std::string text = describe((std::string(size, 'x') + "{0}").c_str(), 1);
    EXPECT_LE(text.size(), 14u + 495u);
    EXPECT_EQ(text.substr(14, 480), std::string(480, 'x'));
  }
}

TEST(Failure, FormatCutsToTheBuffer) {
  tilec_rt_error error = {"f.tile", 3, 4, "bad"};
  char buffer[8];
  EXPECT_EQ(tilec_rt_error_format(&error, buffer, sizeof(buffer)), 22u);
  EXPECT_STREQ(buffer, "f.tile:");
  EXPECT_EQ(tilec_rt_error_format(&error, nullptr, 0), 22u);
}
