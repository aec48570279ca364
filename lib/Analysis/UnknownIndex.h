//===- UnknownIndex.h - What only data decide about an access ---*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_ANALYSIS_UNKNOWNINDEX_H
#define TILEC_LIB_ANALYSIS_UNKNOWNINDEX_H

#include "tilec/Analysis/Regions.h"

namespace tilec {

/// The value in the offsets and extents of two accesses that most likely keeps
/// them from being told apart: one that an iteration of the loop reads or
/// carries, or else what is read before it, or else a scalar parameter. First
/// looked for in what is written. Null if there is none.
mlir::Value findUnknownIndex(const TensorAccess &first,
                             const TensorAccess &second, mlir::Operation *loop);

} // namespace tilec

#endif // TILEC_LIB_ANALYSIS_UNKNOWNINDEX_H
