//===- StorageTest.cpp - Making, reading and writing storage --------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Program.h"
#include <fmt/format.h>

using namespace tilec;

static Array count(DType dtype, Shape shape) {
  std::vector<double> values;
  for (int64_t i = 0; i < *getNumElements(shape); ++i)
    values.push_back(double(i));
  return Array(dtype, shape, values);
}

//===----------------------------------------------------------------------===//
// Slices
//===----------------------------------------------------------------------===//

/// A 2x2 slice of a 3x4 tensor of 0..11 over a 2x2 of 99s.
static std::string slice(const std::string &offsets,
                         const std::string &valid = "") {
  Array x = count(DType::INT16, {3, 4}),
        out(DType::INT16, {2, 2}, {99, 99, 99, 99});
  std::string result =
      valid.empty() ? "!tile.tile<2x2xi16>" : "!tile.tile<2x2xi16, valid ?x?>";
  // The extents pass through `sel`: constants would be in the type.
  std::string error =
      runBody("%t = arith.constant true\n"
              "%m1 = arith.constant -1 : index\n"
              "%v = arith.select %t, %c1, %c2 : index\n"
              "%w = arith.select %t, %c2, %c1 : index\n"
              "%z = arith.select %t, %c0, %c1 : index\n"
              "%n = arith.select %t, %m1, %c1 : index\n"
              "%big = arith.constant 9223372036854775807 : index\n"
              "%r = tile.slice %x0[" +
                  offsets + "]" + valid + " : " + x.tensorType() + " -> " +
                  result + "\n",
              {x}, out, result);
  return error.empty() ? out.str() : error;
}

TEST(Slice, OfATensor) {
  EXPECT_EQ(slice("%c0, %c0"), "0 1 4 5");
  EXPECT_EQ(slice("%c1, %c2"), "6 7 10 11");
}

TEST(Slice, ValidExtentsAreClamped) {
  EXPECT_EQ(slice("%c1, %c2", " valid [%v, %w]"), "6 7 99 99");
  EXPECT_EQ(slice("%c1, %c2", " valid [%big, %v]"), "6 99 10 99");
  EXPECT_EQ(slice("%c1, %c2", " valid [%n, %w]"), "99 99 99 99");
}

TEST(Slice, ReachesPastTheEndWhereNothingIsValid) {
  EXPECT_EQ(slice("%c2, %c3", " valid [%v, %v]"), "11 99 99 99");
  EXPECT_EQ(slice("%c20, %c20", " valid [%z, %w]"), "99 99 99 99");
  EXPECT_EQ(slice("%big, %m1", " valid [%w, %n]"), "99 99 99 99");
}

TEST(Slice, OutOfBounds) {
  EXPECT_EQ(
      slice("%c2, %c0"),
      "slice of 2 cells at offset 2 exceeds dimension 0 of tensor [3, 4]");
  EXPECT_EQ(
      slice("%c0, %c3"),
      "slice of 2 cells at offset 3 exceeds dimension 1 of tensor [3, 4]");
  EXPECT_EQ(
      slice("%m1, %c0"),
      "slice of 2 cells at offset -1 exceeds dimension 0 of tensor [3, 4]");
  EXPECT_EQ(
      slice("%c2, %c3", " valid [%v, %w]"),
      "slice of 2 cells at offset 3 exceeds dimension 1 of tensor [3, 4]");
  EXPECT_EQ(slice("%big, %c0"),
            "slice of 2 cells at offset 9223372036854775807 "
            "exceeds dimension 0 of tensor [3, 4]");
}

TEST(Slice, SeesMemoryAsItIsAtThatStatement) {
  Array x(DType::FP32, {2}, {1, 2}), out(DType::FP32, {2});
  EXPECT_EQ(runBody(R"(
    %v = arith.constant 7.0 : f32
    tile.write %v into %x0[%c0] : f32 into !tile.tensor<2xf32>
    tile.assemble %0 into %out[%c0] : !tile.tile<2xf32> into !tile.tensor<2xf32>
  )",
                    {x}, out),
            "");
  EXPECT_EQ(out.str(), "1 2");
  EXPECT_EQ(x.str(), "7 2");
}

