//===- VectorMathFunctions.cpp - Elementary functions, shared -------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// These compute in FP64, whose rounding errors vanish in the one rounding to
// FP32 at the end, without fused operations: they are fast on every target
// and have the same bits. The polynomials are minimax ones (Remez) with
// relative errors of 2^-32 and less.
//
//===----------------------------------------------------------------------===//

#include "VectorMathFunctions.h"
#include "EmitExpr.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include <fmt/format.h>
#include <limits>

using namespace tilec;
using namespace tilec::emit;
using namespace mlir;

/// Adding it leaves the nearest integer of an FP64 in the low bits.
static constexpr double shifter = 0x1.8p52;

static Expr asFloat64(const Expr &bits) {
  return bits.bitcast(bits.e().b.getF64Type());
}

static Expr flipSign(const Expr &x, const Expr &signBit) {
  return asFloat64(x.asInt() ^ signBit);
}

/// The sign bit of the FP64 \p x, the other bits zero.
static Expr signBit(const Expr &x) {
  return x.asInt() & std::numeric_limits<int64_t>::min();
}

/// With x = 2^e m, sqrt(1/2) <= m < sqrt(2), and f = (m-1) / (m+1):
/// log(x) = e ln(2) + 2 atanh(f).
static Expr logVector(const Expr &x) {
  Type f64 = x.e().b.getF64Type();
  Expr wide = x.extf(f64); // exact, and normal even if x is subnormal
  // Counted from sqrt(1/2), the exponent field steps where m does. The bias
  // of 1024 keeps it positive for the logical shift.
  constexpr int64_t sqrtHalf = 0x3FE6A09E667F3BCD;
  constexpr int64_t bias = 1024;
  Expr biased = (wide.asInt() - sqrtHalf + (bias << 52)) >> 52;
  Expr exponent =
      asFloat64(biased + (int64_t(0x433) << 52)) - (0x1p52 + double(bias));
  Expr m = asFloat64(wide.asInt() - ((biased - bias) << 52));
  Expr f = (m - 1.0) / (m + 1.0);
  Expr atanhOverF = polynomial(f * f, {1.0000000000042546, 0.33333332615021505,
                                       0.20000193916345368, 0.1426743429115486,
                                       0.11809819566729486});
  Expr result = (exponent * 0x1.62e42fefa39efp-1 + (f + f) * atanhOverF)
                    .truncf(x.elementType());

  constexpr double infinity = std::numeric_limits<double>::infinity();
  result = select(x == infinity, x, result);
  result = select(x == 0.0, x.same(-infinity), result);
  Expr isUndefined = isNaN(x) | (x < 0.0);
  return select(isUndefined, x.same(std::nan("")), result);
}

/// tanh(|x|) = d / (d + 2) with d = exp(2|x|) - 1 = 2^n p + (2^n - 1), where
/// p = exp(r) - 1 keeps its relative accuracy for small x.
static Expr tanhVector(const Expr &x) {
  Expr wide = x.extf(x.e().b.getF64Type());
  Expr sign = signBit(wide);
  Expr twice = flipSign(wide, sign) * 2.0;
  // tanh(10) rounds to 1. A NaN passes.
  twice = select(twice > 20.0, twice.same(20.0), twice);
  Expr shifted = twice * 0x1.71547652b82fep0 + shifter;
  Expr r = twice - (shifted - shifter) * 0x1.62e42fefa39efp-1;
  Expr p = r * polynomial(r, {0.9999999999909769, 0.5000000047269418,
                              0.16666666854247622, 0.04166635223474185,
                              0.008333268450544965, 0.0013941162972380757,
                              0.00019915946420510526});
  Expr power = asFloat64((shifted.asInt() << 52) + (int64_t(1023) << 52));
  Expr d = power * p + (power - 1.0);
  return flipSign(d / (d + 2.0), sign).truncf(x.elementType());
}

namespace {
/// x = quadrant * pi/2 + r. Only the low two bits of the quadrant (i64 lanes)
/// count; |r| is at most pi/4 and a bit.
struct Reduced {
  Expr quadrant;
  Expr r;
};
} // namespace

/// Exact but for the last step while |x| <= 2^20: `pi/2` is cut to 33 bits.
static Reduced reduceSmall(const Expr &x) {
  Expr shifted = x * 0x1.45f306dc9c883p-1 + shifter;
  Expr n = shifted - shifter;
  return {shifted.asInt(), x - n * 0x1.921fb544p0 - n * 0x1.0b4611a626331p-34};
}

