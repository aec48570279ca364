//===- Operators.cpp - + - * / and comparisons ----------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Operators on constants fold as in Python; on scalars of the running program
// they become arith operations; on tiles they mean the elementwise builtins.
//
//===----------------------------------------------------------------------===//

#include "Constants.h"
#include "Elaborator.h"

using namespace tilec;
using llvm::StringRef;
namespace arith = mlir::arith;

/// Whichever operand makes the result silent.
static const Datum &silentOne(const Datum &lhs, const Datum &rhs) {
  if (lhs.isPoison() || !rhs.isSilent())
    return lhs;
  return rhs.isPoison() || !lhs.isSilent() ? rhs : lhs;
}

static bool isTileLike(const Datum &datum) {
  return datum.isTile() || datum.isTensor();
}

static bool isIntLike(const Datum &datum) {
  return datum.isInt() || (datum.isScalar() && isInteger(*datum.getDType()));
}

static bool isFloatLike(const Datum &datum) {
  return datum.isFloat() || (datum.isScalar() && isFloat(*datum.getDType()));
}

static bool isBoolLike(const Datum &datum) {
  return datum.isBool() || datum.getDType() == DType::BOOL;
}

//===----------------------------------------------------------------------===//
// Tiles
//===----------------------------------------------------------------------===//

/// The builtin that an operator means on tiles.
static std::optional<tile::BinaryKind> tileOperation(BinaryOp op) {
  using tile::BinaryKind;
  switch (op) {
  case BinaryOp::Add:
    return BinaryKind::Add;
  case BinaryOp::Sub:
    return BinaryKind::Sub;
  case BinaryOp::Mul:
    return BinaryKind::Mul;
  case BinaryOp::Div:
  case BinaryOp::FloorDiv:
    return BinaryKind::Div;
  case BinaryOp::Mod:
    return BinaryKind::Rem;
  case BinaryOp::BitAnd:
    return BinaryKind::And;
  case BinaryOp::BitOr:
    return BinaryKind::Or;
  case BinaryOp::BitXor:
    return BinaryKind::Xor;
  case BinaryOp::Shl:
    return BinaryKind::Shl;
  case BinaryOp::Shr:
    return BinaryKind::Shr;
  default:
    return std::nullopt;
  }
}

static tile::CmpMode cmpMode(CompareOp op) {
  switch (op) {
  case CompareOp::Eq:
    return tile::CmpMode::Eq;
  case CompareOp::Ne:
    return tile::CmpMode::Ne;
  case CompareOp::Lt:
    return tile::CmpMode::Lt;
  case CompareOp::Le:
    return tile::CmpMode::Le;
  case CompareOp::Gt:
    return tile::CmpMode::Gt;
  case CompareOp::Ge:
    return tile::CmpMode::Ge;
  }
  llvm_unreachable("all operators are covered");
}

Datum Elaborator::emitTileOperator(BinaryOp op, const Datum &lhs,
                                   const Datum &rhs, SourceRange range) {
  std::optional<tile::BinaryKind> kind = tileOperation(op);
  const Datum &tile = isTileLike(lhs) ? lhs : rhs;
  bool isFloatTile = isFloat(*tile.getDType());
  // True division gives a float, floor division an integer, and div neither
  // changes the dtype.
  if ((op == BinaryOp::Div && !isFloatTile) ||
      (op == BinaryOp::FloorDiv && isFloatTile) || !kind)
    return error(range, "'" + spelling(op) + "' is not possible on a tile of " +
                            getName(*tile.getDType()) +
                            (kind ? "; use div" : ""));
  return emitElementwise(*kind, {lhs, nullptr}, {rhs, nullptr}, range,
                         spelling(op));
}

//===----------------------------------------------------------------------===//
// Integers
//===----------------------------------------------------------------------===//

/// Integers compute in 64 bits. Two of the same dtype keep it, a literal takes
/// that of the other.
static DType integerResult(const Datum &lhs, const Datum &rhs) {
  std::optional<DType> left = lhs.getDType(), right = rhs.getDType();
  if (!left || !right)
    return left ? *left : right.value_or(DType::INDEX);
  return left == right ? *left : DType::INDEX;
}

