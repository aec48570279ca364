//===- EmitExpression.cpp - Tiles computed in registers -----------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"
#include "tilec/Conversion/VectorMath.h"
#include "tilec/Support/RuntimeMessages.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace tilec;
using namespace tilec::lowering;
using namespace tilec::tile;

/// Ops in one deferred expression; beyond, it goes through memory.
static constexpr unsigned kMaxExpression = 32;

//===----------------------------------------------------------------------===//
// Where a value lives
//===----------------------------------------------------------------------===//

/// Values so cheap that every user computes its own.
static bool isFree(Operation *op) {
  while (auto source = dyn_cast<SetValidShapeOp>(op))
    if (!(op = source.getSource().getDefiningOp()))
      return false;
  return isa<FullOp, ArangeOp>(op);
}

/// Whether `user` evaluates `value` once for each cell, at the same place.
static bool evaluatesOnce(Operation *user, Value value) {
  if (isa<SetValidShapeOp, RelaxValidOp, AssembleOp, ReduceOp, FillPadOp,
          ConcatOp>(user))
    return true;
  if (auto insert = dyn_cast<InsertOp>(user))
    return insert.getSource() == value;
  if (user->hasTrait<OpTrait::IsTerminator>())
    return true;
  auto result = user->getNumResults() == 1
                    ? dyn_cast<TileType>(user->getResult(0).getType())
                    : TileType();
  return isa<ElementwiseOp>(user) && result &&
         result.getShape() == cast<TileType>(value.getType()).getShape();
}

bool Emitter::isDeferrable(Operation *op) {
  if (isFree(op))
    return true;
  Value result = op->getResult(0);
  if (!result.hasOneUse() || state(result).size > kMaxExpression)
    return false;
  Operation *user = *result.user_begin();
  return user->getBlock() == op->getBlock() && evaluatesOnce(user, result);
}

bool Emitter::mayReuse(Value value) {
  const TileState &it = state(value);
  return it.memory && it.owned && value.hasOneUse() && isLocal(value) &&
         (*value.user_begin())->getBlock() == block;
}

Memory Emitter::materialize(Value tile) {
  TileState &it = state(tile);
  if (it.memory)
    return *it.memory;
  if (isLocal(tile)) {
    copyOut(tile);
    return *state(tile).memory;
  }
  // A copy made inside of a region is not there for the code after it.
  Memory buffer = allocate(it.type);
  evaluateInto(tile, buffer);
  return buffer;
}

void Emitter::evaluateInto(Value tile, const Memory &memory) {
  TileState it = state(tile);
  if (it.memory) {
    if (it.memory->ptr != memory.ptr)
      copyCells(*it.memory, memory, it.type, it.valid);
    return;
  }
  std::optional<LinesAhead> ahead = takeAnnounced(it.type, it.valid);
  forEachCell(it.type, it.valid, [&](ArrayRef<Value> at, int64_t width) {
    if (ahead && width == kLanes)
      emitAhead(*ahead, at);
    storeMemory(memory, it.type.getElementType(), at, load(tile, at, width));
  });
}

//===----------------------------------------------------------------------===//
// Valid regions
//===----------------------------------------------------------------------===//

SmallVector<Value, 4> Emitter::resultValid(Operation *op) {
  auto type = cast<TileType>(op->getResult(0).getType());
  SmallVector<Value, 4> valid;
  for (int64_t d = 0; d < type.getRank(); ++d) {
    int64_t size = type.getShape()[d];
    Value extent = index(size);
    for (Value operand : op->getOperands()) {
      auto tile = dyn_cast<TileType>(operand.getType());
      if (!tile)
        continue;
      Value available = state(operand).valid[d];
      // One stretched cell: valid everywhere, or nowhere.
      if (tile.getShape()[d] != size)
        available = mulIndex(available, index(size));
      extent = minIndex(extent, available);
    }
    valid.push_back(extent);
  }
  if (auto set = dyn_cast<SetValidShapeOp>(op))
    for (auto [d, asked] : llvm::enumerate(set.getValid()))
      valid[d] =
          minIndex(valid[d], clampIndex(scalar(asked), type.getShape()[d]));
  return valid;
}

