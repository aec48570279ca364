//===- ControlTest.cpp - Scopes, loops, branches, calls and errors --------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Program.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "tilec/Dialect/Tile/Tile.h"
#include "tilec/Support/RuntimeError.h"
#include <cfenv>

using namespace tilec;

/// Runs with %out: !tile.tensor<4xi64>, zeros at first.
static std::string runInts(const std::string &body) {
  Array out(DType::INT64, {4});
  std::string error = runBody(body, {}, out);
  return error.empty() ? out.str() : error;
}

static std::string write(const std::string &value, const std::string &index) {
  return "tile.write " + value + " into %out[" + index +
         "] : index into !tile.tensor<4xi64>\n";
}

TEST(Control, ForCarriesValues) {
  EXPECT_EQ(
      runInts("%s = scf.for %i = %c1 to %c5 step %c2 iter_args(%a = %c10) -> "
              "(index) {\n"
              "  %b = arith.addi %a, %i : index\n  scf.yield %b : index\n}\n" +
              write("%s", "%c0")),
      "14 0 0 0"); // 10 + 1 + 3
}

TEST(Control, ForSwapsCarriedValues) {
  EXPECT_EQ(runInts("%p:2 = scf.for %i = %c0 to %c3 step %c1 iter_args(%a = "
                    "%c1, %b = %c2) -> (index, index) {\n"
                    "  scf.yield %b, %a : index, index\n}\n" +
                    write("%p#0", "%c0") + write("%p#1", "%c1")),
            "2 1 0 0");
}

TEST(Control, LoopsThatDoNotRun) {
  EXPECT_EQ(runInts("scf.for %i = %c3 to %c3 step %c1 {\n" +
                    write("%c9", "%c0") + "}\n" +
                    "tile.parallel %j = %c3 to %c1 step %c1 {\n" +
                    write("%c9", "%c0") + "}"),
            "0 0 0 0");
}

TEST(Control, LoopsEndAtTheLastInteger) {
  EXPECT_EQ(
      runInts("%last = arith.constant 9223372036854775807 : index\n"
              "%first = arith.constant 9223372036854775805 : index\n"
              "%n = scf.for %i = %first to %last step %c5 iter_args(%a = %c0) "
              "-> (index) {\n"
              "  %b = arith.addi %a, %c1 : index\n  scf.yield %b : index\n}\n" +
              write("%n", "%c0")),
      "1 0 0 0");
}

TEST(Control, StepsMustBePositive) {
  EXPECT_EQ(runInts("%z = arith.subi %c1, %c1 : index\nscf.for %i = %c0 to %c1 "
                    "step %z {\n}"),
            "the step of a loop must be positive, got 0");
  EXPECT_EQ(runInts("%z = arith.subi %c1, %c3 : index\ntile.parallel %i = %c0 "
                    "to %c1 step %z {\n}"),
            "the step of a loop must be positive, got -2");
}

TEST(Control, If) {
  std::string choose =
      "%v = scf.if %b -> (index) {\n  scf.yield %c7 : index\n} else {\n"
      "  scf.yield %c8 : index\n}\n" +
      write("%v", "%c0");
  EXPECT_EQ(runInts("%b = arith.constant true\n" + choose), "7 0 0 0");
  EXPECT_EQ(runInts("%b = arith.constant false\n" + choose), "8 0 0 0");
  EXPECT_EQ(runInts("%b = arith.constant false\nscf.if %b {\n" +
                    write("%c1", "%c0") + "}"),
            "0 0 0 0");
}

TEST(Control, While) {
  EXPECT_EQ(
      runInts("%w = scf.while (%a = %c1) : (index) -> (index) {\n"
              "  %go = arith.cmpi slt, %a, %c20 : index\n"
              "  scf.condition(%go) %a : index\n} do {\n^bb0(%x: index):\n"
              "  %y = arith.muli %x, %c3 : index\n  scf.yield %y : index\n}\n" +
              write("%w", "%c0")),
      "27 0 0 0");
}

