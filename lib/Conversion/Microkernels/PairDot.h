//===- PairDot.h - Products of pairs of BF16 in one instruction -*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_CONVERSION_MICROKERNELS_PAIRDOT_H
#define TILEC_LIB_CONVERSION_MICROKERNELS_PAIRDOT_H

#include "KernelBuilder.h"

namespace tilec::microkernel {

/// One pair of k for a tile of C, by the row's `pairDot`: accumulator
/// `r * tile.vectors + v` takes the products of row r of A and of vector v of
/// B. \p aCells points to the pairs of the tile's rows, which are neighbours;
/// each of \p pairs holds those of `lanes` columns in cells of i32.
void multiplyPairs(KernelBuilder &code, RegisterTile tile, const Expr &aCells,
                   llvm::ArrayRef<mlir::Value> pairs,
                   KernelBuilder::Values &accumulators);

} // namespace tilec::microkernel

#endif // TILEC_LIB_CONVERSION_MICROKERNELS_PAIRDOT_H
