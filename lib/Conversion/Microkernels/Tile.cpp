//===- Tile.cpp - The loop over k with C in registers ---------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Functions.h"
#include <fmt/format.h>

using namespace tilec;
using namespace tilec::emit;
using namespace tilec::microkernel;
using namespace mlir;

using Values = KernelBuilder::Values;

/// Any tile reads at most so many bytes of a row of B.
static constexpr int64_t zeroRowBytes = 1024;

/// The address of zeros that stand for the row after an odd last one.
static Value zeroRow(KernelBuilder &code) {
  constexpr StringLiteral name = "tilec_zero_row";
  ModuleOp module = code.kernel.module;
  if (!module.lookupSymbol(name)) {
    OpBuilder::InsertionGuard guard(code.b);
    code.b.setInsertionPointToStart(module.getBody());
    Type i8 = code.b.getI8Type();
    auto zeros = DenseElementsAttr::get(
        RankedTensorType::get({zeroRowBytes}, i8), int8_t(0));
    code.site.create<LLVM::GlobalOp>(
        LLVM::LLVMArrayType::get(i8, zeroRowBytes), /*isConstant=*/true,
        LLVM::Linkage::Internal, name, zeros, /*alignment=*/64);
  }
  return code.site.create<LLVM::AddressOfOp>(code.pointerType(), name);
}

namespace {
class TileEmitter {
public:
  TileEmitter(KernelBuilder &code, RegisterTile tile, bool masked)
      : code(code), kernel(code.kernel), tile(tile), masked(masked),
        lanes(kernel.row.lanes) {}
  void emit();

private:
  void emitInvariants();
  Values initialAccumulators();
  void storeAccumulators(ValueRange accumulators);
  void step(const Expr &a, const Expr &b, const Expr &isLastOdd,
            Values &accumulators);
  void stepPairDot(const Expr &a, const Expr &even, const Expr &odd,
                   Values &accumulators);
  void stepWidened(const Expr &a, const Expr &bRow, Values &accumulators);
  Values loadPairs(const Expr &even, const Expr &odd);
  Expr loadWidened(const Expr &bRow, unsigned vector);
  void prefetch(Values &position);
  Value columnMask(unsigned firstColumn, unsigned count);
  Expr multiplyAdd(const Expr &x, const Expr &y, const Expr &sum);
  Expr permute(const Expr &x, const Expr &y, bool second, bool toMemory);

  /// Pairs interleaved in registers leave the columns in another order.
  bool isInterleaved() const { return kernel.row.pairDot && !kernel.packedB; }
  int64_t tileRowBytes() const {
    return int64_t(tile.vectors) * lanes * kernel.elementBytes();
  }

  KernelBuilder &code;
  const Kernel &kernel;
  RegisterTile tile;
  bool masked;
  unsigned lanes;
  /// Under a mask: the columns of each vector of C, and of each load of B.
  Values cMasks, bMasks;
  Value zeroRowPointer;
};
} // namespace

/// The lanes of columns [firstColumn, firstColumn + count) that exist.
Value TileEmitter::columnMask(unsigned firstColumn, unsigned count) {
  Expr columns = code.argument(6).trunci(code.b.getI32Type());
  auto type = VectorType::get({int64_t(count)}, code.b.getI32Type());
  SmallVector<int32_t> indices;
  for (unsigned i = 0; i < count; ++i)
    indices.push_back(int32_t(firstColumn + i));
  Expr numbers{code.site, code.site.create<arith::ConstantOp>(
                              DenseElementsAttr::get(type, ArrayRef(indices)))};
  Expr limit{code.site, code.site.create<vector::BroadcastOp>(type, columns)};
  return numbers < limit;
}

/// Interleaving 16-bit units in each 128 bits of two rows of 32 puts columns
/// 0-3, 8-11, 16-19, 24-27 into the first vector and the others into the
/// second; C is brought into that order, and back.
Expr TileEmitter::permute(const Expr &x, const Expr &y, bool second,
                          bool toMemory) {
  SmallVector<int64_t> mask;
  for (unsigned i = 0; i < lanes; ++i) {
    unsigned group = i / 4, within = i % 4;
    unsigned column = toMemory ? i + (second ? lanes : 0)
                               : 8 * group + 4 * second + within;
    if (toMemory) // where that column is
      mask.push_back((column / 8) * 4 + column % 4 +
                     ((column / 4) % 2 ? lanes : 0));
    else
      mask.push_back(column);
  }
  return code.shuffle(x, y, mask);
}

