//===- FuseScopes.cpp - Neighbouring loops and scopes as one ------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// First parallel loops, so that scopes become neighbours, then scopes. A loop
// is moved into the one before it on trial: whether iterations of the result
// are independent is a question about the loop that it would be.
//
//===----------------------------------------------------------------------===//

#include "ForwardTiles.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "tilec/Analysis/Conflicts.h"
#include "tilec/Analysis/Failures.h"
#include "tilec/Dialect/Tile/Tile.h"
#include "tilec/Transforms/Passes.h"
#include "tilec/Transforms/Report.h"

namespace tilec {
#define GEN_PASS_DEF_TILEFUSESCOPES
#include "tilec/Transforms/Passes.h.inc"
} // namespace tilec

using namespace mlir;
using namespace tilec;
using namespace tilec::tile;

/// No more loops are made one: the accesses of all of them are compared.
static constexpr unsigned kMaxMerged = 16;

namespace {

//===----------------------------------------------------------------------===//
// Neighbours
//===----------------------------------------------------------------------===//

/// Whether an operation behind `first` may as well stand before it: it can
/// neither fail, nor tell, nor be told, what `first` does.
bool canMoveBefore(Operation *op, Operation *first) {
  bool usesResult = llvm::any_of(op->getOperands(), [&](Value operand) {
    return operand.getDefiningOp() == first;
  });
  return op->getNumRegions() == 0 && !usesResult && !mayFail(op) &&
         (isMemoryEffectFree(op) || isa<CreateOp>(op));
}

/// The next operation of a kind in the block, with nothing before it that has
/// to stay where it is.
template <typename OpT> OpT getNeighbour(OpT first) {
  for (Operation *op = first->getNextNode(); op; op = op->getNextNode()) {
    if (auto next = dyn_cast<OpT>(op))
      return next;
    if (!canMoveBefore(op, first))
      return {};
  }
  return {};
}

/// Moves what stands between two operations before the first.
void moveBetween(Operation *first, Operation *second) {
  while (first->getNextNode() != second)
    first->getNextNode()->moveBefore(first);
}

//===----------------------------------------------------------------------===//
// Parallel loops
//===----------------------------------------------------------------------===//

bool areEqual(Value lhs, Value rhs) {
  auto left = getConstantIntValue(lhs), right = getConstantIntValue(rhs);
  return lhs == rhs || (left && left == right);
}

bool haveSameIterations(ParallelOp first, ParallelOp second) {
  return llvm::all_of(
      llvm::zip_equal(first->getOperands(), second->getOperands()),
      [](auto bounds) {
        return areEqual(std::get<0>(bounds), std::get<1>(bounds));
      });
}

/// The body of a loop at the end of that of the loop before it.
class Merger {
public:
  Merger(ParallelOp first, ParallelOp second) : first(first), second(second) {
    Block *from = second.getBlock(), *to = first.getBlock();
    second.getInductionVar().replaceAllUsesWith(first.getInductionVar());
    begin = &from->front();
    to->getOperations().splice(to->getTerminator()->getIterator(),
                               from->getOperations(), from->begin(),
                               from->getTerminator()->getIterator());
  }

  /// Puts the body back.
  void undo() {
    Block *from = first.getBlock(), *to = second.getBlock();
    Block::iterator end = from->getTerminator()->getIterator();
    for (Operation &op : llvm::make_range(begin->getIterator(), end))
      op.walk([&](Operation *inner) {
        inner->replaceUsesOfWith(first.getInductionVar(),
                                 second.getInductionVar());
      });
    to->getOperations().splice(to->getTerminator()->getIterator(),
                               from->getOperations(), begin->getIterator(),
                               end);
  }

