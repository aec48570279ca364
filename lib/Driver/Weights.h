//===- Weights.h - Packed weights in files and arguments --------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_DRIVER_WEIGHTS_H
#define TILEC_LIB_DRIVER_WEIGHTS_H

#include "tilec/Runtime/Runtime.h"
#include "tilec/Support/PackedLayout.h"
#include "tilec/Support/Tensor.h"
#include "llvm/Support/Error.h"
#include <string>

namespace tilec {

/// The matrix that packed storage holds.
struct PackedWeight {
  Layout layout = Layout::RowMajor;
  Shape shape;
};

/// Whether a tensor of a file has the header of packed storage.
bool isPackedStorage(const TensorView &tensor);

/// What packed storage holds; the error says what is wrong with it.
llvm::Expected<PackedWeight> readPackedWeight(const TensorView &tensor);

/// Packs a row-major matrix of BF16 on all threads of the pool: a tensor of
/// INT64 of rank 1. The error names the parameter.
llvm::Expected<Tensor> packWeight(const std::string &name,
                                  const TensorView &matrix, Layout layout,
                                  tilec_rt_pool &pool);

} // namespace tilec

#endif // TILEC_LIB_DRIVER_WEIGHTS_H