LogicalResult Emitter::emitElementwise(Operation *op) {
  Value result = op->getResult(0);
  auto type = cast<TileType>(result.getType());
  TileState value{type, resultValid(op), {}, op, 1, false};
  if (isa<UnaryElementwiseOp, BinaryElementwiseOp>(op))
    countCells(type.getElementType(), value.valid);
  // Another valid region of the same cells shares their memory.
  if (isa<SetValidShapeOp, RelaxValidOp>(op)) {
    const TileState &source = state(op->getOperand(0));
    value.memory = source.memory;
    value.owned = mayReuse(op->getOperand(0));
    if (value.memory)
      value.deferred = nullptr;
  }
  if (auto binaryOp = dyn_cast<BinaryElementwiseOp>(op)) {
    BinaryKind kind = binaryOp.getBinaryKind();
    if (!isa<FloatType>(type.getElementType()) &&
        (kind == BinaryKind::Div || kind == BinaryKind::Rem)) {
      define(result, std::move(value));
      return emitIntegerDivision(binaryOp);
    }
  }
  for (Value operand : op->getOperands())
    if (isa<TileType>(operand.getType()))
      value.size += state(operand).size;
  define(result, std::move(value));
  if (state(result).deferred && !isDeferrable(op))
    materialize(result);
  return success();
}

LogicalResult Emitter::emitIntegerDivision(BinaryElementwiseOp op) {
  Value result = op->getResult(0);
  TileState it = state(result);
  Type element = it.type.getElementType();
  Memory buffer = allocate(it.type);
  // Whether a valid cell of the divisor was 0 is kept in memory: the loops
  // around it are not of one shape.
  Value flag = allocateBytes(1);
  Value zero8 = b.create<arith::ConstantOp>(loc, b.getI8IntegerAttr(0));
  b.create<LLVM::StoreOp>(loc, zero8, flag);
  forEachCell(it.type, it.valid, [&](ArrayRef<Value> at, int64_t width) {
    Value x = operandAs(op->getOperand(0), it.type, element, at, width);
    Value y = operandAs(op->getOperand(1), it.type, element, at, width);
    Value zero = intConstantLike(y, 0);
    Value isZero =
        b.create<arith::CmpIOp>(loc, arith::CmpIPredicate::eq, y, zero);
    Value any =
        b.create<vector::ReductionOp>(loc, vector::CombiningKind::OR, isZero);
    Value seen = loadScalar(flag, b.getI8Type(), 0);
    Value now = b.create<arith::ExtUIOp>(loc, b.getI8Type(), any);
    b.create<LLVM::StoreOp>(loc, b.create<arith::OrIOp>(loc, seen, now), flag);
    Value safe =
        b.create<arith::SelectOp>(loc, isZero, intConstantLike(y, 1), y);
    storeMemory(buffer, element, at,
                binary(op.getBinaryKind(), x, safe, element));
  });
  Value seen = loadScalar(flag, b.getI8Type(), 0);
  emitAssert(
      b.create<arith::CmpIOp>(loc, arith::CmpIPredicate::eq, seen, zero8),
      messages::cellDivByZero, {});
  TileState &done = state(result);
  done.memory = buffer;
  done.deferred = nullptr;
  done.owned = true;
  return success();
}

//===----------------------------------------------------------------------===//
// Registers
//===----------------------------------------------------------------------===//

Value Emitter::load(Value tile, ArrayRef<Value> at, int64_t width) {
  const TileState &it = state(tile);
  if (it.memory)
    return loadMemory(*it.memory, it.type, at, width);
  return evaluate(it.deferred, at, width);
}

Value Emitter::loadOperand(Value operand, TileType result, ArrayRef<Value> at,
                           int64_t width) {
  auto tile = dyn_cast<TileType>(operand.getType());
  if (!tile)
    return splat(toCell(scalar(operand), operand.getType()), width);
  SmallVector<Value, 4> place(at);
  for (int64_t d = 0; d < tile.getRank(); ++d)
    if (tile.getShape()[d] != result.getShape()[d])
      place[d] = index(0);
  bool stretched = tile.getShape().back() != result.getShape().back();
  Value value = load(operand, place, stretched ? 1 : width);
  return stretched && width != 1 ? splat(scalarOf(value), width) : value;
}

