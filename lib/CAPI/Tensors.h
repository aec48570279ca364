//===- Tensors.h - Checks of DLPack tensors ---------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_CAPI_TENSORS_H
#define TILEC_LIB_CAPI_TENSORS_H

#include "tilec/Support/Signature.h"
#include "llvm/ADT/ArrayRef.h"
#include <dlpack/dlpack.h>
#include <optional>
#include <string>

namespace tilec::capi {

/// How DLPack writes a dtype.
DLDataType getDLPackType(DType dtype);

/// What is wrong with a tensor on its own, in words that follow its name:
/// "is not contiguous"; none if nothing is. Its rank and its extents may still
/// be others than the parameter's. `alignment` is in bytes.
std::optional<std::string> findProblem(const DLTensor &tensor, DType dtype,
                                       unsigned alignment);

/// The same for packed storage, of which nothing is read but the header, and
/// that only once it is known to be there.
std::optional<std::string> findPackedProblem(const DLTensor &tensor,
                                             Layout layout);

// Of tensors without a problem.

inline llvm::ArrayRef<int64_t> getShape(const DLTensor &tensor) {
  return {tensor.shape, static_cast<size_t>(tensor.ndim)};
}
inline char *getData(const DLTensor &tensor) {
  return static_cast<char *>(tensor.data) + tensor.byte_offset;
}
/// Of a tensor that has no problem.
int64_t getBytes(const DLTensor &tensor);
/// The shape of the matrix that packed storage says it holds.
llvm::ArrayRef<int64_t> getPackedShape(const DLTensor &tensor);

} // namespace tilec::capi

#endif // TILEC_LIB_CAPI_TENSORS_H
