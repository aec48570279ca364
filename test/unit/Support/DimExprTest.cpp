//===- DimExprTest.cpp - Symbolic dimensions ------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Support/DimExpr.h"
#include <gtest/gtest.h>

using namespace tilec;

static DimExpr parse(llvm::StringRef text) {
  llvm::Expected<DimExpr> expression = DimExpr::parse(text);
  if (!expression) {
    ADD_FAILURE() << llvm::toString(expression.takeError());
    return {};
  }
  return *expression;
}

static std::optional<int64_t> evaluate(const DimExpr &expression) {
  return expression.evaluate(
      [](llvm::StringRef name) -> std::optional<int64_t> {
        if (name == "N")
          return 3;
        if (name == "M")
          return int64_t(1) << 40;
        return std::nullopt;
      });
}

TEST(DimExpr, Prints) {
  DimExpr layers = DimExpr::symbol("LAYERS");
  EXPECT_EQ(DimExpr::mul(layers, 2048)->str(), "LAYERS*2048");
  EXPECT_EQ(DimExpr::add(layers, 1)->str(), "LAYERS + 1");
  EXPECT_EQ(DimExpr::sub(1, layers)->str(), "-LAYERS + 1");
  EXPECT_EQ(DimExpr().str(), "0");
  EXPECT_EQ(DimExpr(-5).str(), "-5");
}

TEST(DimExpr, HasANormalForm) {
  EXPECT_EQ(parse("2*N + 3 + N*M - 3"), parse("M*N + N + N"));
  EXPECT_EQ(parse("2*N + 3 + N*M - 3").str(), "M*N + N*2");
  EXPECT_EQ(parse("N - N"), DimExpr(0));
  EXPECT_NE(parse("N*N"), parse("N"));
}

TEST(DimExpr, TextRoundTrips) {
  for (const char *text : {"0", "7", "-7", "N", "-N", "N*2 - 3", "A*B*4 + C",
                           "N*N*9223372036854775807", "_a1*5"})
    EXPECT_EQ(parse(text).str(), text);
}

TEST(DimExpr, RefusesOtherText) {
  for (const char *text :
       {"", "+", "N +", "N**2", "2N", "N M", "9223372036854775808", "N/2",
        "9223372036854775807*2", "N + 9223372036854775807 + 1", "0x10", "- -1"})
    EXPECT_TRUE(llvm::errorToBool(DimExpr::parse(text).takeError())) << text;
}

TEST(DimExpr, KnowsItsNames) {
  EXPECT_TRUE(DimExpr(4).isConstant());
  EXPECT_EQ(DimExpr(4).getConstant(), 4);
  EXPECT_EQ(DimExpr(0).getConstant(), 0);
  EXPECT_FALSE(parse("N").getConstant());
  llvm::SmallVector<std::string, 2> names = parse("B*A + A + 2").getSymbols();
  ASSERT_EQ(names.size(), 2u);
  EXPECT_EQ(names[0], "A");
  EXPECT_EQ(names[1], "B");
}

TEST(DimExpr, Evaluates) {
  EXPECT_EQ(evaluate(parse("N*N*2 - 1")), 17);
  EXPECT_FALSE(evaluate(parse("N + UNKNOWN")));
  EXPECT_FALSE(evaluate(parse("M*M")));
  EXPECT_FALSE(evaluate(parse("M*8388607 + M*N")));
}

TEST(DimExpr, RefusesLargeCoefficients) {
  DimExpr large = *DimExpr::mul(DimExpr::symbol("N"), INT64_MAX);
  EXPECT_FALSE(DimExpr::add(large, large));
  EXPECT_FALSE(DimExpr::mul(large, 2));
  EXPECT_EQ(DimExpr::sub(large, large), DimExpr(0));
}
