//===- Matmul.cpp - Products of matrices in the language's order ----------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elementwise.h"
#include "Slices.h"
#include "tilec/Interpreter/Numerics.h"
#include <algorithm>

using namespace mlir;
using namespace tilec;

namespace {
/// The valid cells of an operand, transposed if need be.
template <typename Work> struct Matrix {
  int64_t rows = 0, columns = 0;
  std::vector<Work> values;
  /// 1 for each row, and column, that has an undefined cell.
  std::vector<uint8_t> undefinedRows, undefinedColumns;

  const Work *row(int64_t i) const { return values.data() + i * columns; }
};
} // namespace

/// The first `rows` x `columns` of what the tile is as an operand.
template <typename Work>
static Matrix<Work> getMatrix(const RuntimeValue &value, bool transposed,
                              int64_t rows, int64_t columns) {
  const TileValue &tile = std::get<TileValue>(value);
  auto cells = Broadcast(&value).gather<Work>(value, tile.dtype);
  int64_t width = tile.valid[1];
  Matrix<Work> matrix{rows, columns, std::vector<Work>(rows * columns),
                      std::vector<uint8_t>(rows),
                      std::vector<uint8_t>(columns)};
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < columns; ++j) {
      int64_t cell = transposed ? j * width + i : i * width + j;
      matrix.values[i * columns + j] = cells.values[cell];
      if (cells.isUndefined(cell))
        matrix.undefinedRows[i] = matrix.undefinedColumns[j] = 1;
    }
  return matrix;
}

//===----------------------------------------------------------------------===//
// One row of the result: acc[n] += sum over k of a[k] * b[k][n]
//===----------------------------------------------------------------------===//

/// One step of k for all columns.
static void fmaRow(float a, const float *b, int64_t columns, float *acc) {
  for (int64_t n = 0; n < columns; ++n)
    acc[n] = std::fma(a, b[n], acc[n]);
}

/// FP32, and FP16 widened.
static void accumulate(const float *a, const Matrix<float> &b, float *acc) {
  for (int64_t k = 0; k < b.rows; ++k)
    fmaRow(a[k], b.row(k), b.columns, acc);
}

static void fmaRowFlushed(float a, const float *b, int64_t columns,
                          float *acc) {
  for (int64_t n = 0; n < columns; ++n)
    acc[n] = numerics::fmaFlushed(a, b[n], acc[n]);
}

/// A pair of k for all columns.
using PairFunction = void (*)(float a0, const float *b0, float a1,
                              const float *b1, int64_t columns, float *acc);

static void fusePairs(float a0, const float *b0, float a1, const float *b1,
                      int64_t columns, float *acc) {
  fmaRowFlushed(a1, b1, columns, acc);
  fmaRowFlushed(a0, b0, columns, acc);
}

static void roundPairsToOdd(float a0, const float *b0, float a1,
                            const float *b1, int64_t columns, float *acc) {
  for (int64_t n = 0; n < columns; ++n)
    acc[n] = numerics::dotToOdd(a0, b0[n], a1, b1[n], acc[n]);
}

/// BF16: pairs of k; an odd last one has a zero partner. Subnormals of `a` and
/// `b` have been taken as zero.
static void accumulatePairs(PairFunction addPair, const float *a,
                            const Matrix<float> &b, float *acc) {
  std::vector<float> zeros(b.columns, 0.0f);
  if (b.rows > 0)
    std::transform(acc, acc + b.columns, acc, numerics::flushSubnormal);
  for (int64_t k = 0; k < b.rows; k += 2) {
    bool isPair = k + 1 < b.rows;
    addPair(a[k], b.row(k), isPair ? a[k + 1] : 0.0f,
            isPair ? b.row(k + 1) : zeros.data(), b.columns, acc);
  }
}

static PairFunction getPairFunction(BF16Products products) {
  switch (products) {
  case BF16Products::FusedPairs:
    return fusePairs;
  case BF16Products::RoundToOddPairs:
    return roundPairsToOdd;
  }
  llvm_unreachable("unknown products");
}

static void accumulate(const float *a, const Matrix<float> &b, double *acc) {
  for (int64_t k = 0; k < b.rows; ++k)
    for (int64_t n = 0; n < b.columns; ++n)
      acc[n] = std::fma(double(a[k]), double(b.row(k)[n]), acc[n]);
}

static void accumulate(const int64_t *a, const Matrix<int64_t> &b,
                       int64_t *acc) {
  for (int64_t k = 0; k < b.rows; ++k)
    for (int64_t n = 0; n < b.columns; ++n)
      acc[n] = numerics::wrapAdd(acc[n], a[k] * b.row(k)[n]);
}