  void finish() {
    moveBetween(first, second);
    if (!first.getNameAttr() && second.getNameAttr())
      first.setNameAttr(second.getNameAttr());
    second.erase();
  }

private:
  ParallelOp first, second;
  Operation *begin;
};

//===----------------------------------------------------------------------===//
// Scopes
//===----------------------------------------------------------------------===//

/// Whether the second of two scopes takes a result of the first.
bool takesResult(ScopeOp first, ScopeOp second) {
  return llvm::any_of(first->getUsers(), [&](Operation *user) {
    return second->isProperAncestor(user);
  });
}

/// The results of both that something behind them uses.
ScopeOp merge(ScopeOp first, ScopeOp second) {
  moveBetween(first, second);
  SmallVector<Value> results, yielded;
  for (ScopeOp scope : {first, second})
    for (auto [result, value] :
         llvm::zip_equal(scope.getResults(), scope.getYield().getValues())) {
      bool isUsedBehind = llvm::any_of(result.getUsers(), [&](Operation *user) {
        return !second->isProperAncestor(user);
      });
      if (!isUsedBehind)
        continue;
      results.push_back(result);
      yielded.push_back(value);
    }
  OpBuilder b(first);
  Location loc = b.getFusedLoc({first.getLoc(), second.getLoc()});
  auto merged =
      b.create<ScopeOp>(loc, (first.getName() + "." + second.getName()).str(),
                        TypeRange(ValueRange(results)));
  Block *body = merged.getBlock();
  for (ScopeOp scope : {first, second}) {
    body->getOperations().splice(
        body->end(), scope.getBlock()->getOperations(),
        scope.getBlock()->begin(),
        scope.getBlock()->getTerminator()->getIterator());
  }
  b.setInsertionPointToEnd(body);
  b.create<YieldOp>(loc, yielded);
  for (auto [result, replacement] :
       llvm::zip_equal(results, merged.getResults()))
    result.replaceUsesWithIf(replacement, [&](OpOperand &use) {
      return !merged->isProperAncestor(use.getOwner());
    });
  for (auto [result, value] :
       llvm::zip_equal(first.getResults(), first.getYield().getValues()))
    result.replaceAllUsesWith(value);
  second.erase();
  first.erase();
  return merged;
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

/// The parallel loops of a part of the program that are in no other.
unsigned countRegions(Operation *op) {
  unsigned count = 0;
  op->walk<WalkOrder::PreOrder>([&](Operation *inner) {
    bool isParallel = isa<ParallelOp>(inner);
    count += isParallel;
    return isParallel || isa<ScopeOp>(inner) ? WalkResult::skip()
                                             : WalkResult::advance();
  });
  return count;
}

/// The function, and its outermost sequential loops.
SmallVector<Operation *> getCounted(func::FuncOp function) {
  SmallVector<Operation *> counted = {function};
  function.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (isa<scf::ForOp>(op))
      counted.push_back(op);
    return isa<scf::ForOp, ScopeOp, ParallelOp>(op) ? WalkResult::skip()
                                                    : WalkResult::advance();
  });
  return counted;
}

class FuseScopes : public tilec::impl::TileFuseScopesBase<FuseScopes> {
public:
  void runOnOperation() override {
    std::vector<std::pair<Operation *, unsigned>> before;
    for (Operation *part : getCounted(getOperation()))
      before.emplace_back(part, countRegions(part));
    for (Block &block : getOperation().getBody())
      fuseLoops(block);
    getOperation().walk([&](Block *block) { fuseScopes(*block); });
    for (auto [part, count] : before)
      if (count > 0)
        emitReport(*this, part->getLoc())
            << "parallel regions"
            << (isa<scf::ForOp>(part) ? " of an iteration" : "") << ": "
            << count << " before, " << countRegions(part) << " after";
  }

private:
  void fuseLoops(Block &block);
  bool fuse(ParallelOp first, ParallelOp second);
  void fuseScopes(Block &block);
};

void FuseScopes::fuseLoops(Block &block) {
  for (Operation *op = &block.front(); op; op = op->getNextNode()) {
    if (auto loop = dyn_cast<ParallelOp>(op)) {
      for (unsigned count = 1; count < kMaxMerged; ++count) {
        ParallelOp next = getNeighbour(loop);
        if (!next || !fuse(loop, next))
          break;
      }
    } else if (!isa<ScopeOp>(op)) {
      for (Region &region : op->getRegions())
        for (Block &inner : region)
          fuseLoops(inner);
    }
  }
}

bool FuseScopes::fuse(ParallelOp first, ParallelOp second) {
  auto decline = [&](StringRef reason) {
    auto remark = emitReport(*this, second.getLoc())
                  << "not merged with the parallel loop before it: " << reason;
    ++numDeclined;
    return remark;
  };
  if (llvm::hasSingleElement(*second.getBlock()))
    return false;
  if (!haveSameIterations(first, second)) {
    decline("it has other iterations");
    return false;
  }
  if (Operation *fails = findFailure(first.getOperation()))
    if (Operation *alsoFails = findFailure(second.getOperation())) {
      auto remark = decline("either may fail, and all of that one comes first");
      remark.attachNote(fails->getLoc()) << "there here";
      remark.attachNote(alsoFails->getLoc()) << "in this one here";
      return false;
    }
  Merger merger(first, second);
  std::vector<Conflict> conflicts = findConflicts(first, /*limit=*/1);
  if (!conflicts.empty()) {
    merger.undo();
    auto remark = decline("an iteration may need more than that one's");
    remark.attachNote(conflicts.front().first.op->getLoc())
        << "one touches this";
    remark.attachNote(conflicts.front().second.op->getLoc())
        << "another touches it here";
    return false;
  }
  emitReport(*this, second.getLoc())
      << "merged with the parallel loop before it: one barrier less";
  merger.finish();
  ++numFusedLoops;
  return true;
}

void FuseScopes::fuseScopes(Block &block) {
  for (Operation *op = &block.front(); op; op = op->getNextNode()) {
    auto scope = dyn_cast<ScopeOp>(op);
    while (scope) {
      ScopeOp next = getNeighbour(scope);
      if (!next)
        break;
      std::vector<ForwardedTile> tiles = findForwardedTiles(scope, next);
      if (tiles.empty() && !takesResult(scope, next))
        break;
      emitReport(*this, next.getLoc())
          << "one scope with the one before it, whose tiles it takes";
      scope = merge(scope, next);
      for (ForwardedTile &tile : tiles)
        tile.forward();
      numForwarded += tiles.size();
      ++numFusedScopes;
      op = scope;
    }
  }
}

} // namespace
