//===- Storage.cpp - Reading and writing storage --------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Box.h"
#include "Elements.h"
#include "Machine.h"
#include "tilec/Dialect/Tile/TileSignature.h"
#include "tilec/Support/RuntimeMessages.h"
#include <algorithm>

using namespace mlir;
using namespace tilec;

/// A number and the shape it was held against, as the values of a message.
static Shape withShape(std::initializer_list<int64_t> numbers,
                       ArrayRef<int64_t> shape) {
  Shape values(numbers);
  values.append(shape.begin(), shape.end());
  return values;
}

//===----------------------------------------------------------------------===//
// Writes and single elements
//===----------------------------------------------------------------------===//

/// What a caller sees must be defined, and its inputs must stay as they are.
static llvm::Error checkStore(Machine &machine, Operation *op,
                              const TensorValue &tensor, bool undefined,
                              ArrayRef<int64_t> cell) {
  if (tensor.storage->readOnly)
    return machine.fail(op, "writes to a parameter that is only an input");
  if (undefined && !tensor.storage->undefined)
    return machine.fail(op, "stores a cell that nobody wrote at " +
                                messages::extents(cell) + " of tensor " +
                                messages::extents(tensor.shape));
  return llvm::Error::success();
}

static llvm::Error runAssemble(Machine &machine, tile::AssembleOp op) {
  const TileValue &tile = machine.getTile(op.getSource());
  TensorValue tensor;
  Shape offsets;
  if (auto error = machine.getTensor(op, op.getDest(), tensor))
    return error;
  if (auto error = machine.getIndices(op, op.getOffsets(), offsets))
    return error;
  if (tile.isEmpty())
    return llvm::Error::success();
  if (auto d = findOutside(offsets, tile.valid, tensor.shape))
    return machine.fail(op, messages::assembleOutOfBounds(*d, tile.getRank()),
                        withShape({offsets[*d], tile.valid[*d]}, tensor.shape));
  std::optional<Shape> undefined = findUndefined(tile);
  Shape cell = undefined.value_or(Shape(tile.getRank(), 0));
  for (auto [index, offset] : llvm::zip_equal(cell, offsets))
    index += offset;
  if (auto error = checkStore(machine, op, tensor, undefined.has_value(), cell))
    return error;
  if (auto error = machine.access(op, tensor, offsets, tile.valid,
                                  /*isWrite=*/true))
    return error;
  Shape origin(tile.getRank(), 0);
  copyBox(ConstCellView(tile), origin, CellView(tensor), offsets, tile.valid,
          getByteSize(tile.dtype));
  return llvm::Error::success();
}

/// The first dimension along which an index is outside of 0..extent-1.
static std::optional<unsigned> findOutside(ArrayRef<int64_t> indices,
                                           ArrayRef<int64_t> shape) {
  for (unsigned d = 0; d < shape.size(); ++d)
    if (indices[d] < 0 || indices[d] >= shape[d])
      return d;
  return std::nullopt;
}

static ScalarValue readCell(const ConstCellView &view, DType dtype,
                            ArrayRef<int64_t> indices) {
  int64_t cell = getLinearIndex(indices, getStrides(view.shape));
  uint64_t bits;
  loadElements(dtype, view.bytes + cell * getByteSize(dtype), 1, &bits);
  ScalarValue scalar = scalarFromBits(dtype, bits);
  scalar.undefined = view.undefined && view.undefined[cell];
  return scalar;
}

static llvm::Error runRead(Machine &machine, tile::ReadOp op) {
  Shape indices;
  if (auto error = machine.getIndices(op, op.getIndices(), indices))
    return error;
  unsigned rank = indices.size();
  if (isa<tile::TileType>(op.getSource().getType())) {
    const TileValue &tile = machine.getTile(op.getSource());
    if (auto d = findOutside(indices, tile.valid))
      return machine.fail(op, messages::readOfTileOutOfBounds(*d, rank),
                          withShape({indices[*d]}, tile.valid));
    machine.set(op.getResult(),
                readCell(ConstCellView(tile), tile.dtype, indices));
    return llvm::Error::success();
  }
  TensorValue tensor;
  if (auto error = machine.getTensor(op, op.getSource(), tensor))
    return error;
  if (auto d = findOutside(indices, tensor.shape))
    return machine.fail(op, messages::readOutOfBounds(*d, rank),
                        withShape({indices[*d]}, tensor.shape));
  if (auto error = machine.access(op, tensor, indices, Shape(rank, 1),
                                  /*isWrite=*/false))
    return error;
  machine.set(op.getResult(),
              readCell(ConstCellView(tensor), tensor.dtype, indices));
  return llvm::Error::success();
}

static llvm::Error runWrite(Machine &machine, tile::WriteOp op) {
  const ScalarValue &value = machine.getScalar(op.getValue());
  TensorValue tensor;
  Shape indices;
  if (auto error = machine.getTensor(op, op.getDest(), tensor))
    return error;
  if (auto error = machine.getIndices(op, op.getIndices(), indices))
    return error;
  if (auto d = findOutside(indices, tensor.shape))
    return machine.fail(op, messages::writeOutOfBounds(*d, indices.size()),
                        withShape({indices[*d]}, tensor.shape));
  if (auto error = checkStore(machine, op, tensor, value.undefined, indices))
    return error;
  if (auto error = machine.access(op, tensor, indices, Shape(indices.size(), 1),
                                  /*isWrite=*/true))
    return error;
  CellView view(tensor);
  int64_t cell = getLinearIndex(indices, getStrides(view.shape));
  uint64_t bits = scalarToBits(tensor.dtype, value);
  storeElements(tensor.dtype, &bits, 1,
                view.bytes + cell * getByteSize(tensor.dtype));
  if (view.undefined)
    view.undefined[cell] = value.undefined;
  return llvm::Error::success();
}

/// Only compiled code has caches to fill.
static llvm::Error runPrefetch(Machine &, tile::PrefetchOp) {
  return llvm::Error::success();
}

void tilec::addStorageOps(Machine &machine) {
  machine.add<tile::AssembleOp, runAssemble>();
  machine.add<tile::PrefetchOp, runPrefetch>();
  machine.add<tile::ReadOp, runRead>();
  machine.add<tile::WriteOp, runWrite>();
}
