//===- Lifetimes.cpp - When storage holds something -----------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Analysis/Lifetimes.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "tilec/Analysis/Arena.h"
#include "tilec/Analysis/StorageUses.h"

using namespace mlir;
using namespace tilec;
using namespace tilec::tile;

void Lifetimes::number(Operation *op) {
  int64_t first = operations.size();
  operations.push_back(op);
  for (Region &region : op->getRegions())
    for (Block &block : region)
      for (Operation &inner : block)
        number(&inner);
  spans[op] = {first, int64_t(operations.size()) - 1};
}

SmallVector<Operation *, 4> Lifetimes::getLoopsBetween(Operation *create,
                                                       Operation *user) {
  SmallVector<Operation *, 4> loops;
  Operation *around = create->getParentOp();
  for (Operation *op = user->getParentOp(); op && op != around;
       op = op->getParentOp())
    if (!isa<scf::IfOp, ScopeOp>(op))
      loops.push_back(op);
  std::reverse(loops.begin(), loops.end());
  return loops;
}

std::optional<Lifetime> Lifetimes::get(CreateOp create) const {
  StorageUses uses = getStorageUses(create.getResult());
  if (!uses.areKnown())
    return std::nullopt;
  int64_t here = spans.lookup(create).first;
  if (uses.users.empty())
    return Lifetime{here, here};
  auto attribute = create->getAttrOfType<IntegerAttr>(kLoopsLeft);
  size_t left = attribute ? std::max<int64_t>(attribute.getInt(), 0) : 0;

  // The loops that the storage has left are those around all of its uses.
  SmallVector<SmallVector<Operation *, 4>> loops;
  for (Operation *user : uses.users)
    loops.push_back(getLoopsBetween(create, user));
  for (ArrayRef<Operation *> others : loops)
    if (others.size() < left ||
        others.take_front(left) != ArrayRef(loops.front()).take_front(left))
      left = 0;

  Lifetime all{INT64_MAX, 0};
  for (auto [user, around] : llvm::zip_equal(uses.users, loops)) {
    int64_t number = spans.lookup(user).first;
    Lifetime span = around.size() > left ? spans.lookup(around[left])
                                         : Lifetime{number, number};
    all.first = std::min(all.first, span.first);
    all.last = std::max(all.last, span.last);
  }
  return all;
}
