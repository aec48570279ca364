//===- IndexSums.h - Index values as sums of others -------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Index values as sums that can be compared, moved to another place of the
// program and built there. Values that are computed alike are one term; the
// variable of a loop of one iteration is its lower bound.
//
// A sum is a number, not a number modulo 2^64: no partial sum leaves 64 bits,
// by the ranges of its terms. What may wrap is a term of its own.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_ANALYSIS_INDEXSUMS_H
#define TILEC_ANALYSIS_INDEXSUMS_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/Dominance.h"
#include "mlir/IR/IRMapping.h"
#include "tilec/Analysis/IndexConstraints.h"

namespace tilec {

/// `constant` and the sum of `factor * value`.
struct IndexSum {
  IndexSum(int64_t constant = 0) : constant(constant) {}

  bool isConstant() const { return terms.empty(); }

  int64_t constant;
  llvm::SmallVector<std::pair<mlir::Value, int64_t>, 2> terms;
};

class IndexSums {
public:
  IndexSum get(mlir::Value value);
  /// Upper bounds of an extent, for which a negative value is as good as 0;
  /// their minimum is `value`, but for those of a bound that may exceed 64
  /// bits.
  llvm::SmallVector<IndexSum, 2> getBounds(mlir::Value value,
                                           unsigned depth = 0);
  llvm::SmallVector<IndexSum, 2> getBounds(const ExtentBound &bound);
  /// `lhs + factor * rhs`; none where it may exceed 64 bits.
  std::optional<IndexSum> add(const IndexSum &lhs, const IndexSum &rhs,
                              int64_t factor = 1);

  bool areEqual(const IndexSum &lhs, const IndexSum &rhs);
  /// Whether that follows from the ranges of the terms.
  bool isAtMost(const IndexSum &lhs, const IndexSum &rhs);
  /// Whether it follows from all that is known whenever `op` runs.
  bool provesAtMost(mlir::Operation *op, const IndexSum &lhs,
                    const IndexSum &rhs);

  /// A sum that is not less, of values that can be computed before `op`: of the
  /// variables of loops their last or first value. None if there is none.
  std::optional<IndexSum> getBoundBefore(IndexSum sum, mlir::Operation *op);
  /// The value of a sum whose terms can be computed at the builder's place.
  mlir::Value build(mlir::OpBuilder &b, mlir::Location loc,
                    const IndexSum &sum);

private:
  using Interval = LinearSystem::Interval;

  mlir::Value getRepresentative(mlir::Value value);
  IndexSum compute(mlir::Value value);
  Interval getInterval(mlir::Value term);
  Interval getInterval(const IndexSum &sum);
  bool isAvailable(mlir::Value value, mlir::Operation *op, unsigned &budget);
  mlir::Value makeAvailable(mlir::OpBuilder &b, mlir::Value value,
                            mlir::IRMapping &made);
  LinearExpr getExpr(IndexConstraints &constraints, const IndexSum &sum);

  IndexConstraints constraints;
  mlir::DominanceInfo dominance;
  llvm::DenseMap<mlir::Value, IndexSum> known;
  llvm::DenseMap<mlir::Value, Interval> intervals;
  llvm::DenseMap<mlir::Value, mlir::Value> representatives;
  /// Representatives that operations computed, by a hash of how.
  llvm::DenseMap<size_t, llvm::SmallVector<mlir::Value, 1>> computed;
};

} // namespace tilec

#endif // TILEC_ANALYSIS_INDEXSUMS_H
