//===- Elements.h - Cells as numbers ----------------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Between the bytes of cells and the types that functions compute in: float for
// the float dtypes, int64_t for integers and BOOL, uint64_t for bit patterns of
// whatever dtype (moves that must not change a NaN).
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_INTERPRETER_ELEMENTS_H
#define TILEC_LIB_INTERPRETER_ELEMENTS_H

#include "Value.h"

namespace tilec {

/// Exact.
void loadElements(DType dtype, const uint8_t *from, int64_t count, float *to);
void loadElements(DType dtype, const uint8_t *from, int64_t count, int64_t *to);
void loadElements(DType dtype, const uint8_t *from, int64_t count,
                  uint64_t *to);

/// Floats round to nearest even, integers wrap, BOOL is `!= 0`.
void storeElements(DType dtype, const float *from, int64_t count, uint8_t *to);
void storeElements(DType dtype, const int64_t *from, int64_t count,
                   uint8_t *to);
void storeElements(DType dtype, const uint64_t *from, int64_t count,
                   uint8_t *to);

/// The value that a store followed by a load gives.
float roundToDType(DType dtype, float value);
int64_t wrapToDType(DType dtype, int64_t value);

/// An integer rounded once to the float dtype, to nearest even, and widened.
float integerToFloat(DType dtype, bool negative, uint64_t magnitude);

/// A scalar from bits, a float in the low ones, and back.
ScalarValue scalarFromBits(DType dtype, uint64_t bits);
uint64_t scalarToBits(DType dtype, const ScalarValue &scalar);

/// The lowest and highest finite value.
template <typename Work> Work getLowest(DType dtype);
template <typename Work> Work getHighest(DType dtype);

} // namespace tilec

#endif // TILEC_LIB_INTERPRETER_ELEMENTS_H
