//===- PackedMatmul.cpp - Products by packed storage ----------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Panels of B are read one after the other, each from its first k to its last,
// so that memory is read in long runs. Only if A does not fit the section that
// is packed at a time are panels visited more than once.
//
//===----------------------------------------------------------------------===//

#include "Functions.h"
#include "Panels.h"
#include "tilec/Conversion/Microkernels.h"

using namespace tilec;
using namespace tilec::emit;
using namespace tilec::microkernel;
using namespace mlir;

using Values = KernelBuilder::Values;

/// Room for the section of A.
static constexpr int64_t sectionBytes = 32 * 1024;
/// The same where A is packed already.
static constexpr int64_t packedSectionBytes = 128 * 1024;
/// Sections are multiples of so many pairs.
static constexpr int64_t sectionPairs = 128;

namespace {
struct PackedMatmulEmitter {
  KernelBuilder &code;
  const Kernel &kernel = code.kernel;
  int64_t bytes = kernel.elementBytes();
  int64_t lanes = kernel.row.lanes;

  Expr a = code.argument(0), aRowStride = code.argument(1) * bytes;
  Expr aKStride = code.argument(2) * bytes;
  Expr b = code.argument(3), bPanelStride = code.argument(4);
  Expr c = code.argument(5), cStride = code.argument(6) * 4;
  Expr m = code.argument(7), n = code.argument(8), k = code.argument(9);
  Expr isNew = code.argument(10) ^ 1; // not accumulated
  Expr isPacked = code.argument(11);
  Expr isContiguous = aKStride == bytes;
  // A vector is written whole even where fewer columns count.
  Expr section = code.alloca(sectionBytes + 4 * lanes);

  void emit();
  void clearC();
  void emitRows(const Expr &row);
  void emitSection(const Expr &row, const Expr &rows, ValueRange packedA,
                   const Expr &k0, const Expr &sectionK);
};
} // namespace

void PackedMatmulEmitter::clearC() {
  code.ifThen((k == 0) & isNew, [&] {
    code.forLoop(code.i64(0), m, 1,
                 [&](Expr i) { code.clear(code.at(c, i * cStride), n * 4); });
  });
}

/// All columns of so many k.
void PackedMatmulEmitter::emitSection(const Expr &row, const Expr &rows,
                                      ValueRange packedA, const Expr &k0,
                                      const Expr &sectionK) {
  Expr depth = minimum(k - k0, sectionK);
  Expr fresh = (k0 == 0) & isNew;
  Expr bSection = code.at(b, (k0 >> 1) * panelStepBytes);
  Expr cRow = code.at(c, row * cStride);
  Expr lastPanel = (n - 1) / int64_t(panelColumns) * int64_t(panelColumns);
  // After the last panel comes the first one's next section, if there is one.
  Expr after = select(
      k0 + sectionK < k, code.at(b, ((k0 + sectionK) >> 1) * panelStepBytes),
      code.at(bSection,
              (lastPanel / int64_t(panelColumns) + 1) * bPanelStride));
  func::FuncOp panel = getPanelFunction(kernel);
  code.forLoop(code.i64(0), n, panelColumns, [&](const Expr &j) {
    Expr bPanel = code.at(bSection, j / int64_t(panelColumns) * bPanelStride);
    Expr next = select(j == lastPanel, after, code.at(bPanel, bPanelStride));
    code.call(panel, {packedA[0], packedA[1], bPanel, next,
                      code.at(cRow, j * 4), cStride, rows,
                      minimum(n - j, code.i64(panelColumns)), depth, fresh});
  });
}

void PackedMatmulEmitter::emitRows(const Expr &row) {
  Expr rows = minimum(m - row, code.i64(maxRows));
  Expr from = code.at(a, row * aRowStride);
  Expr inPlace = isPackedAlready(kernel, rows, k, isContiguous);
  Expr pairStep = getStepOfA(code, rows, isContiguous) *
                  int64_t(kernel.hasPairsInA() ? 1 : 2);
  Expr isReady = isPacked | inPlace;
  Expr sectionK =
      select(isPacked, code.i64(packedSectionBytes), code.i64(sectionBytes)) /
      pairStep / sectionPairs * int64_t(2 * sectionPairs);
  sectionK = select(inPlace, k + 2, sectionK);
  auto loop = code.site.create<scf::ForOp>(code.i64(0), k, sectionK);
  OpBuilder::InsertionGuard guard(code.b);
  code.b.setInsertionPointToStart(loop.getBody());
  Expr k0{code.site, loop.getInductionVar()};
  auto take = [&] { return Values{code.at(from, (k0 >> 1) * pairStep)}; };
  auto pack = [&] {
    packA(code,
          {code.at(from, k0 * aKStride), aRowStride, aKStride, isContiguous},
          rows, minimum(k - k0, sectionK), section);
    return Values{section};
  };
  Values cells = code.ifElse(isReady, {code.pointerType()}, take, pack);
  emitSection(row, rows, {cells[0], pairStep}, k0, sectionK);
}

void PackedMatmulEmitter::emit() {
  clearC();
  code.forLoop(code.i64(0), m, maxRows,
               [&](const Expr &row) { emitRows(row); });
  code.finish();
}

func::FuncOp tilec::getPackedMatmulKernel(ModuleOp module,
                                          const CPUTarget &target) {
  Kernel kernel{module, selectRow(MatmulElement::BF16, target),
                MatmulElement::BF16, target};
  Type ptr = LLVM::LLVMPointerType::get(kernel.context());
  Type i64 = IntegerType::get(kernel.context(), 64);
  Type i1 = IntegerType::get(kernel.context(), 1);
  return getFlushed(
      kernel, "matmul_packed",
      {ptr, i64, i64, ptr, i64, ptr, i64, i64, i64, i64, i1, i1},
      [](KernelBuilder &code) { PackedMatmulEmitter{code}.emit(); });
}
