//===- Bounds.h - Accesses that stay inside ---------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Whether an access has to be checked when it runs: proofs that the cells it
// touches lie inside of the storage, by IndexConstraints.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_ANALYSIS_BOUNDS_H
#define TILEC_ANALYSIS_BOUNDS_H

#include "mlir/IR/Operation.h"
#include "tilec/Analysis/IndexConstraints.h"

namespace tilec {

/// The first bound of a box that is not proven to hold.
struct UnprovenBound {
  /// The tensor or tile that the box is of, and where the program names it.
  mlir::Value storage;
  mlir::Location loc;
  unsigned dim;
  /// That the box begins at 0 or above; else, that it ends inside.
  bool isBegin;
};

/// None if each time that `op` runs all that it touches is inside, of its
/// operands that are tensors and of those that are tiles.
std::optional<UnprovenBound> findUnproven(mlir::Operation *op,
                                          FactsAtPlaces &facts);

/// Whether whatever `op` touches lies inside each time that it runs, so that it
/// needs no check.
bool provesInside(mlir::Operation *op);

} // namespace tilec

#endif // TILEC_ANALYSIS_BOUNDS_H
