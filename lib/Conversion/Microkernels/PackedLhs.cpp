//===- PackedLhs.cpp - A, packed once for many products -------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Blocks of 16 rows, one after the other; in each the steps of all of k.
//
//===----------------------------------------------------------------------===//

#include "Functions.h"
#include "tilec/Conversion/Microkernels.h"
#include "llvm/Support/MathExtras.h"

using namespace tilec;
using namespace tilec::emit;
using namespace tilec::microkernel;
using namespace mlir;

using Values = KernelBuilder::Values;

Expr microkernel::getStepOfA(KernelBuilder &code, const Expr &rows,
                             const Expr &isContiguous) {
  int64_t lanes = code.kernel.row.lanes;
  // Rows beyond a vector are packed by a further one.
  Expr whole = (rows + (lanes - 1)) / lanes * lanes;
  Expr columns = select(rows > lanes, whole, rows);
  return select(isContiguous, columns, code.i64(maxRows)) * 4;
}

Expr microkernel::isPackedAlready(const Kernel &kernel, const Expr &rows,
                                  const Expr &k, const Expr &isContiguous) {
  Expr isPacked = isContiguous & (rows == 1) & ((k & 1) == 0);
  return kernel.hasPairsInA() ? isPacked : isPacked & 0;
}

void microkernel::packA(KernelBuilder &code, const UnpackedA &a,
                        const Expr &rows, const Expr &k, const Expr &to) {
  const Kernel &kernel = code.kernel;
  int64_t lanes = kernel.row.lanes;
  auto packContiguous = [&]() -> Values {
    func::FuncOp pack = getPackFunction(kernel, kernel.hasPairsInA());
    Expr step = getStepOfA(code, rows, a.isContiguous);
    code.forLoop(code.i64(0), rows, lanes, [&](const Expr &i) {
      code.call(pack, {code.at(a.cells, i * a.rowStride), a.rowStride,
                       minimum(rows - i, code.i64(lanes)), k,
                       code.at(to, i * 4), step, a.cells, code.i64(0)});
    });
    return {};
  };
  auto packStrided = [&]() -> Values {
    code.call(getStridedPackFunction(kernel),
              {a.cells, a.rowStride, a.kStride, rows, k, to});
    return {};
  };
  code.ifElse(a.isContiguous, {}, packContiguous, packStrided);
}

static void emitPackLhs(KernelBuilder &code) {
  const Kernel &kernel = code.kernel;
  int64_t bytes = kernel.elementBytes();
  Expr cells = code.argument(0), rowStride = code.argument(1) * bytes;
  Expr kStride = code.argument(2) * bytes;
  Expr m = code.argument(3), k = code.argument(4), room = code.argument(5);
  Expr isContiguous = kStride == bytes;
  Expr inPlace = isPackedAlready(kernel, m, k, isContiguous);
  Expr end = select(inPlace, code.i64(0), m);
  // From a row to the next, if all rows of a block were behind each other.
  Expr partnered = kernel.stepK() == 2 ? k + (k & 1) : k;
  Expr packedStride = (kernel.hasPairsInA() ? partnered >> 1 : partnered) * 4;
  code.forLoop(code.i64(0), end, maxRows, [&](const Expr &row) {
    packA(code,
          {code.at(cells, row * rowStride), rowStride, kStride, isContiguous},
          minimum(m - row, code.i64(maxRows)), k,
          code.at(room, row * packedStride));
  });
  code.finish(
      {select(inPlace, cells, room), packedStride / bytes, inPlace ^ 1});
}

func::FuncOp tilec::getPackLhsKernel(ModuleOp module, MatmulElement element,
                                     const CPUTarget &target) {
  Kernel kernel{module, selectRow(element, target), element, target};
  std::string name = kernel.symbol("pack_lhs");
  if (func::FuncOp existing = lookup(kernel, name))
    return existing;
  Type ptr = LLVM::LLVMPointerType::get(kernel.context());
  Type i64 = IntegerType::get(kernel.context(), 64);
  Type i1 = IntegerType::get(kernel.context(), 1);
  KernelBuilder code(kernel, name, {ptr, i64, i64, i64, i64, ptr},
                     {ptr, i64, i1});
  emitPackLhs(code);
  return code.func;
}

int64_t tilec::getPackedLhsBytes(MatmulElement element, int64_t m, int64_t k,
                                 const CPUTarget &target) {
  const KernelRow &row = selectRow(element, target);
  bool pairs = row.pairDot != nullptr;
  // Packing writes whole vectors, and blocks of as many steps as those have
  // lanes.
  int64_t steps = llvm::alignTo(pairs ? (k + 1) / 2 : k, row.lanes);
  return int64_t(llvm::alignTo(m, maxRows)) * steps * 4 + 4 * row.lanes;
}