Value Emitter::loadMemory(const Memory &memory, TileType type,
                          ArrayRef<Value> at, int64_t width) {
  Type element = type.getElementType();
  Value bits = b.create<LLVM::LoadOp>(
      loc, VectorType::get(width, storageType(element)),
      address(memory, element, at), getElementBytes(element));
  return fromStorage(bits, element);
}

void Emitter::storeMemory(const Memory &memory, Type element,
                          ArrayRef<Value> at, Value value) {
  b.create<LLVM::StoreOp>(loc, toStorage(value, element),
                          address(memory, element, at),
                          getElementBytes(element));
}

/// start + (j, j+1, ...) for the cells from column j on.
static Value countFrom(OpBuilder &b, Location loc, Value column,
                       int64_t width) {
  auto type = VectorType::get(width, b.getI64Type());
  auto steps = llvm::to_vector(llvm::seq<int64_t>(0, width));
  Value lanes = b.create<arith::ConstantOp>(
      loc, DenseElementsAttr::get(type, ArrayRef<int64_t>(steps)));
  Value base = b.create<arith::IndexCastOp>(loc, b.getI64Type(), column);
  return b.create<arith::AddIOp>(
      loc, b.create<vector::BroadcastOp>(loc, type, base), lanes);
}

Value Emitter::evaluate(Operation *op, ArrayRef<Value> at, int64_t width) {
  auto type = cast<TileType>(op->getResult(0).getType());
  Type element = type.getElementType();
  auto operand = [&](Value value) {
    return loadOperand(value, type, at, width);
  };
  return TypeSwitch<Operation *, Value>(op)
      .Case([&](UnaryElementwiseOp op) {
        return roundTo(
            unary(op.getUnaryKind(), operand(op->getOperand(0)), element),
            element);
      })
      .Case([&](BinaryElementwiseOp op) {
        // Scalars have the type of the cells they meet, as vectors of it.
        Value x = operandAs(op->getOperand(0), type, element, at, width);
        Value y = operandAs(op->getOperand(1), type, element, at, width);
        return roundTo(binary(op.getBinaryKind(), x, y, element), element);
      })
      .Case([&](CmpOp op) {
        Type compared = element;
        for (Value side : {op.getLhs(), op.getRhs()})
          if (auto tile = dyn_cast<TileType>(side.getType()))
            compared = tile.getElementType();
        return compare(
            op.getMode(), operandAs(op.getLhs(), type, compared, at, width),
            operandAs(op.getRhs(), type, compared, at, width), compared);
      })
      .Case([&](SelOp op) -> Value {
        return b.create<arith::SelectOp>(
            loc, operand(op.getMask()),
            operandAs(op.getLhs(), type, element, at, width),
            operandAs(op.getRhs(), type, element, at, width));
      })
      .Case([&](CastOp op) {
        return castValue(operand(op.getOperand()),
                         op.getOperand().getType().getElementType(), element,
                         op.getMode());
      })
      .Case([&](ExpandOp op) { return operand(op.getSource()); })
      .Case<SetValidShapeOp, RelaxValidOp>(
          [&](auto op) { return load(op.getSource(), at, width); })
      .Case([&](FullOp op) {
        return splat(toCell(scalar(op.getValue()), element), width);
      })
      .Case([&](ArangeOp op) -> Value {
        Value steps = countFrom(b, loc, at.back(), width);
        Value start = splat(toCell(scalar(op.getStart()), element), width);
        Type i64 = b.getI64Type();
        Value count = castValue(steps, i64, element, RoundMode::Rint);
        return roundTo(binary(BinaryKind::Add, start, count, element), element);
      });
}

Value Emitter::operandAs(Value operand, TileType result, Type element,
                         ArrayRef<Value> at, int64_t width) {
  if (isa<TileType>(operand.getType()))
    return loadOperand(operand, result, at, width);
  return splat(toCell(scalar(operand), element), width);
}
