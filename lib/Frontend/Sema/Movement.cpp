//===- Movement.cpp - slice, assemble, read, write ------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elaborator.h"

#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include <fmt/format.h>

using namespace tilec;
using llvm::ArrayRef;

//===----------------------------------------------------------------------===//
// Bounds that are known
//===----------------------------------------------------------------------===//

/// The message if cells [offset, offset + extent) cannot lie in a dimension.
static std::optional<std::string>
findOutside(mlir::Value offset, int64_t extent, int64_t dim, int64_t size) {
  std::optional<int64_t> begin = mlir::getConstantIntValue(offset);
  if (!begin)
    return std::nullopt;
  int64_t end = 0;
  bool isInside = *begin >= 0 && !llvm::AddOverflow(*begin, extent, end) &&
                  (mlir::ShapedType::isDynamic(size) || end <= size);
  if (isInside)
    return std::nullopt;
  std::string bounds = mlir::ShapedType::isDynamic(size)
                           ? "begins at 0"
                           : fmt::format("is 0..{}", size - 1);
  if (extent == 1)
    return fmt::format("index {} is outside of dimension {}, which {}", *begin,
                       dim, bounds);
  return fmt::format("cells {}..{} are outside of dimension {}, which {}",
                     *begin, *begin + extent - 1, dim, bounds);
}

/// An error if a valid cell is certainly outside. `extents` has what is valid,
/// kDynamic where that is not known, and so may be nothing.
bool Elaborator::checkInside(const Datum &storage,
                             ArrayRef<mlir::Value> offsets,
                             ArrayRef<int64_t> extents, SourceRange range) {
  for (int64_t extent : extents)
    if (mlir::ShapedType::isDynamic(extent) || extent <= 0)
      return true;
  for (auto [dim, offset] : llvm::enumerate(offsets))
    if (auto message =
            findOutside(offset, extents[dim], dim, storage.getShape()[dim])) {
      error(range, *message);
      noteDefinition(storage);
      return false;
    }
  return true;
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

Datum Elaborator::emitSlice(const Datum &source, ArrayRef<int64_t> sizes,
                            ArrayRef<mlir::Value> offsets,
                            ArrayRef<mlir::Value> valid, SourceRange range) {
  llvm::SmallVector<int64_t> asked(sizes);
  if (!valid.empty())
    asked = tile::getConstantExtents(valid);
  // What a tile does not have is not valid; that all sizes fit is checked.
  llvm::SmallVector<int64_t> extents(source.isTile() ? sizes : ArrayRef(asked));
  for (auto [extent, size] : llvm::zip_equal(extents, sizes))
    if (!mlir::ShapedType::isDynamic(extent))
      extent = std::min(extent, size);
  if (!checkTileSize(sizes, *source.getDType(), range) ||
      !checkInside(source, offsets, extents, range))
    return Datum::poison();
  tile::InferenceError failure;
  tile::InferredType type =
      tile::inferSlice(source.getValue().getType(), sizes, asked, failure,
                       tile::getConstantExtents(offsets));
  if (failed(type))
    return error(range, failure.message);
  return Datum::tile(emitter.create<tile::SliceOp>(
      range, mlir::cast<tile::TileType>(*type), source.getValue(), offsets,
      valid, mlir::UnitAttr()));
}

Datum Elaborator::emitAssemble(const BoundArg &dest, const BoundArg &source,
                               ArrayRef<mlir::Value> offsets,
                               SourceRange range) {
  const Datum &from = source.datum, &to = dest.datum;
  if (from.getDType() != to.getDType())
    return mismatch(range,
                    "a tile of " + getName(*from.getDType()) +
                        " cannot be assembled into " + getName(*to.getDType()) +
                        "; convert it with cast(x, target_type=" +
                        getName(*to.getDType()) + ")",
                    to, from);
  if (from.getShape().size() != to.getShape().size())
    return mismatch(range,
                    "a tile of " + formatShape(from) +
                        " cannot be assembled into " + formatShape(to) +
                        ": the ranks differ; reshape it",
                    to, from);
  if (to.isTile() && to.isTileArgument) {
    error(dest.expr ? dest.range() : range,
          "a tensor parameter that was given a tile cannot be written");
    noteDefinition(to);
    return Datum::poison();
  }
  // Into a tile nothing may land outside of the nominal shape.
  if (!checkInside(to, offsets, from.getTileType().getValid(), range))
    return to.isTensor() ? to : Datum::poison();
  if (to.isTile())
    return Datum::tile(emitter.create<tile::InsertOp>(
        range, to.getTileType(), from.getValue(), to.getValue(), offsets));
  if (!noteWrite(to, range))
    return to;
  emitter.create<tile::AssembleOp>(range, from.getValue(), to.getValue(),
                                   offsets, mlir::UnitAttr());
  return to;
}

Datum Elaborator::emitReshape(const Datum &source, ArrayRef<int64_t> shape,
                              SourceRange range) {
  tile::InferenceError failure;
  tile::InferredType type =
      tile::inferReshape(source.getValue().getType(), shape, failure);
  if (failed(type)) {
    error(range, failure.message);
    noteDefinition(source);
    return Datum::poison();
  }
  return Datum::tile(
      emitter.create<tile::ReshapeOp>(range, *type, source.getValue()));
}

Datum Elaborator::emitRead(const Datum &source, ArrayRef<mlir::Value> indices,
                           SourceRange range) {
  llvm::SmallVector<int64_t> ones(indices.size(), 1);
  if (!checkInside(source, indices, ones, range))
    return Datum::poison();
  mlir::Type element = getElementType(emitter.getContext(), *source.getDType());
  mlir::Value value = emitter.create<tile::ReadOp>(
      range, tile::getScalarType(element), source.getValue(), indices,
      mlir::UnitAttr());
  return scalarOf(value, *source.getDType());
}

void Elaborator::emitWrite(const BoundArg &dest, const BoundArg &value,
                           ArrayRef<mlir::Value> indices, SourceRange range) {
  llvm::SmallVector<int64_t> ones(indices.size(), 1);
  if (!noteWrite(dest.datum, range) ||
      !checkInside(dest.datum, indices, ones, range))
    return;
  mlir::Value scalar = toCell(value.datum, *dest.datum.getDType(),
                              value.expr ? value.range() : range);
  if (scalar)
    emitter.create<tile::WriteOp>(range, scalar, dest.datum.getValue(), indices,
                                  mlir::UnitAttr());
}
