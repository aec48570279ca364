//===- EmitScalars.cpp - Scalars, checks and measurements ---------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"
#include "mlir/IR/Matchers.h"
#include "tilec/Support/RuntimeMessages.h"

using namespace tilec;
using namespace tilec::lowering;
using namespace tilec::tile;

/// Floats that registers hold as f32.
static bool isNarrow(Type type) { return isa<BFloat16Type, Float16Type>(type); }

/// The same op on the lowered operands.
LogicalResult Emitter::emitArith(Operation *op) {
  if (op->getNumRegions() != 0 || op->getNumSuccessors() != 0)
    return op->emitError("cannot be lowered");
  Operation *clone = b.clone(*op, scalars);
  for (auto [from, to] :
       llvm::zip_equal(op->getResults(), clone->getResults())) {
    to.setType(scalarType(from.getType()));
    Value value = to;
    if (isNarrow(from.getType()))
      value = scalarOf(roundTo(splat(value, 1), from.getType()));
    scalars.map(from, value);
  }
  return success();
}

LogicalResult Emitter::emitScalar(Operation *op) {
  if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
    TypedAttr value = constant.getValue();
    if (isNarrow(constant.getType()))
      value = b.getF32FloatAttr(
          cast<FloatAttr>(constant.getValue()).getValueAsDouble());
    Value lowered = b.create<arith::ConstantOp>(loc, value);
    scalars.map(constant.getResult(), lowered);
    return success();
  }
  auto vectorOf = [&](Value value) {
    return splat(toCell(scalar(value), value.getType()), 1);
  };
  auto define = [&](Value result, Value vector) {
    scalars.map(result, fromCell(scalarOf(vector), result.getType()));
    return success();
  };
  if (auto unaryOp = dyn_cast<UnaryElementwiseOp>(op)) {
    Type type = op->getResult(0).getType();
    Value x = unary(unaryOp.getUnaryKind(), vectorOf(op->getOperand(0)), type);
    return define(op->getResult(0), roundTo(x, type));
  }
  if (auto binaryOp = dyn_cast<BinaryElementwiseOp>(op)) {
    Type type = op->getResult(0).getType();
    BinaryKind kind = binaryOp.getBinaryKind();
    if (type.isIndex() && (kind == BinaryKind::Div || kind == BinaryKind::Rem))
      return emitScalarDivision(op, kind == BinaryKind::Div);
    Value x = binary(kind, vectorOf(op->getOperand(0)),
                     vectorOf(op->getOperand(1)), type);
    return define(op->getResult(0), roundTo(x, type));
  }
  if (auto cmp = dyn_cast<CmpOp>(op))
    return define(cmp.getResult(),
                  compare(cmp.getMode(), vectorOf(cmp.getLhs()),
                          vectorOf(cmp.getRhs()), cmp.getLhs().getType()));
  if (auto sel = dyn_cast<SelOp>(op)) {
    Value chosen = b.create<arith::SelectOp>(
        loc, scalar(sel.getMask()), scalar(sel.getLhs()), scalar(sel.getRhs()));
    scalars.map(sel.getResult(), chosen);
    return success();
  }
  if (auto cast = dyn_cast<ScalarCastOp>(op)) {
    Value x =
        castValue(vectorOf(cast.getOperand()), cast.getOperand().getType(),
                  cast.getTo(), cast.getMode());
    scalars.map(cast.getResult(), fromCell(scalarOf(x), cast.getTo()));
    return success();
  }
  return emitArith(op);
}

