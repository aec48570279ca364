//===- IndexConstraintsTest.cpp -------------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Analysis/IndexConstraints.h"
#include "ParsedFunction.h"

using namespace tilec;

static bool inRange(ParsedFunction &f, llvm::StringRef name, int64_t lower,
                    int64_t upper) {
  mlir::Operation *op = f.find(name);
  return provesInRange(op->getNextNode(), op->getResult(0), lower, upper);
}

TEST(IndexConstraintsTest, ClampedTile) {
  ParsedFunction f("", R"(
    tile.parallel %i = %c0 to %N step %c16 {
      %rest = arith.subi %N, %i {test = "rest"} : index
      %rows = arith.minsi %c16, %rest {test = "rows"} : index
      tile.yield
    })");
  EXPECT_TRUE(inRange(f, "rows", 1, 16));
  EXPECT_FALSE(inRange(f, "rows", 2, 16));
  EXPECT_FALSE(inRange(f, "rest", 1, 16));
}

TEST(IndexConstraintsTest, FloorDivAndMod) {
  ParsedFunction f("", R"(
    scf.for %i = %c0 to %c16 step %c1 {
      %q = tile.floordiv %i, %c3 {test = "q"} : index
      %r = tile.mod %i, %c3 {test = "r"} : index
      %m = arith.muli %q, %c3 : index
      %s0 = arith.addi %m, %r : index
      %d = arith.subi %s0, %i {test = "d"} : index
      %n = arith.subi %c0, %i : index
      %nq = tile.floordiv %n, %c4 {test = "nq"} : index
    })");
  EXPECT_TRUE(inRange(f, "q", 0, 5));
  EXPECT_FALSE(inRange(f, "q", 0, 4));
  EXPECT_TRUE(inRange(f, "r", 0, 2));
  EXPECT_TRUE(inRange(f, "d", 0, 0));
  EXPECT_TRUE(inRange(f, "nq", -4, 0));
}

TEST(IndexConstraintsTest, SymbolicDivisor) {
  ParsedFunction f("", R"(
    %r = tile.mod %s, %N {test = "r"} : index
    %below = arith.subi %r, %N {test = "below"} : index
    %q = tile.floordiv %s, %M {test = "q"} : index)");
  EXPECT_TRUE(inRange(f, "r", 0, INT64_MAX));
  EXPECT_TRUE(inRange(f, "below", INT64_MIN, -1));
  EXPECT_FALSE(inRange(f, "q", 0, INT64_MAX));
}

TEST(IndexConstraintsTest, AssertionsAreFacts) {
  ParsedFunction f("%t: !tile.tensor<?xi32>", R"(
    %v = tile.read %t[%c0] {test = "v"} : !tile.tensor<?xi32> -> index
    %ge = arith.cmpi sge, %v, %c0 : index
    %lt = arith.cmpi slt, %v, %c8 : index
    %ok = arith.andi %ge, %lt : i1
    tile.assert %ok, "no"
    %w = arith.addi %v, %c1 {test = "w"} : index
    %use = arith.addi %w, %c1 {test = "use"} : index)");
  EXPECT_TRUE(inRange(f, "w", 1, 8));
  EXPECT_TRUE(inRange(f, "use", 2, 9));
  // At its own place the value is any 32-bit number.
  EXPECT_TRUE(inRange(f, "v", INT32_MIN, INT32_MAX));
  EXPECT_FALSE(inRange(f, "v", 0, INT32_MAX));
}

TEST(IndexConstraintsTest, ConditionsOfBranches) {
  ParsedFunction f("", R"(
    %lt = arith.cmpi slt, %s, %c8 : index
    scf.if %lt {
      %x = arith.addi %c0, %s {test = "then"} : index
      %u = arith.addi %x, %x : index
    } else {
      %y = arith.addi %c0, %s {test = "else"} : index
      %u = arith.addi %y, %y : index
    }
    %z = scf.if %lt -> (index) {
      scf.yield %c8 : index
    } else {
      scf.yield %s : index
    } {test = "joined"})");
  EXPECT_TRUE(inRange(f, "then", INT64_MIN, 7));
  EXPECT_TRUE(inRange(f, "else", 8, INT64_MAX));
  EXPECT_TRUE(inRange(f, "joined", 8, INT64_MAX));
}

