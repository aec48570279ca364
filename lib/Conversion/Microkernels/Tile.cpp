//===- Tile.cpp - The loop over k with C in registers ---------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Ahead.h"
#include "Functions.h"
#include "PairDot.h"
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
      : code(code), tile(tile), masked(masked) {}
  void emit();

private:
  void emitInvariants();
  Values initialAccumulators();
  void storeAccumulators(ValueRange accumulators);
  void step(const Expr &aCells, const Expr &bRow, const Expr &isLastOdd,
            Values &accumulators);
  void stepWidened(const Expr &aCells, ArrayRef<Expr> bVectors,
                   Values &accumulators);
  Values loadPairs(const Expr &even, const Expr &odd);
  SmallVector<Expr> loadWidened(const Expr &bRow);
  SmallVector<Expr> widenPairs(const Values &pairs, bool second);
  void prefetch(Value &row, Value &column);
  Value columnMask(unsigned firstColumn, unsigned count);
  Expr multiplyAdd(const Expr &x, const Expr &y, const Expr &sum);
  Expr permute(const Expr &x, const Expr &y, bool second, bool toMemory);

  /// Pairs interleaved in registers leave the columns in another order.
  bool isInterleaved() const { return kernel.row.pairDot && !kernel.packedB; }
  int64_t tileRowBytes() const {
    return int64_t(tile.vectors) * lanes * kernel.elementBytes();
  }

  KernelBuilder &code;
  const Kernel &kernel = code.kernel;
  RegisterTile tile;
  bool masked;
  unsigned lanes = kernel.row.lanes;

  Expr a = code.argument(0), aStep = code.argument(1);
  Expr b = code.argument(2), bStride = code.argument(3);
  Expr c = code.argument(4), cStride = code.argument(5);
  Expr k = code.argument(6), columns = code.argument(7);
  Expr fresh = code.argument(8);
  Expr next = code.argument(9), nextColumn = code.argument(10);
  RowsAhead ahead{/*first=*/code.argument(14), /*stride=*/code.argument(11),
                  /*bytes=*/code.argument(12), /*advance=*/code.argument(13)};
  /// Under a mask: the columns of each vector of C, and of each load of B.
  Values cMasks, bMasks;
  Value zeroRowPointer;
};
} // namespace

/// The lanes of columns [firstColumn, firstColumn + count) that exist.
Value TileEmitter::columnMask(unsigned firstColumn, unsigned count) {
  Expr existing = columns.trunci(code.b.getI32Type());
  auto type = VectorType::get({int64_t(count)}, code.b.getI32Type());
  SmallVector<int32_t> indices;
  for (unsigned i = 0; i < count; ++i)
    indices.push_back(int32_t(firstColumn + i));
  Expr numbers{code.site, code.site.create<arith::ConstantOp>(
                              DenseElementsAttr::get(type, ArrayRef(indices)))};
  Expr limit{code.site, code.site.create<vector::BroadcastOp>(type, existing)};
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
    unsigned column =
        toMemory ? i + (second ? lanes : 0) : 8 * group + 4 * second + within;
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
      Expr row = code.at(c, cStride * int64_t(r));
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
      fresh, ValueRange(zeros).getTypes(), [&] { return zeros; }, loadAll);
}

