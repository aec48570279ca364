//===- Elements.h - Elements of any dtype as numbers ------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_DRIVER_ELEMENTS_H
#define TILEC_LIB_DRIVER_ELEMENTS_H

#include "tilec/Support/Numeric.h"
#include "tilec/Support/Tensor.h"
#include "llvm/Support/ErrorHandling.h"
#include <string>

namespace tilec {

/// Calls `visit(storage, toNumber)` with the type that elements of the dtype
/// are stored as (a null pointer to it) and the function from it to a float or
/// an int64_t.
template <typename Visitor> auto visitStorage(DType dtype, Visitor visit) {
  auto keep = [](auto stored) { return stored; };
  auto widen = [](auto stored) { return static_cast<int64_t>(stored); };
  switch (dtype) {
  case DType::FP32:
    return visit(static_cast<float *>(nullptr), keep);
  case DType::BF16:
    return visit(static_cast<uint16_t *>(nullptr), bf16ToFloat);
  case DType::FP16:
    return visit(static_cast<uint16_t *>(nullptr), fp16ToFloat);
  case DType::INT8:
    return visit(static_cast<int8_t *>(nullptr), widen);
  case DType::UINT8:
  case DType::BOOL:
    return visit(static_cast<uint8_t *>(nullptr), widen);
  case DType::INT16:
    return visit(static_cast<int16_t *>(nullptr), widen);
  case DType::UINT16:
    return visit(static_cast<uint16_t *>(nullptr), widen);
  case DType::INT32:
    return visit(static_cast<int32_t *>(nullptr), widen);
  case DType::UINT32:
    return visit(static_cast<uint32_t *>(nullptr), widen);
  case DType::INT64:
  case DType::INDEX:
    return visit(static_cast<int64_t *>(nullptr), widen);
  }
  llvm_unreachable("all dtypes are covered");
}

/// `[3, 17]`: the indices of the element at a row-major position.
std::string formatPosition(llvm::ArrayRef<int64_t> shape, int64_t position);

/// `FP32 [16, 128], -0.4997 to 0.4981, 3 NaN`: what a result looks like.
std::string summarize(const TensorView &tensor);

} // namespace tilec

#endif // TILEC_LIB_DRIVER_ELEMENTS_H
