//===- VectorMath.h - Elementary functions on FP32 vectors ------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Operands are `vector<Nxf32>` (any N) or `f32`, results have their type; the
// bits of a lane do not depend on N. At most 2 ulp from the correctly rounded
// result for every input, exact at zeros, infinities, NaNs and subnormals, in
// the default floating-point environment. The emitted operations are arith,
// vector, func, scf and LLVM ones without fast-math flags; only explicit
// `llvm.intr.fma` fuses (`fmaf` on targets that lack it).
//
// exp, sqrt, rsqrt, recip and sigmoid are emitted in place. log, tanh, sin and
// cos become calls of private functions (`@tilec_log_v16`), one a vector
// length and module, which the first use adds to the module around the
// builder's insertion point.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_CONVERSION_VECTORMATH_H
#define TILEC_CONVERSION_VECTORMATH_H

#include "mlir/IR/Builders.h"

namespace tilec {

class CPUTarget;

mlir::Value emitExp(mlir::OpBuilder &b, mlir::Location loc, mlir::Value x,
                    const CPUTarget &target);
mlir::Value emitLog(mlir::OpBuilder &b, mlir::Location loc, mlir::Value x);
mlir::Value emitTanh(mlir::OpBuilder &b, mlir::Location loc, mlir::Value x);
mlir::Value emitSin(mlir::OpBuilder &b, mlir::Location loc, mlir::Value x);
mlir::Value emitCos(mlir::OpBuilder &b, mlir::Location loc, mlir::Value x);
/// Correctly rounded.
mlir::Value emitSqrt(mlir::OpBuilder &b, mlir::Location loc, mlir::Value x);
/// `1 / x`, correctly rounded.
mlir::Value emitRecip(mlir::OpBuilder &b, mlir::Location loc, mlir::Value x);
/// `1 / sqrt(x)`, both steps correctly rounded.
mlir::Value emitRsqrt(mlir::OpBuilder &b, mlir::Location loc, mlir::Value x);
/// `1 / (1 + exp(-x))`, the last two steps correctly rounded: at most 4 ulp
/// from the same steps with an exact exp.
mlir::Value emitSigmoid(mlir::OpBuilder &b, mlir::Location loc, mlir::Value x,
                        const CPUTarget &target);

// Conversions between FP32 and bit patterns held in `vector<Nxi16>` (`i16` for
// a scalar). Narrowing rounds to nearest, ties to even; subnormals are exact;
// a NaN stays a NaN and becomes quiet (BF16 to FP32, and back from there, keeps
// its bits). The same bits as the functions of Support/Numeric.h.
mlir::Value emitFloatToBF16(mlir::OpBuilder &b, mlir::Location loc,
                            mlir::Value x, const CPUTarget &target);
mlir::Value emitBF16ToFloat(mlir::OpBuilder &b, mlir::Location loc,
                            mlir::Value bits);
mlir::Value emitFloatToFP16(mlir::OpBuilder &b, mlir::Location loc,
                            mlir::Value x, const CPUTarget &target);
mlir::Value emitFP16ToFloat(mlir::OpBuilder &b, mlir::Location loc,
                            mlir::Value bits, const CPUTarget &target);
// The same without the processor's instructions, in integer arithmetic.
mlir::Value emitFloatToBF16(mlir::OpBuilder &b, mlir::Location loc,
                            mlir::Value x);
mlir::Value emitFloatToFP16(mlir::OpBuilder &b, mlir::Location loc,
                            mlir::Value x);
mlir::Value emitFP16ToFloat(mlir::OpBuilder &b, mlir::Location loc,
                            mlir::Value bits);

} // namespace tilec

#endif // TILEC_CONVERSION_VECTORMATH_H