/// A slice of 2 cells of a 4-cell tile, of which `valid` cells are valid.
static std::string sliceTile(int64_t valid, int64_t offset) {
  Array x(DType::FP32, {4}, {10, 11, 12, 13}), out(DType::FP32, {2}, {99, 99});
  std::string error = runBody(
      fmt::format("%n = arith.constant {} : index\n"
                  "%t = arith.constant true\n"
                  "%v = arith.select %t, %c{}, %c1 : index\n"
                  "%p = tile.set_valid_shape %0[%v] : !tile.tile<4xf32> -> "
                  "!tile.tile<4xf32, valid ?>\n"
                  "%r = tile.slice %p[%n] : !tile.tile<4xf32, valid ?> -> "
                  "!tile.tile<2xf32, valid ?>\n",
                  offset, valid),
      {x}, out, "!tile.tile<2xf32, valid ?>");
  return error.empty() ? out.str() : error;
}

TEST(Slice, OfATileIntersectsWithItsValidRegion) {
  EXPECT_EQ(sliceTile(4, 1), "11 12");
  EXPECT_EQ(sliceTile(2, 1), "11 99");
  EXPECT_EQ(sliceTile(1, 1), "99 99");
  EXPECT_EQ(sliceTile(4, 3), "13 99");
  EXPECT_EQ(sliceTile(0, -1), "99 99");
  EXPECT_EQ(sliceTile(4, -1),
            "slice of 2 cells at offset -1 exceeds dimension 0 of tile [4]");
}

TEST(Slice, OfAWholeTileWhoseTypePromisesMore) {
  Array x(DType::FP32, {4}, {10, 11, 12, 13}), out(DType::FP32, {2});
  EXPECT_EQ(runBody("%t = arith.constant true\n"
                    "%o = arith.select %t, %c3, %c0 : index\n"
                    "%r = tile.slice %0[%o] : !tile.tile<4xf32> -> "
                    "!tile.tile<2xf32>",
                    {x}, out),
            "slice of 2 cells at offset 3 exceeds dimension 0 of tile [4]");
}

//===----------------------------------------------------------------------===//
// Writes and single elements
//===----------------------------------------------------------------------===//

/// Assembles a 2x2 tile of 1..4, of which `valid` is valid, into a 3x3 of
/// zeros.
static std::string assemble(const std::string &offsets,
                            const std::string &valid) {
  Array x(DType::UINT16, {2, 2}, {1, 2, 3, 4}), out(DType::UINT16, {3, 3});
  std::string error = runBody(
      "%m1 = arith.constant -1 : index\n"
      "%p = tile.set_valid_shape %0[" +
          valid +
          "] : !tile.tile<2x2xui16> -> "
          "!tile.tile<2x2xui16, valid ?x?>\n"
          "tile.assemble %p into %out[" +
          offsets +
          "] : "
          "!tile.tile<2x2xui16, valid ?x?> into !tile.tensor<3x3xui16>\n",
      {x}, out);
  return error.empty() ? out.str() : error;
}

TEST(Assemble, WritesTheValidRegion) {
  EXPECT_EQ(assemble("%c1, %c1", "%c2, %c2"), "0 0 0 0 1 2 0 3 4");
  EXPECT_EQ(assemble("%c0, %c1", "%c1, %c2"), "0 1 2 0 0 0 0 0 0");
  EXPECT_EQ(assemble("%c2, %c2", "%c1, %c1"), "0 0 0 0 0 0 0 0 1");
}

TEST(Assemble, AnEmptyRegionWritesNothing) {
  EXPECT_EQ(assemble("%c20, %m1", "%m1, %c2"), "0 0 0 0 0 0 0 0 0");
}

TEST(Assemble, OutOfBounds) {
  EXPECT_EQ(assemble("%c2, %c0", "%c2, %c2"),
            "assemble of 2 cells at offset 2 "
            "exceeds dimension 0 of tensor [3, 3]");
  EXPECT_EQ(assemble("%c0, %m1", "%c1, %c1"),
            "assemble of 1 cells at offset -1 "
            "exceeds dimension 1 of tensor [3, 3]");
}

TEST(Elements, ReadAndWrite) {
  Array x(DType::INT8, {2, 2}, {1, -2, 3, 4}), out(DType::UINT8, {2});
  EXPECT_EQ(runBody(R"(
    %v = tile.read %x0[%c0, %c1] : !tile.tensor<2x2xi8> -> index
    tile.write %v into %out[%c0] : index into !tile.tensor<2xui8>
    %w = tile.read %out[%c0] : !tile.tensor<2xui8> -> index
    %s = arith.subi %w, %c4 : index
    tile.write %s into %out[%c1] : index into !tile.tensor<2xui8>
    %t = tile.read %0[%c1, %c1] : !tile.tile<2x2xi8> -> index
    tile.write %t into %x0[%c0, %c0] : index into !tile.tensor<2x2xi8>
  )",
                    {x}, out),
            "");
  EXPECT_EQ(out.str(), "254 250");
  EXPECT_EQ(x.str(), "4 -2 3 4");
}

