//===- Packing.cpp - Rows of A, and columns of transposed B ---------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Both are contiguous in k and wanted with k outermost: a transposition, done
// in registers on square blocks of 32-bit cells.
//
//===----------------------------------------------------------------------===//

#include "Functions.h"

using namespace tilec;
using namespace tilec::emit;
using namespace tilec::microkernel;
using namespace mlir;

using Values = KernelBuilder::Values;

/// Interleaves units of `size` cells of the low or high half of every 128 bits
/// of two vectors.
static Expr unpack(KernelBuilder &code, Value x, Value y, unsigned size,
                   bool high) {
  unsigned lanes = code.kernel.row.lanes;
  SmallVector<int64_t> mask;
  for (unsigned group = 0; group < lanes; group += 4)
    for (unsigned unit = 0; unit < 2; unit += size)
      for (unsigned from : {0u, lanes})
        for (unsigned i = 0; i < size; ++i)
          mask.push_back(from + group + (high ? 2 : 0) + unit + i);
  return code.shuffle(x, y, mask);
}

/// The blocks of 128 bits of the low or high half of two vectors, alternating.
static Expr zipBlocks(KernelBuilder &code, Value x, Value y, bool high) {
  unsigned lanes = code.kernel.row.lanes;
  SmallVector<int64_t> mask;
  for (unsigned i = 0, first = high ? lanes / 2 : 0; i < lanes / 2; i += 4)
    for (unsigned from : {0u, lanes})
      for (unsigned j = 0; j < 4; ++j)
        mask.push_back(from + first + i + j);
  return code.shuffle(x, y, mask);
}

/// The even or odd blocks of 128 bits of two vectors, in order.
static Expr pickBlocks(KernelBuilder &code, Value x, Value y, bool odd) {
  unsigned lanes = code.kernel.row.lanes;
  SmallVector<int64_t> mask;
  for (unsigned from : {0u, lanes})
    for (unsigned block = odd ? 4 : 0; block < lanes; block += 8)
      for (unsigned i = 0; i < 4; ++i)
        mask.push_back(from + block + i);
  return code.shuffle(x, y, mask);
}

void microkernel::transposeIn128Bits(KernelBuilder &code,
                                     MutableArrayRef<Value> four) {
  Value low01 = unpack(code, four[0], four[1], 1, false);
  Value high01 = unpack(code, four[0], four[1], 1, true);
  Value low23 = unpack(code, four[2], four[3], 1, false);
  Value high23 = unpack(code, four[2], four[3], 1, true);
  four[0] = unpack(code, low01, low23, 2, false);
  four[1] = unpack(code, low01, low23, 2, true);
  four[2] = unpack(code, high01, high23, 2, false);
  four[3] = unpack(code, high01, high23, 2, true);
}

/// Transposes a square matrix of 4, 8 or 16 rows: first within blocks of 128
/// bits, so that block g of vector 4q + c holds column 4g + c of rows 4q to
/// 4q + 3, then by the blocks.
static Values transpose(KernelBuilder &code, Values rows) {
  unsigned lanes = code.kernel.row.lanes;
  for (unsigned q = 0; q < lanes; q += 4)
    transposeIn128Bits(code, MutableArrayRef(rows).slice(q, 4));
  for (unsigned distance = 4; distance < lanes; distance *= 2) {
    // Each round halves the number of vectors that a row's blocks are in.
    Values next(lanes);
    for (unsigned i = 0; i < lanes; ++i) {
      if (i & distance)
        continue;
      next[i] = pickBlocks(code, rows[i], rows[i + distance], false);
      next[i + distance] = pickBlocks(code, rows[i], rows[i + distance], true);
    }
    rows = next;
  }
  return rows;
}

