//===- HoistBuffers.cpp - Storage of loops, allocated once ----------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Innermost loops first: what leaves a loop may leave the one around it, too.
// Storage that no iteration passes on moves as it is. What an iteration passes
// on to the next is written to two buffers in turn, or to one where the next
// iteration has read it all before it writes:
//
//   %r = scf.for ... iter_args(%cur = %init, %free = %a, %other = %b) {
//     ... write %free, where the iteration created its own storage ...
//     scf.yield %free, %other, %free
//   }
//
// Where the storage of %init is the loop's alone it is one of the two, and
// `%cur` and `%free` change places.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "tilec/Analysis/Arena.h"
#include "tilec/Analysis/Failures.h"
#include "tilec/Analysis/IndexConstraints.h"
#include "tilec/Analysis/Storage.h"
#include "tilec/Analysis/StorageUses.h"
#include "tilec/Dialect/Tile/Tile.h"
#include "tilec/Transforms/Passes.h"
#include "tilec/Transforms/Report.h"
#include "llvm/ADT/MapVector.h"

namespace tilec {
#define GEN_PASS_DEF_TILEHOISTBUFFERS
#include "tilec/Transforms/Passes.h.inc"
} // namespace tilec

using namespace mlir;
using namespace tilec;
using namespace tilec::tile;

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

/// Whether the value can be computed before the loop; adds what is to be moved
/// for that, in order.
static bool canPrecede(Value value, scf::ForOp loop,
                       SetVector<Operation *> &moved) {
  if (loop.isDefinedOutsideOfLoop(value))
    return true;
  Operation *op = value.getDefiningOp();
  if (!op || op->getNumRegions() > 0 || !isPure(op) || mayFail(op))
    return false;
  for (Value operand : op->getOperands())
    if (!canPrecede(operand, loop, moved))
      return false;
  moved.insert(op);
  return true;
}