LogicalResult Emitter::emitScalarDivision(Operation *op, bool quotient) {
  Value lhs = scalar(op->getOperand(0)), rhs = scalar(op->getOperand(1));
  Value zero = index(0);
  Value isZero =
      b.createOrFold<arith::CmpIOp>(loc, arith::CmpIPredicate::eq, rhs, zero);
  Value isNonzero =
      b.createOrFold<arith::CmpIOp>(loc, arith::CmpIPredicate::ne, rhs, zero);
  emitAssert(isNonzero,
             quotient ? messages::floorDivByZero : messages::modByZero, lhs);
  // -2^63 by -1 traps: dividing by 1 and negating wraps instead.
  Value isMinusOne = b.createOrFold<arith::CmpIOp>(
      loc, arith::CmpIPredicate::eq, rhs, index(-1));
  Value unsafe = b.createOrFold<arith::OrIOp>(loc, isZero, isMinusOne);
  Value divisor = b.createOrFold<arith::SelectOp>(loc, unsafe, index(1), rhs);
  Value truncated = b.createOrFold<arith::DivSIOp>(loc, lhs, divisor);
  Value rest = subIndex(lhs, mulIndex(truncated, divisor));
  Value inexact =
      b.createOrFold<arith::CmpIOp>(loc, arith::CmpIPredicate::ne, rest, zero);
  Value differ = b.createOrFold<arith::XOrIOp>(loc, isLess(rest, zero),
                                               isLess(divisor, zero));
  Value adjust = b.createOrFold<arith::AndIOp>(loc, inexact, differ);
  Value result;
  if (quotient) {
    Value floored = b.createOrFold<arith::SelectOp>(
        loc, adjust, subIndex(truncated, index(1)), truncated);
    result = b.createOrFold<arith::SelectOp>(loc, isMinusOne,
                                             subIndex(zero, lhs), floored);
  } else {
    Value floored = b.createOrFold<arith::SelectOp>(
        loc, adjust, addIndex(rest, divisor), rest);
    result = b.createOrFold<arith::SelectOp>(loc, isMinusOne, zero, floored);
  }
  scalars.map(op->getResult(0), result);
  return success();
}

void Emitter::emitAssert(Value condition, StringRef message,
                         ValueRange values) {
  APInt known;
  if (matchPattern(condition, m_ConstantInt(&known)) && known.isOne())
    return;
  b.create<AssertOp>(loc, condition, message, values);
}

void Emitter::returnIfFailed() {
  // Atomic, since another thread sets the word of a call that it cancels: an
  // ordinary load could move out of a loop of scopes that cannot fail.
  Value word = b.create<LLVM::GEPOp>(
      loc, ptrType, b.getI8Type(), function.worker, ArrayRef<LLVM::GEPArg>{8});
  Value failed = b.create<LLVM::LoadOp>(
      loc, b.getI32Type(), word, /*alignment=*/4, /*isVolatile=*/false,
      /*isNonTemporal=*/false, /*isInvariant=*/false,
      LLVM::AtomicOrdering::monotonic);
  Value zero = b.create<arith::ConstantOp>(loc, b.getI32IntegerAttr(0));
  b.create<ReturnIfOp>(loc, b.create<arith::CmpIOp>(
                                loc, arith::CmpIPredicate::ne, failed, zero));
}

void Emitter::emitProfileHook(StringRef hook, int64_t scope) {
  if (!options.instrument)
    return;
  Value number = b.create<arith::ConstantOp>(loc, b.getI32IntegerAttr(scope));
  b.create<func::CallOp>(loc,
                         getRuntimeFunction(hook, {ptrType, b.getI32Type()}),
                         ValueRange{function.worker, number});
}

void Emitter::countWork(Value bytes, Value flop) {
  if (!options.instrument)
    return;
  Type i64 = b.getI64Type();
  b.create<func::CallOp>(
      loc, getRuntimeFunction(kCount, {ptrType, i64, i64}),
      ValueRange{function.worker, toI64(bytes), toI64(flop)});
}

void Emitter::countCells(Type element, ArrayRef<Value> valid) {
  if (!options.instrument || !isa<FloatType>(element))
    return;
  Value cells = index(1);
  for (Value extent : valid)
    cells = mulIndex(cells, extent);
  countWork(index(0), cells);
}
