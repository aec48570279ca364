//===- WeightStorage.h - Weights as compiled code takes them ----*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_EXECUTIONENGINE_WEIGHTSTORAGE_H
#define TILEC_EXECUTIONENGINE_WEIGHTSTORAGE_H

#include "tilec/Runtime/Runtime.h"
#include "tilec/Support/Signature.h"
#include <functional>

namespace tilec {

/// A tensor in the layout of a parameter, filled row by row (by indices of
/// dimension 0). A tensor of rank 0 counts as one row.
class WeightStorage {
public:
  /// Told of the rows that are in place, of all.
  using Progress = std::function<void(int64_t rows, int64_t allRows)>;

  /// Memory for a tensor of that dtype and shape; a packed layout takes BF16 of
  /// rank 2. An error if it is too large or there is no memory.
  static llvm::Expected<WeightStorage> create(DType dtype, Layout layout,
                                              llvm::ArrayRef<int64_t> shape);

  /// Takes the next `count` rows, contiguous at `rows`, strip by strip, on the
  /// pool's threads. An error leaves the storage as it was: more rows than are
  /// missing; a part that is not the last and, for a packed layout, no multiple
  /// of tilec_rt_pack_step(); no memory. `progress` may be empty.
  llvm::Error fill(const void *rows, int64_t count, tilec_rt_pool &pool,
                   const Progress &progress = {});

  int64_t getRows() const { return shape.empty() ? 1 : shape[0]; }
  bool isComplete() const { return filled == getRows(); }

  DType getDType() const { return dtype; }
  Layout getLayout() const { return layout; }
  /// Of the tensor, whatever its layout.
  llvm::ArrayRef<int64_t> getShape() const { return shape; }
  /// As it lies in memory: the row-major tensor, or packed storage as INT64 of
  /// rank 1.
  const TensorView &getView() const { return storage.getView(); }
  /// Gives up what getView shows.
  Tensor take() { return std::move(storage); }

private:
  int64_t getRowBytes() const;
  bool move(int64_t first, const char *rows, int64_t count,
            tilec_rt_pool &pool) const;

  DType dtype = DType::FP32;
  Layout layout = Layout::RowMajor;
  Shape shape;
  Tensor storage;
  int64_t filled = 0;
};

} // namespace tilec

#endif // TILEC_EXECUTIONENGINE_WEIGHTSTORAGE_H
