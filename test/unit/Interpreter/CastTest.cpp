//===- CastTest.cpp - Conversions between dtypes --------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Program.h"
#include <cmath>
#include <fmt/format.h>

using namespace tilec;

static std::string cast(DType from, const std::vector<double> &values, DType to,
                        const std::string &mode = "rint") {
  Array x(from, {int64_t(values.size())}, values);
  return runOp("tile.cast %0 " + mode, {x}, Array(to, x.view().shape));
}

TEST(CastFloat, NarrowingRoundsByMode) {
  // BF16 has 8 bits: its neighbours of 1 are 1 - 2^-8 and 1 + 2^-7.
  std::vector<double> x = {1.00390625, 1.01171875, 1.001, -1.001};
  EXPECT_EQ(cast(DType::FP32, x, DType::BF16), "1 1.015625 1 -1");
  EXPECT_EQ(cast(DType::FP32, x, DType::BF16, "round"),
            "1.0078125 1.015625 1 -1");
  EXPECT_EQ(cast(DType::FP32, x, DType::BF16, "floor"),
            "1 1.0078125 1 -1.0078125");
  EXPECT_EQ(cast(DType::FP32, x, DType::BF16, "ceil"),
            "1.0078125 1.015625 1.0078125 -1");
  EXPECT_EQ(cast(DType::FP32, x, DType::BF16, "trunc"), "1 1.0078125 1 -1");
}

TEST(CastFloat, Overflow) {
  std::vector<double> x = {65519, 65520, -1e6, inf, NaN};
  EXPECT_EQ(cast(DType::FP32, x, DType::FP16), "65504 inf -inf inf nan");
  EXPECT_EQ(cast(DType::FP32, x, DType::FP16, "trunc"),
            "65504 65504 -65504 inf nan");
  EXPECT_EQ(cast(DType::FP32, x, DType::FP16, "floor"),
            "65504 65504 -inf inf nan");
  EXPECT_EQ(cast(DType::FP32, x, DType::FP16, "ceil"),
            "inf inf -65504 inf nan");
}

// 2^-24 is the smallest FP16; half of it is a tie with 0.
TEST(CastFloat, SubnormalsAreExact) {
  double least = std::ldexp(1.0, -24);
  EXPECT_EQ(cast(DType::FP32, {least, least / 2, least * 0.75, -least / 2},
                 DType::FP16),
            "5.9604645e-08 0 5.9604645e-08 -0");
  EXPECT_EQ(cast(DType::FP16, {least}, DType::FP32), "5.9604645e-08");
  EXPECT_EQ(cast(DType::FP32, {std::ldexp(1.0, -133), std::ldexp(1.0, -149)},
                 DType::BF16),
            "9.1835e-41 0");
  EXPECT_EQ(cast(DType::BF16, {std::ldexp(1.0, -133)}, DType::FP32),
            "9.1835e-41");
  EXPECT_EQ(cast(DType::FP32, {std::ldexp(1.0, -149)}, DType::BF16, "ceil"),
            "9.1835e-41");
}

TEST(CastFloat, BetweenTheHalves) {
  EXPECT_EQ(cast(DType::BF16, {1e30, 1.0078125}, DType::FP16), "inf 1.0078125");
  EXPECT_EQ(cast(DType::FP16, {1.0009765625}, DType::BF16), "1");
}

TEST(CastFloat, SameDTypeKeepsTheBits) {
  Array x = Array::ofBits(DType::BF16, {2}, {0x7F81, 0x8001});
  Array out(DType::BF16, {2});
  EXPECT_EQ(runBody("%r = tile.cast %0 ceil : !tile.tile<2xbf16> -> "
                    "!tile.tile<2xbf16>",
                    {x}, out),
            "");
  EXPECT_EQ(out.bits(), x.bits());
}

TEST(CastToInteger, RoundsByMode) {
  std::vector<double> x = {0.5, 1.5, 2.5, -0.5, -1.5, 1.2, -1.2};
  EXPECT_EQ(cast(DType::FP32, x, DType::INT32), "0 2 2 0 -2 1 -1");
  EXPECT_EQ(cast(DType::FP32, x, DType::INT32, "round"), "1 2 3 -1 -2 1 -1");
  EXPECT_EQ(cast(DType::FP32, x, DType::INT32, "floor"), "0 1 2 -1 -2 1 -2");
  EXPECT_EQ(cast(DType::FP32, x, DType::INT32, "ceil"), "1 2 3 0 -1 2 -1");
  EXPECT_EQ(cast(DType::FP32, x, DType::INT32, "trunc"), "0 1 2 0 -1 1 -1");
}

