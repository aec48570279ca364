//===- TileReshapeInference.cpp - Which dimensions a reshape joins and splits
//-----===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Dialect/Tile/Tile.h"
#include <fmt/format.h>

using namespace mlir;
using namespace tilec::tile;

SmallVector<ReshapeGroup>
tilec::tile::getReshapeGroups(ArrayRef<int64_t> source,
                              ArrayRef<int64_t> result) {
  // Dimensions of 1 go along with the group they stand in; what remains pairs
  // up wherever the products from the outside are equal.
  SmallVector<ReshapeGroup> groups;
  size_t s = 0, r = 0;
  while (s < source.size() || r < result.size()) {
    ReshapeGroup group;
    int64_t left = 1, right = 1;
    auto takeLeft = [&] {
      left *= source[s];
      group.source.push_back(s++);
    };
    auto takeRight = [&] {
      right *= result[r];
      group.result.push_back(r++);
    };
    if (s < source.size())
      takeLeft();
    if (r < result.size())
      takeRight();
    while (left != right) {
      if (left < right && s < source.size())
        takeLeft();
      else if (r < result.size())
        takeRight();
      else
        break; // The caller has checked that the totals agree.
    }
    groups.push_back(std::move(group));
  }
  return groups;
}

/// Valid extents of a group's result dimensions. Fails where the language has
/// no rule for them.
static LogicalResult inferGroup(TileType source, ArrayRef<int64_t> shape,
                                const ReshapeGroup &group,
                                MutableArrayRef<int64_t> valid, bool &isEmpty) {
  SmallVector<int64_t> from, to; // Without the 1-sized dimensions.
  for (int64_t d : group.source)
    if (source.getShape()[d] != 1)
      from.push_back(d);
  for (int64_t d : group.result)
    if (shape[d] != 1)
      to.push_back(d);
  for (int64_t d : group.source)
    if (source.getShape()[d] == 1 && source.getValid()[d] != 1)
      isEmpty = true;
  for (int64_t d : group.result)
    valid[d] = shape[d];
  if (from.empty())
    return success();
  // Only the outermost dimension of a group may be partial.
  for (int64_t d : ArrayRef<int64_t>(from).drop_front())
    if (source.getValid()[d] != source.getShape()[d])
      return failure();
  int64_t extent = source.getValid()[from.front()];
  if (extent == source.getShape()[from.front()])
    return success();
  if (ShapedType::isDynamic(extent)) {
    valid[to.front()] = ShapedType::kDynamic;
    return success();
  }
  int64_t cells = extent;
  for (int64_t d : ArrayRef<int64_t>(from).drop_front())
    cells *= source.getShape()[d];
  int64_t inner = 1;
  for (int64_t d : ArrayRef<int64_t>(to).drop_front())
    inner *= shape[d];
  if (cells % inner != 0)
    return failure();
  valid[to.front()] = cells / inner;
  return success();
}

InferredType tilec::tile::inferReshape(Type type, ArrayRef<int64_t> shape,
                                       InferenceError &error) {
  ArrayRef<int64_t> from = isa<TileType>(type)
                               ? cast<TileType>(type).getShape()
                               : cast<TensorRefType>(type).getShape();
  auto isDynamic = [](int64_t extent) { return ShapedType::isDynamic(extent); };
  if (llvm::none_of(from, isDynamic) && llvm::none_of(shape, isDynamic)) {
    auto product = [](ArrayRef<int64_t> extents) {
      int64_t cells = 1;
      for (int64_t extent : extents)
        if (llvm::MulOverflow(cells, extent, cells))
          return int64_t(-1);
      return cells;
    };
    // C15
    if (product(from) != product(shape)) {
      error.message =
          fmt::format("[{}] has {} cells, [{}] has {}", fmt::join(from, ", "),
                      product(from), fmt::join(shape, ", "), product(shape));
      return failure();
    }
  }
  if (auto tensor = dyn_cast<TensorRefType>(type))
    return Type(
        TensorRefType::get(shape, tensor.getElementType(), tensor.getWeight()));
  auto tile = cast<TileType>(type);
  SmallVector<int64_t> valid(shape.size());
  bool isEmpty = false;
  for (const ReshapeGroup &group : getReshapeGroups(from, shape))
    // C16
    if (failed(inferGroup(tile, shape, group, valid, isEmpty))) {
      error.message = fmt::format(
          "a tile of [{}], valid in [{}] only, cannot become [{}]: its valid "
          "cells would not be a box",
          fmt::join(from, ", "),
          fmt::join(llvm::map_range(tile.getValid(),
                                    [](int64_t extent) {
                                      return ShapedType::isDynamic(extent)
                                                 ? std::string("?")
                                                 : std::to_string(extent);
                                    }),
                    ", "),
          fmt::join(shape, ", "));
      return failure();
    }
  // A 1-sized dimension that may be empty empties everything.
  if (isEmpty)
    valid[0] = intersectValid(valid[0], ShapedType::kDynamic);
  return Type(TileType::get(shape, tile.getElementType(), valid));
}