//===----------------------------------------------------------------------===//
// The operations
//===----------------------------------------------------------------------===//

namespace {
/// The product of two tiles, added to `acc` where that is not null. The
/// operation's types have been verified.
class Product {
public:
  Product(const Machine &machine, const RuntimeValue &lhs,
          const RuntimeValue &rhs, const TileValue *acc, bool transposeA,
          bool transposeB)
      : fp64(machine.getOptions().fp64),
        bf16Products(machine.getOptions().bf16Products), lhs(lhs), rhs(rhs),
        acc(acc), transposeA(transposeA), transposeB(transposeB) {
    const TileValue &a = std::get<TileValue>(lhs),
                    &b = std::get<TileValue>(rhs);
    input = a.dtype;
    shape = {a.shape[transposeA ? 1 : 0], b.shape[transposeB ? 0 : 1]};
    valid = {a.valid[transposeA ? 1 : 0], b.valid[transposeB ? 0 : 1]};
    // The sum runs over the k valid in both.
    depth = std::min(a.valid[transposeA ? 0 : 1], b.valid[transposeB ? 1 : 0]);
    for (unsigned d = 0; acc && d < 2; ++d)
      valid[d] = std::min(valid[d], acc->valid[d]);
    output = isFloat(input) ? DType::FP32 : DType::INT32;
    cells = makeCells(output, shape);
  }

  TileValue run() {
    if (!isFloat(input))
      multiply<int64_t, int64_t>([](const int64_t *a, const Matrix<int64_t> &b,
                                    int64_t *acc) { accumulate(a, b, acc); });
    else if (fp64)
      multiplyInDouble();
    else if (input == DType::BF16)
      multiply<float, float>(
          [this](const float *a, const Matrix<float> &b, float *acc) {
            accumulatePairs(getPairFunction(bf16Products), a, b, acc);
          });
    else
      multiply<float, float>([](const float *a, const Matrix<float> &b,
                                float *acc) { accumulate(a, b, acc); });
    return makeTile(output, shape, valid, cells);
  }

private:
  template <typename Work> Matrix<Work> getLhs() {
    return flush(getMatrix<Work>(lhs, transposeA, valid[0], depth));
  }
  template <typename Work> Matrix<Work> getRhs() {
    return flush(getMatrix<Work>(rhs, transposeB, depth, valid[1]));
  }
  template <typename Work> Matrix<Work> flush(Matrix<Work> matrix) {
    if constexpr (std::is_same_v<Work, float>)
      if (input == DType::BF16 && !fp64)
        llvm::transform(matrix.values, matrix.values.begin(),
                        numerics::flushSubnormal);
    return matrix;
  }

  template <typename Work, typename Sum, typename Accumulate>
  void multiply(Accumulate accumulateRow) {
    Matrix<Work> a = getLhs<Work>(), b = getRhs<Work>();
    std::vector<Sum> sums(valid[1]);
    for (int64_t i = 0; i < valid[0]; ++i) {
      int64_t first = i * shape[1];
      if (acc)
        loadElements(output, getAccRow(i), valid[1], sums.data());
      else
        std::fill(sums.begin(), sums.end(), Sum(0));
      accumulateRow(a.values.data() + i * depth, b, sums.data());
      storeElements(output, sums.data(), valid[1],
                    cells->bytes.data() + first * getByteSize(output));
      markUndefined(a, b, i);
    }
  }

  /// Keeps the sums beside the cells, for the next operation of a chain.
  void multiplyInDouble() {
    Matrix<float> a = getLhs<float>(), b = getRhs<float>();
    cells->exact.assign(shape[0] * shape[1], 0);
    std::vector<float> rounded(valid[1]);
    for (int64_t i = 0; i < valid[0]; ++i) {
      int64_t first = i * shape[1];
      double *sums = cells->exact.data() + first;
      if (acc && !acc->cells->exact.empty()) {
        std::copy_n(acc->cells->exact.data() + first, valid[1], sums);
      } else if (acc) {
        loadElements(output, getAccRow(i), valid[1], rounded.data());
        llvm::copy(rounded, sums);
      }
      accumulate(a.values.data() + i * depth, b, sums);
      std::copy_n(sums, valid[1], rounded.data());
      storeElements(output, rounded.data(), valid[1],
                    cells->bytes.data() + first * getByteSize(output));
      markUndefined(a, b, i);
    }
  }

  const uint8_t *getAccRow(int64_t i) const {
    return acc->cells->bytes.data() + i * shape[1] * getByteSize(output);
  }

