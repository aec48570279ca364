//===- PairDot.cpp - Products of pairs of BF16 in one instruction ---------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PairDot.h"
#include "llvm/ADT/bit.h"

using namespace tilec;
using namespace tilec::emit;
using namespace tilec::microkernel;
using namespace mlir;

using Values = KernelBuilder::Values;

/// The pairs of each row of A, in every lane.
static Values broadcastPairs(KernelBuilder &code, unsigned rows,
                             const Expr &aCells) {
  const KernelRow &row = code.kernel.row;
  // A single row may be read in place, which aligns to its elements only.
  constexpr unsigned align = 2;
  // The type for which LLVM finds the instruction that takes a lane.
  Type cell = code.b.getF32Type();
  Values broadcasts;
  while (broadcasts.size() < rows) {
    unsigned first = broadcasts.size();
    Expr address = code.at(aCells, 4 * first);
    unsigned count = 1;
    if (row.multipliesByLane)
      count = std::min(row.lanes, llvm::bit_floor(rows - first));
    if (count == 1) {
      broadcasts.push_back(code.site.create<vector::BroadcastOp>(
          code.kernel.vectorOf(cell), code.load(cell, address, align)));
      continue;
    }
    Expr cells =
        code.load(VectorType::get({int64_t(count)}, cell), address, align);
    for (unsigned i = 0; i < count; ++i)
      broadcasts.push_back(
          code.shuffle(cells, cells, SmallVector<int64_t>(row.lanes, i)));
  }
  return broadcasts;
}

/// Cells of i32 or f32, each a pair of BF16.
static Value asPairs(KernelBuilder &code, Value cells) {
  auto bfloats = VectorType::get({2 * int64_t(code.kernel.row.lanes)},
                                 code.b.getBF16Type());
  return code.site.create<LLVM::BitcastOp>(bfloats, cells);
}

void microkernel::multiplyPairs(KernelBuilder &code, RegisterTile tile,
                                const Expr &aCells, ArrayRef<Value> pairs,
                                Values &accumulators) {
  const KernelRow &row = code.kernel.row;
  VectorType floats = code.kernel.vectorOf(code.b.getF32Type());
  Values rows = broadcastPairs(code, tile.rows, aCells);
  for (unsigned r = 0; r < tile.rows; ++r)
    for (unsigned v = 0; v < tile.vectors; ++v) {
      Value &sum = accumulators[r * tile.vectors + v];
      // What instructions take from memory, or as a lane, is their last
      // operand.
      Value x = asPairs(code, pairs[v]), y = asPairs(code, rows[r]);
      sum = code.callIntrinsic(row.pairDot, {floats}, {sum, x, y})[0];
    }
}

//===----------------------------------------------------------------------===//
// Blocks of 2 x 2
//===----------------------------------------------------------------------===//

// What lies next to each other in a block: cells of one row, or the pairs of k
// of one row of A or column of B.
static constexpr int64_t lowHalves[] = {0, 1, 4, 5};
static constexpr int64_t highHalves[] = {2, 3, 6, 7};
static constexpr int64_t lowZip[] = {0, 4, 1, 5};
static constexpr int64_t highZip[] = {2, 6, 3, 7};

unsigned microkernel::getMatrixRows(const Kernel &kernel, RegisterTile tile) {
  // A block does the work of two instructions, but two shuffles for each
  // vector of B come with it, which few rows do not outweigh.
  constexpr unsigned leastRows = 4;
  return kernel.row.matrixDot && tile.rows >= leastRows ? tile.rows & ~1U : 0;
}

void microkernel::exchangeBlocks(KernelBuilder &code, RegisterTile tile,
                                 Values &accumulators) {
  for (unsigned r = 0; r < getMatrixRows(code.kernel, tile); r += 2)
    for (unsigned v = 0; v < tile.vectors; ++v) {
      Value &first = accumulators[r * tile.vectors + v];
      Value &second = accumulators[(r + 1) * tile.vectors + v];
      Value low = code.shuffle(first, second, lowHalves);
      second = code.shuffle(first, second, highHalves);
      first = low;
    }
}

/// Two pairs of k of two rows each, of A.
static Values loadRowBlocks(KernelBuilder &code, unsigned rows,
                            const Expr &aCells, const Expr &aNextCells) {
  Values blocks;
  for (unsigned r = 0; r < rows; r += 4) {
    int64_t count = std::min(4U, rows - r);
    auto type = VectorType::get({count}, code.b.getI32Type());
    Expr x = code.load(type, code.at(aCells, 4 * r), 4);
    Expr y = code.load(type, code.at(aNextCells, 4 * r), 4);
    blocks.push_back(code.shuffle(x, y, {0, count, 1, count + 1}));
    if (count == 4)
      blocks.push_back(code.shuffle(x, y, highZip));
  }
  return blocks;
}

void microkernel::multiplyTwoPairs(KernelBuilder &code, RegisterTile tile,
                                   const Expr &aCells, const Expr &aNextCells,
                                   ArrayRef<Value> pairs,
                                   ArrayRef<Value> nextPairs,
                                   Values &accumulators) {
  VectorType floats = code.kernel.vectorOf(code.b.getF32Type());
  unsigned rows = getMatrixRows(code.kernel, tile);
  Values rowBlocks = loadRowBlocks(code, rows, aCells, aNextCells);
  for (unsigned v = 0; v < tile.vectors; ++v)
    for (unsigned half : {0U, 1U}) {
      Value columns = asPairs(
          code, code.shuffle(pairs[v], nextPairs[v], half ? highZip : lowZip));
      for (unsigned r = 0; r < rows; r += 2) {
        Value &sum = accumulators[(r + half) * tile.vectors + v];
        sum = code.callIntrinsic(
            code.kernel.row.matrixDot, {floats},
            {sum, asPairs(code, rowBlocks[r / 2]), columns})[0];
      }
    }
  if (rows == tile.rows)
    return;
  // An odd last row.
  Values last(accumulators.end() - tile.vectors, accumulators.end());
  RegisterTile lastRow{1, tile.vectors};
  multiplyPairs(code, lastRow, code.at(aCells, 4 * rows), pairs, last);
  multiplyPairs(code, lastRow, code.at(aNextCells, 4 * rows), nextPairs, last);
  llvm::copy(last, accumulators.end() - tile.vectors);
}
