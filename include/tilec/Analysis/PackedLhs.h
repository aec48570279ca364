//===- PackedLhs.h - Slices in the order of kernels -------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_ANALYSIS_PACKEDLHS_H
#define TILEC_ANALYSIS_PACKEDLHS_H

#include "llvm/ADT/StringRef.h"

namespace tilec {

/// At a `tile.slice` of a tensor: each use is the `lhs` of a `tile.contract` by
/// a tensor from the first cell on, over all k that are valid, all of them
/// transposed or none, and what is read is not written before the last one. So
/// the lowering may store the cells in the order in which matmul kernels take
/// them. A unit attribute, which changes no value.
inline constexpr llvm::StringLiteral kPackedLhs = "tile.packed_lhs";

} // namespace tilec

#endif // TILEC_ANALYSIS_PACKEDLHS_H
