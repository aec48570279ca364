//===- Constants.h - Python's arithmetic on constants -----------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Operators on values known at compile time, as Python defines them, except
// that integers have 64 bits and exceeding them is an error.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_FRONTEND_SEMA_CONSTANTS_H
#define TILEC_LIB_FRONTEND_SEMA_CONSTANTS_H

#include "Datum.h"

namespace tilec {

/// The result, or why there is none.
class FoldResult {
public:
  FoldResult(Datum datum) : datum(std::move(datum)) {}
  FoldResult(std::string error) : error(std::move(error)) {}
  FoldResult(const char *error) : error(error) {}

  explicit operator bool() const { return error.empty(); }
  const Datum &operator*() const { return datum; }
  const std::string &getError() const { return error; }

private:
  Datum datum;
  std::string error;
};

FoldResult foldUnary(UnaryOp op, const Datum &operand);
/// Any operator but `and` and `or`.
FoldResult foldBinary(BinaryOp op, const Datum &lhs, const Datum &rhs);
FoldResult foldCompare(CompareOp op, const Datum &lhs, const Datum &rhs);

/// Whether `if` takes the value as true; none for values of the running
/// program and for what has no truth value.
std::optional<bool> getTruth(const Datum &datum);

/// Floors as Python does; the divisor is not 0, nor is it -2^63 // -1.
int64_t floorDivide(int64_t lhs, int64_t rhs);

} // namespace tilec

#endif // TILEC_LIB_FRONTEND_SEMA_CONSTANTS_H
