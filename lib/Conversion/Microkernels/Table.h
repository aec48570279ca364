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

/// Columns of B in a panel of packed storage, of any target.
constexpr unsigned panelColumns = 64;

/// Bytes of packed B ahead of those that are multiplied, a multiple of what one
/// pair of k has in a panel, and llvm.prefetch's locality. Zero bytes: none.
struct PrefetchAhead {
  unsigned bytes;
  unsigned locality;
};

/// How so many rows of A meet packed storage of BF16.
struct PanelRange {
  /// For more rows than the range before, up to these.
  unsigned maxRows;
  /// Rows are split evenly over blocks of at most so many.
  unsigned tileRows;
  /// Vectors of the panel's columns in registers.
  unsigned vectors;
  /// Pairs of k that are worked through before the next are begun: what every
  /// pass but the first reads from a near cache.
  unsigned chunkPairs;
  PrefetchAhead far;
  PrefetchAhead near;

  unsigned rowBlocks() const { return (maxRows + tileRows - 1) / tileRows; }
  /// How often a chunk is read, with vectors of \p lanes.
  unsigned passes(unsigned lanes) const {
    return rowBlocks() * (panelColumns / (vectors * lanes));
  }
};

struct KernelRow {
  llvm::StringLiteral name;
  llvm::ArrayRef<MatmulElement> elements;
  bool (*isAvailable)(const CPUFeatures &);
  /// The intrinsic that adds products of pairs of BF16 to lanes of FP32,
  /// (lanes x f32, 2*lanes x bf16, 2*lanes x bf16). Null: elements are widened
  /// to FP32 (INT8 to i32) and multiplied one by one.
  const char *pairDot;
  /// 32-bit lanes of a vector.
  unsigned lanes;
  /// Loads and stores of any element type under a mask.
  bool masks;
  /// How many vectors of columns go with 1, 2, 3 ... rows in a register tile.
  /// More rows than there are elements are split evenly over several tiles, so
  /// that B is read the fewest times.
  llvm::ArrayRef<unsigned> tileVectors;
  /// Vectors of the tiles for the columns that wider ones leave.
  unsigned narrowVectors;
  /// Rows of B (k) that are worked through before the next are begun. A
  /// multiple of 2 * lanes.
  unsigned kChunk;
  /// How many rows of B (k) ahead to prefetch, at least kChunk: B is taken to
  /// go on below the rows of this call.
  unsigned prefetchK;
  /// After how many rows each is asked for again, in case that the processor
  /// has dropped it. Zero: never, as where that has not been measured.
  unsigned prefetchAgain;
  /// Vectors in a row of a packed panel of B.
  unsigned panelVectors;
  /// llvm.prefetch's locality: 3 is the nearest cache.
  unsigned prefetchLocality;
  /// By rising number of rows, up to maxRows.
  llvm::ArrayRef<PanelRange> panelRanges;
  /// Instructions take one lane of a register for all of theirs: A is loaded
  /// by vectors, not broadcast cell by cell.
  bool multipliesByLane = false;
  /// With 4 lanes: the intrinsic that adds the products of two rows of A and
  /// two columns of B over two pairs of k to a block of four cells, with the
  /// bits of two `pairDot`. Null: there is none.
  const char *matrixDot = nullptr;
  /// B stored as [n, k] is multiplied from registers, not packed before; takes
  /// pairs, and 16 registers more than a tile of one vector a row has.
  bool transposesInRegisters = false;
};

/// Rows of A that are packed together.
constexpr unsigned maxRows = 16;

/// The first row that fits; the last one fits every target.
const KernelRow &selectRow(MatmulElement element, const CPUTarget &target);

} // namespace tilec::microkernel

#endif // TILEC_LIB_CONVERSION_MICROKERNELS_TABLE_H
