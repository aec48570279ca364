//===- Storage.cpp - Which storage a tensor names -----------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Analysis/Storage.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "tilec/Dialect/Tile/Tile.h"
#include <set>
#include <tuple>

using namespace mlir;
using namespace tilec;
using namespace tilec::tile;

namespace {

/// Walks from a tensor to all that it may be.
class RootCollector {
public:
  void visit(Value tensor, ArrayRef<Operation *> carriedBy);
  SmallVector<StorageRoot, 2> roots;

private:
  void addRoot(Value value, ArrayRef<Operation *> carriedBy);
  void visitResult(OpResult result, ArrayRef<Operation *> carriedBy);
  void visitCarried(scf::ForOp loop, unsigned number,
                    ArrayRef<Operation *> carriedBy);

  // A tensor, and the loops that passed it on.
  std::set<std::pair<void *, std::vector<Operation *>>> visited;
};

} // namespace

/// Storage made inside of a loop that passed it on is that of an iteration
/// before.
void RootCollector::addRoot(Value value, ArrayRef<Operation *> carriedBy) {
  Operation *create = value ? value.getDefiningOp() : nullptr;
  bool isEarlier = create && llvm::any_of(carriedBy, [&](Operation *loop) {
                     return loop->isProperAncestor(create);
                   });
  StorageRoot root{value, isEarlier};
  if (!llvm::is_contained(roots, root))
    roots.push_back(root);
}

void RootCollector::visit(Value tensor, ArrayRef<Operation *> carriedBy) {
  if (!visited.insert({tensor.getAsOpaquePointer(), carriedBy.vec()}).second)
    return;
  if (auto result = dyn_cast<OpResult>(tensor))
    return visitResult(result, carriedBy);
  auto argument = cast<BlockArgument>(tensor);
  Operation *parent = argument.getOwner()->getParentOp();
  auto loop = dyn_cast<scf::ForOp>(parent);
  if (loop && argument.getArgNumber() > 0)
    return visitCarried(loop, argument.getArgNumber() - 1, carriedBy);
  addRoot(isa<func::FuncOp>(parent) ? tensor : Value(), carriedBy);
}

void RootCollector::visitResult(OpResult result,
                                ArrayRef<Operation *> carriedBy) {
  Operation *op = result.getOwner();
  unsigned number = result.getResultNumber();
  if (auto reshape = dyn_cast<ReshapeOp>(op))
    return visit(reshape.getSource(), carriedBy);
  if (auto loop = dyn_cast<scf::ForOp>(op))
    return visitCarried(loop, number, carriedBy);
  if (auto scope = dyn_cast<ScopeOp>(op))
    return visit(scope.getYield().getValues()[number], carriedBy);
  if (auto branch = dyn_cast<scf::IfOp>(op)) {
    visit(branch.thenYield().getOperand(number), carriedBy);
    return visit(branch.elseYield().getOperand(number), carriedBy);
  }
  if (!isa<UndefinedOp>(op))
    addRoot(isa<CreateOp>(op) ? Value(result) : Value(), carriedBy);
}

void RootCollector::visitCarried(scf::ForOp loop, unsigned number,
                                 ArrayRef<Operation *> carriedBy) {
  visit(loop.getInitArgs()[number], carriedBy);
  SmallVector<Operation *> path(carriedBy);
  if (!llvm::is_contained(path, loop.getOperation()))
    path.push_back(loop);
  visit(loop.getYieldedValues()[number], path);
}

SmallVector<StorageRoot, 2> tilec::getStorageRoots(Value tensor) {
  RootCollector collector;
  collector.visit(tensor, {});
  return std::move(collector.roots);
}

static bool haveCommonRoot(Value lhs, Value rhs) {
  auto left = getStorageRoots(lhs), right = getStorageRoots(rhs);
  return llvm::any_of(left, [&](const StorageRoot &l) {
    return llvm::any_of(right, [&](const StorageRoot &r) {
      return !l.value || !r.value || l == r;
    });
  });
}

namespace {
/// One of the values that a loop carries: an argument, or a result.
struct CarriedValue {
  scf::ForOp loop;
  unsigned number;
};
/// Pairs of carried values of a loop that are taken to be apart.
using Assumptions = std::set<std::tuple<Operation *, unsigned, unsigned>>;
} // namespace

static CarriedValue getCarriedValue(Value tensor) {
  if (auto result = dyn_cast<OpResult>(tensor))
    return {dyn_cast<scf::ForOp>(result.getOwner()), result.getResultNumber()};
  auto argument = cast<BlockArgument>(tensor);
  auto loop = dyn_cast<scf::ForOp>(argument.getOwner()->getParentOp());
  if (!loop || argument.getArgNumber() == 0)
    return {};
  return {loop, argument.getArgNumber() - 1};
}

/// Tensors that a loop carries may be the same two at all times, and change
/// places only: by induction they never are one.
static bool areApart(Value lhs, Value rhs, Assumptions &assumptions) {
  while (auto reshape = lhs.getDefiningOp<ReshapeOp>())
    lhs = reshape.getSource();
  while (auto reshape = rhs.getDefiningOp<ReshapeOp>())
    rhs = reshape.getSource();
  if (lhs == rhs)
    return false;
  CarriedValue left = getCarriedValue(lhs), right = getCarriedValue(rhs);
  if (!left.loop || left.loop != right.loop ||
      isa<OpResult>(lhs) != isa<OpResult>(rhs))
    return !haveCommonRoot(lhs, rhs);
  auto [low, high] = std::minmax(left.number, right.number);
  if (!assumptions.insert({left.loop, low, high}).second)
    return true;
  scf::ForOp loop = left.loop;
  return areApart(loop.getInitArgs()[low], loop.getInitArgs()[high],
                  assumptions) &&
         areApart(loop.getYieldedValues()[low], loop.getYieldedValues()[high],
                  assumptions);
}

bool tilec::mayShareStorage(Value lhs, Value rhs) {
  Assumptions assumptions;
  return !areApart(lhs, rhs, assumptions);
}

bool tilec::shareStorage(Value lhs, Value rhs) {
  auto left = getStorageRoots(lhs), right = getStorageRoots(rhs);
  return left.size() == 1 && left == right && left.front().value &&
         !left.front().isEarlier;
}

bool tilec::isCreatedInside(Value tensor, Operation *op) {
  return llvm::all_of(getStorageRoots(tensor), [&](const StorageRoot &root) {
    Operation *create = root.value ? root.value.getDefiningOp() : nullptr;
    return create && op->isProperAncestor(create);
  });
}
