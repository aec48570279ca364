//===- TileShapeOps.cpp - Ops that reshape tiles and their valid regions ===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/Builders.h"
#include "tilec/Dialect/Tile/Tile.h"

using namespace mlir;
using namespace tilec::tile;

/// The result is what the rule yields, up to what is known of valid extents.
static LogicalResult verifyInferred(Operation *op, InferredType type,
                                    const InferenceError &error) {
  if (failed(type))
    return op->emitOpError(error.message);
  if (!haveCompatibleTypes(*type, op->getResult(0).getType()))
    return op->emitOpError()
           << "yields " << *type << ", not " << op->getResult(0).getType();
  return success();
}

LogicalResult ValidDimOp::verify() {
  // C18
  if (getDim() >= uint64_t(getSource().getType().getRank()))
    return emitOpError() << "dimension " << int64_t(getDim())
                         << " is out of range for " << getSource().getType();
  return success();
}

void SetValidShapeOp::build(OpBuilder &builder, OperationState &state,
                            Value source, ValueRange valid) {
  InferenceError error;
  InferredType type =
      inferSetValidShape(source.getType(), getConstantExtents(valid), error);
  assert(succeeded(type) && "the caller has checked the extents");
  build(builder, state, *type, source, valid);
}

LogicalResult SetValidShapeOp::verify() {
  InferenceError error;
  return verifyInferred(*this,
                        inferSetValidShape(getSource().getType(),
                                           getConstantExtents(getValid()),
                                           error),
                        error);
}

LogicalResult RelaxValidOp::verify() {
  if (!haveCompatibleTypes(getSource().getType(), getResult().getType()))
    return emitOpError() << getSource().getType() << " is no "
                         << getResult().getType();
  return success();
}

void FillPadOp::build(OpBuilder &builder, OperationState &state, Value source,
                      PadValue pad) {
  auto type = cast<TileType>(source.getType());
  build(builder, state, type.withValid(type.getShape()), source, pad);
}

LogicalResult FillPadOp::verify() {
  auto from = getSource().getType(), to = getResult().getType();
  // C22
  if (to != from.withValid(from.getShape()))
    return emitOpError() << "yields " << from.withValid(from.getShape());
  bool infinite = getPad() == PadValue::Inf || getPad() == PadValue::NegInf;
  if (infinite && !isa<FloatType>(from.getElementType()))
    return emitOpError("an infinite pad value needs a float dtype");
  return success();
}

LogicalResult InsertOp::verify() {
  // C12
  if (int64_t(getOffsets().size()) != getDest().getType().getRank())
    return emitOpError() << "needs " << getDest().getType().getRank()
                         << " offsets, got " << getOffsets().size();
  return success();
}

LogicalResult ReshapeOp::verify() {
  Type from = getSource().getType(), to = getResult().getType();
  // C15
  if (isa<TileType>(from) != isa<TileType>(to))
    return emitOpError("reshapes a tile to a tile, or a tensor to a tensor");
  InferenceError error;
  ArrayRef<int64_t> shape = isa<TileType>(to)
                                ? cast<TileType>(to).getShape()
                                : cast<TensorRefType>(to).getShape();
  return verifyInferred(*this, inferReshape(from, shape, error), error);
}
