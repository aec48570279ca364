//===- PruneResults.cpp - Results that nothing reads ----------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A value is needed if an operation other than a yield uses it, or if it is
// yielded to, or initializes, a needed one. The need of loop-carried values is
// cyclic, so it is propagated from the uses.
//
//===----------------------------------------------------------------------===//

#include "tilec/Dialect/Tile/PruneResults.h"
#include "tilec/Dialect/Tile/Tile.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Iterators.h"
#include "llvm/ADT/DenseSet.h"

using namespace mlir;
using tilec::tile::RelaxValidOp;
using tilec::tile::ScopeOp;

namespace {
class NeededValues {
public:
  explicit NeededValues(func::FuncOp function) {
    function.walk([&](Operation *op) {
      bool isYield = isa<scf::YieldOp, tilec::tile::YieldOp>(op) &&
                     isa<scf::ForOp, scf::IfOp, ScopeOp>(op->getParentOp());
      if (isYield || isa<RelaxValidOp>(op))
        return;
      unsigned numOperands = op->getNumOperands();
      if (auto loop = dyn_cast<scf::ForOp>(op))
        numOperands -= loop.getInitArgs().size();
      for (Value operand : op->getOperands().take_front(numOperands))
        need(operand);
    });
    propagate();
  }

  bool contains(Value value) const { return needed.contains(value); }

private:
  void need(Value value) {
    if (needed.insert(value).second)
      work.push_back(value);
  }

  void propagate() {
    while (!work.empty()) {
      Value value = work.pop_back_val();
      if (auto argument = dyn_cast<BlockArgument>(value)) {
        auto loop =
            dyn_cast_or_null<scf::ForOp>(argument.getOwner()->getParentOp());
        if (loop && argument.getArgNumber() > 0)
          needCarried(loop, argument.getArgNumber() - 1);
        continue;
      }
      unsigned number = cast<OpResult>(value).getResultNumber();
      Operation *op = value.getDefiningOp();
      if (auto loop = dyn_cast<scf::ForOp>(op)) {
        needCarried(loop, number);
      } else if (auto branch = dyn_cast<scf::IfOp>(op)) {
        need(branch.thenYield().getOperand(number));
        need(branch.elseYield().getOperand(number));
      } else if (auto scope = dyn_cast<ScopeOp>(op)) {
        need(scope.getYield().getValues()[number]);
      } else if (auto relaxed = dyn_cast<RelaxValidOp>(op)) {
        need(relaxed.getSource());
      }
    }
  }

  void needCarried(scf::ForOp loop, unsigned number) {
    need(loop.getRegionIterArg(number));
    need(loop.getResult(number));
    need(loop.getInitArgs()[number]);
    need(loop.getBody()->getTerminator()->getOperand(number));
  }

  llvm::DenseSet<Value> needed;
  SmallVector<Value> work;
};
} // namespace

/// The operation with only those results that are not dead; its regions move.
static void replaceWithout(Operation *op, const llvm::BitVector &dead,
                           ValueRange operands) {
  OpBuilder builder(op);
  OperationState state(op->getLoc(), op->getName());
  state.addOperands(operands);
  state.addAttributes(op->getAttrs());
  for (OpResult result : op->getResults())
    if (!dead.test(result.getResultNumber()))
      state.addTypes(result.getType());
  for (Region &region : op->getRegions())
    state.addRegion()->takeBody(region);
  Operation *pruned = builder.create(state);
  unsigned next = 0;
  for (OpResult result : op->getResults()) {
    if (!dead.test(result.getResultNumber()))
      result.replaceAllUsesWith(pruned->getResult(next++));
    else // What still uses it is dead, and pruned later.
      result.dropAllUses();
  }
  op->erase();
}

static llvm::BitVector deadResults(Operation *op, const NeededValues &needed) {
  llvm::BitVector dead(op->getNumResults());
  for (OpResult result : op->getResults())
    if (!needed.contains(result))
      dead.set(result.getResultNumber());
  return dead;
}

static void pruneLoop(scf::ForOp loop, const NeededValues &needed) {
  llvm::BitVector dead = deadResults(loop, needed);
  if (dead.none())
    return;
  SmallVector<Value> operands{loop.getLowerBound(), loop.getUpperBound(),
                              loop.getStep()};
  for (auto [i, initial] : llvm::enumerate(loop.getInitArgs()))
    if (!dead.test(i))
      operands.push_back(initial);
  loop.getBody()->getTerminator()->eraseOperands(dead);
  for (int i = dead.find_last(); i >= 0; i = dead.find_prev(i)) {
    loop.getRegionIterArg(i).dropAllUses();
    loop.getBody()->eraseArgument(i + 1);
  }
  replaceWithout(loop, dead, operands);
}

static void pruneBranch(scf::IfOp branch, const NeededValues &needed) {
  if (branch.getElseRegion().empty())
    return;
  llvm::BitVector dead = deadResults(branch, needed);
  branch.thenYield()->eraseOperands(dead);
  branch.elseYield()->eraseOperands(dead);
  bool isElseEmpty = llvm::hasSingleElement(*branch.elseBlock());
  if (dead.all() && isElseEmpty)
    branch.elseBlock()->erase();
  if (dead.any())
    replaceWithout(branch, dead, branch->getOperands());
}

static void pruneScope(ScopeOp scope, const NeededValues &needed) {
  llvm::BitVector dead = deadResults(scope, needed);
  scope.getYield()->eraseOperands(dead);
  if (dead.any())
    replaceWithout(scope, dead, scope->getOperands());
}

/// Constants, unspecified values and changes of type that were made for what
/// is gone.
static void eraseDead(func::FuncOp function) {
  function.walk<WalkOrder::PostOrder, mlir::ReverseIterator>([](Operation *op) {
    if (isa<arith::ConstantOp, tilec::tile::UndefinedOp, RelaxValidOp,
            arith::AddIOp, arith::SubIOp, arith::MulIOp>(op) &&
        op->use_empty())
      op->erase();
  });
}

void tilec::tile::pruneResults(func::FuncOp function) {
  NeededValues needed(function);
  SmallVector<Operation *> structured;
  function.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (isa<scf::ForOp, scf::IfOp, ScopeOp>(op))
      structured.push_back(op);
  });
  for (Operation *op : structured) {
    if (auto loop = dyn_cast<scf::ForOp>(op))
      pruneLoop(loop, needed);
    else if (auto branch = dyn_cast<scf::IfOp>(op))
      pruneBranch(branch, needed);
    else
      pruneScope(cast<ScopeOp>(op), needed);
  }
  eraseDead(function);
}
