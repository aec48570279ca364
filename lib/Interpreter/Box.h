//===- Box.h - Boxes of row-major cells -------------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_INTERPRETER_BOX_H
#define TILEC_LIB_INTERPRETER_BOX_H

#include "Value.h"

namespace tilec {

/// Cells between two neighbours of each dimension.
Shape getStrides(llvm::ArrayRef<int64_t> shape);

/// The place of a cell.
int64_t getLinearIndex(llvm::ArrayRef<int64_t> index,
                       llvm::ArrayRef<int64_t> strides);

/// Calls `visit` with the index of the first cell of each row of a box, in
/// row-major order; a row is what differs in the last dimension only.
template <typename Visit>
void forEachRow(llvm::ArrayRef<int64_t> extents, Visit visit) {
  if (llvm::is_contained(extents, 0))
    return;
  Shape index(extents.size(), 0);
  while (true) {
    visit(llvm::ArrayRef<int64_t>(index));
    int64_t d = int64_t(extents.size()) - 2;
    while (d >= 0 && ++index[d] == extents[d])
      index[d--] = 0;
    if (d < 0)
      return;
  }
}

/// The first dimension along which a box that is not empty leaves the shape.
std::optional<unsigned> findOutside(llvm::ArrayRef<int64_t> offsets,
                                    llvm::ArrayRef<int64_t> extents,
                                    llvm::ArrayRef<int64_t> shape);

/// Row-major cells of a tile or of storage; `undefined` is null where every
/// cell is defined.
struct ConstCellView {
  llvm::ArrayRef<int64_t> shape;
  const uint8_t *bytes;
  const uint8_t *undefined;

  explicit ConstCellView(const TileValue &tile);
  explicit ConstCellView(const TensorValue &tensor);
};
struct CellView {
  llvm::ArrayRef<int64_t> shape;
  uint8_t *bytes;
  uint8_t *undefined;

  explicit CellView(const TensorValue &tensor);
  CellView(llvm::ArrayRef<int64_t> shape, Cells &cells);
};

/// Copies a box of cells and their states. The box lies within both; a
/// destination without states gets defined cells only.
void copyBox(const ConstCellView &from, llvm::ArrayRef<int64_t> fromOffsets,
             const CellView &to, llvm::ArrayRef<int64_t> toOffsets,
             llvm::ArrayRef<int64_t> extents, unsigned elementBytes);

/// New cells, all bits set (a NaN, where a float is read that must not be) and
/// defined, with room for their states.
std::shared_ptr<Cells> makeCells(DType dtype, llvm::ArrayRef<int64_t> shape);

/// The tile of new cells; forgets the states if every cell is defined.
TileValue makeTile(DType dtype, llvm::ArrayRef<int64_t> shape,
                   llvm::ArrayRef<int64_t> valid, std::shared_ptr<Cells> cells);

/// The index of the first valid cell that is undefined.
std::optional<Shape> findUndefined(const TileValue &tile);

} // namespace tilec

#endif // TILEC_LIB_INTERPRETER_BOX_H
