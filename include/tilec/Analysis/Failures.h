//===- Failures.h - What may end a call with an error -----------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Among several failures of a call the first in program order is reported. What
// may fail therefore keeps its place among what else may fail, and among what
// others can observe of a call that failed not. Out of memory is no failure in
// this sense: it may be reported at any place.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_ANALYSIS_FAILURES_H
#define TILEC_ANALYSIS_FAILURES_H

#include "mlir/IR/Operation.h"

namespace tilec {

/// The first operation, `op` itself or inside of it, that may fail when it
/// runs: a check, an assertion, a division by what may be zero. Null if none.
mlir::Operation *findFailure(mlir::Operation *op);

/// Whether the operation alone may fail, not what it contains.
bool mayFailItself(mlir::Operation *op);

inline bool mayFail(mlir::Operation *op) { return findFailure(op) != nullptr; }

/// Whether the operation has a bounds check, which `inbounds` takes away.
bool hasBoundsCheck(mlir::Operation *op);

/// Promises that an operation with a bounds check stays inside where it stands:
/// before an assertion, or outside of a branch, that may be what keeps it there
/// the promise says nothing.
void setInbounds(mlir::Operation *op);

} // namespace tilec

#endif // TILEC_ANALYSIS_FAILURES_H
