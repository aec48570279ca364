//===- MatmulTest.cpp - Products of matrices ------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Program.h"
#include "tilec/Interpreter/Numerics.h"
#include <cmath>
#include <random>

using namespace tilec;

TEST(Matmul, ByHand) {
  for (DType dtype : {DType::FP32, DType::BF16, DType::FP16}) {
    Array a(dtype, {2, 3}, {1, 2, 3, 4, 5, 6}),
        b(dtype, {3, 2}, {1, 0, 0, 1, 2, 2});
    EXPECT_EQ(runOp("tile.matmul %0, %1", {a, b}, Array(DType::FP32, {2, 2})),
              "7 8 16 17");
  }
  Array a(DType::INT8, {1, 2}, {127, -128}),
      b(DType::INT8, {2, 1}, {127, -128});
  EXPECT_EQ(runOp("tile.matmul %0, %1", {a, b}, Array(DType::INT32, {1, 1})),
            "32513");
}

TEST(Matmul, Transposes) {
  Array a(DType::FP32, {2, 3}, {1, 2, 3, 4, 5, 6});
  Array at(DType::FP32, {3, 2}, {1, 4, 2, 5, 3, 6});
  Array b(DType::FP32, {3, 1}, {1, 10, 100}),
      bt(DType::FP32, {1, 3}, {1, 10, 100});
  Array out(DType::FP32, {2, 1});
  EXPECT_EQ(runOp("tile.matmul %0, %1", {a, b}, out), "321 654");
  EXPECT_EQ(runOp("tile.matmul %0, %1 transpose_a", {at, b}, out), "321 654");
  EXPECT_EQ(runOp("tile.matmul %0, %1 transpose_b", {a, bt}, out), "321 654");
  EXPECT_EQ(runOp("tile.matmul %0, %1 transpose_a transpose_b", {at, bt}, out),
            "321 654");
}

TEST(MatmulAcc, Adds) {
  Array c(DType::FP32, {1, 2}, {1000, -0.0}), a(DType::FP32, {1, 2}, {1, 2});
  Array b(DType::FP32, {2, 2}, {3, 0, 4, 0});
  EXPECT_EQ(runOp("tile.matmul_acc %0, %1, %2", {c, a, b}, c), "1011 0");
  Array i(DType::INT32, {1, 1}, {2147483647}), u(DType::INT8, {1, 1}, {1});
  EXPECT_EQ(runOp("tile.matmul_acc %0, %1, %2", {i, u, u}, i), "-2147483648");
}

// With one rounding a step, (1 + 2^-12)^2 - 1 keeps its 2^-24.
TEST(Matmul, FP32StepsAreFused) {
  double x = 1 + std::ldexp(1.0, -12);
  Array a(DType::FP32, {1, 2}, {1, x}), b(DType::FP32, {2, 1}, {-1, x});
  EXPECT_EQ(runOp("tile.matmul %0, %1", {a, b}, Array(DType::FP32, {1, 1})),
            "0.00048834085"); // 2^-11 + 2^-24
}

// 2^24 + 1 - 2^24 depends on the order.
TEST(Matmul, FP32TakesKInAscendingOrder) {
  Array b(DType::FP32, {3, 1}, {1, 1, 1}), out(DType::FP32, {1, 1});
  Array x(DType::FP32, {1, 3}, {16777216, -16777216, 1});
  Array y(DType::FP32, {1, 3}, {16777216, 1, -16777216});
  EXPECT_EQ(runOp("tile.matmul %0, %1", {x, b}, out), "1");
  EXPECT_EQ(runOp("tile.matmul %0, %1", {y, b}, out), "0");
}

// Pairs of k, the second of each first.
TEST(Matmul, BF16TakesTheSecondOfAPairFirst) {
  Array b(DType::BF16, {4, 1}, {1, 1, 1, 1}), out(DType::FP32, {1, 1});
  double big = 16777216;
  Array x(DType::BF16, {1, 4}, {0, big, -big, 1}); // big + 1 - big
  Array y(DType::BF16, {1, 4}, {-big, big, 0, 1}); // big - big + 1
  EXPECT_EQ(runOp("tile.matmul %0, %1", {x, b}, out), "0");
  EXPECT_EQ(runOp("tile.matmul %0, %1", {y, b}, out), "1");
}

