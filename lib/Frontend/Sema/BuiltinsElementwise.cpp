//===- BuiltinsElementwise.cpp - add, exp, cmp, sel, row_expand_add, ... --===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elaborator.h"

#include "llvm/ADT/StringSwitch.h"

using namespace tilec;
using llvm::StringRef;
using tile::BinaryKind;
using tile::UnaryKind;

static Datum unary(Elaborator &e, const BoundArgs &args) {
  return e.emitTileUnary(static_cast<UnaryKind>(args.builtin.kind), args[0],
                         args.range(), args.builtin.name);
}

static Datum binary(Elaborator &e, const BoundArgs &args) {
  return e.emitElementwise(static_cast<BinaryKind>(args.builtin.kind), args[0],
                           args[1], args.range(), args.builtin.name);
}

static Datum compare(Elaborator &e, const BoundArgs &args) {
  std::optional<StringRef> text = e.toString(args[2], "mode");
  if (!text)
    return Datum::poison();
  std::optional<tile::CmpMode> mode = tile::symbolizeCmpMode(*text);
  if (!mode)
    return e.error(args[2].range(),
                   "unknown mode \"" + *text +
                       "\"; there are \"eq\", \"ne\", \"lt\", \"le\", \"gt\" "
                       "and \"ge\"");
  return e.emitTileCompare(*mode, args[0], args[1], args.range());
}

static Datum select(Elaborator &e, const BoundArgs &args) {
  BoundArg mask[] = {args[0]}, values[] = {args[1], args[2]};
  bool hasTile = false;
  for (const BoundArg &arg : args.args)
    hasTile |= arg.datum.isTile() || arg.datum.isTensor();
  if (hasTile && !e.requireScope(args.range(), "sel"))
    return Datum::poison();
  auto chosen = e.toOperands(mask, args.range(), "sel");
  auto among = e.toOperands(values, args.range(), "sel");
  if (!chosen || !among)
    return Datum::poison();
  if (e.cellDType(mask) != DType::BOOL) {
    e.error(args[0].range(),
            "the mask of 'sel' must be BOOL, not " + describe(args[0].datum));
    e.noteDefinition(args[0].datum);
    return Datum::poison();
  }
  tile::InferenceError failure;
  tile::InferredType type =
      tile::inferSel((*chosen)[0].getType(), (*among)[0].getType(),
                     (*among)[1].getType(), failure);
  if (failed(type))
    return e.mismatch(args.range(), "'sel': " + failure.message, args[1].datum,
                      args[2].datum);
  mlir::Value value = e.emitter.create<tile::SelOp>(
      args.range(), *type, (*chosen)[0], (*among)[0], (*among)[1]);
  return e.resultOfCells(value, e.cellDType(values));
}

//===----------------------------------------------------------------------===//
// Rows and columns
//===----------------------------------------------------------------------===//

/// `v` must have one cell for each row (axis 1) or column (axis 0) of `x`.
static bool checkStretched(Elaborator &e, const BoundArgs &args, const Datum &x,
                           const Datum &v, bool isRow) {
  bool isMatrix = x.getShape().size() == 2;
  if (isMatrix) {
    int64_t expected[] = {isRow ? x.getShape()[0] : 1,
                          isRow ? 1 : x.getShape()[1]};
    if (v.getShape() == llvm::ArrayRef<int64_t>(expected))
      return true;
    std::vector<DimExpr> dims(std::begin(expected), std::end(expected));
    e.mismatch(args.range(),
               "'" + args.builtin.name + "' on " + formatShape(x) +
                   " takes a second operand of " + formatDims(dims) + ", not " +
                   formatShape(v),
               x, v);
    return false;
  }
  e.mismatch(args.range(),
             "'" + args.builtin.name + "' takes a tile of rank 2, not " +
                 describe(x),
             x, x);
  return false;
}

/// Both operands as tiles, the second to be stretched; false after an error.
static bool toStretched(Elaborator &e, const BoundArgs &args, bool isRow,
                        Datum &x, Datum &v) {
  if (!e.requireScope(args.range(), args.builtin.name))
    return false;
  x = e.toTile(args[0].datum, args[0].range(),
               "the first operand of '" + args.builtin.name.str() + "'");
  v = e.toTile(args[1].datum, args[1].range(),
               "the second operand of '" + args.builtin.name.str() + "'");
  return !x.isSilent() && !v.isSilent() && checkStretched(e, args, x, v, isRow);
}

