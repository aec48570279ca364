//===- IntervalPackingTest.cpp --------------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Analysis/IntervalPacking.h"
#include <gtest/gtest.h>
#include <random>
#include <vector>

using namespace tilec;

using Buffers = std::vector<PackedBuffer>;

/// Packs with an alignment of 64; the buffers must not meet, nor leave the
/// arena.
static int64_t pack(Buffers &buffers) {
  int64_t bytes = packBuffers(buffers, 64);
  for (const PackedBuffer &x : buffers) {
    EXPECT_EQ(x.offset % 64, 0);
    EXPECT_GE(x.offset, 0);
    EXPECT_LE(x.offset + x.bytes, bytes);
    for (const PackedBuffer &y : buffers)
      if (&x < &y && x.first <= y.last && y.first <= x.last) {
        EXPECT_TRUE(x.offset + x.bytes <= y.offset ||
                    y.offset + y.bytes <= x.offset)
            << x.offset << " + " << x.bytes << " meets " << y.offset << " + "
            << y.bytes;
      }
  }
  EXPECT_GE(bytes, getPeakBytes(buffers, 64));
  return bytes;
}

TEST(IntervalPackingTest, NothingAndOne) {
  Buffers none;
  EXPECT_EQ(pack(none), 0);
  Buffers one{{3, 3, 100}};
  EXPECT_EQ(pack(one), 128);
  Buffers empty{{0, 5, 0}, {0, 5, 64}};
  EXPECT_EQ(pack(empty), 64);
}

TEST(IntervalPackingTest, TouchingLifetimesMeet) {
  Buffers buffers{{0, 4, 64}, {4, 8, 64}, {9, 9, 64}};
  EXPECT_EQ(getPeakBytes(buffers, 64), 128);
  EXPECT_EQ(pack(buffers), 128);
  EXPECT_NE(buffers[0].offset, buffers[1].offset);
}

TEST(IntervalPackingTest, OneAfterTheOtherSharesAll) {
  Buffers buffers;
  for (int64_t i = 0; i < 1000; ++i)
    buffers.push_back({2 * i, 2 * i + 1, 64 * (1 + i % 7)});
  EXPECT_EQ(pack(buffers), 448);
}

TEST(IntervalPackingTest, LargeFirstIsNotEnough) {
  // The small buffers live between and across the large ones.
  Buffers buffers{{0, 2, 256}, {2, 4, 128}, {4, 6, 256},
                  {1, 3, 192}, {3, 5, 192}, {0, 6, 64}};
  EXPECT_EQ(pack(buffers), getPeakBytes(buffers, 64));
}

/// Lifetimes that a program has: a stack of nested ones, and buffers that are
/// written in one step and read in one of the next.
TEST(IntervalPackingTest, ChainsAndStacksReachThePeak) {
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    Buffers buffers;
    for (int64_t step = 0; step < 40; ++step)
      buffers.push_back({step, step + 1, 64 * int64_t(1 + random() % 50)});
    for (int64_t depth = 0; depth < 20; ++depth)
      buffers.push_back({depth, 41 - depth, 64 * int64_t(1 + random() % 50)});
    int64_t bytes = pack(buffers);
    EXPECT_LE(double(bytes), 1.1 * double(getPeakBytes(buffers, 64)));
  }
}

TEST(IntervalPackingTest, RandomLifetimesAreWithinATenthOfThePeak) {
  std::mt19937 random(1);
  double worst = 1;
  for (int round = 0; round < 200; ++round) {
    Buffers buffers;
    int64_t count = 5 + int64_t(random() % 60);
    for (int64_t i = 0; i < count; ++i) {
      int64_t first = int64_t(random() % 100);
      buffers.push_back({first, first + int64_t(random() % 40),
                         1 + int64_t(random() % 100000)});
    }
    int64_t bytes = pack(buffers);
    worst = std::max(worst, double(bytes) / double(getPeakBytes(buffers, 64)));
  }
  EXPECT_LE(worst, 1.1);
}

TEST(IntervalPackingTest, ManyBuffers) {
  std::mt19937 random(3);
  Buffers buffers;
  for (int64_t i = 0; i < 3000; ++i) {
    int64_t first = int64_t(random() % 10000);
    buffers.push_back({first, first + int64_t(random() % 100),
                       1 + int64_t(random() % 100000)});
  }
  int64_t bytes = packBuffers(buffers, 64);
  EXPECT_LE(double(bytes), 1.25 * double(getPeakBytes(buffers, 64)));
}

TEST(IntervalPackingTest, TheSameEveryTime) {
  Buffers first, second;
  for (int64_t i = 0; i < 30; ++i)
    first.push_back({i * 7 % 13, i * 7 % 13 + i % 5, 64 * (i % 4 + 1)});
  second = first;
  pack(first);
  pack(second);
  for (size_t i = 0; i < first.size(); ++i)
    EXPECT_EQ(first[i].offset, second[i].offset);
}
