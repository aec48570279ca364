//===- Tensor.h - Tensors in memory -----------------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_SUPPORT_TENSOR_H
#define TILEC_SUPPORT_TENSOR_H

#include "tilec/Support/DType.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace tilec {

using Shape = llvm::SmallVector<int64_t, 4>;

/// `[16, 5120]`; `[]` for rank 0.
std::string formatShape(llvm::ArrayRef<int64_t> shape);

/// The number of elements; none if an extent is negative or the product exceeds
/// 2^63 - 1. A zero extent makes it 0.
std::optional<int64_t> getNumElements(llvm::ArrayRef<int64_t> shape);

/// The bytes of a contiguous tensor; none as above.
std::optional<int64_t> getByteSize(DType dtype, llvm::ArrayRef<int64_t> shape);

/// A row-major contiguous tensor that somebody else owns. The shape's byte size
/// is representable. Whether the data may be written is up to the owner.
struct TensorView {
  DType dtype = DType::FP32;
  Shape shape;
  void *data = nullptr;

  int64_t getNumElements() const { return *tilec::getNumElements(shape); }
  int64_t getByteSize() const { return *tilec::getByteSize(dtype, shape); }

  template <typename T> llvm::MutableArrayRef<T> getElements() const {
    return {static_cast<T *>(data), static_cast<size_t>(getNumElements())};
  }
};

/// A tensor that owns its memory: 64-byte aligned, zero-filled, with huge pages
/// advised when it is large.
class Tensor {
public:
  Tensor() = default;

  /// An error if the size is not representable or there is no memory.
  static llvm::Expected<Tensor> create(DType dtype,
                                       llvm::ArrayRef<int64_t> shape);

  /// A copy of `source`.
  static llvm::Expected<Tensor> copy(const TensorView &source);

  const TensorView &getView() const { return view; }
  operator const TensorView &() const { return view; }
  template <typename T> llvm::MutableArrayRef<T> getElements() const {
    return view.getElements<T>();
  }

private:
  struct Free {
    /// 0: the memory is from the heap.
    size_t mappedBytes;
    Free() : mappedBytes(0) {}
    explicit Free(size_t mappedBytes) : mappedBytes(mappedBytes) {}
    void operator()(void *memory) const;
  };

  TensorView view;
  std::unique_ptr<void, Free> memory;
};

/// A tensor under the name of a parameter.
struct NamedTensor {
  std::string name;
  TensorView tensor;
};

} // namespace tilec

#endif // TILEC_SUPPORT_TENSOR_H