/// For the FP32 \p x of any magnitude from 2^20 on (Payne and Hanek). With
/// x = m 2^e, m an integer of 24 bits, x * 2/pi modulo 4 depends only on the
/// bits of 2/pi from weight 2^(1-e) down; 96 of them are enough.
static Reduced reduceLarge(const Expr &x) {
  OpBuilder &b = x.e().b;
  Type i64 = b.getI64Type();
  // Eight zeros, then the binary digits of 2/pi.
  static constexpr uint64_t digits[] = {0x00A2F9836E4E4415, 0x29FC2757D1F534DD,
                                        0xC0DB6295993C4390, 0x41FE5163ABDEBBC5};
  Expr bits = x.asInt().extui(i64);
  Expr first = ((bits >> 23) & 0xFF) - 144;
  first = select(first < 0, first.number(0), first); // lanes not asked for
  Expr m = (bits & 0x7FFFFF) | 0x800000;

  Expr isSecondWord = first >= 64;
  Expr shift = first & 63;
  auto word = [&](unsigned i) {
    return select(isSecondWord, first.number(int64_t(digits[i + 1])),
                  first.number(int64_t(digits[i])));
  };
  auto window = [&](const Expr &high, const Expr &low) {
    // In two steps: a shift by 64 would be undefined.
    return (high << shift) | ((low >> 1) >> (shift ^ 63));
  };
  Expr middle = word(1);
  Expr high = window(word(0), middle);
  Expr low = window(middle, word(2)) >> 32;
  // In units of 2^-62 quadrants, modulo 4 quadrants.
  Expr turns = m * high + ((m * low) >> 32);
  Expr quadrant = (turns + (int64_t(1) << 61)) >> 62;
  Expr rest = turns - (quadrant << 62);
  Expr r = Expr(x.e(), x.e().create<arith::SIToFPOp>(
                           rest.withElement(b.getF64Type()), rest)) *
           0x1.921fb54442d18p-62;
  Expr sign = (bits & 0x80000000) << 32;
  Expr isNegative = (bits & 0x80000000) >= 1;
  return {select(isNegative, quadrant.number(0) - quadrant, quadrant),
          flipSign(r, sign)};
}

/// The reduction of each lane; the slow one only where a lane needs it.
static Reduced reduceAngle(const Expr &x) {
  Site &e = x.e();
  OpBuilder &b = e.b;
  Reduced small = reduceSmall(x.extf(b.getF64Type()));
  Expr magnitude = x.asInt() & 0x7FFFFFFF;
  // Infinities and NaNs are NaNs after the fast reduction already.
  Expr isLarge = (magnitude > 0x49800000) & (magnitude < 0x7F800000);
  Value any = e.create<vector::ReductionOp>(vector::CombiningKind::OR, isLarge);
  auto ifOp = e.create<scf::IfOp>(
      any,
      [&](OpBuilder &inner, Location loc) {
        Reduced large = reduceLarge(x);
        inner.create<scf::YieldOp>(
            loc, ValueRange{select(isLarge, large.quadrant, small.quadrant),
                            select(isLarge, large.r, small.r)});
      },
      [&](OpBuilder &inner, Location loc) {
        inner.create<scf::YieldOp>(loc, ValueRange{small.quadrant, small.r});
      });
  return {{e, ifOp.getResult(0)}, {e, ifOp.getResult(1)}};
}

/// sin(x + quarterTurns * pi/2).
static Expr sineVector(const Expr &x, int quarterTurns) {
  Reduced reduced = reduceAngle(x);
  const Expr &r = reduced.r;
  Expr quadrant = reduced.quadrant + quarterTurns;
  Expr square = r * r;
  // Multiplied by r last, so that sin(-0) is -0.
  Expr sine =
      r * polynomial(square, {0.9999999999956773, -0.16666666631607574,
                              0.008333328783335097, -0.00019839202321816733,
                              2.717345618702888e-06});
  Expr cosine = polynomial(square, {0.9999999999525532, -0.4999999961512673,
                                    0.04166661670936423, -0.0013886618307041674,
                                    2.4379845699915152e-05});
  Expr isOdd = (quadrant & 1) == 1;
  Expr sign = (quadrant >> 1) << 63;
  return flipSign(select(isOdd, cosine, sine), sign).truncf(x.elementType());
}

static Expr emitBody(MathFunction function, const Expr &x) {
  switch (function) {
  case MathFunction::Log:
    return logVector(x);
  case MathFunction::Tanh:
    return tanhVector(x);
  case MathFunction::Sin:
    return sineVector(x, 0);
  case MathFunction::Cos:
    return sineVector(x, 1);
  }
  llvm_unreachable("unknown function");
}

static StringRef nameOf(MathFunction function) {
  static constexpr StringLiteral names[] = {"log", "tanh", "sin", "cos"};
  return names[unsigned(function)];
}

func::FuncOp tilec::getMathFunction(OpBuilder &b, Location loc,
                                    MathFunction function, VectorType type) {
  Operation *parent = b.getInsertionBlock()->getParentOp();
  auto module = dyn_cast<ModuleOp>(parent);
  if (!module)
    module = parent->getParentOfType<ModuleOp>();
  std::string name = fmt::format("tilec_{}_v{}", nameOf(function).str(),
                                 type.getNumElements());
  if (auto existing = module.lookupSymbol<func::FuncOp>(name))
    return existing;

  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(module.getBody());
  auto func = b.create<func::FuncOp>(emit::getGeneratedLoc(b.getContext()),
                                     name, b.getFunctionType({type}, {type}));
  setInternal(func);
  b.setInsertionPointToStart(func.addEntryBlock());
  Site e{b, func.getLoc()};
  Expr result = emitBody(function, {e, func.getArgument(0)});
  b.create<func::ReturnOp>(func.getLoc(), ValueRange{result});
  return func;
}
