//===- Constants.cpp - Python's arithmetic on constants -------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Constants.h"
#include "Emitter.h"

#include <cmath>
#include <fmt/format.h>

using namespace tilec;

static std::string overflow(int64_t lhs, BinaryOp op, int64_t rhs) {
  return fmt::format("{} {} {} exceeds 64 bits", lhs, spelling(op).str(), rhs);
}

static std::string unsupported(llvm::StringRef op, const Datum &lhs,
                               const Datum &rhs) {
  return fmt::format("'{}' takes numbers, not {} and {}", op.str(),
                     describe(lhs), describe(rhs));
}

int64_t tilec::floorDivide(int64_t lhs, int64_t rhs) {
  int64_t quotient = lhs / rhs;
  return quotient - (lhs % rhs != 0 && (lhs < 0) != (rhs < 0));
}

//===----------------------------------------------------------------------===//
// Integers
//===----------------------------------------------------------------------===//

static FoldResult foldIntPower(int64_t base, int64_t exponent) {
  if (exponent < 0) {
    if (base == 0)
      return "division by zero: 0 to a negative power";
    return Datum::real(std::pow(double(base), double(exponent)));
  }
  int64_t result = 1, square = base;
  for (int64_t rest = exponent; rest != 0; rest >>= 1) {
    if ((rest & 1) && llvm::MulOverflow(result, square, result))
      return overflow(base, BinaryOp::Pow, exponent);
    if (rest > 1 && llvm::MulOverflow(square, square, square))
      return overflow(base, BinaryOp::Pow, exponent);
  }
  return Datum::integer(result);
}

static FoldResult foldIntDivision(BinaryOp op, int64_t lhs, int64_t rhs) {
  if (rhs == 0)
    return "division by zero";
  if (op == BinaryOp::Div) // The long double holds every 64-bit integer.
    return Datum::real(static_cast<double>(static_cast<long double>(lhs) /
                                           static_cast<long double>(rhs)));
  if (rhs == -1) {
    if (op == BinaryOp::Mod)
      return Datum::integer(0);
    if (lhs == std::numeric_limits<int64_t>::min())
      return overflow(lhs, op, rhs);
  }
  int64_t quotient = floorDivide(lhs, rhs);
  return Datum::integer(op == BinaryOp::FloorDiv ? quotient
                                                 : lhs - quotient * rhs);
}

static FoldResult foldShift(BinaryOp op, int64_t lhs, int64_t rhs) {
  if (rhs < 0)
    return "negative shift count";
  if (op == BinaryOp::Shr)
    return Datum::integer(lhs >> std::min<int64_t>(rhs, 63));
  int64_t result = 0;
  if (lhs != 0 &&
      (rhs > 62 || llvm::MulOverflow(lhs, int64_t(1) << rhs, result)))
    return overflow(lhs, op, rhs);
  return Datum::integer(result);
}

static FoldResult foldInts(BinaryOp op, int64_t lhs, int64_t rhs) {
  int64_t result = 0;
  bool overflows = false;
  switch (op) {
  case BinaryOp::Add:
    overflows = llvm::AddOverflow(lhs, rhs, result);
    break;
  case BinaryOp::Sub:
    overflows = llvm::SubOverflow(lhs, rhs, result);
    break;
  case BinaryOp::Mul:
    overflows = llvm::MulOverflow(lhs, rhs, result);
    break;
  case BinaryOp::Div:
  case BinaryOp::FloorDiv:
  case BinaryOp::Mod:
    return foldIntDivision(op, lhs, rhs);
  case BinaryOp::Pow:
    return foldIntPower(lhs, rhs);
  case BinaryOp::BitAnd:
    result = lhs & rhs;
    break;
  case BinaryOp::BitOr:
    result = lhs | rhs;
    break;
  case BinaryOp::BitXor:
    result = lhs ^ rhs;
    break;
  case BinaryOp::Shl:
  case BinaryOp::Shr:
    return foldShift(op, lhs, rhs);
  case BinaryOp::And:
  case BinaryOp::Or:
    llvm_unreachable("not an operator on values");
  }
  if (overflows)
    return overflow(lhs, op, rhs);
  return Datum::integer(result);
}

