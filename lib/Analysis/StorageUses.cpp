//===- StorageUses.cpp - What may touch the storage of a tensor -----------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Analysis/StorageUses.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "tilec/Dialect/Tile/Tile.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tilec;
using namespace tilec::tile;

namespace {

class UseCollector {
public:
  UseCollector(Value tensor, const OpOperand *except)
      : region(tensor.getParentRegion()), except(except) {
    follow(tensor);
  }

  StorageUses collect() {
    while (!pending.empty()) {
      Value value = pending.pop_back_val();
      for (OpOperand &use : value.getUses()) {
        if (&use == except)
          continue;
        uses.users.insert(use.getOwner());
        if (isa<TileType>(value.getType()))
          visitTile(use);
        else
          visitTensor(use);
      }
    }
    return std::move(uses);
  }

private:
  void follow(Value value) {
    if (known.insert(value).second)
      pending.push_back(value);
  }

  void followTiles(Operation *op) {
    for (Value result : op->getResults())
      if (isa<TileType>(result.getType()))
        follow(result);
  }

  /// What crosses the border of a block is copied there.
  void visitTile(OpOperand &use) {
    Operation *op = use.getOwner();
    if (op->getNumRegions() == 0 && !op->hasTrait<OpTrait::IsTerminator>())
      followTiles(op);
  }

  void visitTensor(OpOperand &use) {
    unsigned number = use.getOperandNumber();
    TypeSwitch<Operation *>(use.getOwner())
        .Case([&](scf::ForOp loop) {
          followCarried(loop, number - loop.getNumControlOperands());
        })
        .Case([&](scf::YieldOp yield) { visitYield(yield, use); })
        .Case([&](YieldOp yield) {
          follow(yield->getParentOp()->getResult(number));
        })
        .Case([&](ReshapeOp reshape) { follow(reshape.getResult()); })
        .Case<SliceOp, ContractOp>([&](auto op) { followTiles(op); })
        .Case<AssembleOp, ReadOp, WriteOp, DimOp>([](auto) {})
        .Default([&](Operation *op) { uses.unknown = op; });
  }

  void visitYield(scf::YieldOp yield, OpOperand &use) {
    Operation *parent = yield->getParentOp();
    unsigned number = use.getOperandNumber();
    if (isa<scf::IfOp>(parent))
      return follow(parent->getResult(number));
    auto loop = dyn_cast<scf::ForOp>(parent);
    if (!loop)
      uses.unknown = parent;
    else if (loop.getRegion().isAncestor(region))
      uses.carried.push_back(&use);
    else
      followCarried(loop, number);
  }

  void followCarried(scf::ForOp loop, unsigned number) {
    follow(loop.getRegionIterArg(number));
    follow(loop.getResult(number));
  }

  /// Where the tensor is defined.
  Region *region;
  const OpOperand *except;
  StorageUses uses;
  SmallVector<Value> pending;
  DenseSet<Value> known;
};

} // namespace

StorageUses tilec::getStorageUses(Value tensor, const OpOperand *except) {
  return UseCollector(tensor, except).collect();
}
