//===- Ahead.h - What is fetched while other rows are multiplied *- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_CONVERSION_MICROKERNELS_AHEAD_H
#define TILEC_LIB_CONVERSION_MICROKERNELS_AHEAD_H

#include "KernelBuilder.h"

namespace tilec::microkernel {

/// Rows that a loop fetches into a near cache, evenly.
struct RowsAhead {
  /// No row before this one is fetched.
  Expr first;
  /// Bytes from one row to the next, and of each.
  Expr stride, bytes;
  /// Bytes, at most those of a row, that the position moves on at a time.
  Expr advance;
};

/// Fetches \p bytes bytes from the position on, which is a pointer to a row and
/// a byte in it, and moves it on. A processor drops what it is asked for while
/// too many lines are on their way: rows are asked for again, some rows later.
void fetchAhead(KernelBuilder &code, const RowsAhead &ahead, int64_t bytes,
                mlir::Value &row, mlir::Value &column);

} // namespace tilec::microkernel

#endif // TILEC_LIB_CONVERSION_MICROKERNELS_AHEAD_H
