//===- IndexConstraints.cpp - Index values as linear expressions --------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Analysis/IndexConstraints.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Matchers.h"
#include "tilec/Dialect/Tile/Tile.h"
#include "tilec/Support/Signature.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tilec;
using namespace tilec::tile;

static constexpr LinearSystem::Interval kInt64 = {INT64_MIN, INT64_MAX};

/// Larger coefficients become variables, so that sums and products of
/// expressions stay within the width of their numbers.
static constexpr WideInt kMaxCoefficient = WideInt(1) << 62;

//===----------------------------------------------------------------------===//
// Variables
//===----------------------------------------------------------------------===//

IndexConstraints::Key IndexConstraints::getKey(Value value,
                                               unsigned iteration) const {
  bool isInside = loop && iteration != 0 &&
                  loop->isAncestor(value.getParentBlock()->getParentOp());
  return {value.getAsOpaquePointer(), isInside ? iteration : 0};
}

unsigned IndexConstraints::addVariable(Interval interval, Key origin) {
  unsigned variable = system.addVariable(interval);
  // Clients add variables of their own to the system.
  origins.resize(variable + 1);
  origins[variable] = origin;
  return variable;
}

LinearExpr IndexConstraints::addUnknown(Value value, unsigned iteration,
                                        Interval interval) {
  return LinearExpr::variable(addVariable(interval, getKey(value, iteration)));
}

static bool isWithin(LinearSystem::Interval inner,
                     LinearSystem::Interval outer) {
  return inner.lower >= outer.lower && inner.upper <= outer.upper;
}

static bool hasLargeNumbers(const LinearExpr &expr) {
  return llvm::any_of(expr.terms, [](const LinearExpr::Term &term) {
    return term.coefficient > kMaxCoefficient ||
           term.coefficient < -kMaxCoefficient;
  });
}

