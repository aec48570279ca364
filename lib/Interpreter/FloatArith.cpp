//===- FloatArith.cpp - Scalars: arith on floats --------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// FP32, and BF16 and FP16 computed in FP32 and rounded. Fast-math flags license
// nothing here.
//
//===----------------------------------------------------------------------===//

#include "Elements.h"
#include "Machine.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "tilec/Interpreter/Numerics.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>

using namespace mlir;
using namespace tilec;

static llvm::Error failOnTypes(Machine &machine, Operation *op) {
  return machine.fail(op, "the interpreter does not know `" +
                              op->getName().getStringRef() +
                              "` on these types");
}

/// All operands and results are scalars; the dtype of the first result.
static std::optional<DType> getResultDType(Operation *op) {
  for (Value operand : op->getOperands())
    if (!getScalarDType(operand.getType()))
      return std::nullopt;
  return getScalarDType(op->getResult(0).getType());
}

static bool isAnyUndefined(Machine &machine, Operation *op) {
  return llvm::any_of(op->getOperands(), [&](Value value) {
    return machine.getScalar(value).undefined;
  });
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

static float compute(Operation *op, float a, float b) {
  return llvm::TypeSwitch<Operation *, float>(op)
      .Case([&](arith::AddFOp) { return a + b; })
      .Case([&](arith::SubFOp) { return a - b; })
      .Case([&](arith::MulFOp) { return a * b; })
      .Case([&](arith::DivFOp) { return a / b; })
      .Case([&](arith::RemFOp) { return std::fmod(a, b); })
      .Case([&](arith::MaximumFOp) { return numerics::maximum(a, b); })
      .Case([&](arith::MinimumFOp) { return numerics::minimum(a, b); })
      .Case([&](arith::MaxNumFOp) {
        return std::isnan(a) ? b : std::isnan(b) ? a : numerics::maximum(a, b);
      })
      .Case([&](arith::MinNumFOp) {
        return std::isnan(a) ? b : std::isnan(b) ? a : numerics::minimum(a, b);
      })
      .Case([&](arith::NegFOp) { return -a; });
}

static llvm::Error runArithmetic(Machine &machine, Operation *op) {
  auto dtype = getResultDType(op);
  if (!dtype)
    return failOnTypes(machine, op);
  float a = machine.getScalar(op->getOperand(0)).real;
  float b = machine.getScalar(op->getOperands().back()).real;
  auto result = ScalarValue::ofReal(roundToDType(*dtype, compute(op, a, b)));
  result.undefined = isAnyUndefined(machine, op);
  machine.set(op->getResult(0), result);
  return llvm::Error::success();
}

/// An ordered predicate is false, an unordered one true where a NaN meets it.
static bool compare(arith::CmpFPredicate predicate, float a, float b) {
  using P = arith::CmpFPredicate;
  bool unordered = std::isnan(a) || std::isnan(b);
  switch (predicate) {
  case P::AlwaysFalse:
    return false;
  case P::AlwaysTrue:
    return true;
  case P::ORD:
    return !unordered;
  case P::UNO:
    return unordered;
  case P::OEQ:
    return a == b;
  case P::OGT:
    return a > b;
  case P::OGE:
    return a >= b;
  case P::OLT:
    return a < b;
  case P::OLE:
    return a <= b;
  case P::ONE:
    return !unordered && a != b;
  case P::UEQ:
    return unordered || a == b;
  case P::UGT:
    return unordered || a > b;
  case P::UGE:
    return unordered || a >= b;
  case P::ULT:
    return unordered || a < b;
  case P::ULE:
    return unordered || a <= b;
  case P::UNE:
    return unordered || a != b;
  }
  llvm_unreachable("all predicates are covered");
}

static llvm::Error runCmpF(Machine &machine, arith::CmpFOp op) {
  if (!getResultDType(op))
    return failOnTypes(machine, op);
  auto result = ScalarValue::ofInteger(
      compare(op.getPredicate(), machine.getScalar(op.getLhs()).real,
              machine.getScalar(op.getRhs()).real));
  result.undefined = isAnyUndefined(machine, op);
  machine.set(op.getResult(), result);
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// Conversions
//===----------------------------------------------------------------------===//

/// Between floats, to nearest even.
static llvm::Error runFloatConversion(Machine &machine, Operation *op) {
  auto dtype = getResultDType(op);
  auto narrowing = dyn_cast<arith::TruncFOp>(op);
  if (!dtype || (narrowing && narrowing.getRoundingmode()))
    return failOnTypes(machine, op);
  ScalarValue result = machine.getScalar(op->getOperand(0));
  result.real = roundToDType(*dtype, result.real);
  machine.set(op->getResult(0), result);
  return llvm::Error::success();
}

/// Of integers of `width` bits, kept sign-extended (BOOL zero-extended).
static llvm::Error runIntegerToFloat(Machine &machine, Operation *op) {
  auto dtype = getResultDType(op);
  Type from = op->getOperand(0).getType();
  if (!dtype)
    return failOnTypes(machine, op);
  ScalarValue result = machine.getScalar(op->getOperand(0));
  unsigned width = isa<IndexType>(from) ? 64 : from.getIntOrFloatBitWidth();
  uint64_t bits = uint64_t(result.integer) & (~uint64_t(0) >> (64 - width));
  bool negative = isa<arith::SIToFPOp>(op) && (bits >> (width - 1)) != 0;
  if (negative)
    bits = 0 - uint64_t(llvm::SignExtend64(bits, width));
  result.real = integerToFloat(*dtype, negative, bits);
  result.integer = 0;
  machine.set(op->getResult(0), result);
  return llvm::Error::success();
}

/// Truncates; undefined outside of the range of the result.
static llvm::Error runFloatToInteger(Machine &machine, Operation *op) {
  if (!getResultDType(op))
    return failOnTypes(machine, op);
  Type to = op->getResult(0).getType();
  unsigned width = isa<IndexType>(to) ? 64 : to.getIntOrFloatBitWidth();
  bool isUnsigned = isa<arith::FPToUIOp>(op);
  ScalarValue x = machine.getScalar(op->getOperand(0));
  llvm::APSInt bits(width, isUnsigned);
  bool exact;
  auto status = llvm::APFloat(x.real).convertToInteger(
      bits, llvm::RoundingMode::TowardZero, &exact);
  ScalarValue result = ScalarValue::ofInteger(
      width == 1 ? int64_t(bits.getZExtValue()) : bits.getSExtValue());
  result.undefined = x.undefined || (status & llvm::APFloat::opInvalidOp);
  machine.set(op->getResult(0), result);
  return llvm::Error::success();
}

/// The dtype in whose bits a scalar of the type is given.
static std::optional<DType> getStorageDType(Type type) {
  if (isa<FloatType>(type))
    return getScalarDType(type);
  switch (type.isIntOrFloat() ? type.getIntOrFloatBitWidth() : 0) {
  case 8:
    return DType::INT8;
  case 16:
    return DType::INT16;
  case 32:
    return DType::INT32;
  case 64:
    return DType::INT64;
  default:
    return std::nullopt;
  }
}

static llvm::Error runBitcast(Machine &machine, arith::BitcastOp op) {
  auto from = getStorageDType(op.getIn().getType());
  auto to = getStorageDType(op.getType());
  if (!from || !to)
    return failOnTypes(machine, op);
  const ScalarValue &x = machine.getScalar(op.getIn());
  ScalarValue result = scalarFromBits(*to, scalarToBits(*from, x));
  result.undefined = x.undefined;
  machine.set(op.getResult(), result);
  return llvm::Error::success();
}

void tilec::addFloatArithOps(Machine &machine) {
  machine.addAll<runArithmetic, arith::AddFOp, arith::SubFOp, arith::MulFOp,
                 arith::DivFOp, arith::RemFOp, arith::MaximumFOp,
                 arith::MinimumFOp, arith::MaxNumFOp, arith::MinNumFOp,
                 arith::NegFOp>();
  machine.addAll<runFloatConversion, arith::ExtFOp, arith::TruncFOp>();
  machine.addAll<runIntegerToFloat, arith::SIToFPOp, arith::UIToFPOp>();
  machine.addAll<runFloatToInteger, arith::FPToSIOp, arith::FPToUIOp>();
  machine.add<arith::CmpFOp, runCmpF>();
  machine.add<arith::BitcastOp, runBitcast>();
}