static Datum stretched(Elaborator &e, const BoundArgs &args) {
  Datum x, v;
  if (!toStretched(e, args, args.builtin.name.starts_with("row"), x, v))
    return Datum::poison();
  return e.emitElementwise(static_cast<BinaryKind>(args.builtin.kind),
                           {x, args[0].expr}, {v, args[1].expr}, args.range(),
                           args.builtin.name);
}

static Datum expand(Elaborator &e, const BoundArgs &args) {
  Datum x, v;
  if (!toStretched(e, args, args.builtin.name.starts_with("row"), x, v))
    return Datum::poison();
  tile::InferenceError failure;
  tile::InferredType type = tile::inferExpand(v.getValue().getType(),
                                              x.getValue().getType(), failure);
  if (failed(type))
    return e.mismatch(args.range(), failure.message, x, v);
  return Datum::tile(e.emitter.create<tile::ExpandOp>(
      args.range(), *type, v.getValue(), x.getValue()));
}

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

static Builtin unaryRow(StringRef name, UnaryKind kind) {
  return {name, "x", Builtin::Role::Compute, unary, int(kind)};
}

static Builtin binaryRow(StringRef name, BinaryKind kind) {
  return {name, "x, y", Builtin::Role::Compute, binary, int(kind)};
}

static Builtin stretchedRow(StringRef name, BinaryKind kind) {
  return {name, "x, v", Builtin::Role::Compute, stretched, int(kind)};
}

llvm::ArrayRef<Builtin> tilec::getElementwiseBuiltins() {
  static const Builtin rows[] = {
      unaryRow("neg", UnaryKind::Neg),
      unaryRow("abs", UnaryKind::Abs),
      unaryRow("exp", UnaryKind::Exp),
      unaryRow("log", UnaryKind::Log),
      unaryRow("sqrt", UnaryKind::Sqrt),
      unaryRow("rsqrt", UnaryKind::Rsqrt),
      unaryRow("recip", UnaryKind::Recip),
      unaryRow("sin", UnaryKind::Sin),
      unaryRow("cos", UnaryKind::Cos),
      unaryRow("relu", UnaryKind::Relu),
      unaryRow("sigmoid", UnaryKind::Sigmoid),
      unaryRow("tanh", UnaryKind::Tanh),
      unaryRow("not_", UnaryKind::Not),
      binaryRow("add", BinaryKind::Add),
      binaryRow("sub", BinaryKind::Sub),
      binaryRow("mul", BinaryKind::Mul),
      binaryRow("div", BinaryKind::Div),
      binaryRow("rem", BinaryKind::Rem),
      binaryRow("maximum", BinaryKind::Maximum),
      binaryRow("minimum", BinaryKind::Minimum),
      binaryRow("and_", BinaryKind::And),
      binaryRow("or_", BinaryKind::Or),
      binaryRow("xor", BinaryKind::Xor),
      binaryRow("shl", BinaryKind::Shl),
      binaryRow("shr", BinaryKind::Shr),
      {"cmp", "x, y, mode", Builtin::Role::Compute, compare},
      {"sel", "mask, x, y", Builtin::Role::Compute, select},
      stretchedRow("row_expand_add", BinaryKind::Add),
      stretchedRow("row_expand_sub", BinaryKind::Sub),
      stretchedRow("row_expand_mul", BinaryKind::Mul),
      stretchedRow("row_expand_div", BinaryKind::Div),
      stretchedRow("row_expand_max", BinaryKind::Maximum),
      stretchedRow("row_expand_min", BinaryKind::Minimum),
      stretchedRow("col_expand_add", BinaryKind::Add),
      stretchedRow("col_expand_sub", BinaryKind::Sub),
      stretchedRow("col_expand_mul", BinaryKind::Mul),
      stretchedRow("col_expand_div", BinaryKind::Div),
      stretchedRow("col_expand_max", BinaryKind::Maximum),
      stretchedRow("col_expand_min", BinaryKind::Minimum),
      {"row_expand", "x, v", Builtin::Role::Compute, expand},
      {"col_expand", "x, v", Builtin::Role::Compute, expand},
  };
  return rows;
}
