//===- EmitCasts.cpp - Conversions between dtypes -----------------------===//
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

static Type lanesOf(Value like, Type element) {
  return VectorType::get(cast<VectorType>(like.getType()).getShape(), element);
}

Value Emitter::roundToIntegral(Value x, RoundMode mode) {
  switch (mode) {
  case RoundMode::Rint:
    return b.create<math::RoundEvenOp>(loc, x);
  case RoundMode::Round:
    return b.create<math::RoundOp>(loc, x);
  case RoundMode::Floor:
    return b.create<math::FloorOp>(loc, x);
  case RoundMode::Ceil:
    return b.create<math::CeilOp>(loc, x);
  case RoundMode::Trunc:
    return b.create<math::TruncOp>(loc, x);
  }
  llvm_unreachable("an unknown mode");
}

/// Saturates; NaN gives 0.
Value Emitter::floatToInt(Value x, Type to, RoundMode mode) {
  using Predicate = arith::CmpFPredicate;
  bool isUnsigned = isUnsignedElement(to);
  unsigned bits = getElementBits(to);
  unsigned magnitude = isUnsigned ? bits : bits - 1;
  // Both bounds are powers of two: exact in FP32 where the highest integer is
  // not.
  Value above = constantLike(x, std::ldexp(1.0, magnitude));
  Value below = constantLike(x, isUnsigned ? 0.0 : -std::ldexp(1.0, magnitude));
  Value rounded = roundToIntegral(x, mode);
  Value isHigh = b.create<arith::CmpFOp>(loc, Predicate::OGE, rounded, above);
  Value isLow = b.create<arith::CmpFOp>(loc, Predicate::OLT, rounded, below);
  Value isNaN = b.create<arith::CmpFOp>(loc, Predicate::UNO, rounded, rounded);
  Value outside = b.create<arith::OrIOp>(
      loc, b.create<arith::OrIOp>(loc, isHigh, isLow), isNaN);
  Value safe =
      b.create<arith::SelectOp>(loc, outside, constantLike(x, 0.0), rounded);
  // Unsigned integers of up to 32 bits fit a signed one of 64.
  unsigned wide = isUnsigned || bits > 32 ? 64 : 32;
  Value value =
      b.create<arith::FPToSIOp>(loc, lanesOf(x, b.getIntegerType(wide)), safe);
  if (wide != bits)
    value = b.create<arith::TruncIOp>(loc, lanesOf(x, b.getIntegerType(bits)),
                                      value);
  APInt highest =
      isUnsigned ? APInt::getMaxValue(bits) : APInt::getSignedMaxValue(bits);
  APInt lowest =
      isUnsigned ? APInt::getMinValue(bits) : APInt::getSignedMinValue(bits);
  value = b.create<arith::SelectOp>(
      loc, isHigh, intConstantLike(value, highest.getSExtValue()), value);
  return b.create<arith::SelectOp>(
      loc, isLow, intConstantLike(value, lowest.getSExtValue()), value);
}

/// Narrowing that rounds in a direction: the nearest value, moved by one
/// pattern of bits where it lies on the wrong side. FP16 is taken apart in
/// integers: LLVM 19 fails to select AArch64's instructions for a step between
/// two conversions.
Value Emitter::narrowDirected(Value x, Type to, RoundMode mode) {
  using Predicate = arith::CmpFPredicate;
  bool isFP16 = isa<Float16Type>(to);
  auto widen = [&](Value narrow) {
    return isFP16 ? emitFP16ToFloat(b, loc, narrow) : fromStorage(narrow, to);
  };
  Value bits = isFP16 ? emitFloatToFP16(b, loc, x) : toStorage(x, to);
  Value nearest = widen(bits);
  Value one = intConstantLike(bits, 1);
  auto isGreater = [&](Value l, Value r) -> Value {
    return b.create<arith::CmpFOp>(loc, Predicate::OGT, l, r);
  };
  auto magnitude = [&](Value v) -> Value {
    return b.create<math::AbsFOp>(loc, v);
  };
  Value isNegative = b.create<arith::CmpIOp>(loc, arith::CmpIPredicate::slt,
                                             bits, intConstantLike(bits, 0));
  // Patterns of one sign are ordered by magnitude.
  Value away = b.create<arith::AddIOp>(loc, bits, one);
  Value towards = b.create<arith::SubIOp>(loc, bits, one);
  auto choose = [&](Value condition, Value moved) -> Value {
    return widen(b.create<arith::SelectOp>(loc, condition, moved, bits));
  };
  switch (mode) {
  case RoundMode::Trunc:
    return choose(isGreater(magnitude(nearest), magnitude(x)), towards);
  case RoundMode::Floor: {
    // Down is away from zero for negative values; +0 below x steps to none.
    Value moved = b.create<arith::SelectOp>(loc, isNegative, away, towards);
    return choose(isGreater(nearest, x), moved);
  }
  case RoundMode::Ceil: {
    Value moved = b.create<arith::SelectOp>(loc, isNegative, towards, away);
    return choose(isGreater(x, nearest), moved);
  }
  case RoundMode::Round: {
    // A tie that went to the even neighbour towards zero.
    Value next = widen(away);
    Value up = b.create<arith::SubFOp>(loc, magnitude(next), magnitude(x));
    Value down = b.create<arith::SubFOp>(loc, magnitude(x), magnitude(nearest));
    Value tie = b.create<arith::CmpFOp>(loc, Predicate::OEQ, up, down);
    Value below = isGreater(magnitude(x), magnitude(nearest));
    return choose(b.create<arith::AndIOp>(loc, tie, below), away);
  }
  case RoundMode::Rint:
    break;
  }
  llvm_unreachable("not a direction");
}

