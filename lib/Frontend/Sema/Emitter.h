//===- Emitter.h - Making operations ----------------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Where operations go, where they come from in the source, and the constants
// that they share.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_FRONTEND_SEMA_EMITTER_H
#define TILEC_LIB_FRONTEND_SEMA_EMITTER_H

#include "Datum.h"
#include "Symbolic.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Builders.h"

namespace tilec {

class Emitter : private mlir::OpBuilder::Listener {
public:
  /// A program that grows beyond this is refused.
  static constexpr uint64_t maxOperations = 1'000'000;

  Emitter(mlir::MLIRContext *context, const Diagnostics &sources)
      : builder(context, this), sources(sources) {}

  mlir::MLIRContext *getContext() const { return builder.getContext(); }

  /// Operations go into the function's entry block from here on, constants to
  /// its beginning.
  void enterFunction(mlir::func::FuncOp function);

  /// The place in the source, and the calls that led there.
  mlir::Location locate(SourceRange range) const;
  /// The same under the name that the value is bound to.
  mlir::Location locate(SourceRange range, llvm::StringRef name) const;

  template <typename Op, typename... Args>
  Op create(SourceRange range, Args &&...args) {
    return builder.create<Op>(locate(range), std::forward<Args>(args)...);
  }

  mlir::Value constantIndex(int64_t value);
  mlir::Value constantBool(bool value);
  /// A float that is rounded to nearest even.
  mlir::Value constantFloat(double value, DType dtype);
  mlir::Value constant(mlir::TypedAttr value);

  /// Whether an operation is one of the constants at the function's beginning.
  bool isSharedConstant(mlir::Operation *op) const;

  uint64_t getNumOperations() const { return numOperations; }

  mlir::OpBuilder builder;
  /// Where the function that is being inlined was called; null in an entry.
  mlir::LocationAttr callLocation;

private:
  void notifyOperationInserted(mlir::Operation *,
                               mlir::OpBuilder::InsertPoint) override {
    ++numOperations;
  }

  const Diagnostics &sources;
  mlir::func::FuncOp function;
  llvm::DenseMap<mlir::Attribute, mlir::Value> constants;
  mlir::Operation *lastConstant = nullptr;
  uint64_t numOperations = 0;
};

/// The nearest double that is a value of a float dtype.
double roundToDType(double value, DType dtype);

} // namespace tilec

#endif // TILEC_LIB_FRONTEND_SEMA_EMITTER_H
