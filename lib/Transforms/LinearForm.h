//===- LinearForm.h - Index values linear in a loop's variable --*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// `constant + slope * variable + sum of factor * term`, computed as the
// language computes: modulo 2^64. Terms do not change in the loop. Where a form
// tells two values to be equal, they are; it may miss that they are.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_TRANSFORMS_LINEARFORM_H
#define TILEC_LIB_TRANSFORMS_LINEARFORM_H

#include "mlir/Dialect/SCF/IR/SCF.h"

namespace tilec {

struct LinearForm {
  int64_t constant = 0;
  int64_t slope = 0;
  llvm::SmallVector<std::pair<mlir::Value, int64_t>, 2> terms;

  static LinearForm ofConstant(int64_t value) { return {value, 0, {}}; }
  /// None where the value is not linear in the variable of `loop`.
  static std::optional<LinearForm> of(mlir::Value value, mlir::scf::ForOp loop);

  bool isConstant() const { return slope == 0 && terms.empty(); }
  LinearForm plus(const LinearForm &other, int64_t factor = 1) const;
  LinearForm times(int64_t factor) const;
  /// With the variable replaced by an invariant form.
  LinearForm at(const LinearForm &variable) const;
  /// Terms from before the loop taken apart too, so that more forms are equal.
  LinearForm expanded(mlir::scf::ForOp loop) const;

private:
  void addTerm(mlir::Value term, int64_t factor);
};

/// The difference where it is a constant.
std::optional<int64_t> getConstantDifference(const LinearForm &lhs,
                                             const LinearForm &rhs,
                                             mlir::scf::ForOp loop);

/// Whether a value is the same in every iteration and can be computed before
/// the loop: it comes from outside, or by pure scalar operations from there.
bool isInvariant(mlir::Value value, mlir::scf::ForOp loop);

/// Whether two values are computed alike.
bool areEquivalent(mlir::Value lhs, mlir::Value rhs);

/// Makes values that a loop computes known behind it.
class Materializer {
public:
  /// Builds at the builder's place, behind `loop`.
  Materializer(mlir::OpBuilder &builder, mlir::scf::ForOp loop,
               mlir::Location location)
      : b(builder), loop(loop), loc(location) {}

  /// A value outside of the loop equal to an invariant one.
  mlir::Value get(mlir::Value invariant);
  /// The value of an invariant form.
  mlir::Value get(const LinearForm &form);
  mlir::Value getConstant(int64_t value);

private:
  mlir::OpBuilder &b;
  mlir::scf::ForOp loop;
  mlir::Location loc;
};

} // namespace tilec

#endif // TILEC_LIB_TRANSFORMS_LINEARFORM_H
