//===- ConflictsTest.cpp --------------------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Analysis/Conflicts.h"
#include "ParsedFunction.h"

using namespace tilec;
using Iterations = std::pair<int64_t, int64_t>;

/// The conflicts of a loop over `parameters` and some constants, marked "loop".
static std::vector<Conflict> getConflicts(ParsedFunction &f) {
  return findConflicts(f.find("loop"));
}

static const char *const kTable = "%x: !tile.tensor<64x16xf32>, "
                                  "%t: !tile.tensor<64xi32>";

TEST(ConflictsTest, TilesOfConstantSize) {
  ParsedFunction f(kTable, R"(
    tile.parallel %i = %c0 to %c64 step %c4 attributes {test = "loop"} {
      %a = tile.slice %x[%i, %c0] : !tile.tensor<64x16xf32> -> !tile.tile<4x16xf32>
      tile.assemble %a into %x[%i, %c0] : !tile.tile<4x16xf32> into !tile.tensor<64x16xf32>
    })");
  EXPECT_TRUE(getConflicts(f).empty());
}

TEST(ConflictsTest, ReadsDoNotConflict) {
  ParsedFunction f(kTable, R"(
    tile.parallel %i = %c0 to %c64 step %c4 attributes {test = "loop"} {
      %a = tile.slice %x[%c0, %c0] : !tile.tensor<64x16xf32> -> !tile.tile<4x16xf32>
    })");
  EXPECT_TRUE(getConflicts(f).empty());
}

TEST(ConflictsTest, OneCellOfEachIteration) {
  // i // 4 meets itself in iterations 0 and 1, i % 4 in 0 and 4.
  for (const char *op : {"floordiv", "mod"}) {
    ParsedFunction f(kTable, std::string(R"(
      %one = arith.constant 1.0 : f32
      tile.parallel %i = %c0 to %c16 step %c1 attributes {test = "loop"} {
        %k = tile.)") + op + R"( %i, %c4 : index
        tile.write %one into %x[%k, %c2] : f32 into !tile.tensor<64x16xf32>
      })");
    auto conflicts = getConflicts(f);
    ASSERT_EQ(conflicts.size(), 1u);
    EXPECT_TRUE(conflicts[0].isCertain);
    ASSERT_TRUE(conflicts[0].iterations);
    auto [i, j] = *conflicts[0].iterations;
    EXPECT_NE(i, j);
    if (op[0] == 'f')
      EXPECT_EQ(i / 4, j / 4);
    else
      EXPECT_EQ(i % 4, j % 4);
  }
}

TEST(ConflictsTest, WhatDependsIsNotCertain) {
  const char *const bodies[] = {
      // One iteration has nobody to meet.
      R"(tile.parallel %i = %c0 to %N step %c1 attributes {test = "loop"} {
        tile.write %one into %x[%c0, %c0] : f32 into !tile.tensor<64x16xf32>
      })",
      // An empty tile touches nothing.
      R"(tile.parallel %i = %c0 to %c4 step %c1 attributes {test = "loop"} {
        %full = tile.full %one : f32 -> !tile.tile<4x16xf32>
        %some = tile.set_valid_shape %full[%N, %c16] : !tile.tile<4x16xf32> -> !tile.tile<4x16xf32, valid ?x16>
        tile.assemble %some into %x[%c0, %c0] : !tile.tile<4x16xf32, valid ?x16> into !tile.tensor<64x16xf32>
      })",
      // Branches, loops inside and loops around may not run.
      R"(tile.parallel %i = %c0 to %c4 step %c1 attributes {test = "loop"} {
        %b = arith.cmpi sgt, %s, %c0 : index
        scf.if %b {
          tile.write %one into %x[%c0, %c0] : f32 into !tile.tensor<64x16xf32>
        }
      })",
      R"(tile.parallel %i = %c0 to %c4 step %c1 attributes {test = "loop"} {
        scf.for %j = %c0 to %N step %c1 {
          tile.write %one into %x[%c0, %c0] : f32 into !tile.tensor<64x16xf32>
        }
      })",
      R"(scf.for %j = %c0 to %N step %c1 {
        tile.parallel %i = %c0 to %c4 step %c1 attributes {test = "loop"} {
          tile.write %one into %x[%c0, %c0] : f32 into !tile.tensor<64x16xf32>
        }
      })",
      // What a table says.
      R"(tile.parallel %i = %c0 to %c4 step %c1 attributes {test = "loop"} {
        %k = tile.read %t[%i] : !tile.tensor<64xi32> -> index
        tile.write %one into %x[%k, %c0] : f32 into !tile.tensor<64x16xf32>
      })",
      // The first iterations always fail.
      R"(tile.parallel %i = %c0 to %c4 step %c1 attributes {test = "loop"} {
        %b = arith.cmpi sgt, %i, %c2 : index
        tile.assert %b, "no"
        tile.write %one into %x[%c0, %c0] : f32 into !tile.tensor<64x16xf32>
        %a = tile.read %x[%i, %s] : !tile.tensor<64x16xf32> -> f32
      })",
  };
  for (const char *body : bodies) {
    ParsedFunction f(kTable,
                     std::string("%one = arith.constant 1.0 : f32\n") + body);
    for (const Conflict &conflict : getConflicts(f))
      EXPECT_FALSE(conflict.isCertain) << body;
  }
}

