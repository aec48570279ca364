//===- PackWeights.cpp - Which storage layout a weight gets --------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A weight of BF16 whose every use is the right operand of a contraction is
// stored packed, if the boxes that are read begin where panels do. All uses
// must sum over the same dimension, which the layout names.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tilec/Analysis/PackedAccess.h"
#include "tilec/Dialect/Tile/Tile.h"
#include "tilec/Transforms/Passes.h"
#include "tilec/Transforms/Report.h"
#include <variant>

namespace tilec {
#define GEN_PASS_DEF_TILEPACKWEIGHTS
#include "tilec/Transforms/Passes.h.inc"
} // namespace tilec

using namespace mlir;
using namespace tilec;
using namespace tilec::tile;

namespace {

/// Why a weight stays as it is.
struct Obstacle {
  Operation *op;
  StringRef reason;
};

struct PackWeights : tilec::impl::TilePackWeightsBase<PackWeights> {
  void runOnOperation() override;
  void packIfPossible(BlockArgument weight);
};

} // namespace

static std::string describeWeight(func::FuncOp func, BlockArgument parameter) {
  auto name =
      func.getArgAttrOfType<StringAttr>(parameter.getArgNumber(), "tile.name");
  return name ? ("`" + name.getValue() + "`").str() : "a weight";
}

static bool mayBePacked(BlockArgument argument) {
  auto type = dyn_cast<TensorRefType>(argument.getType());
  return type && type.getWeight() && !type.isPacked() && type.getRank() == 2 &&
         type.getElementType().isBF16();
}

/// The dimension that all contractions sum over, or what else there is.
static std::variant<unsigned, Obstacle> findKDim(BlockArgument weight) {
  std::optional<unsigned> kDim;
  for (Operation *user : weight.getUsers()) {
    if (std::optional<StringRef> reason = getPackingObstacle(user, weight))
      return Obstacle{user, *reason};
    auto product = dyn_cast<ContractOp>(user);
    if (!product)
      continue;
    if (kDim && *kDim != product.getRhsKDim())
      return Obstacle{product, "contractions sum over either dimension"};
    kDim = product.getRhsKDim();
  }
  if (kDim)
    return *kDim;
  return Obstacle{nullptr, "no contraction reads it"};
}

void PackWeights::packIfPossible(BlockArgument weight) {
  std::variant<unsigned, Obstacle> found = findKDim(weight);
  if (const auto *obstacle = std::get_if<Obstacle>(&found)) {
    ++numDeclined;
    auto remark = emitReport(*this, weight.getLoc())
                  << describeWeight(getOperation(), weight)
                  << " stays row-major: " << obstacle->reason;
    if (obstacle->op)
      remark.attachNote(obstacle->op->getLoc()) << "here";
    return;
  }
  ++numPacked;
  Layout layout =
      std::get<unsigned>(found) == 0 ? Layout::PackedKN : Layout::PackedNK;
  weight.setType(cast<TensorRefType>(weight.getType()).withLayout(layout));
  emitReport(*this, weight.getLoc())
      << describeWeight(getOperation(), weight) << " is stored as "
      << packed::getName(layout);
}

void PackWeights::runOnOperation() {
  func::FuncOp func = getOperation();
  if (func.isDeclaration())
    return;
  for (BlockArgument argument : func.getArguments())
    if (mayBePacked(argument))
      packIfPossible(argument);
  func.setType(FunctionType::get(&getContext(),
                                 func.getBody().getArgumentTypes(),
                                 func.getFunctionType().getResults()));
}
