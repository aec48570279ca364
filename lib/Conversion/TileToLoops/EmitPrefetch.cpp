//===- EmitPrefetch.cpp - What is read soon, fetched meanwhile ----------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A product takes what is announced right before it. Else the next loop over
// cells of the same block does, some lines with each of its vectors, or the
// next product if there is no such loop.
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"

using namespace tilec;
using namespace tilec::lowering;
using namespace tilec::tile;

/// More lines at a time than memory delivers only fill the queue of loads.
static constexpr int64_t mostLines = 4;
/// Lines of a vector are counted in parts of one.
static constexpr int64_t lineParts = 1 << 16;
/// For the second cache, as the kernels fetch what is read after them.
static constexpr unsigned secondCache = 2;

static bool isProduct(Operation *op) {
  return isa_and_nonnull<MatmulOp, MatmulAccOp>(op);
}

static int64_t getRowBytes(PrefetchOp op) {
  return op.getSizes()[1] *
         getElementBytes(op.getSource().getType().getElementType());
}

/// Whether both announce columns of one tensor.
static bool isSameStrip(PrefetchOp x, PrefetchOp y) {
  return x.getSource() == y.getSource() && x.getSizes()[1] == y.getSizes()[1] &&
         x.getOffsets()[1] == y.getOffsets()[1];
}

void Emitter::setNext(Product &product, Operation *op) {
  PrefetchOp left = std::exchange(announced, {});
  auto prefetch = dyn_cast_or_null<PrefetchOp>(op->getPrevNode());
  if (!prefetch || prefetch.getSizes().size() != 2)
    return;
  int64_t rows = prefetch.getSizes()[0];
  // Rows before these that no loop has taken, where the cells were computed in
  // no loop of their own.
  if (left && isSameStrip(left, prefetch)) {
    rows += left.getSizes()[0];
    prefetch = left;
  }
  Memory memory = tensorMemory(prefetch.getSource(), prefetch.getOffsets());
  int64_t bytes =
      getElementBytes(prefetch.getSource().getType().getElementType());
  product.next = memory.ptr;
  product.nextStride = mulIndex(memory.strides[0], index(bytes));
  product.nextBytes = index(getRowBytes(prefetch));
  product.nextRows = index(rows);
}

LogicalResult Emitter::emitPrefetch(PrefetchOp op) {
  if (!isProduct(op->getNextNode()) && op.getSizes().size() == 2)
    announced = op;
  return success();
}

std::optional<Emitter::LinesAhead>
Emitter::takeAnnounced(TileType type, ArrayRef<Value> valid) {
  PrefetchOp op = announced;
  if (!op || type.getShape().back() < kLanes)
    return std::nullopt;
  announced = {};
  LinesAhead ahead;
  ahead.memory = tensorMemory(op.getSource(), op.getOffsets());
  ahead.element = op.getSource().getType().getElementType();
  ahead.linesPerRow = llvm::divideCeil(getRowBytes(op), cacheLineBytes);
  int64_t lines = op.getSizes()[0] * ahead.linesPerRow;
  ahead.valid.assign(valid.begin(), valid.end());
  ahead.valid.back() =
      b.createOrFold<arith::DivUIOp>(loc, ahead.valid.back(), index(kLanes));
  Value vectors = index(1);
  for (Value extent : ahead.valid)
    vectors = mulIndex(vectors, extent);
  vectors = b.createOrFold<arith::MaxSIOp>(loc, vectors, index(1));
  ahead.partsPerVector = minIndex(
      b.createOrFold<arith::DivUIOp>(loc, index(lines * lineParts), vectors),
      index(mostLines * lineParts));
  return ahead;
}

void Emitter::emitAhead(const LinesAhead &ahead, ArrayRef<Value> at) {
  Value vector = index(0);
  for (auto [d, extent] : llvm::enumerate(ahead.valid)) {
    Value place = at[d];
    if (d + 1 == at.size())
      place = b.createOrFold<arith::DivUIOp>(loc, place, index(kLanes));
    vector = addIndex(mulIndex(vector, extent), place);
  }
  Value first = b.createOrFold<arith::DivUIOp>(
      loc, mulIndex(vector, ahead.partsPerVector), index(lineParts));
  int64_t cells = cacheLineBytes / getElementBytes(ahead.element);
  for (int64_t i = 0; i < mostLines; ++i) {
    Value line = addIndex(first, index(i)), perRow = index(ahead.linesPerRow);
    Value row = b.createOrFold<arith::DivUIOp>(loc, line, perRow);
    Value inRow = b.createOrFold<arith::RemUIOp>(loc, line, perRow);
    b.create<LLVM::Prefetch>(loc,
                             address(ahead.memory, ahead.element,
                                     {row, mulIndex(inRow, index(cells))}),
                             /*rw=*/0, secondCache, /*cache=*/1);
  }
}
