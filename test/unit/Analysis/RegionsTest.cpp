//===- RegionsTest.cpp ----------------------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Analysis/Regions.h"
#include "ParsedFunction.h"
#include "tilec/Analysis/Bounds.h"
#include "tilec/Analysis/Storage.h"

using namespace tilec;

/// Whether the accesses of two operations can meet, in one iteration.
static bool canMeet(ParsedFunction &f, llvm::StringRef first,
                    llvm::StringRef second) {
  auto lhs = getAccesses(f.find(first)), rhs = getAccesses(f.find(second));
  IndexConstraints constraints;
  constraints.addFactsAt(f.find(first));
  constraints.addFactsAt(f.find(second));
  addCommonCell(constraints, {lhs.front(), 0}, {rhs.front(), 0});
  return !constraints.getSystem().isEmpty();
}

TEST(RegionsTest, PartialTilesAreInside) {
  ParsedFunction f(
      "%x: !tile.tensor<?x64xf32> {tile.name = \"x\", tile.direction = \"in\", "
      "tile.shape = affine_map<()[s0, s1] -> (s0, 64)>}",
      R"(
    tile.parallel %i = %c0 to %N step %c16 {
      %rest = arith.subi %N, %i : index
      %a = tile.slice %x[%i, %c0] valid [%rest, %c64] {test = "clamped"}
          : !tile.tensor<?x64xf32> -> !tile.tile<16x64xf32, valid ?x64>
      %b = tile.slice %x[%i, %c0] {test = "whole"}
          : !tile.tensor<?x64xf32> -> !tile.tile<16x64xf32>
      %c = tile.slice %x[%i, %c1] valid [%rest, %c64] {test = "shifted"}
          : !tile.tensor<?x64xf32> -> !tile.tile<16x64xf32, valid ?x64>
      %r = tile.slice %x[%s, %c0] valid [%c0, %c64] {test = "empty"}
          : !tile.tensor<?x64xf32> -> !tile.tile<16x64xf32, valid 0x64>
    })");
  EXPECT_TRUE(provesInside(f.find("clamped")));
  EXPECT_FALSE(provesInside(f.find("whole")));
  EXPECT_FALSE(provesInside(f.find("shifted")));
  EXPECT_TRUE(provesInside(f.find("empty")));
}

TEST(RegionsTest, ExtentsFollowTiles) {
  ParsedFunction f("%x: !tile.tensor<16x64xf32>, %y: !tile.tensor<?x64xf32> "
                   "{tile.name = \"y\", tile.direction = \"out\", "
                   "tile.shape = affine_map<()[s0, s1] -> (s0, 64)>}",
                   R"(
    %x0 = tile.slice %x[%c0, %c0]
        : !tile.tensor<16x64xf32> -> !tile.tile<16x64xf32>
    %x1 = tile.slice %x[%c0, %c0]
        : !tile.tensor<16x64xf32> -> !tile.tile<16x16xf32>
    %few = arith.cmpi sle, %N, %c16 : index
    tile.assert %few, "no"
    %u = tile.undefined : !tile.tile<16x16xf32, valid ?x?>
    %acc = scf.for %k = %c0 to %c4 step %c1 iter_args(%t = %u)
        -> (!tile.tile<16x16xf32, valid ?x?>) {
      %a = tile.slice %x[%c0, %c0] valid [%N, %c64]
          : !tile.tensor<16x64xf32> -> !tile.tile<16x64xf32, valid ?x64>
      %first = arith.cmpi eq, %k, %c0 : index
      %r = scf.if %first -> (!tile.tile<16x16xf32, valid ?x?>) {
        %p = tile.matmul %a, %x0 transpose_b
            : !tile.tile<16x64xf32, valid ?x64>, !tile.tile<16x64xf32> -> !tile.tile<16x16xf32, valid ?x16>
        %v = tile.relax_valid %p : !tile.tile<16x16xf32, valid ?x16> -> !tile.tile<16x16xf32, valid ?x?>
        scf.yield %v : !tile.tile<16x16xf32, valid ?x?>
      } else {
        %p = tile.matmul_acc %t, %a, %x0 transpose_b
            : !tile.tile<16x16xf32, valid ?x?>, !tile.tile<16x64xf32, valid ?x64>, !tile.tile<16x64xf32> -> !tile.tile<16x16xf32, valid ?x?>
        scf.yield %p : !tile.tile<16x16xf32, valid ?x?>
      }
      scf.yield %r : !tile.tile<16x16xf32, valid ?x?>
    }
    tile.assemble %acc into %y[%c0, %c0] {test = "store"}
        : !tile.tile<16x16xf32, valid ?x?> into !tile.tensor<?x64xf32>
    tile.assemble %x1 into %y[%c0, %c0] {test = "all"}
        : !tile.tile<16x16xf32> into !tile.tensor<?x64xf32>)");
  // Of N rows, of which there are at most 16, only those are stored.
  EXPECT_TRUE(provesInside(f.find("store")));
  EXPECT_FALSE(provesInside(f.find("all")));
}