TEST(Control, ScopeYieldsAndParallelRuns) {
  EXPECT_EQ(runInts("%s = tile.scope @core_group \"x\" -> (index) {\n  "
                    "tile.yield %c4 : index\n}\n"
                    "tile.parallel %i = %c0 to %s step %c1 name \"y\" {\n" +
                    write("%i", "%i") + "}"),
            "0 1 2 3");
}

TEST(Control, TilesAreCarriedByValue) {
  Array x(DType::FP32, {2}, {1, 2}), out(DType::FP32, {2});
  EXPECT_EQ(runBody(R"(
    %r = scf.for %i = %c0 to %c3 step %c1 iter_args(%t = %0) -> (!tile.tile<2xf32>) {
      %u = tile.add %t, %t : !tile.tile<2xf32>, !tile.tile<2xf32> -> !tile.tile<2xf32>
      scf.yield %u : !tile.tile<2xf32>
    })",
                    {x}, out),
            "");
  EXPECT_EQ(out.str(), "8 16");
}

TEST(Control, Calls) {
  Array out(DType::INT64, {1});
  EXPECT_EQ(run(R"(
    func.func private @twice(%a: index) -> index {
      %b = arith.addi %a, %a : index
      return %b : index
    }
    func.func @f(%out: !tile.tensor<1xi64>) {
      %c0 = arith.constant 0 : index
      %c5 = arith.constant 5 : index
      %a = func.call @twice(%c5) : (index) -> index
      %b = func.call @twice(%a) : (index) -> index
      tile.write %b into %out[%c0] : index into !tile.tensor<1xi64>
      return
    })",
                {out.view()}),
            "");
  EXPECT_EQ(out.str(), "20");
}

TEST(Control, EndlessRecursionIsAnError) {
  EXPECT_EQ(run("func.func @f() {\n  func.call @f() : () -> ()\n  return\n}"),
            "nested too deeply to interpret");
}

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

TEST(Errors, Assertions) {
  EXPECT_EQ(runInts("%t = arith.constant true\ntile.assert %t, \"fine\""),
            "0 0 0 0");
  EXPECT_EQ(runInts("%t = arith.constant false\n"
                    "tile.assert %t, \"{0} of {1}, {2} {x} {}\"(%c3, %c4)"),
            "3 of 4, {2} {x} {}");
}

TEST(Errors, TheFirstInProgramOrder) {
  EXPECT_EQ(runInts("tile.parallel %i = %c0 to %c4 step %c1 {\n"
                    "  %ok = arith.cmpi slt, %i, %c2 : index\n" +
                    write("%c1", "%i") +
                    "  tile.assert %ok, \"iteration {0}\"(%i)\n}\n"),
            "iteration 2");
}

TEST(Errors, UnknownOperations) {
  EXPECT_EQ(runInts("\"other.op\"() : () -> ()"),
            "the interpreter does not know the operation `other.op`");
  EXPECT_EQ(runInts("%v = arith.constant dense<1.0> : vector<4xf32>"),
            "the interpreter knows scalar constants only");
  EXPECT_EQ(runInts("%v = arith.constant 1 : i128\n"),
            "the interpreter knows scalar constants only");
}

TEST(Errors, TilesTooLarge) {
  EXPECT_EQ(
      runInts("%f = arith.constant 1.0 : f32\n"
              "%v = tile.full %f : f32 -> !tile.tile<1000000x1000000xf32>"),
      "a tile of [1000000, 1000000] is too large to interpret");
}

TEST(Errors, BlocksAreNotKnown) {
  EXPECT_EQ(run("func.func @f() {\n  cf.br ^a\n^a:\n  return\n}").substr(0, 14),
            "does not parse"); // cf is not loaded
  EXPECT_EQ(run("func.func private @f()"),
            "needs a function with a body of one block");
}

