//===- ForwardTiles.h - Tiles that need no storage --------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_TRANSFORMS_FORWARDTILES_H
#define TILEC_LIB_TRANSFORMS_FORWARDTILES_H

#include "tilec/Dialect/Tile/Tile.h"

namespace tilec {

/// A tile that one scope stores only for the next, which slices just that.
struct ForwardedTile {
  tile::AssembleOp store;
  llvm::SmallVector<tile::SliceOp> loads;

  /// Takes the tile instead of the slices, and drops the storage; once the
  /// scopes are one.
  void forward();
};

/// The tiles that `first` stores into created tensors which nothing but slices
/// of the same cells in `second` reads.
std::vector<ForwardedTile> findForwardedTiles(tile::ScopeOp first,
                                              tile::ScopeOp second);

} // namespace tilec

#endif // TILEC_LIB_TRANSFORMS_FORWARDTILES_H