mlir::Value Elaborator::emitIntOperation(BinaryOp op, mlir::Value lhs,
                                         mlir::Value rhs, SourceRange range) {
  mlir::Type type = lhs.getType();
  switch (op) {
  case BinaryOp::Add:
    return emitter.create<arith::AddIOp>(range, lhs, rhs);
  case BinaryOp::Sub:
    return emitter.create<arith::SubIOp>(range, lhs, rhs);
  case BinaryOp::Mul:
    return emitter.create<arith::MulIOp>(range, lhs, rhs);
  case BinaryOp::FloorDiv:
    return emitter.create<tile::FloorDivOp>(range, type, lhs, rhs);
  case BinaryOp::Mod:
    return emitter.create<tile::ModOp>(range, type, lhs, rhs);
  case BinaryOp::BitAnd:
    return emitter.create<arith::AndIOp>(range, lhs, rhs);
  case BinaryOp::BitOr:
    return emitter.create<arith::OrIOp>(range, lhs, rhs);
  case BinaryOp::BitXor:
    return emitter.create<arith::XOrIOp>(range, lhs, rhs);
  case BinaryOp::Shl:
    return emitter.create<tile::ShlOp>(range, type, lhs, rhs);
  case BinaryOp::Shr:
    return emitter.create<tile::ShrOp>(range, type, lhs, rhs);
  default:
    llvm_unreachable("handled by the caller");
  }
}

/// What multiplying or adding a constant leaves unchanged needs no operation.
static bool isNeutral(BinaryOp op, const Datum &operand, bool isRight) {
  std::optional<int64_t> value = operand.getConstantInt();
  if (!value)
    return false;
  if (op == BinaryOp::Mul)
    return *value == 1;
  if (op == BinaryOp::Add)
    return *value == 0;
  return isRight && ((op == BinaryOp::Sub && *value == 0) ||
                     (op == BinaryOp::FloorDiv && *value == 1));
}

Datum Elaborator::emitIntBinary(BinaryOp op, const Datum &lhs, const Datum &rhs,
                                SourceRange range) {
  DType dtype = integerResult(lhs, rhs);
  if (lhs.isScalar() && isNeutral(op, rhs, true))
    return scalarOf(lhs.getValue(), dtype, *lhs.getSymbolic());
  if (rhs.isScalar() && isNeutral(op, lhs, false))
    return scalarOf(rhs.getValue(), dtype, *rhs.getSymbolic());
  bool divides = op == BinaryOp::FloorDiv || op == BinaryOp::Mod;
  if (divides && rhs.getConstantInt() == 0)
    return error(range, "division by zero");
  if (op == BinaryOp::Pow)
    return emitPower(lhs, rhs, range);
  mlir::Value left = toScalar(lhs, DType::INDEX, range);
  mlir::Value right = toScalar(rhs, DType::INDEX, range);
  mlir::Value value = emitIntOperation(op, left, right, range);
  return scalarOf(value, dtype,
                  symbolic.combine(op, *lhs.getSymbolic(), *rhs.getSymbolic()));
}

//===----------------------------------------------------------------------===//
// Floats
//===----------------------------------------------------------------------===//

/// `/` takes integers too, and yields FP32.
Datum Elaborator::emitTrueDivision(const Datum &lhs, const Datum &rhs,
                                   SourceRange range) {
  if (isIntLike(rhs) && rhs.getConstantInt() == 0)
    return error(range, "division by zero");
  auto asFloat = [&](const Datum &datum) {
    if (!datum.isScalar())
      return emitter.constantFloat(datum.asDouble(), DType::FP32);
    if (datum.getDType() == DType::FP32)
      return datum.getValue();
    return castScalar(datum.getValue(), DType::FP32, tile::RoundMode::Rint,
                      range);
  };
  mlir::Value left = asFloat(lhs), right = asFloat(rhs);
  return scalarOf(emitter.create<arith::DivFOp>(range, left, right),
                  DType::FP32);
}

Datum Elaborator::emitFloatBinary(BinaryOp op, const Datum &lhs,
                                  const Datum &rhs, SourceRange range) {
  if (op == BinaryOp::Div)
    return emitTrueDivision(lhs, rhs, range);
  BoundArg operands[] = {{lhs, nullptr}, {rhs, nullptr}};
  DType dtype;
  if (!unifyDTypes(operands, range, dtype))
    return Datum::poison();
  if (op == BinaryOp::Pow)
    return emitPower(lhs, rhs, range);
  mlir::Value left = toScalar(lhs, dtype, range);
  mlir::Value right = toScalar(rhs, dtype, range);
  if (!left || !right)
    return Datum::poison();
  mlir::Value value;
  switch (op) {
  case BinaryOp::Add:
    value = emitter.create<arith::AddFOp>(range, left, right);
    break;
  case BinaryOp::Sub:
    value = emitter.create<arith::SubFOp>(range, left, right);
    break;
  case BinaryOp::Mul:
    value = emitter.create<arith::MulFOp>(range, left, right);
    break;
  case BinaryOp::Mod:
    value = emitter.create<tile::RemOp>(range, left.getType(), left, right);
    break;
  default:
    return error(range, "'" + spelling(op) +
                            "' is not possible on float scalars of the "
                            "running program");
  }
  return scalarOf(value, dtype);
}

