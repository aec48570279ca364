//===- LinearQuery.h - One question about linear constraints ----*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_ANALYSIS_LINEARQUERY_H
#define TILEC_LIB_ANALYSIS_LINEARQUERY_H

#include "mlir/Analysis/Presburger/IntegerRelation.h"
#include "tilec/Analysis/LinearSystem.h"

namespace tilec {

/// The constraints of a system that a question is about, as an integer set of
/// the Presburger library, and the alternatives that are left to choose from.
class LinearQuery {
public:
  using Interval = LinearSystem::Interval;

  /// With `about`, only what is connected to its variables is looked at.
  /// Variables that very many constraints share, such as an extent that every
  /// assertion of a large program compares with, connect nothing.
  LinearQuery(llvm::ArrayRef<Interval> intervals, const Conjunction &facts,
              llvm::ArrayRef<Disjunction> alternatives,
              llvm::ArrayRef<LinearExpr> about = {});

  void add(const Conjunction &conjunction) { addTo(set, conjunction); }
  bool isEmpty();
  std::optional<std::vector<int64_t>> findSample();
  Interval getBounds(const LinearExpr &expr);

private:
  using Set = mlir::presburger::IntegerPolyhedron;
  enum class Answer { Empty, Found, Unknown };

  void select(const Conjunction &facts,
              llvm::ArrayRef<Disjunction> alternatives,
              llvm::ArrayRef<LinearExpr> about);
  void addTo(Set &set, const Conjunction &conjunction) const;
  llvm::SmallVector<llvm::DynamicAPInt> getRow(const LinearExpr &expr) const;
  void addIntervals(llvm::ArrayRef<Interval> intervals);
  Answer solve(const Set &set, size_t chosen);

  // Column of each variable in the set, -1 where it plays no part.
  std::vector<int> columns;
  unsigned numColumns = 0;
  std::vector<const LinearExpr *> zero, nonNegative;
  std::vector<const Disjunction *> choices;
  Set set;
  std::vector<int64_t> sample;
  // Else one case that is not settled leaves the question open.
  bool needsSample = false;
  // Sets looked at so far; the search ends at a limit.
  unsigned steps = 0;
};

} // namespace tilec

#endif // TILEC_LIB_ANALYSIS_LINEARQUERY_H
