//===- ElementwiseTest.cpp - Functions of the cells at one place ----------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Program.h"
#include <cmath>

using namespace tilec;

static Array row(DType dtype, const std::vector<double> &values) {
  return Array(dtype, {1, int64_t(values.size())}, values);
}

/// `name` of one row, of the same dtype.
static std::string unary(const std::string &name, DType dtype,
                         const std::vector<double> &values) {
  Array x = row(dtype, values);
  return runOp("tile." + name + " %0", {x}, x);
}

static std::string binary(const std::string &name, DType dtype,
                          const std::vector<double> &lhs,
                          const std::vector<double> &rhs) {
  Array a = row(dtype, lhs), b = row(dtype, rhs);
  return runOp("tile." + name + " %0, %1", {a, b}, a);
}

//===----------------------------------------------------------------------===//
// Floats
//===----------------------------------------------------------------------===//

TEST(UnaryFloat, SignsAndRoots) {
  EXPECT_EQ(unary("neg", DType::FP32, {1, -0.0, inf, NaN}), "-1 0 -inf nan");
  EXPECT_EQ(unary("abs", DType::FP32, {-1, -0.0, -inf, NaN}), "1 0 inf nan");
  EXPECT_EQ(unary("sqrt", DType::FP32, {4, 2, -0.0, -1}), "2 1.4142135 -0 nan");
  EXPECT_EQ(unary("rsqrt", DType::FP32, {4, 0, -0.0, inf}), "0.5 inf -inf 0");
  EXPECT_EQ(unary("recip", DType::FP32, {3, 0, -0.0, -inf}),
            "0.33333334 inf -inf -0");
  EXPECT_EQ(unary("relu", DType::FP32, {-1, -0.0, 2, NaN}), "0 0 2 nan");
}

TEST(UnaryFloat, Transcendental) {
  EXPECT_EQ(unary("exp", DType::FP32, {0, 1, -inf, inf, NaN, 89, -104}),
            "1 2.7182817 0 inf nan inf 0");
  EXPECT_EQ(unary("log", DType::FP32, {1, 0, -1, inf, 2}),
            "0 -inf nan inf 0.6931472");
  EXPECT_EQ(unary("sin", DType::FP32, {-0.0, 1, inf, 1e6}),
            "-0 0.84147096 nan -0.3499935");
  EXPECT_EQ(unary("cos", DType::FP32, {0, 1, inf}), "1 0.5403023 nan");
  EXPECT_EQ(unary("tanh", DType::FP32, {-0.0, 1, inf, -inf, NaN}),
            "-0 0.7615942 1 -1 nan");
  EXPECT_EQ(unary("sigmoid", DType::FP32, {0, inf, -inf, NaN}), "0.5 1 0 nan");
}

// exp(100) exceeds FP32, so 1/(1 + exp(100)) is 0: each step rounds to FP32.
TEST(UnaryFloat, SigmoidRoundsEachStep) {
  EXPECT_EQ(unary("sigmoid", DType::FP32, {-100, 1}), "0 0.7310586");
}

TEST(UnaryFloat, SubnormalsAreKept) {
  EXPECT_EQ(unary("neg", DType::FP32, {1e-40}), "-1e-40");
  EXPECT_EQ(unary("exp", DType::FP32, {-100}), "3.8e-44");
}

// 1 + 2^-8 is a tie in BF16 and rounds to even; FP32 holds the sum.
TEST(BinaryFloat, BF16RoundsEachResult) {
  EXPECT_EQ(
      binary("add", DType::BF16, {1, 1.0078125}, {0.00390625, 0.00390625}),
      "1 1.015625");
  EXPECT_EQ(unary("exp", DType::BF16, {1}), "2.71875");
  EXPECT_EQ(binary("mul", DType::FP16, {256, 255}, {256, 257}), "inf inf");
}

TEST(BinaryFloat, Arithmetic) {
  EXPECT_EQ(binary("add", DType::FP32, {1, inf, 16777216}, {2, -inf, 1}),
            "3 nan 16777216");
  EXPECT_EQ(binary("sub", DType::FP32, {1, 0}, {2, 0}), "-1 0");
  EXPECT_EQ(binary("mul", DType::FP32, {0, 3}, {inf, -0.0}), "nan -0");
  EXPECT_EQ(binary("div", DType::FP32, {1, 1, 0, -1}, {3, 0, 0, inf}),
            "0.33333334 inf nan -0");
}

