//===- Microkernels.cpp - Shared functions for contractions ---------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Conversion/Microkernels.h"
#include "Functions.h"

using namespace tilec;
using namespace tilec::emit;
using namespace tilec::microkernel;
using namespace mlir;

using Values = KernelBuilder::Values;

/// Strips of so many times as many rows as are prefetched ahead are long: if
/// another strip follows than is thought, that was a small part of the work.
static constexpr int64_t longStrip = 8;

namespace {
/// The public kernel's arguments, strides in bytes, and its loops.
struct MatmulEmitter {
  KernelBuilder &code;
  bool transposeB;
  const Kernel &kernel = code.kernel;
  int64_t bytes = kernel.elementBytes();
  int64_t kChunk = kernel.row.kChunk;
  int64_t panelColumns = kernel.panelColumns();

  Expr a = code.argument(0), aRowStride = code.argument(1) * bytes;
  Expr aKStride = code.argument(2) * bytes;
  Expr b = code.argument(3), bStride = code.argument(4) * bytes;
  Expr c = code.argument(5), cStride = code.argument(6) * 4;
  Expr m = code.argument(7), n = code.argument(8), k = code.argument(9);
  Expr isNew = code.argument(10) ^ 1; // not accumulated
  Expr isPacked = code.argument(11);
  Expr next = code.argument(12), nextStride = code.argument(13);
  Expr nextBytes = code.argument(14), nextRows = code.argument(15);
  Expr hasNext = code.isNotNull(next);
  Expr aPanel = code.alloca(panelBytes(maxRows, kernel.hasPairsInA()));
  Expr bPanel =
      transposeB ? code.alloca(panelBytes(panelColumns, kernel.hasPairsInB()))
                 : b;

  int64_t panelBytes(unsigned columns, bool pairs) const {
    return kernel.stepBytes(columns, pairs) * kChunk / kernel.stepK();
  }
  void emit();
  void clearC();
  /// A as the tiles read it, a pointer and their `aStep`.
  Values getA(const Expr &row, const Expr &rows, const Expr &k0,
              const Expr &depth);
  /// Rows that are prefetched while others are multiplied: bytes from one to
  /// the next, of each, and of all for each k.
  struct Following {
    Expr pointer, stride, bytes, perK;
    /// No row before this one is prefetched.
    Expr first;
  };
  void packRows(const Expr &from, const Expr &stride, const Expr &rows,
                const Expr &depth, const Expr &panel, int64_t columns,
                bool pairs, const Following &ahead);
  Following aheadOfPanel(const Expr &column, const Expr &k0, const Expr &depth);
  Following aheadOfRows(const Expr &k0);
  void emitTransposed(const Expr &row, const Expr &rows, const Expr &columns);
  void emitPacked(const Expr &row, const Expr &rows, const Expr &column);
  void emitRows(const Expr &row, const Expr &rows);
};
} // namespace

void MatmulEmitter::clearC() {
  code.ifThen((k == 0) & isNew, [&] {
    code.forLoop(code.i64(0), m, 1,
                 [&](Expr i) { code.clear(code.at(c, i * cStride), n * 4); });
  });
}

/// Any number of rows becomes columns of a panel that has \p columns.
void MatmulEmitter::packRows(const Expr &from, const Expr &stride,
                             const Expr &rows, const Expr &depth,
                             const Expr &panel, int64_t columns, bool pairs,
                             const Following &ahead) {
  func::FuncOp pack = getPackFunction(kernel, pairs);
  int64_t lanes = kernel.row.lanes;
  code.forLoop(code.i64(0), rows, lanes, [&](Expr i) {
    code.call(pack,
              {code.at(from, i * stride), stride,
               minimum(rows - i, code.i64(lanes)), depth, code.at(panel, i * 4),
               code.i64(4 * columns),
               code.at(ahead.pointer, (i >> 1) * ahead.stride), ahead.stride});
  });
}

Values MatmulEmitter::getA(const Expr &row, const Expr &rows, const Expr &k0,
                           const Expr &depth) {
  Expr isContiguous = aKStride == bytes;
  Expr block = code.at(a, row * aRowStride);
  Expr from = code.at(block, k0 * aKStride);
  Expr step = getStepOfA(code, rows, isContiguous);
  Expr steps = kernel.hasPairsInA() ? k0 >> 1 : k0;
  auto take = [&] {
    return Values{select(isPacked, code.at(block, steps * step), from)};
  };
  auto pack = [&] {
    packA(code, {from, aRowStride, aKStride, isContiguous}, rows, depth,
          aPanel);
    return Values{aPanel};
  };
  Expr isReady = isPacked | isPackedAlready(kernel, rows, depth, isContiguous);
  Values cells = code.ifElse(isReady, {code.pointerType()}, take, pack);
  return {cells[0], step * int64_t(kernel.hasPairsInA() ? 1 : kernel.stepK())};
}

