//===- TileSignatureTest.cpp - The parameters of an entry in IR -----------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Dialect/Tile/TileSignature.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "tilec/Dialect/Tile/Tile.h"
#include "tilec/Support/RuntimeMessages.h"
#include <gtest/gtest.h>

using namespace tilec;

static mlir::MLIRContext &getContext() {
  static mlir::MLIRContext *context = [] {
    auto *context =
        new mlir::MLIRContext(mlir::MLIRContext::Threading::DISABLED);
    context->loadDialect<mlir::func::FuncDialect, tile::TileDialect>();
    return context;
  }();
  return *context;
}

/// The signature of @f with these arguments.
static llvm::Expected<Signature> read(const std::string &arguments) {
  auto module = mlir::parseSourceString<mlir::ModuleOp>(
      "func.func @f(" + arguments + ") attributes {tile.entry} { return }",
      &getContext());
  if (!module)
    return llvm::createStringError("does not parse");
  return tile::getSignature(module->lookupSymbol<mlir::func::FuncOp>("f"));
}

static std::string readError(const std::string &arguments) {
  llvm::Expected<Signature> signature = read(arguments);
  return signature ? "none" : llvm::toString(signature.takeError());
}

TEST(TileSignature, ReadsParametersAndSymbols) {
  llvm::Expected<Signature> signature = read(R"(
    %x: !tile.tensor<?x64xbf16, weight> {tile.name = "x", tile.direction = "in",
        tile.shape = affine_map<()[s0, s1] -> (s0 * s1 * 8 + s1 + 3, 64)>},
    %s: index {tile.name = "s", tile.dtype = "INT32"},
    %y: !tile.tensor<4xui8> {tile.name = "y", tile.direction = "inout",
        tile.shape = affine_map<()[s0, s1] -> (4)>},
    %N: index {tile.symbol = "N"}, %M: index {tile.symbol = "M"})");
  ASSERT_TRUE(bool(signature)) << llvm::toString(signature.takeError());
  EXPECT_EQ(signature->name, "f");
  EXPECT_EQ(signature->symbols, (std::vector<std::string>{"N", "M"}));
  ASSERT_EQ(signature->parameters.size(), 3u);
  const Parameter &x = signature->parameters[0];
  EXPECT_EQ(x.name, "x");
  EXPECT_EQ(x.dtype, DType::BF16);
  EXPECT_TRUE(x.weight);
  EXPECT_EQ(x.direction, Direction::In);
  ASSERT_EQ(x.shape.size(), 2u);
  auto expected = DimExpr::parse("8*N*M + M + 3");
  ASSERT_TRUE(bool(expected));
  EXPECT_EQ(x.shape[0], *expected);
  EXPECT_EQ(x.shape[1], DimExpr(64));
  EXPECT_TRUE(signature->parameters[1].isScalar());
  EXPECT_EQ(signature->parameters[1].dtype, DType::INT32);
  EXPECT_EQ(signature->parameters[2].direction, Direction::InOut);
  EXPECT_EQ(signature->parameters[2].dtype, DType::UINT8);
}

TEST(TileSignature, NamesTheArgumentThatIsWrong) {
  EXPECT_EQ(readError("%s: f32"), "argument 0 of @f: no tile.name");
  EXPECT_EQ(readError("%s: f32 {tile.name = \"s\"}"),
            "argument 0 of @f: tile.dtype is not a dtype");
  EXPECT_EQ(readError("%s: f32 {tile.name = \"s\", tile.dtype = \"INT8\"}"),
            "argument 0 of @f: tile.dtype does not fit the type");
  EXPECT_EQ(readError("%x: !tile.tensor<4xf32> {tile.name = \"x\"}"),
            "argument 0 of @f: tile.direction is not \"in\", \"out\" or "
            "\"inout\"");
  const std::string begin = "%x: !tile.tensor<4xf32> {tile.name = \"x\", "
                            "tile.direction = \"in\"";
  EXPECT_EQ(readError(begin + "}"), "argument 0 of @f: tile.shape does not "
                                    "have a result for each dimension");
  EXPECT_EQ(readError(begin + ", tile.shape = affine_map<() -> (4, 4)>}"),
            "argument 0 of @f: tile.shape does not have a result for each "
            "dimension");
  EXPECT_EQ(readError(begin + ", tile.shape = affine_map<()[s0] -> (s0)>}"),
            "argument 0 of @f: tile.shape is not a polynomial of the symbols");
  EXPECT_EQ(readError(begin +
                      ", tile.shape = affine_map<()[s0] -> (s0 mod 2)>}, "
                      "%N: index {tile.symbol = \"N\"}"),
            "argument 0 of @f: tile.shape is not a polynomial of the symbols");
}

