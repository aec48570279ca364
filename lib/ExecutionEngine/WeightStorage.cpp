//===- WeightStorage.cpp - Weights as compiled code takes them ------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/ExecutionEngine/WeightStorage.h"
#include <algorithm>
#include <cstring>
#include <fmt/format.h>

using namespace tilec;

/// Bytes of the rows that are taken at a time.
static constexpr int64_t stripBytes = int64_t(32) << 20;

llvm::Expected<WeightStorage>
WeightStorage::create(DType dtype, Layout layout,
                      llvm::ArrayRef<int64_t> shape) {
  WeightStorage result;
  result.dtype = dtype;
  result.layout = layout;
  result.shape.assign(shape.begin(), shape.end());
  llvm::Expected<Tensor> storage = Tensor();
  if (layout == Layout::RowMajor) {
    storage = Tensor::create(dtype, shape);
  } else {
    int64_t bytes =
        tilec_rt_packed_bytes(packed::getName(layout), shape.data());
    if (bytes < 0)
      return llvm::createStringError(fmt::format(
          "shape {} packed exceeds 2^63 bytes", formatShape(shape)));
    // Packed storage is whole cache lines.
    storage = Tensor::create(DType::INT64, {bytes / 8});
  }
  if (!storage)
    return storage.takeError();
  result.storage = std::move(*storage);
  if (layout != Layout::RowMajor)
    tilec_rt_pack_begin(result.getView().data, packed::getName(layout),
                        shape.data());
  return result;
}

int64_t WeightStorage::getRowBytes() const {
  llvm::ArrayRef<int64_t> extents = shape;
  // Without rows it does not matter.
  return getByteSize(dtype, extents.drop_front(!extents.empty())).value_or(0);
}

/// Puts rows in place; false if there is no memory.
bool WeightStorage::move(int64_t first, const char *rows, int64_t count,
                         tilec_rt_pool &pool) const {
  char *data = static_cast<char *>(getView().data);
  if (layout != Layout::RowMajor)
    return tilec_rt_pack_rows(&pool, data, rows, first, count) == 0;
  if (int64_t bytes = count * getRowBytes())
    memcpy(data + first * getRowBytes(), rows, size_t(bytes));
  return true;
}

llvm::Error WeightStorage::fill(const void *rows, int64_t count,
                                tilec_rt_pool &pool, const Progress &progress) {
  int64_t missing = getRows() - filled;
  if (count < 0 || count > missing)
    return llvm::createStringError(fmt::format(
        "{} rows, where {} of {} are missing", count, missing, getRows()));
  int64_t step = tilec_rt_pack_step();
  if (layout != Layout::RowMajor && count != missing && count % step != 0)
    return llvm::createStringError(fmt::format(
        "{} rows, which are not the last, are no multiple of {}", count, step));
  // An empty row has no bytes, and its strips no end.
  int64_t rowBytes = std::max<int64_t>(getRowBytes(), 1);
  int64_t strip = std::max(step, stripBytes / rowBytes / step * step);
  for (int64_t done = 0; done < count; done += strip) {
    int64_t part = std::min(strip, count - done);
    const char *from = static_cast<const char *>(rows) + done * getRowBytes();
    if (!move(filled + done, from, part, pool))
      return llvm::createStringError(std::errc::not_enough_memory,
                                     "there is no memory to pack it");
    if (progress)
      progress(filled + done + part, getRows());
  }
  filled += count;
  return llvm::Error::success();
}
