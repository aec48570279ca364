//===- Storage.h - Which storage a tensor names -----------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The parameters and created tensors that a tensor value may stand for, through
// reshapes, branches, scopes and loops that carry tensors. Parameters that an
// entry writes overlap no others, which every call checks; each execution of
// `tile.create` makes storage of its own.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_ANALYSIS_STORAGE_H
#define TILEC_ANALYSIS_STORAGE_H

#include "mlir/IR/Value.h"

namespace tilec {

struct StorageRoot {
  /// A parameter or the result of a `tile.create`; null for any storage.
  mlir::Value value;
  /// Made by an earlier execution of the `tile.create` than the one whose
  /// result can be seen at the same place: an iteration passed it on.
  bool isEarlier = false;
  bool operator==(const StorageRoot &other) const {
    return value == other.value && isEarlier == other.isEarlier;
  }
};

/// All storage that the tensor may be; none if it is undefined.
llvm::SmallVector<StorageRoot, 2> getStorageRoots(mlir::Value tensor);

/// Whether two tensors, visible at one place, may share storage.
bool mayShareStorage(mlir::Value lhs, mlir::Value rhs);
/// Whether they always do. Both stand for the whole of it.
bool shareStorage(mlir::Value lhs, mlir::Value rhs);

/// Whether every execution of the operation's regions has storage of its own
/// for the tensor: it is created inside.
bool isCreatedInside(mlir::Value tensor, mlir::Operation *op);

} // namespace tilec

#endif // TILEC_ANALYSIS_STORAGE_H
