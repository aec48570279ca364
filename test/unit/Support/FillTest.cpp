//===- FillTest.cpp - Made-up contents ------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Support/Fill.h"
#include "tilec/Support/Numeric.h"
#include <cmath>
#include <gtest/gtest.h>
#include <set>

using namespace tilec;

static Tensor make(DType dtype, llvm::ArrayRef<int64_t> shape) {
  return llvm::cantFail(Tensor::create(dtype, shape));
}

static FillKind kind(llvm::StringRef text) {
  return llvm::cantFail(parseFillKind(text));
}

static void fill(const Tensor &tensor, llvm::StringRef how, uint64_t seed = 0,
                 llvm::StringRef name = "x", unsigned threads = 2) {
  llvm::cantFail(fillTensor(tensor, name, kind(how), seed, threads));
}

static std::string fillError(DType dtype, llvm::StringRef how,
                             int64_t count = 4) {
  return llvm::toString(fillTensor(make(dtype, {count}), "x", kind(how), 0, 1));
}

TEST(Fill, KindsAreRead) {
  EXPECT_EQ(kind("iota").kind, FillKind::Kind::Iota);
  EXPECT_EQ(kind("uniform:-1:2").high, "2");
  for (const char *text : {"", "ones", "iota:1", "const", "const:1:2",
                           "uniform:1", "perm:", "Zero"}) {
    llvm::Expected<FillKind> result = parseFillKind(text);
    ASSERT_FALSE(bool(result)) << text;
    EXPECT_EQ(llvm::toString(result.takeError()),
              std::string("unknown fill `") + text +
                  "`; known are iota, zero, const:X, uniform:LO:HI and perm");
  }
}

TEST(Fill, IotaAndConstants) {
  Tensor floats = make(DType::FP32, {3}), half = make(DType::FP16, {3});
  Tensor bytes = make(DType::INT8, {300}), longs = make(DType::INDEX, {3});
  fill(floats, "iota");
  EXPECT_EQ(floats.getElements<float>()[2], 2.0f);
  fill(half, "const:-1.5");
  EXPECT_EQ(half.getElements<uint16_t>()[1], 0xBE00);
  fill(half, "const:inf");
  EXPECT_EQ(half.getElements<uint16_t>()[1], 0x7C00);
  fill(bytes, "iota");
  EXPECT_EQ(bytes.getElements<int8_t>()[200], -56);
  fill(bytes, "const:-128");
  EXPECT_EQ(bytes.getElements<int8_t>()[299], -128);
  fill(longs, "const:-9223372036854775808");
  EXPECT_EQ(longs.getElements<int64_t>()[0], INT64_MIN);
  fill(longs, "zero");
  EXPECT_EQ(longs.getElements<int64_t>()[0], 0);
}

TEST(Fill, UniformFloatsStayInRange) {
  Tensor tensor = make(DType::FP32, {100001});
  fill(tensor, "uniform:-1:3");
  double sum = 0;
  for (float value : tensor.getElements<float>()) {
    ASSERT_GE(value, -1.0f);
    ASSERT_LT(value, 3.0f);
    sum += value;
  }
  EXPECT_NEAR(sum / 100001, 1.0, 0.02);
}

TEST(Fill, UniformIntegersReachBothEnds) {
  Tensor tensor = make(DType::INT32, {1000});
  fill(tensor, "uniform:-2:2");
  auto elements = tensor.getElements<int32_t>();
  EXPECT_EQ(std::set<int32_t>(elements.begin(), elements.end()),
            (std::set<int32_t>{-2, -1, 0, 1, 2}));
  Tensor flags = make(DType::BOOL, {100});
  fill(flags, "uniform:0:1");
  auto bits = flags.getElements<uint8_t>();
  EXPECT_EQ(std::set<int>(bits.begin(), bits.end()), (std::set<int>{0, 1}));
  Tensor longs = make(DType::INT64, {10});
  fill(longs, "uniform:-9223372036854775808:9223372036854775807");
  EXPECT_NE(longs.getElements<int64_t>()[0], longs.getElements<int64_t>()[1]);
}

