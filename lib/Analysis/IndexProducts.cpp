//===- IndexProducts.cpp - Products and divisions of index values -------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A product of two variables is a variable, the same one wherever these two
// meet. What is known of it is its sign and size, the bounds of a loop
// multiplied by the other factor, and how it compares with the product of the
// other iteration.
//
//===----------------------------------------------------------------------===//

#include "tilec/Analysis/IndexConstraints.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>

using namespace tilec;

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

static LinearSystem::Interval multiplyIntervals(LinearSystem::Interval lhs,
                                                LinearSystem::Interval rhs) {
  LinearSystem::Interval result = {LinearSystem::unbounded,
                                   -LinearSystem::unbounded};
  for (WideInt l : {lhs.lower, lhs.upper})
    for (WideInt r : {rhs.lower, rhs.upper}) {
      WideInt product;
      if (__builtin_mul_overflow(l, r, &product) ||
          product > LinearSystem::unbounded ||
          product < -LinearSystem::unbounded)
        product = (l < 0) == (r < 0) ? LinearSystem::unbounded
                                     : -LinearSystem::unbounded;
      result.lower = std::min(result.lower, product);
      result.upper = std::max(result.upper, product);
    }
  return result;
}

LinearExpr IndexConstraints::multiply(const LinearExpr &lhs,
                                      const LinearExpr &rhs) {
  if (lhs.isConstant())
    return rhs * lhs.constant;
  if (rhs.isConstant())
    return lhs * rhs.constant;
  LinearExpr result = lhs * rhs.constant + rhs * lhs.constant -
                      LinearExpr(lhs.constant * rhs.constant);
  for (const LinearExpr::Term &l : lhs.terms)
    for (const LinearExpr::Term &r : rhs.terms)
      result =
          result + LinearExpr::variable(getProduct(l.variable, r.variable)) *
                       (l.coefficient * r.coefficient);
  return result;
}

unsigned IndexConstraints::getProduct(unsigned lhs, unsigned rhs) {
  auto key = std::minmax(lhs, rhs);
  auto found = products.find(key);
  if (found != products.end())
    return found->second;
  Interval range =
      multiplyIntervals(system.getInterval(lhs), system.getInterval(rhs));
  if (lhs == rhs)
    range.lower = std::max<WideInt>(range.lower, 0);
  unsigned product = addVariable(range);
  products[key] = product;
  // Products that arise from the facts of one are left without facts.
  if (!expandsProduct) {
    expandsProduct = true;
    addFactsOfProduct(lhs, rhs);
    if (lhs != rhs)
      addFactsOfProduct(rhs, lhs);
    expandsProduct = false;
  }
  return product;
}

/// What a loop keeps at 0 or above is so `factor` times too.
void IndexConstraints::addFactsOfProduct(unsigned variable, unsigned factor) {
  if (system.getInterval(factor).lower < 0)
    return;
  Conjunction facts;
  LinearExpr scale = LinearExpr::variable(factor);
  for (size_t i = 0; i < loopBounds.size(); ++i) {
    bool isAbout = llvm::any_of(loopBounds[i].terms, [&](const auto &term) {
      return term.variable == variable;
    });
    if (isAbout)
      facts.nonNegative.push_back(multiply(loopBounds[i], scale));
  }
  system.add(facts);
}

