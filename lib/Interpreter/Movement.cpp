//===- Movement.cpp - Tiles of the same cells in other places -------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Box.h"
#include "Elements.h"
#include "Machine.h"
#include "tilec/Support/RuntimeMessages.h"
#include <algorithm>
#include <cstring>
#include <limits>

using namespace mlir;
using namespace tilec;

static llvm::Error runValidDim(Machine &machine, tile::ValidDimOp op) {
  int64_t extent = machine.getTile(op.getSource()).valid[op.getDim()];
  machine.set(op.getResult(), ScalarValue::ofInteger(extent));
  return llvm::Error::success();
}

static llvm::Error runSetValidShape(Machine &machine,
                                    tile::SetValidShapeOp op) {
  TileValue tile = machine.getTile(op.getSource());
  Shape extents;
  if (auto error = machine.getIndices(op, op.getValid(), extents))
    return error;
  for (auto [extent, available] : llvm::zip_equal(extents, tile.valid))
    available = std::clamp<int64_t>(extent, 0, available);
  return machine.setTile(op, std::move(tile));
}

static llvm::Error runRelaxValid(Machine &machine, tile::RelaxValidOp op) {
  return machine.setTile(op, machine.getTile(op.getSource()));
}

//===----------------------------------------------------------------------===//
// Padding and insertion
//===----------------------------------------------------------------------===//

static ScalarValue getPadScalar(DType dtype, tile::PadValue pad) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  switch (pad) {
  case tile::PadValue::Zero:
    return {};
  case tile::PadValue::Min:
    return isFloat(dtype) ? ScalarValue::ofReal(getLowest<float>(dtype))
                          : ScalarValue::ofInteger(getLowest<int64_t>(dtype));
  case tile::PadValue::Max:
    return isFloat(dtype) ? ScalarValue::ofReal(getHighest<float>(dtype))
                          : ScalarValue::ofInteger(getHighest<int64_t>(dtype));
  case tile::PadValue::Inf:
    return ScalarValue::ofReal(infinity);
  case tile::PadValue::NegInf:
    return ScalarValue::ofReal(-infinity);
  }
  llvm_unreachable("all pad values are covered");
}

static llvm::Error runFillPad(Machine &machine, tile::FillPadOp op) {
  const TileValue &tile = machine.getTile(op.getSource());
  auto cells = makeCells(tile.dtype, tile.shape);
  std::vector<uint64_t> bits(
      tile.getNumCells(),
      scalarToBits(tile.dtype, getPadScalar(tile.dtype, op.getPad())));
  storeElements(tile.dtype, bits.data(), bits.size(), cells->bytes.data());
  Shape origin(tile.getRank(), 0);
  copyBox(ConstCellView(tile), origin, CellView(tile.shape, *cells), origin,
          tile.valid, getByteSize(tile.dtype));
  return machine.setTile(op,
                         makeTile(tile.dtype, tile.shape, tile.shape, cells));
}

static llvm::Error runInsert(Machine &machine, tile::InsertOp op) {
  const TileValue &source = machine.getTile(op.getSource());
  const TileValue &dest = machine.getTile(op.getDest());
  unsigned rank = dest.getRank(), bytes = getByteSize(dest.dtype);
  Shape offsets, origin(rank, 0);
  if (auto error = machine.getIndices(op, op.getOffsets(), offsets))
    return error;
  if (auto d = findOutside(offsets, source.valid, dest.shape)) {
    Shape values = {offsets[*d], source.valid[*d]};
    values.append(dest.shape);
    return machine.fail(op, messages::insertOutOfBounds(*d, rank), values);
  }
  auto cells = makeCells(dest.dtype, dest.shape);
  CellView target(dest.shape, *cells);
  copyBox(ConstCellView(dest), origin, target, origin, dest.shape, bytes);
  copyBox(ConstCellView(source), origin, target, offsets, source.valid, bytes);
  return machine.setTile(op,
                         makeTile(dest.dtype, dest.shape, dest.valid, cells));
}

//===----------------------------------------------------------------------===//
// Joining and transposing
//===----------------------------------------------------------------------===//

/// Along the axis the extents add up, elsewhere they intersect.
static llvm::Error runConcat(Machine &machine, tile::ConcatOp op) {
  DType dtype = getDTypeOf(op.getResult());
  ArrayRef<int64_t> shape = op.getResult().getType().getShape();
  unsigned axis = op.getAxis();
  Shape valid(shape), offsets(shape.size(), 0), origin(shape.size(), 0);
  valid[axis] = 0;
  auto cells = makeCells(dtype, shape);
  for (Value source : op.getSources()) {
    const TileValue &tile = machine.getTile(source);
    for (unsigned d = 0; d < shape.size(); ++d)
      valid[d] = d == axis ? valid[d] + tile.valid[d]
                           : std::min(valid[d], tile.valid[d]);
    copyBox(ConstCellView(tile), origin, CellView(shape, *cells), offsets,
            tile.valid, getByteSize(dtype));
    offsets[axis] += tile.shape[axis];
  }
  return machine.setTile(op, makeTile(dtype, shape, valid, cells));
}

