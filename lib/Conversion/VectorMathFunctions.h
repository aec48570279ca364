//===- VectorMathFunctions.h - Elementary functions, shared -----*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_CONVERSION_VECTORMATHFUNCTIONS_H
#define TILEC_LIB_CONVERSION_VECTORMATHFUNCTIONS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace tilec {

enum class MathFunction : uint8_t { Log, Tanh, Sin, Cos };

/// The private function `type -> type` of the module around the insertion
/// point of \p b; added if it is not there yet. \p type is `vector<Nxf32>`.
mlir::func::FuncOp getMathFunction(mlir::OpBuilder &b, mlir::Location loc,
                                   MathFunction function,
                                   mlir::VectorType type);

} // namespace tilec

#endif // TILEC_LIB_CONVERSION_VECTORMATHFUNCTIONS_H