/// While a panel is packed and multiplied: rows of what comes after this
/// product or, if that is not known, of the panel that is packed next.
MatmulEmitter::Following MatmulEmitter::aheadOfPanel(const Expr &column,
                                                     const Expr &k0,
                                                     const Expr &depth) {
  Expr isLast = column + panelColumns >= n, isLastK = k0 + kChunk >= k;
  Expr nextColumn = select(isLast, select(isLastK, column, code.i64(0)),
                           column + panelColumns);
  Expr nextK = select(isLast, select(isLastK, k0, k0 + kChunk), k0);
  Expr inB = code.at(code.at(b, nextColumn * bStride), nextK * bytes);
  Expr nextRow = column * nextRows / n;
  Expr after = code.at(code.at(next, nextRow * nextStride), k0 * bytes);
  Expr first = select(hasNext, after, inB);
  return {first, select(hasNext, nextStride, bStride), depth * bytes,
          minimum(n - column, code.i64(panelColumns)) * bytes, first};
}

/// The same while rows of B are multiplied as they are stored; after the last
/// ones comes what a loop over columns multiplies by next, most likely.
MatmulEmitter::Following MatmulEmitter::aheadOfRows(const Expr &k0) {
  int64_t distance = kernel.row.prefetchK;
  Expr nextK = k0 + distance;
  // Below a long strip of B's columns: the top of the one to its right.
  Expr below = select(k < longStrip * distance, k0 * bStride,
                      (nextK - k) * bStride + n * bytes);
  Expr inB = code.at(b, select(nextK < k, nextK * bStride, below));
  Expr after = code.at(next, k0 * nextRows / k * nextStride);
  return {select(hasNext, after, inB), select(hasNext, nextStride, bStride),
          select(hasNext, nextBytes, n * bytes),
          select(hasNext, ceilDiv(nextRows * nextBytes, k), n * bytes),
          select(hasNext, next, b)};
}

/// B is [n, k]: many of its rows at a time, where A is in order over all of k.
void MatmulEmitter::emitTransposed(const Expr &row, const Expr &rows,
                                   const Expr &columns) {
  Expr isReady = isPacked | isPackedAlready(kernel, rows, k, aKStride == bytes);
  Expr step = select(isReady, k + 1, code.i64(kChunk));
  auto loop = code.site.create<scf::ForOp>(code.i64(0), k, step);
  OpBuilder::InsertionGuard guard(code.b);
  code.b.setInsertionPointToStart(loop.getBody());
  Expr k0{code.site, loop.getInductionVar()};
  Expr depth = minimum(k - k0, step);
  Values packedA = getA(row, rows, k0, depth);
  Expr from = code.at(b, k0 * bytes);
  Expr after = code.at(from, bStride * int64_t(kernel.row.lanes));
  code.call(getTransposedFunction(kernel),
            {packedA[0], packedA[1], from, bStride, code.at(c, row * cStride),
             cStride, rows, columns, depth, (k0 == 0) & isNew,
             select(hasNext, code.at(next, k0 * nextBytes / k), after),
             select(hasNext, nextStride, bStride),
             select(hasNext, depth * nextBytes / k, depth * bytes),
             select(hasNext, nextRows, columns)});
}

/// B is [n, k]: from \p column on, a panel of its rows at a time becomes
/// columns.
void MatmulEmitter::emitPacked(const Expr &row, const Expr &rows,
                               const Expr &column) {
  Kernel packed = kernel;
  packed.packedB = true;
  func::FuncOp block = getBlockFunction(packed);
  code.forLoop(code.i64(0), k, kChunk, [&](Expr k0) {
    Expr depth = minimum(k - k0, code.i64(kChunk));
    Values packedA = getA(row, rows, k0, depth);
    code.forLoop(column, n, panelColumns, [&](Expr j) {
      Expr columns = minimum(n - j, code.i64(panelColumns));
      Following ahead = aheadOfPanel(j, k0, depth);
      packRows(code.at(code.at(b, j * bStride), k0 * bytes), bStride, columns,
               depth, bPanel, panelColumns, kernel.hasPairsInB(), ahead);
      Expr half = ahead.stride * (panelColumns / 2);
      code.call(block,
                {packedA[0], packedA[1], bPanel, code.i64(4 * panelColumns),
                 code.at(code.at(c, row * cStride), j * 4), cStride, rows,
                 columns, depth, (k0 == 0) & isNew,
                 code.at(ahead.pointer, half), ahead.stride, ahead.bytes,
                 ahead.perK, ahead.first});
    });
  });
}

