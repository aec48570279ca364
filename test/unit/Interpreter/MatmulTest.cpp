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