TEST(Matmul, BF16OddLastKHasAZeroPartner) {
  Array b(DType::BF16, {3, 1}, {1, 1, 1}), out(DType::FP32, {1, 1});
  Array x(DType::BF16, {1, 3}, {1, 2, 4});
  EXPECT_EQ(runOp("tile.matmul %0, %1", {x, b}, out), "7");
  // The partner's fma(0, 0, -0) gives +0, and +0 + -0 stays +0.
  Array c(DType::FP32, {1, 1}, {-0.0}), a(DType::BF16, {1, 1}, {-0.0});
  Array one(DType::BF16, {1, 1}, {1});
  EXPECT_EQ(runOp("tile.matmul_acc %0, %1, %2", {c, a, one}, out), "0");
}

TEST(Matmul, BF16TakesSubnormalsAsZero) {
  double tiny = std::ldexp(1.0, -130), least = std::ldexp(1.0, -126);
  Array one(DType::BF16, {1, 1}, {1}), zero(DType::BF16, {1, 1}, {0});
  Array out(DType::FP32, {1, 1});
  EXPECT_EQ(runOp("tile.matmul %0, %1",
                  {Array(DType::BF16, {1, 1}, {tiny}), one}, out),
            "0");
  EXPECT_EQ(runOp("tile.matmul %0, %1",
                  {Array(DType::BF16, {1, 1}, {least}), one}, out),
            "1.1754944e-38");
  // An accumulator, and a result.
  EXPECT_EQ(runOp("tile.matmul_acc %0, %1, %2",
                  {Array(DType::FP32, {1, 1}, {tiny}), zero, one}, out),
            "0");
  EXPECT_EQ(runOp("tile.matmul %0, %1",
                  {Array(DType::BF16, {1, 1}, {-least}),
                   Array(DType::BF16, {1, 1}, {0.5})},
                  out),
            "-0");
  // FP16 and FP32 keep them.
  EXPECT_EQ(runOp("tile.matmul %0, %1",
                  {Array(DType::FP32, {1, 1}, {1e-40}),
                   Array(DType::FP32, {1, 1}, {1})},
                  out),
            "1e-40");
}

// 2^24 + 1: a tie for two fused multiply-adds, odd for the sum of products.
TEST(Matmul, BF16RoundsAsItsTarget) {
  Array a(DType::BF16, {1, 3}, {4096, 1, -0.0});
  Array b(DType::BF16, {3, 2}, {4096, 1, 1, 1, 1, 1});
  InterpreterOptions toOdd;
  toOdd.bf16Products = BF16Products::RoundToOddPairs;
  Array out(DType::FP32, {1, 2});
  EXPECT_EQ(runOp("tile.matmul %0, %1", {a, b}, out), "16777216 4097");
  EXPECT_EQ(runOp("tile.matmul %0, %1", {a, b}, out, "", toOdd),
            "16777218 4097");
  // A zero partner of an odd last k, and subnormals of what is added to.
  Array c(DType::FP32, {1, 1}, {-0.0}), tiny(DType::FP32, {1, 1}, {-1e-40});
  Array zero(DType::BF16, {1, 1}, {-0.0}), one(DType::BF16, {1, 1}, {1});
  Array sum(DType::FP32, {1, 1});
  for (const Array &acc : {c, tiny})
    EXPECT_EQ(
        runOp("tile.matmul_acc %0, %1, %2", {acc, zero, one}, sum, "", toOdd),
        "0");
  // FP32 is the same everywhere.
  Array x(DType::FP32, {1, 2}, {4096, 1}), y(DType::FP32, {2, 1}, {4096, 1});
  EXPECT_EQ(runOp("tile.matmul %0, %1", {x, y}, sum, "", toOdd), "16777216");
}

