//===- Panels.h - The functions of a product by packed storage --*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   kernel (PackedMatmul.cpp)   sets the flush mode, packs sections of A
//     panel (Panel.cpp)         64 columns: cuts k into chunks, m into tiles
//       tile (PanelTile.cpp)    the loop over k with C in registers
//
// A section of A is a panel of pairs, or of widened elements, as Functions.h
// describes them, with just as many columns as there are rows. Strides and
// offsets of the inner functions are in bytes.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_CONVERSION_MICROKERNELS_PANELS_H
#define TILEC_LIB_CONVERSION_MICROKERNELS_PANELS_H

#include "KernelBuilder.h"

namespace tilec::microkernel {

/// Bytes of one pair of k in a panel.
constexpr int64_t panelStepBytes = 4 * panelColumns;

/// (a: ptr, aStep: i64, b: ptr, c: ptr, cStride, k: i64, fresh: i1, far: ptr,
///  near: ptr)
///
/// C[rows, panelColumns] += A B, from zero if `fresh`. `aStep` is from one pair
/// of k to the next; widened elements of the second of a pair are half a step
/// behind those of the first. An odd last k has zero as its partner, whatever B
/// holds. Prefetches from `far` and `near` on this pass's part of as many bytes
/// as it reads of B.
mlir::func::FuncOp getPanelTileFunction(const Kernel &kernel,
                                        const PanelRange &range, unsigned rows);

/// (a: ptr, aStep: i64, b: ptr, next: ptr, c: ptr, cStride, rows, columns,
///  k: i64, fresh: i1)
///
/// The same for 1 <= rows <= maxRows and 1 <= columns <= panelColumns. `next`
/// is where B goes on after the k of this call.
mlir::func::FuncOp getPanelFunction(const Kernel &kernel);

} // namespace tilec::microkernel

#endif // TILEC_LIB_CONVERSION_MICROKERNELS_PANELS_H
