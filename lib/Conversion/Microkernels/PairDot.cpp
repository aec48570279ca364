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

void microkernel::multiplyPairs(KernelBuilder &code, RegisterTile tile,
                                const Expr &aCells, ArrayRef<Value> pairs,
                                Values &accumulators) {
  const Kernel &kernel = code.kernel;
  VectorType floats = kernel.vectorOf(code.b.getF32Type());
  auto bfloats =
      VectorType::get({2 * int64_t(kernel.row.lanes)}, code.b.getBF16Type());
  auto asPairs = [&](Value x) -> Value {
    return code.site.create<LLVM::BitcastOp>(bfloats, x);
  };
  Values rows = broadcastPairs(code, tile.rows, aCells);
  for (unsigned r = 0; r < tile.rows; ++r)
    for (unsigned v = 0; v < tile.vectors; ++v) {
      Value &sum = accumulators[r * tile.vectors + v];
      Value x = asPairs(rows[r]), y = asPairs(pairs[v]);
      if (kernel.row.multipliesByLane) // the lane is the last operand's
        std::swap(x, y);
      sum = code.callIntrinsic(kernel.row.pairDot, {floats}, {sum, x, y})[0];
    }
}
