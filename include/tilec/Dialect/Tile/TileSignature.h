//===- TileSignature.h - The parameters of an entry in IR -------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An entry is a function with the unit attribute `tile.entry`. Its arguments
// are the parameters in source order and then the dynamic names:
//
//   %x: !tile.tensor<?x64xf32> {tile.name = "x", tile.direction = "in",
//        tile.shape = affine_map<()[s0] -> (s0, 64)>},
//   %s: f32 {tile.name = "s", tile.dtype = "FP32"},
//   %N: index {tile.symbol = "N"}
//
// `tile.doc` is the entry's documentation string, if it has one.
//
// A packed weight's type names its layout. The symbols of every `tile.shape`
// are the dynamic names in their order.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_DIALECT_TILE_TILESIGNATURE_H
#define TILEC_DIALECT_TILE_TILESIGNATURE_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tilec/Support/RuntimeError.h"
#include "tilec/Support/Signature.h"
#include <optional>

namespace tilec::tile {

/// The dtype whose cells have this type; none if it is not an element type.
std::optional<DType> getDType(mlir::Type elementType);

/// The type of the cells of a dtype.
mlir::Type getElementType(mlir::MLIRContext *context, DType dtype);

/// Reads the attributes of an entry. The error names the argument whose
/// attributes are missing or malformed.
llvm::Expected<Signature> getSignature(mlir::func::FuncOp entry);

/// The place in a source file that a location stands for: the innermost of an
/// inlined call, the first of several.
SourcePlace getSourcePlace(mlir::Location location);

} // namespace tilec::tile

#endif // TILEC_DIALECT_TILE_TILESIGNATURE_H
