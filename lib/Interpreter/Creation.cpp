//===- Creation.cpp - New tensors and tiles -------------------------------===//
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
#include <new>

using namespace mlir;
using namespace tilec;

static llvm::Error runCreate(Machine &machine, tile::CreateOp op) {
  tile::TensorRefType type = op.getResult().getType();
  Shape sizes;
  if (auto error = machine.getIndices(op, op.getSizes(), sizes))
    return error;
  TensorValue tensor{*tile::getDType(type.getElementType()),
                     Shape(type.getShape()), std::make_shared<Storage>()};
  auto size = sizes.begin();
  for (auto [d, extent] : llvm::enumerate(tensor.shape)) {
    if (ShapedType::isDynamic(extent))
      extent = *size++;
    if (extent < 0)
      return machine.fail(op, messages::negativeSize(d), {extent});
  }
  std::optional<int64_t> bytes = getByteSize(tensor.dtype, tensor.shape);
  if (bytes)
    tensor.storage->owned.reset(new (std::nothrow) uint8_t[*bytes]);
  if (tensor.storage->owned)
    tensor.storage->undefined.reset(new (std::nothrow)
                                        uint8_t[*getNumElements(tensor.shape)]);
  if (!tensor.storage->undefined)
    return machine.fail(op, messages::outOfMemory(type.getRank()),
                        tensor.shape);
  tensor.storage->number = machine.countStorage();
  tensor.storage->data = tensor.storage->owned.get();
  std::fill_n(tensor.storage->undefined.get(), *getNumElements(tensor.shape),
              uint8_t(1));
  machine.set(op.getResult(), std::move(tensor));
  return llvm::Error::success();
}

static llvm::Error runUndefined(Machine &machine, tile::UndefinedOp op) {
  Type type = op.getResult().getType();
  if (auto tensor = dyn_cast<tile::TensorRefType>(type)) {
    machine.set(op.getResult(),
                TensorValue{*tile::getDType(tensor.getElementType()),
                            Shape(tensor.getShape()), nullptr});
    return llvm::Error::success();
  }
  auto tile = dyn_cast<tile::TileType>(type);
  if (!tile) {
    machine.set(op.getResult(), ScalarValue::ofUndefined());
    return llvm::Error::success();
  }
  DType dtype = *tile::getDType(tile.getElementType());
  auto cells = makeCells(dtype, tile.getShape());
  std::fill(cells->undefined.begin(), cells->undefined.end(), 1);
  // An extent that is not known is as undefined as the cells: the whole size.
  Shape valid(tile.getValid());
  for (auto [d, extent] : llvm::enumerate(valid))
    if (ShapedType::isDynamic(extent))
      extent = tile.getShape()[d];
  return machine.setTile(op, makeTile(dtype, tile.getShape(), valid, cells));
}

static llvm::Error runFull(Machine &machine, tile::FullOp op) {
  DType dtype = getDTypeOf(op.getResult());
  ArrayRef<int64_t> shape = op.getResult().getType().getShape();
  const ScalarValue &value = machine.getScalar(op.getValue());
  auto cells = makeCells(dtype, shape);
  std::vector<uint64_t> bits(*getNumElements(shape),
                             scalarToBits(dtype, value));
  storeElements(dtype, bits.data(), bits.size(), cells->bytes.data());
  std::fill(cells->undefined.begin(), cells->undefined.end(), value.undefined);
  return machine.setTile(op, makeTile(dtype, shape, shape, cells));
}

/// Integers wrap; BF16 and FP16 add in FP32 and round.
static llvm::Error runArange(Machine &machine, tile::ArangeOp op) {
  DType dtype = getDTypeOf(op.getResult());
  ArrayRef<int64_t> shape = op.getResult().getType().getShape();
  const ScalarValue &start = machine.getScalar(op.getStart());
  auto cells = makeCells(dtype, shape);
  unsigned bytes = getByteSize(dtype);
  for (int64_t i = 0; i < shape.back(); ++i) {
    ScalarValue value = start;
    value.real += float(i);
    value.integer = int64_t(uint64_t(start.integer) + uint64_t(i));
    uint64_t bits = scalarToBits(dtype, value);
    storeElements(dtype, &bits, 1, cells->bytes.data() + i * bytes);
  }
  std::fill(cells->undefined.begin(), cells->undefined.end(), start.undefined);
  return machine.setTile(op, makeTile(dtype, shape, shape, cells));
}

static llvm::Error runDim(Machine &machine, tile::DimOp op) {
  const RuntimeValue &source = machine.get(op.getSource());
  int64_t extent = 0;
  if (auto *tile = std::get_if<TileValue>(&source))
    extent = tile->shape[op.getDim()];
  else
    extent = std::get<TensorValue>(source).shape[op.getDim()];
  if (ShapedType::isDynamic(extent))
    return machine.fail(op, "no tensor has been bound to this name");
  machine.set(op.getResult(), ScalarValue::ofInteger(extent));
  return llvm::Error::success();
}

void tilec::addCreationOps(Machine &machine) {
  machine.add<tile::CreateOp, runCreate>();
  machine.add<tile::UndefinedOp, runUndefined>();
  machine.add<tile::FullOp, runFull>();
  machine.add<tile::ArangeOp, runArange>();
  machine.add<tile::DimOp, runDim>();
}
