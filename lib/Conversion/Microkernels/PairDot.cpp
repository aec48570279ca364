//===- PairDot.cpp - Products of pairs of BF16 in one instruction ---------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PairDot.h"

using namespace tilec;
using namespace tilec::emit;
using namespace tilec::microkernel;
using namespace mlir;

void microkernel::multiplyPairs(KernelBuilder &code, RegisterTile tile,
                                const Expr &aCells, ArrayRef<Value> pairs,
                                KernelBuilder::Values &accumulators) {
  const Kernel &kernel = code.kernel;
  VectorType floats = kernel.vectorOf(code.b.getF32Type());
  VectorType dwords = kernel.vectorOf(code.b.getI32Type());
  auto bfloats =
      VectorType::get({2 * int64_t(kernel.row.lanes)}, code.b.getBF16Type());
  auto asPairs = [&](Value x) -> Value {
    return code.site.create<LLVM::BitcastOp>(bfloats, x);
  };
  for (unsigned r = 0; r < tile.rows; ++r) {
    // A single row may be read in place, which aligns to its elements only.
    Expr cell = code.load(code.b.getI32Type(), code.at(aCells, 4 * r), 2);
    Value broadcast =
        asPairs(code.site.create<vector::BroadcastOp>(dwords, cell));
    for (unsigned v = 0; v < tile.vectors; ++v) {
      Value &sum = accumulators[r * tile.vectors + v];
      sum = code.callIntrinsic(kernel.row.pairDot, {floats},
                               {sum, broadcast, asPairs(pairs[v])})[0];
    }
  }
}
