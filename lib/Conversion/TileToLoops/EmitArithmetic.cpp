//===- EmitArithmetic.cpp - Operations on registers ---------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "tilec/Conversion/VectorMath.h"

using namespace tilec;
using namespace tilec::lowering;
using namespace tilec::tile;

static Value constantOf(OpBuilder &b, Location loc, Type type,
                        TypedAttr element) {
  if (auto vector = dyn_cast<VectorType>(type))
    return b.create<arith::ConstantOp>(
        loc, DenseElementsAttr::get(vector, Attribute(element)));
  return b.create<arith::ConstantOp>(loc, element);
}

Value Emitter::constantLike(Value like, double value) {
  return constantOf(b, loc, like.getType(), b.getF32FloatAttr(value));
}

Value Emitter::intConstantLike(Value like, int64_t value) {
  Type element = getElementTypeOrSelf(like.getType());
  return constantOf(b, loc, like.getType(), b.getIntegerAttr(element, value));
}

/// A type of the same lanes.
static Type lanesOf(Value like, Type element) {
  return VectorType::get(cast<VectorType>(like.getType()).getShape(), element);
}

//===----------------------------------------------------------------------===//
// Storage
//===----------------------------------------------------------------------===//

Value Emitter::fromStorage(Value bits, Type element) {
  if (isa<BFloat16Type>(element))
    return emitBF16ToFloat(b, loc, bits);
  if (isa<Float16Type>(element))
    return emitFP16ToFloat(b, loc, bits, target);
  if (element.isInteger(1))
    return b.create<arith::CmpIOp>(loc, arith::CmpIPredicate::ne, bits,
                                   intConstantLike(bits, 0));
  return bits;
}

Value Emitter::toStorage(Value value, Type element) {
  if (isa<BFloat16Type>(element))
    return emitFloatToBF16(b, loc, value, target);
  if (isa<Float16Type>(element))
    return emitFloatToFP16(b, loc, value, target);
  if (element.isInteger(1))
    return b.create<arith::ExtUIOp>(loc, lanesOf(value, b.getI8Type()), value);
  return value;
}

Value Emitter::roundTo(Value x, Type element) {
  if (!isa<BFloat16Type, Float16Type>(element))
    return x;
  return fromStorage(toStorage(x, element), element);
}

//===----------------------------------------------------------------------===//
// Elementwise functions
//===----------------------------------------------------------------------===//

static Value unaryInteger(OpBuilder &b, Location loc, UnaryKind kind, Value x,
                          Value zero, Value ones, bool isUnsigned) {
  switch (kind) {
  case UnaryKind::Neg:
    return b.create<arith::SubIOp>(loc, zero, x);
  case UnaryKind::Abs: {
    if (isUnsigned)
      return x;
    Value negated = b.create<arith::SubIOp>(loc, zero, x);
    Value isNegative =
        b.create<arith::CmpIOp>(loc, arith::CmpIPredicate::slt, x, zero);
    return b.create<arith::SelectOp>(loc, isNegative, negated, x);
  }
  case UnaryKind::Relu:
    return isUnsigned ? x : Value(b.create<arith::MaxSIOp>(loc, x, zero));
  case UnaryKind::Not:
    return b.create<arith::XOrIOp>(loc, x, ones);
  default:
    llvm_unreachable("the verifier wants a float here");
  }
}

Value Emitter::unary(UnaryKind kind, Value x, Type element) {
  if (!isa<FloatType>(element))
    return unaryInteger(b, loc, kind, x, intConstantLike(x, 0),
                        intConstantLike(x, -1), isUnsignedElement(element));
  switch (kind) {
  case UnaryKind::Neg:
    return b.create<arith::NegFOp>(loc, x);
  case UnaryKind::Abs:
    return b.create<math::AbsFOp>(loc, x);
  case UnaryKind::Exp:
    return emitExp(b, loc, x, target);
  case UnaryKind::Log:
    return emitLog(b, loc, x);
  case UnaryKind::Sqrt:
    return emitSqrt(b, loc, x);
  case UnaryKind::Rsqrt:
    return emitRsqrt(b, loc, x);
  case UnaryKind::Recip:
    return emitRecip(b, loc, x);
  case UnaryKind::Sin:
    return emitSin(b, loc, x);
  case UnaryKind::Cos:
    return emitCos(b, loc, x);
  case UnaryKind::Relu:
    return b.create<arith::MaximumFOp>(loc, x, constantLike(x, 0.0));
  case UnaryKind::Sigmoid:
    return emitSigmoid(b, loc, x, target);
  case UnaryKind::Tanh:
    return emitTanh(b, loc, x);
  case UnaryKind::Not:
    break;
  }
  llvm_unreachable("the verifier wants an integer here");
}

