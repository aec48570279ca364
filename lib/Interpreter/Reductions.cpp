//===- Reductions.cpp - Sums, products and extremes of rows and columns ---===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elementwise.h"
#include "Machine.h"
#include "tilec/Interpreter/Numerics.h"
#include <algorithm>
#include <array>

using namespace mlir;
using namespace tilec;

/// The valid cells along the reduced axis, in ascending order.
template <typename Work> using Line = llvm::SmallVectorImpl<Work>;

//===----------------------------------------------------------------------===//
// Sums and products
//===----------------------------------------------------------------------===//

static float combine(tile::ReduceKind kind, float a, float b) {
  return kind == tile::ReduceKind::Sum ? a + b : a * b;
}
static int64_t combine(tile::ReduceKind kind, int64_t a, int64_t b) {
  return kind == tile::ReduceKind::Sum ? numerics::wrapAdd(a, b)
                                       : numerics::wrapMul(a, b);
}

/// Along a row: 16 lanes, each of which takes the columns congruent to its
/// number in ascending order; then lanes 8, 4, 2 and 1 apart combine.
template <typename Work>
static Work accumulateRow(tile::ReduceKind kind, const Line<Work> &line) {
  constexpr size_t numLanes = 16;
  std::array<Work, numLanes> lanes;
  lanes.fill(kind == tile::ReduceKind::Sum ? Work(0) : Work(1));
  for (size_t j = 0; j < line.size(); ++j)
    lanes[j % numLanes] = combine(kind, lanes[j % numLanes], line[j]);
  for (size_t apart = numLanes / 2; apart > 0; apart /= 2)
    for (size_t l = 0; l < apart; ++l)
      lanes[l] = combine(kind, lanes[l], lanes[l + apart]);
  return lanes[0];
}

/// Along a column: the rows in ascending order.
template <typename Work>
static Work accumulateColumn(tile::ReduceKind kind, const Line<Work> &line) {
  Work result = kind == tile::ReduceKind::Sum ? Work(0) : Work(1);
  for (Work x : line)
    result = combine(kind, result, x);
  return result;
}

//===----------------------------------------------------------------------===//
// Extremes
//===----------------------------------------------------------------------===//

static float larger(float a, float b) { return numerics::maximum(a, b); }
static float smaller(float a, float b) { return numerics::minimum(a, b); }
static int64_t larger(int64_t a, int64_t b) { return std::max(a, b); }
static int64_t smaller(int64_t a, int64_t b) { return std::min(a, b); }

/// Over no cell, the lowest or highest finite value.
template <typename Work>
static Work findExtreme(tile::ReduceKind kind, const Line<Work> &line,
                        DType dtype) {
  bool isMax = kind == tile::ReduceKind::Max;
  if (line.empty())
    return isMax ? getLowest<Work>(dtype) : getHighest<Work>(dtype);
  Work result = line.front();
  for (Work x : line)
    result = isMax ? larger(result, x) : smaller(result, x);
  return result;
}

/// The first NaN wins, else the first of equal extremes; 0 over no cell.
template <typename Work>
static int64_t findPosition(tile::ReduceKind kind, const Line<Work> &line) {
  size_t best = 0;
  for (size_t j = 0; j < line.size(); ++j) {
    if (line[j] != line[j])
      return j;
    if (kind == tile::ReduceKind::ArgMax ? line[j] > line[best]
                                         : line[j] < line[best])
      best = j;
  }
  return best;
}

//===----------------------------------------------------------------------===//
// The operation
//===----------------------------------------------------------------------===//

/// Reduces a line to `result`, or to its position for argmax and argmin.
template <typename Work>
static void reduceLine(tile::ReduceOp op, const Line<Work> &line, DType dtype,
                       Numbers<Work> &results, Numbers<int64_t> &positions) {
  switch (tile::ReduceKind kind = op.getKind()) {
  case tile::ReduceKind::Sum:
  case tile::ReduceKind::Prod:
    results.values.push_back(op.getAxis() == 1 ? accumulateRow(kind, line)
                                               : accumulateColumn(kind, line));
    return;
  case tile::ReduceKind::Max:
  case tile::ReduceKind::Min:
    results.values.push_back(findExtreme(kind, line, dtype));
    return;
  case tile::ReduceKind::ArgMax:
  case tile::ReduceKind::ArgMin:
    positions.values.push_back(findPosition(kind, line));
    return;
  }
}

template <typename Work>
static llvm::Error reduceTile(Machine &machine, tile::ReduceOp op) {
  const RuntimeValue &source = machine.get(op.getSource());
  const TileValue &tile = std::get<TileValue>(source);
  bool alongRows = op.getAxis() == 1;
  auto cells = Broadcast(&source).gather<Work>(source, tile.dtype);
  int64_t kept = tile.valid[alongRows ? 0 : 1];
  int64_t reduced = tile.valid[alongRows ? 1 : 0];
  Numbers<Work> results;
  Numbers<int64_t> positions;
  std::vector<uint8_t> undefined(kept, 0);
  llvm::SmallVector<Work, 0> line(reduced);
  for (int64_t i = 0; i < kept; ++i) {
    for (int64_t j = 0; j < reduced; ++j) {
      int64_t cell = alongRows ? i * tile.valid[1] + j : j * tile.valid[1] + i;
      line[j] = cells.values[cell];
      undefined[i] |= cells.isUndefined(cell);
    }
    reduceLine(op, line, tile.dtype, results, positions);
  }
  DType dtype = getDTypeOf(op.getResult());
  TileValue result{dtype, tile.shape, tile.valid, nullptr};
  result.shape[op.getAxis()] = result.valid[op.getAxis()] = 1;
  auto made = makeCells(dtype, result.shape);
  bool isPosition = op.getKind() == tile::ReduceKind::ArgMax ||
                    op.getKind() == tile::ReduceKind::ArgMin;
  if (isPosition)
    storeElements(dtype, positions.values.data(), kept, made->bytes.data());
  else
    storeElements(dtype, results.values.data(), kept, made->bytes.data());
  llvm::copy(undefined, made->undefined.begin());
  return machine.setTile(op, makeTile(dtype, result.shape, result.valid, made));
}

static llvm::Error runReduce(Machine &machine, tile::ReduceOp op) {
  return isFloat(getDTypeOf(op.getSource())) ? reduceTile<float>(machine, op)
                                             : reduceTile<int64_t>(machine, op);
}

void tilec::addReductionOps(Machine &machine) {
  machine.add<tile::ReduceOp, runReduce>();
}
