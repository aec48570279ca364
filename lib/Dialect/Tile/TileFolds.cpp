//===- TileFolds.cpp - Folds of the tile ops ----------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/Builders.h"
#include "mlir/IR/Matchers.h"
#include "tilec/Dialect/Tile/Tile.h"

using namespace mlir;
using namespace tilec::tile;

static Attribute indexAttr(MLIRContext *context, int64_t value) {
  return IntegerAttr::get(IndexType::get(context), value);
}

OpFoldResult DimOp::fold(FoldAdaptor) {
  Type type = getSource().getType();
  int64_t extent = isa<TileType>(type)
                       ? cast<TileType>(type).getShape()[getDim()]
                       : cast<TensorRefType>(type).getShape()[getDim()];
  if (!ShapedType::isDynamic(extent))
    return indexAttr(getContext(), extent);
  auto create = getSource().getDefiningOp<CreateOp>();
  if (!create)
    return {};
  ArrayRef<int64_t> outer = cast<TensorRefType>(type).getShape();
  outer = outer.take_front(getDim());
  return create.getSizes()[llvm::count_if(
      outer, [](int64_t d) { return ShapedType::isDynamic(d); })];
}

OpFoldResult ValidDimOp::fold(FoldAdaptor) {
  int64_t extent = getSource().getType().getValid()[getDim()];
  if (!ShapedType::isDynamic(extent))
    return indexAttr(getContext(), extent);
  return {};
}

/// A slice of all of a tile is the tile.
OpFoldResult SliceOp::fold(FoldAdaptor adaptor) {
  auto tile = dyn_cast<TileType>(getSource().getType());
  if (!tile || tile != getResult().getType() || !getValid().empty())
    return {};
  for (Attribute offset : adaptor.getOffsets())
    if (!offset || !cast<IntegerAttr>(offset).getValue().isZero())
      return {};
  return getSource();
}

OpFoldResult RelaxValidOp::fold(FoldAdaptor) {
  if (getSource().getType() == getResult().getType())
    return getSource();
  return {};
}

OpFoldResult FillPadOp::fold(FoldAdaptor) {
  if (getSource().getType().isWhollyValid())
    return getSource();
  return {};
}

OpFoldResult ReshapeOp::fold(FoldAdaptor) {
  if (getSource().getType() != getResult().getType())
    return {};
  if (auto tensor = dyn_cast<TensorRefType>(getSource().getType()))
    if (!tensor.hasStaticShape()) // Equal `?` may be different extents.
      return {};
  return getSource();
}

OpFoldResult CastOp::fold(FoldAdaptor) {
  if (getOperand().getType() == getResult().getType())
    return getOperand();
  return {};
}

/// Both operands, where both are constants and the divisor is not 0.
static std::optional<std::pair<int64_t, int64_t>> getDivision(Attribute lhs,
                                                              Attribute rhs) {
  auto left = dyn_cast_or_null<IntegerAttr>(lhs);
  auto right = dyn_cast_or_null<IntegerAttr>(rhs);
  if (!left || !right || right.getInt() == 0)
    return std::nullopt;
  return std::make_pair(left.getInt(), right.getInt());
}

OpFoldResult FloorDivOp::fold(FoldAdaptor adaptor) {
  if (matchPattern(getRhs(), m_One()))
    return getLhs();
  auto division = getDivision(adaptor.getLhs(), adaptor.getRhs());
  if (!division)
    return {};
  auto [a, b] = *division;
  if (b == -1) // -2^63 wraps.
    return indexAttr(getContext(), int64_t(-uint64_t(a)));
  int64_t quotient = a / b;
  if (a % b != 0 && (a < 0) != (b < 0))
    --quotient;
  return indexAttr(getContext(), quotient);
}

OpFoldResult ModOp::fold(FoldAdaptor adaptor) {
  auto division = getDivision(adaptor.getLhs(), adaptor.getRhs());
  if (!division)
    return {};
  auto [a, b] = *division;
  if (b == -1)
    return indexAttr(getContext(), 0);
  int64_t remainder = a % b;
  if (remainder != 0 && (remainder < 0) != (b < 0))
    remainder += b;
  return indexAttr(getContext(), remainder);
}
