//===- ReductionTest.cpp - Reductions of rows and columns -----------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Program.h"

using namespace tilec;

static std::string reduceRows(const std::string &kind, DType dtype, Shape shape,
                              const std::vector<double> &values) {
  bool isArg = kind.substr(0, 3) == "arg";
  return runOp("tile.reduce " + kind + " %0 along 1",
               {Array(dtype, shape, values)},
               Array(isArg ? DType::INT32 : dtype, {shape[0], 1}));
}

static std::string reduceColumns(const std::string &kind, DType dtype,
                                 Shape shape,
                                 const std::vector<double> &values) {
  return runOp("tile.reduce " + kind + " %0 along 0",
               {Array(dtype, shape, values)}, Array(dtype, {1, shape[1]}));
}

TEST(ReduceRows, EachKind) {
  std::vector<double> x = {3, 1, 2, -4, 5, 5};
  EXPECT_EQ(reduceRows("sum", DType::FP32, {2, 3}, x), "6 6");
  EXPECT_EQ(reduceRows("prod", DType::FP32, {2, 3}, x), "6 -100");
  EXPECT_EQ(reduceRows("max", DType::FP32, {2, 3}, x), "3 5");
  EXPECT_EQ(reduceRows("min", DType::FP32, {2, 3}, x), "1 -4");
  EXPECT_EQ(reduceRows("argmax", DType::FP32, {2, 3}, x), "0 1");
  EXPECT_EQ(reduceRows("argmin", DType::FP32, {2, 3}, x), "1 0");
}

TEST(ReduceColumns, EachKind) {
  std::vector<double> x = {3, 1, 2, -4, 5, 5};
  EXPECT_EQ(reduceColumns("sum", DType::INT32, {2, 3}, x), "-1 6 7");
  EXPECT_EQ(reduceColumns("prod", DType::FP32, {2, 3}, x), "-12 5 10");
  EXPECT_EQ(reduceColumns("max", DType::BF16, {2, 3}, x), "3 5 5");
  EXPECT_EQ(reduceColumns("min", DType::FP16, {2, 3}, x), "-4 1 2");
}

// Columns 0 and 16 share a lane: 1 + 2^24 is 2^24 there, and lane 8, which is
// combined with lane 0 first, adds -2^24. In ascending order it would be 1.
TEST(ReduceRows, SumKeepsSixteenLanes) {
  std::vector<double> x(32, 0.0);
  x[0] = 1;
  x[16] = 16777216;
  x[8] = -16777216;
  EXPECT_EQ(reduceRows("sum", DType::FP32, {1, 32}, x), "0");
  // In lanes of their own, combined 8, 4, 2 and 1 apart: (1 + 2^24) of lanes 0
  // and 8, then -2^24 of lane 4.
  std::vector<double> y(16, 0.0);
  y[0] = 1;
  y[8] = 16777216;
  y[4] = -16777216;
  EXPECT_EQ(reduceRows("sum", DType::FP32, {1, 16}, y), "0");
  // Lanes 0 and 8 cancel before lane 1 comes.
  std::vector<double> z(16, 0.0);
  z[0] = 16777216;
  z[8] = -16777216;
  z[1] = 1;
  EXPECT_EQ(reduceRows("sum", DType::FP32, {1, 16}, z), "1");
}

TEST(ReduceColumns, SumTakesRowsInOrder) {
  std::vector<double> x = {1, 16777216, -16777216};
  EXPECT_EQ(reduceColumns("sum", DType::FP32, {3, 1}, x), "0");
  std::vector<double> y = {16777216, -16777216, 1};
  EXPECT_EQ(reduceColumns("sum", DType::FP32, {3, 1}, y), "1");
}

// 256 + 1 is 256 in BF16; 256 + 1 + 1 is 258 when it is rounded once.
TEST(Reduce, BF16SumsInFP32) {
  EXPECT_EQ(reduceColumns("sum", DType::BF16, {3, 1}, {256, 1, 1}), "258");
  EXPECT_EQ(reduceRows("sum", DType::FP16, {1, 3}, {2048, 1, 1}), "2050");
}

