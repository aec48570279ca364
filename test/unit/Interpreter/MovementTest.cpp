//===- MovementTest.cpp - Tiles of the same cells in other places ---------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Program.h"
#include <fmt/format.h>

using namespace tilec;

/// Like `!tile.tile<2x3xf32, valid ?x?>`, or with the extents given.
static std::string partial(const Array &array, std::string extents = "") {
  std::string type = array.tileType();
  for (size_t d = 0; extents.size() < 2 * array.view().shape.size() - 1; ++d)
    extents += d ? "x?" : "?";
  type.insert(type.size() - 1, ", valid " + extents);
  return type;
}

/// `op`, with `{}` where the operand comes, of the input with the given valid
/// extents, over an output of 99s.
static std::string runPartial(const std::string &op, const Array &input,
                              const std::string &valid, Array output,
                              const std::string &inputExtents = "",
                              const std::string &outputExtents = "") {
  std::string from = partial(input, inputExtents);
  std::string to = partial(output, outputExtents);
  std::string error = runBody(
      fmt::format(
          "%p = tile.set_valid_shape %0[{}] : {} -> {}\n%r = {} : {} -> {}",
          valid, input.tileType(), from, fmt::format(fmt::runtime(op), "%p"),
          from, to),
      {input}, output, to);
  return error.empty() ? output.str() : error;
}

static Array nines(DType dtype, Shape shape) {
  return Array(dtype, shape, std::vector<double>(*getNumElements(shape), 99));
}

TEST(ValidShape, ShrinksAndNeverGrows) {
  Array x(DType::FP32, {2, 2}, {1, 2, 3, 4}), out(DType::INT64, {4});
  EXPECT_EQ(runBody(R"(
    %m1 = arith.constant -1 : index
    %a = tile.set_valid_shape %0[%c1, %c20] : !tile.tile<2x2xf32> -> !tile.tile<2x2xf32, valid 1x?>
    %b = tile.set_valid_shape %a[%c2, %m1] : !tile.tile<2x2xf32, valid 1x?> -> !tile.tile<2x2xf32, valid 1x?>
    %v0 = tile.valid_dim %a, 0 : !tile.tile<2x2xf32, valid 1x?>
    %v1 = tile.valid_dim %a, 1 : !tile.tile<2x2xf32, valid 1x?>
    %v2 = tile.valid_dim %b, 0 : !tile.tile<2x2xf32, valid 1x?>
    %v3 = tile.valid_dim %b, 1 : !tile.tile<2x2xf32, valid 1x?>
    tile.write %v0 into %out[%c0] : index into !tile.tensor<4xi64>
    tile.write %v1 into %out[%c1] : index into !tile.tensor<4xi64>
    tile.write %v2 into %out[%c2] : index into !tile.tensor<4xi64>
    tile.write %v3 into %out[%c3] : index into !tile.tensor<4xi64>
  )",
                    {x}, out),
            "");
  EXPECT_EQ(out.str(), "1 2 1 0");
}

TEST(ValidShape, ATypeThatSaysOtherwiseIsAnError) {
  Array x(DType::FP32, {2}, {1, 2}), out(DType::FP32, {2});
  EXPECT_EQ(runBody("%a = tile.set_valid_shape %0[%c1] : !tile.tile<2xf32> -> "
                    "!tile.tile<2xf32, valid ?>\n"
                    "%r = tile.relax_valid %a : !tile.tile<2xf32, valid ?> -> "
                    "!tile.tile<2xf32>",
                    {x}, out),
            "the result is valid in [1], which its type denies");
}

