//===- CompareTest.cpp - Results against the reference --------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Compare.h"
#include "Elements.h"
#include "llvm/Support/Error.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace tilec;

namespace {
template <typename T>
Tensor makeTensor(DType dtype, Shape shape, std::vector<T> values) {
  Tensor tensor = llvm::cantFail(Tensor::create(dtype, shape));
  llvm::copy(values, tensor.getElements<T>().begin());
  return tensor;
}

Comparison compareFloats(std::vector<float> actual, std::vector<float> expected,
                         bool exact) {
  Shape shape{int64_t(actual.size())};
  return compareTensors(makeTensor<float>(DType::FP32, shape, actual),
                        makeTensor<float>(DType::FP32, shape, expected), exact);
}

constexpr float infinite = INFINITY, notANumber = NAN;
} // namespace

TEST(Compare, EqualBitsAreRight) {
  Comparison result = compareFloats({1, infinite, 0}, {1, infinite, 0}, true);
  EXPECT_EQ(result.different, 0);
  EXPECT_EQ(result.wrong, 0);
  EXPECT_EQ(result.firstWrong, -1);
}

TEST(Compare, NaNEqualsAnyNaN) {
  EXPECT_EQ(compareFloats({notANumber}, {-notANumber}, true).different, 0);
  EXPECT_EQ(compareFloats({notANumber, 1}, {1, notANumber}, false).wrong, 2);
}

TEST(Compare, ZerosOfBothSignsHaveDifferentBits) {
  EXPECT_EQ(compareFloats({0.0f}, {-0.0f}, true).wrong, 1);
  EXPECT_EQ(compareFloats({0.0f}, {-0.0f}, false).wrong, 0);
}

TEST(Compare, OneBitIsWrongWhereBitsCount) {
  float next = std::nextafter(1.0f, 2.0f);
  Comparison exact = compareFloats({1, next}, {1, 1}, true);
  EXPECT_EQ(exact.wrong, 1);
  EXPECT_EQ(exact.firstWrong, 1);
  EXPECT_EQ(exact.expected, "1");
  EXPECT_FLOAT_EQ(exact.largestAbsolute, next - 1);
  Comparison close = compareFloats({1, next}, {1, 1}, false);
  EXPECT_EQ(close.different, 1);
  EXPECT_EQ(close.wrong, 0);
}

TEST(Compare, SmallErrorsCountAgainstTheLargestElement) {
  EXPECT_EQ(compareFloats({1e-6f, 1}, {0, 1}, false).wrong, 0);
  EXPECT_EQ(compareFloats({1e-6f, 1e-3f}, {0, 1e-3f}, false).wrong, 1);
  EXPECT_EQ(compareFloats({1.01f}, {1}, false).wrong, 1);
}

TEST(Compare, InfinitiesMustBeThere) {
  EXPECT_EQ(compareFloats({infinite, 1}, {1e38f, 1}, false).wrong, 1);
  EXPECT_EQ(compareFloats({infinite}, {-infinite}, false).wrong, 1);
}

TEST(Compare, IntegersAreNeverClose) {
  Tensor actual = makeTensor<int8_t>(DType::INT8, {2, 2}, {1, 2, 3, -4});
  Tensor expected = makeTensor<int8_t>(DType::INT8, {2, 2}, {1, 2, 4, -4});
  Comparison result = compareTensors(actual, expected, false);
  EXPECT_EQ(result.wrong, 1);
  EXPECT_EQ(result.firstWrong, 2);
  EXPECT_EQ(result.actual, "3");
  EXPECT_EQ(result.expected, "4");
}

TEST(Compare, SmallFloatsAllowANeighbour) {
  Tensor one = makeTensor<uint16_t>(DType::BF16, {1}, {0x3F80});
  Tensor next = makeTensor<uint16_t>(DType::BF16, {1}, {0x3F81});
  Tensor far = makeTensor<uint16_t>(DType::BF16, {1}, {0x3F88});
  EXPECT_EQ(compareTensors(next, one, false).wrong, 0);
  EXPECT_EQ(compareTensors(far, one, false).wrong, 1);
}

TEST(Elements, PositionsAreRowMajor) {
  EXPECT_EQ(formatPosition({2, 3, 4}, 0), "[0, 0, 0]");
  EXPECT_EQ(formatPosition({2, 3, 4}, 23), "[1, 2, 3]");
}

TEST(Elements, SummariesTellTheRange) {
  Tensor floats =
      makeTensor<float>(DType::FP32, {4}, {notANumber, 2, -1, notANumber});
  EXPECT_EQ(summarize(floats), "FP32 [4], -1 to 2, 2 NaN");
  Tensor all = makeTensor<float>(DType::FP32, {1}, {notANumber});
  EXPECT_EQ(summarize(all), "FP32 [1], 1 NaN");
  Tensor bytes = makeTensor<uint8_t>(DType::UINT8, {2}, {7, 250});
  EXPECT_EQ(summarize(bytes), "UINT8 [2], 7 to 250");
  Tensor none = makeTensor<float>(DType::FP32, {0, 5}, {});
  EXPECT_EQ(summarize(none), "FP32 [0, 5]");
}