//===----------------------------------------------------------------------===//
// Floats
//===----------------------------------------------------------------------===//

static double floorModulo(double lhs, double rhs) {
  double rest = std::fmod(lhs, rhs);
  if (rest != 0 && (rest < 0) != (rhs < 0))
    return rest + rhs;
  return rest == 0 ? std::copysign(0.0, rhs) : rest;
}

static FoldResult foldFloatPower(double base, double exponent) {
  if (base == 0 && exponent < 0)
    return "division by zero: 0.0 to a negative power";
  if (base < 0 && std::isfinite(exponent) && std::floor(exponent) != exponent)
    return "a negative number to a fractional power is not real";
  double result = std::pow(base, exponent);
  if (std::isinf(result) && std::isfinite(base) && std::isfinite(exponent))
    return "the power exceeds the range of floats";
  return Datum::real(result);
}

static FoldResult foldFloats(BinaryOp op, double lhs, double rhs) {
  switch (op) {
  case BinaryOp::Add:
    return Datum::real(lhs + rhs);
  case BinaryOp::Sub:
    return Datum::real(lhs - rhs);
  case BinaryOp::Mul:
    return Datum::real(lhs * rhs);
  case BinaryOp::Pow:
    return foldFloatPower(lhs, rhs);
  case BinaryOp::Div:
  case BinaryOp::FloorDiv:
  case BinaryOp::Mod:
    break;
  default:
    return "'" + spelling(op).str() + "' takes integers, not floats";
  }
  if (rhs == 0)
    return "division by zero";
  if (op == BinaryOp::Div)
    return Datum::real(lhs / rhs);
  double rest = floorModulo(lhs, rhs);
  return Datum::real(op == BinaryOp::Mod ? rest
                                         : std::round((lhs - rest) / rhs));
}

//===----------------------------------------------------------------------===//
// Operators
//===----------------------------------------------------------------------===//

/// Gives the result the dtype that the operands were given with `cast`.
static FoldResult withDType(FoldResult result, const Datum &lhs,
                            const Datum &rhs) {
  if (!result)
    return result;
  std::optional<DType> left = lhs.getDType(), right = rhs.getDType();
  std::optional<DType> dtype = left ? left : right;
  if (left && right && left != right) {
    if (isFloat(*left) || isFloat(*right))
      return fmt::format("dtypes {} and {} differ; cast one of them",
                         getName(*left).str(), getName(*right).str());
    dtype = std::nullopt;
  }
  const Datum &datum = *result;
  if (!dtype || isFloat(*dtype) != datum.isFloat())
    return result;
  if (datum.isFloat())
    return Datum::real(roundToDType(datum.getFloat(), *dtype), dtype);
  return datum.isInt() ? Datum::integer(datum.getInt(), dtype) : datum;
}

/// Sums and products of dynamic names and integers.
static FoldResult foldDynamic(BinaryOp op, const Datum &lhs, const Datum &rhs) {
  std::optional<DimExpr> left = lhs.getSymbolic(), right = rhs.getSymbolic();
  if (!left || !right)
    return unsupported(spelling(op), lhs, rhs);
  std::optional<DimExpr> result;
  if (op == BinaryOp::Add)
    result = DimExpr::add(*left, *right);
  else if (op == BinaryOp::Sub)
    result = DimExpr::sub(*left, *right);
  else if (op == BinaryOp::Mul)
    result = DimExpr::mul(*left, *right);
  else
    return fmt::format("'{}' is not possible on dynamic names here: a "
                       "dimension is made of sums and products",
                       spelling(op).str());
  if (!result)
    return "a coefficient exceeds 64 bits";
  return Datum::dynamic(std::move(*result));
}

