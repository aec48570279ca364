//===- StorageUses.h - What may touch the storage of a tensor ---*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The opposite direction of Storage.h: from a tensor to all places where its
// storage has a name, through reshapes, branches, scopes and carried values.
//
// A tile that was read from storage may stay a view of it until its last use,
// and so may what is computed from that tile. What uses such tiles counts as
// using the storage, up to the end of their block: what leaves a block has been
// copied.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_ANALYSIS_STORAGEUSES_H
#define TILEC_ANALYSIS_STORAGEUSES_H

#include "mlir/IR/Operation.h"
#include "llvm/ADT/SetVector.h"

namespace tilec {

struct StorageUses {
  llvm::SetVector<mlir::Operation *> users;
  /// Where a loop around the tensor passes the storage on to its next
  /// iteration: operands of its `scf.yield`. What follows from there does not
  /// count.
  llvm::SmallVector<mlir::OpOperand *, 2> carried;
  /// Something that may do anything with the storage; null if there is none.
  mlir::Operation *unknown = nullptr;

  /// Whether nothing but `users` can reach the storage.
  bool areKnown() const { return carried.empty() && !unknown; }
};

/// What uses the storage of a tensor from where it is defined on. Uses through
/// the operand `except` are left out.
StorageUses getStorageUses(mlir::Value tensor,
                           const mlir::OpOperand *except = nullptr);

} // namespace tilec

#endif // TILEC_ANALYSIS_STORAGEUSES_H
