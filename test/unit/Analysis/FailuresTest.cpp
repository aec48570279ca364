//===- FailuresTest.cpp ---------------------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Analysis/Failures.h"
#include "ParsedFunction.h"

using namespace tilec;

TEST(FailuresTest, ChecksFailUnlessTheyArePromisedAway) {
  ParsedFunction f("%x: !tile.tensor<16x64xf32>, %v: f32", R"(
    %a = tile.read %x[%c0, %s] {test = "read"} : !tile.tensor<16x64xf32> -> f32
    tile.write %v into %x[%s, %c0] inbounds {test = "write"}
        : f32 into !tile.tensor<16x64xf32>)");
  EXPECT_TRUE(mayFail(f.find("read")));
  EXPECT_TRUE(hasBoundsCheck(f.find("read")));
  setInbounds(f.find("read"));
  EXPECT_FALSE(mayFail(f.find("read")));
  EXPECT_FALSE(mayFail(f.find("write")));
}

TEST(FailuresTest, DivisorsAndSteps) {
  ParsedFunction f("%t: !tile.tile<4x8xi32>, %u: !tile.tile<4x8xf32>", R"(
    %a = tile.floordiv %s, %c4 {test = "by constant"} : index
    %b = tile.mod %s, %N {test = "by name"} : index
    %c = tile.div %t, %t {test = "cells"} : !tile.tile<4x8xi32>, !tile.tile<4x8xi32> -> !tile.tile<4x8xi32>
    %d = tile.div %u, %u {test = "floats"} : !tile.tile<4x8xf32>, !tile.tile<4x8xf32> -> !tile.tile<4x8xf32>
    scf.for %i = %c0 to %N step %s {
    } {test = "step"})");
  EXPECT_FALSE(mayFail(f.find("by constant")));
  EXPECT_TRUE(mayFail(f.find("by name")));
  EXPECT_TRUE(mayFail(f.find("cells")));
  EXPECT_FALSE(mayFail(f.find("floats")));
  EXPECT_TRUE(mayFail(f.find("step")));
}

TEST(FailuresTest, InsertsAndNewTensors) {
  ParsedFunction f("%t: !tile.tile<2x8xf32>, %u: !tile.tile<4x8xf32>", R"(
    %a = tile.insert %t into %u[%c2, %c0] {test = "inside"}
        : !tile.tile<2x8xf32>, !tile.tile<4x8xf32> -> !tile.tile<4x8xf32>
    %b = tile.insert %t into %u[%s, %c0] {test = "somewhere"}
        : !tile.tile<2x8xf32>, !tile.tile<4x8xf32> -> !tile.tile<4x8xf32>
    %c = tile.create {test = "static"} : !tile.tensor<4x8xf32>
    %d = tile.create(%s) {test = "dynamic"} : !tile.tensor<?x8xf32>)");
  EXPECT_FALSE(mayFail(f.find("inside")));
  EXPECT_TRUE(mayFail(f.find("somewhere")));
  EXPECT_FALSE(mayFail(f.find("static")));
  EXPECT_TRUE(mayFail(f.find("dynamic")));
}

TEST(FailuresTest, TheFirstInsideOfALoop) {
  ParsedFunction f("%x: !tile.tensor<16x64xf32>", R"(
    tile.parallel %i = %c0 to %N step %c1 attributes {test = "loop"} {
      %ok = arith.cmpi slt, %i, %c16 : index
      tile.assert %ok, "too many" {test = "check"}
      %a = tile.read %x[%i, %c0] : !tile.tensor<16x64xf32> -> f32
    })");
  EXPECT_EQ(findFailure(f.find("loop")), f.find("check"));
}
