//===- Races.cpp - Conflicts of parallel iterations in a run --------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Races.h"
#include "Box.h"
#include "tilec/Dialect/Tile/TileSignature.h"
#include "tilec/Support/RuntimeMessages.h"
#include <fmt/format.h>

using namespace mlir;
using namespace tilec;

void RaceDetector::enterLoop(Operation *loop, uint64_t numStorages) {
  loops.emplace_back();
  loops.back().op = loop;
  loops.back().numStorages = numStorages;
}

/// Adds a touch to those of a cell; the one that it races with, if any.
const RaceDetector::Touch *RaceDetector::record(Cell &cell, Touch touch,
                                                bool isWrite) {
  auto isOther = [&](const Touch &earlier) {
    return earlier.op && earlier.iteration != touch.iteration;
  };
  if (isOther(cell.write))
    return &cell.write;
  if (isWrite && isOther(cell.read))
    return &cell.read;
  Touch &kept = isWrite ? cell.write : cell.read;
  if (!kept.op)
    kept = touch;
  return nullptr;
}

static std::string describePlace(Operation *op) {
  SourcePlace place = tile::getSourcePlace(op->getLoc());
  return fmt::format("{}:{}", place.file, place.line);
}

std::optional<std::string> RaceDetector::accessCell(Loop &loop, Operation *op,
                                                    const Storage &storage,
                                                    int64_t cell,
                                                    bool isWrite) {
  Cell &touched = loop.cells[{&storage, cell}];
  const Touch *other = record(touched, {op, loop.iteration}, isWrite);
  if (!other)
    return std::nullopt;
  return messages::format(messages::race(describePlace(loop.op), isWrite,
                                         other == &touched.write,
                                         describePlace(other->op)),
                          {loop.iteration, cell, other->iteration});
}

std::optional<std::string> RaceDetector::access(Operation *op,
                                                const TensorValue &tensor,
                                                ArrayRef<int64_t> offsets,
                                                ArrayRef<int64_t> extents,
                                                bool isWrite) {
  // Nobody writes what is only read.
  if (loops.empty() || tensor.storage->readOnly)
    return std::nullopt;
  Shape strides = getStrides(tensor.shape);
  std::optional<std::string> race;
  forEachRow(extents, [&](ArrayRef<int64_t> row) {
    Shape index(row);
    for (auto [i, offset] : llvm::zip_equal(index, offsets))
      i += offset;
    int64_t first = getLinearIndex(index, strides);
    int64_t length = extents.empty() ? 1 : extents.back();
    for (Loop &loop : loops)
      for (int64_t i = 0; i < length && !race; ++i)
        if (tensor.storage->number <= loop.numStorages)
          race = accessCell(loop, op, *tensor.storage, first + i, isWrite);
  });
  return race;
}
