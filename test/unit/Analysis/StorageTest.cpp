//===- StorageTest.cpp ----------------------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Analysis/Storage.h"
#include "ParsedFunction.h"
#include "tilec/Analysis/Lifetimes.h"
#include "tilec/Analysis/StorageUses.h"

using namespace mlir;
using namespace tilec;

/// Loops that carry %a and %b: "swapped" and "mixed".
static const char *carrying = R"(
    %a = tile.create {test = "a"} : !tile.tensor<4x8xf32>
    %b = tile.create {test = "b"} : !tile.tensor<4x8xf32>
    %c = tile.create {test = "c"} : !tile.tensor<4x8xf32>
    %s1:2 = scf.for %i = %c0 to %N step %c1 iter_args(%p = %a, %q = %b)
        -> (!tile.tensor<4x8xf32>, !tile.tensor<4x8xf32>) {
      %r = tile.reshape %p {test = "reshape"} : !tile.tensor<4x8xf32> -> !tile.tensor<32xf32>
      tile.write %v into %q[%c0, %c0] {test = "write"} : f32 into !tile.tensor<4x8xf32>
      scf.yield %q, %p : !tile.tensor<4x8xf32>, !tile.tensor<4x8xf32>
    } {test = "swapped"}
    %s2:2 = scf.for %i = %c0 to %N step %c1 iter_args(%p = %a, %q = %b)
        -> (!tile.tensor<4x8xf32>, !tile.tensor<4x8xf32>) {
      scf.yield %q, %c : !tile.tensor<4x8xf32>, !tile.tensor<4x8xf32>
    } {test = "followed"}
    %s3:2 = scf.for %i = %c0 to %N step %c1 iter_args(%p = %a, %q = %b)
        -> (!tile.tensor<4x8xf32>, !tile.tensor<4x8xf32>) {
      scf.yield %q, %a : !tile.tensor<4x8xf32>, !tile.tensor<4x8xf32>
    } {test = "mixed"})";

TEST(StorageTest, CarriedTensorsThatChangePlacesStayApart) {
  ParsedFunction f("%v: f32", carrying);
  auto swapped = cast<scf::ForOp>(f.find("swapped"));
  Value p = swapped.getRegionIterArg(0), q = swapped.getRegionIterArg(1);
  EXPECT_FALSE(mayShareStorage(p, q));
  EXPECT_FALSE(mayShareStorage(f.value("reshape"), q));
  EXPECT_TRUE(mayShareStorage(f.value("reshape"), p));
  EXPECT_FALSE(mayShareStorage(swapped.getResult(0), swapped.getResult(1)));
  EXPECT_TRUE(mayShareStorage(p, f.value("b")));
  EXPECT_TRUE(mayShareStorage(swapped.getResult(0), f.value("b")));
  EXPECT_FALSE(mayShareStorage(p, f.value("c")));
}

TEST(StorageTest, CarriedTensorsThatMayMeet) {
  ParsedFunction f("%v: f32", carrying);
  // The second one of the last iteration is the first one of this.
  auto followed = cast<scf::ForOp>(f.find("followed"));
  EXPECT_TRUE(mayShareStorage(followed.getResult(0), followed.getResult(1)));
  // First %a and %b, then %b and %a, then %a twice.
  auto mixed = cast<scf::ForOp>(f.find("mixed"));
  EXPECT_TRUE(mayShareStorage(mixed.getResult(0), mixed.getResult(1)));
}

TEST(StorageTest, UsesThroughLoops) {
  ParsedFunction f("%v: f32", carrying);
  StorageUses uses = getStorageUses(f.value("a"));
  EXPECT_TRUE(uses.areKnown());
  EXPECT_TRUE(uses.users.contains(f.find("write")));
  EXPECT_TRUE(uses.users.contains(f.find("reshape")));
  EXPECT_TRUE(uses.users.contains(f.find("mixed")));
  auto swapped = cast<scf::ForOp>(f.find("swapped"));
  StorageUses carried = getStorageUses(swapped.getRegionIterArg(0));
  ASSERT_EQ(carried.carried.size(), 1u);
  EXPECT_EQ(carried.carried.front()->getOperandNumber(), 1u);
  EXPECT_TRUE(carried.users.contains(f.find("reshape")));
  EXPECT_FALSE(carried.users.contains(f.find("write")));
}

TEST(StorageTest, TilesAreViewsUpToTheEndOfTheirBlock) {
  ParsedFunction f("%x: !tile.tensor<4x8xf32>, %y: !tile.tensor<4x8xf32>", R"(
    %a = tile.create {test = "a"} : !tile.tensor<4x8xf32>
    %b = tile.create {test = "b"} : !tile.tensor<4x8xf32>
    %last0 = tile.slice %x[%c0, %c0] : !tile.tensor<4x8xf32> -> !tile.tile<4x8xf32>
    %u = scf.for %i = %c0 to %N step %c1 iter_args(%last = %last0) -> (!tile.tile<4x8xf32>) {
      %t = tile.slice %a[%c0, %c0] : !tile.tensor<4x8xf32> -> !tile.tile<4x8xf32>
      %e = tile.exp %t {test = "exp"} : !tile.tile<4x8xf32> -> !tile.tile<4x8xf32>
      scf.yield %e : !tile.tile<4x8xf32>
    } {test = "loop"}
    tile.assemble %u into %y[%c0, %c0] {test = "out"} : !tile.tile<4x8xf32> into !tile.tensor<4x8xf32>
    tile.assemble %u into %b[%c0, %c0] : !tile.tile<4x8xf32> into !tile.tensor<4x8xf32>)");
  StorageUses uses = getStorageUses(f.value("a"));
  EXPECT_TRUE(uses.users.contains(f.find("exp")));
  EXPECT_FALSE(uses.users.contains(f.find("out")));
  // The loop may come back to the slice.
  Lifetimes lifetimes(f.find("a")->getParentOp());
  auto a = lifetimes.get(cast<tile::CreateOp>(f.find("a")));
  auto b = lifetimes.get(cast<tile::CreateOp>(f.find("b")));
  ASSERT_TRUE(a && b);
  EXPECT_EQ(lifetimes.getOperation(a->first), f.find("loop"));
  EXPECT_LT(a->last, b->first);
}