// However the K loop is cut at even places.
TEST(MatmulAcc, AChainHasTheBitsOfOneMatmul) {
  std::mt19937 random(1);
  std::normal_distribution<double> normal;
  for (DType dtype : {DType::FP32, DType::BF16, DType::FP16}) {
    std::vector<double> x(8 * 3), y(8 * 5);
    for (double &v : x)
      v = normal(random);
    for (double &v : y)
      v = normal(random);
    Array a(dtype, {3, 8}, x), b(dtype, {8, 5}, y), out(DType::FP32, {3, 5});
    std::string t = dtype == DType::FP32   ? "f32"
                    : dtype == DType::BF16 ? "bf16"
                                           : "f16";
    EXPECT_EQ(runBody("%a0 = tile.slice %0[%c0, %c0] : !tile.tile<3x8x" + t +
                          "> -> !tile.tile<3x6x" + t +
                          ">\n"
                          "%b0 = tile.slice %1[%c0, %c0] : !tile.tile<8x5x" +
                          t + "> -> !tile.tile<6x5x" + t +
                          ">\n"
                          "%a1 = tile.slice %0[%c0, %c6] : !tile.tile<3x8x" +
                          t + "> -> !tile.tile<3x2x" + t +
                          ">\n"
                          "%b1 = tile.slice %1[%c6, %c0] : !tile.tile<8x5x" +
                          t + "> -> !tile.tile<2x5x" + t +
                          ">\n"
                          "%m = tile.matmul %a0, %b0 : !tile.tile<3x6x" +
                          t + ">, !tile.tile<6x5x" + t +
                          "> -> !tile.tile<3x5xf32>\n"
                          "%r = tile.matmul_acc %m, %a1, %b1 : "
                          "!tile.tile<3x5xf32>, !tile.tile<3x2x" +
                          t + ">, !tile.tile<2x5x" + t +
                          "> -> !tile.tile<3x5xf32>\n",
                      {a, b}, out),
              "");
    EXPECT_EQ(out.str(),
              runOp("tile.matmul %0, %1", {a, b}, Array(DType::FP32, {3, 5})));
  }
}

/// A [2, 3] by [3, 2] matmul of which only some is valid, over 9s.
static std::string multiplyPartial(const std::string &va,
                                   const std::string &vb) {
  Array a(DType::BF16, {2, 3}, {1, 2, 3, 4, 5, 6});
  Array b(DType::BF16, {3, 2}, {1, 10, 1, 10, 1, 10});
  Array out(DType::FP32, {2, 2}, {9, 9, 9, 9});
  std::string error = runBody(
      "%a = tile.set_valid_shape %0[" + va +
          "] : !tile.tile<2x3xbf16> -> !tile.tile<2x3xbf16, valid ?x?>\n"
          "%b = tile.set_valid_shape %1[" +
          vb +
          "] : !tile.tile<3x2xbf16> -> !tile.tile<3x2xbf16, valid ?x?>\n"
          "%r = tile.matmul %a, %b : !tile.tile<2x3xbf16, valid ?x?>, "
          "!tile.tile<3x2xbf16, valid ?x?> -> !tile.tile<2x2xf32, valid ?x?>\n",
      {a, b}, out, "!tile.tile<2x2xf32, valid ?x?>");
  return error + out.str();
}

TEST(Matmul, SumsOverTheKValidInBoth) {
  EXPECT_EQ(multiplyPartial("%c2, %c2", "%c3, %c2"), "3 30 9 90");
  EXPECT_EQ(multiplyPartial("%c2, %c3", "%c1, %c2"), "1 10 4 40");
  EXPECT_EQ(multiplyPartial("%c1, %c3", "%c3, %c1"), "6 9 9 9");
  EXPECT_EQ(multiplyPartial("%c2, %c0", "%c3, %c2"), "0 0 0 0");
  EXPECT_EQ(multiplyPartial("%c0, %c3", "%c3, %c2"), "9 9 9 9");
}

