//===- Divisibility.h - Index values that are multiples ---------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_ANALYSIS_DIVISIBILITY_H
#define TILEC_ANALYSIS_DIVISIBILITY_H

#include "mlir/IR/Value.h"

namespace tilec {

/// Whether an index value is always a multiple of `divisor`, a power of two:
/// arithmetic that wraps at 64 bits keeps that. Looks through sums, products,
/// `min`, `max`, `select` and the variables of loops.
bool isMultipleOf(mlir::Value value, int64_t divisor);

} // namespace tilec

#endif // TILEC_ANALYSIS_DIVISIBILITY_H
