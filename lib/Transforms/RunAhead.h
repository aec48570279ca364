//===- RunAhead.h - Values of a later iteration, computed now ---*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_TRANSFORMS_RUNAHEAD_H
#define TILEC_LIB_TRANSFORMS_RUNAHEAD_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/Dominance.h"
#include "mlir/IR/IRMapping.h"
#include "tilec/Dialect/Tile/Tile.h"

namespace tilec {

/// Computes at one place what a value will be at a later one. What that takes
/// runs where it stands in no program, so it neither fails nor leaves a tensor;
/// the result may be wrong, and is for hints only.
class RunAhead {
public:
  enum class Iteration { First, Next };

  /// The value is one inside of \p region, an operation that runs after
  /// \p place or around it; null if the value is in neither. If that is a loop,
  /// it is in \p iteration, where the last one is its own next; loops inside of
  /// it are in their first.
  RunAhead(mlir::Operation *region, Iteration iteration, mlir::Operation *place,
           mlir::DominanceInfo &dominance)
      : region(region), iteration(iteration), place(place),
        dominance(dominance) {}

  bool isComputable(mlir::Value value);
  /// \p b stands before the place. Only of what is computable.
  mlir::Value compute(mlir::OpBuilder &b, mlir::Value value);

private:
  bool isThere(mlir::Value value);
  bool runsAhead(mlir::Operation *op);
  mlir::Value computeVariable(mlir::OpBuilder &b, mlir::BlockArgument variable);
  mlir::Value computeRead(mlir::OpBuilder &b, tile::ReadOp read);

  mlir::Operation *region;
  Iteration iteration;
  mlir::Operation *place;
  mlir::DominanceInfo &dominance;
  llvm::DenseMap<mlir::Value, bool> computable;
  mlir::IRMapping values;
};

/// Whether an iteration follows that of \p variable.
mlir::Value hasNextIteration(mlir::OpBuilder &b, mlir::Location loc,
                             mlir::Value variable, mlir::Value step,
                             mlir::Value upper);

} // namespace tilec

#endif // TILEC_LIB_TRANSFORMS_RUNAHEAD_H
