//===- CheckWorkingSet.cpp - Scopes that outgrow a core's cache -----------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Adds up the nominal sizes of the tiles of a scope that are alive at once, as
// the author wrote it: from the operation that makes a tile to its last use. A
// warning where that is more than a core keeps near. The limit is one number
// for all machines, so that a program has the same warnings everywhere.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tilec/Dialect/Tile/Tile.h"
#include "tilec/Transforms/Passes.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

namespace tilec {
#define GEN_PASS_DEF_TILECHECKWORKINGSET
#include "tilec/Transforms/Passes.h.inc"
} // namespace tilec

using namespace mlir;
using namespace tilec;
using namespace tilec::tile;

namespace {

/// The most bytes that are alive at once, and where.
struct Peak {
  int64_t bytes = 0;
  Operation *op = nullptr;
};

struct CheckWorkingSet : tilec::impl::TileCheckWorkingSetBase<CheckWorkingSet> {
  using Base = tilec::impl::TileCheckWorkingSetBase<CheckWorkingSet>;
  using Base::Base;
  void runOnOperation() override;
};

} // namespace

static int64_t getBytes(ValueRange values) {
  int64_t bytes = 0;
  for (Value value : values)
    if (auto tile = dyn_cast<TileType>(value.getType()))
      bytes += tile.getNumCells() * getElementBytes(tile.getElementType());
  return bytes;
}

/// The operation of the block at which, or in which, a value is used last.
static Operation *getLastUser(Value value, Block *block) {
  Operation *last = value.getDefiningOp();
  for (Operation *user : value.getUsers())
    if (Operation *local = block->findAncestorOpInBlock(*user))
      if (last->isBeforeInBlock(local))
        last = local;
  return last;
}

/// Of a block and of what it contains, beside what is alive around it.
static Peak findPeak(Block &block) {
  Peak peak;
  int64_t alive = 0;
  llvm::DenseMap<Operation *, int64_t> dying;
  for (Operation &op : block) {
    alive += getBytes(op.getResults());
    for (Value result : op.getResults())
      dying[getLastUser(result, &block)] += getBytes(result);
    Peak here{alive, &op};
    for (Region &region : op.getRegions())
      for (Block &inner : region)
        if (Peak below = findPeak(inner); alive + below.bytes > here.bytes)
          here = {alive + below.bytes, below.op};
    if (here.bytes > peak.bytes)
      peak = here;
    alive -= dying.lookup(&op);
  }
  return peak;
}

static std::string formatSize(int64_t bytes) {
  return std::to_string((bytes + 1023) / 1024) + " KB";
}

void CheckWorkingSet::runOnOperation() {
  // An inline function may be the same scope many times.
  llvm::DenseSet<Location> reported;
  getOperation().walk([&](ScopeOp scope) {
    Peak peak = findPeak(*scope.getBlock());
    if (peak.bytes <= cacheBytes || !reported.insert(scope.getLoc()).second)
      return;
    ++numLarge;
    auto warning = emitWarning(scope.getLoc());
    warning << "scope `" << scope.getName() << "` keeps tiles of "
            << formatSize(peak.bytes)
            << " at once, and a core's cache has about "
            << formatSize(cacheBytes) << ": use smaller tiles";
    warning.attachNote(peak.op->getLoc()) << "all of them are alive here";
  });
  markAllAnalysesPreserved();
}
