//===- Compare.h - Results against the reference ----------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_DRIVER_COMPARE_H
#define TILEC_LIB_DRIVER_COMPARE_H

#include "tilec/Support/Tensor.h"
#include <cstdint>
#include <string>

namespace tilec {

/// How far an element may be from its reference r: relative * |r| + absolute *
/// (the largest finite |r| of the tensor).
struct Tolerance {
  double relative = 0;
  double absolute = 0;
};

/// What is allowed where the program uses functions that are not correctly
/// rounded (exp, log, tanh, sin, cos, sigmoid), by dtype: errors of 2 ulp in
/// FP32 that sums have collected, and for BF16 and FP16 a result that rounds
/// to a neighbour. Integers and BOOL must be equal.
Tolerance getTolerance(DType dtype);

/// How two tensors of one dtype and shape differ.
struct Comparison {
  /// Over elements that are finite in both.
  double largestAbsolute = 0, largestRelative = 0;
  /// Elements that are not equal, and those that are not within the tolerance;
  /// with exact comparison these are the same.
  int64_t different = 0, wrong = 0;
  /// The row-major position of the first wrong one, or -1; both values.
  int64_t firstWrong = -1;
  std::string actual, expected;
};

/// Compares bit by bit, except that NaN equals NaN; or, if `exact` is false,
/// within getTolerance.
Comparison compareTensors(const TensorView &actual, const TensorView &expected,
                          bool exact);

} // namespace tilec

#endif // TILEC_LIB_DRIVER_COMPARE_H
