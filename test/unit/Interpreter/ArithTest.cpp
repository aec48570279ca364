//===- ArithTest.cpp - Scalars --------------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Program.h"
#include <fmt/format.h>

using namespace tilec;

/// What the program defines as %r, of an integer type, extended with its sign
/// (an i1 without).
static std::string integer(const std::string &body,
                           const std::string &type = "index") {
  Array out(DType::INT64, {1});
  std::string extend = type == "i64" ? "%i = arith.addi %r, %zero : i64\n"
                       : type == "i1"
                           ? "%i = arith.extui %r : i1 to i64\n"
                           : "%i = arith.extsi %r : " + type + " to i64\n";
  std::string result = type == "index"
                           ? "%j = arith.addi %r, %c0 : index\n"
                           : "%zero = arith.constant 0 : i64\n" + extend +
                                 "%j = arith.index_cast %i : i64 to index\n";
  std::string error =
      run("func.func @f(%out: !tile.tensor<1xi64>) {\n"
          "%c0 = arith.constant 0 : index\n" +
              body + "\n" + result +
              "tile.write %j into %out[%c0] : index into !tile.tensor<1xi64>\n"
              "return\n}",
          {out.view()});
  return error.empty() ? out.str() : error;
}

/// `arith.NAME a, b` on integers of a type.
static std::string op(const std::string &name, const std::string &a,
                      const std::string &b, const std::string &type = "index",
                      std::string resultType = "") {
  return integer(
      fmt::format("%a = arith.constant {} : {}\n%b = arith.constant {} : {}\n"
                  "%r = {} %a, %b : {}",
                  a, type, b, type, name, type),
      resultType.empty() ? type : resultType);
}

static const char *const least = "-9223372036854775808";
static const char *const most = "9223372036854775807";

TEST(IntegerArith, Wraps) {
  EXPECT_EQ(op("arith.addi", most, "1"), least);
  EXPECT_EQ(op("arith.subi", least, "1"), most);
  EXPECT_EQ(op("arith.muli", most, "2"), "-2");
  EXPECT_EQ(op("arith.addi", "127", "1", "i8"), "-128");
  EXPECT_EQ(op("arith.muli", "65536", "65536", "i32"), "0");
  EXPECT_EQ(op("arith.addi", "1", "1", "i1"), "0");
}

TEST(IntegerArith, Division) {
  EXPECT_EQ(op("arith.divsi", "-7", "2"), "-3");
  EXPECT_EQ(op("arith.remsi", "-7", "2"), "-1");
  EXPECT_EQ(op("arith.floordivsi", "-7", "2"), "-4");
  EXPECT_EQ(op("arith.ceildivsi", "-7", "2"), "-3");
  EXPECT_EQ(op("arith.ceildivsi", "7", "2"), "4");
  EXPECT_EQ(op("arith.divui", "-1", "16", "i8"), "15");
  EXPECT_EQ(op("arith.remui", "-1", "16", "i8"), "15");
  EXPECT_EQ(op("arith.ceildivui", "-1", "16", "i8"), "16");
  EXPECT_EQ(op("arith.divsi", least, "-1"), least);
  EXPECT_EQ(op("arith.remsi", least, "-1"), "0");
  EXPECT_EQ(op("arith.divsi", "5", "0"), "integer division by zero: 5 // 0");
}

TEST(IntegerArith, TileDivision) {
  EXPECT_EQ(op("tile.floordiv", "-7", "2"), "-4");
  EXPECT_EQ(op("tile.mod", "-7", "2"), "1");
  EXPECT_EQ(op("tile.floordiv", least, "-1"), least);
  EXPECT_EQ(op("tile.mod", least, "-1"), "0");
  EXPECT_EQ(op("tile.floordiv", "7", "0"), "integer division by zero: 7 // 0");
  EXPECT_EQ(op("tile.mod", "-7", "0"), "integer division by zero: -7 % 0");
}

TEST(IntegerArith, BitsAndShifts) {
  EXPECT_EQ(op("arith.andi", "12", "10"), "8");
  EXPECT_EQ(op("arith.ori", "12", "10"), "14");
  EXPECT_EQ(op("arith.xori", "12", "-1"), "-13");
  EXPECT_EQ(op("arith.xori", "1", "1", "i1"), "0");
  EXPECT_EQ(op("arith.shli", "1", "7", "i8"), "-128");
  EXPECT_EQ(op("arith.shrsi", "-128", "7", "i8"), "-1");
  EXPECT_EQ(op("arith.shrui", "-128", "7", "i8"), "1");
}

