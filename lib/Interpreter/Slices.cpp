//===- Slices.cpp - Boxes of storage as tiles -----------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Slices.h"
#include "tilec/Support/RuntimeMessages.h"
#include <algorithm>

using namespace mlir;
using namespace tilec;

/// The values of a message: a place, an extent, and the shape they were held
/// against.
static Shape getNumbers(int64_t offset, int64_t extent,
                        ArrayRef<int64_t> shape) {
  Shape values{offset, extent};
  values.append(shape.begin(), shape.end());
  return values;
}

/// A box of a tile gets what the tile has of the request; nothing that lies
/// before it.
static llvm::Error checkBoxOfTile(Machine &machine, const TileValue &tile,
                                  StorageBox &box, ArrayRef<int64_t> stated) {
  Shape request = box.extents;
  for (unsigned d = 0; d < tile.getRank(); ++d)
    if (box.offsets[d] >= tile.valid[d] || tile.valid[d] == 0)
      box.extents[d] = 0;
    else if (box.offsets[d] >= 0)
      box.extents[d] = std::min(box.extents[d], tile.valid[d] - box.offsets[d]);
  bool empty = llvm::is_contained(box.extents, 0);
  for (unsigned d = 0; d < tile.getRank(); ++d) {
    bool less = !stated.empty() && !ShapedType::isDynamic(stated[d]) &&
                box.extents[d] < stated[d];
    if ((box.offsets[d] < 0 && !empty) || less)
      return machine.fail(
          box.location,
          messages::format(messages::sliceOfTileOutOfBounds(d, tile.getRank()),
                           getNumbers(box.offsets[d], request[d], tile.shape)));
  }
  return llvm::Error::success();
}

llvm::Error tilec::checkBox(Machine &machine, Operation *op, StorageBox &box,
                            ArrayRef<int64_t> stated) {
  if (isa<tile::TileType>(box.source.getType()))
    return checkBoxOfTile(machine, machine.getTile(box.source), box, stated);
  TensorValue tensor;
  if (auto error = machine.getTensor(op, box.source, tensor))
    return error;
  auto d = findOutside(box.offsets, box.extents, tensor.shape);
  if (!d)
    return machine.access(op, tensor, box.offsets, box.extents,
                          /*isWrite=*/false);
  return machine.fail(
      box.location,
      messages::format(
          messages::sliceOutOfBounds(*d, tensor.shape.size()),
          getNumbers(box.offsets[*d], box.extents[*d], tensor.shape)));
}

TileValue tilec::loadBox(Machine &machine, const StorageBox &box,
                         ArrayRef<int64_t> sizes) {
  auto load = [&](const auto &source) {
    auto cells = makeCells(source.dtype, sizes);
    Shape origin(sizes.size(), 0);
    copyBox(ConstCellView(source), box.offsets, CellView(sizes, *cells), origin,
            box.extents, getByteSize(source.dtype));
    return makeTile(source.dtype, sizes, box.extents, cells);
  };
  const RuntimeValue &source = machine.get(box.source);
  if (auto *tile = std::get_if<TileValue>(&source))
    return load(*tile);
  return load(std::get<TensorValue>(source));
}

static llvm::Error runSlice(Machine &machine, tile::SliceOp op) {
  auto type = op.getResult().getType();
  StorageBox box{op.getSource(), {}, {}, op.getLoc()};
  if (auto error = machine.getIndices(op, op.getOffsets(), box.offsets))
    return error;
  if (auto error = machine.getIndices(op, op.getValid(), box.extents))
    return error;
  if (box.extents.empty())
    box.extents = Shape(type.getShape());
  for (auto [extent, size] : llvm::zip_equal(box.extents, type.getShape()))
    extent = std::clamp<int64_t>(extent, 0, size);
  if (auto error = checkBox(machine, op, box, type.getValid()))
    return error;
  return machine.setTile(op, loadBox(machine, box, type.getShape()));
}

void tilec::addSliceOps(Machine &machine) {
  machine.add<tile::SliceOp, runSlice>();
}
