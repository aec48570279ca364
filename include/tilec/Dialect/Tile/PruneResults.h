//===- PruneResults.h - Results that nothing reads --------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_DIALECT_TILE_PRUNERESULTS_H
#define TILEC_DIALECT_TILE_PRUNERESULTS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace tilec::tile {

/// Removes the results of scopes, branches and loops that nothing reads, with
/// what is carried only for their sake, and constants without a use. Python's
/// scoping makes every name that a block binds visible after it, so that
/// elaboration yields far more than what is read.
void pruneResults(mlir::func::FuncOp function);

} // namespace tilec::tile

#endif // TILEC_DIALECT_TILE_PRUNERESULTS_H