/// fmod with the divisor's sign, a zero's too.
static Value floatRemainder(OpBuilder &b, Location loc, Value x, Value y,
                            Value zero) {
  using Predicate = arith::CmpFPredicate;
  Value rest = b.create<arith::RemFOp>(loc, x, y);
  Value isZero = b.create<arith::CmpFOp>(loc, Predicate::OEQ, rest, zero);
  Value restNegative = b.create<arith::CmpFOp>(loc, Predicate::OLT, rest, zero);
  Value divisorNegative = b.create<arith::CmpFOp>(loc, Predicate::OLT, y, zero);
  Value differ = b.create<arith::XOrIOp>(loc, restNegative, divisorNegative);
  Value moved = b.create<arith::AddFOp>(loc, rest, y);
  Value result = b.create<arith::SelectOp>(loc, differ, moved, rest);
  return b.create<arith::SelectOp>(
      loc, isZero, b.create<math::CopySignOp>(loc, zero, y), result);
}

static Value binaryFloat(OpBuilder &b, Location loc, BinaryKind kind, Value x,
                         Value y, Value zero) {
  switch (kind) {
  case BinaryKind::Add:
    return b.create<arith::AddFOp>(loc, x, y);
  case BinaryKind::Sub:
    return b.create<arith::SubFOp>(loc, x, y);
  case BinaryKind::Mul:
    return b.create<arith::MulFOp>(loc, x, y);
  case BinaryKind::Div:
    return b.create<arith::DivFOp>(loc, x, y);
  case BinaryKind::Rem:
    return floatRemainder(b, loc, x, y, zero);
  case BinaryKind::Maximum:
    return b.create<arith::MaximumFOp>(loc, x, y);
  case BinaryKind::Minimum:
    return b.create<arith::MinimumFOp>(loc, x, y);
  default:
    llvm_unreachable("the verifier wants an integer here");
  }
}

/// Floored division; the divisor is not 0.
static Value floorDivision(OpBuilder &b, Location loc, bool quotient, Value x,
                           Value y, Value zero, Value one, Value minusOne,
                           bool isUnsigned) {
  using Predicate = arith::CmpIPredicate;
  if (isUnsigned)
    return quotient ? Value(b.create<arith::DivUIOp>(loc, x, y))
                    : Value(b.create<arith::RemUIOp>(loc, x, y));
  // The lowest integer by -1 traps: 1 instead, and a negation that wraps.
  Value byMinusOne = b.create<arith::CmpIOp>(loc, Predicate::eq, y, minusOne);
  Value divisor = b.create<arith::SelectOp>(loc, byMinusOne, one, y);
  Value truncated = b.create<arith::DivSIOp>(loc, x, divisor);
  Value rest = b.create<arith::SubIOp>(
      loc, x, b.create<arith::MulIOp>(loc, truncated, divisor));
  Value inexact = b.create<arith::CmpIOp>(loc, Predicate::ne, rest, zero);
  Value differ = b.create<arith::XOrIOp>(
      loc, b.create<arith::CmpIOp>(loc, Predicate::slt, rest, zero),
      b.create<arith::CmpIOp>(loc, Predicate::slt, divisor, zero));
  Value adjust = b.create<arith::AndIOp>(loc, inexact, differ);
  if (!quotient)
    return b.create<arith::SelectOp>(
        loc, adjust, b.create<arith::AddIOp>(loc, rest, divisor), rest);
  Value floored = b.create<arith::SelectOp>(
      loc, adjust, b.create<arith::SubIOp>(loc, truncated, one), truncated);
  return b.create<arith::SelectOp>(
      loc, byMinusOne, b.create<arith::SubIOp>(loc, zero, x), floored);
}

