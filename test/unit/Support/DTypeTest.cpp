//===- DTypeTest.cpp - Names and properties of dtypes ---------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Support/DType.h"
#include <gtest/gtest.h>

using namespace tilec;

TEST(DType, NamesRoundTrip) {
  ASSERT_EQ(getAllDTypes().size(), numDTypes);
  for (DType dtype : getAllDTypes())
    EXPECT_EQ(parseDType(getName(dtype)), dtype) << getName(dtype).str();
  EXPECT_EQ(getName(DType::UINT16), "UINT16");
  EXPECT_FALSE(parseDType("fp32"));
  EXPECT_FALSE(parseDType("FP64"));
}

TEST(DType, Sizes) {
  EXPECT_EQ(getByteSize(DType::BF16), 2u);
  EXPECT_EQ(getByteSize(DType::INDEX), 8u);
  EXPECT_EQ(getByteSize(DType::BOOL), 1u);
  EXPECT_EQ(getBitWidth(DType::BOOL), 1u);
  EXPECT_EQ(getBitWidth(DType::UINT32), 32u);
}

TEST(DType, EachHasOneClass) {
  for (DType dtype : getAllDTypes()) {
    int classes = isFloat(dtype) + isSignedInteger(dtype) +
                  isUnsignedInteger(dtype) + (dtype == DType::BOOL);
    EXPECT_EQ(classes, 1) << getName(dtype).str();
  }
  EXPECT_TRUE(isInteger(DType::INDEX));
  EXPECT_FALSE(isInteger(DType::BOOL));
}

TEST(DType, SafetensorsNames) {
  EXPECT_EQ(getSafetensorsName(DType::FP32), "F32");
  EXPECT_EQ(getSafetensorsName(DType::INDEX), "I64");
  EXPECT_EQ(parseSafetensorsDType("I64"), DType::INT64);
  EXPECT_EQ(parseSafetensorsDType("BOOL"), DType::BOOL);
  EXPECT_FALSE(parseSafetensorsDType("F64"));
  for (DType dtype : getAllDTypes())
    EXPECT_TRUE(haveSameStorage(
        *parseSafetensorsDType(getSafetensorsName(dtype)), dtype));
  EXPECT_TRUE(haveSameStorage(DType::INDEX, DType::INT64));
  EXPECT_FALSE(haveSameStorage(DType::INT32, DType::UINT32));
}
