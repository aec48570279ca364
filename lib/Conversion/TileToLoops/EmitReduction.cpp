//===- EmitReduction.cpp - Reductions -----------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include <limits>

using namespace tilec;
using namespace tilec::lowering;
using namespace tilec::tile;

static BinaryKind getCombiner(ReduceKind kind) {
  switch (kind) {
  case ReduceKind::Sum:
    return BinaryKind::Add;
  case ReduceKind::Prod:
    return BinaryKind::Mul;
  case ReduceKind::Max:
    return BinaryKind::Maximum;
  case ReduceKind::Min:
    return BinaryKind::Minimum;
  case ReduceKind::ArgMax:
  case ReduceKind::ArgMin:
    break;
  }
  llvm_unreachable("no combiner of two cells");
}

Value Emitter::combine(ReduceKind kind, Value x, Value y, Type element) {
  return binary(getCombiner(kind), x, y, element);
}

/// What leaves any cell as it is.
Value Emitter::identity(ReduceKind kind, Type element, int64_t width) {
  Type type = computeType(element);
  TypedAttr value;
  if (isa<FloatType>(element)) {
    float infinity = std::numeric_limits<float>::infinity();
    float start = kind == ReduceKind::Sum    ? 0.0f
                  : kind == ReduceKind::Prod ? 1.0f
                  : kind == ReduceKind::Max  ? -infinity
                                             : infinity;
    value = b.getF32FloatAttr(start);
  } else if (kind == ReduceKind::Max || kind == ReduceKind::Min) {
    return splat(overNothing(kind, element), width);
  } else {
    value = b.getIntegerAttr(type, kind == ReduceKind::Prod);
  }
  return splat(b.create<arith::ConstantOp>(loc, value), width);
}

/// What a reduction over no cell gives.
Value Emitter::overNothing(ReduceKind kind, Type element) {
  if (kind == ReduceKind::Max)
    return padScalar(PadValue::Min, element);
  if (kind == ReduceKind::Min)
    return padScalar(PadValue::Max, element);
  return scalarOf(identity(kind, element, 1));
}

Value Emitter::finishReduction(ReduceOp op, Value value, Value count) {
  Type element = op.getSource().getType().getElementType();
  ReduceKind kind = op.getKind();
  if (kind == ReduceKind::Max || kind == ReduceKind::Min) {
    int64_t width = cast<VectorType>(value.getType()).getDimSize(0);
    value = b.create<arith::SelectOp>(loc, isLess(index(0), count), value,
                                      splat(overNothing(kind, element), width));
  }
  return roundTo(value, element);
}

/// Vectors of a row that are combined independently of each other: the extreme
/// of values does not depend on their order, and by a single chain each step
/// would wait for the one before.
static int64_t getChains(ReduceKind kind) {
  return kind == ReduceKind::Max || kind == ReduceKind::Min ? 4 : 1;
}

Value Emitter::reduceVectors(ReduceOp op, Value row, Value whole) {
  Type element = op.getSource().getType().getElementType();
  ReduceKind kind = op.getKind();
  int64_t chains = getChains(kind);
  auto next = [&](Value acc, Value column) {
    Value cells = load(op.getSource(), {row, column}, kLanes);
    return combine(kind, acc, cells, element);
  };
  SmallVector<Value> lanes(chains, identity(kind, element, kLanes));
  Value rounds = index(0);
  if (chains > 1) {
    Value remainder =
        b.createOrFold<arith::AndIOp>(loc, whole, index(chains * kLanes - 1));
    rounds = subIndex(whole, remainder);
    lanes = forLoopCarrying(
        index(0), rounds, chains * kLanes, lanes, [&](Value j, ValueRange acc) {
          SmallVector<Value> results;
          for (auto [i, chain] : llvm::enumerate(acc))
            results.push_back(next(chain, addIndex(j, index(i * kLanes))));
          return results;
        });
    while (lanes.size() > 1) {
      Value last = lanes.pop_back_val();
      lanes.back() = combine(kind, lanes.back(), last, element);
    }
  }
  return forLoopCarrying(rounds, whole, kLanes, lanes,
                         [&](Value j, ValueRange acc) {
                           return SmallVector<Value>{next(acc[0], j)};
                         })[0];
}