TEST(MatmulAcc, IntersectsWithTheAccumulator) {
  Array c(DType::FP32, {2, 1}, {100, 200}), a(DType::FP32, {2, 1}, {1, 2});
  Array b(DType::FP32, {1, 1}, {1}), out(DType::FP32, {2, 1}, {9, 9});
  EXPECT_EQ(runBody("%c = tile.set_valid_shape %0[%c1, %c1] : "
                    "!tile.tile<2x1xf32> -> !tile.tile<2x1xf32, valid 1x1>\n"
                    "%r = tile.matmul_acc %c, %1, %2 : !tile.tile<2x1xf32, "
                    "valid 1x1>, !tile.tile<2x1xf32>, !tile.tile<1x1xf32> -> "
                    "!tile.tile<2x1xf32, valid 1x1>\n",
                    {c, a, b}, out, "!tile.tile<2x1xf32, valid 1x1>"),
            "");
  EXPECT_EQ(out.str(), "101 9");
}

// With no k at all the accumulator stays as it is, subnormals included.
TEST(MatmulAcc, OverNoKKeepsTheAccumulator) {
  Array c(DType::FP32, {1, 1}, {1e-40}), a(DType::BF16, {1, 1}, {1});
  Array out(DType::FP32, {1, 1});
  EXPECT_EQ(runBody("%a = tile.set_valid_shape %1[%c1, %c0] : "
                    "!tile.tile<1x1xbf16> -> !tile.tile<1x1xbf16, valid 1x0>\n"
                    "%r = tile.matmul_acc %0, %a, %1 : !tile.tile<1x1xf32>, "
                    "!tile.tile<1x1xbf16, valid 1x0>, !tile.tile<1x1xbf16> -> "
                    "!tile.tile<1x1xf32>\n",
                    {c, a}, out),
            "");
  EXPECT_EQ(out.str(), "1e-40");
}

TEST(MatmulInDouble, CarriesTheSumThroughAChain) {
  double big = std::ldexp(1.0, 30);
  Array a(DType::FP32, {1, 1}, {big}), one(DType::FP32, {1, 1}, {1});
  Array minus(DType::FP32, {1, 1}, {-big}), out(DType::FP32, {1, 1});
  std::string t = "!tile.tile<1x1xf32>";
  std::string chain = "%m0 = tile.matmul %0, %1 : " + t + ", " + t + " -> " +
                      t +
                      "\n"
                      "%m1 = tile.matmul_acc %m0, %1, %1 : " +
                      t + ", " + t + ", " + t + " -> " + t +
                      "\n"
                      "%r = tile.matmul_acc %m1, %2, %1 : " +
                      t + ", " + t + ", " + t + " -> " + t + "\n";
  EXPECT_EQ(runBody(chain, {a, one, minus}, out), "");
  EXPECT_EQ(out.str(), "0");
  EXPECT_EQ(runBody(chain, {a, one, minus}, out, "", {/*fp64=*/true}), "");
  EXPECT_EQ(out.str(), "1");
}

/// A contraction of the tensors %x0 and %x1 in a function with %c0 ... %c20.
static std::string contract(const std::string &op,
                            const std::vector<Array> &inputs,
                            const Array &output,
                            const std::string &valid = "?x?") {
  std::string cells = output.tileType();
  cells.insert(cells.size() - 1, ", valid " + valid);
  std::string error =
      runBody("%r = tile.contract " + op + " : " + inputs[0].tensorType() +
                  ", " + inputs[1].tensorType() + " -> " + cells + "\n",
              inputs, output, cells);
  return error.empty() ? output.str() : error;
}