void TileEmitter::storeAccumulators(ValueRange accumulators) {
  for (unsigned r = 0; r < tile.rows; ++r) {
    Expr row = code.at(c, cStride * int64_t(r));
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

/// The vectors of pairs in a row of a panel, or made from two rows of storage.
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

Expr TileEmitter::multiplyAdd(const Expr &x, const Expr &y, const Expr &sum) {
  if (!sum.isFloat())
    return sum + x * y;
  Expr result = fma(x, y, sum);
  return kernel.flushesInSoftware() ? flushSubnormals(result) : result;
}

SmallVector<Expr> TileEmitter::loadWidened(const Expr &bRow) {
  SmallVector<Expr> vectors;
  for (unsigned v = 0; v < tile.vectors; ++v) {
    if (kernel.packedB) {
      vectors.push_back(code.load(kernel.vectorOf(kernel.accumulatorType()),
                                  code.at(bRow, 4 * lanes * v), 4));
      continue;
    }
    unsigned bytes = kernel.elementBytes();
    VectorType type = kernel.vectorOf(kernel.storageType());
    Expr address = code.at(bRow, bytes * lanes * v);
    vectors.push_back(
        widen(code, masked ? code.maskedLoad(type, address, bMasks[v], bytes)
                           : code.load(type, address, bytes)));
  }
  return vectors;
}

/// The first or second elements of pairs of BF16.
SmallVector<Expr> TileEmitter::widenPairs(const Values &pairs, bool second) {
  SmallVector<Expr> vectors;
  for (Value pair : pairs) {
    Expr cells{code.site, pair};
    Expr bits = second ? cells & int64_t(-0x10000) : cells << 16;
    Expr wide = bits.bitcast(code.b.getF32Type());
    vectors.push_back(kernel.flushesInSoftware() ? flushSubnormals(wide)
                                                 : wide);
  }
  return vectors;
}

/// One k.
void TileEmitter::stepWidened(const Expr &aCells, ArrayRef<Expr> bVectors,
                              Values &accumulators) {
  VectorType type = kernel.vectorOf(kernel.accumulatorType());
  for (unsigned r = 0; r < tile.rows; ++r) {
    Expr cell = code.load(kernel.accumulatorType(), code.at(aCells, 4 * r), 4);
    Expr broadcast{code.site,
                   code.site.create<vector::BroadcastOp>(type, cell)};
    for (unsigned v = 0; v < tile.vectors; ++v) {
      Value &sum = accumulators[r * tile.vectors + v];
      sum = multiplyAdd(broadcast, bVectors[v], {code.site, sum});
    }
  }
}

/// \p bRow is the first row of the step; after an odd last one come zeros,
/// which a panel has itself.
void TileEmitter::step(const Expr &aCells, const Expr &bRow,
                       const Expr &isLastOdd, Values &accumulators) {
  if (kernel.stepK() == 1)
    return stepWidened(aCells, loadWidened(bRow), accumulators);
  Expr oddRow = bRow;
  if (!kernel.packedB)
    oddRow =
        select(isLastOdd, {code.site, zeroRowPointer}, code.at(bRow, bStride));
  if (kernel.row.pairDot)
    return multiplyPairs(code, tile, aCells, loadPairs(bRow, oddRow),
                         accumulators);
  Expr oddA = code.at(aCells, aStep >> 1);
  if (kernel.packedB) {
    Values pairs = loadPairs(bRow, oddRow);
    stepWidened(oddA, widenPairs(pairs, true), accumulators);
    return stepWidened(aCells, widenPairs(pairs, false), accumulators);
  }
  stepWidened(oddA, loadWidened(oddRow), accumulators);
  stepWidened(aCells, loadWidened(bRow), accumulators);
}

/// What one step fetches of what comes later.
void TileEmitter::prefetch(Value &row, Value &column) {
  // Half of what follows packed B is prefetched where B is packed.
  unsigned parts = kernel.packedB ? 1 : kernel.stepK();
  for (unsigned i = 0; i < parts; ++i)
    fetchAhead(code, ahead, tileRowBytes(), row, column);
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
  unsigned stepK = kernel.stepK();
  Expr lastOdd = stepK == 2 ? (k & 1) : code.i64(0);
  Expr steps = stepK == 2 ? (k + lastOdd) >> 1 : k;
  Expr lastStep = steps - lastOdd; // `steps` if there is none
  Expr bStep = kernel.packedB ? bStride : bStride * int64_t(stepK);

  Values carried = {a, b, next, nextColumn};
  carried.append(initialAccumulators());
  Values results = code.forLoop(
      code.i64(0), steps, 1, carried, [&](Expr i, ValueRange values) {
        Expr aCells{code.site, values[0]}, bRow{code.site, values[1]};
        Values position = llvm::to_vector(values.slice(2, 2));
        Values accumulators = llvm::to_vector(values.drop_front(4));
        prefetch(position[0], position[1]);
        step(aCells, bRow, i == lastStep, accumulators);
        Values carriedOn = {code.at(aCells, aStep), code.at(bRow, bStep)};
        carriedOn.append(position);
        carriedOn.append(accumulators);
        return carriedOn;
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
                     {ptr, i64, ptr, i64, ptr, i64, i64, i64, i1, ptr, i64, i64,
                      i64, i64, ptr},
                     {ptr, i64});
  TileEmitter(code, tile, masked).emit();
  return code.func;
}
