//===- Elementwise.cpp - Functions of the cells at one place --------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elementwise.h"
#include "Machine.h"
#include "tilec/Interpreter/Numerics.h"
#include "tilec/Support/RuntimeMessages.h"
#include <algorithm>

using namespace mlir;
using namespace tilec;

/// What tiles and scalars have in common: the dtype of the tiles' cells, that
/// of the scalars where there is no tile.
static DType getCommonDType(ArrayRef<const RuntimeValue *> operands,
                            Type scalarType) {
  for (const RuntimeValue *operand : operands)
    if (auto *tile = std::get_if<TileValue>(operand))
      return tile->dtype;
  return *getScalarDType(scalarType);
}

//===----------------------------------------------------------------------===//
// One operand
//===----------------------------------------------------------------------===//

static float (*getFloatFunction(tile::UnaryKind kind))(float) {
  switch (kind) {
  case tile::UnaryKind::Neg:
    return [](float x) { return -x; };
  case tile::UnaryKind::Abs:
    return [](float x) { return std::fabs(x); };
  case tile::UnaryKind::Exp:
    return numerics::exp;
  case tile::UnaryKind::Log:
    return numerics::log;
  case tile::UnaryKind::Sqrt:
    return [](float x) { return std::sqrt(x); };
  case tile::UnaryKind::Rsqrt:
    return numerics::rsqrt;
  case tile::UnaryKind::Recip:
    return numerics::recip;
  case tile::UnaryKind::Sin:
    return numerics::sin;
  case tile::UnaryKind::Cos:
    return numerics::cos;
  case tile::UnaryKind::Relu:
    return numerics::relu;
  case tile::UnaryKind::Sigmoid:
    return numerics::sigmoid;
  case tile::UnaryKind::Tanh:
    return numerics::tanh;
  case tile::UnaryKind::Not:
    break;
  }
  llvm_unreachable("verified: not of a float");
}

static int64_t (*getIntegerFunction(tile::UnaryKind kind))(int64_t) {
  switch (kind) {
  case tile::UnaryKind::Neg:
    return [](int64_t x) { return numerics::wrapSub(0, x); };
  case tile::UnaryKind::Abs:
    return [](int64_t x) { return x < 0 ? numerics::wrapSub(0, x) : x; };
  case tile::UnaryKind::Relu:
    return [](int64_t x) { return std::max<int64_t>(x, 0); };
  case tile::UnaryKind::Not:
    return [](int64_t x) { return ~x; };
  default:
    llvm_unreachable("verified: a float function");
  }
}

static llvm::Error runUnary(Machine &machine, Operation *op) {
  tile::UnaryKind kind = cast<tile::UnaryElementwiseOp>(op).getUnaryKind();
  const RuntimeValue *operand = &machine.get(op->getOperand(0));
  DType dtype = getCommonDType(operand, op->getOperand(0).getType());
  Broadcast box(operand);
  if (isFloat(dtype)) {
    auto x = box.gather<float>(*operand, dtype);
    return machine.setResult(
        op, box.scatter(apply(getFloatFunction(kind), x), dtype));
  }
  auto x = box.gather<int64_t>(*operand, dtype);
  if (dtype == DType::BOOL) // Only `not` takes it, as the logical one.
    return machine.setResult(
        op, box.scatter(apply([](int64_t x) { return x ^ 1; }, x), dtype));
  return machine.setResult(
      op, box.scatter(apply(getIntegerFunction(kind), x), dtype));
}

//===----------------------------------------------------------------------===//
// Two operands
//===----------------------------------------------------------------------===//

static float (*getFloatFunction(tile::BinaryKind kind))(float, float) {
  switch (kind) {
  case tile::BinaryKind::Add:
    return [](float a, float b) { return a + b; };
  case tile::BinaryKind::Sub:
    return [](float a, float b) { return a - b; };
  case tile::BinaryKind::Mul:
    return [](float a, float b) { return a * b; };
  case tile::BinaryKind::Div:
    return [](float a, float b) { return a / b; };
  case tile::BinaryKind::Rem:
    return numerics::floorRem;
  case tile::BinaryKind::Maximum:
    return numerics::maximum;
  case tile::BinaryKind::Minimum:
    return numerics::minimum;
  default:
    llvm_unreachable("verified: an integer function");
  }
}