TEST(Contract, ByHand) {
  for (DType dtype : {DType::FP32, DType::BF16, DType::FP16}) {
    Array x(dtype, {2, 4}, {9, 1, 2, 3, 9, 4, 5, 6});
    Array w(dtype, {4, 3}, {9, 9, 9, 9, 1, 0, 9, 0, 1, 9, 2, 2});
    std::string boxes = "%x0[%c0, %c1], %x1[%c1, %c1] m %c2 n %c2 k %c";
    Array out(DType::FP32, {2, 2});
    EXPECT_EQ(contract(boxes + "3", {x, w}, out, "2x2"), "7 8 16 17");
    EXPECT_EQ(contract(boxes + "2 step 1", {x, w}, out, "2x2"), "1 2 4 5");
    EXPECT_EQ(contract(boxes + "1", {x, w}, out, "2x2"), "1 0 4 0");
    EXPECT_EQ(contract(boxes + "0", {x, w}, out, "2x2"), "0 0 0 0");
  }
  Array x(DType::INT8, {1, 2}, {127, -128}),
      w(DType::INT8, {2, 1}, {127, -128});
  EXPECT_EQ(contract("%x0[%c0, %c0], %x1[%c0, %c0] m %c1 n %c1 k %c2", {x, w},
                     Array(DType::INT32, {1, 1}), "1x1"),
            "32513");
}

TEST(Contract, Transposes) {
  Array x(DType::FP32, {3, 2}, {1, 4, 2, 5, 3, 6});
  Array w(DType::FP32, {2, 3}, {1, 10, 100, 2, 20, 200});
  EXPECT_EQ(contract("%x0[%c0, %c0], %x1[%c0, %c0] m %c2 n %c2 k %c3 "
                     "transpose_a transpose_b",
                     {x, w}, Array(DType::FP32, {2, 2}), "2x2"),
            "321 642 654 1308");
}

TEST(Contract, ClampsItsExtents) {
  Array x(DType::FP32, {2, 2}, {1, 2, 3, 4}), w(DType::FP32, {2, 1}, {1, 10});
  std::string boxes = "%x0[%c0, %c0], %x1[%c0, %c0] ";
  auto run = [&](const std::string &extents, const std::string &valid) {
    return contract(boxes + extents, {x, w}, Array(DType::FP32, {2, 1}, {9, 9}),
                    valid);
  };
  EXPECT_EQ(run("m %c5 n %c5 k %c2", "2x1"), "21 43");
  EXPECT_EQ(run("m %c1 n %c1 k %c2", "1x1"), "21 9");
  EXPECT_EQ(run("m %c0 n %c1 k %c2", "0x1"), "9 9");
}

TEST(Contract, AddsToAnAccumulator) {
  Array x(DType::FP32, {2, 2}, {1, 2, 3, 4}), w(DType::FP32, {2, 1}, {1, 10});
  Array c(DType::FP32, {2, 1}, {100, 200}), out(DType::FP32, {2, 1}, {9, 9});
  EXPECT_EQ(runBody("%c = tile.set_valid_shape %2[%c1, %c1] : "
                    "!tile.tile<2x1xf32> -> !tile.tile<2x1xf32, valid 1x1>\n"
                    "%r = tile.contract %x0[%c0, %c0], %x1[%c0, %c0] m %c2 n "
                    "%c1 k %c2 acc %c : !tile.tensor<2x2xf32>, "
                    "!tile.tensor<2x1xf32>, !tile.tile<2x1xf32, valid 1x1> -> "
                    "!tile.tile<2x1xf32, valid 1x1>\n",
                    {x, w, c}, out, "!tile.tile<2x1xf32, valid 1x1>"),
            "");
  EXPECT_EQ(out.str(), "121 9");
}

// Pairs of k are counted from the first of the box, not of the tensor.
TEST(Contract, BF16CountsPairsFromTheBox) {
  double big = 16777216;
  Array x(DType::BF16, {1, 5}, {0, 1, -big, big, 0});
  Array w(DType::BF16, {5, 1}, {1, 1, 1, 1, 1}), out(DType::FP32, {1, 1});
  // (0, 1), (-big, big), and (1, -big), (big, 0), the second of each first.
  EXPECT_EQ(contract("%x0[%c0, %c0], %x1[%c0, %c0] m %c1 n %c1 k %c5", {x, w},
                     out, "1x1"),
            "0");
  EXPECT_EQ(contract("%x0[%c0, %c1], %x1[%c0, %c0] m %c1 n %c1 k %c4", {x, w},
                     out, "1x1"),
            "1");
}