TEST(CastToInteger, SaturatesAndTakesNaNToZero) {
  std::vector<double> x = {NaN, inf, -inf, 1e30, -1e30};
  EXPECT_EQ(cast(DType::FP32, x, DType::INT8), "0 127 -128 127 -128");
  EXPECT_EQ(cast(DType::FP32, x, DType::UINT8), "0 255 0 255 0");
  EXPECT_EQ(cast(DType::FP32, x, DType::UINT32), "0 4294967295 0 4294967295 0");
  EXPECT_EQ(cast(DType::BF16, x, DType::INT16), "0 32767 -32768 32767 -32768");
  EXPECT_EQ(cast(DType::FP32, x, DType::INDEX),
            "0 9223372036854775807 -9223372036854775808 9223372036854775807 "
            "-9223372036854775808");
  EXPECT_EQ(cast(DType::FP32, {127.5, 126.5, -128.5, -129}, DType::INT8),
            "127 126 -128 -128");
  EXPECT_EQ(cast(DType::FP32, {2147483520, 2147483648}, DType::INT32),
            "2147483520 2147483647");
}

TEST(CastToBool, IsNotZero) {
  EXPECT_EQ(cast(DType::FP32, {0, -0.0, 0.25, 1e-45, NaN}, DType::BOOL),
            "0 0 1 1 1");
  EXPECT_EQ(cast(DType::INT16, {0, 256, -1}, DType::BOOL), "0 1 1");
}

TEST(CastFromBool, IsZeroOrOne) {
  EXPECT_EQ(cast(DType::BOOL, {0, 1}, DType::BF16), "0 1");
  EXPECT_EQ(cast(DType::BOOL, {0, 1}, DType::INT8), "0 1");
}

TEST(CastInteger, Wraps) {
  EXPECT_EQ(cast(DType::INT32, {300, -1, 128}, DType::INT8), "44 -1 -128");
  EXPECT_EQ(cast(DType::INT32, {300, -1}, DType::UINT8), "44 255");
  EXPECT_EQ(cast(DType::UINT8, {255}, DType::INT8), "-1");
  EXPECT_EQ(cast(DType::UINT32, {4294967295}, DType::INT64), "4294967295");
  EXPECT_EQ(cast(DType::INT8, {-1}, DType::UINT32), "4294967295");
}

TEST(CastIntegerToFloat, RoundsOnceToNearestEven) {
  EXPECT_EQ(cast(DType::INT32, {16777217, 16777219, -16777217}, DType::FP32),
            "16777216 16777220 -16777216");
  EXPECT_EQ(cast(DType::UINT32, {4294967295}, DType::FP32), "4294967300");
  EXPECT_EQ(cast(DType::INT32, {257, 259, -257}, DType::BF16), "256 260 -256");
  EXPECT_EQ(cast(DType::INT32, {65519, 65520, -70000}, DType::FP16),
            "65504 inf -inf");
  // 2^24 + 2^16 + 1 lies above the tie of its BF16 neighbours 2^24 and 2^24 +
  // 2^17, on which FP32 would round it.
  EXPECT_EQ(cast(DType::INT32, {16842753, 16842752}, DType::BF16),
            "16908288 16777216");
}

/// Every pair, on values that all dtypes hold.
TEST(Cast, EveryPair) {
  for (DType from : getAllDTypes())
    for (DType to : getAllDTypes())
      EXPECT_EQ(cast(from, {0, 1}, to), "0 1")
          << getName(from).str() << " to " << getName(to).str();
}

/// A scalar cast, its result written to a tensor.
static std::string castScalar(const std::string &constant,
                              const std::string &type, const std::string &to,
                              DType result, const std::string &mode = "rint") {
  Array out(result, {1});
  std::string scalar = isFloat(result)         ? to
                       : result == DType::BOOL ? "i1"
                                               : "index";
  std::string error =
      runBody(fmt::format("%s = arith.constant {} : {}\n"
                          "%t = tile.scalar_cast %s {} to {} : {} -> {}\n"
                          "tile.write %t into %out[%c0] : {} into {}",
                          constant, type, mode, to, type, scalar, scalar,
                          out.tensorType()),
              {}, out);
  return error + out.str();
}

TEST(ScalarCast, AsForTiles) {
  EXPECT_EQ(castScalar("300.5", "f32", "i8", DType::INT64), "127");
  EXPECT_EQ(castScalar("300", "index", "i8", DType::INT64), "44");
  EXPECT_EQ(castScalar("-1", "index", "ui16", DType::INT64), "65535");
  EXPECT_EQ(castScalar("2.5", "f32", "index", DType::INT64, "round"), "3");
  EXPECT_EQ(castScalar("257", "index", "bf16", DType::BF16), "256");
  EXPECT_EQ(castScalar("0.5", "f16", "i1", DType::BOOL), "1");
  EXPECT_EQ(castScalar("1", "i1", "f32", DType::FP32), "1");
  EXPECT_EQ(castScalar("1.00390625", "f32", "bf16", DType::BF16, "ceil"),
            "1.0078125");
}
