//===- Casts.cpp - Conversions between dtypes -----------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elementwise.h"
#include "Machine.h"
#include "tilec/Dialect/Tile/TileSignature.h"
#include "tilec/Support/Numeric.h"
#include "llvm/ADT/APFloat.h"
#include <cmath>

using namespace mlir;
using namespace tilec;

static llvm::RoundingMode getRoundingMode(tile::RoundMode mode) {
  switch (mode) {
  case tile::RoundMode::Rint:
    return llvm::RoundingMode::NearestTiesToEven;
  case tile::RoundMode::Round:
    return llvm::RoundingMode::NearestTiesToAway;
  case tile::RoundMode::Floor:
    return llvm::RoundingMode::TowardNegative;
  case tile::RoundMode::Ceil:
    return llvm::RoundingMode::TowardPositive;
  case tile::RoundMode::Trunc:
    return llvm::RoundingMode::TowardZero;
  }
  llvm_unreachable("all modes are covered");
}

static const llvm::fltSemantics &getSemantics(DType dtype) {
  switch (dtype) {
  case DType::BF16:
    return llvm::APFloat::BFloat();
  case DType::FP16:
    return llvm::APFloat::IEEEhalf();
  default:
    return llvm::APFloat::IEEEsingle();
  }
}

/// The value of the float dtype next to `x` in the direction of the mode,
/// widened. Widening is exact.
static float castFloat(float x, DType to, tile::RoundMode mode) {
  if (mode == tile::RoundMode::Rint || to == DType::FP32)
    return roundToDType(to, x);
  llvm::APFloat value(x);
  bool inexact;
  value.convert(getSemantics(to), getRoundingMode(mode), &inexact);
  value.convert(llvm::APFloat::IEEEsingle(),
                llvm::RoundingMode::NearestTiesToEven, &inexact);
  return value.convertToFloat();
}

/// The nearest integer in the direction of the mode, saturated; NaN gives 0.
static int64_t castToInteger(float x, DType to, tile::RoundMode mode) {
  if (to == DType::BOOL)
    return x != 0;
  if (std::isnan(x))
    return 0;
  llvm::APFloat value(x);
  value.roundToIntegral(getRoundingMode(mode));
  double integral = value.convertToFloat();
  int64_t lowest = getLowest<int64_t>(to), highest = getHighest<int64_t>(to);
  // 2^63 - 1 is no double; 2^63, to which it rounds, is the first beyond.
  if (integral >= double(highest))
    return highest;
  return integral <= double(lowest) ? lowest : int64_t(integral);
}

static float castFromInteger(int64_t x, DType to) {
  return integerToFloat(to, x < 0, x < 0 ? 0 - uint64_t(x) : uint64_t(x));
}

static RuntimeValue castOperand(const RuntimeValue &operand, DType from,
                                DType to, tile::RoundMode mode) {
  Broadcast box(&operand);
  if (from == to)
    return box.scatter(box.gather<uint64_t>(operand, from), to);
  if (!isFloat(from)) {
    auto x = box.gather<int64_t>(operand, from);
    if (!isFloat(to))
      return box.scatter(x, to);
    return box.scatter(
        apply([&](int64_t x) { return castFromInteger(x, to); }, x), to);
  }
  auto x = box.gather<float>(operand, from);
  if (isFloat(to))
    return box.scatter(
        apply([&](float x) { return castFloat(x, to, mode); }, x), to);
  return box.scatter(
      apply([&](float x) { return castToInteger(x, to, mode); }, x), to);
}

static llvm::Error runCast(Machine &machine, tile::CastOp op) {
  return machine.setResult(
      op, castOperand(machine.get(op.getOperand()), getDTypeOf(op.getOperand()),
                      getDTypeOf(op.getResult()), op.getMode()));
}

static llvm::Error runScalarCast(Machine &machine, tile::ScalarCastOp op) {
  return machine.setResult(
      op, castOperand(machine.get(op.getOperand()),
                      *getScalarDType(op.getOperand().getType()),
                      *tile::getDType(op.getTo()), op.getMode()));
}

void tilec::addCastOps(Machine &machine) {
  machine.add<tile::CastOp, runCast>();
  machine.add<tile::ScalarCastOp, runScalarCast>();
}
