//===- TensorTest.cpp - Sizes and owned tensors ---------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Support/Tensor.h"
#include "llvm/Support/Error.h"
#include <gtest/gtest.h>

using namespace tilec;

TEST(Tensor, Sizes) {
  EXPECT_EQ(getNumElements({}), 1);
  EXPECT_EQ(getNumElements({3, 4}), 12);
  EXPECT_EQ(getNumElements({0, INT64_MAX, INT64_MAX}), 0);
  EXPECT_FALSE(getNumElements({INT64_MAX, 2}));
  EXPECT_FALSE(getNumElements({-1, 0}));
  EXPECT_EQ(getByteSize(DType::BF16, {3, 4}), 24);
  EXPECT_FALSE(getByteSize(DType::INT64, {int64_t(1) << 60}));
  EXPECT_EQ(formatShape({16, 5120}), "[16, 5120]");
  EXPECT_EQ(formatShape({}), "[]");
}

TEST(Tensor, OwnsAlignedZeroedMemory) {
  // Heap, then mapped memory.
  for (int64_t extent : {0, 1, 100, 3000000}) {
    llvm::Expected<Tensor> tensor = Tensor::create(DType::FP32, {extent});
    ASSERT_TRUE(bool(tensor)) << llvm::toString(tensor.takeError());
    EXPECT_EQ(reinterpret_cast<uintptr_t>(tensor->getView().data) % 64, 0u);
    auto elements = tensor->getElements<float>();
    ASSERT_EQ(int64_t(elements.size()), extent);
    for (float &element : elements) {
      ASSERT_EQ(element, 0.0f);
      element = 1.0f;
    }
  }
}

TEST(Tensor, CopiesAndMoves) {
  int32_t values[] = {1, 2, 3, 4, 5, 6};
  llvm::Expected<Tensor> copy = Tensor::copy({DType::INT32, {2, 3}, values});
  ASSERT_TRUE(bool(copy));
  values[0] = 7;
  Tensor moved = std::move(*copy);
  EXPECT_EQ(moved.getElements<int32_t>()[0], 1);
  EXPECT_EQ(moved.getElements<int32_t>()[5], 6);
  EXPECT_EQ(moved.getView().getByteSize(), 24);
}

TEST(Tensor, RefusesImpossibleSizes) {
  llvm::Expected<Tensor> tensor =
      Tensor::create(DType::FP32, {INT64_MAX, INT64_MAX});
  ASSERT_FALSE(bool(tensor));
  EXPECT_EQ(llvm::toString(tensor.takeError()),
            "a tensor of shape [9223372036854775807, 9223372036854775807] and "
            "dtype FP32 has no size that memory could hold");
  llvm::Expected<Tensor> large =
      Tensor::create(DType::INT8, {int64_t(1) << 60});
  ASSERT_FALSE(bool(large));
  EXPECT_EQ(llvm::toString(large.takeError()),
            "no memory for a tensor of shape [1152921504606846976] and dtype "
            "INT8");
}