/// The functions take the width of the cells in bits last.
using IntegerFunction = int64_t (*)(int64_t, int64_t, unsigned);
static IntegerFunction getIntegerFunction(tile::BinaryKind kind) {
  switch (kind) {
  case tile::BinaryKind::Add:
    return
        [](int64_t a, int64_t b, unsigned) { return numerics::wrapAdd(a, b); };
  case tile::BinaryKind::Sub:
    return
        [](int64_t a, int64_t b, unsigned) { return numerics::wrapSub(a, b); };
  case tile::BinaryKind::Mul:
    return
        [](int64_t a, int64_t b, unsigned) { return numerics::wrapMul(a, b); };
  case tile::BinaryKind::Div:
    return
        [](int64_t a, int64_t b, unsigned) { return numerics::floorDiv(a, b); };
  case tile::BinaryKind::Rem:
    return
        [](int64_t a, int64_t b, unsigned) { return numerics::floorMod(a, b); };
  case tile::BinaryKind::Maximum:
    return [](int64_t a, int64_t b, unsigned) { return std::max(a, b); };
  case tile::BinaryKind::Minimum:
    return [](int64_t a, int64_t b, unsigned) { return std::min(a, b); };
  case tile::BinaryKind::And:
    return [](int64_t a, int64_t b, unsigned) { return a & b; };
  case tile::BinaryKind::Or:
    return [](int64_t a, int64_t b, unsigned) { return a | b; };
  case tile::BinaryKind::Xor:
    return [](int64_t a, int64_t b, unsigned) { return a ^ b; };
  case tile::BinaryKind::Shl:
    return numerics::shiftLeft;
  case tile::BinaryKind::Shr:
    return numerics::shiftRight;
  }
  llvm_unreachable("all kinds are covered");
}

/// A divisor must be known, and not 0.
static llvm::Error checkDivisors(Machine &machine, Operation *op,
                                 const Numbers<int64_t> &dividends,
                                 const Numbers<int64_t> &divisors) {
  for (size_t i = 0; i < divisors.values.size(); ++i) {
    if (divisors.isUndefined(i))
      return machine.fail(op, "divides by a cell that nobody wrote");
    if (divisors.values[i] != 0)
      continue;
    if (isa<tile::TileType>(op->getResult(0).getType()))
      return machine.fail(op, messages::cellDivByZero);
    return machine.fail(op,
                        isa<tile::DivOp>(op) ? messages::floorDivByZero
                                             : messages::modByZero,
                        {dividends.values[i]});
  }
  return llvm::Error::success();
}

static llvm::Error runBinary(Machine &machine, Operation *op) {
  tile::BinaryKind kind = cast<tile::BinaryElementwiseOp>(op).getBinaryKind();
  const RuntimeValue *lhs = &machine.get(op->getOperand(0));
  const RuntimeValue *rhs = &machine.get(op->getOperand(1));
  DType dtype = getCommonDType({lhs, rhs}, op->getOperand(0).getType());
  Broadcast box({lhs, rhs});
  if (isFloat(dtype)) {
    auto a = box.gather<float>(*lhs, dtype), b = box.gather<float>(*rhs, dtype);
    return machine.setResult(
        op, box.scatter(apply(getFloatFunction(kind), a, b), dtype));
  }
  auto a = box.gather<int64_t>(*lhs, dtype);
  auto b = box.gather<int64_t>(*rhs, dtype);
  if (isa<tile::DivOp, tile::RemOp>(op))
    if (auto error = checkDivisors(machine, op, a, b))
      return error;
  auto compute = [function = getIntegerFunction(kind),
                  width = getBitWidth(dtype)](int64_t x, int64_t y) {
    return function(x, y, width);
  };
  return machine.setResult(op, box.scatter(apply(compute, a, b), dtype));
}

