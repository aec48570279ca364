//===- UpdateValidTypes.h - Types after valid regions changed ---*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_TRANSFORMS_UPDATEVALIDTYPES_H
#define TILEC_LIB_TRANSFORMS_UPDATEVALIDTYPES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseSet.h"

namespace tilec {

/// Gives tiles that are computed from `changed` ones, whose types have other
/// valid extents than before, the types that the rules of the language yield,
/// through loops and branches. Where those carry tiles of several types, adds
/// `tile.relax_valid`.
void updateValidTypes(mlir::func::FuncOp function,
                      llvm::DenseSet<mlir::Value> changed);

/// The type of a slice, or of a contraction, by the extents and offsets that it
/// has now.
void updateTypeOfAccess(mlir::Operation *op);

} // namespace tilec

#endif // TILEC_LIB_TRANSFORMS_UPDATEVALIDTYPES_H