TEST(Fill, PermutationsHoldEachNumberOnce) {
  Tensor tensor = make(DType::UINT8, {16, 16});
  fill(tensor, "perm");
  auto elements = tensor.getElements<uint8_t>();
  EXPECT_EQ(std::set<int>(elements.begin(), elements.end()).size(), 256u);
  EXPECT_FALSE(std::is_sorted(elements.begin(), elements.end()));
}

TEST(Fill, DefaultDependsOnNameAndShape) {
  llvm::Expected<Tensor> norm = Tensor::create(DType::BF16, {1, 8});
  llvm::cantFail(fillTensor(*norm, "q_norm_weight", {}, 0));
  EXPECT_EQ(norm->getElements<uint16_t>()[7], 0x3F80);
  auto largest = [](llvm::ArrayRef<int64_t> shape) {
    Tensor tensor = make(DType::FP32, shape);
    llvm::cantFail(fillTensor(tensor, "w", {}, 0));
    float result = 0;
    for (float value : tensor.getElements<float>())
      result = std::max(result, std::fabs(value));
    return result;
  };
  EXPECT_NEAR(largest({64, 100}), 0.05, 0.001);
  EXPECT_NEAR(largest({1, 10000}), 0.5, 0.001);
  EXPECT_NEAR(largest({10000}), 0.5, 0.001);
  EXPECT_NEAR(largest({2, 50, 100}), 0.05, 0.001);
}

TEST(Fill, ValuesDependOnSeedAndNameOnly) {
  auto values = [](uint64_t seed, llvm::StringRef name, unsigned threads) {
    Tensor tensor = make(DType::BF16, {1000001});
    fill(tensor, "uniform:0:1", seed, name, threads);
    return tensor.getElements<uint16_t>().vec();
  };
  auto reference = values(1, "a", 1);
  EXPECT_EQ(values(1, "a", 2), reference);
  EXPECT_EQ(values(1, "a", 5), reference);
  EXPECT_NE(values(2, "a", 1), reference);
  EXPECT_NE(values(1, "b", 1), reference);
}

TEST(Fill, RefusesWhatDoesNotFit) {
  EXPECT_EQ(fillError(DType::INT8, "const:128"),
            "cannot fill `x`: 128 is not in the range of INT8, -128 to 127");
  EXPECT_EQ(fillError(DType::UINT32, "uniform:-1:2"),
            "cannot fill `x`: -1 is not in the range of UINT32, 0 to "
            "4294967295");
  EXPECT_EQ(fillError(DType::INT32, "const:1.5"),
            "cannot fill `x`: `1.5` is not an integer");
  EXPECT_EQ(fillError(DType::FP32, "const:one"),
            "cannot fill `x`: `one` is not a number");
  EXPECT_EQ(fillError(DType::FP32, "uniform:2:1"),
            "cannot fill `x`: uniform:2:1 is not an ascending finite range");
  EXPECT_EQ(fillError(DType::INT32, "uniform:2:1"),
            "cannot fill `x`: uniform:2:1 is not an ascending range");
  EXPECT_EQ(fillError(DType::FP32, "perm"),
            "cannot fill `x`: perm is for integers, not for FP32");
  EXPECT_EQ(fillError(DType::BOOL, "perm"),
            "cannot fill `x`: iota and perm are not for BOOL");
  EXPECT_EQ(fillError(DType::INT8, "perm", 129),
            "cannot fill `x`: INT8 cannot count the 129 elements of a perm");
  Tensor tensor = make(DType::INT32, {4});
  EXPECT_EQ(llvm::toString(fillTensor(tensor, "seq_lens", {}, 0)),
            "cannot fill `seq_lens`: INT32 has no default contents");
}
