//===- Scalars.h - Scalar arguments -----------------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_CAPI_SCALARS_H
#define TILEC_LIB_CAPI_SCALARS_H

#include "tilec-c/tilec.h"
#include "tilec/Support/DType.h"
#include <optional>
#include <string>

namespace tilec::capi {

/// Writes the bit pattern in which compiled code takes a scalar of that dtype,
/// or returns what is wrong with the argument, in words that follow its name.
std::optional<std::string> readScalar(const tilec_argument &argument,
                                      DType dtype, int64_t &bits);

} // namespace tilec::capi

#endif // TILEC_LIB_CAPI_SCALARS_H
