//===- TileOps.td - All ops of the tile dialect -*- tablegen -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_DIALECT_TILE_TILEOPS_TD
#define TILEC_DIALECT_TILE_TILEOPS_TD

include "tilec/Dialect/Tile/TileStorageOps.td"
include "tilec/Dialect/Tile/TileShapeOps.td"
include "tilec/Dialect/Tile/TileElementwiseOps.td"
include "tilec/Dialect/Tile/TileContractionOps.td"
include "tilec/Dialect/Tile/TileControlOps.td"

#endif // TILEC_DIALECT_TILE_TILEOPS_TD
