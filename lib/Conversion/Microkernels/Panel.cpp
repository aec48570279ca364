//===- Panel.cpp - Rows times the columns of one panel --------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Panels.h"

using namespace tilec;
using namespace tilec::emit;
using namespace tilec::microkernel;
using namespace mlir;

/// So many rows of C are copied.
static constexpr int64_t minCopiedRows = 5;

namespace {
struct PanelEmitter {
  KernelBuilder &code;
  const Kernel &kernel = code.kernel;

  Expr a = code.argument(0), aStep = code.argument(1);
  Expr b = code.argument(2), next = code.argument(3);
  Expr c = code.argument(4), cStride = code.argument(5);
  Expr rows = code.argument(6), columns = code.argument(7);
  Expr k = code.argument(8), fresh = code.argument(9);
  Expr pairs = (k + 1) >> 1;

  void emit();
  void emitOnCopy(const Expr &scratch);
  void emitRanges();
  void emitRange(const PanelRange &range, unsigned fewestRows);
  void emitChunk(const PanelRange &range, unsigned fewestRows,
                 const Expr &first, const Expr &end);
  void
  emitRows(const PanelRange &range, unsigned fewestRows,
           llvm::function_ref<void(unsigned block, Expr row, func::FuncOp tile)>
               call);
  /// What follows pair \p i, here or after this call's end.
  Expr following(const Expr &i) {
    return select(i < pairs, code.at(b, i * panelStepBytes),
                  code.at(next, (i - pairs) * panelStepBytes));
  }
};
} // namespace

/// Splits rows evenly over tiles, and calls back for each number of rows that
/// one may have.
void PanelEmitter::emitRows(
    const PanelRange &range, unsigned fewestRows,
    llvm::function_ref<void(unsigned, Expr, func::FuncOp)> call) {
  unsigned blocks = range.rowBlocks();
  for (unsigned i = 0; i < blocks; ++i) {
    Expr row = rows * int64_t(i) / int64_t(blocks);
    Expr count = rows * int64_t(i + 1) / int64_t(blocks) - row;
    for (unsigned r = fewestRows / blocks; r <= range.tileRows; ++r)
      code.ifThen(count == int64_t(r), [&] {
        call(i, row, getPanelTileFunction(kernel, range, r));
      });
  }
}

void PanelEmitter::emitChunk(const PanelRange &range, unsigned fewestRows,
                             const Expr &first, const Expr &end) {
  Expr count = minimum(end - first, code.i64(range.chunkPairs));
  Expr depth = minimum(k - first * int64_t(2), count * int64_t(2));
  Expr isFirst = (first == 0) & fresh;
  Expr far = following(first + range.far.bytes / panelStepBytes);
  Expr near = following(first + range.near.bytes / panelStepBytes);
  Expr share = count * (panelStepBytes / range.rowBlocks());
  emitRows(range, fewestRows,
           [&](unsigned block, const Expr &row, func::FuncOp tile) {
             Expr done = share * int64_t(block);
             code.call(tile,
                       {code.at(code.at(a, first * aStep), row * 4), aStep,
                        code.at(b, first * panelStepBytes),
                        code.at(c, row * cStride), cStride, depth, isFirst,
                        code.at(far, done), code.at(near, done)});
           });
}

/// The chunks that are followed by this call's, then those by the next one's.
void PanelEmitter::emitRange(const PanelRange &range, unsigned fewestRows) {
  int64_t ahead = range.far.bytes / panelStepBytes;
  Expr cut = select(pairs > ahead, pairs - ahead, code.i64(0));
  code.forLoop(code.i64(0), cut, range.chunkPairs, [&](const Expr &first) {
    emitChunk(range, fewestRows, first, cut);
  });
  code.forLoop(cut, pairs, range.chunkPairs, [&](const Expr &first) {
    emitChunk(range, fewestRows, first, pairs);
  });
}

/// On a copy of C that has all columns of a panel, row by row.
void PanelEmitter::emitOnCopy(const Expr &scratch) {
  Expr stride = code.i64(panelStepBytes), bytes = columns * 4;
  Expr old = select(fresh, code.i64(0), rows);
  code.copyRows(scratch, stride, c, cStride, old, bytes);
  code.call(code.func, {a, aStep, b, next, scratch, stride, rows,
                        code.i64(panelColumns), k, fresh});
  code.copyRows(c, cStride, scratch, stride, rows, bytes);
}

void PanelEmitter::emitRanges() {
  unsigned fewestRows = 1;
  for (const PanelRange &range : kernel.row.panelRanges) {
    Expr applies =
        (rows >= int64_t(fewestRows)) & (rows < int64_t(range.maxRows + 1));
    code.ifThen(applies, [&] { emitRange(range, fewestRows); });
    fewestRows = range.maxRows + 1;
  }
}

void PanelEmitter::emit() {
  Expr scratch = code.alloca(maxRows * panelStepBytes);
  // Rows that are visited in every pass must not fall on each other in the
  // cache, as those of a wide C do.
  Expr isDense = (cStride == panelStepBytes) | (rows < int64_t(minCopiedRows));
  Expr isWhole = columns == int64_t(panelColumns);
  code.ifElse(
      isDense & isWhole, {},
      [&]() -> KernelBuilder::Values {
        emitRanges();
        return {};
      },
      [&]() -> KernelBuilder::Values {
        emitOnCopy(scratch);
        return {};
      });
  code.finish();
}

func::FuncOp microkernel::getPanelFunction(const Kernel &kernel) {
  std::string name = kernel.symbol("panel");
  if (func::FuncOp existing = lookup(kernel, name))
    return existing;
  Type ptr = LLVM::LLVMPointerType::get(kernel.context());
  Type i64 = IntegerType::get(kernel.context(), 64);
  Type i1 = IntegerType::get(kernel.context(), 1);
  KernelBuilder code(kernel, name,
                     {ptr, i64, ptr, ptr, ptr, i64, i64, i64, i64, i1});
  PanelEmitter{code}.emit();
  return code.func;
}
