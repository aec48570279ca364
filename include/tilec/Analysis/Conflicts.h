//===- Conflicts.h - Whether iterations of a loop meet ----------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Two iterations of a loop conflict where they touch the same cell of storage
// and one of them writes it. Of each pair of accesses it is proven, by integer
// sets, that this cannot happen, or that it happens whenever the loop runs, or
// it depends: on data, on the dynamic names, or on what is not understood.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_ANALYSIS_CONFLICTS_H
#define TILEC_ANALYSIS_CONFLICTS_H

#include "tilec/Analysis/Regions.h"

namespace tilec {

/// Two accesses that the iterations of a loop are not proven to keep apart.
struct Conflict {
  /// In program order; the same twice where it meets itself. One writes.
  TensorAccess first, second;
  /// Whether they meet each time that the function runs to its end, whatever
  /// the dynamic names and the data are.
  bool isCertain = false;
  /// Values of the induction variable with which they meet, the first access
  /// in that of the first: always if it is certain, else an example, if one has
  /// been found.
  std::optional<std::pair<int64_t, int64_t>> iterations;
  /// A value in their indices that only data or a parameter decide, if there
  /// is one.
  mlir::Value unknown;
  /// There are too many pairs to look at any of them; this is the first.
  bool isCutShort = false;

  const TensorAccess &getWrite() const {
    return first.isWrite ? first : second;
  }
  const TensorAccess &getOther() const {
    return first.isWrite ? second : first;
  }
};

/// The conflicts of a `tile.parallel`, or of an `scf.for` that carries nothing,
/// in program order, at most `limit`. None: the iterations are independent.
std::vector<Conflict>
findConflicts(mlir::Operation *loop,
              size_t limit = std::numeric_limits<size_t>::max());

} // namespace tilec

#endif // TILEC_ANALYSIS_CONFLICTS_H
