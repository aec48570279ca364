//===- Bounds.cpp - Accesses that stay inside ---------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Analysis/Bounds.h"
#include "tilec/Analysis/Regions.h"
#include "tilec/Dialect/Tile/Tile.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tilec;
using namespace tilec::tile;

//===----------------------------------------------------------------------===//
// Boxes
//===----------------------------------------------------------------------===//

namespace {

/// What has to lie inside of a tensor or a tile.
struct CheckedBox {
  Value storage;
  Location loc;
  SmallVector<Value, 4> offsets;
  /// None of these is 0, or nothing is touched.
  SmallVector<ValidExtent, 4> extents;
  /// A box of a tile is cut where the tile ends, but nothing precedes it.
  bool isCut = false;
};

} // namespace

static ValidExtent getRequested(int64_t size, Value extent) {
  ValidExtent request{{{Value(), size}}, /*isExact=*/true};
  if (extent)
    request.bounds.push_back({extent, 0});
  return request;
}

/// What a slice of a tile asks for: more than what it gets.
static CheckedBox getBoxOfTile(SliceOp op) {
  CheckedBox box{op.getSource(),
                 op.getLoc(),
                 llvm::to_vector<4>(op.getOffsets()),
                 {},
                 /*isCut=*/true};
  for (auto [d, size] : llvm::enumerate(op.getResult().getType().getShape()))
    box.extents.push_back(
        getRequested(size, op.getValid().empty() ? Value() : op.getValid()[d]));
  return box;
}

static CheckedBox getBoxOfTile(ContractOp op, bool isLhs) {
  int64_t size = op.getResult().getType().getShape()[isLhs ? 0 : 1];
  CheckedBox box{
      isLhs ? op.getLhs() : op.getRhs(),
      isLhs ? op.getLhsLoc() : op.getRhsLoc(),
      llvm::to_vector<4>(isLhs ? op.getLhsOffsets() : op.getRhsOffsets()),
      {getRequested(size, isLhs ? op.getM() : op.getN()),
       getRequested(std::numeric_limits<int64_t>::max(), op.getK())},
      /*isCut=*/true};
  return box;
}

static SmallVector<CheckedBox, 2> getBoxes(Operation *op) {
  SmallVector<CheckedBox, 2> boxes;
  auto isTile = [](Value value) { return isa<TileType>(value.getType()); };
  auto contract = dyn_cast<ContractOp>(op);
  std::vector<TensorAccess> accesses;
  appendAccesses(op, accesses);
  for (TensorAccess &access : accesses) {
    Location loc = op->getLoc();
    if (contract)
      loc = boxes.empty() && !isTile(contract.getLhs()) ? contract.getLhsLoc()
                                                        : contract.getRhsLoc();
    boxes.push_back({access.tensor, loc, access.offsets, access.extents});
  }
  if (contract) {
    for (bool isLhs : {true, false})
      if (isTile(isLhs ? contract.getLhs() : contract.getRhs()))
        boxes.push_back(getBoxOfTile(contract, isLhs));
  } else if (auto slice = dyn_cast<SliceOp>(op)) {
    if (isTile(slice.getSource()))
      boxes.push_back(getBoxOfTile(slice));
  } else if (auto read = dyn_cast<ReadOp>(op)) {
    if (isTile(read.getSource()))
      boxes.push_back({read.getSource(), read.getLoc(),
                       llvm::to_vector<4>(read.getIndices()),
                       SmallVector<ValidExtent, 4>(read.getIndices().size(),
                                                   getRequested(1, Value()))});
  }
  return boxes;
}

//===----------------------------------------------------------------------===//
// Proofs
//===----------------------------------------------------------------------===//

/// `offset >= 0` and `offset + extent <= size`, where no extent is 0.
static std::optional<UnprovenBound> proveBox(IndexConstraints constraints,
                                             const CheckedBox &box) {
  LinearSystem &system = constraints.getSystem();
  SmallVector<LinearExpr, 4> sizes, extents;
  // Sizes first: that they fit a parameter keeps products of dynamic names from
  // wrapping.
  for (unsigned d = 0; d < box.offsets.size(); ++d)
    sizes.push_back(isa<TileType>(box.storage.getType())
                        ? constraints.getValidExtent(box.storage, d)
                        : constraints.getExtent(box.storage, d));
  Conjunction facts;
  for (const ValidExtent &extent : box.extents) {
    extents.push_back(
        LinearExpr::variable(system.addVariable({1, LinearSystem::unbounded})));
    for (const ExtentBound &bound : extent.bounds)
      facts.addAtMost(extents.back(), constraints.get(bound));
  }
  system.add(facts);
  for (unsigned d = 0; d < box.offsets.size(); ++d) {
    LinearExpr offset = constraints.get(box.offsets[d]);
    bool begins = system.provesNonNegative(offset);
    if (begins &&
        (box.isCut || system.provesAtMost(offset + extents[d], sizes[d])))
      continue;
    // Another extent may be 0, or nothing gets here.
    extents.push_back(offset);
    if (system.isEmpty(extents))
      return std::nullopt;
    return UnprovenBound{box.storage, box.loc, d, !begins};
  }
  return std::nullopt;
}

std::optional<UnprovenBound> tilec::findUnproven(Operation *op,
                                                 FactsAtPlaces &facts) {
  for (const CheckedBox &box : getBoxes(op))
    if (auto unproven = proveBox(facts.getFactsAt(op), box))
      return unproven;
  return std::nullopt;
}

bool tilec::provesInside(Operation *op) {
  FactsAtPlaces facts;
  return !findUnproven(op, facts);
}
