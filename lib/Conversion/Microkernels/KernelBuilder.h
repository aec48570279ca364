//===- KernelBuilder.h - Emits one function of a microkernel ----*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_CONVERSION_MICROKERNELS_KERNELBUILDER_H
#define TILEC_LIB_CONVERSION_MICROKERNELS_KERNELBUILDER_H

#include "../EmitExpr.h"
#include "Table.h"

namespace tilec::microkernel {

using emit::Expr;

/// What all functions of one kernel have in common.
struct Kernel {
  mlir::ModuleOp module;
  const KernelRow &row;
  MatmulElement element;
  const CPUTarget &target;

  /// B is a panel of packed columns, see Packing.cpp, not storage of the
  /// element type.
  bool packedB = false;

  mlir::MLIRContext *context() const {
    return mlir::ModuleOp(module).getContext();
  }
  /// k that one step of the innermost loop takes: BF16 goes in pairs.
  unsigned stepK() const { return element == MatmulElement::BF16 ? 2 : 1; }
  unsigned elementBytes() const;
  /// What loads of stored elements give: f32, i16 (bit patterns) or i8.
  mlir::Type storageType() const;
  /// What is accumulated, f32 or i32.
  mlir::Type accumulatorType() const;
  mlir::VectorType vectorOf(mlir::Type element) const;
  unsigned panelColumns() const { return row.panelVectors * row.lanes; }
  /// Panels of A hold pairs of BF16, not widened elements.
  bool hasPairsInA() const { return row.pairDot != nullptr; }
  /// The same for panels of B, which are smaller so.
  bool hasPairsInB() const { return stepK() == 2; }
  /// Bytes in the rows of a panel that belong to one step.
  unsigned stepBytes(unsigned columns, bool pairs) const {
    return 4 * columns * (pairs ? 1 : stepK());
  }
  /// BF16 takes subnormals as zero; this target has no such mode.
  bool flushesInSoftware() const;
  /// The same, but a mode of the processor does it.
  bool needsFlushMode() const;

  /// tilec_<row>_<element>_<what>, unique for what the function does.
  std::string symbol(llvm::StringRef what) const;
};

/// An internal function under construction. Pointer offsets are in bytes.
class KernelBuilder {
public:
  /// Adds `@name(arguments) -> results` at the module's start.
  KernelBuilder(const Kernel &kernel, llvm::StringRef name,
                mlir::TypeRange arguments, mlir::TypeRange results = {});

  const Kernel &kernel;
  mlir::OpBuilder b;
  emit::Site site;
  mlir::func::FuncOp func;

  Expr argument(unsigned i) { return {site, func.getArgument(i)}; }
  Expr i64(int64_t n) { return {site, site.constantInt(b.getI64Type(), n)}; }
  Expr zero(mlir::Type type);

  /// \p base + \p bytes.
  Expr at(mlir::Value base, const Expr &bytes);
  Expr at(mlir::Value base, int64_t bytes);
  Expr load(mlir::Type type, mlir::Value pointer, unsigned align);
  void store(mlir::Value value, mlir::Value pointer, unsigned align);
  Expr maskedLoad(mlir::Type type, mlir::Value pointer, mlir::Value mask,
                  unsigned align);
  Expr isNotNull(mlir::Value pointer);
  Expr isBelow(mlir::Value pointer, mlir::Value other);
  /// Into the cache that the table says.
  void prefetch(mlir::Value pointer);
  void maskedStore(mlir::Value value, mlir::Value pointer, mlir::Value mask,
                   unsigned align);
  /// Uninitialized, 64-byte aligned, on the stack; only at the function's
  /// beginning.
  Expr alloca(int64_t bytes);
  void copy(mlir::Value to, mlir::Value from, mlir::Value bytes);
  void clear(mlir::Value to, mlir::Value bytes);
  /// \p rows rows of \p bytes each, from one pitch to another.
  void copyRows(const Expr &to, const Expr &toStride, const Expr &from,
                const Expr &fromStride, const Expr &rows, const Expr &bytes);

  using Values = llvm::SmallVector<mlir::Value>;
  /// for (i = lower; i < upper; i += step); \p body maps carried values to
  /// the next ones.
  Values forLoop(const Expr &lower, const Expr &upper, int64_t step,
                 mlir::ValueRange initial,
                 llvm::function_ref<Values(Expr, mlir::ValueRange)> body);
  void forLoop(const Expr &lower, const Expr &upper, int64_t step,
               llvm::function_ref<void(Expr)> body);
  void ifThen(mlir::Value condition, llvm::function_ref<void()> body);
  Values ifElse(mlir::Value condition, mlir::TypeRange types,
                llvm::function_ref<Values()> then,
                llvm::function_ref<Values()> otherwise);

  Values call(mlir::func::FuncOp callee, mlir::ValueRange operands);
  Expr shuffle(mlir::Value x, mlir::Value y, llvm::ArrayRef<int64_t> mask);
  Values callIntrinsic(llvm::StringRef name, mlir::TypeRange results,
                       mlir::ValueRange operands);
  void finish(mlir::ValueRange results = {});

  mlir::Type pointerType() {
    return mlir::LLVM::LLVMPointerType::get(b.getContext());
  }
};

/// The function \p name if the module has it already.
mlir::func::FuncOp lookup(const Kernel &kernel, llvm::StringRef name);

/// Takes subnormals in the lanes of \p x (f32) as zeros of their sign.
Expr flushSubnormals(const Expr &x);

/// Stored elements as accumulators' operands: BF16 and FP16 bit patterns, FP32
/// or INT8 to f32 or i32.
Expr widen(KernelBuilder &code, const Expr &stored);

} // namespace tilec::microkernel

#endif // TILEC_LIB_CONVERSION_MICROKERNELS_KERNELBUILDER_H