/// A power with a constant exponent: products, or a square root.
Datum Elaborator::emitPower(const Datum &base, const Datum &exponent,
                            SourceRange range) {
  if (!base.isScalar() || exponent.isScalar())
    return error(range, "the exponent of '**' must be a constant");
  if (exponent.isFloat() && exponent.getFloat() == 0.5 && isFloatLike(base))
    return scalarOf(emitter.create<tile::SqrtOp>(
                        range, base.getValue().getType(), base.getValue()),
                    *base.getDType());
  if (!exponent.isInt() || exponent.getInt() < 0 || exponent.getInt() > 64)
    return error(range, "'**' on a scalar of the running program takes an "
                        "exponent of 0 to 64, or of 0.5");
  Datum result = isFloatLike(base) ? Datum::real(1, base.getDType())
                                   : Datum::integer(1, base.getDType());
  Datum square = base;
  for (int64_t rest = exponent.getInt(); rest != 0; rest >>= 1) {
    if (rest & 1)
      result = result.isScalar()
                   ? emitBinary(BinaryOp::Mul, result, square, range)
                   : square;
    if (rest > 1)
      square = emitBinary(BinaryOp::Mul, square, square, range);
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Dispatch
//===----------------------------------------------------------------------===//

/// The error for operands that an operator does not take together.
Datum Elaborator::refuseOperands(StringRef op, const Datum &lhs,
                                 const Datum &rhs, SourceRange range) {
  bool numbers = (isIntLike(lhs) || isFloatLike(lhs) || isBoolLike(lhs)) &&
                 (isIntLike(rhs) || isFloatLike(rhs) || isBoolLike(rhs));
  error(range,
        "'" + op + "' does not take " + describe(lhs) + " and " +
            describe(rhs) +
            (numbers ? "; convert one of them with cast(x, target_type=...)"
                     : ""));
  noteDefinition(lhs);
  if (rhs.name != lhs.name)
    noteDefinition(rhs);
  return Datum::poison();
}

Datum Elaborator::emitBinary(BinaryOp op, const Datum &lhs, const Datum &rhs,
                             SourceRange range) {
  if (lhs.isSilent() || rhs.isSilent())
    return silentOne(lhs, rhs);
  if (!lhs.isRuntime() && !rhs.isRuntime()) {
    FoldResult result = foldBinary(op, lhs, rhs);
    return result ? *result : error(range, result.getError());
  }
  if (isTileLike(lhs) || isTileLike(rhs))
    return emitTileOperator(op, lhs, rhs, range);
  bool isLogical =
      op == BinaryOp::BitAnd || op == BinaryOp::BitOr || op == BinaryOp::BitXor;
  if (isLogical && isBoolLike(lhs) && isBoolLike(rhs)) {
    mlir::Value value =
        emitIntOperation(op, toScalar(lhs, DType::BOOL, range),
                         toScalar(rhs, DType::BOOL, range), range);
    return scalarOf(value, DType::BOOL);
  }
  if (isIntLike(lhs) && isIntLike(rhs))
    return op == BinaryOp::Div ? emitTrueDivision(lhs, rhs, range)
                               : emitIntBinary(op, lhs, rhs, range);
  bool lhsFits = isFloatLike(lhs) || lhs.isInt() ||
                 (op == BinaryOp::Div && isIntLike(lhs) && rhs.isFloat());
  bool rhsFits = isFloatLike(rhs) || rhs.isInt() ||
                 (op == BinaryOp::Div && isIntLike(rhs) && lhs.isFloat()) ||
                 op == BinaryOp::Pow;
  if (lhsFits && rhsFits)
    return emitFloatBinary(op, lhs, rhs, range);
  return refuseOperands(spelling(op), lhs, rhs, range);
}

Datum Elaborator::emitUnary(UnaryOp op, const Datum &operand,
                            SourceRange range) {
  if (operand.isSilent())
    return operand;
  if (!operand.isRuntime()) {
    FoldResult result = foldUnary(op, operand);
    return result ? *result : error(range, result.getError());
  }
  if (op == UnaryOp::Not) {
    mlir::Value value = toCondition(operand, range);
    if (!value)
      return Datum::poison();
    return scalarOf(
        emitter.create<arith::XOrIOp>(range, value, emitter.constantBool(true)),
        DType::BOOL);
  }
  if (op == UnaryOp::Invert)
    return emitTileUnary(tile::UnaryKind::Not, {operand, nullptr}, range, "~");
  if (isTileLike(operand))
    return op == UnaryOp::Pos ? operand
                              : emitTileUnary(tile::UnaryKind::Neg,
                                              {operand, nullptr}, range, "-");
  if (isBoolLike(operand))
    return error(range, "'" + spelling(op) + "' takes a number, not " +
                            describe(operand));
  if (op == UnaryOp::Pos)
    return operand;
  if (isFloatLike(operand))
    return scalarOf(emitter.create<arith::NegFOp>(range, operand.getValue()),
                    *operand.getDType());
  return emitIntBinary(BinaryOp::Sub, Datum::integer(0), operand, range);
}

//===----------------------------------------------------------------------===//
// Comparisons
//===----------------------------------------------------------------------===//

static arith::CmpIPredicate intPredicate(CompareOp op) {
  switch (op) {
  case CompareOp::Eq:
    return arith::CmpIPredicate::eq;
  case CompareOp::Ne:
    return arith::CmpIPredicate::ne;
  case CompareOp::Lt:
    return arith::CmpIPredicate::slt;
  case CompareOp::Le:
    return arith::CmpIPredicate::sle;
  case CompareOp::Gt:
    return arith::CmpIPredicate::sgt;
  case CompareOp::Ge:
    return arith::CmpIPredicate::sge;
  }
  llvm_unreachable("all operators are covered");
}

/// With a NaN only `!=` holds.
static arith::CmpFPredicate floatPredicate(CompareOp op) {
  switch (op) {
  case CompareOp::Eq:
    return arith::CmpFPredicate::OEQ;
  case CompareOp::Ne:
    return arith::CmpFPredicate::UNE;
  case CompareOp::Lt:
    return arith::CmpFPredicate::OLT;
  case CompareOp::Le:
    return arith::CmpFPredicate::OLE;
  case CompareOp::Gt:
    return arith::CmpFPredicate::OGT;
  case CompareOp::Ge:
    return arith::CmpFPredicate::OGE;
  }
  llvm_unreachable("all operators are covered");
}

Datum Elaborator::emitCompare(CompareOp op, const Datum &lhs, const Datum &rhs,
                              SourceRange range) {
  if (lhs.isSilent() || rhs.isSilent())
    return silentOne(lhs, rhs);
  if (!lhs.isRuntime() && !rhs.isRuntime()) {
    FoldResult result = foldCompare(op, lhs, rhs);
    return result ? *result : error(range, result.getError());
  }
  if (isTileLike(lhs) || isTileLike(rhs))
    return emitTileCompare(cmpMode(op), {lhs, nullptr}, {rhs, nullptr}, range);
  bool isEquality = op == CompareOp::Eq || op == CompareOp::Ne;
  bool ints = isIntLike(lhs) && isIntLike(rhs);
  if (ints || (isEquality && isBoolLike(lhs) && isBoolLike(rhs))) {
    DType dtype = ints ? DType::INDEX : DType::BOOL;
    mlir::Value left = toScalar(lhs, dtype, range);
    mlir::Value right = toScalar(rhs, dtype, range);
    return scalarOf(
        emitter.create<arith::CmpIOp>(range, intPredicate(op), left, right),
        DType::BOOL);
  }
  bool lhsFits = isFloatLike(lhs) || lhs.isInt();
  bool rhsFits = isFloatLike(rhs) || rhs.isInt();
  if (!lhsFits || !rhsFits)
    return refuseOperands(spelling(op), lhs, rhs, range);
  BoundArg operands[] = {{lhs, nullptr}, {rhs, nullptr}};
  DType dtype;
  if (!unifyDTypes(operands, range, dtype))
    return Datum::poison();
  mlir::Value left = toScalar(lhs, dtype, range);
  mlir::Value right = toScalar(rhs, dtype, range);
  if (!left || !right)
    return Datum::poison();
  return scalarOf(
      emitter.create<arith::CmpFOp>(range, floatPredicate(op), left, right),
      DType::BOOL);
}