/// The value of index arithmetic whose exact result is `expr`.
LinearExpr IndexConstraints::wrap(const LinearExpr &expr) {
  if (!hasLargeNumbers(expr) && isWithin(system.getInterval(expr), kInt64))
    return expr;
  Interval bounds = system.getBounds(expr);
  bool fits = isWithin(bounds, kInt64);
  LinearExpr result = LinearExpr::variable(addVariable(fits ? bounds : kInt64));
  Conjunction facts;
  if (fits) {
    facts.addEqual(result, expr);
  } else {
    auto turns = LinearExpr::variable(
        addVariable({-LinearSystem::unbounded, LinearSystem::unbounded}));
    facts.addEqual(result, expr - turns * (WideInt(1) << 64));
  }
  system.add(facts);
  return result;
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

LinearExpr IndexConstraints::get(Value value, unsigned iteration) {
  Key key = getKey(value, iteration);
  auto found = known.find(key);
  if (found != known.end())
    return found->second;
  LinearExpr expr = compute(value, iteration);
  known[key] = expr;
  return expr;
}

LinearExpr IndexConstraints::get(const ExtentBound &bound, unsigned iteration) {
  LinearExpr expr = bound.value ? get(bound.value, iteration) : LinearExpr();
  return expr + WideInt(bound.constant);
}

/// What an element read from storage may be.
static LinearSystem::Interval getRange(Type element) {
  auto type = dyn_cast<IntegerType>(element);
  if (!type || type.getWidth() >= 64)
    return kInt64;
  if (type.isUnsigned() || type.getWidth() == 1)
    return {0, (WideInt(1) << type.getWidth()) - 1};
  WideInt half = WideInt(1) << (type.getWidth() - 1);
  return {-half, half - 1};
}

LinearExpr IndexConstraints::compute(Value value, unsigned iteration) {
  APInt constant;
  if (matchPattern(value, m_ConstantInt(&constant)))
    return LinearExpr(WideInt(constant.getSExtValue()));
  if (auto argument = dyn_cast<BlockArgument>(value))
    return computeArgument(argument, iteration);
  Operation *op = value.getDefiningOp();
  unsigned number = cast<OpResult>(value).getResultNumber();
  return TypeSwitch<Operation *, LinearExpr>(op)
      .Case([&](DimOp dim) {
        return isa<TensorRefType>(dim.getSource().getType())
                   ? getExtent(dim.getSource(), dim.getDim(), iteration)
                   : addUnknown(value, iteration, kInt64);
      })
      .Case([&](ValidDimOp dim) {
        return getValidExtent(dim.getSource(), dim.getDim(), iteration);
      })
      .Case([&](ReadOp read) {
        Type source = read.getSource().getType();
        Type element = isa<TileType>(source)
                           ? cast<TileType>(source).getElementType()
                           : cast<TensorRefType>(source).getElementType();
        return addUnknown(value, iteration, getRange(element));
      })
      .Case([&](ScopeOp scope) {
        return get(scope.getYield().getValues()[number], iteration);
      })
      .Case([&](arith::SelectOp select) {
        return choose(select.getCondition(), select.getTrueValue(),
                      select.getFalseValue(), iteration);
      })
      .Case([&](scf::IfOp branch) {
        ++speculation;
        LinearExpr result =
            choose(branch.getCondition(), branch.thenYield().getOperand(number),
                   branch.elseYield().getOperand(number), iteration);
        --speculation;
        return result;
      })
      .Default([&](Operation *) {
        bool isBinary = op->getNumOperands() == 2 &&
                        llvm::all_of(op->getOperandTypes(),
                                     [](Type type) { return type.isIndex(); });
        return isBinary ? computeBinary(op, value, iteration)
                        : addUnknown(value, iteration, kInt64);
      });
}

LinearExpr IndexConstraints::computeBinary(Operation *op, Value result,
                                           unsigned iteration) {
  LinearExpr lhs = get(op->getOperand(0), iteration);
  LinearExpr rhs = get(op->getOperand(1), iteration);
  if (isa<arith::AddIOp, AddOp>(op))
    return wrap(lhs + rhs);
  if (isa<arith::SubIOp, SubOp>(op))
    return wrap(lhs - rhs);
  if (isa<arith::MulIOp, MulOp>(op))
    return wrap(multiply(lhs, rhs));
  if (isa<arith::MinSIOp, MinimumOp>(op))
    return getExtremum(lhs, rhs, /*isMaximum=*/false);
  if (isa<arith::MaxSIOp, MaximumOp>(op))
    return getExtremum(lhs, rhs, /*isMaximum=*/true);
  if (isa<FloorDivOp, ModOp>(op))
    if (auto division = divide(lhs, rhs, getKey(result, iteration)))
      return isa<FloorDivOp>(op) ? division->quotient : division->remainder;
  return addUnknown(result, iteration, kInt64);
}

LinearExpr IndexConstraints::computeArgument(BlockArgument argument,
                                             unsigned iteration) {
  Operation *parent = argument.getOwner()->getParentOp();
  if (argument.getArgNumber() == 0 && isa<scf::ForOp, ParallelOp>(parent))
    return computeInduction(parent, argument, iteration);
  auto function = dyn_cast<func::FuncOp>(parent);
  bool isDynamicName =
      function && function.getArgAttr(argument.getArgNumber(), "tile.symbol");
  return addUnknown(argument, iteration,
                    isDynamicName ? Interval{0, kMaxExtent} : kInt64);
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

static std::array<Value, 3> getBounds(Operation *op) {
  if (auto loop = dyn_cast<scf::ForOp>(op))
    return {loop.getLowerBound(), loop.getUpperBound(), loop.getStep()};
  auto loop = cast<ParallelOp>(op);
  return {loop.getLower(), loop.getUpper(), loop.getStep()};
}

/// `lower + step * number`, below `upper`: nothing else reaches the body.
LinearExpr IndexConstraints::computeInduction(Operation *op, Value induction,
                                              unsigned iteration) {
  auto [lowerValue, upperValue, stepValue] = getBounds(op);
  LinearExpr lower = get(lowerValue, iteration);
  LinearExpr upper = get(upperValue, iteration);
  LinearExpr step = get(stepValue, iteration);
  Interval range = system.getInterval(upper - lower - 1);
  Key key = getKey(induction, iteration);
  Conjunction facts;
  LinearExpr number, result;
  if (step.isConstant() && step.constant > 0) {
    number = LinearExpr::variable(
        addVariable({0, range.upper / step.constant}, key));
    result = lower + number * step.constant;
  } else {
    // A loop does not start with a step that is not positive.
    facts.nonNegative.push_back(step - 1);
    number = LinearExpr::variable(addVariable({0, range.upper}, key));
    result = LinearExpr::variable(addVariable(
        {system.getInterval(lower).lower, system.getInterval(upper).upper - 1},
        {op, key.second}));
    facts.addEqual(result, lower + multiply(step, number));
    facts.nonNegative.push_back(result - lower);
  }
  facts.nonNegative.push_back(upper - 1 - result);
  system.add(facts);
  llvm::append_range(loopBounds, facts.nonNegative);
  numbers[key] = number;
  return result;
}

LinearExpr IndexConstraints::getIterationNumber(Operation *loop,
                                                unsigned iteration) {
  Value induction = loop->getRegion(0).getArgument(0);
  get(induction, iteration);
  return numbers[getKey(induction, iteration)];
}

//===----------------------------------------------------------------------===//
// Choices
//===----------------------------------------------------------------------===//

LinearExpr IndexConstraints::getExtremum(const LinearExpr &lhs,
                                         const LinearExpr &rhs,
                                         bool isMaximum) {
  const LinearExpr &small = isMaximum ? rhs : lhs;
  const LinearExpr &large = isMaximum ? lhs : rhs;
  // lhs where lhs <= rhs (minimum) or rhs <= lhs (maximum).
  Interval difference = system.getInterval(large - small);
  if (difference.lower >= 0)
    return lhs;
  if (difference.upper <= 0)
    return rhs;
  Interval l = system.getInterval(lhs), r = system.getInterval(rhs);
  Interval range =
      isMaximum
          ? Interval{std::max(l.lower, r.lower), std::max(l.upper, r.upper)}
          : Interval{std::min(l.lower, r.lower), std::min(l.upper, r.upper)};
  LinearExpr result = LinearExpr::variable(addVariable(range));
  Conjunction facts, first, second;
  for (const LinearExpr *operand : {&lhs, &rhs})
    facts.nonNegative.push_back(isMaximum ? result - *operand
                                          : *operand - result);
  system.add(facts);
  first.addEqual(result, lhs);
  second.addEqual(result, rhs);
  system.add(Disjunction{first, second});
  return result;
}

LinearExpr IndexConstraints::choose(Value condition, Value ifTrue,
                                    Value ifFalse, unsigned iteration) {
  LinearExpr lhs = get(ifTrue, iteration), rhs = get(ifFalse, iteration);
  if (lhs == rhs)
    return lhs;
  Interval l = system.getInterval(lhs), r = system.getInterval(rhs);
  LinearExpr result = LinearExpr::variable(
      addVariable({std::min(l.lower, r.lower), std::max(l.upper, r.upper)}));
  Disjunction all;
  for (bool value : {true, false}) {
    auto cases = getCondition(condition, value, iteration)
                     .value_or(Disjunction{Conjunction()});
    for (Conjunction &one : cases) {
      one.addEqual(result, value ? lhs : rhs);
      all.push_back(std::move(one));
    }
  }
  system.add(all);
  return result;
}

//===----------------------------------------------------------------------===//
// Proofs
//===----------------------------------------------------------------------===//

bool tilec::provesAtMost(Operation *op, Value lhs, Value rhs) {
  IndexConstraints constraints;
  constraints.addFactsAt(op);
  LinearExpr left = constraints.get(lhs), right = constraints.get(rhs);
  return constraints.getSystem().provesAtMost(left, right);
}

bool tilec::provesInRange(Operation *op, Value value, int64_t lower,
                          int64_t upper) {
  IndexConstraints constraints;
  constraints.addFactsAt(op);
  LinearExpr expr = constraints.get(value);
  return constraints.getSystem().provesNonNegative(expr - WideInt(lower)) &&
         constraints.getSystem().provesNonNegative(LinearExpr(upper) - expr);
}