/// Why storage of this size cannot be made before the loop; null if it can.
static const char *findObstacle(CreateOp create, scf::ForOp loop,
                                SetVector<Operation *> &moved) {
  for (Value size : create.getSizes())
    if (!canPrecede(size, loop, moved))
      return "its size is computed there";
  // Before the loop, the error of a negative size would come too early.
  for (Value size : create.getSizes())
    if (!provesInRange(loop, size, 0, INT64_MAX))
      return "its size may be negative";
  return nullptr;
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

/// What is created in each iteration, but not in a loop inside of it.
static void collectCreates(Block &block, SmallVectorImpl<CreateOp> &creates) {
  for (Operation &op : block) {
    if (auto create = dyn_cast<CreateOp>(op))
      creates.push_back(create);
    else if (isa<scf::IfOp, ScopeOp>(op))
      for (Region &region : op.getRegions())
        for (Block &inner : region)
          collectCreates(inner, creates);
  }
}

/// Replaces the loop by one that carries more tensors; each is yielded as it
/// is, which the caller changes.
static scf::ForOp addCarried(scf::ForOp loop, ArrayRef<Value> inits) {
  OpBuilder b(loop);
  SmallVector<Value> all(loop.getInitArgs());
  llvm::append_range(all, inits);
  auto wider = b.create<scf::ForOp>(loop.getLoc(), loop.getLowerBound(),
                                    loop.getUpperBound(), loop.getStep(), all);
  wider->setAttrs(loop->getAttrs());
  Block *body = wider.getBody();
  for (auto [from, to] :
       llvm::zip(loop.getBody()->getArguments(), body->getArguments())) {
    to.setLoc(from.getLoc());
    from.replaceAllUsesWith(to);
  }
  body->getOperations().splice(body->end(), loop.getBody()->getOperations());
  loop.replaceAllUsesWith(wider.getResults().take_front(loop.getNumResults()));
  Operation *yield = body->getTerminator();
  yield->insertOperands(yield->getNumOperands(),
                        wider.getRegionIterArgs().take_back(inits.size()));
  loop.erase();
  return wider;
}

/// Whether each of `first` has run, in an iteration, before any of `second`
/// begins.
static bool areBefore(ArrayRef<Operation *> first, ArrayRef<Operation *> second,
                      Block *block) {
  while (true) {
    Operation *last = nullptr, *begin = nullptr;
    for (Operation *op : first) {
      Operation *local = block->findAncestorOpInBlock(*op);
      if (local && (!last || last->isBeforeInBlock(local)))
        last = local;
    }
    for (Operation *op : second) {
      Operation *local = block->findAncestorOpInBlock(*op);
      if (local && (!begin || local->isBeforeInBlock(begin)))
        begin = local;
    }
    if (!last || !begin)
      return true;
    if (last != begin)
      return last->isBeforeInBlock(begin);
    auto scope = dyn_cast<ScopeOp>(last);
    if (!scope)
      return false;
    block = scope.getBlock();
  }
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {

/// Storage that iterations pass on.
struct CarriedStorage {
  CreateOp create;
  /// The carried values that may be it.
  SmallVector<unsigned, 2> slots;
  /// What uses the storage of this iteration, and that of the one before.
  StorageUses uses;
  SmallVector<Operation *> usesOfLast;
  /// The storage that the loop begins with, if it is the loop's alone and just
  /// like what the iterations create.
  CreateOp first;
};

class HoistBuffers : public tilec::impl::TileHoistBuffersBase<HoistBuffers> {
public:
  void runOnOperation() override {
    SmallVector<scf::ForOp> loops;
    getOperation().walk<WalkOrder::PostOrder>(
        [&](scf::ForOp loop) { loops.push_back(loop); });
    for (scf::ForOp loop : loops)
      hoistOutOf(loop);
    for (auto &[create, loops] : moved)
      report(cast<CreateOp>(create))
          << "allocated once, outside of "
          << (loops == 1 ? "the loop" : std::to_string(loops) + " loops");
    moved.clear();
  }

private:
  InFlightDiagnostic report(CreateOp create) {
    return emitReport(*this, create.getLoc())
           << describeValue(create.getResult(), "a buffer") << ": ";
  }

  void decline(CreateOp create, StringRef why) {
    ++numDeclined;
    report(create) << "allocated in each iteration, because " << why;
  }

  void hoistOutOf(scf::ForOp loop) {
    SmallVector<CreateOp> creates;
    collectCreates(*loop.getBody(), creates);
    for (CreateOp create : creates) {
      SetVector<Operation *> sizes;
      if (const char *obstacle = findObstacle(create, loop, sizes)) {
        decline(create, obstacle);
        continue;
      }
      StorageUses uses = getStorageUses(create.getResult());
      if (uses.unknown) {
        decline(create, "what becomes of it is not known");
        continue;
      }
      if (uses.carried.empty()) {
        moveBefore(loop, create, sizes);
        setLoopsLeft(create, getLoopsLeft(create) + 1);
        ++moved[create];
        continue;
      }
      std::optional<CarriedStorage> storage =
          analyzeCarried(create, std::move(uses), loop);
      if (!storage) {
        decline(create, "it may outlive the iteration after its own");
        continue;
      }
      setLoopsLeft(create, 0);
      moveBefore(loop, create, sizes);
      loop = carry(*storage, loop);
    }
  }

  void moveBefore(scf::ForOp loop, CreateOp create,
                  const SetVector<Operation *> &sizes) {
    for (Operation *op : sizes)
      op->moveBefore(loop);
    create->moveBefore(loop);
    ++numHoisted;
  }

  static int64_t getLoopsLeft(CreateOp create) {
    auto loops = create->getAttrOfType<IntegerAttr>(kLoopsLeft);
    return loops ? loops.getInt() : 0;
  }

  static void setLoopsLeft(CreateOp create, int64_t loops) {
    if (loops == 0)
      create->removeAttr(kLoopsLeft);
    else
      create->setAttr(kLoopsLeft,
                      Builder(create.getContext()).getI64IntegerAttr(loops));
  }

  /// Null where storage may live on for more than one iteration.
  static std::optional<CarriedStorage>
  analyzeCarried(CreateOp create, StorageUses uses, scf::ForOp loop) {
    CarriedStorage storage{create, {}, std::move(uses), {}, {}};
    for (OpOperand *yielded : storage.uses.carried) {
      unsigned slot = yielded->getOperandNumber();
      StorageUses later = getStorageUses(loop.getRegionIterArg(slot));
      if (!later.areKnown())
        return std::nullopt;
      storage.slots.push_back(slot);
      llvm::append_range(storage.usesOfLast, later.users);
    }
    storage.first = findFirst(storage, loop);
    return storage;
  }

  static CreateOp findFirst(const CarriedStorage &storage, scf::ForOp loop) {
    if (storage.slots.size() != 1)
      return {};
    // Later iterations write to what they find there: it must be the loop's.
    CreateOp create = storage.create;
    unsigned slot = storage.slots.front();
    auto passed = getStorageRoots(loop.getYieldedValues()[slot]);
    if (passed.size() != 1 || passed.front().value != create.getResult())
      return {};
    OpOperand &init = loop.getInitArgsMutable()[slot];
    auto roots = getStorageRoots(init.get());
    if (roots.size() != 1 || !roots.front().value || roots.front().isEarlier)
      return {};
    auto first = roots.front().value.getDefiningOp<CreateOp>();
    if (!first || first->getBlock() != loop->getBlock() ||
        first.getSizes() != create.getSizes() ||
        init.get().getType() != create.getType() ||
        first.getType() != create.getType())
      return {};
    StorageUses uses = getStorageUses(first.getResult(), &init);
    bool isDone = llvm::all_of(uses.users, [&](Operation *user) {
      Operation *local = loop->getBlock()->findAncestorOpInBlock(*user);
      return local && local->isBeforeInBlock(loop);
    });
    return uses.areKnown() && isDone ? first : CreateOp();
  }

  /// Gives storage that has left the loop to its iterations. Returns the loop,
  /// which may be a new one.
  scf::ForOp carry(CarriedStorage &storage, scf::ForOp loop) {
    CreateOp create = storage.create;
    bool hasOneBuffer = areBefore(
        storage.usesOfLast, storage.uses.users.getArrayRef(), loop.getBody());
    if (hasOneBuffer) {
      report(create) << "one buffer for all iterations";
      if (storage.first) {
        create.replaceAllUsesWith(
            Value(loop.getRegionIterArg(storage.slots.front())));
        moved.erase(create);
        create.erase();
      }
      return loop;
    }
    auto diagnostic = report(create) << "two buffers in turn";
    if (!storage.first)
      return alternate(create, loop);
    diagnostic << ", one of them that of the first iteration";
    return swap(create, loop, storage.slots.front());
  }

  /// The carried storage and the free one change places.
  scf::ForOp swap(CreateOp create, scf::ForOp loop, unsigned slot) {
    loop = addCarried(loop, {create.getResult()});
    replaceInside(create, loop, loop.getRegionIterArgs().back());
    Operation *yield = loop.getBody()->getTerminator();
    yield->setOperand(yield->getNumOperands() - 1, loop.getRegionIterArg(slot));
    return loop;
  }

  scf::ForOp alternate(CreateOp create, scf::ForOp loop) {
    auto second = cast<CreateOp>(OpBuilder(loop).clone(*create));
    loop = addCarried(loop, {create.getResult(), second.getResult()});
    unsigned count = loop.getNumRegionIterArgs();
    Value free = loop.getRegionIterArg(count - 2);
    Value other = loop.getRegionIterArg(count - 1);
    replaceInside(create, loop, free);
    Operation *yield = loop.getBody()->getTerminator();
    yield->setOperand(count - 2, other);
    yield->setOperand(count - 1, free);
    return loop;
  }

  static void replaceInside(CreateOp create, scf::ForOp loop, Value with) {
    create.getResult().replaceUsesWithIf(with, [&](OpOperand &use) {
      return loop->isProperAncestor(use.getOwner());
    });
  }

  /// How many loops each create has left as it is.
  llvm::MapVector<Operation *, unsigned> moved;
};

} // namespace