Values TileEmitter::initialAccumulators() {
  VectorType type = kernel.vectorOf(kernel.accumulatorType());
  Values zeros(tile.rows * tile.vectors, code.zero(type));
  auto loadAll = [&] {
    Values loaded;
    for (unsigned r = 0; r < tile.rows; ++r) {
      Expr row = code.at(code.argument(3), code.argument(4) * int64_t(r));
      SmallVector<Expr> vectors;
      for (unsigned v = 0; v < tile.vectors; ++v) {
        Expr address = code.at(row, 4 * lanes * v);
        Expr cells = masked ? code.maskedLoad(type, address, cMasks[v], 4)
                            : code.load(type, address, 4);
        vectors.push_back(kernel.flushesInSoftware() ? flushSubnormals(cells)
                                                     : cells);
      }
      for (unsigned v = 0; v < tile.vectors; ++v)
        loaded.push_back(isInterleaved()
                             ? permute(vectors[v & ~1u], vectors[v | 1], v & 1,
                                       /*toMemory=*/false)
                             : vectors[v]);
    }
    return loaded;
  };
  return code.ifElse(
      code.argument(7), ValueRange(zeros).getTypes(), [&] { return zeros; },
      loadAll);
}

void TileEmitter::storeAccumulators(ValueRange accumulators) {
  for (unsigned r = 0; r < tile.rows; ++r) {
    Expr row = code.at(code.argument(3), code.argument(4) * int64_t(r));
    ValueRange vectors = accumulators.slice(r * tile.vectors, tile.vectors);
    for (unsigned v = 0; v < tile.vectors; ++v) {
      Expr cells{code.site, vectors[v]};
      if (isInterleaved())
        cells = permute({code.site, vectors[v & ~1u]},
                        {code.site, vectors[v | 1]}, v & 1, /*toMemory=*/true);
      Expr address = code.at(row, 4 * lanes * v);
      if (masked)
        code.maskedStore(cells, address, cMasks[v], 4);
      else
        code.store(cells, address, 4);
    }
  }
}

/// The vectors of pairs that `vdpbf16ps` takes.
Values TileEmitter::loadPairs(const Expr &even, const Expr &odd) {
  Values pairs;
  if (kernel.packedB) {
    for (unsigned v = 0; v < tile.vectors; ++v)
      pairs.push_back(code.load(kernel.vectorOf(code.b.getI32Type()),
                                code.at(even, 4 * lanes * v), 4));
    return pairs;
  }
  unsigned units = 2 * lanes;
  auto type = VectorType::get({int64_t(units)}, code.b.getI16Type());
  for (unsigned v = 0; v < tile.vectors; v += 2) {
    auto loadRow = [&](const Expr &row) {
      Expr address = code.at(row, 2 * lanes * v);
      return masked ? code.maskedLoad(type, address, bMasks[v / 2], 2)
                    : code.load(type, address, 2);
    };
    Expr x = loadRow(even), y = loadRow(odd);
    for (unsigned half : {0u, 4u}) {
      SmallVector<int64_t> mask;
      for (unsigned group = 0; group < units; group += 8)
        for (unsigned i = 0; i < 4; ++i) {
          mask.push_back(group + half + i);
          mask.push_back(group + half + i + units);
        }
      pairs.push_back(code.shuffle(x, y, mask));
    }
  }
  return pairs;
}

void TileEmitter::stepPairDot(const Expr &a, const Expr &even, const Expr &odd,
                              Values &accumulators) {
  VectorType floats = kernel.vectorOf(code.b.getF32Type());
  VectorType dwords = kernel.vectorOf(code.b.getI32Type());
  auto bfloats =
      VectorType::get({int64_t(2 * lanes)}, code.b.getBF16Type());
  auto asPairs = [&](Value x) -> Value {
    return code.site.create<LLVM::BitcastOp>(bfloats, x);
  };
  Values pairs = loadPairs(even, odd);
  for (unsigned r = 0; r < tile.rows; ++r) {
    Expr pair = code.load(code.b.getI32Type(), code.at(a, 4 * r), 4);
    Value broadcast =
        asPairs(code.site.create<vector::BroadcastOp>(dwords, pair));
    for (unsigned v = 0; v < tile.vectors; ++v) {
      Value &sum = accumulators[r * tile.vectors + v];
      sum = code.callIntrinsic("llvm.x86.avx512bf16.dpbf16ps.512", {floats},
                               {sum, broadcast, asPairs(pairs[v])})[0];
    }
  }
}

Expr TileEmitter::multiplyAdd(const Expr &x, const Expr &y, const Expr &sum) {
  if (!sum.isFloat())
    return sum + x * y;
  Expr result = fma(x, y, sum);
  return kernel.flushesInSoftware() ? flushSubnormals(result) : result;
}

Expr TileEmitter::loadWidened(const Expr &bRow, unsigned vector) {
  if (kernel.packedB)
    return code.load(kernel.vectorOf(kernel.accumulatorType()),
                     code.at(bRow, 4 * lanes * vector), 4);
  unsigned bytes = kernel.elementBytes();
  VectorType type = kernel.vectorOf(kernel.storageType());
  Expr address = code.at(bRow, bytes * lanes * vector);
  return widen(code, masked ? code.maskedLoad(type, address, bMasks[vector],
                                              bytes)
                            : code.load(type, address, bytes));
}

