//===- EmitExpr.cpp - Arithmetic on SSA values, written as such -----------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "EmitExpr.h"

using namespace tilec;
using namespace tilec::emit;
using namespace mlir;

void emit::setInternal(func::FuncOp func) {
  MLIRContext *context = func.getContext();
  func.setPrivate();
  func->setAttr("llvm.linkage",
                LLVM::LinkageAttr::get(context, LLVM::Linkage::Internal));
  func->setAttr("passthrough",
                ArrayAttr::get(context, StringAttr::get(context, "noinline")));
}

static Value splat(Site &e, Type type, TypedAttr scalar) {
  if (auto vector = dyn_cast<VectorType>(type))
    return e.create<arith::ConstantOp>(
        DenseElementsAttr::get(vector, Attribute(scalar)));
  return e.create<arith::ConstantOp>(scalar);
}

Value Site::constant(Type type, double value) {
  return splat(*this, type, b.getFloatAttr(getElementTypeOrSelf(type), value));
}

Value Site::constantInt(Type type, int64_t value) {
  return splat(*this, type,
               b.getIntegerAttr(getElementTypeOrSelf(type), value));
}

Type Expr::withElement(Type element) const {
  if (auto vector = dyn_cast<VectorType>(type()))
    return VectorType::get(vector.getShape(), element);
  return element;
}

Expr Expr::bitcast(Type element) const {
  return {*emitter,
          emitter->create<arith::BitcastOp>(withElement(element), value)};
}

Expr Expr::asInt() const {
  return bitcast(
      emitter->b.getIntegerType(elementType().getIntOrFloatBitWidth()));
}

template <typename Op> static Expr convert(const Expr &x, Type element) {
  return {x.e(), x.e().create<Op>(x.withElement(element), Value(x))};
}

Expr Expr::extf(Type element) const {
  return convert<arith::ExtFOp>(*this, element);
}
Expr Expr::truncf(Type element) const {
  return convert<arith::TruncFOp>(*this, element);
}
Expr Expr::extui(Type element) const {
  return convert<arith::ExtUIOp>(*this, element);
}
Expr Expr::extsi(Type element) const {
  return convert<arith::ExtSIOp>(*this, element);
}
Expr Expr::trunci(Type element) const {
  return convert<arith::TruncIOp>(*this, element);
}

Expr tilec::emit::compare(const Expr &x, const Expr &y,
                          arith::CmpFPredicate onFloats,
                          arith::CmpIPredicate onInts) {
  if (x.isFloat())
    return {x.e(), x.e().create<arith::CmpFOp>(onFloats, x, y)};
  return {x.e(), x.e().create<arith::CmpIOp>(onInts, x, y)};
}

Expr tilec::emit::isNaN(const Expr &x) {
  return {x.e(), x.e().create<arith::CmpFOp>(arith::CmpFPredicate::UNO, x, x)};
}

Expr tilec::emit::select(const Expr &condition, const Expr &x, const Expr &y) {
  return {x.e(), x.e().create<arith::SelectOp>(condition, x, y)};
}

Expr tilec::emit::fma(const Expr &x, const Expr &y, const Expr &z) {
  return {x.e(), x.e().create<LLVM::FMAOp>(ValueRange{x, y, z})};
}

Expr tilec::emit::minimum(const Expr &x, const Expr &y) {
  return {x.e(), x.e().create<arith::MinSIOp>(x, y)};
}

Expr tilec::emit::polynomial(const Expr &x, ArrayRef<double> coefficients,
                             bool fused) {
  Expr sum = x.same(coefficients.back());
  for (double c : llvm::reverse(coefficients.drop_back()))
    sum = fused ? tilec::emit::fma(sum, x, x.same(c)) : sum * x + c;
  return sum;
}