static std::string access(const std::string &body) {
  return runBody(
      "%m1 = arith.constant -1 : index\n%f = arith.constant 1.0 : f32\n" + body,
      {Array(DType::FP32, {2, 3})}, Array(DType::FP32, {1}));
}

TEST(Elements, OutOfBounds) {
  EXPECT_EQ(
      access("%v = tile.read %x0[%c2, %c0] : !tile.tensor<2x3xf32> -> f32"),
      "read at index 2 exceeds dimension 0 of tensor [2, 3]");
  EXPECT_EQ(
      access(
          "tile.write %f into %x0[%c1, %m1] : f32 into !tile.tensor<2x3xf32>"),
      "write at index -1 exceeds dimension 1 of tensor [2, 3]");
  EXPECT_EQ(
      access("%t = tile.set_valid_shape %0[%c1, %c3] : !tile.tile<2x3xf32> -> "
             "!tile.tile<2x3xf32, valid 1x3>\n"
             "%v = tile.read %t[%c1, %c0] : !tile.tile<2x3xf32, valid 1x3> -> "
             "f32"),
      "read at index 1 exceeds dimension 0 of a tile valid in [1, 3]");
}

// The interpreter does not take a pass at its word.
TEST(Elements, PromisesOfBoundsAreChecked) {
  EXPECT_EQ(access("%v = tile.read %x0[%c2, %c0] inbounds : "
                   "!tile.tensor<2x3xf32> -> f32"),
            "read at index 2 exceeds dimension 0 of tensor [2, 3]");
}

//===----------------------------------------------------------------------===//
// Creation
//===----------------------------------------------------------------------===//

TEST(Creation, FullAndArange) {
  Array out(DType::INT8, {1, 3});
  EXPECT_EQ(runBody("%k = arith.constant 300 : index\n"
                    "%r = tile.full %k : index -> !tile.tile<1x3xi8>",
                    {}, out),
            "");
  EXPECT_EQ(out.str(), "44 44 44");
  EXPECT_EQ(runBody("%k = arith.constant 126 : index\n"
                    "%r = tile.arange %k : index -> !tile.tile<1x3xi8>",
                    {}, out),
            "");
  EXPECT_EQ(out.str(), "126 127 -128");
  Array real(DType::BF16, {1, 3});
  EXPECT_EQ(runBody("%k = arith.constant 255.0 : bf16\n"
                    "%r = tile.arange %k : bf16 -> !tile.tile<1x3xbf16>",
                    {}, real),
            "");
  EXPECT_EQ(real.str(), "255 256 256"); // 257 is a tie
}

TEST(Creation, NewTensorsHoldWhatIsWritten) {
  Array out(DType::FP32, {2});
  EXPECT_EQ(runBody(R"(
    %t = tile.create(%c2) : !tile.tensor<?x1xf32>
    %d = tile.dim %t, 0 : !tile.tensor<?x1xf32>
    %f = arith.constant 5.0 : f32
    %one = arith.subi %d, %c1 : index
    tile.write %f into %t[%c0, %c0] : f32 into !tile.tensor<?x1xf32>
    tile.write %f into %t[%one, %c0] : f32 into !tile.tensor<?x1xf32>
    %flat = tile.reshape %t : !tile.tensor<?x1xf32> -> !tile.tensor<2xf32>
    %r = tile.slice %flat[%c0] : !tile.tensor<2xf32> -> !tile.tile<2xf32>
  )",
                    {}, out),
            "");
  EXPECT_EQ(out.str(), "5 5");
}

TEST(Creation, Errors) {
  Array out(DType::FP32, {1});
  EXPECT_EQ(runBody("%n = arith.constant -3 : index\n"
                    "%t = tile.create(%c2, %n) : !tile.tensor<?x?xf32>",
                    {}, out),
            "size -3 of dimension 1 of a new tensor is negative");
  EXPECT_EQ(runBody("%n = arith.constant 4611686018427387904 : index\n"
                    "%t = tile.create(%n) : !tile.tensor<?xf32>",
                    {}, out),
            "out of memory for a new tensor [4611686018427387904]");
  EXPECT_EQ(runBody("%n = arith.constant 1152921504606846976 : index\n"
                    "%t = tile.create(%n) : !tile.tensor<?xf32>",
                    {}, out),
            "out of memory for a new tensor [1152921504606846976]");
}

