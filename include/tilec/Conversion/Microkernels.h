//===- Microkernels.h - Shared functions for contractions -------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A contraction is a call of a function that all contractions of its kind in
// a module share. Which instructions and register tiles it uses is read off a
// table (lib/Conversion/Microkernels/Table.cpp) for the target.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_CONVERSION_MICROKERNELS_H
#define TILEC_CONVERSION_MICROKERNELS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace tilec {

class CPUTarget;

/// Bytes that a prefetch brings, on any target.
constexpr int64_t cacheLineBytes = 64;

/// What a matmul multiplies: A and B hold the element type, C is f32, or i32
/// for Int8.
enum class MatmulElement : uint8_t { BF16, FP16, FP32, Int8 };

struct MatmulKind {
  MatmulElement element = MatmulElement::FP32;
  /// B is stored as [n, k] instead of [k, n].
  bool transposeB = false;
};

/// The private function of \p kind in \p module, added at its first use with
/// whatever it calls. Its type is
///
///   (a: !llvm.ptr, aRowStride: i64, aKStride: i64,
///    b: !llvm.ptr, bStride: i64, c: !llvm.ptr, cStride: i64,
///    m: i64, n: i64, k: i64, accumulate: i1, isPacked: i1,
///    next: !llvm.ptr, nextStride: i64, nextBytes: i64, nextRows: i64) -> ()
///
/// with strides in elements: A[i, p] is at `a + i*aRowStride + p*aKStride`,
/// B[p, j] at `b + p*bStride + j` (transposed: `b + j*bStride + p`), C[i, j]
/// at `c + i*cStride + j`. Each cell starts at +0, or at C if `accumulate`, and
/// takes k in the language's order (docs/language.md, numerics). m, n and k
/// may be any number >= 0. Reads and writes only the cells named; pointers are
/// aligned to their elements, and C overlaps neither A nor B. If `isPacked`,
/// `a` and `aRowStride` are what `getPackLhsKernel`'s function gave. `next` is
/// null or a matrix that is used after this product: `nextRows` rows,
/// `nextStride` bytes apart, of which `nextBytes` bytes are prefetched, evenly
/// over the product and at most as many bytes as it reads of B. Needs up to 48
/// KB of stack.
///
/// The caller's floating-point environment is the default one; the function
/// leaves it so.
mlir::func::FuncOp getMatmulKernel(mlir::ModuleOp module, MatmulKind kind,
                                   const CPUTarget &target);

/// The private function that multiplies BF16 by packed storage. Its type is
///
///   (a: !llvm.ptr, aRowStride: i64, aKStride: i64,
///    panel: !llvm.ptr, panelStride: i64, c: !llvm.ptr, cStride: i64,
///    m: i64, n: i64, k: i64, accumulate: i1, isPacked: i1) -> ()
///
/// Packed storage is the same for every target: [n/64][k/2][64][2], a panel of
/// 64 columns after the other, in each the pairs of k in their order, the last
/// of each padded. `panel` is where the first column's panel has the first k,
/// `panelStride` the bytes from a panel to the next; the first column is a
/// multiple of 64 and the first k even. The rest is as for `getMatmulKernel`,
/// with the same bits; of B, what the panels of the columns hold for the pairs
/// of k may be read.
mlir::func::FuncOp getPackedMatmulKernel(mlir::ModuleOp module,
                                         const CPUTarget &target);

/// The private function that brings A into the order in which both kernels take
/// it, for products that share it. Its type is
///
///   (a: !llvm.ptr, aRowStride: i64, aKStride: i64, m: i64, k: i64,
///    room: !llvm.ptr) -> (a: !llvm.ptr, packedRowStride: i64, isPacked: i1)
///
/// A kernel takes `a` and `isPacked`, and for `aRowStride` the other result
/// where `isPacked`, beside the same `aKStride`, m and k. `room` has
/// `getPackedLhsBytes` bytes for as many rows and k or more; it is left alone
/// where A is in order as it is.
mlir::func::FuncOp getPackLhsKernel(mlir::ModuleOp module,
                                    MatmulElement element,
                                    const CPUTarget &target);
int64_t getPackedLhsBytes(MatmulElement element, int64_t m, int64_t k,
                          const CPUTarget &target);

} // namespace tilec

#endif // TILEC_CONVERSION_MICROKERNELS_H