FoldResult tilec::foldBinary(BinaryOp op, const Datum &lhs, const Datum &rhs) {
  if (lhs.is(Datum::Kind::Dynamic) || rhs.is(Datum::Kind::Dynamic))
    return foldDynamic(op, lhs, rhs);
  if (op == BinaryOp::Add && lhs.isSequence() &&
      lhs.getKind() == rhs.getKind()) {
    std::vector<Datum> joined = lhs.getElements().vec();
    joined.insert(joined.end(), rhs.getElements().begin(),
                  rhs.getElements().end());
    return Datum::sequence(lhs.getKind(), std::move(joined));
  }
  if (!lhs.isNumber() || !rhs.isNumber())
    return unsupported(spelling(op), lhs, rhs);
  if (lhs.isFloat() || rhs.isFloat())
    return withDType(foldFloats(op, lhs.asDouble(), rhs.asDouble()), lhs, rhs);
  bool isLogical =
      op == BinaryOp::BitAnd || op == BinaryOp::BitOr || op == BinaryOp::BitXor;
  FoldResult result = foldInts(op, lhs.getInt(), rhs.getInt());
  if (isLogical && lhs.isBool() && rhs.isBool())
    return Datum::boolean((*result).getInt() != 0);
  return withDType(std::move(result), lhs, rhs);
}

FoldResult tilec::foldUnary(UnaryOp op, const Datum &operand) {
  if (op == UnaryOp::Not) {
    if (std::optional<bool> truth = getTruth(operand))
      return Datum::boolean(!*truth);
    return "'not' takes a truth value, not " + describe(operand);
  }
  if (op == UnaryOp::Neg && operand.is(Datum::Kind::Enumerator) &&
      operand.getSpace() == "PadValue" && operand.getText() == "inf")
    return Datum::enumerator("PadValue", "neg_inf");
  if (op == UnaryOp::Neg && operand.is(Datum::Kind::Dynamic))
    return foldDynamic(BinaryOp::Mul, Datum::integer(-1), operand);
  if (!operand.isNumber() || (op == UnaryOp::Invert && operand.isFloat()))
    return fmt::format("'{}' takes {}, not {}", spelling(op).str(),
                       op == UnaryOp::Invert ? "an integer" : "a number",
                       describe(operand));
  if (op == UnaryOp::Invert)
    return Datum::integer(~operand.getInt(), operand.getDType());
  if (op == UnaryOp::Pos)
    return operand.isBool() ? Datum::integer(operand.getInt()) : operand;
  if (operand.isFloat())
    return Datum::real(-operand.getFloat(), operand.getDType());
  if (operand.getInt() == std::numeric_limits<int64_t>::min())
    return fmt::format("-({}) exceeds 64 bits", operand.getInt());
  return Datum::integer(-operand.getInt(), operand.getDType());
}

template <typename T> static bool holds(CompareOp op, T lhs, T rhs) {
  switch (op) {
  case CompareOp::Eq:
    return lhs == rhs;
  case CompareOp::Ne:
    return lhs != rhs;
  case CompareOp::Lt:
    return lhs < rhs;
  case CompareOp::Le:
    return lhs <= rhs;
  case CompareOp::Gt:
    return lhs > rhs;
  case CompareOp::Ge:
    return lhs >= rhs;
  }
  llvm_unreachable("all operators are covered");
}

FoldResult tilec::foldCompare(CompareOp op, const Datum &lhs,
                              const Datum &rhs) {
  if (lhs.isNumber() && rhs.isNumber()) {
    auto exact = [](const Datum &number) -> long double {
      return number.isFloat() ? static_cast<long double>(number.getFloat())
                              : static_cast<long double>(number.getInt());
    };
    return Datum::boolean(holds(op, exact(lhs), exact(rhs)));
  }
  if (lhs.isString() && rhs.isString())
    return Datum::boolean(holds(op, lhs.getText(), rhs.getText()));
  bool isDynamic = lhs.is(Datum::Kind::Dynamic) || rhs.is(Datum::Kind::Dynamic);
  if (isDynamic)
    return "dynamic names have no value here";
  if (op == CompareOp::Eq || op == CompareOp::Ne)
    return Datum::boolean(lhs.isSameAs(rhs) == (op == CompareOp::Eq));
  return unsupported(spelling(op), lhs, rhs);
}

std::optional<bool> tilec::getTruth(const Datum &datum) {
  if (datum.isFloat())
    return datum.getFloat() != 0;
  if (datum.isNumber())
    return datum.getInt() != 0;
  if (datum.isString())
    return !datum.getText().empty();
  if (datum.isSequence())
    return !datum.getElements().empty();
  if (datum.is(Datum::Kind::None))
    return false;
  return std::nullopt;
}
