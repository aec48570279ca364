//===- LinearSystem.cpp - Linear constraints over integers --------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Analysis/LinearSystem.h"
#include "LinearQuery.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>

using namespace tilec;

const WideInt LinearSystem::unbounded = WideInt(1) << 120;

//===----------------------------------------------------------------------===//
// Expressions
//===----------------------------------------------------------------------===//

LinearExpr LinearExpr::variable(unsigned number) {
  LinearExpr result;
  result.terms.push_back({number, 1});
  return result;
}

LinearExpr tilec::operator+(const LinearExpr &lhs, const LinearExpr &rhs) {
  LinearExpr result(lhs.constant + rhs.constant);
  const auto *l = lhs.terms.begin(), *r = rhs.terms.begin();
  while (l != lhs.terms.end() || r != rhs.terms.end()) {
    if (r == rhs.terms.end() ||
        (l != lhs.terms.end() && l->variable < r->variable)) {
      result.terms.push_back(*l++);
    } else if (l == lhs.terms.end() || r->variable < l->variable) {
      result.terms.push_back(*r++);
    } else {
      if (WideInt sum = l->coefficient + r->coefficient)
        result.terms.push_back({l->variable, sum});
      ++l;
      ++r;
    }
  }
  return result;
}

LinearExpr tilec::operator*(const LinearExpr &expr, WideInt factor) {
  if (factor == 0)
    return LinearExpr();
  LinearExpr result = expr;
  result.constant *= factor;
  for (LinearExpr::Term &term : result.terms)
    term.coefficient *= factor;
  return result;
}

LinearExpr tilec::operator-(const LinearExpr &lhs, const LinearExpr &rhs) {
  return lhs + rhs * -1;
}

LinearExpr tilec::operator+(const LinearExpr &expr, WideInt constant) {
  LinearExpr result = expr;
  result.constant += constant;
  return result;
}

LinearExpr tilec::operator-(const LinearExpr &expr, WideInt constant) {
  return expr + -constant;
}

int64_t tilec::evaluate(const LinearExpr &expr,
                        llvm::ArrayRef<int64_t> sample) {
  WideInt sum = expr.constant;
  for (const LinearExpr::Term &term : expr.terms)
    sum += term.coefficient * sample[term.variable];
  return int64_t(sum);
}

void Conjunction::append(const Conjunction &other) {
  llvm::append_range(zero, other.zero);
  llvm::append_range(nonNegative, other.nonNegative);
}

//===----------------------------------------------------------------------===//
// Intervals
//===----------------------------------------------------------------------===//

static WideInt saturate(WideInt value) {
  return std::clamp(value, -LinearSystem::unbounded, LinearSystem::unbounded);
}

/// A multiple that stays at infinity, or goes there where it would overflow.
static WideInt multiply(WideInt bound, WideInt factor) {
  WideInt product;
  if (!__builtin_mul_overflow(bound, factor, &product))
    return saturate(product);
  return (bound < 0) == (factor < 0) ? LinearSystem::unbounded
                                     : -LinearSystem::unbounded;
}

LinearSystem::Interval LinearSystem::getInterval(const LinearExpr &expr) const {
  Interval result{expr.constant, expr.constant};
  for (const LinearExpr::Term &term : expr.terms) {
    Interval variable = intervals[term.variable];
    if (term.coefficient < 0)
      std::swap(variable.lower, variable.upper);
    result.lower =
        saturate(result.lower + multiply(variable.lower, term.coefficient));
    result.upper =
        saturate(result.upper + multiply(variable.upper, term.coefficient));
  }
  return result;
}

unsigned LinearSystem::addVariable(Interval interval) {
  intervals.push_back(interval);
  return intervals.size() - 1;
}

WideInt tilec::floorDiv(WideInt lhs, WideInt rhs) {
  WideInt quotient = lhs / rhs;
  return lhs % rhs != 0 && (lhs < 0) != (rhs < 0) ? quotient - 1 : quotient;
}

/// `c * x + k >= 0` bounds x.
void LinearSystem::narrow(const LinearExpr &expr) {
  if (expr.terms.size() != 1)
    return;
  auto [variable, coefficient] = expr.terms.front();
  Interval &interval = intervals[variable];
  if (coefficient > 0)
    interval.lower =
        std::max(interval.lower, -floorDiv(expr.constant, coefficient));
  else
    interval.upper =
        std::min(interval.upper, floorDiv(expr.constant, -coefficient));
}

/// Of one variable the interval says all there is to say.
void LinearSystem::add(const Conjunction &added) {
  for (const LinearExpr &expr : added.nonNegative) {
    narrow(expr);
    if (expr.terms.size() != 1)
      facts.nonNegative.push_back(expr);
  }
  for (const LinearExpr &expr : added.zero) {
    narrow(expr);
    narrow(expr * -1);
    if (expr.terms.size() != 1)
      facts.zero.push_back(expr);
  }
}

void LinearSystem::add(const Disjunction &added) {
  if (added.size() == 1)
    return add(added.front());
  bool isTrue = llvm::any_of(added, [](const Conjunction &one) {
    return one.zero.empty() && one.nonNegative.empty();
  });
  if (!isTrue)
    alternatives.push_back(added);
}

//===----------------------------------------------------------------------===//
// Decisions
//===----------------------------------------------------------------------===//

/// Systems with more constraints are not looked at as a whole.
static constexpr size_t kMaxWhole = 128;

bool LinearSystem::isEmpty(llvm::ArrayRef<LinearExpr> about) const {
  size_t size =
      facts.zero.size() + facts.nonNegative.size() + alternatives.size();
  if (size <= kMaxWhole)
    about = {};
  return LinearQuery(intervals, facts, alternatives, about).isEmpty();
}

bool LinearSystem::provesNonNegative(const LinearExpr &expr) const {
  if (getInterval(expr).lower >= 0)
    return true;
  LinearQuery query(intervals, facts, alternatives, expr);
  Conjunction negated;
  negated.nonNegative.push_back(expr * -1 - 1);
  query.add(negated);
  return query.isEmpty();
}

std::optional<std::vector<int64_t>> LinearSystem::findSample() const {
  return LinearQuery(intervals, facts, alternatives).findSample();
}

LinearSystem::Interval LinearSystem::getBounds(const LinearExpr &expr) const {
  Interval interval = getInterval(expr);
  if (expr.isConstant())
    return interval;
  Interval solved =
      LinearQuery(intervals, facts, alternatives, expr).getBounds(expr);
  return {std::max(interval.lower, solved.lower),
          std::min(interval.upper, solved.upper)};
}
