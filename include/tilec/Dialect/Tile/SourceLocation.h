//===- SourceLocation.h - Where a statement stands --------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_DIALECT_TILE_SOURCELOCATION_H
#define TILEC_DIALECT_TILE_SOURCELOCATION_H

#include "mlir/IR/Location.h"

namespace tilec {

/// The file, line and column of the statement that `loc` stands for: inside of
/// an inlined function, there and not at the call. Line 0 where there is none.
inline mlir::FileLineColLoc getSourceLocation(mlir::Location loc) {
  while (true) {
    if (auto call = mlir::dyn_cast<mlir::CallSiteLoc>(loc))
      loc = call.getCallee();
    else if (auto name = mlir::dyn_cast<mlir::NameLoc>(loc))
      loc = name.getChildLoc();
    else if (auto fused = mlir::dyn_cast<mlir::FusedLoc>(loc))
      loc = fused.getLocations().front();
    else if (auto file = mlir::dyn_cast<mlir::FileLineColLoc>(loc))
      return file;
    else
      return mlir::FileLineColLoc::get(loc.getContext(), "", 0, 0);
  }
}

} // namespace tilec

#endif // TILEC_DIALECT_TILE_SOURCELOCATION_H
