//===- Slices.h - Boxes of storage as tiles ---------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_INTERPRETER_SLICES_H
#define TILEC_LIB_INTERPRETER_SLICES_H

#include "Box.h"
#include "Machine.h"

namespace tilec {

/// A box of a tensor or tile.
struct StorageBox {
  mlir::Value source;
  Shape offsets;
  /// What is asked for, not negative; then what the source has of it.
  Shape extents;
  /// Where a box outside of its source is reported.
  mlir::Location location;
};

/// Cuts the extents to what a tile has of them. Fails where the box, if it is
/// not empty, leaves a tensor or starts before a tile; or where a tile has
/// less than the extents that `stated` says (none: it may have less).
llvm::Error checkBox(Machine &machine, mlir::Operation *op, StorageBox &box,
                     llvm::ArrayRef<int64_t> stated = {});

/// The cells of a box that has been checked, as a tile of nominal `sizes`.
TileValue loadBox(Machine &machine, const StorageBox &box,
                  llvm::ArrayRef<int64_t> sizes);

} // namespace tilec

#endif // TILEC_LIB_INTERPRETER_SLICES_H