TEST(BinaryFloat, RemainderHasTheDivisorsSign) {
  EXPECT_EQ(binary("rem", DType::FP32, {5, -5, 5, -5}, {3, 3, -3, -3}),
            "2 1 -1 -2");
  EXPECT_EQ(
      binary("rem", DType::FP32, {6, -6, 1, inf, 5.5}, {3, -3, 0, 2, inf}),
      "0 -0 nan nan 5.5");
}

TEST(BinaryFloat, MaximumAndMinimum) {
  EXPECT_EQ(binary("maximum", DType::FP32, {1, NaN, 1, -0.0, 0.0},
                   {2, 1, NaN, 0.0, -0.0}),
            "2 nan nan 0 0");
  EXPECT_EQ(binary("minimum", DType::FP32, {1, NaN, 1, -0.0, 0.0},
                   {2, 1, NaN, 0.0, -0.0}),
            "1 nan nan -0 -0");
}

//===----------------------------------------------------------------------===//
// Integers and BOOL
//===----------------------------------------------------------------------===//

TEST(UnaryInteger, Wraps) {
  EXPECT_EQ(unary("neg", DType::INT8, {-128, 5}), "-128 -5");
  EXPECT_EQ(unary("neg", DType::UINT8, {1, 0}), "255 0");
  EXPECT_EQ(unary("abs", DType::INT8, {-128, -7}), "-128 7");
  EXPECT_EQ(unary("relu", DType::INT32, {-3, 3}), "0 3");
  EXPECT_EQ(unary("not", DType::INT16, {0, -1}), "-1 0");
  EXPECT_EQ(unary("not", DType::UINT32, {0}), "4294967295");
  EXPECT_EQ(unary("not", DType::BOOL, {0, 1}), "1 0");
}

TEST(BinaryInteger, Wraps) {
  EXPECT_EQ(binary("add", DType::INT8, {127}, {1}), "-128");
  EXPECT_EQ(binary("add", DType::UINT8, {255}, {1}), "0");
  EXPECT_EQ(binary("sub", DType::UINT16, {0}, {1}), "65535");
  EXPECT_EQ(binary("mul", DType::INT32, {65536}, {65536}), "0");
  EXPECT_EQ(binary("maximum", DType::UINT8, {200}, {100}), "200");
  EXPECT_EQ(binary("minimum", DType::INT8, {-56}, {100}), "-56");
}

TEST(BinaryInteger, DivisionFloors) {
  EXPECT_EQ(binary("div", DType::INT32, {7, -7, 7, -7}, {2, 2, -2, -2}),
            "3 -4 -4 3");
  EXPECT_EQ(binary("rem", DType::INT32, {7, -7, 7, -7}, {2, 2, -2, -2}),
            "1 1 -1 -1");
  EXPECT_EQ(binary("div", DType::UINT8, {255}, {16}), "15");
  EXPECT_EQ(binary("div", DType::INT8, {-128}, {-1}), "-128");
  Array a = Array::ofBits(DType::INT64, {1}, {uint64_t(1) << 63});
  Array b(DType::INT64, {1}, {-1});
  EXPECT_EQ(runOp("tile.div %0, %1", {a, b}, a), "-9223372036854775808");
  EXPECT_EQ(runOp("tile.rem %0, %1", {a, b}, a), "0");
}

TEST(BinaryInteger, DivisionByZeroIsAnError) {
  EXPECT_EQ(binary("div", DType::INT32, {1, 2}, {1, 0}),
            "error: integer division by zero in a valid cell");
  EXPECT_EQ(binary("rem", DType::UINT8, {1}, {0}),
            "error: integer division by zero in a valid cell");
}