//===----------------------------------------------------------------------===//
// Cells that nobody wrote
//===----------------------------------------------------------------------===//

/// A new 2x2 tensor %t of which only the first row is written.
static std::string halfWritten(const std::string &body) {
  return runBody(R"(
    %t = tile.create : !tile.tensor<2x2xf32>
    %f = arith.constant 1.0 : f32
    %line = tile.full %f : f32 -> !tile.tile<1x2xf32>
    tile.assemble %line into %t[%c0, %c0] : !tile.tile<1x2xf32> into !tile.tensor<2x2xf32>
    %a = tile.slice %t[%c0, %c0] : !tile.tensor<2x2xf32> -> !tile.tile<2x2xf32>
  )" + body,
                 {}, Array(DType::FP32, {2, 2}));
}

static const char *const stores =
    "stores a cell that nobody wrote at [1, 0] of tensor [2, 2]";
static const char *const depends = "depends on a cell that nobody wrote";

TEST(Undefined, MayBeCopiedAround) {
  EXPECT_EQ(halfWritten(R"(
    %b = tile.add %a, %a : !tile.tile<2x2xf32>, !tile.tile<2x2xf32> -> !tile.tile<2x2xf32>
    tile.assemble %b into %t[%c0, %c0] : !tile.tile<2x2xf32> into !tile.tensor<2x2xf32>
    %s = tile.set_valid_shape %b[%c1, %c2] : !tile.tile<2x2xf32> -> !tile.tile<2x2xf32, valid 1x2>
    tile.assemble %s into %out[%c0, %c0] : !tile.tile<2x2xf32, valid 1x2> into !tile.tensor<2x2xf32>
  )"),
            "");
}

TEST(Undefined, MustNotReachAnOutput) {
  EXPECT_EQ(halfWritten("%r = tile.relax_valid %a : !tile.tile<2x2xf32> -> "
                        "!tile.tile<2x2xf32>"),
            stores);
  EXPECT_EQ(
      halfWritten(
          "%v = tile.read %t[%c1, %c1] : !tile.tensor<2x2xf32> -> f32\n"
          "tile.write %v into %out[%c0, %c1] : f32 into !tile.tensor<2x2xf32>"),
      "stores a cell that nobody wrote at [0, 1] of tensor [2, 2]");
}

TEST(Undefined, SpreadsThroughOperations) {
  const std::string two = "!tile.tile<2x2xf32>";
  EXPECT_EQ(halfWritten("%r = tile.exp %a : " + two + " -> " + two), stores);
  EXPECT_EQ(halfWritten("%r = tile.mul %f, %a : f32, " + two + " -> " + two),
            stores);
  EXPECT_EQ(halfWritten("%b = tile.cast %a rint : " + two +
                        " -> !tile.tile<2x2xbf16>\n"
                        "%r = tile.cast %b rint : !tile.tile<2x2xbf16> -> " +
                        two),
            stores);
  EXPECT_EQ(halfWritten("%s = tile.reduce sum %a along 1 : " + two +
                        " -> !tile.tile<2x1xf32>\n"
                        "%r = tile.expand %s like %a : !tile.tile<2x1xf32>, " +
                        two + " -> " + two),
            stores);
  EXPECT_EQ(halfWritten("%s = tile.full %f : f32 -> " + two +
                        "\n"
                        "%r = tile.matmul %a, %s : " +
                        two + ", " + two + " -> " + two),
            stores);
  EXPECT_EQ(halfWritten("%s = tile.full %f : f32 -> " + two +
                        "\n"
                        "%r = tile.matmul %s, %a : " +
                        two + ", " + two + " -> " + two),
            "stores a cell that nobody wrote at [0, 0] of tensor [2, 2]");
  EXPECT_EQ(halfWritten("%s = tile.full %f : f32 -> " + two +
                        "\n"
                        "%r = tile.matmul_acc %a, %s, %s : " +
                        two + ", " + two + ", " + two + " -> " + two),
            stores);
  EXPECT_EQ(halfWritten("%s = tile.transpose %a, 0, 1 : " + two + " -> " + two +
                        "\n"
                        "%r = tile.transpose %s, 0, 1 : " +
                        two + " -> " + two),
            stores);
}