/// An integer as an FP32 that is exact, or else of the two neighbours the one
/// with an odd pattern: rounding that again, to fewer bits, rounds once.
Value Emitter::intToOddFloat(Value x) {
  using Predicate = arith::CmpIPredicate;
  Type i64 = lanesOf(x, b.getI64Type()), i32 = lanesOf(x, b.getI32Type());
  if (x.getType() != i64)
    x = b.create<arith::ExtSIOp>(loc, i64, x);
  Value nearest = b.create<arith::SIToFPOp>(loc, lanesOf(x, b.getF32Type()), x);
  // The highest integers are near 2^63, which is none; its lower neighbour is
  // odd.
  nearest = b.create<arith::MinNumFOp>(loc, nearest,
                                       constantLike(nearest, 0x1.fffffep62));
  Value back = b.create<arith::FPToSIOp>(loc, i64, nearest);
  Value bits = b.create<arith::BitcastOp>(loc, i32, nearest);
  Value zero = intConstantLike(bits, 0), one = intConstantLike(bits, 1);
  Value isInexact = b.create<arith::CmpIOp>(loc, Predicate::ne, back, x);
  Value isEven = b.create<arith::CmpIOp>(
      loc, Predicate::eq, b.create<arith::AndIOp>(loc, bits, one), zero);
  Value isBelow = b.create<arith::CmpIOp>(loc, Predicate::slt, back, x);
  Value isNegative = b.create<arith::CmpIOp>(loc, Predicate::slt, bits, zero);
  // Patterns of one sign are ordered by magnitude.
  Value step = b.create<arith::SelectOp>(
      loc, b.create<arith::XOrIOp>(loc, isBelow, isNegative), one,
      intConstantLike(bits, -1));
  step = b.create<arith::SelectOp>(
      loc, b.create<arith::AndIOp>(loc, isInexact, isEven), step, zero);
  bits = b.create<arith::AddIOp>(loc, bits, step);
  return b.create<arith::BitcastOp>(loc, nearest.getType(), bits);
}

/// Registers of `from` in compute form to registers of `to`.
Value Emitter::castValue(Value x, Type from, Type to, RoundMode mode) {
  Type result = lanesOf(x, computeType(to));
  bool fromFloat = isa<FloatType>(from), toFloat = isa<FloatType>(to);
  unsigned fromBits = getElementBits(from), toBits = getElementBits(to);
  if (to.isInteger(1)) {
    if (from.isInteger(1))
      return x;
    if (fromFloat)
      return b.create<arith::CmpFOp>(loc, arith::CmpFPredicate::UNE, x,
                                     constantLike(x, 0.0));
    return b.create<arith::CmpIOp>(loc, arith::CmpIPredicate::ne, x,
                                   intConstantLike(x, 0));
  }
  if (fromFloat && toFloat)
    return mode == RoundMode::Rint || to.isF32() ? roundTo(x, to)
                                                 : narrowDirected(x, to, mode);
  if (fromFloat)
    return floatToInt(x, to, mode);
  bool isUnsigned = isUnsignedElement(from) || from.isInteger(1);
  if (toFloat) {
    Value wide = x;
    if (isUnsigned)
      wide = b.create<arith::ExtUIOp>(loc, lanesOf(x, b.getI64Type()), x);
    // Up to 16 bits FP32 is exact, and what it rounds FP16 does not hold.
    if (fromBits > 16 && isa<BFloat16Type>(to))
      return roundTo(intToOddFloat(wide), to);
    return roundTo(b.create<arith::SIToFPOp>(loc, result, wide), to);
  }
  if (toBits < fromBits)
    return b.create<arith::TruncIOp>(loc, result, x);
  if (toBits == fromBits)
    return x;
  return isUnsigned ? Value(b.create<arith::ExtUIOp>(loc, result, x))
                    : Value(b.create<arith::ExtSIOp>(loc, result, x));
}