TEST(Reduce, IntegersWrap) {
  EXPECT_EQ(reduceRows("sum", DType::INT8, {1, 2}, {127, 1}), "-128");
  EXPECT_EQ(reduceRows("prod", DType::UINT8, {1, 2}, {16, 17}), "16");
  EXPECT_EQ(reduceRows("max", DType::UINT8, {1, 2}, {200, 100}), "200");
}

TEST(Reduce, SpecialValues) {
  EXPECT_EQ(reduceRows("sum", DType::FP32, {1, 2}, {-0.0, -0.0}), "0");
  EXPECT_EQ(reduceRows("prod", DType::FP32, {1, 2}, {-0.0, 1}), "-0");
  EXPECT_EQ(
      reduceRows("max", DType::FP32, {3, 2}, {1, NaN, -inf, -inf, -0.0, 0.0}),
      "nan -inf 0");
  EXPECT_EQ(reduceRows("min", DType::FP32, {2, 2}, {inf, inf, 0.0, -0.0}),
            "inf -0");
}

TEST(Reduce, ArgumentsOfExtremes) {
  EXPECT_EQ(reduceRows("argmax", DType::INT32, {1, 4}, {1, 7, 7, 0}), "1");
  EXPECT_EQ(reduceRows("argmin", DType::FP32, {1, 3}, {0.0, -0.0, 0.0}), "0");
  EXPECT_EQ(reduceRows("argmax", DType::FP32, {2, 4},
                       {1, NaN, 9, NaN, -inf, -inf, -inf, -inf}),
            "1 0");
  EXPECT_EQ(reduceRows("argmin", DType::FP32, {1, 3}, {5, NaN, 1}), "1");
  EXPECT_EQ(reduceRows("argmax", DType::UINT8, {1, 2}, {127, 128}), "1");
}

/// The reduction of a 2x3 tile of ones of which `valid` is valid, over 9s.
static std::string reducePartial(const std::string &kind, DType dtype, int axis,
                                 const std::string &valid) {
  Array x(dtype, {2, 3}, {1, 1, 1, 1, 1, 1});
  bool isArg = kind.substr(0, 3) == "arg";
  Array out(isArg ? DType::INT32 : dtype, axis == 1 ? Shape{2, 1} : Shape{1, 3},
            {9, 9, 9});
  std::string partial = x.tileType(), result = out.tileType();
  partial.insert(partial.size() - 1, ", valid ?x?");
  result.insert(result.size() - 1, axis == 1 ? ", valid ?x1" : ", valid 1x?");
  std::string error = runBody(
      "%v = tile.set_valid_shape %0[" + valid + "] : " + x.tileType() + " -> " +
          partial + "\n%r = tile.reduce " + kind + " %v along " +
          std::to_string(axis) + " : " + partial + " -> " + result,
      {x}, out, result);
  return error + out.str();
}

TEST(Reduce, OverValidCellsOnly) {
  EXPECT_EQ(reducePartial("sum", DType::FP32, 1, "%c2, %c2"), "2 2");
  EXPECT_EQ(reducePartial("sum", DType::FP32, 1, "%c1, %c3"), "3 9");
  EXPECT_EQ(reducePartial("sum", DType::FP32, 0, "%c1, %c2"), "1 1 9");
}

TEST(Reduce, OverNoCellGivesTheIdentity) {
  EXPECT_EQ(reducePartial("sum", DType::FP32, 1, "%c2, %c0"), "0 0");
  EXPECT_EQ(reducePartial("prod", DType::FP32, 1, "%c1, %c0"), "1 9");
  EXPECT_EQ(reducePartial("max", DType::FP32, 1, "%c2, %c0"),
            "-3.4028235e+38 -3.4028235e+38");
  EXPECT_EQ(reducePartial("min", DType::FP16, 0, "%c0, %c3"),
            "65504 65504 65504");
  EXPECT_EQ(reducePartial("max", DType::INT8, 1, "%c2, %c0"), "-128 -128");
  EXPECT_EQ(reducePartial("min", DType::UINT16, 1, "%c2, %c0"), "65535 65535");
  EXPECT_EQ(reducePartial("argmax", DType::FP32, 1, "%c2, %c0"), "0 0");
  EXPECT_EQ(reducePartial("sum", DType::FP32, 1, "%c0, %c3"), "9 9");
}
