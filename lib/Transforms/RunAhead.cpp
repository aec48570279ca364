//===- RunAhead.cpp - Values of a later iteration, computed now -----------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RunAhead.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "tilec/Analysis/Failures.h"

using namespace mlir;
using namespace tilec;
using namespace tilec::tile;

namespace {
struct Bounds {
  Value lower, upper, step;
};
} // namespace

/// Of the loop that \p variable counts, if it does.
static std::optional<Bounds> getBounds(BlockArgument variable) {
  Operation *loop = variable.getOwner()->getParentOp();
  if (auto serial = dyn_cast<scf::ForOp>(loop))
    if (variable == serial.getInductionVar())
      return Bounds{serial.getLowerBound(), serial.getUpperBound(),
                    serial.getStep()};
  if (auto parallel = dyn_cast<ParallelOp>(loop))
    return Bounds{parallel.getLower(), parallel.getUpper(), parallel.getStep()};
  return std::nullopt;
}

Value tilec::hasNextIteration(OpBuilder &b, Location loc, Value variable,
                              Value step, Value upper) {
  Value rest = b.create<arith::SubIOp>(loc, upper, variable);
  return b.create<arith::CmpIOp>(loc, arith::CmpIPredicate::sgt, rest, step);
}

/// Whether the value is the same now.
bool RunAhead::isThere(Value value) {
  bool isInside =
      region && region->isAncestor(value.getParentBlock()->getParentOp());
  return !isInside && dominance.dominates(value, place);
}

/// Whether the operation alone may run ahead.
bool RunAhead::runsAhead(Operation *op) {
  auto read = dyn_cast<ReadOp>(op);
  if (!read)
    return op->getNumRegions() == 0 && isMemoryEffectFree(op) && !mayFail(op) &&
           (isSpeculatable(op) || isa<FloorDivOp, ModOp>(op));
  // What was read from before has an element, and indices are kept inside.
  Value source = read.getSource();
  return isa<TensorRefType>(source.getType()) && isThere(source) &&
         llvm::any_of(source.getUsers(), [&](Operation *user) {
           return isa<ReadOp>(user) && dominance.properlyDominates(user, place);
         });
}

bool RunAhead::isComputable(Value value) {
  if (isThere(value))
    return true;
  // Operands may be shared: each is looked at once.
  if (auto known = computable.find(value); known != computable.end())
    return known->second;
  bool result = false;
  if (auto variable = dyn_cast<BlockArgument>(value)) {
    std::optional<Bounds> bounds = getBounds(variable);
    bool isNext = region == variable.getOwner()->getParentOp() &&
                  iteration == Iteration::Next;
    result = bounds && (isNext || isComputable(bounds->lower));
  } else {
    Operation *op = value.getDefiningOp();
    result = runsAhead(op) &&
             llvm::all_of(op->getOperands(),
                          [&](Value operand) { return isComputable(operand); });
  }
  return computable[value] = result;
}

Value RunAhead::computeVariable(OpBuilder &b, BlockArgument variable) {
  Bounds bounds = *getBounds(variable);
  Operation *loop = variable.getOwner()->getParentOp();
  if (region != loop || iteration == Iteration::First)
    return compute(b, bounds.lower);
  // The last iteration stands for the one after it.
  Location loc = loop->getLoc();
  Value hasNext = hasNextIteration(b, loc, variable, bounds.step, bounds.upper);
  Value next = b.create<arith::AddIOp>(loc, variable, bounds.step);
  return b.create<arith::SelectOp>(loc, hasNext, next, variable);
}

Value RunAhead::computeRead(OpBuilder &b, ReadOp read) {
  Location loc = read.getLoc();
  auto ahead = cast<ReadOp>(read->clone());
  auto zero = b.create<arith::ConstantIndexOp>(loc, 0);
  auto one = b.create<arith::ConstantIndexOp>(loc, 1);
  for (auto [d, index] : llvm::enumerate(read.getIndices())) {
    Value size =
        b.create<DimOp>(loc, b.getIndexType(), read.getSource(), int64_t(d));
    Value last = b.create<arith::SubIOp>(loc, size, one);
    Value inside = b.create<arith::MinSIOp>(loc, compute(b, index), last);
    inside = b.create<arith::MaxSIOp>(loc, inside, zero);
    ahead.getIndicesMutable().slice(d, 1).assign(inside);
  }
  b.insert(ahead);
  setInbounds(ahead);
  return ahead.getResult();
}

Value RunAhead::compute(OpBuilder &b, Value value) {
  if (isThere(value))
    return value;
  if (Value known = values.lookupOrNull(value))
    return known;
  if (auto variable = dyn_cast<BlockArgument>(value)) {
    Value result = computeVariable(b, variable);
    values.map(value, result);
    return result;
  }
  Operation *op = value.getDefiningOp();
  if (auto read = dyn_cast<ReadOp>(op)) {
    Value result = computeRead(b, read);
    values.map(value, result);
    return result;
  }
  IRMapping operands;
  for (Value operand : op->getOperands())
    operands.map(operand, compute(b, operand));
  Operation *ahead = b.clone(*op, operands);
  values.map(op->getResults(), ahead->getResults());
  return values.lookup(value);
}
