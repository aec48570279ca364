//===- ProcessorFeaturesTest.cpp - What this processor can do -------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Runtime/Entry.h"
#include <gtest/gtest.h>

TEST(ProcessorFeatures, NothingIsAlwaysThere) {
  EXPECT_TRUE(tilec_rt_supports(""));
}

TEST(ProcessorFeatures, UnknownNamesAreNot) {
  EXPECT_FALSE(tilec_rt_supports("nonsense"));
  // No part of a name stands for it.
  EXPECT_FALSE(tilec_rt_supports("sse"));
  EXPECT_FALSE(tilec_rt_supports("sse3x"));
}

#if defined(__x86_64__)
TEST(ProcessorFeatures, AllNamesCount) {
  ASSERT_TRUE(tilec_rt_supports("sse3"));
  EXPECT_TRUE(tilec_rt_supports("sse3,ssse3,sse4.1"));
  EXPECT_FALSE(tilec_rt_supports("sse3,nonsense,ssse3"));
  EXPECT_FALSE(tilec_rt_supports("sse3,fma4,tbm,xop,egpr"));
}
#endif
