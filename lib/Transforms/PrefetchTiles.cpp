//===- PrefetchTiles.cpp - What the next product reads, announced -------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Before:  scf.for %p { %k = slice %x[f(%p)]; matmul %q, %k }
// After:   scf.for %p { %k = slice %x[f(%p)]; prefetch %x[f(%p + 1)];
//                       matmul %q, %k }
//
// Nothing depends on what is announced, so a wrong guess costs time only; but
// what is computed to find its place runs, and must not fail.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Dominance.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "tilec/Analysis/Failures.h"
#include "tilec/Analysis/Storage.h"
#include "tilec/Dialect/Tile/Tile.h"
#include "tilec/Transforms/Passes.h"
#include "tilec/Transforms/Report.h"

namespace tilec {
#define GEN_PASS_DEF_TILEPREFETCHTILES
#include "tilec/Transforms/Passes.h.inc"
} // namespace tilec

using namespace mlir;
using namespace tilec;
using namespace tilec::tile;

namespace {

/// Of a product.
TypedValue<TileType> getRhs(Operation *op) {
  if (auto product = dyn_cast<MatmulOp>(op))
    return product.getRhs();
  return cast<MatmulAccOp>(op).getRhs();
}

int64_t getBytes(TileType type) {
  unsigned bits = type.getElementType().getIntOrFloatBitWidth();
  return type.getNumCells() * bits / 8;
}

/// Computes offsets of a loop's next iteration in this one.
class NextIteration {
public:
  explicit NextIteration(scf::ForOp loop) : loop(loop) {}

  /// Whether computing it ahead is possible, and cannot fail.
  bool isComputable(Value value) {
    if (loop.isDefinedOutsideOfLoop(value) || value == loop.getInductionVar())
      return true;
    Operation *op = value.getDefiningOp();
    if (!op || op->getBlock() != loop.getBody() || op->getNumRegions())
      return false;
    // Operands may be shared: each is looked at once.
    if (auto known = computable.find(op); known != computable.end())
      return known->second;
    bool result =
        runsAhead(op) && llvm::all_of(op->getOperands(), [&](Value operand) {
          return isComputable(operand);
        });
    computable[op] = result;
    return result;
  }

  Value compute(OpBuilder &b, Value value) {
    if (loop.isDefinedOutsideOfLoop(value))
      return value;
    if (value == loop.getInductionVar() && !values.contains(value))
      values.map(value, advance(b));
    if (Value known = values.lookupOrNull(value))
      return known;
    Operation *op = value.getDefiningOp();
    for (Value operand : op->getOperands())
      if (!values.contains(operand))
        values.map(operand, compute(b, operand));
    b.clone(*op, values);
    return values.lookup(value);
  }

private:
  /// Whether the operation alone may run ahead.
  bool runsAhead(Operation *op) {
    auto read = dyn_cast<ReadOp>(op);
    if (!read)
      return isMemoryEffectFree(op) && !mayFail(op);
    if (!read.getInbounds() || !isa<TensorRefType>(read.getSource().getType()))
      return false;
    // What keeps it inside must not be a check that has yet to be made.
    for (Operation &before : *loop.getBody()) {
      if (&before == op)
        break;
      if (mayFail(&before))
        return false;
    }
    return true;
  }

  /// The last iteration stands for the one after it: whatever that reads is
  /// there.
  Value advance(OpBuilder &b) {
    Location loc = loop.getLoc();
    Value i = loop.getInductionVar(), step = loop.getStep();
    Value rest = b.create<arith::SubIOp>(loc, loop.getUpperBound(), i);
    Value hasNext =
        b.create<arith::CmpIOp>(loc, arith::CmpIPredicate::sgt, rest, step);
    Value next = b.create<arith::AddIOp>(loc, i, step);
    return b.create<arith::SelectOp>(loc, hasNext, next, i);
  }

  scf::ForOp loop;
  llvm::DenseMap<Operation *, bool> computable;
  IRMapping values;
};

class PrefetchTiles : public tilec::impl::TilePrefetchTilesBase<PrefetchTiles> {
public:
  using TilePrefetchTilesBase::TilePrefetchTilesBase;

  void runOnOperation() override {
    SmallVector<Block *> blocks;
    getOperation()->walk([&](Block *block) { blocks.push_back(block); });
    for (Block *block : blocks) {
      SmallVector<Operation *> products = getProducts(*block);
      for (size_t i = 0; i + 1 < products.size(); ++i)
        announceIn(products[i], products[i + 1]);
      auto loop = dyn_cast<scf::ForOp>(block->getParentOp());
      if (loop && !products.empty())
        announceInLoop(loop, products.back(), products.front());
    }
  }

private:
  SmallVector<Operation *> getProducts(Block &block) {
    SmallVector<Operation *> products;
    for (Operation &op : block)
      if (isa<MatmulOp, MatmulAccOp>(op))
        products.push_back(&op);
    return products;
  }

  /// The slice of the caller's memory that a product multiplies by; null if it
  /// is none, or a large one.
  SliceOp getStreamed(Operation *product) {
    auto slice = getRhs(product).getDefiningOp<SliceOp>();
    if (!slice || getBytes(slice.getResult().getType()) > maxBytes)
      return {};
    auto tensor = dyn_cast<TensorRefType>(slice.getSource().getType());
    if (!tensor || tensor.isPacked() || tensor.getRank() != 2)
      return {};
    bool isCallers = llvm::all_of(
        getStorageRoots(slice.getSource()), [](const StorageRoot &root) {
          return isa_and_nonnull<BlockArgument>(root.value);
        });
    return isCallers ? slice : SliceOp();
  }

  /// Both are in one block.
  void announceIn(Operation *product, Operation *next) {
    SliceOp slice = getStreamed(next);
    if (!slice)
      return;
    auto &dominance = getAnalysis<DominanceInfo>();
    if (!dominance.dominates(slice.getSource(), product) ||
        !llvm::all_of(slice.getOffsets(), [&](Value offset) {
          return dominance.dominates(offset, product);
        }))
      return;
    announce(product, slice, slice.getOffsets());
  }

  void announceInLoop(scf::ForOp loop, Operation *last, Operation *first) {
    SliceOp slice = getStreamed(first);
    if (!slice || !loop.isDefinedOutsideOfLoop(slice.getSource()))
      return;
    NextIteration next(loop);
    if (!llvm::all_of(slice.getOffsets(),
                      [&](Value offset) { return next.isComputable(offset); }))
      return;
    OpBuilder b(last);
    SmallVector<Value> offsets;
    for (Value offset : slice.getOffsets())
      offsets.push_back(next.compute(b, offset));
    announce(last, slice, offsets);
  }

  void announce(Operation *product, SliceOp slice, ValueRange offsets) {
    OpBuilder(product).create<PrefetchOp>(
        product->getLoc(), slice.getSource(), offsets,
        slice.getResult().getType().getShape());
    emitReport(*this, product->getLoc()) << "announces what is read next";
    ++numAnnounced;
  }
};

} // namespace
