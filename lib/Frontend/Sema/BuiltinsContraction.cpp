//===- BuiltinsContraction.cpp - matmul and reductions --------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elaborator.h"

using namespace tilec;
using llvm::StringRef;

/// The operands and flags of a product.
namespace {
struct Product {
  Datum lhs, rhs;
  bool transposeA = false, transposeB = false;
};
} // namespace

static std::optional<Product> toProduct(Elaborator &e, const BoundArgs &args,
                                        size_t first) {
  StringRef name = args.builtin.name;
  if (!e.requireScope(args.range(), name))
    return std::nullopt;
  Product product;
  product.lhs = e.toTile(args[first].datum, args[first].range(),
                         "an operand of '" + name.str() + "'");
  product.rhs = e.toTile(args[first + 1].datum, args[first + 1].range(),
                         "an operand of '" + name.str() + "'");
  auto a = e.toFlag(args.get("a_trans"), "a_trans");
  auto b = e.toFlag(args.get("b_trans"), "b_trans");
  if (product.lhs.isSilent() || product.rhs.isSilent() || !a || !b)
    return std::nullopt;
  product.transposeA = *a;
  product.transposeB = *b;
  BoundArg operands[] = {{product.lhs, nullptr}, {product.rhs, nullptr}};
  DType dtype;
  if (!e.unifyDTypes(operands, args.range(), dtype))
    return std::nullopt;
  if (!isFloat(dtype) && dtype != DType::INT8) {
    e.mismatch(args.range(),
               "'" + name + "' takes BF16, FP16, FP32 or INT8, not " +
                   getName(dtype),
               product.lhs, product.rhs);
    return std::nullopt;
  }
  DType result = isFloat(dtype) ? DType::FP32 : DType::INT32;
  if (const BoundArg &out = args.get("out_dtype"); out.isGiven()) {
    std::optional<DType> asked = e.toDType(out);
    if (asked && *asked != result)
      e.error(out.range(), "'" + name + "' of " + getName(dtype) + " gives " +
                               getName(result) + "; cast the result to " +
                               getName(*asked));
    if (asked != result)
      return std::nullopt;
  }
  return product;
}

static Datum matmul(Elaborator &e, const BoundArgs &args) {
  std::optional<Product> p = toProduct(e, args, 0);
  if (!p)
    return Datum::poison();
  mlir::Value a = p->lhs.getValue(), b = p->rhs.getValue();
  tile::InferenceError failure;
  tile::InferredType type = tile::inferMatmul(
      a.getType(), b.getType(), p->transposeA, p->transposeB, failure);
  if (failed(type))
    return e.mismatch(args.range(), failure.message, p->lhs, p->rhs);
  return Datum::tile(e.emitter.create<tile::MatmulOp>(
      args.range(), *type, a, b, p->transposeA, p->transposeB));
}

static Datum matmulAcc(Elaborator &e, const BoundArgs &args) {
  std::optional<Product> p = toProduct(e, args, 1);
  Datum acc = e.toTile(args[0].datum, args[0].range(), "the accumulator");
  if (!p || acc.isSilent())
    return Datum::poison();
  mlir::Value a = p->lhs.getValue(), b = p->rhs.getValue();
  tile::InferenceError failure;
  tile::InferredType product = tile::inferMatmul(
      a.getType(), b.getType(), p->transposeA, p->transposeB, failure);
  if (failed(product))
    return e.mismatch(args.range(), failure.message, p->lhs, p->rhs);
  auto expected = mlir::cast<tile::TileType>(*product);
  auto given = acc.getTileType();
  if (given.getShape() != expected.getShape() ||
      given.getElementType() != expected.getElementType()) {
    std::vector<DimExpr> dims(expected.getShape().begin(),
                              expected.getShape().end());
    DType dtype = getDType(expected.getElementType());
    return e.mismatch(args.range(),
                      "the accumulator is " + formatShapeAndDType(acc) +
                          " and the product " + formatDims(dims) + " " +
                          getName(dtype),
                      acc, p->lhs);
  }
  tile::InferredType type = tile::inferMatmulAcc(
      given, a.getType(), b.getType(), p->transposeA, p->transposeB, failure);
  return Datum::tile(e.emitter.create<tile::MatmulAccOp>(
      args.range(), *type, acc.getValue(), a, b, p->transposeA, p->transposeB));
}

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

static Datum reduce(Elaborator &e, const BoundArgs &args) {
  StringRef name = args.builtin.name;
  if (!e.requireScope(args.range(), name))
    return Datum::poison();
  Datum source = e.toTile(args[0].datum, args[0].range(),
                          "the operand of '" + name.str() + "'");
  if (source.isSilent())
    return source;
  if (source.getDType() == DType::BOOL)
    return e.mismatch(args.range(),
                      "'" + name +
                          "' takes numbers, not BOOL; convert it with "
                          "cast(x, target_type=INT32)",
                      source, source);
  auto kind = static_cast<tile::ReduceKind>(args.builtin.kind);
  uint64_t axis = name.starts_with("row") ? 1 : 0;
  tile::InferenceError failure;
  tile::InferredType type =
      tile::inferReduce(kind, source.getValue().getType(), axis, failure);
  if (failed(type))
    return e.mismatch(args.range(), failure.message, source, source);
  return Datum::tile(e.emitter.create<tile::ReduceOp>(args.range(), *type, kind,
                                                      source.getValue(), axis));
}

static Builtin reduceRow(StringRef name, tile::ReduceKind kind) {
  return {name, "x", Builtin::Role::Compute, reduce, int(kind)};
}

llvm::ArrayRef<Builtin> tilec::getContractionBuiltins() {
  using tile::ReduceKind;
  static const Builtin rows[] = {
      {"matmul", "a, b, out_dtype=, a_trans=, b_trans=", Builtin::Role::Compute,
       matmul},
      {"matmul_acc", "acc, a, b, out_dtype=, a_trans=, b_trans=",
       Builtin::Role::Compute, matmulAcc},
      reduceRow("row_sum", ReduceKind::Sum),
      reduceRow("row_prod", ReduceKind::Prod),
      reduceRow("row_max", ReduceKind::Max),
      reduceRow("row_min", ReduceKind::Min),
      reduceRow("row_argmax", ReduceKind::ArgMax),
      reduceRow("row_argmin", ReduceKind::ArgMin),
      reduceRow("col_sum", ReduceKind::Sum),
      reduceRow("col_prod", ReduceKind::Prod),
      reduceRow("col_max", ReduceKind::Max),
      reduceRow("col_min", ReduceKind::Min),
  };
  return rows;
}