/// B is [k, n]: as it is.
void MatmulEmitter::emitRows(const Expr &row, const Expr &rows) {
  code.forLoop(code.i64(0), k, kChunk, [&](Expr k0) {
    Expr depth = minimum(k - k0, code.i64(kChunk));
    Values packedA = getA(row, rows, k0, depth);
    Following ahead = aheadOfRows(k0);
    code.call(getBlockFunction(kernel),
              {packedA[0], packedA[1], code.at(b, k0 * bStride), bStride,
               code.at(c, row * cStride), cStride, rows, n, depth,
               (k0 == 0) & isNew, ahead.pointer, ahead.stride, ahead.bytes,
               ahead.perK, ahead.first});
  });
}

void MatmulEmitter::emit() {
  clearC();
  code.forLoop(code.i64(0), m, maxRows, [&](Expr row) {
    Expr rows = minimum(m - row, code.i64(maxRows));
    if (!transposeB)
      return emitRows(row, rows);
    Expr done = code.i64(0);
    if (kernel.row.transposesInRegisters) {
      done = n & -int64_t(kernel.row.lanes);
      code.ifThen(done > 0, [&] { emitTransposed(row, rows, done); });
    }
    code.ifThen(done < n, [&] { emitPacked(row, rows, done); });
  });
  code.finish();
}

/// Calls \p body with subnormals taken as zeros by the processor.
static void emitFlushed(KernelBuilder &code, func::FuncOp body) {
  ValueRange arguments = code.func.getArguments();
  if (code.kernel.target.arch() == Arch::X86_64) {
    constexpr int flushAndDenormalsAreZero = 0x8040;
    Type i32 = code.b.getI32Type();
    Expr saved = code.alloca(4), flushing = code.alloca(4);
    code.callIntrinsic("llvm.x86.sse.stmxcsr", {}, {saved});
    code.store(code.load(i32, saved, 4) | flushAndDenormalsAreZero, flushing,
               4);
    code.callIntrinsic("llvm.x86.sse.ldmxcsr", {}, {flushing});
    code.call(body, arguments);
    code.callIntrinsic("llvm.x86.sse.ldmxcsr", {}, {saved});
  } else {
    constexpr int64_t flushToZero = 1 << 24; // FPCR.FZ
    Type i64 = code.b.getI64Type();
    Expr saved{code.site,
               code.callIntrinsic("llvm.aarch64.get.fpcr", {i64}, {})[0]};
    code.callIntrinsic("llvm.aarch64.set.fpcr", {}, {saved | flushToZero});
    code.call(body, arguments);
    code.callIntrinsic("llvm.aarch64.set.fpcr", {}, {saved});
  }
  code.finish();
}

func::FuncOp
microkernel::getFlushed(const Kernel &kernel, StringRef what,
                        ArrayRef<Type> arguments,
                        llvm::function_ref<void(KernelBuilder &)> emit) {
  std::string name = kernel.symbol(what);
  if (func::FuncOp existing = lookup(kernel, name))
    return existing;
  bool flushed = kernel.needsFlushMode();
  KernelBuilder code(kernel, flushed ? name + "_flushed" : name, arguments);
  emit(code);
  if (!flushed)
    return code.func;
  KernelBuilder wrapper(kernel, name, arguments);
  emitFlushed(wrapper, code.func);
  return wrapper.func;
}

func::FuncOp tilec::getMatmulKernel(ModuleOp module, MatmulKind kind,
                                    const CPUTarget &target) {
  Kernel kernel{module, selectRow(kind.element, target), kind.element, target};
  Type ptr = LLVM::LLVMPointerType::get(kernel.context());
  Type i64 = IntegerType::get(kernel.context(), 64);
  Type i1 = IntegerType::get(kernel.context(), 1);
  return getFlushed(kernel, kind.transposeB ? "matmul_bt" : "matmul",
                    {ptr, i64, i64, ptr, i64, ptr, i64, i64, i64, i64, i1, i1,
                     ptr, i64, i64, i64},
                    [&](KernelBuilder &code) {
                      MatmulEmitter{code, kind.transposeB}.emit();
                    });
}
