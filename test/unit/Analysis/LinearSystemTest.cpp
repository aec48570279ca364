//===- LinearSystemTest.cpp -----------------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Analysis/LinearSystem.h"
#include <gtest/gtest.h>

using namespace tilec;

namespace {

LinearExpr var(LinearSystem &system, WideInt lower, WideInt upper) {
  return LinearExpr::variable(system.addVariable({lower, upper}));
}

} // namespace

TEST(LinearSystemTest, Expressions) {
  LinearSystem system;
  LinearExpr x = var(system, 0, 9), y = var(system, 0, 9);
  EXPECT_TRUE((x + y - y) == x);
  EXPECT_TRUE((x - x).isConstant());
  LinearExpr expr = x * 3 - y + WideInt(4);
  EXPECT_EQ(evaluate(expr, {2, 5}), 5);
  EXPECT_EQ(int64_t(system.getInterval(expr).lower), -5);
  EXPECT_EQ(int64_t(system.getInterval(expr).upper), 31);
}

TEST(LinearSystemTest, FloorDivRoundsDown) {
  EXPECT_EQ(int64_t(floorDiv(7, 2)), 3);
  EXPECT_EQ(int64_t(floorDiv(-7, 2)), -4);
  EXPECT_EQ(int64_t(floorDiv(7, -2)), -4);
  EXPECT_EQ(int64_t(floorDiv(-8, 2)), -4);
}

TEST(LinearSystemTest, FactsOfOneVariable) {
  LinearSystem system;
  LinearExpr x = var(system, -LinearSystem::unbounded, LinearSystem::unbounded);
  Conjunction facts;
  facts.nonNegative = {x * 3 + WideInt(1), LinearExpr(7) - x * 2};
  system.add(facts);
  EXPECT_TRUE(system.provesNonNegative(x));
  EXPECT_TRUE(system.provesAtMost(x, LinearExpr(3)));
  EXPECT_FALSE(system.provesAtMost(x, LinearExpr(2)));
  EXPECT_FALSE(system.isEmpty());
  Conjunction half;
  half.zero = {x * 2 - WideInt(5)};
  system.add(half);
  EXPECT_TRUE(system.isEmpty());
}

TEST(LinearSystemTest, IntegersBetweenRationals) {
  // 2x = 3y + 1 with 4x in 5..7 has rational solutions only.
  LinearSystem system;
  LinearExpr x = var(system, -100, 100);
  Conjunction facts;
  facts.nonNegative = {x * 4 - WideInt(5), LinearExpr(7) - x * 4};
  system.add(facts);
  EXPECT_TRUE(system.isEmpty());
}

TEST(LinearSystemTest, Alternatives) {
  LinearSystem system;
  LinearExpr x = var(system, 0, 10);
  Conjunction low, high;
  low.addAtMost(x, LinearExpr(2));
  high.addAtMost(LinearExpr(8), x);
  system.add(Disjunction{low, high});
  EXPECT_FALSE(system.provesAtMost(x, LinearExpr(9)));
  Conjunction middle;
  middle.addAtMost(LinearExpr(3), x);
  system.add(middle);
  EXPECT_TRUE(system.provesAtMost(LinearExpr(8), x));
  auto sample = system.findSample();
  ASSERT_TRUE(sample.has_value());
  EXPECT_GE((*sample)[0], 8);
}

TEST(LinearSystemTest, NumbersBeyond64Bits) {
  // x = y - 2^64 k with 0 <= x, y < 100 leaves k = 0.
  LinearSystem system;
  LinearExpr x = var(system, 0, 99), y = var(system, 0, 99);
  LinearExpr k = var(system, -LinearSystem::unbounded, LinearSystem::unbounded);
  Conjunction facts;
  facts.addEqual(x, y - k * (WideInt(1) << 64));
  system.add(facts);
  EXPECT_TRUE(system.provesAtMost(x, y));
  EXPECT_TRUE(system.provesAtMost(y, x));
}

TEST(LinearSystemTest, WhatIsNotConnectedDoesNotMatter) {
  LinearSystem system;
  LinearExpr x = var(system, 0, 10), y = var(system, 0, 10);
  Conjunction facts;
  facts.addAtMost(x, y);
  system.add(facts);
  EXPECT_TRUE(system.provesAtMost(x, LinearExpr(10)));
  EXPECT_FALSE(system.provesAtMost(y, x));
  EXPECT_EQ(int64_t(system.getBounds(y - x).lower), 0);
}
