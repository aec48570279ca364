//===- Tensors.cpp - Checks of DLPack tensors -----------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Tensors.h"
#include "Objects.h"
#include "tilec/Support/PackedLayout.h"
#include <fmt/ranges.h>

using namespace tilec;
using namespace tilec::capi;

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

/// Of later versions than Debian's header.
static constexpr uint8_t kDLBoolCode = 6;

DLDataType capi::getDLPackType(DType dtype) {
  uint8_t code = dtype == DType::BF16     ? kDLBfloat
                 : isFloat(dtype)         ? kDLFloat
                 : isSignedInteger(dtype) ? kDLInt
                                          : kDLUInt;
  return {code, static_cast<uint8_t>(8 * getByteSize(dtype)), 1};
}

DLDataType capi::tilec_dtype_to_dlpack(tilec_dtype dtype) {
  bool known = dtype >= 0 && unsigned(dtype) < numDTypes;
  return known ? getDLPackType(static_cast<DType>(dtype)) : DLDataType{};
}

static bool isOfType(DLDataType type, DType dtype) {
  DLDataType expected = getDLPackType(dtype);
  if (type.lanes != 1 || type.bits != expected.bits)
    return false;
  return type.code == expected.code ||
         (dtype == DType::BOOL && type.code == kDLBoolCode);
}

/// "float32", "bfloat16", "uint8x4".
static std::string describe(DLDataType type) {
  static constexpr const char *names[] = {
      "int", "uint", "float", "opaque", "bfloat", "complex", "bool"};
  std::string text = type.code < std::size(names)
                         ? names[type.code]
                         : fmt::format("type code {} of ", type.code);
  text += std::to_string(type.bits);
  return type.lanes == 1 ? text : fmt::format("{}x{}", text, type.lanes);
}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

static int64_t getCellBytes(const DLTensor &tensor) {
  return tensor.dtype.bits / 8;
}

/// Memory that the processor reads: its own, or what a device's driver pinned.
static bool isOnHost(DLDevice device) {
  return device.device_type == kDLCPU || device.device_type == kDLCUDAHost ||
         device.device_type == kDLROCMHost;
}

/// The bytes of a tensor; none if they are 2^63 or more. Where there are none,
/// other extents may be as large as they like.
static std::optional<int64_t> computeBytes(const DLTensor &tensor) {
  int64_t bytes = getCellBytes(tensor);
  bool overflow = false;
  for (int64_t extent : capi::getShape(tensor)) {
    if (extent == 0)
      return 0;
    overflow |= __builtin_mul_overflow(bytes, extent, &bytes);
  }
  return overflow ? std::nullopt : std::optional(bytes);
}

int64_t capi::getBytes(const DLTensor &tensor) { return *computeBytes(tensor); }

/// Whether the strides are those of row-major order. An extent of 1 is never
/// stepped over.
static bool isRowMajor(const DLTensor &tensor) {
  if (!tensor.strides)
    return true;
  int64_t stride = 1;
  for (int d = tensor.ndim - 1; d >= 0; --d) {
    if (tensor.shape[d] == 1)
      continue;
    if (tensor.strides[d] != stride)
      return false;
    stride *= tensor.shape[d];
  }
  return true;
}

/// Where the tensor is said to lie, and whether there can be memory.
static std::optional<std::string>
findPlaceProblem(const DLTensor &tensor, int64_t bytes, unsigned alignment) {
  if (!tensor.data)
    return fmt::format("has no data (null), but {} bytes", bytes);
  uint64_t begin = reinterpret_cast<uintptr_t>(tensor.data), end;
  if (__builtin_add_overflow(begin, tensor.byte_offset, &begin) ||
      __builtin_add_overflow(begin, uint64_t(bytes), &end))
    return "exceeds the address space";
  if (begin % alignment != 0)
    return fmt::format("is at an address that is no multiple of {}", alignment);
  return std::nullopt;
}

std::optional<std::string> capi::findProblem(const DLTensor &tensor,
                                             DType dtype, unsigned alignment) {
  if (!isOnHost(tensor.device))
    return fmt::format("is on a device of type {}, not on the CPU",
                       int(tensor.device.device_type));
  if (!isOfType(tensor.dtype, dtype))
    return fmt::format("is of {}, expected {} ({})", describe(tensor.dtype),
                       getName(dtype).str(), describe(getDLPackType(dtype)));
  if (tensor.ndim < 0 || (tensor.ndim > 0 && !tensor.shape))
    return fmt::format("has {} dimensions and no shape", tensor.ndim);
  for (int64_t extent : capi::getShape(tensor))
    if (extent < 0)
      return fmt::format("has a negative extent: [{}]",
                         fmt::join(capi::getShape(tensor), ", "));
  std::optional<int64_t> bytes = computeBytes(tensor);
  if (!bytes)
    return "has 2^63 bytes or more";
  if (*bytes == 0)
    return std::nullopt;
  if (!isRowMajor(tensor))
    return fmt::format(
        "is not contiguous in row-major order: shape [{}], strides [{}]",
        fmt::join(capi::getShape(tensor), ", "),
        fmt::join(llvm::ArrayRef(tensor.strides, tensor.ndim), ", "));
  return findPlaceProblem(tensor, *bytes, alignment);
}

//===----------------------------------------------------------------------===//
// Packed storage
//===----------------------------------------------------------------------===//

llvm::ArrayRef<int64_t> capi::getPackedShape(const DLTensor &tensor) {
  return reinterpret_cast<const PackedHeader *>(getData(tensor))->shape;
}

std::optional<std::string> capi::findPackedProblem(const DLTensor &tensor,
                                                   Layout layout) {
  bool isBytes = tensor.ndim == 1 && (isOfType(tensor.dtype, DType::UINT8) ||
                                      isOfType(tensor.dtype, DType::INT64));
  if (!isBytes)
    return fmt::format("is {} of rank {}, expected the storage of a weight in "
                       "layout {}: pass what tilec_weight_tensor gives",
                       describe(tensor.dtype), tensor.ndim,
                       packed::getName(layout));
  DType dtype = tensor.dtype.code == kDLUInt ? DType::UINT8 : DType::INT64;
  if (auto problem = findProblem(tensor, dtype, packed::alignment))
    return problem;
  // Too short for a header has none.
  int64_t bytes = getBytes(tensor);
  if (bytes < int64_t(sizeof(PackedHeader)))
    return fmt::format("has {} bytes, which is no packed weight", bytes);
  return std::nullopt;
}
