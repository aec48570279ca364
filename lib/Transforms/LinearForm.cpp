//===- LinearForm.cpp - Index values linear in a loop's variable --------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LinearForm.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace tilec;

// Sums and products wrap, as those of the language do.
static int64_t add(int64_t a, int64_t b) {
  return int64_t(uint64_t(a) + uint64_t(b));
}
static int64_t multiply(int64_t a, int64_t b) {
  return int64_t(uint64_t(a) * uint64_t(b));
}

static bool isOutside(Value value, scf::ForOp loop) {
  return !loop.getRegion().isAncestor(value.getParentRegion());
}

bool tilec::isInvariant(Value value, scf::ForOp loop) {
  if (isOutside(value, loop))
    return true;
  Operation *op = value.getDefiningOp();
  return op && isPure(op) && op->getNumRegions() == 0 &&
         llvm::all_of(op->getOperands(), [&](Value operand) {
           return isInvariant(operand, loop);
         });
}

bool tilec::areEquivalent(Value lhs, Value rhs) {
  if (lhs == rhs)
    return true;
  Operation *l = lhs.getDefiningOp(), *r = rhs.getDefiningOp();
  if (!l || !r || l->getName() != r->getName() || !isPure(l) ||
      l->getNumRegions() != 0 || l->getNumOperands() != r->getNumOperands() ||
      l->getAttrDictionary() != r->getAttrDictionary() ||
      lhs.getType() != rhs.getType() ||
      cast<OpResult>(lhs).getResultNumber() !=
          cast<OpResult>(rhs).getResultNumber())
    return false;
  return llvm::all_of(
      llvm::zip(l->getOperands(), r->getOperands()), [](auto pair) {
        return areEquivalent(std::get<0>(pair), std::get<1>(pair));
      });
}

//===----------------------------------------------------------------------===//
// Forms
//===----------------------------------------------------------------------===//

void LinearForm::addTerm(Value term, int64_t factor) {
  for (auto &[known, knownFactor] : terms)
    if (areEquivalent(known, term)) {
      knownFactor = add(knownFactor, factor);
      llvm::erase_if(terms, [](auto &pair) { return pair.second == 0; });
      return;
    }
  if (factor != 0)
    terms.push_back({term, factor});
}

LinearForm LinearForm::plus(const LinearForm &other, int64_t factor) const {
  LinearForm sum = *this;
  sum.constant = add(sum.constant, multiply(other.constant, factor));
  sum.slope = add(sum.slope, multiply(other.slope, factor));
  for (auto [term, termFactor] : other.terms)
    sum.addTerm(term, multiply(termFactor, factor));
  return sum;
}

LinearForm LinearForm::times(int64_t factor) const {
  return LinearForm().plus(*this, factor);
}

LinearForm LinearForm::at(const LinearForm &variable) const {
  LinearForm form = *this;
  form.slope = 0;
  return form.plus(variable, slope);
}

/// The operands' form of a sum, a difference or a product with a constant; how
/// an operand is looked at is the caller's business.
static std::optional<LinearForm>
combine(Value value,
        function_ref<std::optional<LinearForm>(Value)> getOperand) {
  Operation *op = value.getDefiningOp();
  if (!isa_and_nonnull<arith::AddIOp, arith::SubIOp, arith::MulIOp>(op))
    return std::nullopt;
  auto lhs = getOperand(op->getOperand(0)), rhs = getOperand(op->getOperand(1));
  if (!lhs || !rhs)
    return std::nullopt;
  if (isa<arith::AddIOp>(op))
    return lhs->plus(*rhs);
  if (isa<arith::SubIOp>(op))
    return lhs->plus(*rhs, -1);
  if (lhs->isConstant())
    return rhs->times(lhs->constant);
  if (rhs->isConstant())
    return lhs->times(rhs->constant);
  return std::nullopt;
}

std::optional<LinearForm> LinearForm::of(Value value, scf::ForOp loop) {
  if (auto constant = getConstantIntValue(value))
    return ofConstant(*constant);
  if (value == loop.getInductionVar())
    return LinearForm{0, 1, {}};
  if (!isOutside(value, loop))
    if (auto form = combine(value, [&](Value v) { return of(v, loop); }))
      return form;
  if (isInvariant(value, loop))
    return LinearForm{0, 0, {{value, 1}}};
  return std::nullopt;
}

static LinearForm expandTerm(Value term, scf::ForOp loop) {
  if (auto constant = getConstantIntValue(term))
    return LinearForm::ofConstant(*constant);
  auto form = combine(term, [&](Value operand) -> std::optional<LinearForm> {
    return expandTerm(operand, loop);
  });
  return form ? *form : LinearForm{0, 0, {{term, 1}}};
}

LinearForm LinearForm::expanded(scf::ForOp loop) const {
  LinearForm form{constant, slope, {}};
  for (auto [term, factor] : terms)
    form = form.plus(expandTerm(term, loop), factor);
  return form;
}

std::optional<int64_t> tilec::getConstantDifference(const LinearForm &lhs,
                                                    const LinearForm &rhs,
                                                    scf::ForOp loop) {
  LinearForm difference = lhs.expanded(loop).plus(rhs.expanded(loop), -1);
  if (!difference.isConstant())
    return std::nullopt;
  return difference.constant;
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

Value Materializer::get(Value invariant) {
  if (isOutside(invariant, loop))
    return invariant;
  Operation *op = invariant.getDefiningOp();
  IRMapping operands;
  for (Value operand : op->getOperands())
    operands.map(operand, get(operand));
  return b.clone(*op, operands)
      ->getResult(cast<OpResult>(invariant).getResultNumber());
}

Value Materializer::getConstant(int64_t value) {
  return b.create<arith::ConstantIndexOp>(loc, value);
}

Value Materializer::get(const LinearForm &form) {
  Value sum;
  for (auto [term, factor] : form.terms) {
    Value value = get(term);
    bool negative = factor == -1 && sum;
    if (factor != 1 && !negative)
      value = b.createOrFold<arith::MulIOp>(loc, value, getConstant(factor));
    if (!sum)
      sum = value;
    else if (negative)
      sum = b.createOrFold<arith::SubIOp>(loc, sum, value);
    else
      sum = b.createOrFold<arith::AddIOp>(loc, sum, value);
  }
  if (!sum)
    return getConstant(form.constant);
  if (form.constant == 0)
    return sum;
  return b.createOrFold<arith::AddIOp>(loc, sum, getConstant(form.constant));
}
