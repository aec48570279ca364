//===- LinearSystem.h - Linear constraints over integers --------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A conjunction of linear constraints, some of which are alternatives, over
// integer variables without a limit of width. MLIR's Presburger library decides
// whether any integers satisfy it.
//
// An answer is one-sided: "proven" is exact, "not proven" may also mean that
// the question was too large. Leaving a constraint out is therefore always
// sound.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_ANALYSIS_LINEARSYSTEM_H
#define TILEC_ANALYSIS_LINEARSYSTEM_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include <cstdint>
#include <optional>
#include <vector>

namespace tilec {

/// Wide enough for sums and products of 64-bit numbers.
using WideInt = __int128;

/// The sum of `coefficient * variable` over `terms`, and a constant. Terms are
/// sorted by variable, their coefficients are not 0.
struct LinearExpr {
  LinearExpr() = default;
  explicit LinearExpr(WideInt constant) : constant(constant) {}
  static LinearExpr variable(unsigned number);

  bool isConstant() const { return terms.empty(); }
  bool operator==(const LinearExpr &other) const {
    return constant == other.constant && terms == other.terms;
  }

  struct Term {
    unsigned variable;
    WideInt coefficient;
    bool operator==(const Term &other) const {
      return variable == other.variable && coefficient == other.coefficient;
    }
  };
  llvm::SmallVector<Term, 4> terms;
  WideInt constant = 0;
};

// Sums, and multiples by a number below 2^64, of expressions whose numbers are
// below 2^62: what the clients keep them at.
LinearExpr operator+(const LinearExpr &lhs, const LinearExpr &rhs);
LinearExpr operator-(const LinearExpr &lhs, const LinearExpr &rhs);
LinearExpr operator*(const LinearExpr &expr, WideInt factor);
LinearExpr operator+(const LinearExpr &expr, WideInt constant);
LinearExpr operator-(const LinearExpr &expr, WideInt constant);

/// Expressions that are 0 and expressions that are not negative.
struct Conjunction {
  llvm::SmallVector<LinearExpr, 2> zero, nonNegative;

  void addEqual(const LinearExpr &lhs, const LinearExpr &rhs) {
    zero.push_back(lhs - rhs);
  }
  void addAtMost(const LinearExpr &lhs, const LinearExpr &rhs) {
    nonNegative.push_back(rhs - lhs);
  }
  void append(const Conjunction &other);
};

/// One of the conjunctions holds: all is true of one that is empty, nothing of
/// none.
using Disjunction = std::vector<Conjunction>;

class LinearSystem {
public:
  /// A closed interval; far beyond 64 bits where nothing is known.
  struct Interval {
    WideInt lower, upper;
  };
  static const WideInt unbounded;

  unsigned addVariable(Interval interval);
  /// Also narrows the interval of a variable that is alone in an expression.
  void add(const Conjunction &facts);
  void add(const Disjunction &alternatives);

  Interval getInterval(unsigned variable) const { return intervals[variable]; }
  /// By interval arithmetic.
  Interval getInterval(const LinearExpr &expr) const;

  /// Whether no integers satisfy the system. Of a large one, only what is
  /// connected to the variables of `about`, if there are any, is looked at.
  bool isEmpty(llvm::ArrayRef<LinearExpr> about = {}) const;
  /// Whether `expr >= 0` follows.
  bool provesNonNegative(const LinearExpr &expr) const;
  bool provesAtMost(const LinearExpr &lhs, const LinearExpr &rhs) const {
    return provesNonNegative(rhs - lhs);
  }
  /// Integers, one for each variable, that satisfy the system. None if there
  /// are none, if they exceed 64 bits, or if the search was too long.
  std::optional<std::vector<int64_t>> findSample() const;
  /// The smallest and largest value that the rational relaxation of the
  /// constraints without alternatives allows.
  Interval getBounds(const LinearExpr &expr) const;

private:
  void narrow(const LinearExpr &expr);

  std::vector<Interval> intervals;
  Conjunction facts;
  std::vector<Disjunction> alternatives;
};

/// Rounds down; the divisor is not 0.
WideInt floorDiv(WideInt lhs, WideInt rhs);

/// The value of an expression, 64 bits wide, where each variable has that of
/// `sample`.
int64_t evaluate(const LinearExpr &expr, llvm::ArrayRef<int64_t> sample);

} // namespace tilec

#endif // TILEC_ANALYSIS_LINEARSYSTEM_H
