//===- PackedCall.h - Products with A packed before -------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_TEST_UNIT_CONVERSION_PACKEDCALL_H
#define TILEC_TEST_UNIT_CONVERSION_PACKEDCALL_H

#include "GuardedBuffer.h"
#include "JITModule.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "tilec/Conversion/Microkernels.h"
#include <optional>

namespace tilec::test {

/// Exposes the kernel as the function "run", with a pointer in place of
/// `isPacked`: room for A, which is packed there first; or null.
inline void addProduct(JITModule &jit, mlir::func::FuncOp kernel,
                       MatmulElement element) {
  using namespace mlir;
  constexpr unsigned cells = 0, rowStride = 1, kStride = 2, m = 7, k = 9;
  constexpr unsigned isPacked = 11;
  func::FuncOp pack = getPackLhsKernel(jit.module(), element, jit.target());
  SmallVector<Type> types(kernel.getArgumentTypes());
  types[isPacked] = jit.pointerType();
  jit.addFunction(
      "run", types, [&](OpBuilder &b, Location loc, ValueRange arguments) {
        Value room = arguments[isPacked];
        Value null = b.create<LLVM::ZeroOp>(loc, jit.pointerType());
        Value hasRoom =
            b.create<LLVM::ICmpOp>(loc, LLVM::ICmpPredicate::ne, room, null);
        auto branch = b.create<scf::IfOp>(
            loc, hasRoom,
            [&](OpBuilder &b, Location loc) {
              auto packed = b.create<func::CallOp>(
                  loc, pack,
                  ValueRange{arguments[cells], arguments[rowStride],
                             arguments[kStride], arguments[m], arguments[k],
                             room});
              b.create<scf::YieldOp>(loc, packed.getResults());
            },
            [&](OpBuilder &b, Location loc) {
              b.create<scf::YieldOp>(
                  loc,
                  ValueRange{arguments[cells], arguments[rowStride], hasRoom});
            });
        SmallVector<Value> operands(arguments);
        Value packedStride = b.create<arith::SelectOp>(loc, branch.getResult(2),
                                                       branch.getResult(1),
                                                       arguments[rowStride]);
        operands[cells] = branch.getResult(0);
        operands[rowStride] = packedStride;
        operands[isPacked] = branch.getResult(2);
        b.create<func::CallOp>(loc, kernel, operands);
      });
}

/// As much room as A may take, at the edge of accessible memory, or none.
inline std::optional<GuardedBuffer> makeRoom(bool isPacked,
                                             MatmulElement element, int64_t m,
                                             int64_t k,
                                             const CPUTarget &target) {
  if (!isPacked)
    return std::nullopt;
  return std::optional<GuardedBuffer>(
      std::in_place, size_t(getPackedLhsBytes(element, m, k, target)), true);
}

} // namespace tilec::test

#endif // TILEC_TEST_UNIT_CONVERSION_PACKEDCALL_H