TEST(RegionsTest, NegativeExtentsTouchNothing) {
  ParsedFunction f("%x: !tile.tensor<16x64xf32>", R"(
    %n = arith.subi %c0, %c1 : index
    %a = tile.slice %x[%c0, %c0] valid [%n, %c64] {test = "nothing"}
        : !tile.tensor<16x64xf32> -> !tile.tile<16x64xf32, valid 0x64>
    %v = tile.read %x[%c0, %c0] {test = "cell"} : !tile.tensor<16x64xf32> -> f32)");
  EXPECT_FALSE(canMeet(f, "nothing", "cell"));
  EXPECT_TRUE(canMeet(f, "cell", "cell"));
}

TEST(RegionsTest, ReshapesAreCompared) {
  ParsedFunction f("%x: !tile.tensor<4x16xf32>", R"(
    %y = tile.reshape %x : !tile.tensor<4x16xf32> -> !tile.tensor<64xf32>
    %a = tile.read %x[%c1, %c2] {test = "a"} : !tile.tensor<4x16xf32> -> f32
    %n = arith.addi %c16, %c2 : index
    %b = tile.read %y[%n] {test = "b"} : !tile.tensor<64xf32> -> f32
    %c = tile.read %y[%c16] {test = "c"} : !tile.tensor<64xf32> -> f32)");
  EXPECT_TRUE(canMeet(f, "a", "b"));
  EXPECT_FALSE(canMeet(f, "a", "c"));
}

TEST(RegionsTest, RootsOfCarriedTensors) {
  ParsedFunction f("", R"(
    %a = tile.create {test = "first"} : !tile.tensor<4xf32>
    %r = scf.for %i = %c0 to %N step %c1 iter_args(%t = %a) -> (!tile.tensor<4xf32>) {
      %b = tile.create {test = "next"} : !tile.tensor<4xf32>
      %v = tile.read %t[%c0] {test = "read"} : !tile.tensor<4xf32> -> f32
      tile.write %v into %b[%c0] {test = "write"} : f32 into !tile.tensor<4xf32>
      scf.yield %b : !tile.tensor<4xf32>
    } {test = "loop"}
    %z = tile.read %r[%c0] {test = "after"} : !tile.tensor<4xf32> -> f32)");
  mlir::Value carried = f.find("read")->getOperand(0);
  mlir::Value next = f.value("next"), first = f.value("first");
  EXPECT_EQ(getStorageRoots(carried).size(), 2u);
  EXPECT_FALSE(mayShareStorage(carried, next));
  EXPECT_TRUE(mayShareStorage(carried, first));
  EXPECT_TRUE(mayShareStorage(f.find("after")->getOperand(0), first));
  EXPECT_FALSE(mayShareStorage(first, next));
  EXPECT_TRUE(shareStorage(first, first));
  EXPECT_FALSE(shareStorage(carried, carried));
  EXPECT_TRUE(isCreatedInside(next, f.find("loop")));
  EXPECT_FALSE(isCreatedInside(carried, f.find("loop")));
}

TEST(RegionsTest, ContractionsReadTwoBoxes) {
  ParsedFunction f("%x: !tile.tensor<16x64xf32>, %w: !tile.tensor<64x?xf32> "
                   "{tile.name = \"w\", tile.direction = \"in\", "
                   "tile.shape = affine_map<()[s0, s1] -> (64, s0)>}",
                   R"(
    tile.parallel %j = %c0 to %N step %c16 {
      %rest = arith.subi %N, %j : index
      %a = tile.contract %x[%c0, %c0], %w[%c0, %j] m %c16 n %rest k %c64 {test = "inside"}
          : !tile.tensor<16x64xf32>, !tile.tensor<64x?xf32> -> !tile.tile<16x16xf32, valid 16x?>
      %b = tile.contract %x[%c0, %c0], %w[%c1, %j] m %c16 n %rest k %c64 {test = "low"}
          : !tile.tensor<16x64xf32>, !tile.tensor<64x?xf32> -> !tile.tile<16x16xf32, valid 16x?>
      %c = tile.contract %x[%c0, %c0], %w[%c0, %c0] m %c16 n %c16 k %s {test = "unknown k"}
          : !tile.tensor<16x64xf32>, !tile.tensor<64x?xf32> -> !tile.tile<16x16xf32>
      %d = tile.contract %x[%c0, %c0], %x[%c0, %c0] m %c4 n %c4 k %c2 transpose_b {test = "corner"}
          : !tile.tensor<16x64xf32>, !tile.tensor<16x64xf32> -> !tile.tile<16x16xf32, valid 4x4>
      %v = tile.read %x[%c0, %c1] {test = "in"} : !tile.tensor<16x64xf32> -> f32
      %u = tile.read %x[%c0, %c2] {test = "out"} : !tile.tensor<16x64xf32> -> f32
    })");
  EXPECT_TRUE(provesInside(f.find("inside")));
  EXPECT_FALSE(provesInside(f.find("low")));
  EXPECT_FALSE(provesInside(f.find("unknown k")));
  EXPECT_EQ(getAccesses(f.find("corner")).size(), 2u);
  EXPECT_FALSE(getAccesses(f.find("corner")).front().isWrite);
  EXPECT_TRUE(canMeet(f, "corner", "in"));
  EXPECT_FALSE(canMeet(f, "corner", "out"));
}
