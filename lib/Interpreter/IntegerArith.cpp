//===- IntegerArith.cpp - Scalars: arith on integers and index ------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Integers of up to 64 bits are kept sign-extended, i1 as 0 or 1. What arith
// leaves undefined (a shift by the width) is an undefined value, an error where
// it decides something.
//
//===----------------------------------------------------------------------===//

#include "Machine.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "tilec/Interpreter/Numerics.h"
#include "tilec/Support/RuntimeMessages.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

using namespace mlir;
using namespace tilec;

namespace {
/// An operand in both readings of its bits.
struct Integer {
  unsigned width;
  int64_t asSigned;
  uint64_t asUnsigned;
};
} // namespace

static unsigned getWidth(Type type) {
  return isa<IndexType>(type) ? 64 : type.getIntOrFloatBitWidth();
}

static Integer getInteger(Machine &machine, Value value) {
  unsigned width = getWidth(value.getType());
  uint64_t bits = machine.getScalar(value).integer;
  bits &= ~uint64_t(0) >> (64 - width);
  return {width, llvm::SignExtend64(bits, width), bits};
}

/// The form in which a result of the type is kept.
static ScalarValue makeInteger(Type type, uint64_t bits) {
  unsigned width = getWidth(type);
  if (width == 1)
    return ScalarValue::ofInteger(bits & 1);
  return ScalarValue::ofInteger(llvm::SignExtend64(bits, width));
}

/// Everything else in this file takes and gives integers and nothing else.
static llvm::Error checkTypes(Machine &machine, Operation *op) {
  auto isInteger = [](Type type) {
    auto dtype = getScalarDType(type);
    return dtype && !isFloat(*dtype);
  };
  if (!llvm::all_of(op->getOperandTypes(), isInteger) ||
      !llvm::all_of(op->getResultTypes(), isInteger))
    return machine.fail(op, "the interpreter does not know `" +
                                op->getName().getStringRef() +
                                "` on these types");
  return llvm::Error::success();
}

static bool isAnyUndefined(Machine &machine, ValueRange values) {
  return llvm::any_of(
      values, [&](Value value) { return machine.getScalar(value).undefined; });
}

//===----------------------------------------------------------------------===//
// Two operands
//===----------------------------------------------------------------------===//

static uint64_t ceilDiv(int64_t a, int64_t b) {
  return numerics::wrapSub(0, numerics::floorDiv(numerics::wrapSub(0, a), b));
}

static uint64_t divideTruncated(int64_t a, int64_t b) {
  return b == -1 ? uint64_t(numerics::wrapSub(0, a)) : uint64_t(a / b);
}

/// The divisor is not 0.
static uint64_t divide(Operation *op, Integer a, Integer b) {
  return llvm::TypeSwitch<Operation *, uint64_t>(op)
      .Case([&](arith::DivSIOp) {
        return divideTruncated(a.asSigned, b.asSigned);
      })
      .Case([&](arith::DivUIOp) { return a.asUnsigned / b.asUnsigned; })
      .Case([&](arith::RemSIOp) {
        return b.asSigned == -1 ? 0 : uint64_t(a.asSigned % b.asSigned);
      })
      .Case([&](arith::RemUIOp) { return a.asUnsigned % b.asUnsigned; })
      .Case([&](arith::FloorDivSIOp) {
        return uint64_t(numerics::floorDiv(a.asSigned, b.asSigned));
      })
      .Case([&](arith::CeilDivSIOp) { return ceilDiv(a.asSigned, b.asSigned); })
      .Case([&](arith::CeilDivUIOp) {
        return a.asUnsigned / b.asUnsigned + (a.asUnsigned % b.asUnsigned != 0);
      });
}

