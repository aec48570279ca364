//===- Block.cpp - Cuts rows and columns into register tiles --------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Functions.h"

using namespace tilec;
using namespace tilec::emit;
using namespace tilec::microkernel;
using namespace mlir;

using Values = KernelBuilder::Values;

namespace {
struct BlockEmitter {
  KernelBuilder &code;
  const Kernel &kernel = code.kernel;
  int64_t narrowColumns = kernel.row.narrowVectors * kernel.row.lanes;
  int64_t bytes = kernel.packedB ? 4 : kernel.elementBytes();

  Expr a = code.argument(0), aStep = code.argument(1);
  Expr b = code.argument(2), bStride = code.argument(3);
  Expr c = code.argument(4), cStride = code.argument(5);
  Expr m = code.argument(6), n = code.argument(7), k = code.argument(8);
  Expr fresh = code.argument(9), next = code.argument(10);
  Expr nextStride = code.argument(11), nextBytes = code.argument(12);
  Expr nextPerK = code.argument(13), nextFirst = code.argument(14);

  void emit();
  Values emitRows(const Expr &row, RegisterTile tile, Values position);
  Values emitColumns(const Expr &row, const Expr &begin, const Expr &end,
                     RegisterTile tile, bool masked, ValueRange position);
  void emitTail();
  Expr roundDown(const Expr &x, int64_t multiple) {
    return x / multiple * multiple;
  }
};
} // namespace

/// Tiles of `tile.rows` rows from \p row on, for the columns [begin, end).
Values BlockEmitter::emitColumns(const Expr &row, const Expr &begin,
                                 const Expr &end, RegisterTile tile,
                                 bool masked, ValueRange position) {
  func::FuncOp callee = getTileFunction(kernel, tile, masked);
  int64_t columns = int64_t(tile.vectors) * kernel.row.lanes;
  // All tiles over one k together prefetch what is to be for it.
  Expr cells = select(n < 1, code.i64(1), n) * m;
  Expr advance =
      minimum(ceilDiv(nextPerK * (columns * int64_t(tile.rows)), cells),
              code.i64(columns * kernel.elementBytes()));
  return code.forLoop(
      begin, end, columns, position, [&](Expr j, ValueRange values) {
        Expr cell = code.at(code.at(c, row * cStride), j * 4);
        return code.call(callee, {code.at(a, row * 4), aStep,
                                  code.at(b, j * bytes), bStride, cell, cStride,
                                  k, n - j, fresh, values[0], values[1],
                                  nextStride, nextBytes, advance, nextFirst});
      });
}

/// All columns of the rows from \p row on.
Values BlockEmitter::emitRows(const Expr &row, RegisterTile tile,
                              Values position) {
  unsigned narrow = kernel.row.narrowVectors;
  unsigned wide = kernel.packedB
                      ? std::min(tile.vectors, kernel.row.panelVectors)
                      : tile.vectors;
  Expr begin = code.i64(0);
  // Columns that do not fill a wide tile may fill some of a fourth.
  for (unsigned vectors = wide; vectors > narrow; vectors /= 4) {
    Expr end = roundDown(n, int64_t(vectors) * kernel.row.lanes);
    position = emitColumns(row, begin, end, {tile.rows, vectors},
                           /*masked=*/false, position);
    begin = end;
  }
  Expr end = kernel.row.masks ? n : roundDown(n, narrowColumns);
  return emitColumns(row, begin, end, {tile.rows, narrow}, kernel.row.masks,
                     position);
}

/// Without masks: the last columns, fewer than a narrow tile has, on padded
/// copies.
void BlockEmitter::emitTail() {
  Expr scratchB = code.alloca(kernel.row.kChunk * narrowColumns * bytes);
  Expr scratchC = code.alloca(maxRows * narrowColumns * 4);
  Expr done = roundDown(n, narrowColumns), rest = n - done;
  Expr cTail = code.at(c, done * 4), bTail = code.at(b, done * bytes);
  Expr cScratchStride = code.i64(narrowColumns * 4);
  Expr bScratchStride = code.i64(narrowColumns * bytes);
  code.ifThen(rest > 0, [&] {
    code.copyRows(scratchC, cScratchStride, cTail, cStride, m, rest * 4);
    Values operands = {a, aStep, bTail, bStride};
    if (!kernel.packedB) { // a panel is padded
      code.clear(scratchB, k * narrowColumns * bytes);
      code.copyRows(scratchB, bScratchStride, bTail, bStride, k, rest * bytes);
      operands = {a, aStep, scratchB, bScratchStride};
    }
    operands.append({scratchC, cScratchStride, m, code.i64(narrowColumns), k,
                     fresh, next, nextStride, nextBytes,
                     code.i64(narrowColumns * kernel.elementBytes()),
                     nextFirst});
    code.call(code.func, operands);
    code.copyRows(cTail, cStride, scratchC, cScratchStride, m, rest * 4);
  });
}

void BlockEmitter::emit() {
  if (!kernel.row.masks)
    emitTail();
  // As many blocks of rows as are needed; of those, some are a row larger.
  auto mostRows = int64_t(kernel.row.tileVectors.size());
  Expr blocks = (m + (mostRows - 1)) / mostRows;
  Expr fewest = m / blocks, larger = m - fewest * blocks;
  Expr begin = code.i64(0);
  Values position = {next, code.i64(0)};
  for (int64_t rows = mostRows; rows > 0; --rows) {
    Expr count = select(fewest == rows, blocks - larger,
                        select(fewest + 1 == rows, larger, code.i64(0)));
    Expr end = begin + count * rows;
    RegisterTile tile{unsigned(rows), kernel.row.tileVectors[rows - 1]};
    position = code.forLoop(begin, end, rows, position,
                            [&](Expr row, ValueRange values) {
                              return emitRows(row, tile, values);
                            });
    begin = end;
  }
  code.finish();
}

func::FuncOp microkernel::getBlockFunction(const Kernel &kernel) {
  std::string name = kernel.symbol(kernel.packedB ? "packed_block" : "block");
  if (func::FuncOp existing = lookup(kernel, name))
    return existing;
  Type ptr = LLVM::LLVMPointerType::get(kernel.context());
  Type i64 = IntegerType::get(kernel.context(), 64);
  Type i1 = IntegerType::get(kernel.context(), 1);
  KernelBuilder code(kernel, name,
                     {ptr, i64, ptr, i64, ptr, i64, i64, i64, i64, i1, ptr, i64,
                      i64, i64, ptr});
  BlockEmitter{code}.emit();
  return code.func;
}
