//===- Box.cpp - Boxes of row-major cells ---------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Box.h"
#include "llvm/ADT/STLExtras.h"
#include <cstring>

using namespace tilec;
using llvm::ArrayRef;

Shape tilec::getStrides(ArrayRef<int64_t> shape) {
  Shape strides(shape.size(), 1);
  for (int64_t d = int64_t(shape.size()) - 2; d >= 0; --d)
    strides[d] = strides[d + 1] * shape[d + 1];
  return strides;
}

int64_t tilec::getLinearIndex(ArrayRef<int64_t> index,
                              ArrayRef<int64_t> strides) {
  int64_t linear = 0;
  for (auto [i, stride] : llvm::zip_equal(index, strides))
    linear += i * stride;
  return linear;
}

std::optional<unsigned> tilec::findOutside(ArrayRef<int64_t> offsets,
                                           ArrayRef<int64_t> extents,
                                           ArrayRef<int64_t> shape) {
  if (llvm::is_contained(extents, 0))
    return std::nullopt;
  // The difference of two extents does not overflow, the end of a box may.
  for (unsigned d = 0; d < shape.size(); ++d)
    if (offsets[d] < 0 || offsets[d] > shape[d] - extents[d])
      return d;
  return std::nullopt;
}

ConstCellView::ConstCellView(const TileValue &tile)
    : shape(tile.shape), bytes(tile.cells->bytes.data()),
      undefined(tile.cells->undefined.empty() ? nullptr
                                              : tile.cells->undefined.data()) {}

ConstCellView::ConstCellView(const TensorValue &tensor)
    : shape(tensor.shape), bytes(tensor.storage->data),
      undefined(tensor.storage->undefined.get()) {}

CellView::CellView(const TensorValue &tensor)
    : shape(tensor.shape), bytes(tensor.storage->data),
      undefined(tensor.storage->undefined.get()) {}

CellView::CellView(ArrayRef<int64_t> shape, Cells &cells)
    : shape(shape), bytes(cells.bytes.data()),
      undefined(cells.undefined.data()) {}

void tilec::copyBox(const ConstCellView &from, ArrayRef<int64_t> fromOffsets,
                    const CellView &to, ArrayRef<int64_t> toOffsets,
                    ArrayRef<int64_t> extents, unsigned elementBytes) {
  if (llvm::is_contained(extents, 0))
    return; // Offsets of an empty box may be anything.
  Shape fromStrides = getStrides(from.shape), toStrides = getStrides(to.shape);
  int64_t fromStart = getLinearIndex(fromOffsets, fromStrides);
  int64_t toStart = getLinearIndex(toOffsets, toStrides);
  int64_t count = extents.back();
  forEachRow(extents, [&](ArrayRef<int64_t> index) {
    int64_t source = fromStart + getLinearIndex(index, fromStrides);
    int64_t target = toStart + getLinearIndex(index, toStrides);
    std::memcpy(to.bytes + target * elementBytes,
                from.bytes + source * elementBytes, count * elementBytes);
    if (to.undefined && from.undefined)
      std::memcpy(to.undefined + target, from.undefined + source, count);
    else if (to.undefined)
      std::memset(to.undefined + target, 0, count);
  });
}

std::shared_ptr<Cells> tilec::makeCells(DType dtype, ArrayRef<int64_t> shape) {
  auto cells = std::make_shared<Cells>();
  cells->bytes.assign(*getByteSize(dtype, shape), 0xFF);
  cells->undefined.assign(*getNumElements(shape), 0);
  return cells;
}

TileValue tilec::makeTile(DType dtype, ArrayRef<int64_t> shape,
                          ArrayRef<int64_t> valid,
                          std::shared_ptr<Cells> cells) {
  TileValue tile{dtype, Shape(shape), Shape(valid), cells};
  if (!findUndefined(tile))
    cells->undefined.clear();
  return tile;
}

std::optional<Shape> tilec::findUndefined(const TileValue &tile) {
  ArrayRef<uint8_t> undefined = tile.cells->undefined;
  if (undefined.empty())
    return std::nullopt;
  std::optional<Shape> found;
  Shape strides = getStrides(tile.shape);
  forEachRow(tile.valid, [&](ArrayRef<int64_t> index) {
    if (found)
      return;
    auto row =
        undefined.slice(getLinearIndex(index, strides), tile.valid.back());
    if (const void *hit = std::memchr(row.data(), 1, row.size())) {
      found = Shape(index);
      found->back() = static_cast<const uint8_t *>(hit) - row.data();
    }
  });
  return found;
}
