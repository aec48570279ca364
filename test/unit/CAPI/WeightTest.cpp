//===- WeightTest.cpp - Weights of a host ---------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Host.h"

using namespace tilec;
using namespace tilec::test;

namespace {
/// Calls of `product`, whose weight is packed.
struct WeightTest : testing::Test {
  Module module = compile(productProgram);
  Entry product = *module.find("product");
  Buffer<uint16_t> x{{3, 128}, bf16}, w{{128, 192}, bf16};
  Buffer<float> out{{3, 192}, fp32};

  WeightTest() {
    for (size_t i = 0; i < x.size; ++i)
      x[i] = toBF16(float(int(i % 5) - 2));
    for (size_t i = 0; i < w.size; ++i)
      w[i] = toBF16(float(int(i % 7) - 3));
  }

  /// Small integers: exact in any order.
  void checkOut() {
    for (int64_t m = 0; m < 3; ++m)
      for (int64_t n = 0; n < 192; ++n) {
        int sum = 0;
        for (int64_t k = 0; k < 128; ++k)
          sum += (int((m * 128 + k) % 5) - 2) * (int((k * 192 + n) % 7) - 3);
        ASSERT_EQ(out[size_t(m * 192 + n)], float(sum)) << m << ' ' << n;
      }
  }

  Weight make() {
    auto weight = Weight::create(product, "w", w.tensor);
    EXPECT_TRUE(bool(weight)) << weight.error().message();
    return std::move(*weight);
  }
  std::string refuse(const DLTensor *weight) {
    Error error = product.call({&x, weight, &out});
    EXPECT_EQ(error.status(), TILEC_INVALID_ARGUMENT);
    return text(error);
  }
};
} // namespace

TEST_F(WeightTest, fromAWholeTensor) {
  std::vector<std::pair<int64_t, int64_t>> told;
  auto weight = Weight::create(
      product, "w", w.tensor, nullptr,
      [&](int64_t rows, int64_t all) { told.push_back({rows, all}); });
  ASSERT_TRUE(bool(weight)) << weight.error().message();
  ASSERT_FALSE(told.empty());
  EXPECT_EQ(told.back(), (std::pair<int64_t, int64_t>(128, 128)));
  ASSERT_NE(weight->tensor(), nullptr);
  EXPECT_EQ(weight->tensor()->ndim, 1);
  EXPECT_EQ(weight->tensor()->dtype.code, kDLUInt);
  Error error = product.call({&x, weight->tensor(), &out});
  ASSERT_FALSE(error) << error.message();
  checkOut();
}

TEST_F(WeightTest, byParts) {
  auto weight = Weight::createEmpty(product, "w", {128, 192});
  ASSERT_TRUE(bool(weight)) << weight.error().message();
  EXPECT_EQ(weight->tensor(), nullptr);
  DLTensor part = w.tensor;
  int64_t shape[] = {64, 192};
  part.shape = shape;
  ASSERT_EQ(64 % Weight::rowStep(), 0);
  EXPECT_FALSE(weight->fill(part));
  EXPECT_EQ(weight->tensor(), nullptr);
  EXPECT_NE(refuse(weight->tensor()), "");
  shape[0] = 65;
  EXPECT_EQ(text(weight->fill(part)),
            "`w`: 65 rows, where 64 of 128 are missing");
  shape[0] = 10;
  EXPECT_EQ(text(weight->fill(part)),
            "`w`: 10 rows, which are not the last, are no multiple of 64");
  shape[0] = 64;
  shape[1] = 191;
  EXPECT_EQ(text(weight->fill(part)),
            "`w` is given rows of shape [64, 191]; its own is [128, 192]");
  shape[1] = 192;
  part.byte_offset = 64 * 192 * 2;
  EXPECT_FALSE(weight->fill(part));
  ASSERT_FALSE(product.call({&x, weight->tensor(), &out}));
  checkOut();
}

/// The module is gone; another one takes its weights.
TEST_F(WeightTest, outlivesItsModule) {
  Weight weight = make();
  module = compile(productProgram);
  product = *module.find("product");
  ASSERT_FALSE(product.call({&x, weight.tensor(), &out}));
  checkOut();
}

TEST_F(WeightTest, rowMajorInsteadOfPacked) {
  EXPECT_EQ(refuse(&w),
            "`w` is bfloat16 of rank 2, expected the storage of a weight in "
            "layout bf16.n64.k2.v1.kn: pass what tilec_weight_tensor gives");
}

