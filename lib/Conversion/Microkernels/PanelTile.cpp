//===- PanelTile.cpp - The loop over k on a stored panel ------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PairDot.h"
#include "Panels.h"
#include <fmt/format.h>

using namespace tilec;
using namespace tilec::emit;
using namespace tilec::microkernel;
using namespace mlir;

using Values = KernelBuilder::Values;

/// Pairs of k in the body of the loop.
static constexpr int unrolledSteps = 2; // as many as stepTwice takes

namespace {
class PanelTileEmitter {
public:
  PanelTileEmitter(KernelBuilder &code, const PanelRange &range,
                   RegisterTile tile)
      : code(code), range(range), tile(tile) {}
  void emit();

private:
  void emitColumns(unsigned firstColumn, Values &ahead);
  Values initialAccumulators(const Expr &cells);
  void storeAccumulators(const Expr &cells, ValueRange accumulators);
  Values loadPairs(const Expr &bRow);
  void step(const Expr &aCells, const Expr &bRow, const Expr *partnerMask,
            Values &accumulators);
  Values stepTwice(ValueRange carried);
  void stepWidened(const Expr &aCells, ArrayRef<Value> pairs, bool second,
                   Values &accumulators);
  void prefetch(Value &ahead, const PrefetchAhead &how);
  Expr flushed(const Expr &x) {
    return kernel.flushesInSoftware() ? flushSubnormals(x) : x;
  }

  KernelBuilder &code;
  const Kernel &kernel = code.kernel;
  const PanelRange &range;
  RegisterTile tile;
  unsigned lanes = kernel.row.lanes;
  int64_t vectorBytes = 4 * int64_t(lanes);

  Expr a = code.argument(0), aStep = code.argument(1);
  Expr b = code.argument(2);
  Expr c = code.argument(3), cStride = code.argument(4);
  Expr k = code.argument(5), fresh = code.argument(6);
  Expr far = code.argument(7), near = code.argument(8);
};
} // namespace

Values PanelTileEmitter::initialAccumulators(const Expr &cells) {
  VectorType type = kernel.vectorOf(kernel.accumulatorType());
  Values zeros(tile.rows * tile.vectors, code.zero(type));
  auto loadAll = [&] {
    Values loaded;
    for (unsigned r = 0; r < tile.rows; ++r)
      for (unsigned v = 0; v < tile.vectors; ++v)
        loaded.push_back(flushed(code.load(
            type,
            code.at(code.at(cells, cStride * int64_t(r)), v * vectorBytes),
            4)));
    return loaded;
  };
  return code.ifElse(
      fresh, ValueRange(zeros).getTypes(), [&] { return zeros; }, loadAll);
}

void PanelTileEmitter::storeAccumulators(const Expr &cells,
                                         ValueRange accumulators) {
  for (unsigned r = 0; r < tile.rows; ++r)
    for (unsigned v = 0; v < tile.vectors; ++v)
      code.store(accumulators[r * tile.vectors + v],
                 code.at(code.at(cells, cStride * int64_t(r)), v * vectorBytes),
                 4);
}

/// One k of a pair, its first or second.
void PanelTileEmitter::stepWidened(const Expr &aCells, ArrayRef<Value> pairs,
                                   bool second, Values &accumulators) {
  VectorType type = kernel.vectorOf(code.b.getF32Type());
  SmallVector<Expr> wide;
  for (Value pair : pairs) {
    Expr cells{code.site, pair};
    Expr bits = second ? cells & int64_t(-0x10000) : cells << 16;
    wide.push_back(flushed(bits.bitcast(code.b.getF32Type())));
  }
  for (unsigned r = 0; r < tile.rows; ++r) {
    Expr cell = code.load(code.b.getF32Type(), code.at(aCells, 4 * r), 4);
    Expr broadcast{code.site,
                   code.site.create<vector::BroadcastOp>(type, cell)};
    for (unsigned v = 0; v < tile.vectors; ++v) {
      Value &sum = accumulators[r * tile.vectors + v];
      sum = flushed(fma(broadcast, wide[v], {code.site, sum}));
    }
  }
}

Values PanelTileEmitter::loadPairs(const Expr &bRow) {
  Values pairs;
  for (unsigned v = 0; v < tile.vectors; ++v)
    pairs.push_back(code.load(kernel.vectorOf(code.b.getI32Type()),
                              code.at(bRow, v * vectorBytes), 4));
  return pairs;
}

/// One pair of k. Of what a panel holds, only the bits of \p partnerMask count.
void PanelTileEmitter::step(const Expr &aCells, const Expr &bRow,
                            const Expr *partnerMask, Values &accumulators) {
  Values pairs = loadPairs(bRow);
  if (partnerMask)
    for (Value &cells : pairs)
      cells = Expr{code.site, cells} & *partnerMask;
  if (kernel.row.pairDot)
    return multiplyPairs(code, tile, aCells, pairs, accumulators);
  stepWidened(code.at(aCells, aStep >> 1), pairs, /*second=*/true,
              accumulators);
  stepWidened(aCells, pairs, /*second=*/false, accumulators);
}

