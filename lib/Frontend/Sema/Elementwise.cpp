//===- Elementwise.cpp - Operations on the cells of tiles -----------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elaborator.h"

#include <fmt/format.h>

using namespace tilec;
using llvm::StringRef;
using tile::BinaryKind;
using tile::UnaryKind;

Datum Elaborator::mismatch(SourceRange range, const llvm::Twine &message,
                           const Datum &lhs, const Datum &rhs) {
  error(range, message);
  noteDefinition(lhs);
  if (rhs.name != lhs.name)
    noteDefinition(rhs);
  return Datum::poison();
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

/// The dtype that an operand insists on: a literal takes any that it fits.
static std::optional<DType> strongDType(const Datum &datum) {
  return datum.getDType();
}

/// The dtype of literals among themselves.
static DType weakDType(llvm::ArrayRef<BoundArg> operands) {
  DType dtype = DType::BOOL;
  for (const BoundArg &operand : operands) {
    if (operand.datum.isFloat())
      return DType::FP32;
    if (operand.datum.isInt())
      dtype = DType::INDEX;
  }
  return dtype;
}

/// The dtype worth converting to: the one that loses least.
static DType widerDType(DType lhs, DType rhs) {
  auto rank = [](DType dtype) {
    return (dtype == DType::FP32 ? 200
            : isFloat(dtype)     ? 100
                                 : 0) +
           getBitWidth(dtype);
  };
  return rank(lhs) >= rank(rhs) ? lhs : rhs;
}

bool Elaborator::unifyDTypes(llvm::ArrayRef<BoundArg> operands,
                             SourceRange range, DType &dtype) {
  bool hasTile = llvm::any_of(
      operands, [](const BoundArg &operand) { return operand.datum.isTile(); });
  const Datum *first = nullptr;
  std::optional<DType> common;
  for (const BoundArg &operand : operands) {
    std::optional<DType> strong = strongDType(operand.datum);
    if (!strong || common == strong)
      continue;
    if (!common) {
      common = strong;
      first = &operand.datum;
      continue;
    }
    // Integer scalars compute in 64 bits, whatever their dtypes.
    if (!hasTile && isInteger(*common) && isInteger(*strong)) {
      common = DType::INDEX;
      continue;
    }
    bool takesFirst = widerDType(*common, *strong) == *common;
    // A scalar rather than a tile, if both count or both measure.
    if (first->isTile() != operand.datum.isTile() &&
        isFloat(*common) == isFloat(*strong))
      takesFirst = first->isTile();
    DType wider = takesFirst ? *common : *strong;
    const Datum &narrow = takesFirst ? operand.datum : *first;
    std::string what = narrow.name.empty() ? "x" : narrow.name.str();
    mismatch(range,
             "dtypes " + getName(*common) + " and " + getName(*strong) +
                 " differ; convert one with cast(" + what +
                 ", target_type=" + getName(wider) + ")",
             *first, operand.datum);
    return false;
  }
  dtype = common.value_or(weakDType(operands));
  return true;
}

/// Whether an operand can be a cell: a tile, tensor, scalar or number.
bool Elaborator::isCellLike(const Datum &datum) const {
  return datum.isTile() || datum.isTensor() || datum.isScalar() ||
         datum.isNumber();
}

mlir::Value Elaborator::toCell(const Datum &datum, DType dtype,
                               SourceRange range) {
  if (datum.isScalar() && datum.getDType() != dtype) {
    error(range, "expected " + getName(dtype) + ", got " + describe(datum) +
                     "; convert it with cast(x, target_type=" + getName(dtype) +
                     ")");
    noteDefinition(datum);
    return {};
  }
  return toScalar(datum, dtype, range);
}

/// Operands of an elementwise operation, of one dtype; tensors become tiles.
/// None after an error. Where there is a tile the operation needs a scope.
std::optional<llvm::SmallVector<mlir::Value, 3>>
Elaborator::toOperands(llvm::MutableArrayRef<BoundArg> operands,
                       SourceRange range, StringRef operation) {
  bool hasTile = false;
  for (const BoundArg &operand : operands) {
    if (!isCellLike(operand.datum)) {
      error(operand.expr ? operand.range() : range,
            "'" + operation + "' takes tiles and scalars, not " +
                describe(operand.datum));
      return std::nullopt;
    }
    hasTile |= operand.datum.isTile() || operand.datum.isTensor();
  }
  if (hasTile && !requireScope(range, operation))
    return std::nullopt;
  for (BoundArg &operand : operands)
    if (operand.datum.isTensor()) {
      operand.datum =
          toTile(operand.datum, operand.expr ? operand.range() : range,
                 "an operand of '" + operation.str() + "'");
      if (operand.datum.isSilent())
        return std::nullopt;
    }
  DType dtype;
  if (!unifyDTypes(operands, range, dtype))
    return std::nullopt;
  llvm::SmallVector<mlir::Value, 3> values;
  for (const BoundArg &operand : operands) {
    SourceRange place = operand.expr ? operand.range() : range;
    mlir::Value value = operand.datum.isTile()
                            ? operand.datum.getValue()
                            : toScalar(operand.datum, dtype, place);
    if (!value)
      return std::nullopt;
    values.push_back(value);
  }
  return values;
}

/// The result of an elementwise operation: a tile or a scalar.
Datum Elaborator::resultOfCells(mlir::Value value, DType scalarDType) {
  if (mlir::isa<tile::TileType>(value.getType()))
    return Datum::tile(value);
  return scalarOf(value, scalarDType);
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

template <typename... Ops, typename... Args>
static mlir::Value createNth(Emitter &emitter, size_t n, SourceRange range,
                             mlir::Type type, Args... args) {
  using Create = mlir::Value (*)(Emitter &, SourceRange, mlir::Type, Args...);
  static constexpr Create creators[] = {[](Emitter &emitter, SourceRange range,
                                           mlir::Type type,
                                           Args... args) -> mlir::Value {
    return emitter.create<Ops>(range, type, args...);
  }...};
  return creators[n](emitter, range, type, args...);
}

/// In the order of UnaryKind.
static mlir::Value createUnary(Emitter &emitter, UnaryKind kind,
                               SourceRange range, mlir::Type type,
                               mlir::Value operand) {
  return createNth<tile::NegOp, tile::AbsOp, tile::ExpOp, tile::LogOp,
                   tile::SqrtOp, tile::RsqrtOp, tile::RecipOp, tile::SinOp,
                   tile::CosOp, tile::ReluOp, tile::SigmoidOp, tile::TanhOp,
                   tile::NotOp>(emitter, size_t(kind), range, type, operand);
}

/// In the order of BinaryKind.
static mlir::Value createBinary(Emitter &emitter, BinaryKind kind,
                                SourceRange range, mlir::Type type,
                                mlir::Value lhs, mlir::Value rhs) {
  return createNth<tile::AddOp, tile::SubOp, tile::MulOp, tile::DivOp,
                   tile::RemOp, tile::MaximumOp, tile::MinimumOp, tile::AndOp,
                   tile::OrOp, tile::XorOp, tile::ShlOp, tile::ShrOp>(
      emitter, size_t(kind), range, type, lhs, rhs);
}

/// The dtype of an elementwise operation's operands, once they are unified.
DType Elaborator::cellDType(llvm::ArrayRef<BoundArg> operands) {
  DType dtype = DType::INDEX;
  unifyDTypes(operands, SourceRange(), dtype);
  return dtype;
}

Datum Elaborator::emitElementwise(BinaryKind kind, const BoundArg &lhs,
                                  const BoundArg &rhs, SourceRange range,
                                  StringRef operation) {
  BoundArg operands[] = {lhs, rhs};
  auto values = toOperands(operands, range, operation);
  if (!values)
    return Datum::poison();
  DType dtype = cellDType(operands);
  if (!checkDType(kind, dtype, operation, range))
    return Datum::poison();
  tile::InferenceError failure;
  tile::InferredType type = tile::inferBinary(kind, (*values)[0].getType(),
                                              (*values)[1].getType(), failure);
  if (failed(type))
    return mismatch(range, "'" + operation + "': " + failure.message,
                    operands[0].datum, operands[1].datum);
  return resultOfCells(
      createBinary(emitter, kind, range, *type, (*values)[0], (*values)[1]),
      dtype);
}

/// Bits are those of integers, BOOL has no arithmetic.
bool Elaborator::checkDType(BinaryKind kind, DType dtype, StringRef operation,
                            SourceRange range) {
  bool isLogical = kind == BinaryKind::And || kind == BinaryKind::Or ||
                   kind == BinaryKind::Xor;
  bool isShift = kind == BinaryKind::Shl || kind == BinaryKind::Shr;
  if ((isLogical || isShift) && isFloat(dtype)) {
    error(range, "'" + operation + "' takes integers, not " + getName(dtype));
    return false;
  }
  if (!isLogical && dtype == DType::BOOL) {
    error(range, "'" + operation +
                     "' takes numbers, not BOOL; convert it "
                     "with cast(x, target_type=INT32)");
    return false;
  }
  return true;
}

Datum Elaborator::emitTileUnary(UnaryKind kind, const BoundArg &operand,
                                SourceRange range, StringRef operation) {
  BoundArg operands[] = {operand};
  auto values = toOperands(operands, range, operation);
  if (!values)
    return Datum::poison();
  DType dtype = cellDType(operands);
  bool takesInts = kind == UnaryKind::Neg || kind == UnaryKind::Abs ||
                   kind == UnaryKind::Relu || kind == UnaryKind::Not;
  if (kind == UnaryKind::Not
          ? isFloat(dtype)
          : dtype == DType::BOOL || (!takesInts && !isFloat(dtype))) {
    StringRef wanted = kind == UnaryKind::Not ? "integers"
                       : takesInts            ? "numbers"
                                              : "floats";
    return mismatch(range,
                    "'" + operation + "' takes " + wanted + ", not " +
                        getName(dtype) +
                        (wanted == "floats" ? "; convert it with cast(x, "
                                              "target_type=FP32)"
                                            : ""),
                    operands[0].datum, operands[0].datum);
  }
  mlir::Value value = (*values)[0];
  return resultOfCells(
      createUnary(emitter, kind, range, value.getType(), value), dtype);
}

Datum Elaborator::emitTileCompare(tile::CmpMode mode, const BoundArg &lhs,
                                  const BoundArg &rhs, SourceRange range) {
  BoundArg operands[] = {lhs, rhs};
  auto values = toOperands(operands, range, "cmp");
  if (!values)
    return Datum::poison();
  tile::InferenceError failure;
  tile::InferredType type =
      tile::inferCmp((*values)[0].getType(), (*values)[1].getType(), failure);
  if (failed(type))
    return mismatch(range, "'cmp': " + failure.message, operands[0].datum,
                    operands[1].datum);
  mlir::Value value = emitter.create<tile::CmpOp>(range, *type, mode,
                                                  (*values)[0], (*values)[1]);
  return resultOfCells(value, DType::BOOL);
}