TEST(Undefined, IsOverwritten) {
  const std::string two = "!tile.tile<2x2xf32>";
  EXPECT_EQ(halfWritten("%r = tile.insert %line into %a[%c1, %c0] : "
                        "!tile.tile<1x2xf32>, " +
                        two + " -> " + two),
            "");
  EXPECT_EQ(
      halfWritten(
          "tile.assemble %line into %t[%c1, %c0] : !tile.tile<1x2xf32> into "
          "!tile.tensor<2x2xf32>\n"
          "%r = tile.slice %t[%c0, %c0] : !tile.tensor<2x2xf32> -> " +
          two),
      "");
  EXPECT_EQ(
      halfWritten(
          "%p = tile.set_valid_shape %a[%c1, %c2] : " + two +
          " -> !tile.tile<2x2xf32, valid 1x2>\n"
          "%r = tile.fill_pad %p zero : !tile.tile<2x2xf32, valid 1x2> -> " +
          two),
      "");
}

TEST(Undefined, IsNotChosen) {
  EXPECT_EQ(halfWritten(R"(
    %i = tile.arange %c0 : index -> !tile.tile<1x2xi32>
    %j = tile.transpose %i, 0, 1 : !tile.tile<1x2xi32> -> !tile.tile<2x1xi32>
    %m = tile.cmp eq %j, %c0 : !tile.tile<2x1xi32>, index -> !tile.tile<2x1xi1>
    %r = tile.sel %m, %a, %f : !tile.tile<2x1xi1>, !tile.tile<2x2xf32>, f32 -> !tile.tile<2x2xf32>
  )"),
            "");
}

/// With the undefined scalars %i and %b.
static std::string decide(const std::string &body) {
  return halfWritten(R"(
    %u = tile.create : !tile.tensor<1xi64>
    %j = tile.read %u[%c0] : !tile.tensor<1xi64> -> index
    %i = arith.addi %j, %c1 : index
    %b = arith.cmpi eq, %i, %c0 : index
  )" + body);
}

TEST(Undefined, MustNotDecideAnything) {
  EXPECT_EQ(decide("tile.assert %b, \"never\""), depends);
  EXPECT_EQ(decide("scf.if %b {\n}"), depends);
  EXPECT_EQ(decide("scf.for %k = %c0 to %i step %c1 {\n}"), depends);
  EXPECT_EQ(decide("tile.parallel %k = %i to %c0 step %c1 {\n}"), depends);
  EXPECT_EQ(decide("%v = tile.read %u[%i] : !tile.tensor<1xi64> -> index"),
            depends);
  EXPECT_EQ(decide("%v = tile.slice %out[%i, %c0] : !tile.tensor<2x2xf32> -> "
                   "!tile.tile<1x1xf32>"),
            depends);
  EXPECT_EQ(
      decide("%v = tile.set_valid_shape %a[%i, %c0] : !tile.tile<2x2xf32> -> "
             "!tile.tile<2x2xf32, valid ?x0>"),
      depends);
  EXPECT_EQ(decide("%v = tile.create(%i) : !tile.tensor<?xf32>"), depends);
  EXPECT_EQ(decide("%v = tile.floordiv %c1, %i : index"), depends);
  EXPECT_EQ(
      decide(
          "%v = tile.slice %u[%c0] : !tile.tensor<1xi64> -> !tile.tile<1xi64>\n"
          "%w = tile.div %v, %v : !tile.tile<1xi64>, !tile.tile<1xi64> -> "
          "!tile.tile<1xi64>"),
      "divides by a cell that nobody wrote");
}

TEST(Undefined, Values) {
  Array out(DType::FP32, {1});
  EXPECT_EQ(runBody("%r = tile.undefined : !tile.tile<1xf32>", {}, out),
            "stores a cell that nobody wrote at [0] of tensor [1]");
  EXPECT_EQ(runBody("%t = tile.undefined : !tile.tensor<?xf32>\n"
                    "%v = tile.read %t[%c0] : !tile.tensor<?xf32> -> f32",
                    {}, out),
            "no tensor has been bound to this name");
  EXPECT_EQ(runBody("%s = tile.undefined : f32\n"
                    "%r = tile.full %s : f32 -> !tile.tile<1xf32>",
                    {}, out),
            "stores a cell that nobody wrote at [0] of tensor [1]");
}