void IndexConstraints::relateIterations() {
  std::vector<std::pair<std::pair<unsigned, unsigned>, unsigned>> all(
      products.begin(), products.end());
  // `i * n` and `j * n`, with i and j the same value in two iterations.
  auto relate = [&](unsigned i, unsigned j, unsigned n, unsigned in,
                    unsigned jn) {
    if (std::max(i, j) >= origins.size())
      return;
    bool isSameValue = origins[i].first &&
                       origins[i].first == origins[j].first &&
                       origins[i].second < origins[j].second;
    if (!isSameValue || system.getInterval(n).lower < 0)
      return;
    LinearExpr first = LinearExpr::variable(i),
               second = LinearExpr::variable(j),
               factor = LinearExpr::variable(n),
               ofFirst = LinearExpr::variable(in),
               ofSecond = LinearExpr::variable(jn);
    Conjunction before, same, after;
    before.addAtMost(first + WideInt(1), second);
    before.addAtMost(ofFirst + factor, ofSecond);
    same.addEqual(first, second);
    same.addEqual(ofFirst, ofSecond);
    after.addAtMost(second + WideInt(1), first);
    after.addAtMost(ofSecond + factor, ofFirst);
    system.add(Disjunction{before, same, after});
  };
  for (auto [one, oneProduct] : all)
    for (auto [other, otherProduct] : all) {
      if (one.first == other.first)
        relate(one.second, other.second, one.first, oneProduct, otherProduct);
      if (one.second == other.second)
        relate(one.first, other.first, one.second, oneProduct, otherProduct);
      if (one.first == other.second)
        relate(one.second, other.first, one.first, oneProduct, otherProduct);
      if (one.second == other.first)
        relate(one.first, other.second, one.second, oneProduct, otherProduct);
    }
}

//===----------------------------------------------------------------------===//
// Divisions
//===----------------------------------------------------------------------===//

std::optional<IndexConstraints::Division>
IndexConstraints::divide(const LinearExpr &lhs, const LinearExpr &rhs,
                         Key origin) {
  if (rhs.isConstant())
    return rhs.constant > 0
               ? std::optional(divideByConstant(lhs, rhs.constant, origin))
               : std::nullopt;
  // That the divisor is not 0 is known only where the division has run.
  if (speculation || system.getInterval(rhs).lower < 0)
    return std::nullopt;
  for (const Division &division : divisions)
    if (division.dividend == lhs && division.divisor == rhs)
      return division;
  Interval range = system.getInterval(lhs);
  Division division{lhs, rhs, {}, {}};
  division.quotient = LinearExpr::variable(addVariable(
      {std::min<WideInt>(range.lower, 0), std::max<WideInt>(range.upper, 0)},
      origin));
  division.remainder =
      LinearExpr::variable(addVariable({0, system.getInterval(rhs).upper - 1}));
  Conjunction facts;
  facts.nonNegative.push_back(rhs - 1);
  facts.addAtMost(division.remainder + WideInt(1), rhs);
  facts.addEqual(lhs, multiply(rhs, division.quotient) + division.remainder);
  system.add(facts);
  divisions.push_back(division);
  return division;
}

/// Multiples of the divisor leave the division exactly.
IndexConstraints::Division
IndexConstraints::divideByConstant(const LinearExpr &lhs, WideInt divisor,
                                   Key origin) {
  LinearExpr whole(floorDiv(lhs.constant, divisor));
  for (const LinearExpr::Term &term : lhs.terms)
    if (term.coefficient % divisor == 0)
      whole = whole + LinearExpr::variable(term.variable) *
                          (term.coefficient / divisor);
  LinearExpr rest = lhs - whole * divisor;
  Interval range = system.getInterval(rest);
  if (range.lower >= 0 && range.upper < divisor)
    return {lhs, LinearExpr(divisor), whole, rest};
  for (const Division &known : divisions)
    if (known.dividend == rest && known.divisor == LinearExpr(divisor))
      return {lhs, LinearExpr(divisor), whole + known.quotient,
              known.remainder};
  LinearExpr quotient = LinearExpr::variable(addVariable(
      {floorDiv(range.lower, divisor), floorDiv(range.upper, divisor)},
      origin));
  LinearExpr remainder = rest - quotient * divisor;
  Conjunction facts;
  facts.nonNegative.push_back(remainder);
  facts.nonNegative.push_back(LinearExpr(divisor - 1) - remainder);
  system.add(facts);
  divisions.push_back({rest, LinearExpr(divisor), quotient, remainder});
  return {lhs, LinearExpr(divisor), whole + quotient, remainder};
}