void Emitter::reduceRows(ReduceOp op, const Memory &into) {
  const TileState it = state(op.getSource());
  Type element = it.type.getElementType();
  Value columns = it.valid[1];
  Value whole = subIndex(
      columns, b.createOrFold<arith::AndIOp>(loc, columns, index(kLanes - 1)));
  forLoop(index(0), it.valid[0], 1, [&](Value i) {
    // Lane l takes columns l, l+16, ...; the tail goes to the first lanes.
    Value lanes = reduceVectors(op, i, whole);
    lanes =
        forLoopCarrying(whole, columns, 1, lanes, [&](Value j, ValueRange acc) {
          Value cell = load(op.getSource(), {i, j}, 1);
          Value lane = subIndex(j, whole);
          Value old =
              splat(b.create<vector::ExtractElementOp>(loc, acc[0], lane), 1);
          Value next = combine(op.getKind(), old, cell, element);
          return SmallVector<Value>{b.create<vector::InsertElementOp>(
              loc, scalarOf(next), acc[0], lane)};
        })[0];
    for (int64_t half = kLanes / 2; half >= 1; half /= 2) {
      auto low = llvm::to_vector(llvm::seq<int64_t>(0, half));
      auto high = llvm::to_vector(llvm::seq<int64_t>(half, 2 * half));
      Value l = b.create<vector::ShuffleOp>(loc, lanes, lanes, low);
      Value h = b.create<vector::ShuffleOp>(loc, lanes, lanes, high);
      lanes = combine(op.getKind(), l, h, element);
    }
    storeMemory(into, element, {i, index(0)},
                finishReduction(op, lanes, columns));
  });
}

void Emitter::reduceColumns(ReduceOp op, const Memory &into) {
  const TileState it = state(op.getSource());
  Type element = it.type.getElementType();
  auto column = [&](Value j, int64_t width) {
    Value start = identity(op.getKind(), element, width);
    Value result = forLoopCarrying(
        index(0), it.valid[0], 1, start, [&](Value i, ValueRange acc) {
          Value cells = load(op.getSource(), {i, j}, width);
          return SmallVector<Value>{
              combine(op.getKind(), acc[0], cells, element)};
        })[0];
    storeMemory(into, element, {index(0), j},
                finishReduction(op, result, it.valid[0]));
  };
  forEachColumn(index(0), it.valid[1], column);
}

/// The first cell that is beyond all before it; the first NaN beyond all.
void Emitter::reduceArg(ReduceOp op, const Memory &into) {
  const TileState it = state(op.getSource());
  Type element = it.type.getElementType();
  Type i32 = b.getI32Type();
  auto kind = op.getKind() == ReduceKind::ArgMax ? CmpMode::Gt : CmpMode::Lt;
  Value zero = b.create<arith::ConstantOp>(loc, b.getI32IntegerAttr(0));
  auto isNaN = [&](Value x) -> Value {
    return b.create<arith::CmpFOp>(loc, arith::CmpFPredicate::UNO, x, x);
  };
  forLoop(index(0), it.valid[0], 1, [&](Value i) {
    Value none = identity(op.getKind() == ReduceKind::ArgMax ? ReduceKind::Max
                                                             : ReduceKind::Min,
                          element, 1);
    SmallVector<Value> best = forLoopCarrying(
        index(0), it.valid[1], 1, {none, splat(zero, 1)},
        [&](Value j, ValueRange acc) {
          Value cell = load(op.getSource(), {i, j}, 1);
          Value better = compare(kind, cell, acc[0], element);
          Value first = splat(b.createOrFold<arith::CmpIOp>(
                                  loc, arith::CmpIPredicate::eq, j, index(0)),
                              1);
          better = b.create<arith::OrIOp>(loc, better, first);
          if (isa<FloatType>(element)) {
            // A NaN wins once; then nothing does.
            Value notYet = b.create<arith::XOrIOp>(loc, isNaN(acc[0]),
                                                   intConstantLike(better, 1));
            Value wins = b.create<arith::OrIOp>(loc, better, isNaN(cell));
            better = b.create<arith::OrIOp>(
                loc, first, b.create<arith::AndIOp>(loc, wins, notYet));
          }
          Value number =
              splat(b.create<arith::TruncIOp>(loc, i32, toI64(j)), 1);
          return SmallVector<Value>{
              b.create<arith::SelectOp>(loc, better, cell, acc[0]),
              b.create<arith::SelectOp>(loc, better, number, acc[1])};
        });
    storeMemory(into, i32, {i, index(0)}, best[1]);
  });
}

LogicalResult Emitter::emitReduce(ReduceOp op) {
  auto type = op.getResult().getType();
  int64_t axis = op.getAxis();
  bool isArg =
      op.getKind() == ReduceKind::ArgMax || op.getKind() == ReduceKind::ArgMin;
  SmallVector<Value, 4> valid(state(op.getSource()).valid);
  countCells(op.getSource().getType().getElementType(), valid);
  valid[axis] = index(1);
  Memory result = allocate(type);
  if (isArg)
    reduceArg(op, result);
  else if (axis == 1)
    reduceRows(op, result);
  else
    reduceColumns(op, result);
  define(op.getResult(), {type, valid, result, nullptr, 0, true});
  return success();
}
