//===- Table.h - Which microkernel for which target -------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A microkernel is a row of data; the emission reads everything that depends
// on the target from here.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_CONVERSION_MICROKERNELS_TABLE_H
#define TILEC_LIB_CONVERSION_MICROKERNELS_TABLE_H

#include "tilec/Conversion/Microkernels.h"
#include "tilec/Target/CPUTarget.h"

namespace tilec::microkernel {

/// A block of C held in registers: so many rows by so many vectors.
struct RegisterTile {
  unsigned rows;
  unsigned vectors;
};

struct KernelRow {
  llvm::StringLiteral name;
  llvm::ArrayRef<MatmulElement> elements;
  bool (*isAvailable)(const CPUFeatures &);
  /// Multiplies pairs of BF16 with `vdpbf16ps`; else elements are widened to
  /// FP32 (INT8 to i32) and multiplied one by one.
  bool pairDot;
  /// 32-bit lanes of a vector.
  unsigned lanes;
  /// Loads and stores of any element type under a mask.
  bool masks;
  /// By falling number of rows, ending with one row: blocks of rows are cut
  /// greedily.
  llvm::ArrayRef<RegisterTile> tiles;
  /// Vectors of the tiles for the columns that the wide ones leave.
  unsigned narrowVectors;
  /// Rows of B (k) that are worked through before the next are begun. A
  /// multiple of 2 * lanes.
  unsigned kChunk;
  /// How many rows of B (k) ahead to prefetch, at least kChunk: B is taken to
  /// go on below the rows of this call.
  unsigned prefetchK;
  /// Vectors in a row of a packed panel of B.
  unsigned panelVectors;
  /// llvm.prefetch's locality: 3 is the nearest cache.
  unsigned prefetchLocality;
};

/// Rows of A that are packed together.
constexpr unsigned maxRows = 16;

/// The first row that fits; the last one fits every target.
const KernelRow &selectRow(MatmulElement element, const CPUTarget &target);

} // namespace tilec::microkernel

#endif // TILEC_LIB_CONVERSION_MICROKERNELS_TABLE_H
