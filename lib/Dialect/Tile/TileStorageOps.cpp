//===- TileStorageOps.cpp - Ops that make, read and write storage -------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/Builders.h"
#include "tilec/Dialect/Tile/Tile.h"

using namespace mlir;
using namespace tilec::tile;

static int64_t getRank(Type type) {
  if (auto tile = dyn_cast<TileType>(type))
    return tile.getRank();
  return cast<TensorRefType>(type).getRank();
}

static Type getElementType(Type type) {
  if (auto tile = dyn_cast<TileType>(type))
    return tile.getElementType();
  return cast<TensorRefType>(type).getElementType();
}

/// One index for each dimension.
static LogicalResult verifyIndices(Operation *op, Type type, size_t count) {
  // C11, C12, C14
  if (int64_t(count) != getRank(type))
    return op->emitOpError() << "needs " << getRank(type) << " offsets for "
                             << type << ", got " << count;
  return success();
}

/// An integer scalar is an index, whatever the width of the cells.
static LogicalResult verifyScalar(Operation *op, Type scalar, Type element) {
  // C5
  if (scalar != getScalarType(element))
    return op->emitOpError()
           << "needs a scalar of type " << getScalarType(element)
           << " for cells of " << element << ", got " << scalar;
  return success();
}

static void addReadOfStorage(
    OpOperand &source,
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
        &effects) {
  if (isa<TensorRefType>(source.get().getType()))
    effects.emplace_back(MemoryEffects::Read::get(), &source);
}

LogicalResult CreateOp::verify() {
  auto type = getResult().getType();
  size_t dynamic = llvm::count_if(
      type.getShape(), [](int64_t d) { return ShapedType::isDynamic(d); });
  // C24
  if (getSizes().size() != dynamic)
    return emitOpError() << "needs " << dynamic << " sizes, one for each `?`";
  return success();
}

void SliceOp::build(OpBuilder &builder, OperationState &state, Value source,
                    ArrayRef<int64_t> sizes, ValueRange offsets,
                    ValueRange valid) {
  InferenceError error;
  InferredType type =
      inferSlice(source.getType(), sizes, getConstantExtents(valid), error,
                 getConstantExtents(offsets));
  assert(succeeded(type) && "the caller has checked the slice");
  build(builder, state, *type, source, offsets, valid, /*inbounds=*/nullptr);
}

LogicalResult SliceOp::verify() {
  if (failed(verifyIndices(*this, getSource().getType(), getOffsets().size())))
    return failure();
  InferenceError error;
  InferredType type = inferSlice(
      getSource().getType(), getResult().getType().getShape(),
      getConstantExtents(getValid()), error, getConstantExtents(getOffsets()));
  if (failed(type))
    return emitOpError(error.message);
  if (!haveCompatibleTypes(*type, getResult().getType()))
    return emitOpError() << "yields " << *type << ", not "
                         << getResult().getType();
  return success();
}

void SliceOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
        &effects) {
  addReadOfStorage(getSourceMutable(), effects);
}

LogicalResult AssembleOp::verify() {
  // C12
  if (getSource().getType().getElementType() !=
      getDest().getType().getElementType())
    return emitOpError() << "cells of "
                         << getSource().getType().getElementType()
                         << " do not fit a tensor of "
                         << getDest().getType().getElementType();
  // C13
  if (getDest().getType().getWeight())
    return emitOpError("a weight is constant and cannot be written");
  if (getSource().getType().getRank() != getDest().getType().getRank())
    return emitOpError() << "a tile of rank " << getSource().getType().getRank()
                         << " does not fit a tensor of rank "
                         << getDest().getType().getRank();
  return verifyIndices(*this, getDest().getType(), getOffsets().size());
}

LogicalResult ReadOp::verify() {
  if (failed(verifyScalar(*this, getResult().getType(),
                          getElementType(getSource().getType()))))
    return failure();
  return verifyIndices(*this, getSource().getType(), getIndices().size());
}

void ReadOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
        &effects) {
  addReadOfStorage(getSourceMutable(), effects);
}

LogicalResult WriteOp::verify() {
  // C13
  if (getDest().getType().getWeight())
    return emitOpError("a weight is constant and cannot be written");
  if (failed(verifyScalar(*this, getValue().getType(),
                          getDest().getType().getElementType())))
    return failure();
  return verifyIndices(*this, getDest().getType(), getIndices().size());
}

LogicalResult PrefetchOp::verify() {
  if (getSource().getType().isPacked())
    return emitOpError("announces rows, which packed storage does not have");
  if (getSizes().size() != getOffsets().size())
    return emitOpError() << "has " << getSizes().size() << " sizes for "
                         << getOffsets().size() << " offsets";
  return verifyIndices(*this, getSource().getType(), getOffsets().size());
}

LogicalResult DimOp::verify() {
  // C18
  if (getDim() >= uint64_t(getRank(getSource().getType())))
    return emitOpError() << "dimension " << int64_t(getDim())
                         << " is out of range for " << getSource().getType();
  return success();
}

LogicalResult FullOp::verify() {
  // C23
  if (!getResult().getType().isWhollyValid())
    return emitOpError("yields a wholly valid tile");
  return verifyScalar(*this, getValue().getType(),
                      getResult().getType().getElementType());
}

LogicalResult ArangeOp::verify() {
  auto type = getResult().getType();
  // C23
  if (!type.isWhollyValid() || type.getElementType().isInteger(1))
    return emitOpError("yields a wholly valid tile of numbers");
  if (type.getNumCells() != type.getShape().back())
    return emitOpError("counts along the last dimension only");
  return verifyScalar(*this, getStart().getType(), type.getElementType());
}
