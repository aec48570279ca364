//===- Transposed.cpp - Rows of A times rows of B -------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// As many rows of B as a vector has lanes, over all of k: four pairs of each
// row are loaded into one block of 128 bits of four vectors, become pairs of
// columns by shuffles within these blocks, and are multiplied at once. The rows
// that follow are prefetched meanwhile, each from its first k to its last:
// memory is read in long runs, although sixteen places of it are worked on.
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

/// k of rows that many together do not fill the first cache.
static constexpr int64_t maxShortK = 256;
/// Bytes of a row ahead of those that are multiplied.
static constexpr int64_t nearInRow = 128;
/// Pairs of k that a step takes, a block of 128 bits of each row.
static constexpr int64_t stepPairs = 4;
static constexpr int64_t stepK = 2 * stepPairs, stepBytes = 4 * stepPairs;

namespace {
struct TransposedTileEmitter {
  KernelBuilder &code;
  unsigned rows;
  const Kernel &kernel = code.kernel;
  int64_t lanes = kernel.row.lanes;
  RegisterTile tile{rows, 1};

  Expr a = code.argument(0), aStep = code.argument(1);
  Expr b = code.argument(2), bStride = code.argument(3);
  Expr c = code.argument(4), cStride = code.argument(5);
  Expr k = code.argument(6), fresh = code.argument(7);
  Expr next = code.argument(8);
  RowsAhead ahead{/*first=*/code.argument(13), /*stride=*/code.argument(9),
                  /*bytes=*/code.argument(10), /*advance=*/code.argument(11)};
  /// From what is multiplied to what is fetched into the first cache.
  Expr nearBytes = code.argument(12);
  Expr scratch = code.alloca(lanes * stepBytes);
  Expr panel = code.alloca(stepPairs * 4 * lanes);

  void emit();
  Values initialAccumulators();
  Values loadPairs(const Expr &from, const Expr &stride);
  void prefetchNear(const Expr &bRow, const Expr &begin);
  Values emitWhole(const Expr &end, Values accumulators);
  Values emitRest(const Expr &begin, Values accumulators);
};
} // namespace

Values TransposedTileEmitter::initialAccumulators() {
  VectorType type = kernel.vectorOf(code.b.getF32Type());
  Values zeros(rows, code.zero(type));
  auto load = [&] {
    Values loaded;
    for (unsigned r = 0; r < rows; ++r)
      loaded.push_back(
          code.load(type, code.at(c, cStride * int64_t(r)), /*align=*/4));
    return loaded;
  };
  return code.ifElse(
      fresh, ValueRange(zeros).getTypes(), [&] { return zeros; }, load);
}

/// The pairs of a step: for each a vector of columns.
Values TransposedTileEmitter::loadPairs(const Expr &from, const Expr &stride) {
  auto type = VectorType::get({stepPairs}, code.b.getI32Type());
  Values vectors;
  for (int64_t i = 0; i < stepPairs; ++i) {
    // Row i of each four rows.
    Values parts;
    for (int64_t row = i; row < lanes; row += stepPairs)
      parts.push_back(
          code.load(type, code.at(from, stride * row), /*align=*/2));
    while (parts.size() > 1) {
      Values wider;
      for (size_t p = 0; p < parts.size(); p += 2) {
        auto width = cast<VectorType>(parts[p].getType()).getDimSize(0);
        wider.push_back(code.shuffle(parts[p], parts[p + 1],
                                     llvm::to_vector(llvm::seq(2 * width))));
      }
      parts = wider;
    }
    vectors.push_back(parts[0]);
  }
  transposeIn128Bits(code, vectors);
  return vectors;
}

/// A line of all rows in as many steps as read one; some rows in each.
void TransposedTileEmitter::prefetchNear(const Expr &bRow, const Expr &begin) {
  constexpr unsigned nearest = 3;
  constexpr int64_t steps = cacheLineBytes / stepBytes;
  int64_t rowsOfStep = lanes / steps;
  Expr row = ((begin / stepK) & (steps - 1)) * rowsOfStep;
  Expr from = code.at(code.at(bRow, row * bStride), nearBytes);
  for (int64_t i = 0; i < rowsOfStep; ++i)
    code.site.create<LLVM::Prefetch>(code.at(from, bStride * i), /*rw=*/0,
                                     nearest, /*cache=*/1);
}

Values TransposedTileEmitter::emitWhole(const Expr &end, Values accumulators) {
  Values carried = {a, b, next, code.i64(0)};
  carried.append(accumulators);
  carried = code.forLoop(
      code.i64(0), end, stepK, carried, [&](const Expr &i, ValueRange values) {
        Expr aCells{code.site, values[0]}, bRow{code.site, values[1]};
        Values after = llvm::to_vector(values);
        Values sums(values.drop_front(4));
        fetchAhead(code, ahead, stepBytes * lanes, after[2], after[3]);
        prefetchNear(bRow, i);
        for (auto [p, pairs] : llvm::enumerate(loadPairs(bRow, bStride)))
          multiplyPairs(code, tile, code.at(aCells, aStep * int64_t(p)), pairs,
                        sums);
        after[0] = code.at(aCells, aStep * stepPairs);
        after[1] = code.at(bRow, stepBytes);
        llvm::copy(sums, after.begin() + 4);
        return after;
      });
  return Values(ArrayRef(carried).drop_front(4));
}