static llvm::Error runTranspose(Machine &machine, tile::TransposeOp op) {
  const TileValue &tile = machine.getTile(op.getSource());
  unsigned a = op.getDim0(), b = op.getDim1(), bytes = getByteSize(tile.dtype);
  Shape shape = tile.shape, valid = tile.valid;
  std::swap(shape[a], shape[b]);
  std::swap(valid[a], valid[b]);
  // The strides of the result in the order of the source's dimensions.
  Shape from = getStrides(tile.shape), to = getStrides(shape);
  std::swap(to[a], to[b]);
  auto cells = makeCells(tile.dtype, shape);
  ConstCellView source(tile);
  forEachRow(tile.valid, [&](ArrayRef<int64_t> index) {
    int64_t read = getLinearIndex(index, from);
    int64_t write = getLinearIndex(index, to);
    for (int64_t i = 0; i < tile.valid.back(); ++i, write += to.back()) {
      std::memcpy(&cells->bytes[write * bytes],
                  source.bytes + (read + i) * bytes, bytes);
      cells->undefined[write] = source.undefined && source.undefined[read + i];
    }
  });
  return machine.setTile(op, makeTile(tile.dtype, shape, valid, cells));
}

//===----------------------------------------------------------------------===//
// Reshape
//===----------------------------------------------------------------------===//

/// The result's valid extents for one group of dimensions that the reshape
/// joins and splits; fails where the cells would not be a box. Only the
/// outermost dimension of the group that is not 1-sized may be partial.
static LogicalResult reshapeGroup(const TileValue &tile,
                                  ArrayRef<int64_t> shape,
                                  const tile::ReshapeGroup &group,
                                  Shape &valid) {
  int64_t inner = 1, cells = 1, extent = 1, size = 1;
  for (int64_t d : group.source) {
    if (tile.shape[d] == 1)
      continue;
    if (size == 1) {
      size = tile.shape[d];
      extent = tile.valid[d];
    } else if (tile.valid[d] != tile.shape[d]) {
      return failure();
    } else {
      inner *= tile.shape[d];
    }
  }
  cells = extent * inner;
  int64_t outermost = -1, rest = 1;
  for (int64_t d : group.result) {
    valid[d] = shape[d];
    if (shape[d] == 1)
      continue;
    if (outermost < 0)
      outermost = d;
    else
      rest *= shape[d];
  }
  if (extent == size)
    return success();
  if (cells % rest != 0)
    return failure();
  valid[outermost] = cells / rest;
  return success();
}

static llvm::Error reshapeTile(Machine &machine, tile::ReshapeOp op) {
  TileValue tile = machine.getTile(op.getSource());
  ArrayRef<int64_t> shape =
      cast<tile::TileType>(op.getResult().getType()).getShape();
  Shape valid(shape.size(), 0);
  for (const auto &group : tile::getReshapeGroups(tile.shape, shape))
    if (failed(reshapeGroup(tile, shape, group, valid)))
      return machine.fail(op, messages::reshapeOfPartialTile(tile.shape, shape),
                          tile.valid);
  // A 1-sized dimension that is not valid empties everything.
  for (unsigned d = 0; d < tile.getRank(); ++d)
    if (tile.shape[d] == 1 && tile.valid[d] == 0)
      valid[0] = 0;
  tile.shape = Shape(shape);
  tile.valid = valid;
  return machine.setTile(op, std::move(tile));
}

/// Names the same storage. One extent may follow from the others.
static llvm::Error reshapeTensor(Machine &machine, tile::ReshapeOp op) {
  TensorValue tensor;
  if (auto error = machine.getTensor(op, op.getSource(), tensor))
    return error;
  Shape shape(cast<tile::TensorRefType>(op.getResult().getType()).getShape());
  int64_t known = 1, *unknown = nullptr;
  for (int64_t &extent : shape)
    if (!ShapedType::isDynamic(extent))
      known *= extent;
    else if (unknown)
      return machine.fail(op, "more than one extent of the result is unknown");
    else
      unknown = &extent;
  int64_t cells = *getNumElements(tensor.shape);
  if (unknown)
    *unknown = cells / known;
  if (*getNumElements(shape) != cells) {
    Shape values = tensor.shape;
    values.append(shape);
    return machine.fail(
        op, messages::reshapeOfTensor(tensor.shape.size(), shape.size()),
        values);
  }
  tensor.shape = shape;
  machine.set(op.getResult(), std::move(tensor));
  return llvm::Error::success();
}

static llvm::Error runReshape(Machine &machine, tile::ReshapeOp op) {
  return isa<tile::TileType>(op.getSource().getType())
             ? reshapeTile(machine, op)
             : reshapeTensor(machine, op);
}

void tilec::addMovementOps(Machine &machine) {
  machine.add<tile::ValidDimOp, runValidDim>();
  machine.add<tile::SetValidShapeOp, runSetValidShape>();
  machine.add<tile::RelaxValidOp, runRelaxValid>();
  machine.add<tile::FillPadOp, runFillPad>();
  machine.add<tile::InsertOp, runInsert>();
  machine.add<tile::ConcatOp, runConcat>();
  machine.add<tile::TransposeOp, runTranspose>();
  machine.add<tile::ReshapeOp, runReshape>();
}