TEST_F(WeightTest, damagedStorage) {
  Weight weight = make();
  DLTensor storage = *weight.tensor();
  int64_t bytes = storage.shape[0];
  storage.shape = &bytes;
  bytes -= 64;
  EXPECT_EQ(refuse(&storage).rfind("`w` is no packed weight: it has ", 0), 0u);
  bytes = 63;
  EXPECT_EQ(refuse(&storage), "`w` has 63 bytes, which is no packed weight");
  bytes = weight.tensor()->shape[0] - 64;
  storage.byte_offset = 64;
  EXPECT_EQ(refuse(&storage),
            "`w` is no packed weight: it has no header of packed weights");
  storage.byte_offset = 32;
  EXPECT_EQ(refuse(&storage), "`w` is at an address that is no multiple of 64");
}

/// As `tilec pack` writes it into a file.
TEST_F(WeightTest, storageAsInt64) {
  Weight weight = make();
  DLTensor storage = *weight.tensor();
  int64_t cells = storage.shape[0] / 8;
  storage.shape = &cells;
  storage.dtype = {kDLInt, 64, 1};
  EXPECT_FALSE(product.call({&x, &storage, &out}));
  checkOut();
}

TEST_F(WeightTest, ofAnotherLayoutOrShape) {
  Module other = compile(R"(
@jit
def f(x: Tensor[[16, 128], BF16], w: Weight[Tensor[[192, 128], BF16]], out: Out[Tensor[[16, 192], FP32]]):
    with at(level=Level.CORE_GROUP, name_hint="product"):
        acc = full([16, 192], dtype=FP32, value=0.0)
        for k in range(0, 128, 32):
            acc = matmul_acc(acc, slice(x, [16, 32], [0, k]), slice(w, [192, 32], [0, k]), b_trans=True)
        out = assemble(out, acc, [0, 0])
)");
  Entry f = other.entry(0);
  EXPECT_STREQ(f.parameter(1).layout, "bf16.n64.k2.v1.nk");
  Buffer<uint16_t> rows({192, 128}, bf16);
  auto weight = Weight::create(f, "w", rows.tensor);
  ASSERT_TRUE(bool(weight));
  EXPECT_EQ(refuse(weight->tensor()),
            "`w` is no packed weight: its layout is bf16.n64.k2.v1.nk, not "
            "bf16.n64.k2.v1.kn");
}

/// Whatever the parameter's layout, a weight is made in one way.
TEST(Weight, rowMajor) {
  Module module = compile(R"(
N = dynamic("N")

@jit
def f(w: Tensor[[N, 2], FP32], out: Out[Tensor[[1], FP32]]):
    out[0] = w[N - 1, 1]
)");
  Entry f = module.entry(0);
  Buffer<float> w({3, 2}, fp32), out({1}, fp32);
  for (size_t i = 0; i < 6; ++i)
    w[i] = float(i);
  auto weight = Weight::createEmpty(f, "w", {3, 2});
  ASSERT_TRUE(bool(weight)) << weight.error().message();
  DLTensor part = w.tensor;
  int64_t shape[] = {1, 2};
  part.shape = shape;
  EXPECT_FALSE(weight->fill(part));
  shape[0] = 2;
  part.byte_offset = 8;
  EXPECT_FALSE(weight->fill(part));
  ASSERT_NE(weight->tensor(), nullptr);
  EXPECT_EQ(weight->tensor()->ndim, 2);
  ASSERT_FALSE(f.call({weight->tensor(), &out}));
  EXPECT_EQ(out[0], 5.0f);
}

TEST_F(WeightTest, whatIsNone) {
  auto refuseWeight = [&](const char *name, const std::vector<int64_t> &shape) {
    auto weight = Weight::createEmpty(product, name, shape);
    EXPECT_FALSE(weight);
    EXPECT_EQ(weight.error().status(), TILEC_INVALID_ARGUMENT);
    return text(weight.error());
  };
  EXPECT_EQ(refuseWeight("v", {1}), "`v` of `product` is no parameter");
  EXPECT_EQ(refuseWeight("out", {3, 192}),
            "`out` of `product` is written by calls: it takes no weight");
  EXPECT_EQ(refuseWeight("w", {128}),
            "`w` is given the shape [128], expected [128, 192]");
  EXPECT_EQ(refuseWeight("w", {128, 191}),
            "`w` is given the shape [128, 191], expected [128, 192]");
  EXPECT_EQ(refuseWeight("x", {-1, 128}),
            "`x` is given the shape [-1, 128], expected [M, 128]");
  w.tensor.dtype = fp32;
  EXPECT_EQ(text(Weight::create(product, "w", w.tensor).error()),
            "`w` is of float32, expected BF16 (bfloat16)");
  EXPECT_EQ(tilec_weight_tensor(nullptr), nullptr);
  tilec_weight_destroy(nullptr);
}

/// Memory that no machine has.
TEST_F(WeightTest, outOfMemory) {
  auto weight = Weight::createEmpty(product, "x", {int64_t(1) << 46, 128});
  ASSERT_FALSE(weight);
  EXPECT_EQ(weight.error().status(), TILEC_OUT_OF_MEMORY);
}