TEST(TileSignature, DTypesAndElementTypes) {
  for (DType dtype : getAllDTypes()) {
    mlir::Type type = tile::getElementType(&getContext(), dtype);
    EXPECT_TRUE(tile::isElementType(type));
    EXPECT_EQ(tile::getDType(type), dtype);
    EXPECT_EQ(tile::getElementBytes(type), getByteSize(dtype));
  }
  EXPECT_FALSE(tile::getDType(mlir::Float64Type::get(&getContext())));
}

TEST(SourcePlace, OfAnyLocation) {
  mlir::MLIRContext *context = &getContext();
  mlir::Location a = mlir::FileLineColLoc::get(context, "a.tile", 3, 4);
  mlir::Location b = mlir::FileLineColLoc::get(context, "b.tile", 5, 6);
  mlir::Location none = mlir::UnknownLoc::get(context);
  auto str = [](mlir::Location location) {
    SourcePlace place = tile::getSourcePlace(location);
    return place.file + ":" + std::to_string(place.line) + ":" +
           std::to_string(place.column);
  };
  EXPECT_EQ(str(a), "a.tile:3:4");
  EXPECT_EQ(str(none), ":0:0");
  EXPECT_EQ(str(mlir::NameLoc::get(mlir::StringAttr::get(context, "x"), a)),
            "a.tile:3:4");
  EXPECT_EQ(str(mlir::CallSiteLoc::get(a, b)), "a.tile:3:4");
  EXPECT_EQ(str(mlir::FusedLoc::get(context, {none, b, a})), "b.tile:5:6");
}

//===----------------------------------------------------------------------===//
// Messages
//===----------------------------------------------------------------------===//

TEST(RuntimeMessages, FillPlaceholders) {
  EXPECT_EQ(messages::format("{0} and {1}, {0}", {5, -7}), "5 and -7, 5");
  EXPECT_EQ(messages::format("{2} {8} {x} {} { {0", {1, 2}),
            "{2} {8} {x} {} { {0");
  EXPECT_EQ(messages::format("", {}), "");
}

TEST(RuntimeMessages, Texts) {
  EXPECT_EQ(messages::format(messages::sliceOutOfBounds(1, 2), {60, 8, 20, 64}),
            "slice of 8 cells at offset 60 exceeds dimension 1 of tensor [20, "
            "64]");
  EXPECT_EQ(messages::format(messages::readOutOfBounds(0, 1), {-1, 5}),
            "read at index -1 exceeds dimension 0 of tensor [5]");
  EXPECT_EQ(
      messages::format(messages::reshapeOfPartialTile({4, 8}, {32}), {4, 7}),
      "reshape of a tile [4, 8], valid in [4, 7], to [32]: its valid "
      "cells would not be a box");
  EXPECT_EQ(messages::format(messages::reshapeOfTensor(2, 1), {2, 3, 5}),
            "reshape of tensor [2, 3] to [5]: the numbers of cells differ");
}

TEST(RuntimeErrors, Print) {
  EXPECT_EQ(llvm::toString(llvm::make_error<RuntimeError>(
                SourcePlace{"k.tile", 12, 9}, "no")),
            "k.tile:12:9: error: no");
  EXPECT_EQ(llvm::toString(llvm::make_error<RuntimeError>(SourcePlace{}, "no")),
            "error: no");
}