template <bool isModulo, typename OpT>
static llvm::Error runDivision(Machine &machine, OpT op) {
  ScalarValue a = machine.getScalar(op.getLhs());
  int64_t b = 0;
  if (auto error = machine.getIndex(op, op.getRhs(), b))
    return error;
  if (b == 0)
    return machine.fail(
        op, isModulo ? messages::modByZero : messages::floorDivByZero,
        {a.integer});
  a.integer = isModulo ? numerics::floorMod(a.integer, b)
                       : numerics::floorDiv(a.integer, b);
  machine.set(op.getResult(), a);
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// Comparison and choice
//===----------------------------------------------------------------------===//

/// With a NaN only `ne` holds.
template <typename Work>
static int64_t compare(tile::CmpMode mode, Work a, Work b) {
  switch (mode) {
  case tile::CmpMode::Eq:
    return a == b;
  case tile::CmpMode::Ne:
    return a != b;
  case tile::CmpMode::Lt:
    return a < b;
  case tile::CmpMode::Le:
    return a <= b;
  case tile::CmpMode::Gt:
    return a > b;
  case tile::CmpMode::Ge:
    return a >= b;
  }
  llvm_unreachable("all modes are covered");
}

template <typename Work>
static llvm::Error compareOperands(Machine &machine, tile::CmpOp op,
                                   DType dtype) {
  const RuntimeValue *lhs = &machine.get(op.getLhs());
  const RuntimeValue *rhs = &machine.get(op.getRhs());
  Broadcast box({lhs, rhs});
  auto mask = apply(
      [mode = op.getMode()](Work a, Work b) { return compare(mode, a, b); },
      box.gather<Work>(*lhs, dtype), box.gather<Work>(*rhs, dtype));
  return machine.setResult(op, box.scatter(mask, DType::BOOL));
}

static llvm::Error runCmp(Machine &machine, tile::CmpOp op) {
  DType dtype =
      getCommonDType({&machine.get(op.getLhs()), &machine.get(op.getRhs())},
                     op.getLhs().getType());
  return isFloat(dtype) ? compareOperands<float>(machine, op, dtype)
                        : compareOperands<int64_t>(machine, op, dtype);
}

/// A cell depends on the mask and on the operand chosen, not on the other.
static llvm::Error runSel(Machine &machine, tile::SelOp op) {
  const RuntimeValue *mask = &machine.get(op.getMask());
  const RuntimeValue *lhs = &machine.get(op.getLhs());
  const RuntimeValue *rhs = &machine.get(op.getRhs());
  DType dtype = getCommonDType({lhs, rhs}, op.getLhs().getType());
  Broadcast box({mask, lhs, rhs});
  auto m = box.gather<int64_t>(*mask, DType::BOOL);
  auto a = box.gather<uint64_t>(*lhs, dtype);
  auto b = box.gather<uint64_t>(*rhs, dtype);
  Numbers<uint64_t> result;
  for (size_t i = 0; i < m.values.size(); ++i) {
    result.values.push_back(m.values[i] ? a.values[i] : b.values[i]);
    result.undefined.push_back(m.isUndefined(i) ||
                               (m.values[i] ? a : b).isUndefined(i));
  }
  return machine.setResult(op, box.scatter(result, dtype));
}

static llvm::Error runExpand(Machine &machine, tile::ExpandOp op) {
  const RuntimeValue *source = &machine.get(op.getSource());
  Broadcast box({source, &machine.get(op.getLike())});
  DType dtype = std::get<TileValue>(*source).dtype;
  return machine.setResult(
      op, box.scatter(box.gather<uint64_t>(*source, dtype), dtype));
}

void tilec::addElementwiseOps(Machine &machine) {
  machine.addAll<runUnary, tile::NegOp, tile::AbsOp, tile::ExpOp, tile::LogOp,
                 tile::SqrtOp, tile::RsqrtOp, tile::RecipOp, tile::SinOp,
                 tile::CosOp, tile::ReluOp, tile::SigmoidOp, tile::TanhOp,
                 tile::NotOp>();
  machine.addAll<runBinary, tile::AddOp, tile::SubOp, tile::MulOp, tile::DivOp,
                 tile::RemOp, tile::MaximumOp, tile::MinimumOp, tile::AndOp,
                 tile::OrOp, tile::XorOp, tile::ShlOp, tile::ShrOp>();
  machine.add<tile::FloorDivOp, runDivision<false, tile::FloorDivOp>>();
  machine.add<tile::ModOp, runDivision<true, tile::ModOp>>();
  machine.add<tile::CmpOp, runCmp>();
  machine.add<tile::SelOp, runSel>();
  machine.add<tile::ExpandOp, runExpand>();
}
