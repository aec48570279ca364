//===- Broadcast.cpp - Operands stretched to a common box -----------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elementwise.h"
#include <algorithm>

using namespace tilec;
using llvm::ArrayRef;

Broadcast::Broadcast(ArrayRef<const RuntimeValue *> operands) {
  for (const RuntimeValue *operand : operands)
    if (auto *tile = std::get_if<TileValue>(operand)) {
      if (scalar)
        shape.assign(tile->getRank(), 1);
      scalar = false;
      for (unsigned d = 0; d < shape.size(); ++d)
        shape[d] = std::max(shape[d], tile->shape[d]);
    }
  valid = shape;
  for (const RuntimeValue *operand : operands)
    if (auto *tile = std::get_if<TileValue>(operand))
      for (unsigned d = 0; d < shape.size(); ++d) {
        // A stretched cell is valid everywhere or, if it is not valid, nowhere.
        bool stretched = tile->shape[d] < shape[d] && tile->valid[d] == 1;
        if (!stretched)
          valid[d] = std::min(valid[d], tile->valid[d]);
      }
}

/// `count` copies of one number.
template <typename Work>
static Numbers<Work> repeat(const ScalarValue &scalar, DType dtype,
                            int64_t count) {
  uint64_t bits = scalarToBits(dtype, scalar);
  uint8_t bytes[sizeof(bits)];
  storeElements(DType::INT64, &bits, 1, bytes);
  Work value;
  loadElements(dtype, bytes, 1, &value);
  Numbers<Work> numbers;
  numbers.values.assign(count, value);
  if (scalar.undefined)
    numbers.undefined.assign(count, 1);
  return numbers;
}

template <typename Work>
Numbers<Work> Broadcast::gather(const RuntimeValue &operand,
                                DType dtype) const {
  int64_t count = *getNumElements(valid), row = valid.back();
  auto *tile = std::get_if<TileValue>(&operand);
  if (!tile)
    return repeat<Work>(std::get<ScalarValue>(operand), dtype, count);
  ConstCellView cells(*tile);
  Shape strides = getStrides(tile->shape);
  for (unsigned d = 0; d < strides.size(); ++d)
    if (tile->shape[d] == 1)
      strides[d] = 0;
  bool stretched = strides.back() == 0;
  Numbers<Work> numbers;
  numbers.values.resize(count);
  if (cells.undefined)
    numbers.undefined.resize(count);
  int64_t next = 0;
  forEachRow(valid, [&](ArrayRef<int64_t> index) {
    int64_t cell = getLinearIndex(index, strides);
    Work *to = &numbers.values[next];
    loadElements(dtype, cells.bytes + cell * getByteSize(dtype),
                 stretched ? 1 : row, to);
    if (stretched)
      std::fill_n(to, row, Work(*to));
    for (int64_t i = 0; cells.undefined && i < row; ++i)
      numbers.undefined[next + i] = cells.undefined[cell + (stretched ? 0 : i)];
    next += row;
  });
  return numbers;
}

template <typename Work>
RuntimeValue Broadcast::scatter(const Numbers<Work> &numbers,
                                DType dtype) const {
  if (scalar) {
    uint64_t bits = 0;
    uint8_t bytes[sizeof(bits)] = {};
    storeElements(dtype, numbers.values.data(), 1, bytes);
    loadElements(DType::INT64, bytes, 1, &bits);
    ScalarValue result = scalarFromBits(dtype, bits);
    result.undefined = numbers.isUndefined(0);
    return result;
  }
  auto cells = makeCells(dtype, shape);
  Shape strides = getStrides(shape);
  int64_t next = 0, row = valid.back();
  forEachRow(valid, [&](ArrayRef<int64_t> index) {
    int64_t cell = getLinearIndex(index, strides);
    storeElements(dtype, &numbers.values[next], row,
                  &cells->bytes[cell * getByteSize(dtype)]);
    if (!numbers.undefined.empty())
      std::copy_n(&numbers.undefined[next], row, &cells->undefined[cell]);
    next += row;
  });
  return makeTile(dtype, shape, valid, cells);
}

namespace tilec {
#define INSTANTIATE(WORK)                                                      \
  template Numbers<WORK> Broadcast::gather(const RuntimeValue &, DType) const; \
  template RuntimeValue Broadcast::scatter(const Numbers<WORK> &, DType) const;
INSTANTIATE(float)
INSTANTIATE(int64_t)
INSTANTIATE(uint64_t)
#undef INSTANTIATE
} // namespace tilec