TEST(FillPad, GivesEveryOtherCellTheValue) {
  Array x(DType::FP32, {2, 2}, {1, 2, 3, 4}), out(DType::FP32, {2, 2});
  auto fill = [](const std::string &pad, DType dtype) {
    Array x(dtype, {1, 2}, {1, 2}), out(dtype, {1, 2});
    std::string error =
        runBody("%p = tile.set_valid_shape %0[%c1, %c1] : " + x.tileType() +
                    " -> " + partial(x) + "\n%r = tile.fill_pad %p " + pad +
                    " : " + partial(x) + " -> " + x.tileType(),
                {x}, out);
    return error + out.str();
  };
  EXPECT_EQ(fill("zero", DType::FP32), "1 0");
  EXPECT_EQ(fill("min", DType::FP32), "1 -3.4028235e+38");
  EXPECT_EQ(fill("max", DType::FP32), "1 3.4028235e+38");
  EXPECT_EQ(fill("inf", DType::BF16), "1 inf");
  EXPECT_EQ(fill("neg_inf", DType::FP16), "1 -inf");
  EXPECT_EQ(fill("min", DType::BF16), "1 -3.3895314e+38");
  EXPECT_EQ(fill("max", DType::FP16), "1 65504");
  EXPECT_EQ(fill("min", DType::INT8), "1 -128");
  EXPECT_EQ(fill("max", DType::UINT32), "1 4294967295");
  EXPECT_EQ(fill("max", DType::INT64), "1 9223372036854775807");
  EXPECT_EQ(fill("max", DType::BOOL), "1 1");
}

TEST(Insert, WritesIntoACopy) {
  Array s(DType::FP32, {1, 2}, {8, 9}), d(DType::FP32, {2, 2}, {1, 2, 3, 4});
  Array out(DType::FP32, {4, 2});
  EXPECT_EQ(runBody(R"(
    %n = tile.insert %0 into %1[%c1, %c0] : !tile.tile<1x2xf32>, !tile.tile<2x2xf32> -> !tile.tile<2x2xf32>
    tile.assemble %n into %out[%c0, %c0] : !tile.tile<2x2xf32> into !tile.tensor<4x2xf32>
    tile.assemble %1 into %out[%c2, %c0] : !tile.tile<2x2xf32> into !tile.tensor<4x2xf32>
  )",
                    {s, d}, out),
            "");
  EXPECT_EQ(out.str(), "1 2 8 9 1 2 3 4");
}

TEST(Insert, OutOfBounds) {
  Array s(DType::FP32, {1, 2}, {8, 9}), d(DType::FP32, {2, 2}, {1, 2, 3, 4});
  EXPECT_EQ(runOp("tile.insert %0 into %1[%c0, %c1]", {s, d}, d),
            "error: assemble of 2 cells at offset 1 exceeds dimension 1 of "
            "tile [2, 2]");
}

TEST(Concat, JoinsAlongAnAxis) {
  Array a(DType::INT32, {2, 1}, {1, 2}), b(DType::INT32, {2, 2}, {3, 4, 5, 6});
  EXPECT_EQ(
      runOp("tile.concat %0, %1 along 1", {a, b}, Array(DType::INT32, {2, 3})),
      "1 3 4 2 5 6");
  EXPECT_EQ(
      runOp("tile.concat %0, %1 along 0", {b, b}, Array(DType::INT32, {4, 2})),
      "3 4 5 6 3 4 5 6");
}

TEST(Concat, TheLastMayBePartial) {
  Array a(DType::INT32, {2, 1}, {1, 2}), b(DType::INT32, {2, 2}, {3, 4, 5, 6});
  Array out = nines(DType::INT32, {2, 3});
  EXPECT_EQ(
      runBody(
          "%p = tile.set_valid_shape %1[%c1, %c1] : !tile.tile<2x2xi32> -> "
          "!tile.tile<2x2xi32, valid ?x?>\n"
          "%r = tile.concat %0, %p along 1 : !tile.tile<2x1xi32>, "
          "!tile.tile<2x2xi32, valid ?x?> -> !tile.tile<2x3xi32, valid ?x?>",
          {a, b}, out, "!tile.tile<2x3xi32, valid ?x?>"),
      "");
  EXPECT_EQ(out.str(), "1 3 99 99 99 99");
}

