//===- VectorMath.cpp - Elementary functions emitted in place -------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Conversion/VectorMath.h"
#include "EmitExpr.h"
#include "VectorMathFunctions.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tilec/Target/CPUTarget.h"

using namespace tilec;
using namespace tilec::emit;
using namespace mlir;

/// 2^n of integers held in i32 lanes, for -126 <= n <= 127.
static Expr powerOfTwo(const Expr &n) {
  return ((n + 127) << 23).bitcast(n.e().b.getF32Type());
}

/// What an integer n is added to, so that it is in the low bits: 1.5 * 2^23.
static constexpr double shifter = 0x1.8p23;

/// p * 2^n in two steps, the first exact: a subnormal result is rounded once.
static Expr scaleInSteps(const Expr &p, const Expr &shifted) {
  Expr exponent = shifted.asInt() - p.same(shifter).asInt();
  Expr half{p.e(), p.e().create<arith::ShRSIOp>(exponent, exponent.number(1))};
  return p * powerOfTwo(half) * powerOfTwo(exponent - half);
}

/// The same by one instruction, which rounds once too.
static Expr scaleInOne(const Expr &p, const Expr &shifted) {
  Site &e = p.e();
  Value allLanes = e.constantInt(e.b.getI16Type(), -1);
  constexpr int64_t currentRounding = 4;
  Value rounding = e.constantInt(e.b.getI32Type(), currentRounding);
  auto call = e.create<LLVM::CallIntrinsicOp>(
      p.type(), e.b.getStringAttr("llvm.x86.avx512.mask.scalef.ps.512"),
      ValueRange{p, shifted - shifter, p, allLanes, rounding});
  return {e, call.getResult(0)};
}

/// exp(x) = 2^n exp(r) with |r| <= ln(2)/2 (Cody and Waite's reduction). A NaN
/// goes through every step.
static Expr expVector(Expr x, Expr scale(const Expr &p, const Expr &shifted)) {
  // Beyond these bounds the result is infinity or zero anyway.
  x = select(x < -104.0, x.same(-104.0), x);
  x = select(x > 89.0, x.same(89.0), x);
  Expr shifted = fma(x, x.same(0x1.715476p0), x.same(shifter));
  Expr n = shifted - shifter;
  Expr r = fma(n, x.same(-0x1.62e4p-1), x); // exact: 15 bits of ln(2)
  r = fma(n, x.same(-0x1.7f7d1cp-20), r);
  // (exp(r) - 1 - r) / r^2, an error of 2^-28 after the multiplication.
  Expr q =
      polynomial(r,
                 {0.5000000095414404, 0.1666651860270452, 0.04166620506221416,
                  0.008368917858257467, 0.0013950540618188408},
                 /*fused=*/true);
  return scale(fma(q, r * r, r) + 1.0, shifted);
}

/// Applies \p body to vectors; a scalar goes as a vector of one lane.
static Value onVectors(OpBuilder &b, Location loc, Value x,
                       llvm::function_ref<Expr(Expr)> body) {
  Site e{b, loc};
  if (isa<VectorType>(x.getType()))
    return body({e, x});
  auto vectorType = VectorType::get({1}, x.getType());
  Value lanes = b.create<vector::BroadcastOp>(loc, vectorType, x);
  return b.create<vector::ExtractOp>(loc, body({e, lanes}),
                                     ArrayRef<int64_t>{0});
}

/// As `onVectors`, through the function that all uses in the module share.
static Value callShared(OpBuilder &b, Location loc, MathFunction function,
                        Value x) {
  return onVectors(b, loc, x, [&](Expr lanes) -> Expr {
    func::FuncOp callee =
        getMathFunction(b, loc, function, cast<VectorType>(lanes.type()));
    auto call = b.create<func::CallOp>(loc, callee, ValueRange{lanes});
    return {lanes.e(), call.getResult(0)};
  });
}

Value tilec::emitExp(OpBuilder &b, Location loc, Value x,
                     const CPUTarget &target) {
  constexpr int64_t lanes = 16;
  auto vector = dyn_cast<VectorType>(x.getType());
  bool isWhole = vector && vector.getNumElements() == lanes;
  bool inOne = isWhole && target.features().avx512;
  return onVectors(b, loc, x, [&](Expr x) {
    return expVector(x, inOne ? scaleInOne : scaleInSteps);
  });
}

Value tilec::emitLog(OpBuilder &b, Location loc, Value x) {
  return callShared(b, loc, MathFunction::Log, x);
}

Value tilec::emitTanh(OpBuilder &b, Location loc, Value x) {
  return callShared(b, loc, MathFunction::Tanh, x);
}

Value tilec::emitSin(OpBuilder &b, Location loc, Value x) {
  return callShared(b, loc, MathFunction::Sin, x);
}

Value tilec::emitCos(OpBuilder &b, Location loc, Value x) {
  return callShared(b, loc, MathFunction::Cos, x);
}

Value tilec::emitSqrt(OpBuilder &b, Location loc, Value x) {
  return b.create<LLVM::SqrtOp>(loc, x);
}

Value tilec::emitRecip(OpBuilder &b, Location loc, Value x) {
  Site e{b, loc};
  Expr operand{e, x};
  return operand.same(1.0) / operand;
}

Value tilec::emitRsqrt(OpBuilder &b, Location loc, Value x) {
  return emitRecip(b, loc, emitSqrt(b, loc, x));
}

Value tilec::emitSigmoid(OpBuilder &b, Location loc, Value x,
                         const CPUTarget &target) {
  Value negated = b.create<arith::NegFOp>(loc, x);
  Site e{b, loc};
  return emitRecip(b, loc, Expr{e, emitExp(b, loc, negated, target)} + 1.0);
}