TEST(BinaryInteger, ZeroOutsideOfTheValidRegionIsNone) {
  Array x(DType::INT32, {1, 2}, {6, 1}), y(DType::INT32, {1, 2}, {3, 0});
  Array out(DType::INT32, {1, 2}, {9, 9});
  EXPECT_EQ(runBody(R"(
    %v = tile.set_valid_shape %1[%c1, %c1] : !tile.tile<1x2xi32> -> !tile.tile<1x2xi32, valid 1x1>
    %r = tile.div %0, %v : !tile.tile<1x2xi32>, !tile.tile<1x2xi32, valid 1x1> -> !tile.tile<1x2xi32, valid 1x1>
  )",
                    {x, y}, out, "!tile.tile<1x2xi32, valid 1x1>"),
            "");
  EXPECT_EQ(out.str(), "2 9");
}

TEST(BinaryInteger, Bitwise) {
  EXPECT_EQ(binary("and", DType::UINT8, {12}, {10}), "8");
  EXPECT_EQ(binary("or", DType::INT8, {-128}, {1}), "-127");
  EXPECT_EQ(binary("xor", DType::INT32, {5}, {-1}), "-6");
  EXPECT_EQ(binary("xor", DType::BOOL, {0, 0, 1, 1}, {0, 1, 0, 1}), "0 1 1 0");
}

TEST(BinaryInteger, ShiftsBeyondTheWidth) {
  EXPECT_EQ(binary("shl", DType::INT8, {1, 1, 1, 1}, {7, 8, 100, -1}),
            "-128 0 0 0");
  EXPECT_EQ(binary("shr", DType::INT8, {-128, -128, -128, 64}, {7, 8, -1, 8}),
            "-1 -1 -1 0");
  EXPECT_EQ(binary("shr", DType::UINT8, {128, 128, 128}, {7, 8, 200}), "1 0 0");
  EXPECT_EQ(binary("shl", DType::UINT32, {1, 3}, {31, 31}),
            "2147483648 2147483648");
  EXPECT_EQ(binary("shl", DType::INT64, {1, 1}, {63, 64}),
            "-9223372036854775808 0");
  EXPECT_EQ(binary("shr", DType::INT64, {-1, 8}, {63, 64}), "-1 0");
}

//===----------------------------------------------------------------------===//
// Comparison and choice
//===----------------------------------------------------------------------===//

static std::string compare(const std::string &mode, DType dtype,
                           const std::vector<double> &lhs,
                           const std::vector<double> &rhs) {
  return runOp("tile.cmp " + mode + " %0, %1",
               {row(dtype, lhs), row(dtype, rhs)},
               row(DType::BOOL, std::vector<double>(lhs.size())));
}

TEST(Compare, Modes) {
  std::vector<double> a = {1, 2, 3}, b = {2, 2, 2};
  EXPECT_EQ(compare("eq", DType::FP32, a, b), "0 1 0");
  EXPECT_EQ(compare("ne", DType::FP32, a, b), "1 0 1");
  EXPECT_EQ(compare("lt", DType::BF16, a, b), "1 0 0");
  EXPECT_EQ(compare("le", DType::FP16, a, b), "1 1 0");
  EXPECT_EQ(compare("gt", DType::INT8, a, b), "0 0 1");
  EXPECT_EQ(compare("ge", DType::INT64, a, b), "0 1 1");
}

TEST(Compare, SignednessAndNaN) {
  EXPECT_EQ(compare("lt", DType::INT8, {-1}, {1}), "1");
  EXPECT_EQ(compare("lt", DType::UINT8, {255}, {1}), "0");
  EXPECT_EQ(compare("lt", DType::BOOL, {0}, {1}), "1");
  EXPECT_EQ(compare("eq", DType::FP32, {NaN, -0.0}, {NaN, 0.0}), "0 1");
  EXPECT_EQ(compare("ne", DType::FP32, {NaN}, {NaN}), "1");
  EXPECT_EQ(compare("ge", DType::FP32, {NaN}, {1}), "0");
}

TEST(Select, TakesBitsAsTheyAre) {
  Array mask(DType::BOOL, {1, 2}, {1, 0});
  Array a = Array::ofBits(DType::BF16, {1, 2}, {0x7F81, 0x0001});
  Array b = Array::ofBits(DType::BF16, {1, 2}, {0x3F80, 0xFF82});
  Array out(DType::BF16, {1, 2});
  EXPECT_EQ(runBody("%r = tile.sel %0, %1, %2 : !tile.tile<1x2xi1>, "
                    "!tile.tile<1x2xbf16>, !tile.tile<1x2xbf16> -> "
                    "!tile.tile<1x2xbf16>",
                    {mask, a, b}, out),
            "");
  EXPECT_EQ(out.bits(), (std::vector<uint64_t>{0x7F81, 0xFF82}));
}

