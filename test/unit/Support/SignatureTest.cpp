//===- SignatureTest.cpp - Solving dynamic names --------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Support/Signature.h"
#include "tilec/Runtime/Entry.h"
#include <deque>
#include <gtest/gtest.h>

using namespace tilec;

namespace {
/// A signature as an object holds it.
class RuntimeInfo {
public:
  explicit RuntimeInfo(const Signature &signature) : signature(signature) {
    for (const std::string &name : signature.symbols)
      symbols.push_back(name.c_str());
    for (const Parameter &parameter : signature.parameters)
      parameters.push_back(describe(parameter));
    info.version = TILEC_RT_ENTRY_VERSION;
    info.parameter_count = int32_t(parameters.size());
    info.symbol_count = int32_t(symbols.size());
    info.name = signature.name.c_str();
    info.parameters = parameters.data();
    info.symbols = symbols.data();
  }
  const tilec_rt_entry_info *get() const { return &info; }

private:
  tilec_rt_dim describe(const DimExpr &dim) {
    std::vector<int64_t> &terms = termLists.emplace_back();
    for (const DimExpr::Term &term : dim.getTerms()) {
      terms.push_back(term.coefficient);
      terms.push_back(int64_t(term.symbols.size()));
      for (const std::string &name : term.symbols)
        terms.push_back(llvm::find(signature.symbols, name) -
                        signature.symbols.begin());
    }
    return {texts.emplace_back(dim.str()).c_str(), terms.data(),
            int64_t(dim.getTerms().size())};
  }

  tilec_rt_parameter describe(const Parameter &parameter) {
    std::vector<tilec_rt_dim> &shape = shapes.emplace_back();
    for (const DimExpr &dim : parameter.shape)
      shape.push_back(describe(dim));
    return {parameter.name.c_str(),
            "",
            "row-major",
            shape.data(),
            int32_t(shape.size()),
            parameter.isTensor() ? TILEC_RT_TENSOR : TILEC_RT_SCALAR,
            TILEC_RT_IN,
            int32_t(getByteSize(parameter.dtype))};
  }

  const Signature &signature;
  std::vector<const char *> symbols;
  std::vector<tilec_rt_parameter> parameters;
  std::deque<std::vector<tilec_rt_dim>> shapes;
  std::deque<std::vector<int64_t>> termLists;
  std::deque<std::string> texts;
  tilec_rt_entry_info info = {};
};

/// What the run-time library finds for the same call: the values, or its error.
/// None if the call cannot be put to it: wrong ranks, names that there are not
/// or that are given twice.
std::optional<std::pair<std::vector<int64_t>, std::string>>
solveAtRunTime(const Signature &signature,
               llvm::ArrayRef<std::optional<Shape>> shapes,
               const DimValues &dims) {
  std::vector<int64_t> values(signature.symbols.size(), -1);
  for (const auto &[name, value] : dims) {
    auto found = llvm::find(signature.symbols, name);
    if (found == signature.symbols.end())
      return std::nullopt;
    int64_t &slot = values[size_t(found - signature.symbols.begin())];
    if (slot != -1 && slot != value)
      return std::nullopt;
    slot = value;
  }
  std::vector<const int64_t *> extents;
  for (auto [parameter, shape] : llvm::zip(signature.parameters, shapes)) {
    if (shape && shape->size() != parameter.shape.size())
      return std::nullopt;
    extents.push_back(shape ? shape->data() : nullptr);
  }
  tilec_rt_error error = {};
  RuntimeInfo info(signature);
  if (tilec_rt_entry_solve(info.get(), extents.data(), values.data(), &error))
    return std::make_pair(std::vector<int64_t>(), std::string(error.message));
  return std::make_pair(values, std::string());
}

/// Builds signatures: `tensor("w", {"LAYERS*128", "64"})`.
struct SignatureTest : testing::Test {
  Signature signature{"kernel", {}, {}};
  std::vector<std::optional<Shape>> shapes;
  /// The run-time library's answer to what solveError was asked.
  std::string runTimeError;

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
    auto atRunTime = solveAtRunTime(signature, shapes, dims);
    EXPECT_TRUE(atRunTime && atRunTime->second.empty());
    if (values && atRunTime) {
      EXPECT_EQ(*values, atRunTime->first);
    }
    if (values)
      return *values;
    ADD_FAILURE() << llvm::toString(values.takeError());
    return {};
  }

  std::string solveError(const DimValues &dims = {}) {
    llvm::Expected<std::vector<int64_t>> values = signature.solve(shapes, dims);
    if (auto atRunTime = solveAtRunTime(signature, shapes, dims))
      runTimeError = atRunTime->second;
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
  EXPECT_EQ(runTimeError, "`N` is 140737488355329, more than 2^47");
}

TEST_F(SignatureTest, ReportsContradictionsWithBothParameters) {
  tensor("x", {"N", "8"}, Shape{4, 8});
  tensor("y", {"N"}, Shape{5});
  EXPECT_EQ(solveError(), "dimension 0 of `y` is 5, expected N = 4, with N = 4 "
                          "from dimension 0 of `x`");
  EXPECT_EQ(runTimeError, "dimension 0 of `y` is 5, expected N = 4");
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
  EXPECT_EQ(runTimeError,
            "dimension 0 of `x` is 130, which N*128 is for no `N`");
}

TEST_F(SignatureTest, ListsWhatNothingDetermines) {
  tensor("x", {"M*N", "K"}, Shape{12, 2});
  tensor("out", {"Q"}, std::nullopt);
  EXPECT_EQ(solveError(),
            "nothing determines `M`, `N`, `Q`: no argument has a dimension "
            "with that as its only unknown");
  EXPECT_EQ(runTimeError, "nothing determines `M`: no tensor has a dimension "
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
  EXPECT_EQ(runTimeError, "dimension 0 of `z` is 1, but M*N exceeds 64 bits");
}

TEST_F(SignatureTest, ShapesAreChecked) {
  tensor("x", {"N", "N - 5", "4096"}, std::nullopt);
  const Parameter &x = signature.parameters[0];
  auto error = [&](int64_t n) {
    llvm::Expected<Shape> shape = signature.getShape(x, {n});
    int64_t extents[3];
    tilec_rt_error atRunTime = {};
    EXPECT_EQ(tilec_rt_entry_shape(RuntimeInfo(signature).get(), 0, &n, extents,
                                   &atRunTime),
              shape ? 0 : 1);
    if (shape) {
      EXPECT_EQ(llvm::ArrayRef(extents), llvm::ArrayRef(*shape));
    }
    runTimeError = atRunTime.message;
    return shape ? formatShape(*shape) : llvm::toString(shape.takeError());
  };
  EXPECT_EQ(error(6), "[6, 1, 4096]");
  EXPECT_EQ(error(4), "dimension 1 of `x`, N - 5, is negative: -1");
  EXPECT_EQ(runTimeError, "dimension 1 of `x`, N - 5, is negative: -1");
  EXPECT_EQ(error(int64_t(1) << 30),
            "`x` of shape [1073741824, 1073741819, 4096] and dtype FP32 "
            "exceeds 2^63 bytes");
  EXPECT_EQ(runTimeError, "`x` exceeds 2^63 bytes");
}

TEST(Direction, NamesRoundTrip) {
  for (Direction direction : {Direction::In, Direction::Out, Direction::InOut})
    EXPECT_EQ(parseDirection(getName(direction)), direction);
  EXPECT_FALSE(parseDirection("both"));
}
