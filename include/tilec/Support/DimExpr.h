//===- DimExpr.h - Symbolic dimensions --------------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_SUPPORT_DIMEXPR_H
#define TILEC_SUPPORT_DIMEXPR_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <optional>
#include <string>

namespace tilec {

/// An integer polynomial over dynamic names, such as `LAYERS*2048 + 3`: what a
/// dimension of a parameter may be. Kept in a normal form, so equal polynomials
/// compare equal.
class DimExpr {
public:
  /// A coefficient times a product of names. The names are sorted; a power is a
  /// repeated name. The constant term has no names.
  struct Term {
    int64_t coefficient;
    llvm::SmallVector<std::string, 2> symbols;

    bool operator==(const Term &other) const {
      return coefficient == other.coefficient && symbols == other.symbols;
    }
  };

  /// Gives the value of a name, or none if it is not known.
  using Lookup = llvm::function_ref<std::optional<int64_t>(llvm::StringRef)>;

  /// The constant 0.
  DimExpr() = default;
  /// A constant.
  DimExpr(int64_t value);
  /// A dynamic name.
  static DimExpr symbol(llvm::StringRef name);

  /// Sum, difference and product; none if a coefficient exceeds 64 bits.
  static std::optional<DimExpr> add(const DimExpr &lhs, const DimExpr &rhs);
  static std::optional<DimExpr> sub(const DimExpr &lhs, const DimExpr &rhs);
  static std::optional<DimExpr> mul(const DimExpr &lhs, const DimExpr &rhs);

  /// Reads what `str` writes: terms joined by `+` or `-`, factors by `*`.
  static llvm::Expected<DimExpr> parse(llvm::StringRef text);

  /// The terms with a nonzero coefficient: names first, the constant last.
  llvm::ArrayRef<Term> getTerms() const { return terms; }

  bool isConstant() const;
  /// The value, if no name occurs.
  std::optional<int64_t> getConstant() const;
  /// The names that occur, each once, sorted.
  llvm::SmallVector<std::string, 2> getSymbols() const;

  /// The value; none if a name is unknown or a step exceeds 64 bits.
  std::optional<int64_t> evaluate(Lookup lookup) const;

  /// `LAYERS*2048`, `N + 1`, `0`.
  std::string str() const;

  bool operator==(const DimExpr &other) const { return terms == other.terms; }
  bool operator!=(const DimExpr &other) const { return !(*this == other); }

private:
  bool addTerm(Term term);

  llvm::SmallVector<Term, 1> terms;
};

} // namespace tilec

#endif // TILEC_SUPPORT_DIMEXPR_H
