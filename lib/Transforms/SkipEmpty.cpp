//===- SkipEmpty.cpp - No work for stores that store nothing ------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Outermost first: of each scope and loop it is found out what makes all of its
// stores empty, one value from outside that bounds a valid extent of each. Then
// a branch on that value goes around it, if it cannot fail where the stores are
// empty.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "tilec/Analysis/Failures.h"
#include "tilec/Analysis/Regions.h"
#include "tilec/Analysis/Storage.h"
#include "tilec/Dialect/Tile/Tile.h"
#include "tilec/Transforms/Passes.h"
#include "tilec/Transforms/Report.h"

namespace tilec {
#define GEN_PASS_DEF_TILESKIPEMPTY
#include "tilec/Transforms/Passes.h.inc"
} // namespace tilec

using namespace mlir;
using namespace tilec;
using namespace tilec::tile;

namespace {

//===----------------------------------------------------------------------===//
// What is empty
//===----------------------------------------------------------------------===//

/// Whether the box has no cell where the value is not positive.
bool isEmptyWithout(const TensorAccess &access, Value extent) {
  return !access.isWhole &&
         llvm::any_of(access.extents, [&](const ValidExtent &valid) {
           return llvm::any_of(valid.bounds, [&](const ExtentBound &bound) {
             return bound.value == extent && bound.constant <= 0;
           });
         });
}

bool isVisibleAt(Value value, Operation *op) {
  Operation *ancestor = value.getParentBlock()->findAncestorOpInBlock(*op);
  Operation *definition = value.getDefiningOp();
  return ancestor && (!definition || definition->isBeforeInBlock(ancestor));
}

/// The stores that can be seen from outside of the op; none also if it does
/// something else that can be seen.
std::vector<TensorAccess> getStores(Operation *op) {
  std::vector<TensorAccess> stores;
  for (TensorAccess &access : getAccesses(op)) {
    if (!access.isWrite || isCreatedInside(access.tensor, op))
      continue;
    if (!isa<AssembleOp>(access.op))
      return {};
    stores.push_back(std::move(access));
  }
  return stores;
}

/// The values outside of the op that make all of the stores empty.
SmallVector<Value, 2> getCommonExtents(ArrayRef<TensorAccess> stores,
                                       Operation *op) {
  SmallVector<Value, 2> extents;
  if (stores.empty())
    return extents;
  for (const ValidExtent &valid : stores.front().extents)
    for (const ExtentBound &bound : valid.bounds) {
      Value extent = bound.value;
      bool isCommon = extent && isVisibleAt(extent, op) &&
                      llvm::all_of(stores, [&](const TensorAccess &store) {
                        return isEmptyWithout(store, extent);
                      });
      if (isCommon && !llvm::is_contained(extents, extent))
        extents.push_back(extent);
    }
  return extents;
}

//===----------------------------------------------------------------------===//
// What may fail
//===----------------------------------------------------------------------===//

/// Whether it is just the check of boxes that are empty without the extent.
bool checksEmptyBoxes(Operation *op, Value extent) {
  if (!hasBoundsCheck(op))
    return false;
  std::vector<TensorAccess> accesses;
  appendAccesses(op, accesses);
  // Boxes of tiles are not among the accesses.
  size_t numBoxes = isa<ContractOp>(op) ? 2 : 1;
  return accesses.size() == numBoxes &&
         llvm::all_of(accesses, [&](const TensorAccess &access) {
           return isEmptyWithout(access, extent);
         });
}

/// What may fail in the op although the extent is not positive.
Operation *findFailureWithout(Operation *op, Value extent) {
  Operation *found = nullptr;
  op->walk<WalkOrder::PreOrder>([&](Operation *inner) {
    if (!mayFailItself(inner) || checksEmptyBoxes(inner, extent))
      return WalkResult::advance();
    found = inner;
    return WalkResult::interrupt();
  });
  return found;
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

/// A branch around ops of a block, on `extent > 0`.
struct Guard {
  scf::IfOp branch;
  Value extent;
};

class SkipEmpty : public tilec::impl::TileSkipEmptyBase<SkipEmpty> {
public:
  void runOnOperation() override { skipIn(getOperation().getBody()); }

private:
  void skipIn(Region &region) {
    for (Block &block : region) {
      SmallVector<Operation *> ops;
      for (Operation &op : block)
        if (op.getNumRegions() > 0)
          ops.push_back(&op);
      Guard last;
      for (Operation *op : ops) {
        if (Value extent = findExtent(op))
          guard(op, extent, last);
        else
          for (Region &inner : op->getRegions())
            skipIn(inner);
      }
    }
  }

  /// The value that decides whether the op is worth running; null if none does.
  Value findExtent(Operation *op) {
    if (!isa<ScopeOp, ParallelOp, scf::ForOp>(op) || !op->use_empty())
      return {};
    Operation *failure = nullptr;
    Value failing;
    for (Value extent : getCommonExtents(getStores(op), op)) {
      if (provesInRange(op, extent, 1, std::numeric_limits<int64_t>::max()))
        continue;
      failure = findFailureWithout(op, extent);
      if (!failure)
        return extent;
      failing = extent;
    }
    if (failure)
      decline(op, failing, failure);
    return {};
  }

  void decline(Operation *op, Value extent, Operation *failure) {
    ++numDeclined;
    auto remark = emitReport(*this, op->getLoc())
                  << "not skipped where " << describeValue(extent)
                  << " is not positive, although it stores nothing then";
    remark.attachNote(failure->getLoc()) << "this may fail all the same";
  }

  void guard(Operation *op, Value extent, Guard &last) {
    ++numSkipped;
    emitReport(*this, op->getLoc())
        << "skipped where " << describeValue(extent)
        << " is not positive: it stores nothing then";
    if (last.extent != extent || !clearWay(last.branch, op)) {
      OpBuilder b(op);
      Value zero = b.create<arith::ConstantIndexOp>(b.getUnknownLoc(), 0);
      Value some = b.create<arith::CmpIOp>(
          op->getLoc(), arith::CmpIPredicate::sgt, extent, zero);
      last = {b.create<scf::IfOp>(op->getLoc(), some, /*withElseRegion=*/false),
              extent};
    }
    op->moveBefore(last.branch.thenBlock()->getTerminator());
  }

  /// Moves what stands between the branch and the op before the branch, if that
  /// changes nothing.
  static bool clearWay(Operation *branch, Operation *op) {
    SmallVector<Operation *> between;
    for (Operation *next = branch->getNextNode(); next != op;
         next = next->getNextNode())
      between.push_back(next);
    bool canMove = llvm::all_of(between, [](Operation *other) {
      return (isa<CreateOp>(other) || isMemoryEffectFree(other)) &&
             !mayFail(other);
    });
    if (canMove)
      for (Operation *other : between)
        other->moveBefore(branch);
    return canMove;
  }
};

} // namespace
