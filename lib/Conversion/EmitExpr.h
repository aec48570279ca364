//===- EmitExpr.h - Arithmetic on SSA values, written as such ---*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A value with the builder that extends it, so that `p * r + 1.0` emits
// operations. Works on scalars and vectors of floats and signless integers; a
// C++ number is a constant of the other operand's type. Integers wrap, `>>` is
// the logical shift, and no operation carries flags.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_CONVERSION_EMITEXPR_H
#define TILEC_LIB_CONVERSION_EMITEXPR_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Builders.h"

namespace tilec::emit {

/// The place of code that no line of a program stands for. Debuggers want one
/// for every call.
inline mlir::Location getGeneratedLoc(mlir::MLIRContext *context) {
  return mlir::FileLineColLoc::get(context, "<tilec>", 1, 1);
}

/// Where operations go. Outlives the expressions made from it.
struct Site {
  mlir::OpBuilder &b;
  mlir::Location loc;

  template <typename Op, typename... Args> Op create(Args &&...args) {
    return b.create<Op>(loc, std::forward<Args>(args)...);
  }
  /// The number \p value in \p type, a scalar or a vector of it in each lane.
  mlir::Value constant(mlir::Type type, double value);
  mlir::Value constantInt(mlir::Type type, int64_t value);
};

/// Makes \p func a part of this module alone that LLVM neither exports nor
/// inlines: shared code is there to keep modules small.
void setInternal(mlir::func::FuncOp func);

class Expr {
public:
  Expr(Site &e, mlir::Value value) : emitter(&e), value(value) {}
  operator mlir::Value() const { return value; }

  Site &e() const { return *emitter; }
  mlir::Type type() const { return value.getType(); }
  mlir::Type elementType() const { return mlir::getElementTypeOrSelf(value); }
  bool isFloat() const { return mlir::isa<mlir::FloatType>(elementType()); }
  /// This type's shape with another element type.
  mlir::Type withElement(mlir::Type element) const;

  /// A constant of this expression's type.
  Expr same(double number) const {
    return {*emitter, emitter->constant(type(), number)};
  }
  Expr sameInt(int64_t number) const {
    return {*emitter, emitter->constantInt(type(), number)};
  }

  /// The bits as another element type of the same width.
  Expr bitcast(mlir::Type element) const;
  Expr asInt() const;
  Expr extf(mlir::Type element) const;
  Expr truncf(mlir::Type element) const;
  Expr extui(mlir::Type element) const;
  Expr extsi(mlir::Type element) const;
  Expr trunci(mlir::Type element) const;

  template <typename FloatOp, typename IntOp>
  Expr binary(mlir::Value other) const {
    if (isFloat())
      return {*emitter, emitter->create<FloatOp>(value, other)};
    return {*emitter, emitter->create<IntOp>(value, other)};
  }
  template <typename Op> Expr unary() const {
    return {*emitter, emitter->create<Op>(value)};
  }
  Expr number(double n) const { return same(n); }
  Expr number(int n) const { return sameOf(n); }
  Expr number(int64_t n) const { return sameOf(n); }
  Expr number(unsigned n) const { return sameOf(n); }
  Expr number(const Expr &other) const { return other; }

private:
  Expr sameOf(int64_t n) const {
    return isFloat() ? same(double(n)) : sameInt(n);
  }

  Site *emitter;
  mlir::Value value;
};

template <typename T> Expr operator+(const Expr &x, const T &y) {
  return x.binary<mlir::arith::AddFOp, mlir::arith::AddIOp>(x.number(y));
}
template <typename T> Expr operator-(const Expr &x, const T &y) {
  return x.binary<mlir::arith::SubFOp, mlir::arith::SubIOp>(x.number(y));
}
template <typename T> Expr operator*(const Expr &x, const T &y) {
  return x.binary<mlir::arith::MulFOp, mlir::arith::MulIOp>(x.number(y));
}
template <typename T> Expr operator/(const Expr &x, const T &y) {
  return x.binary<mlir::arith::DivFOp, mlir::arith::DivUIOp>(x.number(y));
}
template <typename T> Expr operator&(const Expr &x, const T &y) {
  return {x.e(), x.e().create<mlir::arith::AndIOp>(x, x.number(y))};
}
template <typename T> Expr operator|(const Expr &x, const T &y) {
  return {x.e(), x.e().create<mlir::arith::OrIOp>(x, x.number(y))};
}
template <typename T> Expr operator^(const Expr &x, const T &y) {
  return {x.e(), x.e().create<mlir::arith::XOrIOp>(x, x.number(y))};
}
template <typename T> Expr operator<<(const Expr &x, const T &y) {
  return {x.e(), x.e().create<mlir::arith::ShLIOp>(x, x.number(y))};
}
template <typename T> Expr operator>>(const Expr &x, const T &y) {
  return {x.e(), x.e().create<mlir::arith::ShRUIOp>(x, x.number(y))};
}

/// Comparisons: ordered on floats (false for a NaN), signed on integers.
Expr compare(const Expr &x, const Expr &y, mlir::arith::CmpFPredicate onFloats,
             mlir::arith::CmpIPredicate onInts);
template <typename T> Expr operator<(const Expr &x, const T &y) {
  return compare(x, x.number(y), mlir::arith::CmpFPredicate::OLT,
                 mlir::arith::CmpIPredicate::slt);
}
template <typename T> Expr operator>=(const Expr &x, const T &y) {
  return compare(x, x.number(y), mlir::arith::CmpFPredicate::OGE,
                 mlir::arith::CmpIPredicate::sge);
}
template <typename T> Expr operator>(const Expr &x, const T &y) {
  return compare(x, x.number(y), mlir::arith::CmpFPredicate::OGT,
                 mlir::arith::CmpIPredicate::sgt);
}
template <typename T> Expr operator==(const Expr &x, const T &y) {
  return compare(x, x.number(y), mlir::arith::CmpFPredicate::OEQ,
                 mlir::arith::CmpIPredicate::eq);
}

Expr isNaN(const Expr &x);
Expr select(const Expr &condition, const Expr &x, const Expr &y);
Expr fma(const Expr &x, const Expr &y, const Expr &z);
/// The smaller of two signed integers.
Expr minimum(const Expr &x, const Expr &y);
/// Of integers that are not negative.
inline Expr ceilDiv(const Expr &x, const Expr &y) { return (x + (y - 1)) / y; }

/// `c[0] + c[1]*x + c[2]*x^2 + ...` by Horner's rule, each step two roundings,
/// or one with \p fused.
Expr polynomial(const Expr &x, llvm::ArrayRef<double> coefficients,
                bool fused = false);

} // namespace tilec::emit

#endif // TILEC_LIB_CONVERSION_EMITEXPR_H