static llvm::Error runDivision(Machine &machine, Operation *op) {
  if (auto error = checkTypes(machine, op))
    return error;
  Integer a = getInteger(machine, op->getOperand(0));
  int64_t divisor = 0;
  if (auto error = machine.getIndex(op, op->getOperand(1), divisor))
    return error;
  if (divisor == 0)
    return machine.fail(op, messages::floorDivByZero, {a.asSigned});
  Integer b = getInteger(machine, op->getOperand(1));
  ScalarValue result =
      makeInteger(op->getResult(0).getType(), divide(op, a, b));
  result.undefined = machine.getScalar(op->getOperand(0)).undefined;
  machine.set(op->getResult(0), result);
  return llvm::Error::success();
}

static uint64_t compute(Operation *op, Integer a, Integer b) {
  return llvm::TypeSwitch<Operation *, uint64_t>(op)
      .Case([&](arith::AddIOp) { return a.asUnsigned + b.asUnsigned; })
      .Case([&](arith::SubIOp) { return a.asUnsigned - b.asUnsigned; })
      .Case([&](arith::MulIOp) { return a.asUnsigned * b.asUnsigned; })
      .Case([&](arith::AndIOp) { return a.asUnsigned & b.asUnsigned; })
      .Case([&](arith::OrIOp) { return a.asUnsigned | b.asUnsigned; })
      .Case([&](arith::XOrIOp) { return a.asUnsigned ^ b.asUnsigned; })
      .Case([&](arith::MinSIOp) {
        return uint64_t(std::min(a.asSigned, b.asSigned));
      })
      .Case([&](arith::MaxSIOp) {
        return uint64_t(std::max(a.asSigned, b.asSigned));
      })
      .Case(
          [&](arith::MinUIOp) { return std::min(a.asUnsigned, b.asUnsigned); })
      .Case(
          [&](arith::MaxUIOp) { return std::max(a.asUnsigned, b.asUnsigned); })
      .Case([&](arith::ShLIOp) { return a.asUnsigned << b.asUnsigned; })
      .Case([&](arith::ShRUIOp) { return a.asUnsigned >> b.asUnsigned; })
      .Case(
          [&](arith::ShRSIOp) { return uint64_t(a.asSigned >> b.asUnsigned); });
}

static llvm::Error runBinary(Machine &machine, Operation *op) {
  if (auto error = checkTypes(machine, op))
    return error;
  Integer a = getInteger(machine, op->getOperand(0));
  Integer b = getInteger(machine, op->getOperand(1));
  bool isShift = isa<arith::ShLIOp, arith::ShRUIOp, arith::ShRSIOp>(op);
  ScalarValue result = ScalarValue::ofUndefined();
  if (!isAnyUndefined(machine, op->getOperands()) &&
      !(isShift && b.asUnsigned >= b.width))
    result = makeInteger(op->getResult(0).getType(), compute(op, a, b));
  machine.set(op->getResult(0), result);
  return llvm::Error::success();
}

static bool compare(arith::CmpIPredicate predicate, Integer a, Integer b) {
  switch (predicate) {
  case arith::CmpIPredicate::eq:
    return a.asUnsigned == b.asUnsigned;
  case arith::CmpIPredicate::ne:
    return a.asUnsigned != b.asUnsigned;
  case arith::CmpIPredicate::slt:
    return a.asSigned < b.asSigned;
  case arith::CmpIPredicate::sle:
    return a.asSigned <= b.asSigned;
  case arith::CmpIPredicate::sgt:
    return a.asSigned > b.asSigned;
  case arith::CmpIPredicate::sge:
    return a.asSigned >= b.asSigned;
  case arith::CmpIPredicate::ult:
    return a.asUnsigned < b.asUnsigned;
  case arith::CmpIPredicate::ule:
    return a.asUnsigned <= b.asUnsigned;
  case arith::CmpIPredicate::ugt:
    return a.asUnsigned > b.asUnsigned;
  case arith::CmpIPredicate::uge:
    return a.asUnsigned >= b.asUnsigned;
  }
  llvm_unreachable("all predicates are covered");
}

