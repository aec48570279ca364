//===- CheckBounds.cpp - Accesses that need no check --------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every access is one proof, of all that it touches each time that it runs. A
// contraction that is inside as a whole is so in each of the steps that its
// `step` stands for, as the box of a step is part of the whole.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tilec/Analysis/Bounds.h"
#include "tilec/Analysis/Failures.h"
#include "tilec/Dialect/Tile/Tile.h"
#include "tilec/Transforms/Passes.h"
#include "tilec/Transforms/Report.h"

namespace tilec {
#define GEN_PASS_DEF_TILECHECKBOUNDS
#include "tilec/Transforms/Passes.h.inc"
} // namespace tilec

using namespace mlir;
using namespace tilec;
using namespace tilec::tile;

namespace {

/// Storage as the author knows it.
std::string describeStorage(Value storage) {
  if (auto argument = dyn_cast<BlockArgument>(storage))
    if (auto function =
            dyn_cast<func::FuncOp>(argument.getOwner()->getParentOp()))
      if (auto name = function.getArgAttrOfType<StringAttr>(
              argument.getArgNumber(), "tile.name"))
        return ("`" + name.getValue() + "`").str();
  if (auto name = dyn_cast<NameLoc>(storage.getLoc()))
    return ("`" + name.getName().getValue() + "`").str();
  return isa<TileType>(storage.getType()) ? "the tile" : "the tensor";
}

class CheckBounds : public tilec::impl::TileCheckBoundsBase<CheckBounds> {
public:
  void runOnOperation() override {
    SmallVector<Operation *> proven;
    SmallVector<UnprovenBound> unproven;
    FactsAtPlaces facts;
    getOperation().walk<WalkOrder::PreOrder>([&](Operation *op) {
      if (!hasBoundsCheck(op))
        return;
      if (auto bound = findUnproven(op, facts))
        unproven.push_back(*bound);
      else
        proven.push_back(op);
    });
    for (Operation *op : proven)
      setInbounds(op);
    report(proven.size(), unproven);
  }

private:
  void report(size_t numInside, ArrayRef<UnprovenBound> unproven) {
    numProven += numInside;
    numChecked += unproven.size();
    size_t all = numInside + unproven.size();
    if (all == 0)
      return;
    emitReport(*this, getOperation().getLoc())
        << numInside << " of " << all << " accesses are proven to be inside";
    for (const UnprovenBound &bound : unproven)
      emitReport(*this, bound.loc)
          << "checked when it runs: may "
          << (bound.isBegin ? "begin before 0 in" : "end past") << " dimension "
          << bound.dim << " of " << describeStorage(bound.storage);
  }
};

} // namespace