TEST(IntegerArith, MinMax) {
  EXPECT_EQ(op("arith.minsi", "-1", "1"), "-1");
  EXPECT_EQ(op("arith.maxsi", "-1", "1"), "1");
  EXPECT_EQ(op("arith.minui", "-1", "1"), "1");
  EXPECT_EQ(op("arith.maxui", "-1", "1"), "-1");
}

TEST(IntegerArith, Comparisons) {
  EXPECT_EQ(op("arith.cmpi eq,", "1", "1", "index", "i1"), "1");
  EXPECT_EQ(op("arith.cmpi ne,", "1", "1", "index", "i1"), "0");
  EXPECT_EQ(op("arith.cmpi slt,", "-1", "1", "i8", "i1"), "1");
  EXPECT_EQ(op("arith.cmpi ult,", "-1", "1", "i8", "i1"), "0");
  EXPECT_EQ(op("arith.cmpi sle,", "1", "1", "i8", "i1"), "1");
  EXPECT_EQ(op("arith.cmpi ugt,", "-1", "1", "i32", "i1"), "1");
  EXPECT_EQ(op("arith.cmpi sge,", "-1", "1", "i32", "i1"), "0");
  EXPECT_EQ(op("arith.cmpi sgt,", "1", "0", "i1", "i1"), "0"); // -1 > 0
}

TEST(IntegerArith, Conversions) {
  EXPECT_EQ(
      integer("%a = arith.constant 300 : i32\n%r = arith.trunci %a : i32 to i8",
              "i8"),
      "44");
  EXPECT_EQ(
      integer("%a = arith.constant -1 : i8\n%r = arith.extui %a : i8 to i64",
              "i64"),
      "255");
  EXPECT_EQ(integer("%a = arith.constant -1 : i8\n%r = arith.index_castui %a : "
                    "i8 to index"),
            "255");
  EXPECT_EQ(integer("%a = arith.constant -1 : i8\n%r = arith.index_cast %a : "
                    "i8 to index"),
            "-1");
  EXPECT_EQ(integer("%a = arith.constant true\n%r = arith.extsi %a : i1 to i64",
                    "i64"),
            "-1");
  EXPECT_EQ(
      integer(
          "%a = arith.constant 2.75 : f32\n%r = arith.fptosi %a : f32 to i64",
          "i64"),
      "2");
  EXPECT_EQ(
      integer(
          "%a = arith.constant 200.0 : f32\n%r = arith.fptoui %a : f32 to i8",
          "i8"),
      "-56");
  EXPECT_EQ(
      integer(
          "%a = arith.constant 1.0 : f32\n%r = arith.bitcast %a : f32 to i32",
          "i32"),
      "1065353216");
}

TEST(IntegerArith, WhatArithLeavesUndefined) {
  std::string stores = "stores a cell that nobody wrote at [0] of tensor [1]";
  EXPECT_EQ(op("arith.shli", "1", "64"), stores);
  EXPECT_EQ(op("arith.shrsi", "1", "8", "i8"), stores);
  EXPECT_EQ(
      integer(
          "%a = arith.constant 200.0 : f32\n%r = arith.fptosi %a : f32 to i8",
          "i8"),
      stores);
  EXPECT_EQ(integer("%r = ub.poison : index"), stores);
}

TEST(Select, OfAnyType) {
  Array x(DType::FP32, {2}, {1, 2}), y(DType::FP32, {2}, {3, 4}),
      out(DType::FP32, {2});
  EXPECT_EQ(runBody("%b = arith.constant false\n"
                    "%r = arith.select %b, %0, %1 : !tile.tile<2xf32>",
                    {x, y}, out),
            "");
  EXPECT_EQ(out.str(), "3 4");
  EXPECT_EQ(runBody("%b = arith.constant true\n"
                    "%t = arith.select %b, %x0, %out : !tile.tensor<2xf32>\n"
                    "%f = arith.constant 9.0 : f32\n"
                    "tile.write %f into %t[%c0] : f32 into !tile.tensor<2xf32>",
                    {x, y}, out),
            "");
  EXPECT_EQ(x.str(), "9 2");
}

//===----------------------------------------------------------------------===//
// Floats
//===----------------------------------------------------------------------===//

/// What the program defines as %r, of a float dtype.
static std::string real(const std::string &body, DType dtype = DType::FP32) {
  Array out(dtype, {1});
  std::string type = dtype == DType::FP32   ? "f32"
                     : dtype == DType::BF16 ? "bf16"
                                            : "f16";
  std::string error =
      run("func.func @f(%out: " + out.tensorType() +
              ") {\n"
              "%c0 = arith.constant 0 : index\n" +
              body + "\ntile.write %r into %out[%c0] : " + type + " into " +
              out.tensorType() + "\nreturn\n}",
          {out.view()});
  return error.empty() ? out.str() : error;
}

