//===- UnknownIndex.cpp - What only data decide about an access ---------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "UnknownIndex.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "tilec/Dialect/Tile/Tile.h"
#include "llvm/ADT/DenseSet.h"

using namespace mlir;
using namespace tilec;
using namespace tilec::tile;

namespace {
/// Walks from an index to the values that it is computed from.
class UnknownFinder {
public:
  explicit UnknownFinder(Operation *loop) : loop(loop) {}

  void visit(const TensorAccess &access) {
    for (Value offset : access.offsets)
      visit(offset);
    for (const ValidExtent &extent : access.extents)
      for (const ExtentBound &bound : extent.bounds)
        if (bound.value)
          visit(bound.value);
  }

  /// The first of the most likely ones.
  Value best;

private:
  enum Rank { InLoop, Read, Parameter, None };

  void visit(Value value);
  void visitArgument(BlockArgument argument);
  void take(Value value, Rank rank);
  bool isInLoop(Value value) {
    return loop->isAncestor(value.getParentBlock()->getParentOp());
  }

  Operation *loop;
  Rank bestRank = None;
  llvm::DenseSet<Value> visited;
};
} // namespace

void UnknownFinder::take(Value value, Rank rank) {
  if (isInLoop(value))
    rank = InLoop;
  if (rank >= bestRank)
    return;
  best = value;
  bestRank = rank;
}

void UnknownFinder::visitArgument(BlockArgument argument) {
  Operation *parent = argument.getOwner()->getParentOp();
  if (auto function = dyn_cast<func::FuncOp>(parent)) {
    if (!function.getArgAttr(argument.getArgNumber(), "tile.symbol"))
      take(argument, Parameter);
    return;
  }
  if (argument.getArgNumber() > 0)
    return take(argument, Read);
  // The bounds of a loop bound its variable; those of the loop in question are
  // the same for all of its iterations.
  if (parent != loop)
    for (Value bound : parent->getOperands().take_front(3))
      visit(bound);
}

void UnknownFinder::visit(Value value) {
  if (!visited.insert(value).second)
    return;
  if (auto argument = dyn_cast<BlockArgument>(value))
    return visitArgument(argument);
  Operation *op = value.getDefiningOp();
  if (isa<ReadOp>(op) || op->getNumRegions() > 0)
    return take(value, Read);
  for (Value operand : op->getOperands())
    if (operand.getType().isIndex() || operand.getType().isInteger(1))
      visit(operand);
}

Value tilec::findUnknownIndex(const TensorAccess &first,
                              const TensorAccess &second, Operation *loop) {
  UnknownFinder finder(loop);
  finder.visit(first.isWrite ? first : second);
  finder.visit(first.isWrite ? second : first);
  return finder.best;
}
