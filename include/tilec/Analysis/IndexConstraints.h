//===- IndexConstraints.h - Index values as linear expressions --*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What is known of the index values of tile IR, at one or several points of a
// program, as linear constraints. Sums, multiples, `min`, `max`, `select`,
// floor division and modulo are modelled exactly; what a tensor holds, or a
// product of two unknowns, is a variable of its own with the bounds that are
// known of it. Loops bound their induction variables. Assertions that have
// passed, and the conditions of branches around a point, are facts there.
//
// Index arithmetic wraps at 64 bits, and so do the expressions: a result that
// may exceed 64 bits is `sum - 2^64 * k` for an unknown k. No proof rests on an
// absence of overflow but for two guarantees of every call: dynamic names and
// extents of parameters are between 0 and 2^47 (kMaxExtent).
//
// A point may be reached more than once; two iterations of one loop can be told
// apart. Values that are defined in the loop then stand for two variables, one
// for each iteration, and all others for one.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_ANALYSIS_INDEXCONSTRAINTS_H
#define TILEC_ANALYSIS_INDEXCONSTRAINTS_H

#include "mlir/IR/Operation.h"
#include "tilec/Analysis/LinearSystem.h"
#include "tilec/Analysis/ValidExtents.h"
#include "llvm/ADT/DenseMap.h"
#include <map>

namespace tilec {

class IndexConstraints {
public:
  /// With a loop, `iteration` 0 and 1 in the functions below are two iterations
  /// of it, whichever they are.
  explicit IndexConstraints(mlir::Operation *loop = nullptr) : loop(loop) {}

  /// Adds what is known whenever `op` is about to run.
  void addFactsAt(mlir::Operation *op, unsigned iteration = 0);
  /// Adds that the condition, an i1, has the value.
  void addCondition(mlir::Value condition, bool value, unsigned iteration = 0);

  /// An index value.
  LinearExpr get(mlir::Value value, unsigned iteration = 0);
  /// The sum of a value and a constant, without wrapping.
  LinearExpr get(const ExtentBound &bound, unsigned iteration = 0);
  /// An extent of a tensor.
  LinearExpr getExtent(mlir::Value tensor, unsigned dim,
                       unsigned iteration = 0);
  /// A valid extent of a tile: exact, or a variable with the bounds that are
  /// known of it.
  LinearExpr getValidExtent(mlir::Value tile, unsigned dim,
                            unsigned iteration = 0);
  /// The number of an iteration of a loop, from 0; `loop` is an `scf.for` or a
  /// `tile.parallel`.
  LinearExpr getIterationNumber(mlir::Operation *loop, unsigned iteration = 0);

  /// The condition as constraints: null where it is not understood.
  std::optional<Disjunction> getCondition(mlir::Value condition, bool value,
                                          unsigned iteration = 0);

  /// Adds how products with a common factor of two iterations compare: `i < j`
  /// implies `i * n + n <= j * n`. To be called once, when all expressions have
  /// been made.
  void relateIterations();

  LinearSystem &getSystem() { return system; }
  const LinearSystem &getSystem() const { return system; }

private:
  using Interval = LinearSystem::Interval;
  /// A value, or an operation, in an iteration.
  using Key = std::pair<const void *, unsigned>;
  struct Division {
    LinearExpr dividend, divisor, quotient, remainder;
  };

  // IndexConstraints.cpp: values.
  Key getKey(mlir::Value value, unsigned iteration) const;
  unsigned addVariable(Interval interval, Key origin = {nullptr, 0});
  LinearExpr addUnknown(mlir::Value value, unsigned iteration,
                        Interval interval);
  LinearExpr wrap(const LinearExpr &expr);
  LinearExpr compute(mlir::Value value, unsigned iteration);
  LinearExpr computeBinary(mlir::Operation *op, mlir::Value result,
                           unsigned iteration);
  LinearExpr computeArgument(mlir::BlockArgument argument, unsigned iteration);
  LinearExpr computeInduction(mlir::Operation *op, mlir::Value induction,
                              unsigned iteration);
  LinearExpr getExtremum(const LinearExpr &lhs, const LinearExpr &rhs,
                         bool isMaximum);
  LinearExpr choose(mlir::Value condition, mlir::Value ifTrue,
                    mlir::Value ifFalse, unsigned iteration);

  // IndexProducts.cpp: products and divisions.
  LinearExpr multiply(const LinearExpr &lhs, const LinearExpr &rhs);
  unsigned getProduct(unsigned lhs, unsigned rhs);
  void addFactsOfProduct(unsigned lhs, unsigned rhs);
  std::optional<Division> divide(const LinearExpr &lhs, const LinearExpr &rhs,
                                 Key origin);
  Division divideByConstant(const LinearExpr &lhs, WideInt divisor, Key origin);

  // IndexExtents.cpp: extents of tensors and tiles.
  LinearExpr computeExtent(mlir::Value tensor, unsigned dim,
                           unsigned iteration);
  LinearExpr getParameterExtent(mlir::BlockArgument tensor, unsigned dim);
  LinearExpr getReshapedExtent(mlir::Operation *reshape, unsigned dim,
                               unsigned iteration);

  // IndexFacts.cpp: conditions and assertions.
  std::optional<Disjunction> getConditionOfOp(mlir::Operation *op,
                                              mlir::Value condition, bool value,
                                              unsigned iteration);
  std::optional<Disjunction> combine(mlir::ValueRange operands, bool value,
                                     bool isConjunction, unsigned iteration);
  std::optional<Disjunction> chooseCondition(mlir::Value condition,
                                             mlir::Value ifTrue,
                                             mlir::Value ifFalse, bool value,
                                             unsigned iteration);
  void addAsserts(mlir::Operation *begin, mlir::Operation *end,
                  unsigned iteration);
  void addFactsInside(mlir::Region *region, unsigned iteration);
  friend class FactsAtPlaces;

  mlir::Operation *loop;
  LinearSystem system;
  llvm::DenseMap<Key, LinearExpr> known, numbers;
  std::map<std::pair<Key, unsigned>, LinearExpr> knownExtents;
  std::map<std::pair<unsigned, unsigned>, unsigned> products;
  std::vector<Division> divisions;
  // What each variable stands for.
  std::vector<Key> origins;
  // Expressions that loops keep from being negative: what multiplies them by
  // something not negative keeps that.
  std::vector<LinearExpr> loopBounds;
  // Inside of a branch that may not run.
  unsigned speculation = 0;
  bool expandsProduct = false;
};

/// What is known at places of a function that does not change meanwhile, but
/// for values that are added. Places are best asked for in program order: then
/// what is known of one is the beginning of what is known of the next.
class FactsAtPlaces {
public:
  const IndexConstraints &getFactsAt(mlir::Operation *op);

private:
  /// What is known before `place`, of its block and of the blocks around it.
  struct Level {
    mlir::Operation *place;
    IndexConstraints facts;
  };
  /// Of the last place and of the ops around it, outermost first.
  std::vector<Level> levels;
};

/// Whether `op` may be reached only with `lhs <= rhs`.
bool provesAtMost(mlir::Operation *op, mlir::Value lhs, mlir::Value rhs);
/// Whether the value is in `lower..upper`, bounds included, whenever `op` runs.
bool provesInRange(mlir::Operation *op, mlir::Value value, int64_t lower,
                   int64_t upper);

} // namespace tilec

#endif // TILEC_ANALYSIS_INDEXCONSTRAINTS_H