/// Two pairs of k with the accumulators in blocks: A's and B's positions, those
/// to prefetch, and the accumulators after them.
Values PanelTileEmitter::stepTwice(ValueRange carried) {
  Expr aCells{code.site, carried[0]}, bRow{code.site, carried[1]};
  Expr aNextCells = code.at(aCells, aStep);
  Values accumulators(carried.drop_front(4));
  multiplyTwoPairs(code, tile, aCells, aNextCells, loadPairs(bRow),
                   loadPairs(code.at(bRow, panelStepBytes)), accumulators);
  Values next = {code.at(aNextCells, aStep), code.at(bRow, 2 * panelStepBytes),
                 carried[2], carried[3]};
  next.append(accumulators);
  return next;
}

/// What two steps of this pass have to fetch of what comes later.
void PanelTileEmitter::prefetch(Value &ahead, const PrefetchAhead &how) {
  if (how.bytes == 0)
    return;
  int64_t bytes = unrolledSteps * panelStepBytes / range.passes(lanes);
  for (int64_t byte = 0; byte < bytes; byte += cacheLineBytes)
    code.site.create<LLVM::Prefetch>(code.at(ahead, byte), /*rw=*/0,
                                     how.locality, /*cache=*/1);
  ahead = code.at(ahead, bytes);
}

/// The columns that registers hold at a time, over all of k.
void PanelTileEmitter::emitColumns(unsigned firstColumn, Values &ahead) {
  int64_t offset = 4 * int64_t(firstColumn);
  Expr odd = k & 1, pairs = (k + 1) >> 1;
  Expr unpartnered = pairs - odd; // `pairs` if there is none
  Expr unrolled = unpartnered & int64_t(-unrolledSteps);
  Values carried = {a, code.at(b, offset), ahead[0], ahead[1]};
  bool hasBlocks = getMatrixRows(kernel, tile) > 0;
  auto exchange = [&] {
    Values accumulators(carried.begin() + 4, carried.end());
    exchangeBlocks(code, tile, accumulators);
    llvm::copy(accumulators, carried.begin() + 4);
  };
  carried.append(initialAccumulators(code.at(c, offset)));
  exchange();
  auto advance = [&](ValueRange values, const Expr *partnerMask) {
    Values next = llvm::to_vector(values);
    Values accumulators(values.drop_front(4));
    step({code.site, next[0]}, {code.site, next[1]}, partnerMask, accumulators);
    next[0] = code.at(next[0], aStep);
    next[1] = code.at(next[1], panelStepBytes);
    llvm::copy(accumulators, next.begin() + 4);
    return next;
  };
  carried = code.forLoop(code.i64(0), unrolled, unrolledSteps, carried,
                         [&](const Expr &, ValueRange values) {
                           Values next = llvm::to_vector(values);
                           prefetch(next[2], range.far);
                           prefetch(next[3], range.near);
                           if (hasBlocks)
                             return stepTwice(next);
                           for (int i = 0; i < unrolledSteps; ++i)
                             next = advance(next, nullptr);
                           return next;
                         });
  exchange();
  carried = code.forLoop(
      unrolled, pairs, 1, carried, [&](const Expr &i, ValueRange values) {
        VectorType dwords = kernel.vectorOf(code.b.getI32Type());
        Expr bits = select(i == unpartnered, code.i64(0xFFFF), code.i64(-1));
        Expr mask{code.site, code.site.create<vector::BroadcastOp>(
                                 dwords, bits.trunci(code.b.getI32Type()))};
        return advance(values, &mask);
      });
  storeAccumulators(code.at(c, offset), ArrayRef(carried).drop_front(4));
  ahead = {carried[2], carried[3]};
}

void PanelTileEmitter::emit() {
  Values ahead = {far, near};
  for (unsigned j = 0; j < panelColumns; j += tile.vectors * lanes)
    emitColumns(j, ahead);
  code.finish();
}

func::FuncOp microkernel::getPanelTileFunction(const Kernel &kernel,
                                               const PanelRange &range,
                                               unsigned rows) {
  RegisterTile tile{rows, range.vectors};
  std::string name = kernel.symbol(
      fmt::format("panel_m{}_tile{}x{}", range.maxRows, rows, tile.vectors));
  if (func::FuncOp existing = lookup(kernel, name))
    return existing;
  Type ptr = LLVM::LLVMPointerType::get(kernel.context());
  Type i64 = IntegerType::get(kernel.context(), 64);
  Type i1 = IntegerType::get(kernel.context(), 1);
  KernelBuilder code(kernel, name,
                     {ptr, i64, ptr, ptr, i64, i64, i1, ptr, ptr});
  PanelTileEmitter(code, range, tile).emit();
  return code.func;
}
