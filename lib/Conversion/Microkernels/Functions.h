//===- Functions.h - The functions a matmul is made of ----------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   kernel (Microkernels.cpp)   sets the flush mode, chunks of m and k
//     pack (Packing.cpp)        A, and transposed B, into panels
//     block (Block.cpp)         cuts m and n into register tiles
//       tile (Tile.cpp)         the loop over k with C in registers
//
// Strides and offsets of these inner functions are in bytes. A panel holds, for
// each step of k (a pair for BF16), a row of 32-bit cells, one a row of A or
// column of B: widened elements ([k][columns]), or, for pairDot, pairs of BF16
// ([k/2][columns][2]).
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_CONVERSION_MICROKERNELS_FUNCTIONS_H
#define TILEC_LIB_CONVERSION_MICROKERNELS_FUNCTIONS_H

#include "KernelBuilder.h"

namespace tilec::microkernel {

/// (a: ptr, aStep: i64, b: ptr, bStride: i64, c: ptr, cStride, k, columns: i64,
///  fresh: i1, next: ptr, nextColumn, nextStride, nextBytes, advance: i64,
///  nextFirst: ptr) -> (ptr, i64)
///
/// C[rows, vectors * lanes] += A B, from zero if `fresh`; k is counted in
/// elements. `aStep` is from one step's cells of A to the next step's. With \p
/// masked only the first `columns` of C and B are touched. `next` is what to
/// prefetch: from the byte `nextColumn` of a row of `nextBytes` bytes on, row
/// by row at the distance `nextStride`, `advance` bytes (at most what the tile
/// reads of a row) for each k, no row before `nextFirst`; the results tell
/// where that ended.
mlir::func::FuncOp getTileFunction(const Kernel &kernel, RegisterTile tile,
                                   bool masked);

/// (a: ptr, aStep: i64, b: ptr, bStride: i64, c: ptr, cStride, m, n, k: i64,
///  fresh: i1, next: ptr, nextStride, nextBytes, nextPerK: i64,
///  nextFirst: ptr)
///
/// The same for m <= maxRows packed rows of A and any n. For each k `nextPerK`
/// bytes are prefetched, or as many as B has if that is less.
mlir::func::FuncOp getBlockFunction(const Kernel &kernel);

/// (a: ptr, aStep: i64, b: ptr, bStride: i64, c: ptr, cStride, m, n, k: i64,
///  fresh: i1, next: ptr, nextStride, nextBytes, nextRows: i64)
///
/// The same for B stored as [n, k], where `transposesInRegisters`; n is a
/// multiple of `lanes`, neither n nor k is 0. Of the `nextRows` rows at `next`,
/// `nextBytes` bytes each, at most as many bytes are prefetched as B has.
mlir::func::FuncOp getTransposedFunction(const Kernel &kernel);

/// Transposes, in each 128 bits of four vectors, the matrix of 4 x 4 cells.
void transposeIn128Bits(KernelBuilder &code,
                        llvm::MutableArrayRef<mlir::Value> four);

/// (from: ptr, rowStride, rows, k: i64, panel: ptr, panelStride: i64,
///  next: ptr, nextStride: i64)
///
/// Packs 1 <= `rows` <= lanes rows of k contiguous elements into as many
/// columns of a panel, as \p pairs or widened; columns up to `lanes`, and steps
/// up to the next multiple of `lanes`, are written too. An odd last k of BF16
/// gets a zero partner. Of the rows at `next`, k elements of half as many as
/// there are lanes are prefetched.
mlir::func::FuncOp getPackFunction(const Kernel &kernel, bool pairs);

/// (from: ptr, rowStride, kStride, rows, k: i64, panel: ptr)
///
/// The same for the panel of A, with any strides: 16 rows at a time where they
/// are contiguous, element by element else.
mlir::func::FuncOp getStridedPackFunction(const Kernel &kernel);

/// A block of A as it is stored; strides are in bytes.
struct UnpackedA {
  mlir::Value cells;
  Expr rowStride, kStride;
  /// `kStride` is an element.
  Expr isContiguous;
};

/// Bytes from one step (a pair of k, or one k, see Kernel::hasPairsInA) of up
/// to maxRows packed rows of A to the next.
Expr getStepOfA(KernelBuilder &code, const Expr &rows,
                const Expr &isContiguous);
/// A single row is a column of pairs already, but for an odd last one.
Expr isPackedAlready(const Kernel &kernel, const Expr &rows, const Expr &k,
                     const Expr &isContiguous);
/// Packs up to maxRows rows; writes as many bytes beyond the last step as a
/// vector has, and steps up to a multiple of its lanes.
void packA(KernelBuilder &code, const UnpackedA &a, const Expr &rows,
           const Expr &k, const Expr &to);

/// The function \p what with the body that \p emit writes. Where BF16 needs it,
/// it runs in the processor's mode that takes subnormals as zeros.
mlir::func::FuncOp getFlushed(const Kernel &kernel, llvm::StringRef what,
                              llvm::ArrayRef<mlir::Type> arguments,
                              llvm::function_ref<void(KernelBuilder &)> emit);

} // namespace tilec::microkernel

#endif // TILEC_LIB_CONVERSION_MICROKERNELS_FUNCTIONS_H
