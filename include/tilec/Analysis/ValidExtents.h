//===- ValidExtents.h - Valid extents of tiles as IR values -----*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Which index values of the program decide how far a tile is valid: traced
// through elementwise operations, products, reductions, loops and branches to
// the `valid` operands of the slices that a tile is made from.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_ANALYSIS_VALIDEXTENTS_H
#define TILEC_ANALYSIS_VALIDEXTENTS_H

#include "mlir/IR/Value.h"

namespace tilec {

/// The sum of a value, null for 0, and a constant.
struct ExtentBound {
  mlir::Value value;
  int64_t constant = 0;
  bool operator==(const ExtentBound &other) const {
    return value == other.value && constant == other.constant;
  }
};

/// A valid extent is at most each of the bounds, and not negative. If
/// `isExact`, it is their minimum, or 0 if that is negative. There is at least
/// one bound, and one that is constant: the nominal size, or less.
struct ValidExtent {
  llvm::SmallVector<ExtentBound, 3> bounds;
  bool isExact = true;
};

/// The valid extent of a tile along a dimension. Values that only an iteration
/// of a loop knows are left out where the tile is carried, or leaves the loop;
/// those of a scope that yields the tile are not.
ValidExtent getValidExtent(mlir::Value tile, unsigned dim);

} // namespace tilec

#endif // TILEC_ANALYSIS_VALIDEXTENTS_H
