//===- Failures.cpp - What may end a call with an error -----------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Analysis/Failures.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Matchers.h"
#include "tilec/Dialect/Tile/Tile.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tilec;
using namespace tilec::tile;

static std::optional<APInt> getConstant(Value value) {
  APInt constant;
  if (matchPattern(value, m_ConstantInt(&constant)))
    return constant;
  return std::nullopt;
}

static bool mayBeZero(Value value) {
  std::optional<APInt> constant = getConstant(value);
  return !constant || constant->isZero();
}

static bool mayNotBePositive(Value value) {
  std::optional<APInt> constant = getConstant(value);
  return !constant || !constant->isStrictlyPositive();
}

/// Integers only; the divisor may be a tile or one scalar.
static bool dividesByZero(Operation *op) {
  Type type = op->getResult(0).getType();
  if (auto tile = dyn_cast<TileType>(type))
    type = tile.getElementType();
  if (!isa<IntegerType, IndexType>(type))
    return false;
  return isa<TileType>(op->getOperand(1).getType()) ||
         mayBeZero(op->getOperand(1));
}

/// Whether the nominal shape may leave the destination.
static bool mayLeave(InsertOp op) {
  ArrayRef<int64_t> from = op.getSource().getType().getShape();
  ArrayRef<int64_t> to = op.getDest().getType().getShape();
  for (auto [d, offset] : llvm::enumerate(op.getOffsets())) {
    std::optional<APInt> at = getConstant(offset);
    if (!at || at->isNegative() || at->ugt(to[d] - std::min(from[d], to[d])))
      return true;
  }
  return false;
}

static bool mayChangeSize(ReshapeOp op) {
  auto isDynamic = [](Value value) {
    if (auto tensor = dyn_cast<TensorRefType>(value.getType()))
      return llvm::any_of(tensor.getShape(), ShapedType::isDynamic);
    auto tile = cast<TileType>(value.getType());
    for (int64_t d = 0; d < tile.getRank(); ++d)
      if (tile.isDynamicValid(d))
        return true;
    return false;
  };
  return isDynamic(op.getSource()) || isDynamic(op.getResult());
}

bool tilec::hasBoundsCheck(Operation *op) {
  return TypeSwitch<Operation *, bool>(op)
      .Case<SliceOp, AssembleOp, ReadOp, WriteOp, ContractOp>(
          [](auto access) { return !access.getInbounds(); })
      .Default(false);
}

void tilec::setInbounds(Operation *op) {
  TypeSwitch<Operation *>(op)
      .Case<SliceOp, AssembleOp, ReadOp, WriteOp, ContractOp>(
          [](auto access) { access.setInbounds(true); });
}

bool tilec::mayFailItself(Operation *op) {
  return TypeSwitch<Operation *, bool>(op)
      .Case([](AssertOp check) {
        std::optional<APInt> condition = getConstant(check.getCondition());
        return !condition || condition->isZero();
      })
      .Case<FloorDivOp, ModOp>(
          [](auto division) { return mayBeZero(division->getOperand(1)); })
      .Case<DivOp, RemOp>([](auto op) { return dividesByZero(op); })
      .Case([](InsertOp insert) { return mayLeave(insert); })
      .Case([](ReshapeOp reshape) { return mayChangeSize(reshape); })
      .Case([](CreateOp create) { return !create.getSizes().empty(); })
      .Case([](scf::ForOp loop) { return mayNotBePositive(loop.getStep()); })
      .Case([](ParallelOp loop) { return mayNotBePositive(loop.getStep()); })
      .Default([](Operation *other) { return hasBoundsCheck(other); });
}

Operation *tilec::findFailure(Operation *op) {
  Operation *found = nullptr;
  op->walk<WalkOrder::PreOrder>([&](Operation *inner) {
    if (!mayFailItself(inner))
      return WalkResult::advance();
    found = inner;
    return WalkResult::interrupt();
  });
  return found;
}
