//===- Tensor.cpp - Tensors in memory -------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Support/Tensor.h"
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fmt/format.h>
#include <sys/mman.h>

using namespace tilec;

std::string tilec::formatShape(llvm::ArrayRef<int64_t> shape) {
  std::string text;
  for (int64_t extent : shape)
    text += fmt::format("{}{}", text.empty() ? "" : ", ", extent);
  return "[" + text + "]";
}

std::optional<int64_t> tilec::getNumElements(llvm::ArrayRef<int64_t> shape) {
  int64_t product = 1;
  bool empty = false, overflows = false;
  for (int64_t extent : shape) {
    if (extent < 0)
      return std::nullopt;
    empty |= extent == 0;
    overflows |= __builtin_mul_overflow(product, extent, &product);
  }
  if (empty)
    return 0;
  if (overflows)
    return std::nullopt;
  return product;
}

std::optional<int64_t> tilec::getByteSize(DType dtype,
                                          llvm::ArrayRef<int64_t> shape) {
  std::optional<int64_t> elements = getNumElements(shape);
  int64_t bytes;
  if (!elements ||
      __builtin_mul_overflow(*elements, int64_t(getByteSize(dtype)), &bytes))
    return std::nullopt;
  return bytes;
}

//===----------------------------------------------------------------------===//
// Tensor
//===----------------------------------------------------------------------===//

namespace {
constexpr size_t alignment = 64;
constexpr size_t hugePage = size_t(2) << 20;
constexpr size_t largestPage = size_t(64) << 10;
} // namespace

/// Fresh zero pages, aligned to a huge page: the kernel gives huge pages to
/// aligned ranges only. Returns null if there is no memory.
static void *mapLarge(size_t bytes) {
  size_t reserved = bytes + hugePage;
  void *memory = mmap(nullptr, reserved, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    return nullptr;
  char *begin = static_cast<char *>(memory);
  size_t before = -reinterpret_cast<uintptr_t>(begin) % hugePage;
  char *aligned = begin + before;
  if (before)
    munmap(begin, before);
  if (size_t after = hugePage - before)
    munmap(aligned + bytes, after);
  madvise(aligned, bytes, MADV_HUGEPAGE);
  return aligned;
}

void Tensor::Free::operator()(void *memory) const {
  if (mappedBytes)
    munmap(memory, mappedBytes);
  else
    free(memory);
}

llvm::Expected<Tensor> Tensor::create(DType dtype,
                                      llvm::ArrayRef<int64_t> shape) {
  std::optional<int64_t> bytes = tilec::getByteSize(dtype, shape);
  if (!bytes || *bytes > INT64_MAX - int64_t(2 * hugePage))
    return llvm::createStringError(
        fmt::format("a tensor of shape {} and dtype {} has no size that memory "
                    "could hold",
                    formatShape(shape), getName(dtype).str()));
  // Whole cache lines, so that vector code may read up to the end of one.
  size_t size = (static_cast<size_t>(*bytes) + alignment - 1) & -alignment;
  Tensor result;
  void *memory = nullptr;
  if (size >= hugePage) {
    size = (size + largestPage - 1) & -largestPage;
    memory = mapLarge(size);
    result.memory = {memory, Free(size)};
  } else {
    memory = std::aligned_alloc(alignment, std::max(size, alignment));
    if (memory)
      std::memset(memory, 0, std::max(size, alignment));
    result.memory = {memory, Free()};
  }
  if (!memory)
    return llvm::createStringError(
        fmt::format("no memory for a tensor of shape {} and dtype {}",
                    formatShape(shape), getName(dtype).str()));
  result.view = {dtype, Shape(shape), memory};
  return result;
}

llvm::Expected<Tensor> Tensor::copy(const TensorView &source) {
  llvm::Expected<Tensor> result = create(source.dtype, source.shape);
  if (result && source.getByteSize())
    std::memcpy(result->view.data, source.data,
                static_cast<size_t>(source.getByteSize()));
  return result;
}