Value Emitter::binary(BinaryKind kind, Value x, Value y, Type element) {
  if (isa<FloatType>(element))
    return binaryFloat(b, loc, kind, x, y, constantLike(x, 0.0));
  bool isUnsigned = isUnsignedElement(element);
  auto shift = [&](auto apply, Value tooFar) -> Value {
    // An amount of the width or more, negative ones among them.
    Value width = intConstantLike(y, getElementBits(element));
    Value inRange =
        b.create<arith::CmpIOp>(loc, arith::CmpIPredicate::ult, y, width);
    Value amount =
        b.create<arith::SelectOp>(loc, inRange, y, intConstantLike(y, 0));
    return b.create<arith::SelectOp>(loc, inRange, apply(amount), tooFar);
  };
  switch (kind) {
  case BinaryKind::Add:
    return b.create<arith::AddIOp>(loc, x, y);
  case BinaryKind::Sub:
    return b.create<arith::SubIOp>(loc, x, y);
  case BinaryKind::Mul:
    return b.create<arith::MulIOp>(loc, x, y);
  case BinaryKind::Div:
  case BinaryKind::Rem:
    return floorDivision(b, loc, kind == BinaryKind::Div, x, y,
                         intConstantLike(x, 0), intConstantLike(x, 1),
                         intConstantLike(x, -1), isUnsigned);
  case BinaryKind::Maximum:
    return isUnsigned ? Value(b.create<arith::MaxUIOp>(loc, x, y))
                      : Value(b.create<arith::MaxSIOp>(loc, x, y));
  case BinaryKind::Minimum:
    return isUnsigned ? Value(b.create<arith::MinUIOp>(loc, x, y))
                      : Value(b.create<arith::MinSIOp>(loc, x, y));
  case BinaryKind::And:
    return b.create<arith::AndIOp>(loc, x, y);
  case BinaryKind::Or:
    return b.create<arith::OrIOp>(loc, x, y);
  case BinaryKind::Xor:
    return b.create<arith::XOrIOp>(loc, x, y);
  case BinaryKind::Shl:
    return shift(
        [&](Value amount) -> Value {
          return b.create<arith::ShLIOp>(loc, x, amount);
        },
        intConstantLike(x, 0));
  case BinaryKind::Shr: {
    if (isUnsigned)
      return shift(
          [&](Value amount) -> Value {
            return b.create<arith::ShRUIOp>(loc, x, amount);
          },
          intConstantLike(x, 0));
    Value sign = b.create<arith::ShRSIOp>(
        loc, x, intConstantLike(x, getElementBits(element) - 1));
    return shift(
        [&](Value amount) -> Value {
          return b.create<arith::ShRSIOp>(loc, x, amount);
        },
        sign);
  }
  }
  llvm_unreachable("an unknown kind");
}

Value Emitter::compare(CmpMode mode, Value x, Value y, Type element) {
  using F = arith::CmpFPredicate;
  using I = arith::CmpIPredicate;
  if (isa<FloatType>(element)) {
    static constexpr F predicates[] = {F::OEQ, F::UNE, F::OLT,
                                       F::OLE, F::OGT, F::OGE};
    return b.create<arith::CmpFOp>(loc, predicates[unsigned(mode)], x, y);
  }
  static constexpr I asSigned[] = {I::eq,  I::ne,  I::slt,
                                   I::sle, I::sgt, I::sge};
  static constexpr I asUnsigned[] = {I::eq,  I::ne,  I::ult,
                                     I::ule, I::ugt, I::uge};
  bool isUnsigned = isUnsignedElement(element) || element.isInteger(1);
  return b.create<arith::CmpIOp>(
      loc, (isUnsigned ? asUnsigned : asSigned)[unsigned(mode)], x, y);
}