/// One k.
void TileEmitter::stepWidened(const Expr &a, const Expr &bRow,
                              Values &accumulators) {
  VectorType type = kernel.vectorOf(kernel.accumulatorType());
  SmallVector<Expr> vectors;
  for (unsigned v = 0; v < tile.vectors; ++v)
    vectors.push_back(loadWidened(bRow, v));
  for (unsigned r = 0; r < tile.rows; ++r) {
    Expr cell = code.load(kernel.accumulatorType(), code.at(a, 4 * r), 4);
    Expr broadcast{code.site,
                   code.site.create<vector::BroadcastOp>(type, cell)};
    for (unsigned v = 0; v < tile.vectors; ++v) {
      Value &sum = accumulators[r * tile.vectors + v];
      sum = multiplyAdd(broadcast, vectors[v], {code.site, sum});
    }
  }
}

/// \p b is the first row of the step; after an odd last one come zeros.
void TileEmitter::step(const Expr &a, const Expr &b, const Expr &isLastOdd,
                       Values &accumulators) {
  if (kernel.stepK() == 1)
    return stepWidened(a, b, accumulators);
  Expr odd = code.at(b, code.argument(2));
  // A panel has the zeros itself.
  if (!kernel.packedB)
    odd = select(isLastOdd, {code.site, zeroRowPointer}, odd);
  if (kernel.row.pairDot)
    return stepPairDot(a, b, odd, accumulators);
  stepWidened(code.at(a, 4 * maxRows), odd, accumulators);
  stepWidened(a, b, accumulators);
}

/// Prefetches for one step, and moves the position (pointer to a row, byte in
/// it) on.
void TileEmitter::prefetch(Values &position) {
  if (kernel.packedB)
    return;
  constexpr int64_t line = 64;
  for (unsigned i = 0; i < kernel.stepK(); ++i) {
    Expr row{code.site, position[0]}, column{code.site, position[1]};
    Expr address = code.at(row, column);
    for (int64_t byte = 0; byte < tileRowBytes(); byte += line)
      code.site.create<LLVM::Prefetch>(code.at(address, byte), /*rw=*/0,
                                       kernel.row.prefetchLocality,
                                       /*cache=*/1);
    Expr next = column + code.argument(11);
    Expr isAtEnd = next >= code.argument(10);
    position[0] = select(isAtEnd, code.at(row, code.argument(2)), row);
    position[1] = select(isAtEnd, code.i64(0), next);
  }
}

/// What every step needs and none changes.
void TileEmitter::emitInvariants() {
  if (kernel.stepK() == 2 && !kernel.packedB)
    zeroRowPointer = zeroRow(code);
  if (!masked)
    return;
  for (unsigned v = 0; v < tile.vectors; ++v)
    cMasks.push_back(columnMask(v * lanes, lanes));
  bMasks = cMasks;
  if (!isInterleaved())
    return;
  bMasks.clear();
  for (unsigned v = 0; v < tile.vectors; v += 2)
    bMasks.push_back(columnMask(v * lanes, 2 * lanes));
}

void TileEmitter::emit() {
  emitInvariants();
  Expr k = code.argument(5);
  unsigned stepK = kernel.stepK();
  Expr lastOdd = stepK == 2 ? (k & 1) : code.i64(0);
  Expr steps = stepK == 2 ? (k + lastOdd) >> 1 : k;
  Expr lastStep = steps - lastOdd; // `steps` if there is none

  Values carried = {code.argument(0), code.argument(1), code.argument(8),
                    code.argument(9)};
  carried.append(initialAccumulators());
  Expr bStep = kernel.packedB && kernel.row.pairDot
                   ? code.argument(2)
                   : code.argument(2) * int64_t(stepK);
  Values results = code.forLoop(
      code.i64(0), steps, 1, carried, [&](Expr i, ValueRange values) {
        Expr a{code.site, values[0]}, b{code.site, values[1]};
        Values position = llvm::to_vector(values.slice(2, 2));
        Values accumulators = llvm::to_vector(values.drop_front(4));
        prefetch(position);
        step(a, b, i == lastStep, accumulators);
        Values next = {code.at(a, kernel.stepBytes(maxRows)),
                       code.at(b, bStep)};
        next.append(position);
        next.append(accumulators);
        return next;
      });
  storeAccumulators(ArrayRef(results).drop_front(4));
  code.finish({results[2], results[3]});
}

func::FuncOp microkernel::getTileFunction(const Kernel &kernel,
                                          RegisterTile tile, bool masked) {
  std::string name = kernel.symbol(
      fmt::format("{}tile{}x{}{}", kernel.packedB ? "packed_" : "", tile.rows,
                  tile.vectors, masked ? "_masked" : ""));
  if (func::FuncOp existing = lookup(kernel, name))
    return existing;
  MLIRContext *context = kernel.context();
  Type ptr = LLVM::LLVMPointerType::get(context);
  Type i64 = IntegerType::get(context, 64), i1 = IntegerType::get(context, 1);
  KernelBuilder code(kernel, name,
                     {ptr, ptr, i64, ptr, i64, i64, i64, i1, ptr, i64, i64, i64},
                     {ptr, i64});
  TileEmitter(code, tile, masked).emit();
  return code.func;
}