/// The last k, fewer than a step's, on a padded copy: an odd last one has a
/// zero as its partner.
Values TransposedTileEmitter::emitRest(const Expr &begin, Values accumulators) {
  Expr rest = k - begin;
  code.clear(scratch, code.i64(lanes * stepBytes));
  code.copyRows(scratch, code.i64(stepBytes), code.at(b, begin * 2), bStride,
                code.i64(lanes), rest * 2);
  for (auto [p, pairs] :
       llvm::enumerate(loadPairs(scratch, code.i64(stepBytes))))
    code.store(pairs, code.at(panel, int64_t(p) * 4 * lanes), 4);
  Expr aCells = code.at(a, (begin >> 1) * aStep);
  VectorType type = kernel.vectorOf(code.b.getI32Type());
  return code.forLoop(
      code.i64(0), (rest + 1) >> 1, 1, accumulators,
      [&](const Expr &p, ValueRange values) {
        Values sums = llvm::to_vector(values);
        Value pairs = code.load(type, code.at(panel, p * (4 * lanes)), 4);
        multiplyPairs(code, tile, code.at(aCells, p * aStep), pairs, sums);
        return sums;
      });
}

void TransposedTileEmitter::emit() {
  Expr whole = k & -stepK;
  Values sums = emitWhole(whole, initialAccumulators());
  sums = code.ifElse(
      whole < k, ValueRange(sums).getTypes(),
      [&] { return emitRest(whole, sums); }, [&] { return sums; });
  for (unsigned r = 0; r < rows; ++r)
    code.store(sums[r], code.at(c, cStride * int64_t(r)), /*align=*/4);
  code.finish();
}

static SmallVector<Type> getArguments(const Kernel &kernel, bool hasExtents) {
  Type ptr = LLVM::LLVMPointerType::get(kernel.context());
  Type i64 = IntegerType::get(kernel.context(), 64);
  Type i1 = IntegerType::get(kernel.context(), 1);
  SmallVector<Type> types = {ptr, i64, ptr, i64, ptr, i64};
  if (hasExtents)
    types.append({i64, i64});
  types.append({i64, i1, ptr, i64, i64});
  types.append(hasExtents ? 1 : 2, i64);
  if (!hasExtents)
    types.push_back(ptr);
  return types;
}

static func::FuncOp getTransposedTile(const Kernel &kernel, unsigned rows) {
  std::string name = kernel.symbol(fmt::format("transposed_tile{}", rows));
  if (func::FuncOp existing = lookup(kernel, name))
    return existing;
  KernelBuilder code(kernel, name, getArguments(kernel, /*hasExtents=*/false));
  TransposedTileEmitter{code, rows}.emit();
  return code.func;
}

static void emitTransposed(KernelBuilder &code) {
  int64_t lanes = code.kernel.row.lanes;
  Expr rows = code.argument(6), n = code.argument(7);
  Expr bStride = code.argument(3), k = code.argument(8);
  Expr nextBytes = code.argument(12), nextRows = code.argument(13);
  // A step reads so many bytes, of n * k * 2, and no more are prefetched.
  Expr piece = code.i64(stepBytes * lanes);
  Expr advance =
      minimum(piece, ceilDiv(piece * nextRows * nextBytes, n * k * 2));
  code.forLoop(code.i64(0), n, lanes, [&](const Expr &j) {
    // Short rows are over soon: then it is the next rows, if there are any,
    // else these.
    Expr rowsAhead = select(j + lanes < n, code.i64(lanes), code.i64(0));
    Expr nearBytes =
        select(k < maxShortK + 1, bStride * rowsAhead, code.i64(nearInRow));
    Expr b = code.at(code.argument(2), j * bStride);
    Expr c = code.at(code.argument(4), j * 4);
    Expr nextRow = j * nextRows / n;
    Expr next = code.at(code.argument(10), nextRow * code.argument(11));
    for (unsigned r = 1; r <= maxRows; ++r)
      code.ifThen(rows == int64_t(r), [&] {
        code.call(getTransposedTile(code.kernel, r),
                  {code.argument(0), code.argument(1), b, bStride, c,
                   code.argument(5), k, code.argument(9), next,
                   code.argument(11), nextBytes, advance, nearBytes,
                   code.argument(10)});
      });
  });
  code.finish();
}

func::FuncOp microkernel::getTransposedFunction(const Kernel &kernel) {
  std::string name = kernel.symbol("transposed");
  if (func::FuncOp existing = lookup(kernel, name))
    return existing;
  KernelBuilder code(kernel, name, getArguments(kernel, /*hasExtents=*/true));
  emitTransposed(code);
  return code.func;
}