static std::string realOp(const std::string &name, const std::string &a,
                          const std::string &b, DType dtype = DType::FP32) {
  std::string type = dtype == DType::FP32   ? "f32"
                     : dtype == DType::BF16 ? "bf16"
                                            : "f16";
  return real(
      fmt::format("%a = arith.constant {} : {}\n%b = arith.constant {} : {}\n"
                  "%r = arith.{} %a, %b : {}",
                  a, type, b, type, name, type),
      dtype);
}

TEST(FloatArith, Arithmetic) {
  EXPECT_EQ(realOp("addf", "1.5", "2.0"), "3.5");
  EXPECT_EQ(realOp("subf", "1.5", "2.0"), "-0.5");
  EXPECT_EQ(realOp("mulf", "1.5", "-2.0"), "-3");
  EXPECT_EQ(realOp("divf", "1.0", "3.0"), "0.33333334");
  EXPECT_EQ(realOp("remf", "-5.0", "3.0"), "-2");
  EXPECT_EQ(realOp("maximumf", "0x7FC00000", "1.0"), "nan");
  EXPECT_EQ(realOp("minimumf", "0.0", "-0.0"), "-0");
  EXPECT_EQ(realOp("maxnumf", "0x7FC00000", "1.0"), "1");
  EXPECT_EQ(realOp("minnumf", "2.0", "1.0"), "1");
  EXPECT_EQ(real("%a = arith.constant 1.0 : f32\n%r = arith.negf %a : f32"),
            "-1");
}

TEST(FloatArith, HalvesRoundEachResult) {
  EXPECT_EQ(realOp("addf", "256.0", "1.0", DType::BF16), "256");
  EXPECT_EQ(realOp("mulf", "256.0", "256.0", DType::FP16), "inf");
}

TEST(FloatArith, Conversions) {
  EXPECT_EQ(
      real(
          "%a = arith.constant 257.0 : f32\n%r = arith.truncf %a : f32 to bf16",
          DType::BF16),
      "256");
  EXPECT_EQ(
      real("%a = arith.constant 1.5 : f16\n%r = arith.extf %a : f16 to f32"),
      "1.5");
  EXPECT_EQ(
      real("%a = arith.constant -1 : i8\n%r = arith.sitofp %a : i8 to f32"),
      "-1");
  EXPECT_EQ(
      real("%a = arith.constant -1 : i8\n%r = arith.uitofp %a : i8 to f32"),
      "255");
  EXPECT_EQ(real("%a = arith.constant true\n%r = arith.uitofp %a : i1 to f32"),
            "1");
  EXPECT_EQ(real("%a = arith.constant true\n%r = arith.sitofp %a : i1 to f32"),
            "-1");
  EXPECT_EQ(real("%a = arith.constant 1065353216 : i32\n%r = arith.bitcast %a "
                 ": i32 to f32"),
            "1");
}

static std::string cmpf(const std::string &predicate, const std::string &a,
                        const std::string &b) {
  return integer(
      fmt::format("%a = arith.constant {} : f32\n%b = arith.constant {} : f32\n"
                  "%r = arith.cmpf {}, %a, %b : f32",
                  a, b, predicate),
      "i1");
}

TEST(FloatArith, Comparisons) {
  const char *nan = "0x7FC00000";
  EXPECT_EQ(cmpf("oeq", "0.0", "-0.0"), "1");
  EXPECT_EQ(cmpf("olt", "1.0", "2.0"), "1");
  EXPECT_EQ(cmpf("oge", "1.0", "2.0"), "0");
  EXPECT_EQ(cmpf("one", "1.0", nan), "0");
  EXPECT_EQ(cmpf("une", "1.0", nan), "1");
  EXPECT_EQ(cmpf("ult", nan, "1.0"), "1");
  EXPECT_EQ(cmpf("ord", nan, "1.0"), "0");
  EXPECT_EQ(cmpf("uno", nan, "1.0"), "1");
}

TEST(FloatArith, OtherTypesAreNotKnown) {
  EXPECT_EQ(
      real("%a = arith.constant 1.0 : f32\n%b = arith.extf %a : f32 to f64\n"
           "%r = arith.truncf %b : f64 to f32"),
      "the interpreter does not know `arith.extf` on these types");
}
