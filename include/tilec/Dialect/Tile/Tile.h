//===- Tile.h - The tile dialect --------------------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Types, ops and interfaces of the tile dialect; the definitions and their
// documentation are in the .td files beside this header.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_DIALECT_TILE_TILE_H
#define TILEC_DIALECT_TILE_TILE_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "tilec/Support/PackedLayout.h"

#include "tilec/Dialect/Tile/TileDialect.h.inc"
#include "tilec/Dialect/Tile/TileEnums.h.inc"
#define GET_TYPEDEF_CLASSES
#include "tilec/Dialect/Tile/TileInference.h"
#include "tilec/Dialect/Tile/TileInterfaces.h.inc"
#include "tilec/Dialect/Tile/TileTypes.h.inc"
#define GET_ATTRDEF_CLASSES
#include "tilec/Dialect/Tile/TileAttrs.h.inc"
#define GET_OP_CLASSES
#include "tilec/Dialect/Tile/TileOps.h.inc"

#endif // TILEC_DIALECT_TILE_TILE_H
