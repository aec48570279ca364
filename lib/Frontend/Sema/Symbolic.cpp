//===- Symbolic.cpp - What is known of integers ---------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Symbolic.h"

#include "llvm/ADT/STLExtras.h"

using namespace tilec;

/// Larger polynomials are not worth their cost: products of sums double at
/// every multiplication.
static constexpr size_t maxTerms = 24;
static constexpr size_t maxDegree = 12;

static bool isTooLarge(const DimExpr &expression) {
  return expression.getTerms().size() > maxTerms ||
         llvm::any_of(expression.getTerms(), [](const DimExpr::Term &term) {
           return term.symbols.size() > maxDegree;
         });
}

/// No dynamic name begins so.
static std::string atomName(unsigned number) {
  return "#" + std::to_string(number);
}

DimExpr SymbolicFactory::makeAtom() {
  return DimExpr::symbol(atomName(numAtoms++));
}

DimExpr SymbolicFactory::apply(llvm::StringRef function, const DimExpr &lhs,
                               const DimExpr &rhs) {
  std::string key = (function + "(" + lhs.str() + "," + rhs.str() + ")").str();
  auto [known, isNew] = applications.try_emplace(key, numAtoms);
  if (isNew)
    ++numAtoms;
  return DimExpr::symbol(atomName(known->second));
}

DimExpr SymbolicFactory::combine(BinaryOp op, const DimExpr &lhs,
                                 const DimExpr &rhs) {
  std::optional<DimExpr> result;
  if (op == BinaryOp::Add)
    result = DimExpr::add(lhs, rhs);
  else if (op == BinaryOp::Sub)
    result = DimExpr::sub(lhs, rhs);
  else if (op == BinaryOp::Mul &&
           lhs.getTerms().size() * rhs.getTerms().size() <= maxTerms)
    result = DimExpr::mul(lhs, rhs);
  if (result && !isTooLarge(*result))
    return *result;
  return apply(spelling(op), lhs, rhs);
}

bool tilec::hasOpaqueAtoms(const DimExpr &expression) {
  return llvm::any_of(expression.getTerms(), [](const DimExpr::Term &term) {
    return llvm::any_of(term.symbols, [](const std::string &name) {
      return name.front() == '#';
    });
  });
}

std::optional<DimExpr> tilec::divideExactly(const DimExpr &dividend,
                                            const DimExpr &divisor) {
  if (divisor.getTerms().size() != 1)
    return std::nullopt;
  const DimExpr::Term &by = divisor.getTerms().front();
  DimExpr quotient;
  for (const DimExpr::Term &term : dividend.getTerms()) {
    if (by.coefficient == -1 || term.coefficient % by.coefficient != 0 ||
        !std::includes(term.symbols.begin(), term.symbols.end(),
                       by.symbols.begin(), by.symbols.end()))
      return std::nullopt;
    std::vector<std::string> rest;
    std::set_difference(term.symbols.begin(), term.symbols.end(),
                        by.symbols.begin(), by.symbols.end(),
                        std::back_inserter(rest));
    std::optional<DimExpr> part = DimExpr(term.coefficient / by.coefficient);
    for (const std::string &name : rest)
      part = DimExpr::mul(*part, DimExpr::symbol(name));
    quotient = *DimExpr::add(quotient, *part);
  }
  return quotient;
}
