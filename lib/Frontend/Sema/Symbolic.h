//===- Symbolic.h - What is known of integers -------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Integers of the running program as polynomials: over the dynamic names of the
// entry, and over atoms, which stand for whatever is no polynomial (a loop
// index, an element read from memory, a quotient). Two expressions that are
// equal as polynomials have equal values, wrapping included, so a difference
// that is a constant polynomial is that constant.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_FRONTEND_SEMA_SYMBOLIC_H
#define TILEC_LIB_FRONTEND_SEMA_SYMBOLIC_H

#include "tilec/Frontend/Expr.h"
#include "tilec/Support/DimExpr.h"

#include "llvm/ADT/StringMap.h"

namespace tilec {

/// Makes atoms and polynomials.
class SymbolicFactory {
public:
  /// An integer of which nothing is known.
  DimExpr makeAtom();

  /// `lhs op rhs`. What is no polynomial, or a too large one, becomes an atom,
  /// the same one for the same operands.
  DimExpr combine(BinaryOp op, const DimExpr &lhs, const DimExpr &rhs);
  /// The same for a function of two integers, such as "min".
  DimExpr apply(llvm::StringRef function, const DimExpr &lhs,
                const DimExpr &rhs);

private:
  llvm::StringMap<unsigned> applications;
  unsigned numAtoms = 0;
};

/// Whether an atom occurs, so that the polynomial means nothing to a reader.
bool hasOpaqueAtoms(const DimExpr &expression);

/// `dividend / divisor` where the divisor is a single term that divides every
/// term of the dividend.
std::optional<DimExpr> divideExactly(const DimExpr &dividend,
                                     const DimExpr &divisor);

} // namespace tilec

#endif // TILEC_LIB_FRONTEND_SEMA_SYMBOLIC_H
