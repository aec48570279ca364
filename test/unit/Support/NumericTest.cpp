//===- NumericTest.cpp - BF16 and FP16 conversions ------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Support/Numeric.h"
#include <cmath>
#include <gtest/gtest.h>
#include <limits>

using namespace tilec;

/// The value of the finite bits of a small float, from its definition.
static double decode(uint16_t bits, int mantissaBits, int bias) {
  int exponentBits = 15 - mantissaBits;
  int exponent = (bits >> mantissaBits) & ((1 << exponentBits) - 1);
  int mantissa = bits & ((1 << mantissaBits) - 1);
  double value = exponent == 0 ? std::ldexp(mantissa, 1 - bias - mantissaBits)
                               : std::ldexp(mantissa + (1 << mantissaBits),
                                            exponent - bias - mantissaBits);
  return bits & 0x8000 ? -value : value;
}

TEST(Numeric, EveryBF16WidensExactlyAndBack) {
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    float wide = bf16ToFloat(uint16_t(bits));
    if (std::isnan(wide)) {
      EXPECT_EQ(floatToBF16(wide), bits | 0x40);
      continue;
    }
    if (!std::isinf(wide)) {
      ASSERT_EQ(wide, decode(uint16_t(bits), 7, 127)) << bits;
    }
    ASSERT_EQ(floatToBF16(wide), bits);
  }
}

TEST(Numeric, EveryFP16WidensExactlyAndBack) {
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    float wide = fp16ToFloat(uint16_t(bits));
    if ((bits & 0x7FFF) > 0x7C00) {
      ASSERT_TRUE(std::isnan(wide));
      EXPECT_EQ(floatToFP16(wide), bits | 0x200);
      continue;
    }
    if (!std::isinf(wide)) {
      ASSERT_EQ(wide, decode(uint16_t(bits), 10, 15)) << bits;
    }
    ASSERT_EQ(floatToFP16(wide), bits);
  }
}

/// Checks rounding at, just below and just above the middle of each pair of
/// neighbouring values.
template <typename Narrow, typename Widen>
static void checkMiddles(uint32_t infinity, Narrow narrow, Widen widen) {
  // A middle has one more bit than its neighbours, which FP32 has to spare.
  for (uint32_t bits = 0; bits + 1 < infinity; ++bits) {
    double low = widen(uint16_t(bits)), high = widen(uint16_t(bits + 1));
    float middle = float((low + high) / 2);
    uint32_t even = bits & 1 ? bits + 1 : bits;
    ASSERT_EQ(double(middle), (low + high) / 2);
    ASSERT_EQ(narrow(middle), even) << bits;
    ASSERT_EQ(narrow(std::nextafter(middle, 0.0f)), bits);
    ASSERT_EQ(narrow(std::nextafter(middle, INFINITY)), bits + 1);
    ASSERT_EQ(narrow(-std::nextafter(middle, INFINITY)), (bits + 1) | 0x8000);
  }
}

TEST(Numeric, BF16RoundsToNearestEven) {
  checkMiddles(0x7F80, floatToBF16, bf16ToFloat);
}

TEST(Numeric, FP16RoundsToNearestEven) {
  checkMiddles(0x7C00, floatToFP16, fp16ToFloat);
}

TEST(Numeric, Overflow) {
  float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(floatToFP16(65519.996f), 0x7BFF);
  EXPECT_EQ(floatToFP16(65520.0f), 0x7C00);
  EXPECT_EQ(floatToFP16(-infinity), 0xFC00);
  EXPECT_EQ(floatToBF16(std::numeric_limits<float>::max()), 0x7F80);
  EXPECT_EQ(floatToBF16(getFloat(0x7F7F7FFF)), 0x7F7F);
  EXPECT_EQ(floatToBF16(infinity), 0x7F80);
}

TEST(Numeric, NaNStaysNaN) {
  EXPECT_EQ(floatToBF16(getFloat(0x7F800001)), 0x7FC0);
  EXPECT_EQ(floatToBF16(getFloat(0xFFC00000)), 0xFFC0);
  EXPECT_EQ(floatToFP16(getFloat(0x7F800001)), 0x7E00);
  EXPECT_EQ(floatToFP16(getFloat(0xFFE02000)), 0xFF01);
}

TEST(Numeric, SmallestFP16) {
  EXPECT_EQ(floatToFP16(0x1p-25f), 0);
  EXPECT_EQ(floatToFP16(std::nextafter(0x1p-25f, 1.0f)), 1);
  EXPECT_EQ(floatToFP16(-0x1p-24f), 0x8001);
  EXPECT_EQ(floatToFP16(-0.0f), 0x8000);
  EXPECT_EQ(floatToFP16(0x1p-149f), 0);
}
