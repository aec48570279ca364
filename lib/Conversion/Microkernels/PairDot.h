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

/// The rows of \p tile, from the first on, that `multiplyTwoPairs` takes two at
/// a time: an even number, 0 where pair by pair is as good.
unsigned getMatrixRows(const Kernel &kernel, RegisterTile tile);

/// Brings the accumulators of those rows from rows of four columns to blocks of
/// two rows and two columns, and back.
void exchangeBlocks(KernelBuilder &code, RegisterTile tile,
                    KernelBuilder::Values &accumulators);

/// Two pairs of k, as two `multiplyPairs` one after the other; accumulators are
/// in blocks. \p aCells and \p aNextCells point to the pairs of the tile's
/// rows, \p pairs and \p nextPairs hold those of B.
void multiplyTwoPairs(KernelBuilder &code, RegisterTile tile,
                      const Expr &aCells, const Expr &aNextCells,
                      llvm::ArrayRef<mlir::Value> pairs,
                      llvm::ArrayRef<mlir::Value> nextPairs,
                      KernelBuilder::Values &accumulators);

} // namespace tilec::microkernel

#endif // TILEC_LIB_CONVERSION_MICROKERNELS_PAIRDOT_H