  /// A cell is undefined if anything that it is computed from is.
  template <typename Work>
  void markUndefined(const Matrix<Work> &a, const Matrix<Work> &b, int64_t i) {
    for (int64_t n = 0; n < valid[1]; ++n) {
      int64_t cell = i * shape[1] + n;
      bool start =
          acc && !acc->cells->undefined.empty() && acc->cells->undefined[cell];
      cells->undefined[cell] =
          start || a.undefinedRows[i] || b.undefinedColumns[n];
    }
  }

  bool fp64;
  BF16Products bf16Products;
  const RuntimeValue &lhs, &rhs;
  const TileValue *acc;
  bool transposeA, transposeB;
  DType input, output;
  Shape shape, valid;
  int64_t depth = 0;
  std::shared_ptr<Cells> cells;
};
} // namespace

template <typename OpT>
static llvm::Error runProduct(Machine &machine, OpT op, const TileValue *acc) {
  return machine.setTile(op, Product(machine, machine.get(op.getLhs()),
                                     machine.get(op.getRhs()), acc,
                                     op.getTransposeA(), op.getTransposeB())
                                 .run());
}

static llvm::Error runMatmul(Machine &machine, tile::MatmulOp op) {
  return runProduct(machine, op, nullptr);
}

static llvm::Error runMatmulAcc(Machine &machine, tile::MatmulAccOp op) {
  return runProduct(machine, op, &machine.getTile(op.getAcc()));
}

/// Fails as slices of `step` k would, one after the other.
static llvm::Error checkSteps(Machine &machine, tile::ContractOp op,
                              const StorageBox &lhs, const StorageBox &rhs) {
  int64_t k = lhs.extents[op.getLhsKDim()];
  int64_t step = op.getStep().value_or(k);
  bool isEmpty = false; // Behind the end of a tile nothing can fail.
  for (int64_t start = 0; start < k && !isEmpty; start += step) {
    isEmpty = true;
    for (auto [box, kDim] :
         {std::pair(lhs, op.getLhsKDim()), std::pair(rhs, op.getRhsKDim())}) {
      box.offsets[kDim] = numerics::wrapAdd(box.offsets[kDim], start);
      box.extents[kDim] = std::min(step, k - start);
      if (auto error = checkBox(machine, op, box))
        return error;
      isEmpty &= llvm::is_contained(box.extents, 0);
    }
  }
  return llvm::Error::success();
}

static llvm::Error runContract(Machine &machine, tile::ContractOp op) {
  ArrayRef<int64_t> shape = op.getResult().getType().getShape();
  StorageBox lhs{op.getLhs(), {}, {}, op.getLhsLoc()};
  StorageBox rhs{op.getRhs(), {}, {}, op.getRhsLoc()};
  Shape extents;
  if (auto error = machine.getIndices(op, op.getLhsOffsets(), lhs.offsets))
    return error;
  if (auto error = machine.getIndices(op, op.getRhsOffsets(), rhs.offsets))
    return error;
  if (auto error =
          machine.getIndices(op, {op.getM(), op.getN(), op.getK()}, extents))
    return error;
  for (auto [box, kDim, d] :
       {std::tuple(&lhs, op.getLhsKDim(), 0), {&rhs, op.getRhsKDim(), 1}}) {
    box->extents = {0, 0};
    box->extents[1 - kDim] = std::clamp<int64_t>(extents[d], 0, shape[d]);
    box->extents[kDim] = std::max<int64_t>(extents[2], 0);
  }
  if (auto error = checkSteps(machine, op, lhs, rhs))
    return error;
  for (auto *box : {&lhs, &rhs})
    if (auto error = checkBox(machine, op, *box))
      return error;
  auto load = [&](const StorageBox &box, unsigned kDim,
                  int64_t size) -> RuntimeValue {
    Shape sizes{size, size};
    sizes[kDim] = std::max<int64_t>(box.extents[kDim], 1);
    return loadBox(machine, box, sizes);
  };
  const TileValue *acc = op.getAcc() ? &machine.getTile(op.getAcc()) : nullptr;
  RuntimeValue a = load(lhs, op.getLhsKDim(), shape[0]);
  RuntimeValue b = load(rhs, op.getRhsKDim(), shape[1]);
  return machine.setTile(
      op, Product(machine, a, b, acc, op.getTransposeA(), op.getTransposeB())
              .run());
}

void tilec::addMatmulOps(Machine &machine) {
  machine.add<tile::MatmulOp, runMatmul>();
  machine.add<tile::MatmulAccOp, runMatmulAcc>();
  machine.add<tile::ContractOp, runContract>();
}