// Of a tile there is what is valid of it.
TEST(Contract, TakesBoxesOfTiles) {
  Array x(DType::FP32, {1, 4}, {1, 2, 3, 4}),
      w(DType::FP32, {4, 1}, {1, 10, 100, 1000});
  auto run = [&](const std::string &valid, const std::string &offsets) {
    Array out(DType::FP32, {1, 1}, {9});
    std::string error = runBody(
        "%a = tile.set_valid_shape %0[" + valid +
            "] : !tile.tile<1x4xf32> -> !tile.tile<1x4xf32, valid ?x?>\n"
            "%r = tile.contract %a[" +
            offsets +
            "], %1[%c0, %c0] m %c1 n %c1 k %c4 step 2 : !tile.tile<1x4xf32, "
            "valid ?x?>, !tile.tile<4x1xf32> -> !tile.tile<1x1xf32, valid "
            "?x1>\n",
        {x, w}, out, "!tile.tile<1x1xf32, valid ?x1>");
    return error + out.str();
  };
  EXPECT_EQ(run("%c1, %c4", "%c0, %c0"), "4321");
  EXPECT_EQ(run("%c1, %c3", "%c0, %c0"), "321");
  EXPECT_EQ(run("%c1, %c3", "%c0, %c1"), "32");
  EXPECT_EQ(run("%c1, %c3", "%c0, %c20"), "0");
  EXPECT_EQ(run("%c0, %c3", "%c0, %c0"), "9");
}

TEST(Contract, FailsOutsideOfItsTensors) {
  Array x(DType::FP32, {2, 5}), w(DType::FP32, {6, 2}),
      out(DType::FP32, {2, 2});
  auto run = [&](const std::string &op) { return contract(op, {x, w}, out); };
  EXPECT_EQ(
      run("%x0[%c0, %c0], %x1[%c0, %c0] m %c2 n %c2 k %c6"),
      "slice of 6 cells at offset 0 exceeds dimension 1 of tensor [2, 5]");
  EXPECT_EQ(
      run("%x0[%c0, %c0], %x1[%c0, %c0] m %c2 n %c2 k %c6 step 2"),
      "slice of 2 cells at offset 4 exceeds dimension 1 of tensor [2, 5]");
  EXPECT_EQ(
      run("%x0[%c0, %c0], %x1[%c0, %c0] m %c2 n %c2 k %c6 step 4"),
      "slice of 2 cells at offset 4 exceeds dimension 1 of tensor [2, 5]");
  // The right operand's second step comes before the left one's third.
  EXPECT_EQ(
      run("%x0[%c0, %c0], %x1[%c4, %c0] m %c2 n %c2 k %c6 step 2"),
      "slice of 2 cells at offset 6 exceeds dimension 0 of tensor [6, 2]");
  EXPECT_EQ(
      run("%x0[%c1, %c0], %x1[%c0, %c0] m %c2 n %c2 k %c4 step 2"),
      "slice of 2 cells at offset 1 exceeds dimension 0 of tensor [2, 5]");
  // An empty box is nowhere; the other one counts.
  EXPECT_EQ(run("%x0[%c9, %c0], %x1[%c0, %c0] m %c0 n %c2 k %c6"), "0 0 0 0");
  EXPECT_EQ(run("%x0[%c9, %c9], %x1[%c9, %c9] m %c2 n %c2 k %c0"), "0 0 0 0");
  EXPECT_EQ(
      run("%x0[%c9, %c0], %x1[%c0, %c0] m %c0 n %c2 k %c7"),
      "slice of 7 cells at offset 0 exceeds dimension 0 of tensor [6, 2]");
}
