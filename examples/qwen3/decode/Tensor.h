//===- Tensor.h - Tensors for calls -----------------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QWEN3_DECODE_TENSOR_H
#define QWEN3_DECODE_TENSOR_H

#include "Safetensors.h"
#include <cstdlib>
#include <new>
#include <tilec/Tilec.h>

namespace qwen3 {

/// A DLTensor, with the shape that it points at. The memory is somebody else's.
class TensorView {
public:
  TensorView(const void *data, tilec_dtype dtype, std::vector<int64_t> extents)
      : shape(std::move(extents)) {
    // An argument that an entry only reads is not written to.
    tensor.data = const_cast<void *>(data);
    tensor.device = {kDLCPU, 0};
    tensor.ndim = static_cast<int32_t>(shape.size());
    tensor.dtype = tilec_dtype_to_dlpack(dtype);
    tensor.shape = shape.data();
  }
  // What a vector points at stays where it is when the vector is moved.
  TensorView(TensorView &&) = default;
  TensorView(const TensorView &) = delete;

  const DLTensor *get() const { return &tensor; }

private:
  std::vector<int64_t> shape;
  DLTensor tensor{};
};

/// Memory for `count` cells of 16 bits, all zero; the system provides what is
/// touched of it.
class Cells {
public:
  explicit Cells(size_t count)
      : cells(static_cast<uint16_t *>(std::calloc(count, sizeof(uint16_t)))) {
    if (!cells)
      throw std::bad_alloc();
  }
  uint16_t *data() { return cells.get(); }

private:
  struct Free {
    void operator()(void *memory) const { std::free(memory); }
  };
  std::unique_ptr<uint16_t, Free> cells;
};

} // namespace qwen3

#endif // QWEN3_DECODE_TENSOR_H
