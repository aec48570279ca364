//===- ParallelizeLoops.cpp - Sequential loops on all cores -------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A plan is made from the inside out, and then carried out: a loop is taken
// instead of those inside of it only where that leaves no more cores idle.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "tilec/Analysis/Conflicts.h"
#include "tilec/Dialect/Tile/Tile.h"
#include "tilec/Transforms/Passes.h"
#include "tilec/Transforms/Report.h"

namespace tilec {
#define GEN_PASS_DEF_TILEPARALLELIZELOOPS
#include "tilec/Transforms/Passes.h.inc"
} // namespace tilec

using namespace mlir;
using namespace tilec;
using namespace tilec::tile;

namespace {

/// A loop that stays sequential.
struct Declined {
  scf::ForOp loop;
  std::string reason;
  std::optional<Conflict> conflict;
};

/// What to do in a part of the program.
struct Plan {
  SmallVector<scf::ForOp> chosen;
  std::vector<Declined> declined;
  /// Whether there are parallel loops in it, the author's included, and the
  /// most iterations that one is known to have.
  bool hasParallel = false;
  std::optional<int64_t> iterations;

  void addParallel(std::optional<int64_t> count) {
    hasParallel = true;
    if (count)
      iterations = std::max(count, iterations);
  }
  void append(Plan &&other);
};

void Plan::append(Plan &&other) {
  llvm::append_range(chosen, other.chosen);
  llvm::append_range(declined, other.declined);
  if (other.hasParallel)
    addParallel(other.iterations);
}

/// The number of iterations, where the bounds are constants.
std::optional<int64_t> countIterations(Value lower, Value upper, Value step) {
  auto low = getConstantIntValue(lower), high = getConstantIntValue(upper),
       stride = getConstantIntValue(step);
  int64_t range;
  if (!low || !high || !stride || *stride <= 0 ||
      llvm::SubOverflow(*high, *low, range))
    return std::nullopt;
  return range <= 0 ? 0 : (range - 1) / *stride + 1;
}

std::optional<int64_t> countIterations(scf::ForOp loop) {
  return countIterations(loop.getLowerBound(), loop.getUpperBound(),
                         loop.getStep());
}

/// Whether there is something in a loop that is worth a barrier.
bool hasWork(scf::ForOp loop) {
  return loop
      ->walk([](Operation *op) {
        return isa<ScopeOp, AssembleOp>(op) ? WalkResult::interrupt()
                                            : WalkResult::advance();
      })
      .wasInterrupted();
}

/// Whether all of a loop is one other loop, with which it is collapsed.
bool isPerfectNest(scf::ForOp loop) {
  Operation *inner = nullptr;
  for (Operation &op : loop.getBody()->without_terminator()) {
    if (op.hasTrait<OpTrait::ConstantLike>())
      continue;
    if (inner || !isa<scf::ForOp, ParallelOp>(op))
      return false;
    inner = &op;
  }
  return inner &&
         llvm::all_of(inner->getOperands().take_front(3), [&](Value bound) {
           return getConstantIntValue(bound) ||
                  loop.isDefinedOutsideOfLoop(bound);
         });
}

/// Whether a loop keeps at least as many cores busy as those inside of it.
bool isPreferred(scf::ForOp loop, const Plan &inside) {
  if (!inside.hasParallel || isPerfectNest(loop))
    return true;
  std::optional<int64_t> count = countIterations(loop);
  return count && inside.iterations && *count >= *inside.iterations;
}

class Planner {
public:
  Plan plan(Block &block);

private:
  Plan planLoop(scf::ForOp loop);
};

Plan Planner::plan(Block &block) {
  Plan plan;
  for (Operation &op : block) {
    if (auto loop = dyn_cast<scf::ForOp>(op)) {
      plan.append(planLoop(loop));
    } else if (auto parallel = dyn_cast<ParallelOp>(op)) {
      plan.addParallel(countIterations(parallel.getLower(), parallel.getUpper(),
                                       parallel.getStep()));
    } else if (!isa<ScopeOp>(op)) {
      for (Region &region : op.getRegions())
        for (Block &inner : region)
          plan.append(this->plan(inner));
    }
  }
  return plan;
}

Plan Planner::planLoop(scf::ForOp loop) {
  Plan inside = plan(*loop.getBody());
  std::optional<int64_t> count = countIterations(loop);
  if (!hasWork(loop) || (count && *count <= 1))
    return inside;
  auto decline = [&](std::string reason, std::optional<Conflict> conflict) {
    inside.declined.insert(inside.declined.begin(),
                           {loop, std::move(reason), std::move(conflict)});
    return std::move(inside);
  };
  if (loop.getNumResults() > 0)
    return decline("an iteration passes something on to the next", {});
  if (!isPreferred(loop, inside))
    return decline("the loops inside of it run on all cores", {});
  std::vector<Conflict> conflicts = findConflicts(loop, /*limit=*/1);
  if (!conflicts.empty())
    return decline(conflicts.front().isCertain
                       ? "two iterations touch the same cells"
                       : "two iterations may touch the same cells",
                   conflicts.front());
  Plan plan;
  plan.chosen.push_back(loop);
  plan.addParallel(count);
  return plan;
}

void makeParallel(scf::ForOp loop) {
  OpBuilder b(loop);
  auto parallel = b.create<ParallelOp>(loop.getLoc(), loop.getLowerBound(),
                                       loop.getUpperBound(), loop.getStep());
  BlockArgument induction = parallel.getInductionVar();
  induction.setLoc(loop.getInductionVar().getLoc());
  loop.getInductionVar().replaceAllUsesWith(induction);
  Block *body = parallel.getBlock();
  loop.getBody()->getTerminator()->erase();
  body->getOperations().splice(body->end(), loop.getBody()->getOperations());
  b.setInsertionPointToEnd(body);
  b.create<YieldOp>(loop.getLoc());
  loop.erase();
}

class ParallelizeLoops
    : public tilec::impl::TileParallelizeLoopsBase<ParallelizeLoops> {
public:
  void runOnOperation() override {
    Plan plan;
    for (Block &block : getOperation().getBody())
      plan.append(Planner().plan(block));
    for (const Declined &declined : plan.declined)
      reportDeclined(declined);
    for (scf::ForOp loop : plan.chosen) {
      emitReport(*this, loop.getLoc())
          << "runs on all cores: its iterations are independent";
      makeParallel(loop);
    }
    numParallelized += plan.chosen.size();
    numDeclined += plan.declined.size();
  }

private:
  void reportDeclined(const Declined &declined) {
    auto remark = emitReport(*this, scf::ForOp(declined.loop).getLoc())
                  << "stays sequential: " << declined.reason;
    if (!declined.conflict)
      return;
    const TensorAccess &write = declined.conflict->getWrite();
    const TensorAccess &other = declined.conflict->getOther();
    remark.attachNote(write.op->getLoc()) << "one writes here";
    remark.attachNote(other.op->getLoc())
        << "another " << (other.isWrite ? "writes" : "reads") << " here";
  }
};

} // namespace
