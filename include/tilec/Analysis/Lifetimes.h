//===- Lifetimes.h - When storage holds something ---------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The operations of a function are numbered in program order. Storage is alive
// from its first to its last use; if a loop uses storage that was made before
// it, through all of the loop, since the next iteration may find what this one
// leaves.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_ANALYSIS_LIFETIMES_H
#define TILEC_ANALYSIS_LIFETIMES_H

#include "tilec/Dialect/Tile/Tile.h"
#include "llvm/ADT/DenseMap.h"
#include <optional>

namespace tilec {

/// Numbers of operations, both included.
struct Lifetime {
  int64_t first, last;
};

class Lifetimes {
public:
  explicit Lifetimes(mlir::Operation *root) { number(root); }

  /// Null if it is not known, or if an iteration passes the storage on to the
  /// next one: more than one storage of the operation may be alive then.
  std::optional<Lifetime> get(tile::CreateOp create) const;

  mlir::Operation *getOperation(int64_t number) const {
    return operations[number];
  }

private:
  void number(mlir::Operation *op);
  /// The loops around `user` that are not around `create`, outermost first.
  static llvm::SmallVector<mlir::Operation *, 4>
  getLoopsBetween(mlir::Operation *create, mlir::Operation *user);

  std::vector<mlir::Operation *> operations;
  /// Of the operation and the last one inside of it.
  llvm::DenseMap<mlir::Operation *, Lifetime> spans;
};

} // namespace tilec

#endif // TILEC_ANALYSIS_LIFETIMES_H
