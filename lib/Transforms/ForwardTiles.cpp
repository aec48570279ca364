//===- ForwardTiles.cpp - Tiles that need no storage --------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ForwardTiles.h"
#include "tilec/Analysis/Bounds.h"
#include "tilec/Analysis/Regions.h"

using namespace mlir;
using namespace tilec;
using namespace tilec::tile;

/// Whether a slice of a tensor always has the cells that have just been stored
/// there, neither more nor less.
static bool takesAll(SliceOp load, AssembleOp store) {
  if (load.getResult().getType().getShape() !=
      store.getSource().getType().getShape())
    return false;
  IndexConstraints constraints;
  constraints.addFactsAt(load);
  std::vector<std::pair<LinearExpr, LinearExpr>> pairs;
  for (auto [l, s] : llvm::zip_equal(load.getOffsets(), store.getOffsets()))
    pairs.emplace_back(constraints.get(l), constraints.get(s));
  for (unsigned d = 0; d < load.getOffsets().size(); ++d)
    pairs.emplace_back(constraints.getValidExtent(load.getResult(), d),
                       constraints.getValidExtent(store.getSource(), d));
  const LinearSystem &system = constraints.getSystem();
  return llvm::all_of(pairs, [&](const auto &pair) {
    return system.provesAtMost(pair.first, pair.second) &&
           system.provesAtMost(pair.second, pair.first);
  });
}

/// Whether a store is all that writes a tensor, and slices of its cells in
/// `second` all that reads it.
static std::optional<ForwardedTile> match(AssembleOp store, ScopeOp second) {
  auto create = store.getDest().getDefiningOp<CreateOp>();
  // A store that fails is told of.
  if (!create || (!store.getInbounds() && !provesInside(store)))
    return std::nullopt;
  ForwardedTile tile{store, {}};
  for (Operation *user : create->getUsers()) {
    if (user == store.getOperation())
      continue;
    auto load = dyn_cast<SliceOp>(user);
    if (!load || !second->isProperAncestor(load) || !takesAll(load, store))
      return std::nullopt;
    tile.loads.push_back(load);
  }
  return tile.loads.empty() ? std::nullopt : std::optional(tile);
}

std::vector<ForwardedTile> tilec::findForwardedTiles(ScopeOp first,
                                                     ScopeOp second) {
  std::vector<ForwardedTile> tiles;
  for (auto store : first.getBlock()->getOps<AssembleOp>())
    if (auto tile = match(store, second))
      tiles.push_back(std::move(*tile));
  return tiles;
}

void ForwardedTile::forward() {
  Value tile = store.getSource();
  for (SliceOp load : loads) {
    OpBuilder b(load);
    Value same = tile;
    if (tile.getType() != load.getResult().getType())
      same = b.create<RelaxValidOp>(load.getLoc(), load.getResult().getType(),
                                    tile);
    load.replaceAllUsesWith(same);
    load.erase();
  }
  auto create = store.getDest().getDefiningOp<CreateOp>();
  store.erase();
  if (create->use_empty())
    create->erase();
}