TEST(IndexConstraintsTest, BranchesThatDoNotRunProveNothing) {
  // That %N is a divisor in one branch does not make it positive.
  ParsedFunction f("", R"(
    %some = arith.cmpi ne, %s, %c0 : index
    %q = scf.if %some -> (index) {
      %d = tile.floordiv %s, %N : index
      scf.yield %d : index
    } else {
      scf.yield %c0 : index
    } {test = "q"}
    %n = arith.addi %N, %c0 {test = "n"} : index
    %use = arith.addi %q, %n {test = "use"} : index)");
  EXPECT_TRUE(inRange(f, "n", 0, INT64_MAX));
  EXPECT_FALSE(inRange(f, "n", 1, INT64_MAX));
  mlir::Operation *use = f.find("use");
  IndexConstraints constraints;
  constraints.addFactsAt(use);
  constraints.get(use->getResult(0));
  EXPECT_FALSE(constraints.getSystem().provesNonNegative(
      constraints.get(f.value("n")) - WideInt(1)));
}

TEST(IndexConstraintsTest, ArithmeticWraps) {
  ParsedFunction f("", R"(
    %nonnegative = arith.cmpi sge, %s, %c0 : index
    tile.assert %nonnegative, "no"
    %t = arith.addi %s, %c1 {test = "t"} : index
    %u = arith.subi %s, %c1 {test = "u"} : index
    %n = arith.addi %N, %c1 {test = "n"} : index
    %end = arith.addi %n, %c1 : index)");
  EXPECT_FALSE(inRange(f, "t", 0, INT64_MAX));
  EXPECT_TRUE(inRange(f, "u", -1, INT64_MAX));
  // Dynamic names are far from 2^63.
  EXPECT_TRUE(inRange(f, "n", 1, INT64_MAX));
}

TEST(IndexConstraintsTest, ExtentsOfParameters) {
  ParsedFunction f(
      "%x: !tile.tensor<?x4xf32> {tile.name = \"x\", tile.direction = \"in\", "
      "tile.shape = affine_map<()[s0, s1] -> (s0 * s1 * 8, 4)>}",
      R"(
    scf.for %l = %c0 to %N step %c1 {
      scf.for %p = %c0 to %M step %c1 {
        %base = arith.muli %l, %M : index
        %number = arith.addi %base, %p : index
        %row = arith.muli %number, %c8 {test = "row"} : index
        %v = tile.read %x[%row, %c0] {test = "read"}
            : !tile.tensor<?x4xf32> -> f32
        %d = tile.dim %x, 0 {test = "dim"} : !tile.tensor<?x4xf32>
        %u = arith.subi %d, %row {test = "rest"} : index
        %end = arith.addi %u, %u : index
      }
    })");
  mlir::Operation *rest = f.find("rest");
  EXPECT_TRUE(
      provesInRange(rest->getNextNode(), rest->getResult(0), 8, INT64_MAX));
}

TEST(IndexConstraintsTest, TwoIterations) {
  ParsedFunction f("", R"(
    tile.parallel %i = %c0 to %N step %M {
      %x = arith.muli %i, %c2 {test = "x"} : index
      tile.yield
    })");
  mlir::Operation *x = f.find("x");
  mlir::Operation *loop = x->getParentOp();
  IndexConstraints constraints(loop);
  constraints.addFactsAt(x, 0);
  constraints.addFactsAt(x, 1);
  LinearExpr first = constraints.get(x->getResult(0), 0);
  LinearExpr second = constraints.get(x->getResult(0), 1);
  EXPECT_FALSE(first == second);
  Conjunction order;
  order.addAtMost(constraints.getIterationNumber(loop, 0) + WideInt(1),
                  constraints.getIterationNumber(loop, 1));
  constraints.getSystem().add(order);
  constraints.relateIterations();
  // They are a step apart, and a step is what %M is.
  LinearExpr m = constraints.get(mlir::cast<tile::ParallelOp>(loop).getStep());
  EXPECT_TRUE(constraints.getSystem().provesAtMost(first + m * 2, second));
}
