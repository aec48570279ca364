//===- Divisibility.cpp - Index values that are multiples ---------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Analysis/Divisibility.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Matchers.h"
#include "tilec/Dialect/Tile/Tile.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tilec;

/// Values computed alike many times over are rare; deep chains are not worth
/// the time.
static constexpr unsigned maxDepth = 32;

/// The power of two, as its exponent, that surely divides the value.
static unsigned getTrailingZeros(Value value, unsigned depth);

static unsigned getTrailingZerosOfAll(ValueRange values, unsigned depth) {
  unsigned least = 64;
  for (Value value : values)
    least = std::min(least, getTrailingZeros(value, depth));
  return least;
}

static unsigned getTrailingZerosOfArgument(BlockArgument argument,
                                           unsigned depth) {
  Operation *parent = argument.getOwner()->getParentOp();
  if (argument.getArgNumber() != 0)
    return 0;
  if (auto loop = dyn_cast<scf::ForOp>(parent))
    return getTrailingZerosOfAll({loop.getLowerBound(), loop.getStep()}, depth);
  if (auto loop = dyn_cast<tile::ParallelOp>(parent))
    return getTrailingZerosOfAll({loop.getLower(), loop.getStep()}, depth);
  return 0;
}

static unsigned getTrailingZeros(Value value, unsigned depth) {
  APInt constant;
  if (matchPattern(value, m_ConstantInt(&constant)))
    return constant.isZero() ? 64 : constant.countTrailingZeros();
  if (depth == maxDepth)
    return 0;
  if (auto argument = dyn_cast<BlockArgument>(value))
    return getTrailingZerosOfArgument(argument, depth + 1);
  return TypeSwitch<Operation *, unsigned>(value.getDefiningOp())
      .Case<arith::AddIOp, arith::SubIOp, arith::MinSIOp, arith::MaxSIOp>(
          [&](Operation *op) {
            return getTrailingZerosOfAll(op->getOperands(), depth + 1);
          })
      .Case([&](arith::SelectOp op) {
        return getTrailingZerosOfAll({op.getTrueValue(), op.getFalseValue()},
                                     depth + 1);
      })
      .Case([&](arith::MulIOp op) {
        return std::min(64U, getTrailingZeros(op.getLhs(), depth + 1) +
                                 getTrailingZeros(op.getRhs(), depth + 1));
      })
      .Default([](Operation *) { return 0U; });
}

bool tilec::isMultipleOf(Value value, int64_t divisor) {
  return getTrailingZeros(value, 0) >= llvm::Log2_64(uint64_t(divisor));
}