//===----------------------------------------------------------------------===//
// Broadcasting
//===----------------------------------------------------------------------===//

TEST(Broadcast, StretchesDimensionsOfOne) {
  Array column(DType::FP32, {2, 1}, {10, 20}),
      line(DType::FP32, {1, 3}, {1, 2, 3});
  EXPECT_EQ(
      runOp("tile.add %0, %1", {column, line}, Array(DType::FP32, {2, 3})),
      "11 12 13 21 22 23");
}

TEST(Broadcast, InTheMiddle) {
  Array a(DType::INT32, {2, 1, 2}, {1, 2, 3, 4});
  Array b(DType::INT32, {2, 2, 2}, {10, 20, 30, 40, 50, 60, 70, 80});
  EXPECT_EQ(runOp("tile.add %0, %1", {a, b}, Array(DType::INT32, {2, 2, 2})),
            "11 22 31 42 53 64 73 84");
}

TEST(Broadcast, Scalars) {
  Array x(DType::UINT8, {1, 2}, {10, 250}), out(DType::UINT8, {1, 2});
  EXPECT_EQ(runBody("%s = arith.constant 261 : index\n" // 5 in 8 bits
                    "%r = tile.add %0, %s : !tile.tile<1x2xui8>, index -> "
                    "!tile.tile<1x2xui8>",
                    {x}, out),
            "");
  EXPECT_EQ(out.str(), "15 255");
}

TEST(Broadcast, ScalarsAloneGiveAScalar) {
  Array out(DType::FP32, {1}, {0});
  EXPECT_EQ(runBody(R"(
    %a = arith.constant 2.0 : f32
    %b = tile.mul %a, %a : f32, f32 -> f32
    %e = tile.sqrt %b : f32 -> f32
    tile.write %e into %out[%c0] : f32 into !tile.tensor<1xf32>
  )",
                    {}, out),
            "");
  EXPECT_EQ(out.str(), "2");
}

/// Shapes [2, 3] and [2, 1] with the valid extents given; what of the result is
/// assembled over zeros.
static std::string addPartial(const std::string &x, const std::string &v) {
  Array a(DType::FP32, {2, 3}, {1, 1, 1, 1, 1, 1}),
      b(DType::FP32, {2, 1}, {4, 4});
  Array out(DType::FP32, {2, 3});
  std::string error = runBody(
      "%a = tile.set_valid_shape %0[" + x +
          "] : !tile.tile<2x3xf32> -> "
          "!tile.tile<2x3xf32, valid ?x?>\n"
          "%b = tile.set_valid_shape %1[" +
          v +
          "] : !tile.tile<2x1xf32> -> "
          "!tile.tile<2x1xf32, valid ?x?>\n"
          "%r = tile.add %a, %b : !tile.tile<2x3xf32, valid ?x?>, "
          "!tile.tile<2x1xf32, valid ?x?> -> !tile.tile<2x3xf32, valid ?x?>\n",
      {a, b}, out, "!tile.tile<2x3xf32, valid ?x?>");
  return error + out.str();
}

TEST(Broadcast, ValidRegionsIntersect) {
  EXPECT_EQ(addPartial("%c2, %c2", "%c2, %c1"), "5 5 0 5 5 0");
  EXPECT_EQ(addPartial("%c2, %c3", "%c1, %c1"), "5 5 5 0 0 0");
  EXPECT_EQ(addPartial("%c1, %c1", "%c2, %c1"), "5 0 0 0 0 0");
}

TEST(Broadcast, AStretchedInvalidCellIsValidNowhere) {
  EXPECT_EQ(addPartial("%c2, %c3", "%c2, %c0"), "0 0 0 0 0 0");
}

TEST(Expand, StretchesToTheOther) {
  Array v(DType::BF16, {2, 1}, {7, 8}), x(DType::FP32, {2, 2});
  EXPECT_EQ(runOp("tile.expand %0 like %1", {v, x}, Array(DType::BF16, {2, 2})),
            "7 7 8 8");
}