TEST(Errors, NameTheirPlace) {
  mlir::MLIRContext context;
  context.loadDialect<mlir::func::FuncDialect, tile::TileDialect>();
  auto module = mlir::parseSourceString<mlir::ModuleOp>(R"(
    func.func @f() {
      %0 = arith.constant false
      tile.assert %0, "no" loc(callsite("x"("kernel.tile":12:9) at "other.tile":1:1))
      return
    })",
                                                        &context);
  ASSERT_TRUE(module);
  auto entry = module->lookupSymbol<mlir::func::FuncOp>("f");
  EXPECT_EQ(llvm::toString(interpret(entry, {}, {}, {})),
            "kernel.tile:12:9: error: no");
}

//===----------------------------------------------------------------------===//
// Arguments
//===----------------------------------------------------------------------===//

TEST(Arguments, ComeInTheirOrder) {
  Array x(DType::INT64, {3}), out(DType::FP32, {4});
  const std::string module = R"(
    func.func @f(%s: f32, %x: !tile.tensor<?xindex>, %k: index, %b: i1, %h: bf16,
                 %out: !tile.tensor<4xf32>, %N: index {tile.symbol = "N"}) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %c3 = arith.constant 3 : index
      tile.write %s into %out[%c0] : f32 into !tile.tensor<4xf32>
      %w = arith.extf %h : bf16 to f32
      tile.write %w into %out[%c1] : f32 into !tile.tensor<4xf32>
      tile.write %k into %x[%c0] : index into !tile.tensor<?xindex>
      tile.write %N into %x[%c1] : index into !tile.tensor<?xindex>
      %i = arith.extui %b : i1 to i64
      %j = arith.index_cast %i : i64 to index
      tile.write %j into %x[%c2] : index into !tile.tensor<?xindex>
      return
    })";
  EXPECT_EQ(
      run(module, {x.view(), out.view()}, {0x40490000, -5, 1, 0x3F80}, {3}),
      "");
  EXPECT_EQ(out.str(), "3.140625 1 0 0");
  EXPECT_EQ(x.str(), "-5 3 1");
  EXPECT_EQ(run(module, {x.view()}, {0, 0, 0, 0}, {3}),
            "@f: fewer tensors than the entry has");
  EXPECT_EQ(run(module, {x.view(), out.view()}, {0, 0, 0}, {3}),
            "@f: fewer arguments than the entry has");
  EXPECT_EQ(run(module, {x.view(), out.view()}, {0, 0, 0, 0}, {3, 4}),
            "@f: more arguments than the entry has");
  EXPECT_EQ(
      run(module, {out.view(), out.view()}, {0, 0, 0, 0}, {3}),
      "@f: argument 1 is [4] of FP32, which the entry's type does not allow");
  EXPECT_EQ(
      run(module, {x.view(), Array(DType::FP32, {5}).view()}, {0, 0, 0, 0},
          {3}),
      "@f: argument 5 is [5] of FP32, which the entry's type does not allow");
}

TEST(Arguments, InputsAreNotWritten) {
  Array x(DType::FP32, {1});
  EXPECT_EQ(run(R"(
    func.func @f(%x: !tile.tensor<1xf32> {tile.direction = "in"}) {
      %c0 = arith.constant 0 : index
      %v = arith.constant 1.0 : f32
      tile.write %v into %x[%c0] : f32 into !tile.tensor<1xf32>
      return
    })",
                {x.view()}),
            "writes to a parameter that is only an input");
}

TEST(Arguments, TheCallersFloatEnvironmentStays) {
  Array x(DType::FP32, {1}, {1}), y(DType::FP32, {1}, {3}),
      out(DType::FP32, {1});
  std::fesetround(FE_UPWARD);
  std::string result = runOp("tile.div %0, %1", {x, y}, out);
  int rounding = std::fegetround();
  std::fesetround(FE_TONEAREST);
  EXPECT_EQ(rounding, FE_UPWARD);
  EXPECT_EQ(result, "0.33333334");
}
