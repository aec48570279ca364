//===- Regions.h - The cells of storage that a program touches --*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The boxes of tensors that operations read and write, as integer sets over
// induction variables and what else an index depends on, and whether two of
// them can have a cell in common.
//
// Only cells inside of the tensor count: an access that reaches outside of it
// is an error, and touches nothing.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_ANALYSIS_REGIONS_H
#define TILEC_ANALYSIS_REGIONS_H

#include "tilec/Analysis/IndexConstraints.h"

namespace tilec {

struct TensorAccess {
  mlir::Operation *op;
  mlir::Value tensor;
  bool isWrite;
  /// The first cell, and the extents, one for each dimension. Nothing is known
  /// of the box if `isWhole`: it may be all of the tensor, or any of it.
  llvm::SmallVector<mlir::Value, 4> offsets;
  llvm::SmallVector<ValidExtent, 4> extents;
  bool isWhole = false;

  /// Whether the box is what is touched, not just a bound of it.
  bool isExact() const;
};

/// Appends the accesses that the operation itself makes, none of its regions.
void appendAccesses(mlir::Operation *op, std::vector<TensorAccess> &accesses);
/// All accesses of an operation and of what it contains, in program order.
std::vector<TensorAccess> getAccesses(mlir::Operation *op);

/// An access in one of two iterations, see IndexConstraints.
struct AccessInIteration {
  const TensorAccess &access;
  unsigned iteration = 0;
};

/// The coordinates of a cell that the access touches, as new variables.
llvm::SmallVector<LinearExpr, 4> addTouchedCell(IndexConstraints &constraints,
                                                AccessInIteration access);

/// Adds that two accesses touch one cell; where they name the storage by other
/// shapes that cannot be compared, adds only that each touches one. Returns the
/// cell in the coordinates of `first`.
llvm::SmallVector<LinearExpr, 4> addCommonCell(IndexConstraints &constraints,
                                               AccessInIteration first,
                                               AccessInIteration second);

} // namespace tilec

#endif // TILEC_ANALYSIS_REGIONS_H
