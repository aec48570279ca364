//===- SignatureTest.cpp - Solving dynamic names --------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Support/Signature.h"
#include <gtest/gtest.h>

using namespace tilec;

namespace {
/// Builds signatures: `tensor("w", {"LAYERS*128", "64"})`.
struct SignatureTest : testing::Test {
  Signature signature{"kernel", {}, {}};
  std::vector<std::optional<Shape>> shapes;

  void tensor(llvm::StringRef name, std::vector<std::string> dims,
              std::optional<Shape> shape, DType dtype = DType::FP32) {
    Parameter parameter;
    parameter.name = name.str();
    parameter.dtype = dtype;
    for (const std::string &dim : dims)
      parameter.shape.push_back(llvm::cantFail(DimExpr::parse(dim)));
    signature.parameters.push_back(parameter);
    signature.collectSymbols();
    shapes.push_back(shape);
  }

  void scalar(llvm::StringRef name) {
    Parameter parameter;
    parameter.name = name.str();
    parameter.kind = Parameter::Kind::Scalar;
    signature.parameters.push_back(parameter);
    shapes.push_back(std::nullopt);
  }

  std::vector<int64_t> solve(const DimValues &dims = {}) {
    llvm::Expected<std::vector<int64_t>> values = signature.solve(shapes, dims);
    if (values)
      return *values;
    ADD_FAILURE() << llvm::toString(values.takeError());
    return {};
  }

  std::string solveError(const DimValues &dims = {}) {
    llvm::Expected<std::vector<int64_t>> values = signature.solve(shapes, dims);
    return values ? "solved" : llvm::toString(values.takeError());
  }
};
} // namespace

using Values = std::vector<int64_t>;

TEST_F(SignatureTest, SolvesInAnyOrder) {
  // PAGES needs LAYERS, which only a later parameter determines.
  tensor("cache", {"LAYERS*PAGES*2048", "128"}, Shape{4 * 10 * 2048, 128});
  scalar("eps");
  tensor("hidden", {"BATCH", "1024"}, Shape{3, 1024});
  tensor("norm", {"LAYERS", "1024"}, Shape{4, 1024});
  tensor("out", {"BATCH + 1", "LAYERS"}, std::nullopt);
  EXPECT_EQ(signature.symbols,
            (std::vector<std::string>{"LAYERS", "PAGES", "BATCH"}));
  EXPECT_EQ(solve(), (Values{4, 10, 3}));
  EXPECT_EQ(signature.getNumTensors(), 4u);
  EXPECT_EQ(signature.getNumScalars(), 1u);
  EXPECT_EQ(*signature.getShape(*signature.find("out"), {4, 10, 3}),
            (Shape{4, 4}));
  EXPECT_EQ(signature.find("none"), nullptr);
}

TEST_F(SignatureTest, TakesGivenValues) {
  tensor("x", {"M*N"}, Shape{12});
  EXPECT_EQ(solve({{"N", 4}}), (Values{3, 4}));
  EXPECT_EQ(solve({{"N", 4}, {"M", 3}, {"N", 4}}), (Values{3, 4}));
  EXPECT_EQ(solveError({{"N", 4}, {"M", 4}}),
            "dimension 0 of `x` is 12, expected M*N = 16, with M = 4 as given, "
            "N = 4 as given");
  EXPECT_EQ(solveError({{"K", 4}, {"N", -1}, {"M", 4}, {"M", 2}}),
            "`K` is not a dynamic name of `kernel`, which has `M`, `N`\n"
            "`N` is given as -1, which is negative\n"
            "`M` is given as 4 and as 2");
}

TEST_F(SignatureTest, SolvesSumsAndEmptyDimensions) {
  tensor("x", {"N*3 + N + 2"}, Shape{22});
  tensor("y", {"B", "7"}, Shape{0, 7});
  EXPECT_EQ(solve(), (Values{5, 0}));
}

TEST_F(SignatureTest, ReportsWhatNoMemoryHolds) {
  tensor("x", {"N", "M"}, std::nullopt);
  int64_t largest = kMaxExtent;
  EXPECT_EQ(solve({{"N", largest}, {"M", 0}}), (Values{largest, 0}));
  EXPECT_EQ(solveError({{"N", largest + 1}, {"M", 0}}),
            "`N` is 140737488355329, more than 2^47");
}

TEST_F(SignatureTest, ReportsContradictionsWithBothParameters) {
  tensor("x", {"N", "8"}, Shape{4, 8});
  tensor("y", {"N"}, Shape{5});
  EXPECT_EQ(solveError(), "dimension 0 of `y` is 5, expected N = 4, with N = 4 "
                          "from dimension 0 of `x`");
}

TEST_F(SignatureTest, ReportsWrongConstantsAndRanks) {
  tensor("x", {"N", "8"}, Shape{4, 9});
  tensor("y", {"N"}, Shape{4, 1});
  EXPECT_EQ(solveError(), "`y` has 2 dimensions, expected 1\n"
                          "dimension 1 of `x` is 9, expected 8");
}

TEST_F(SignatureTest, ReportsIndivisibleAndNegative) {
  tensor("x", {"N*128"}, Shape{130});
  tensor("y", {"M + 10"}, Shape{9});
  EXPECT_EQ(solveError(),
            "dimension 0 of `x` is 130, which N*128 is for no "
            "`N`\n"
            "dimension 0 of `y` is 9, which M + 10 is for no `M`");
}

TEST_F(SignatureTest, ListsWhatNothingDetermines) {
  tensor("x", {"M*N", "K"}, Shape{12, 2});
  tensor("out", {"Q"}, std::nullopt);
  EXPECT_EQ(solveError(),
            "nothing determines `M`, `N`, `Q`: no argument has a dimension "
            "with that as its only unknown");
}

TEST_F(SignatureTest, ZeroDeterminesNothingMore) {
  tensor("x", {"M"}, Shape{0});
  tensor("y", {"M*N"}, Shape{0});
  EXPECT_EQ(solveError(), "nothing determines `N`: no argument has a dimension "
                          "with that as its only unknown");
  EXPECT_EQ(solve({{"N", 9}}), (Values{0, 9}));
}

TEST_F(SignatureTest, SurvivesExtremeNumbers) {
  tensor("x", {"M"}, Shape{INT64_MAX});
  tensor("y", {"N"}, Shape{INT64_MAX});
  tensor("z", {"M*N"}, Shape{1});
  EXPECT_EQ(solveError(),
            "dimension 0 of `z` is 1, but M*N exceeds 64 bits, with M = "
            "9223372036854775807 from dimension 0 of `x`, N = "
            "9223372036854775807 from dimension 0 of `y`");
}

TEST_F(SignatureTest, ShapesAreChecked) {
  tensor("x", {"N", "N - 5", "4096"}, std::nullopt);
  const Parameter &x = signature.parameters[0];
  auto error = [&](int64_t n) {
    llvm::Expected<Shape> shape = signature.getShape(x, {n});
    return shape ? formatShape(*shape) : llvm::toString(shape.takeError());
  };
  EXPECT_EQ(error(6), "[6, 1, 4096]");
  EXPECT_EQ(error(4), "dimension 1 of `x`, N - 5, is negative: -1");
  EXPECT_EQ(error(int64_t(1) << 30),
            "`x` of shape [1073741824, 1073741819, 4096] and dtype FP32 "
            "exceeds 2^63 bytes");
}

TEST(Direction, NamesRoundTrip) {
  for (Direction direction : {Direction::In, Direction::Out, Direction::InOut})
    EXPECT_EQ(parseDirection(getName(direction)), direction);
  EXPECT_FALSE(parseDirection("both"));
}