/// Transposes 4 or 8 rows of which each is a longer vector: columns of that
/// many cells.
static Values transposeFew(KernelBuilder &code, Values rows) {
  unsigned lanes = code.kernel.row.lanes, height = rows.size();
  transposeIn128Bits(code, MutableArrayRef(rows).take_front(4));
  if (height == 8) {
    transposeIn128Bits(code, MutableArrayRef(rows).drop_front(4));
    for (unsigned c = 0; c < 4; ++c) {
      Value low = zipBlocks(code, rows[c], rows[c + 4], false);
      rows[c + 4] = zipBlocks(code, rows[c], rows[c + 4], true);
      rows[c] = low;
    }
  }
  // A vector holds `perVector` columns, each the fourth after the one before.
  unsigned perVector = lanes / height;
  Values columns;
  for (unsigned i = 0; i < lanes; ++i) {
    unsigned block = i / 4;
    Value vector = rows[4 * (block / perVector) + i % 4];
    int64_t first = block % perVector * height;
    columns.push_back(code.shuffle(
        vector, vector,
        llvm::to_vector(llvm::seq<int64_t>(first, first + height))));
  }
  return columns;
}

namespace {
/// The arguments of a pack function, and what it works with.
struct PackEmitter {
  KernelBuilder &code;
  bool pairs;
  const Kernel &kernel = code.kernel;
  unsigned lanes = kernel.row.lanes;
  /// Elements of k that fill a vector of cells.
  unsigned blockK = pairs ? 2 * lanes : lanes;
  int64_t bytes = kernel.elementBytes();

  Expr from = code.argument(0), rowStride = code.argument(1);
  Expr rows = code.argument(2), k = code.argument(3);
  Expr panel = code.argument(4), panelStride = code.argument(5);
  Expr next = code.argument(6), nextStride = code.argument(7);
  Expr scratch = code.alloca(lanes * blockK * bytes);

  void emit();
  void emitRows(unsigned height);
  void emitBlock(const Expr &position, ArrayRef<Value> rowPointers);
  Value loadCells(const Expr &address);
};
} // namespace

/// One vector of cells of one row.
Value PackEmitter::loadCells(const Expr &address) {
  if (pairs)
    return code.load(kernel.vectorOf(code.b.getI32Type()), address, bytes);
  return widen(
      code, code.load(kernel.vectorOf(kernel.storageType()), address, bytes));
}

void PackEmitter::emitBlock(const Expr &position, ArrayRef<Value> rowPointers) {
  Expr offset = position * bytes;
  Expr rest = k - position;
  Expr isPartial = rest < int64_t(blockK);
  code.ifThen(isPartial, [&] {
    code.clear(scratch, code.i64(lanes * blockK * bytes));
    code.copyRows(scratch, code.i64(blockK * bytes), code.at(from, offset),
                  rowStride, rows, rest * bytes);
  });
  Values cells;
  unsigned height = rowPointers.size();
  for (unsigned i = 0; i < height; ++i) {
    Expr source = code.at(rowPointers[i], offset);
    if (i % 2 == 0)
      code.prefetch(
          code.at(code.at(next, nextStride * int64_t(i / 2)), offset));
    cells.push_back(loadCells(
        select(isPartial, code.at(scratch, i * blockK * bytes), source)));
  }
  Expr row = pairs ? position >> 1 : position;
  Values columns = height == lanes ? transpose(code, std::move(cells))
                                   : transposeFew(code, std::move(cells));
  for (auto [i, column] : llvm::enumerate(columns))
    code.store(column, code.at(panel, (row + int64_t(i)) * panelStride), 4);
}

void PackEmitter::emitRows(unsigned height) {
  Values rowPointers;
  for (unsigned i = 0; i < height; ++i) {
    // Lanes without a row of their own repeat the last one.
    Expr row = minimum(code.i64(i), rows - 1);
    rowPointers.push_back(code.at(from, row * rowStride));
  }
  code.forLoop(code.i64(0), k, blockK,
               [&](Expr position) { emitBlock(position, rowPointers); });
}

void PackEmitter::emit() {
  // Few rows take a part of the shuffles. The lanes beyond those of `height`
  // are nobody's.
  std::function<Values(unsigned)> emitFrom = [&](unsigned height) -> Values {
    if (height >= lanes)
      return emitRows(lanes), Values();
    code.ifElse(
        rows < int64_t(height + 1), {},
        [&] { return emitRows(height), Values(); },
        [&] { return emitFrom(2 * height); });
    return {};
  };
  emitFrom(4);
  code.finish();
}

