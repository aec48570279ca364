//===- DimExpr.cpp - Symbolic dimensions ----------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Support/DimExpr.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include <fmt/format.h>

using namespace tilec;

DimExpr::DimExpr(int64_t value) {
  if (value != 0)
    terms.push_back({value, {}});
}

DimExpr DimExpr::symbol(llvm::StringRef name) {
  DimExpr result;
  result.terms.push_back({1, {name.str()}});
  return result;
}

/// The order in which terms are written: products of more names first.
static bool comesBefore(const DimExpr::Term &lhs, const DimExpr::Term &rhs) {
  if (lhs.symbols.size() != rhs.symbols.size())
    return lhs.symbols.size() > rhs.symbols.size();
  return std::lexicographical_compare(lhs.symbols.begin(), lhs.symbols.end(),
                                      rhs.symbols.begin(), rhs.symbols.end());
}

/// Adds a term with sorted names; false if the coefficient exceeds 64 bits.
bool DimExpr::addTerm(Term term) {
  auto *place = llvm::lower_bound(terms, term, comesBefore);
  if (place == terms.end() || place->symbols != term.symbols) {
    if (term.coefficient != 0)
      terms.insert(place, std::move(term));
    return true;
  }
  if (__builtin_add_overflow(place->coefficient, term.coefficient,
                             &place->coefficient))
    return false;
  if (place->coefficient == 0)
    terms.erase(place);
  return true;
}

std::optional<DimExpr> DimExpr::add(const DimExpr &lhs, const DimExpr &rhs) {
  DimExpr result = lhs;
  for (const Term &term : rhs.terms)
    if (!result.addTerm(term))
      return std::nullopt;
  return result;
}

std::optional<DimExpr> DimExpr::sub(const DimExpr &lhs, const DimExpr &rhs) {
  std::optional<DimExpr> negated = mul(rhs, -1);
  return negated ? add(lhs, *negated) : std::nullopt;
}

std::optional<DimExpr> DimExpr::mul(const DimExpr &lhs, const DimExpr &rhs) {
  DimExpr result;
  for (const Term &left : lhs.terms)
    for (const Term &right : rhs.terms) {
      Term term = left;
      if (__builtin_mul_overflow(left.coefficient, right.coefficient,
                                 &term.coefficient))
        return std::nullopt;
      llvm::append_range(term.symbols, right.symbols);
      llvm::sort(term.symbols);
      if (!result.addTerm(std::move(term)))
        return std::nullopt;
    }
  return result;
}

bool DimExpr::isConstant() const {
  return terms.empty() || terms.front().symbols.empty();
}

std::optional<int64_t> DimExpr::getConstant() const {
  if (!isConstant())
    return std::nullopt;
  return terms.empty() ? 0 : terms.front().coefficient;
}

llvm::SmallVector<std::string, 2> DimExpr::getSymbols() const {
  llvm::SmallVector<std::string, 2> result;
  for (const Term &term : terms)
    llvm::append_range(result, term.symbols);
  llvm::sort(result);
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

std::optional<int64_t> DimExpr::evaluate(Lookup lookup) const {
  int64_t sum = 0;
  for (const Term &term : terms) {
    int64_t product = term.coefficient;
    for (const std::string &name : term.symbols) {
      std::optional<int64_t> value = lookup(name);
      if (!value || __builtin_mul_overflow(product, *value, &product))
        return std::nullopt;
    }
    if (__builtin_add_overflow(sum, product, &sum))
      return std::nullopt;
  }
  return sum;
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

/// One term without its sign: names first, as in `LAYERS*2048`.
static std::string formatTerm(const DimExpr::Term &term) {
  uint64_t magnitude = term.coefficient < 0 ? -uint64_t(term.coefficient)
                                            : uint64_t(term.coefficient);
  std::string text = llvm::join(term.symbols, "*");
  if (text.empty())
    return fmt::format("{}", magnitude);
  return magnitude == 1 ? text : fmt::format("{}*{}", text, magnitude);
}

std::string DimExpr::str() const {
  if (terms.empty())
    return "0";
  std::string text = terms.front().coefficient < 0 ? "-" : "";
  text += formatTerm(terms.front());
  for (const Term &term : llvm::drop_begin(terms))
    text += (term.coefficient < 0 ? " - " : " + ") + formatTerm(term);
  return text;
}

static llvm::Error failToParse(llvm::StringRef text) {
  return llvm::createStringError(
      fmt::format("`{}` is not a sum of products of names and integers, or "
                  "exceeds 64 bits",
                  text.str()));
}

static bool isName(llvm::StringRef text) {
  return !text.empty() && !llvm::isDigit(text.front()) &&
         llvm::all_of(text,
                      [](char c) { return llvm::isAlnum(c) || c == '_'; });
}

/// A product of names and unsigned integers, with the sign before it.
static std::optional<DimExpr> parseTerm(llvm::StringRef text, int64_t sign) {
  std::optional<DimExpr> product = DimExpr(sign);
  llvm::SmallVector<llvm::StringRef, 4> factors;
  text.split(factors, '*');
  for (llvm::StringRef factor : factors) {
    factor = factor.trim();
    int64_t value = 0;
    if (isName(factor))
      product = DimExpr::mul(*product, DimExpr::symbol(factor));
    else if (llvm::all_of(factor, llvm::isDigit) &&
             !factor.getAsInteger(10, value))
      product = DimExpr::mul(*product, value);
    else
      return std::nullopt;
    if (!product)
      return std::nullopt;
  }
  return product;
}

llvm::Expected<DimExpr> DimExpr::parse(llvm::StringRef text) {
  DimExpr sum;
  llvm::StringRef rest = text.trim();
  int64_t sign = rest.consume_front("-") ? -1 : 1;
  while (true) {
    size_t end = rest.find_first_of("+-");
    std::optional<DimExpr> term = parseTerm(rest.take_front(end), sign);
    std::optional<DimExpr> next = term ? add(sum, *term) : std::nullopt;
    if (!next)
      return failToParse(text);
    sum = std::move(*next);
    if (end == llvm::StringRef::npos)
      return sum;
    sign = rest[end] == '-' ? -1 : 1;
    rest = rest.drop_front(end + 1);
  }
}