TEST(Transpose, SwapsDimensionsAndExtents) {
  Array x(DType::BF16, {2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(runOp("tile.transpose %0, 0, 1", {x}, Array(DType::BF16, {3, 2})),
            "1 4 2 5 3 6");
  EXPECT_EQ(runPartial("tile.transpose {}, 1, 0", x, "%c1, %c2",
                       nines(DType::BF16, {3, 2})),
            "1 99 2 99 99 99");
  Array y(DType::INT8, {2, 1, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(
      runOp("tile.transpose %0, 0, 2", {y}, Array(DType::INT8, {3, 1, 2})),
      "1 4 2 5 3 6");
}

//===----------------------------------------------------------------------===//
// Reshape
//===----------------------------------------------------------------------===//

TEST(ReshapeTile, KeepsRowMajorOrder) {
  Array x(DType::INT32, {2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(runOp("tile.reshape %0", {x}, Array(DType::INT32, {3, 2})),
            "1 2 3 4 5 6");
  EXPECT_EQ(runOp("tile.reshape %0", {x}, Array(DType::INT32, {6})),
            "1 2 3 4 5 6");
}

static std::string reshape(Shape from, const std::string &valid, Shape to,
                           const std::string &fromExtents = "",
                           const std::string &toExtents = "") {
  std::vector<double> values;
  for (int64_t i = 0; i < *getNumElements(from); ++i)
    values.push_back(double(i));
  return runPartial("tile.reshape {}", Array(DType::INT32, from, values), valid,
                    nines(DType::INT32, to), fromExtents, toExtents);
}

TEST(ReshapeTile, OfPartialTiles) {
  // Dimensions of one come and go.
  EXPECT_EQ(reshape({2, 2}, "%c1, %c1", {2, 1, 2}), "0 99 99 99");
  EXPECT_EQ(reshape({1, 4}, "%c1, %c3", {4}), "0 1 2 99");
  // Merging and splitting where the outermost is partial.
  EXPECT_EQ(reshape({2, 2}, "%c1, %c2", {4}, "?x2"), "0 1 99 99");
  EXPECT_EQ(reshape({4}, "%c2", {2, 2}, "?", "?x2"), "0 1 99 99");
  EXPECT_EQ(reshape({4}, "%c0", {2, 2}, "?", "?x2"), "99 99 99 99");
  EXPECT_EQ(reshape({4}, "%c4", {2, 2}, "?", "?x2"), "0 1 2 3");
  // A 1-sized dimension that is not valid empties everything.
  EXPECT_EQ(reshape({1, 2}, "%c0, %c2", {2}), "99 99");
}

TEST(ReshapeTile, FailsWhereTheCellsAreNoBox) {
  EXPECT_EQ(
      reshape({4}, "%c3", {2, 2}, "?", "?x2"),
      "reshape of a tile [4], valid in [3], to [2, 2]: its valid cells would "
      "not be a box");
}

/// Of a [?, 2] tensor of 4 cells.
static std::string reshapeTensor(const std::string &result,
                                 const std::string &read) {
  Array x(DType::FP32, {2, 2}, {1, 2, 3, 4}), out(DType::FP32, {1});
  std::string error = run(
      "func.func @f(%x: !tile.tensor<?x2xf32>, %out: !tile.tensor<1xf32>) {\n"
      "%c0 = arith.constant 0 : index\n%c1 = arith.constant 1 : index\n"
      "%y = tile.reshape %x : !tile.tensor<?x2xf32> -> " +
          result +
          "\n"
          "%v = tile.read %y" +
          read + " : " + result +
          " -> f32\n"
          "tile.write %v into %out[%c0] : f32 into "
          "!tile.tensor<1xf32>\nreturn\n}",
      {x.view(), out.view()});
  return error.empty() ? out.str() : error;
}

TEST(ReshapeTensor, NamesTheSameStorage) {
  EXPECT_EQ(reshapeTensor("!tile.tensor<4x1xf32>", "[%c1, %c0]"), "2");
  EXPECT_EQ(reshapeTensor("!tile.tensor<1x?xf32>", "[%c0, %c1]"), "2");
  EXPECT_EQ(reshapeTensor("!tile.tensor<?xf32>", "[%c1]"), "2");
}

TEST(ReshapeTensor, Errors) {
  EXPECT_EQ(reshapeTensor("!tile.tensor<3xf32>", "[%c1]"),
            "reshape of tensor [2, 2] to [3]: the numbers of cells differ");
  EXPECT_EQ(reshapeTensor("!tile.tensor<3x?xf32>", "[%c1, %c1]"),
            "reshape of tensor [2, 2] to [3, 1]: the numbers of cells differ");
}
