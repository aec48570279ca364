//===- PackedAccess.h - Whether packed storage can be read ------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_ANALYSIS_PACKEDACCESS_H
#define TILEC_ANALYSIS_PACKEDACCESS_H

#include "tilec/Dialect/Tile/Tile.h"
#include <optional>

namespace tilec {

/// Why `user`, which has the tensor among its operands, cannot read it packed
/// (C30): half a sentence about what it does. None if it can, in the layout
/// whose k is the contraction's, or if it reads no cell.
std::optional<llvm::StringRef> getPackingObstacle(mlir::Operation *user,
                                                  mlir::Value tensor);

} // namespace tilec

#endif // TILEC_ANALYSIS_PACKEDACCESS_H