TEST(ConflictsTest, LoopsAroundThatAlwaysRun) {
  ParsedFunction f(kTable, R"(
    %one = arith.constant 1.0 : f32
    %two = arith.cmpi sge, %N, %c2 : index
    tile.assert %two, "too few"
    scf.for %j = %c0 to %c3 step %c1 {
      tile.parallel %i = %c0 to %N step %c1 attributes {test = "loop"} {
        tile.scope @core_group "s" {
          scf.for %k = %c1 to %c5 step %c2 {
            tile.write %one into %x[%j, %k] : f32 into !tile.tensor<64x16xf32>
          }
        }
      }
    })");
  auto conflicts = getConflicts(f);
  ASSERT_EQ(conflicts.size(), 1u);
  EXPECT_TRUE(conflicts[0].isCertain);
  EXPECT_EQ(conflicts[0].iterations, Iterations(0, 1));
}

TEST(ConflictsTest, SymbolicTiles) {
  // A tile of s rows at i * s, and one row more.
  for (bool overlap : {false, true}) {
    ParsedFunction f("%y: !tile.tensor<?x16xf32> {tile.name = \"y\", "
                     "tile.direction = \"out\", "
                     "tile.shape = affine_map<()[s0, s1] -> (s0 * s1, 16)>}",
                     std::string(R"(
      %one = arith.constant 1.0 : f32
      %full = tile.full %one : f32 -> !tile.tile<64x16xf32>
      tile.parallel %i = %c0 to %N step %c1 attributes {test = "loop"} {
        %row = arith.muli %i, %M : index
        %rows = arith.addi %M, )") +
                         (overlap ? "%c1" : "%c0") + R"( : index
        %some = tile.set_valid_shape %full[%rows, %c16] : !tile.tile<64x16xf32> -> !tile.tile<64x16xf32, valid ?x16>
        tile.assemble %some into %y[%row, %c0] : !tile.tile<64x16xf32, valid ?x16> into !tile.tensor<?x16xf32>
      })");
    EXPECT_EQ(getConflicts(f).empty(), !overlap);
  }
}

TEST(ConflictsTest, SplitIndices) {
  // All pairs of N and M, as one loop.
  ParsedFunction f(
      "%x: !tile.tensor<?xf32> {tile.name = \"x\", tile.direction = \"in\", "
      "tile.shape = affine_map<()[s0, s1] -> (s0 * s1)>}, "
      "%y: !tile.tensor<?x?xf32> {tile.name = \"y\", tile.direction = \"out\", "
      "tile.shape = affine_map<()[s0, s1] -> (s0, s1)>}",
      R"(
    %one = arith.constant 1.0 : f32
    %pairs = arith.muli %N, %M : index
    tile.parallel %i = %c0 to %pairs step %c1 attributes {test = "loop"} {
      %q = tile.floordiv %i, %M : index
      %r = tile.mod %i, %M : index
      tile.write %one into %y[%q, %r] : f32 into !tile.tensor<?x?xf32>
    })");
  EXPECT_TRUE(getConflicts(f).empty());
}

TEST(ConflictsTest, WhatIsUnknown) {
  ParsedFunction f(kTable, R"(
    %one = arith.constant 1.0 : f32
    tile.parallel %i = %c0 to %c4 step %c1 attributes {test = "loop"} {
      %k = tile.read %t[%i] {test = "slot"} : !tile.tensor<64xi32> -> index
      %row = arith.addi %k, %c1 : index
      tile.write %one into %x[%row, %c0] : f32 into !tile.tensor<64x16xf32>
    })");
  auto conflicts = getConflicts(f);
  ASSERT_EQ(conflicts.size(), 1u);
  EXPECT_EQ(conflicts[0].unknown, f.value("slot"));
  EXPECT_TRUE(conflicts[0].iterations);
}

TEST(ConflictsTest, StorageOfOneIteration) {
  ParsedFunction f(kTable, R"(
    %one = arith.constant 1.0 : f32
    tile.parallel %i = %c0 to %c4 step %c1 attributes {test = "loop"} {
      %b = tile.create : !tile.tensor<4xf32>
      %r = tile.reshape %b : !tile.tensor<4xf32> -> !tile.tensor<2x2xf32>
      tile.write %one into %r[%c0, %c0] : f32 into !tile.tensor<2x2xf32>
      %v = tile.read %b[%c0] : !tile.tensor<4xf32> -> f32
    })");
  EXPECT_TRUE(getConflicts(f).empty());
}
