//===- EmitLoops.cpp - Loops over cells, and small arithmetic -----------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"
#include "mlir/IR/Matchers.h"

using namespace tilec;
using namespace tilec::lowering;
using namespace tilec::tile;

static std::optional<int64_t> constantOf(Value value) {
  APInt constant;
  if (matchPattern(value, m_ConstantInt(&constant)))
    return constant.getSExtValue();
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

SmallVector<Value> Emitter::forLoopCarrying(
    Value lower, Value upper, int64_t step, ValueRange init,
    function_ref<SmallVector<Value>(Value, ValueRange)> body) {
  auto low = constantOf(lower), high = constantOf(upper);
  if (low && high && *low >= *high)
    return SmallVector<Value>(init);
  if (low && high && *high - *low <= step)
    return body(lower, init);
  auto loop = b.create<scf::ForOp>(loc, lower, upper, index(step), init);
  OpBuilder::InsertionGuard guard(b);
  if (!init.empty() || loop.getBody()->empty()) {
    b.setInsertionPointToEnd(loop.getBody());
    b.create<scf::YieldOp>(
        loc, body(loop.getInductionVar(), loop.getRegionIterArgs()));
  } else {
    b.setInsertionPoint(loop.getBody()->getTerminator());
    body(loop.getInductionVar(), {});
  }
  return SmallVector<Value>(loop.getResults());
}

void Emitter::forLoop(Value lower, Value upper, int64_t step,
                      function_ref<void(Value)> body) {
  forLoopCarrying(lower, upper, step, {}, [&](Value i, ValueRange) {
    body(i);
    return SmallVector<Value>();
  });
}

void Emitter::forEachColumn(Value lower, Value upper,
                            function_ref<void(Value, int64_t)> body) {
  auto low = constantOf(lower), high = constantOf(upper);
  if (low && high && *high - *low < kLanes) {
    forLoop(lower, upper, 1, [&](Value j) { body(j, 1); });
    return;
  }
  // Whole vectors from `lower` on, and the rest one by one: no lane ever
  // touches a cell past the end.
  Value length = subIndex(upper, lower);
  length = b.createOrFold<arith::MaxSIOp>(loc, length, index(0));
  Value whole = subIndex(
      length, b.createOrFold<arith::AndIOp>(loc, length, index(kLanes - 1)));
  Value split = addIndex(lower, whole);
  forLoop(lower, split, kLanes, [&](Value j) { body(j, kLanes); });
  forLoop(split, upper, 1, [&](Value j) { body(j, 1); });
}

void Emitter::forEachRow(TileType type, ArrayRef<Value> valid,
                         function_ref<void(SmallVector<Value, 4> &)> body) {
  SmallVector<Value, 4> at;
  std::function<void(int64_t)> nest = [&](int64_t d) {
    if (d == type.getRank() - 1) {
      SmallVector<Value, 4> row(at);
      body(row);
      return;
    }
    forLoop(index(0), valid[d], 1, [&](Value i) {
      at.push_back(i);
      nest(d + 1);
      at.pop_back();
    });
  };
  nest(0);
}

void Emitter::forEachCell(TileType type, ArrayRef<Value> valid,
                          function_ref<void(ArrayRef<Value>, int64_t)> body) {
  forEachRow(type, valid, [&](SmallVector<Value, 4> &row) {
    // A tile of a single column: its rows are the vectors' place in vain, as
    // each row is one cell; the loop over rows handles them.
    int64_t size = type.getShape().back();
    Value upper = valid.back();
    auto visit = [&](Value j, int64_t width) {
      row.push_back(j);
      body(row, width);
      row.pop_back();
    };
    if (size < kLanes)
      forLoop(index(0), upper, 1, [&](Value j) { visit(j, 1); });
    else
      forEachColumn(index(0), upper, visit);
  });
}

//===----------------------------------------------------------------------===//
// Small things
//===----------------------------------------------------------------------===//

Value Emitter::index(int64_t value) {
  // One constant a function and value, at its top: loops of small bodies would
  // else be mostly constants.
  Value &constant = constants[{function.func, value}];
  if (!constant) {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(&function.func.getBody().front());
    constant = b.create<arith::ConstantIndexOp>(function.func.getLoc(), value);
  }
  return constant;
}
Value Emitter::addIndex(Value x, Value y) {
  return b.createOrFold<arith::AddIOp>(loc, x, y);
}
Value Emitter::subIndex(Value x, Value y) {
  return b.createOrFold<arith::SubIOp>(loc, x, y);
}
Value Emitter::mulIndex(Value x, Value y) {
  return b.createOrFold<arith::MulIOp>(loc, x, y);
}
Value Emitter::minIndex(Value x, Value y) {
  return b.createOrFold<arith::MinSIOp>(loc, x, y);
}
Value Emitter::clampIndex(Value x, int64_t upper) {
  Value low = b.createOrFold<arith::MaxSIOp>(loc, x, index(0));
  return minIndex(low, index(upper));
}
Value Emitter::isLess(Value x, Value y) {
  return b.createOrFold<arith::CmpIOp>(loc, arith::CmpIPredicate::slt, x, y);
}
Value Emitter::isAtMost(Value x, Value y) {
  return b.createOrFold<arith::CmpIOp>(loc, arith::CmpIPredicate::sle, x, y);
}

Value Emitter::toI64(Value value) {
  if (!value.getType().isIndex())
    return value;
  return b.createOrFold<arith::IndexCastOp>(loc, b.getI64Type(), value);
}

Value Emitter::loadScalar(Value ptr, Type type, int64_t byteOffset) {
  if (byteOffset != 0)
    ptr = b.create<LLVM::GEPOp>(loc, ptrType, b.getI8Type(), ptr,
                                ArrayRef<LLVM::GEPArg>{int32_t(byteOffset)});
  if (!type.isIndex())
    return b.create<LLVM::LoadOp>(loc, type, ptr);
  Value bits = b.create<LLVM::LoadOp>(loc, b.getI64Type(), ptr);
  return b.create<arith::IndexCastOp>(loc, type, bits);
}

Type Emitter::scalarType(Type type) {
  return isa<BFloat16Type, Float16Type>(type) ? b.getF32Type() : type;
}

Type Emitter::computeType(Type element) {
  if (isa<FloatType>(element))
    return b.getF32Type();
  return b.getIntegerType(getElementBits(element));
}

Type Emitter::storageType(Type element) {
  if (element.isF32())
    return element;
  return b.getIntegerType(8 * getElementBytes(element));
}

Value Emitter::splat(Value scalar, int64_t width) {
  return b.createOrFold<vector::BroadcastOp>(
      loc, VectorType::get(width, scalar.getType()), scalar);
}

Value Emitter::scalarOf(Value vector) {
  return b.createOrFold<vector::ExtractOp>(loc, vector, ArrayRef<int64_t>{0});
}

Value Emitter::toCell(Value scalar, Type element) {
  if (!scalar.getType().isIndex())
    return scalar;
  Value bits = toI64(scalar);
  Type type = computeType(element);
  return type.isInteger(64) ? bits
                            : b.createOrFold<arith::TruncIOp>(loc, type, bits);
}

Value Emitter::fromCell(Value cell, Type element) {
  if (!isIntegerElement(element))
    return cell;
  Type i64 = b.getI64Type();
  if (!cell.getType().isInteger(64))
    cell = isUnsignedElement(element)
               ? Value(b.create<arith::ExtUIOp>(loc, i64, cell))
               : Value(b.create<arith::ExtSIOp>(loc, i64, cell));
  return b.createOrFold<arith::IndexCastOp>(loc, indexType, cell);
}
