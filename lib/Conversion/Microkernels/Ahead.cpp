//===- Ahead.cpp - What is fetched while other rows are multiplied --------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Ahead.h"

using namespace tilec;
using namespace tilec::emit;
using namespace tilec::microkernel;
using namespace mlir;

static void fetchLines(KernelBuilder &code, const Expr &from, int64_t bytes) {
  for (int64_t byte = 0; byte < bytes; byte += cacheLineBytes)
    code.prefetch(code.at(from, byte));
}

void microkernel::fetchAhead(KernelBuilder &code, const RowsAhead &ahead,
                             int64_t bytes, Value &row, Value &column) {
  Expr current{code.site, row}, byte{code.site, column};
  fetchLines(code, code.at(current, byte), bytes);
  // Less than a line is asked for often enough.
  int64_t rows = code.kernel.row.prefetchAgain;
  if (rows > 0 && bytes >= cacheLineBytes) {
    Expr before = code.at(current, ahead.stride * -rows);
    Expr again = select(code.isBelow(before, ahead.first), current, before);
    fetchLines(code, code.at(again, byte), bytes);
  }
  Expr after = byte + ahead.advance;
  Expr isAtEnd = after >= ahead.bytes;
  row = select(isAtEnd, code.at(current, ahead.stride), current);
  column = select(isAtEnd, after - ahead.bytes, after);
}
