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
// Where cells are computed at length before the product, such as by exp, a part
// of the rows is announced there already: memory is asked evenly.
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

bool isProduct(Operation *op) { return isa<MatmulOp, MatmulAccOp>(op); }

/// Whether computing a cell takes tens of instructions.
bool isLong(Operation *op) {
  auto unary = dyn_cast<UnaryElementwiseOp>(op);
  if (!unary ||
      !isa<FloatType>(
          cast<TileType>(op->getResult(0).getType()).getElementType()))
    return false;
  switch (unary.getUnaryKind()) {
  case UnaryKind::Exp:
  case UnaryKind::Log:
  case UnaryKind::Sin:
  case UnaryKind::Cos:
  case UnaryKind::Sigmoid:
  case UnaryKind::Tanh:
    return true;
  default:
    return false;
  }
}

/// In instructions on one cell, of products and what is long: that of exp,
/// which has 20, measured by when a share of the rows serves best.
int64_t getCost(Operation *op) {
  int64_t cells = cast<TileType>(op->getResult(0).getType()).getNumCells();
  if (!isProduct(op))
    return 16 * cells;
  auto rhs = getRhs(op).getType();
  // Each cell of the right operand meets each row; pairs take one instruction.
  int64_t rows = cast<TileType>(op->getResult(0).getType()).getShape()[0];
  return rows * rhs.getNumCells() / 2;
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
      if (isProduct(&op))
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
    SmallVector<Operation *> before = getLong(product);
    if (!before.empty() &&
        !llvm::all_of(slice->getOperands(), [&](Value operand) {
          return dominance.dominates(operand, before.front());
        }))
      before.clear();
    announce(product, before, slice, slice.getOffsets());
  }

  /// What is long between a product and the one before it.
  SmallVector<Operation *> getLong(Operation *product) {
    SmallVector<Operation *> found;
    for (Operation *op = product->getPrevNode(); op && !isProduct(op);
         op = op->getPrevNode())
      if (isLong(op))
        found.push_back(op);
    std::reverse(found.begin(), found.end());
    return found;
  }

  void announceInLoop(scf::ForOp loop, Operation *last, Operation *first) {
    SliceOp slice = getStreamed(first);
    if (!slice || !loop.isDefinedOutsideOfLoop(slice.getSource()))
      return;
    NextIteration next(loop);
    if (!llvm::all_of(slice.getOffsets(),
                      [&](Value offset) { return next.isComputable(offset); }))
      return;
    SmallVector<Operation *> before = getLong(last);
    OpBuilder b(before.empty() ? last : before.front());
    SmallVector<Value> offsets;
    for (Value offset : slice.getOffsets())
      offsets.push_back(next.compute(b, offset));
    announce(last, before, slice, offsets);
  }

  /// The first rows before \p before, if that is anything, and the others
  /// before \p product, by the time that each takes.
  void announce(Operation *product, ArrayRef<Operation *> before, SliceOp slice,
                SmallVector<Value> offsets) {
    SmallVector<int64_t> sizes(slice.getResult().getType().getShape());
    int64_t cost = 0, early = 0;
    for (Operation *op : before)
      cost += getCost(op);
    if (cost > 0)
      early = sizes[0] * cost / (cost + getCost(product));
    auto create = [&](Operation *place) {
      OpBuilder(place).create<PrefetchOp>(product->getLoc(), slice.getSource(),
                                          offsets, sizes);
    };
    if (early > 0) {
      sizes[0] = early;
      create(before.front());
      OpBuilder b(product);
      Location loc = product->getLoc();
      Value rows = b.create<arith::ConstantIndexOp>(loc, early);
      offsets[0] = b.create<arith::AddIOp>(loc, offsets[0], rows);
      sizes[0] = slice.getResult().getType().getShape()[0] - early;
    }
    create(product);
    emitReport(*this, product->getLoc()) << "announces what is read next";
    ++numAnnounced;
  }
};

} // namespace