static llvm::Error runCmpI(Machine &machine, arith::CmpIOp op) {
  if (auto error = checkTypes(machine, op))
    return error;
  bool holds = compare(op.getPredicate(), getInteger(machine, op.getLhs()),
                       getInteger(machine, op.getRhs()));
  ScalarValue result = ScalarValue::ofInteger(holds);
  result.undefined = isAnyUndefined(machine, op->getOperands());
  machine.set(op.getResult(), result);
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// Conversions, choices and constants
//===----------------------------------------------------------------------===//

static llvm::Error runConversion(Machine &machine, Operation *op) {
  if (auto error = checkTypes(machine, op))
    return error;
  Integer x = getInteger(machine, op->getOperand(0));
  bool isUnsigned = isa<arith::ExtUIOp, arith::IndexCastUIOp>(op);
  ScalarValue result =
      makeInteger(op->getResult(0).getType(),
                  isUnsigned ? x.asUnsigned : uint64_t(x.asSigned));
  result.undefined = isAnyUndefined(machine, op->getOperands());
  machine.set(op->getResult(0), result);
  return llvm::Error::success();
}

/// Of whatever type: an `scf.if` that only chooses becomes one of these.
static llvm::Error runSelect(Machine &machine, arith::SelectOp op) {
  int64_t condition = 0;
  if (!isa<IntegerType>(op.getCondition().getType()))
    return machine.fail(op, "the interpreter does not know vectors");
  if (auto error = machine.getIndex(op, op.getCondition(), condition))
    return error;
  machine.set(op.getResult(),
              machine.get(condition ? op.getTrueValue() : op.getFalseValue()));
  return llvm::Error::success();
}

static llvm::Error runConstant(Machine &machine, arith::ConstantOp op) {
  auto dtype = getScalarDType(op.getType());
  if (!dtype)
    return machine.fail(op, "the interpreter knows scalar constants only");
  if (auto real = dyn_cast<FloatAttr>(op.getValue())) {
    llvm::APFloat value = real.getValue();
    bool inexact;
    value.convert(llvm::APFloat::IEEEsingle(),
                  llvm::RoundingMode::NearestTiesToEven, &inexact);
    machine.set(op.getResult(), ScalarValue::ofReal(value.convertToFloat()));
    return llvm::Error::success();
  }
  llvm::APInt bits = cast<IntegerAttr>(op.getValue()).getValue();
  machine.set(op.getResult(), makeInteger(op.getType(), bits.getZExtValue()));
  return llvm::Error::success();
}

static llvm::Error runPoison(Machine &machine, ub::PoisonOp op) {
  if (!getScalarDType(op.getType()))
    return machine.fail(op, "the interpreter knows poison of scalars only");
  machine.set(op.getResult(), ScalarValue::ofUndefined());
  return llvm::Error::success();
}

void tilec::addIntegerArithOps(Machine &machine) {
  machine.addAll<runBinary, arith::AddIOp, arith::SubIOp, arith::MulIOp,
                 arith::AndIOp, arith::OrIOp, arith::XOrIOp, arith::MinSIOp,
                 arith::MaxSIOp, arith::MinUIOp, arith::MaxUIOp, arith::ShLIOp,
                 arith::ShRUIOp, arith::ShRSIOp>();
  machine.addAll<runDivision, arith::DivSIOp, arith::DivUIOp, arith::RemSIOp,
                 arith::RemUIOp, arith::FloorDivSIOp, arith::CeilDivSIOp,
                 arith::CeilDivUIOp>();
  machine.addAll<runConversion, arith::ExtSIOp, arith::ExtUIOp, arith::TruncIOp,
                 arith::IndexCastOp, arith::IndexCastUIOp>();
  machine.add<arith::CmpIOp, runCmpI>();
  machine.add<arith::SelectOp, runSelect>();
  machine.add<arith::ConstantOp, runConstant>();
  machine.add<ub::PoisonOp, runPoison>();
}