func::FuncOp microkernel::getPackFunction(const Kernel &kernel, bool pairs) {
  std::string name = kernel.symbol(pairs ? "pack_pairs" : "pack");
  if (func::FuncOp existing = lookup(kernel, name))
    return existing;
  Type ptr = LLVM::LLVMPointerType::get(kernel.context());
  Type i64 = IntegerType::get(kernel.context(), 64);
  KernelBuilder code(kernel, name, {ptr, i64, i64, i64, ptr, i64, ptr, i64});
  PackEmitter{code, pairs}.emit();
  return code.func;
}

namespace {
struct StridedPackEmitter {
  KernelBuilder &code;
  const Kernel &kernel = code.kernel;
  unsigned bytes = kernel.elementBytes();

  Expr from = code.argument(0), rowStride = code.argument(1);
  Expr kStride = code.argument(2), rows = code.argument(3);
  Expr k = code.argument(4), panel = code.argument(5);

  void emit();
  void emitContiguous(const Expr &step);
  void emitElement(const Expr &p, const Expr &i);
  void clearLastPartner();
};
} // namespace

/// What an odd last k is paired with.
void StridedPackEmitter::clearLastPartner() {
  int64_t stepBytes = kernel.stepBytes(maxRows, kernel.hasPairsInA());
  code.ifThen((k & 1) == 1, [&] {
    code.clear(code.at(panel, (k >> 1) * stepBytes), code.i64(stepBytes));
  });
}

void StridedPackEmitter::emitElement(const Expr &p, const Expr &i) {
  Expr source = code.at(code.at(from, i * rowStride), p * kStride);
  Expr element = code.load(kernel.storageType(), source, bytes);
  if (!kernel.hasPairsInA()) {
    Expr cell = code.at(panel, (p * int64_t(maxRows) + i) * 4);
    return code.store(widen(code, element), cell, 4);
  }
  Expr cell = code.at(panel, ((p >> 1) * int64_t(maxRows) + i) * 4);
  code.store(element, code.at(cell, (p & 1) * 2), bytes);
}

/// maxRows elements of one k that are neighbours.
void StridedPackEmitter::emitContiguous(const Expr &p) {
  Expr source = code.at(from, p * kStride);
  unsigned lanes = kernel.row.lanes;
  for (unsigned i = 0; i < maxRows; i += lanes) {
    Expr elements = code.load(kernel.vectorOf(kernel.storageType()),
                              code.at(source, int64_t(i) * bytes), bytes);
    Expr cells = code.at(panel, (p * int64_t(maxRows) + int64_t(i)) * 4);
    code.store(widen(code, elements), cells, 4);
  }
}

void StridedPackEmitter::emit() {
  if (kernel.stepK() == 2)
    clearLastPartner();
  auto emitElements = [&]() -> Values {
    code.forLoop(code.i64(0), k, 1, [&](Expr p) {
      code.forLoop(code.i64(0), rows, 1, [&](Expr i) { emitElement(p, i); });
    });
    return {};
  };
  auto emitVectors = [&]() -> Values {
    code.forLoop(code.i64(0), k, 1, [&](Expr p) { emitContiguous(p); });
    return {};
  };
  Expr isContiguous =
      (rowStride == int64_t(bytes)) & (rows == int64_t(maxRows));
  if (kernel.hasPairsInA())
    emitElements();
  else
    code.ifElse(isContiguous, {}, emitVectors, emitElements);
  code.finish();
}

func::FuncOp microkernel::getStridedPackFunction(const Kernel &kernel) {
  std::string name = kernel.symbol("pack_strided");
  if (func::FuncOp existing = lookup(kernel, name))
    return existing;
  Type ptr = LLVM::LLVMPointerType::get(kernel.context());
  Type i64 = IntegerType::get(kernel.context(), 64);
  KernelBuilder code(kernel, name, {ptr, i64, i64, i64, i64, ptr});
  StridedPackEmitter{code}.emit();
  return code.func;
}
