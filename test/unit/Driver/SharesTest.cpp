//===- SharesTest.cpp - Times as shares of a machine's limits -------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Shares.h"
#include <gtest/gtest.h>

using namespace tilec;

TEST(Shares, MedianIsTheMiddle) {
  EXPECT_EQ(getMedian({}), 0);
  EXPECT_EQ(getMedian({3}), 3);
  EXPECT_EQ(getMedian({9, 1, 2}), 2);
  EXPECT_EQ(getMedian({1, 2, 4, 100}), 3);
}

TEST(Shares, TheSlowerLimitCounts) {
  Limits limits{4e9, 1e10};
  EXPECT_DOUBLE_EQ(limits.getSeconds(1e9, 3e9), 0.3);
  EXPECT_DOUBLE_EQ(limits.getSeconds(1e9, 0), 0.25);
  EXPECT_EQ(Limits().getSeconds(1e9, 3e9), 0);
}

TEST(Shares, ACallIsHeldAgainstBothSamples) {
  // 100 bytes take one second by the first sample and two by the second.
  TimedCall call{3, {100, 0}, {50, 0}};
  EXPECT_DOUBLE_EQ(call.getShare(100, 0), 0.5);
  EXPECT_FALSE(call.isSteady(100, 0));
  // Only the limit that counts must be steady.
  call = {4, {100, 10}, {50, 10}};
  EXPECT_TRUE(call.isSteady(100, 20));
  EXPECT_DOUBLE_EQ(call.getShare(100, 20), 0.5);
  EXPECT_TRUE((TimedCall{1, {100, 0}, {91, 0}}).isSteady(100, 0));
  EXPECT_FALSE((TimedCall{1, {100, 0}, {89, 0}}).isSteady(100, 0));
  EXPECT_EQ(TimedCall().getShare(100, 0), 0);
}

TEST(Shares, SteadyCallsOutvoteTheOthers) {
  Limits slow{50, 0}, fast{100, 0};
  std::vector<TimedCall> calls = {{2, fast, fast},
                                  {2.5, slow, slow},
                                  {2, slow, slow},
                                  {1, slow, fast},
                                  {9, fast, slow}};
  ShareOfLimit share = getShareOfLimit(calls, 100, 0);
  EXPECT_EQ(share.steadyCalls, 3u);
  EXPECT_DOUBLE_EQ(share.median, 0.8);
  EXPECT_DOUBLE_EQ(share.min, 0.5);
  EXPECT_DOUBLE_EQ(share.max, 1);
}

TEST(Shares, TooFewSteadyCallsAreNoVote) {
  Limits slow{50, 0}, fast{100, 0};
  std::vector<TimedCall> calls = {
      {2, fast, fast}, {1.5, slow, fast}, {3, fast, slow}};
  ShareOfLimit share = getShareOfLimit(calls, 100, 0);
  EXPECT_EQ(share.steadyCalls, 1u);
  EXPECT_DOUBLE_EQ(share.median, 0.5);
  EXPECT_DOUBLE_EQ(share.max, 1);
  EXPECT_EQ(getShareOfLimit({}, 100, 0).median, 0);
}
