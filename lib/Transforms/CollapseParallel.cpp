//===- CollapseParallel.cpp - Perfectly nested parallel loops as one ----===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Matchers.h"
#include "tilec/Dialect/Tile/Tile.h"
#include "tilec/Transforms/Passes.h"
#include "tilec/Transforms/Report.h"

namespace tilec {
#define GEN_PASS_DEF_TILECOLLAPSEPARALLEL
#include "tilec/Transforms/Passes.h.inc"
} // namespace tilec

using namespace mlir;
using namespace tilec;
using namespace tilec::tile;

namespace {

/// The loop that is all of `outer`'s body, constants aside; null if there is
/// none, or if its bounds depend on the iteration.
ParallelOp getPerfectlyNested(ParallelOp outer) {
  ParallelOp inner;
  for (Operation &op : outer.getBlock()->without_terminator()) {
    if (isa<arith::ConstantOp>(op))
      continue;
    if (inner || !isa<ParallelOp>(op))
      return {};
    inner = cast<ParallelOp>(op);
  }
  if (!inner)
    return {};
  for (Value bound : inner->getOperands()) {
    bool isOutside = !outer.getBody().isAncestor(bound.getParentRegion());
    if (!isOutside && !matchPattern(bound, m_Constant()))
      return {};
  }
  return inner;
}

class CollapseParallel
    : public tilec::impl::TileCollapseParallelBase<CollapseParallel> {
public:
  void runOnOperation() override {
    // Outermost last: a nest of three becomes one from the inside out.
    getOperation()->walk<WalkOrder::PostOrder>([&](ParallelOp outer) {
      if (ParallelOp inner = getPerfectlyNested(outer)) {
        emitReport(*this, inner.getLoc()) << "one loop with the one around it";
        collapse(outer, inner);
        ++numCollapsed;
      }
    });
  }

private:
  /// max(0, ceil((upper - lower) / step))
  Value countIterations(OpBuilder &b, ParallelOp loop) {
    Location loc = loop.getLoc();
    Value zero = b.create<arith::ConstantIndexOp>(loc, 0);
    Value one = b.create<arith::ConstantIndexOp>(loc, 1);
    Value range =
        b.createOrFold<arith::SubIOp>(loc, loop.getUpper(), loop.getLower());
    range = b.createOrFold<arith::MaxSIOp>(loc, range, zero);
    if (matchPattern(loop.getStep(), m_One()))
      return range;
    // In this order nothing overflows.
    Value whole = b.createOrFold<FloorDivOp>(loc, range, loop.getStep());
    Value rest = b.createOrFold<ModOp>(loc, range, loop.getStep());
    return b.createOrFold<arith::AddIOp>(
        loc, whole, b.createOrFold<arith::MinSIOp>(loc, rest, one));
  }

  Value getInduction(OpBuilder &b, ParallelOp loop, Value number) {
    Value offset =
        b.createOrFold<arith::MulIOp>(loop.getLoc(), number, loop.getStep());
    return b.createOrFold<arith::AddIOp>(loop.getLoc(), loop.getLower(),
                                         offset);
  }

  void collapse(ParallelOp outer, ParallelOp inner) {
    for (Operation &op :
         llvm::make_early_inc_range(outer.getBlock()->without_terminator()))
      if (isa<arith::ConstantOp>(op))
        op.moveBefore(outer);
    OpBuilder b(outer);
    Location loc = outer.getLoc();
    Value innerCount = countIterations(b, inner);
    Value total = b.createOrFold<arith::MulIOp>(loc, countIterations(b, outer),
                                                innerCount);
    Value zero = b.create<arith::ConstantIndexOp>(loc, 0);
    Value one = b.create<arith::ConstantIndexOp>(loc, 1);
    auto merged = b.create<ParallelOp>(
        loc, zero, total, one,
        inner.getNameAttr() ? inner.getNameAttr() : outer.getNameAttr());
    Value number = merged.getInductionVar();
    Block *body = merged.getBlock();
    body->getOperations().splice(body->end(),
                                 inner.getBlock()->getOperations());
    b.setInsertionPointToStart(body);
    Value i =
        getInduction(b, outer, b.create<FloorDivOp>(loc, number, innerCount));
    Value j = getInduction(b, inner, b.create<ModOp>(loc, number, innerCount));
    outer.getInductionVar().replaceAllUsesWith(i);
    inner.getInductionVar().replaceAllUsesWith(j);
    outer.erase();
  }
};

} // namespace
