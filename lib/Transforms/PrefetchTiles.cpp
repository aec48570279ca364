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
// Behind a loop's last product comes the first one of the next iteration or, in
// the last one, of what follows the loop, such as the next iteration of a loop
// around it. Nothing depends on what is announced: a wrong guess costs time.
//
//===----------------------------------------------------------------------===//

#include "RunAhead.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
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
  if (!unary)
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
  auto result = cast<TileType>(op->getResult(0).getType());
  if (!isProduct(op))
    return 16 * result.getNumCells();
  // Each cell of the right operand meets each row; pairs take one instruction.
  return result.getShape()[0] * getRhs(op).getType().getNumCells() / 2;
}

/// What runs inside of another operation as if it stood in its place.
bool isSequence(Operation *op) { return isa<ScopeOp, scf::ForOp>(op); }

/// The product itself, or the first one in a region or a loop; null if none.
Operation *getFirstProduct(Operation *op) {
  if (isProduct(op))
    return op;
  if (!isSequence(op) && !isa<ParallelOp>(op))
    return nullptr;
  for (Operation &inner : op->getRegion(0).front())
    if (isProduct(&inner) || isSequence(&inner))
      if (Operation *first = getFirstProduct(&inner))
        return first;
  return nullptr;
}

/// A product that may follow.
struct Following {
  Operation *product;
  /// What it is in, if not in the same block (see RunAhead).
  Operation *region;
  RunAhead::Iteration iteration;
};

/// What follows \p op: the first of these or, in a loop's last iteration or if
/// it has none, the next ones; \p most of them.
SmallVector<Following, 2> getFollowing(Operation *op, unsigned most = 3) {
  if (most == 0)
    return {};
  for (Operation *next = op->getNextNode(); next; next = next->getNextNode())
    if (Operation *first = isProduct(next) || isSequence(next)
                               ? getFirstProduct(next)
                               : nullptr) {
      SmallVector<Following, 2> found = {
          {first, first == next ? nullptr : next, RunAhead::Iteration::First}};
      if (isa<scf::ForOp>(next))
        found.append(getFollowing(next, most - 1));
      return found;
    }
  Operation *parent = op->getParentOp();
  if (isa<ScopeOp>(parent))
    return getFollowing(parent, most);
  if (!isa<scf::ForOp, ParallelOp>(parent))
    return {};
  SmallVector<Following, 2> found = {
      {getFirstProduct(parent), parent, RunAhead::Iteration::Next}};
  if (isa<scf::ForOp>(parent))
    found.append(getFollowing(parent, most - 1));
  return found;
}

class PrefetchTiles : public tilec::impl::TilePrefetchTilesBase<PrefetchTiles> {
public:
  using TilePrefetchTilesBase::TilePrefetchTilesBase;

  void runOnOperation() override {
    SmallVector<Operation *> products;
    getOperation()->walk([&](Operation *op) {
      if (isProduct(op))
        products.push_back(op);
    });
    for (Operation *product : products)
      announceAfter(product);
  }

private:
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

  /// Announces at \p product what the one after it reads.
  void announceAfter(Operation *product) {
    SmallVector<Following, 2> following = getFollowing(product);
    if (following.empty())
      return;
    SliceOp slice = getStreamed(following[0].product);
    if (!slice)
      return;
    SmallVector<Operation *> before = getLong(product);
    Operation *place = before.empty() ? product : before.front();
    SmallVector<Value> offsets = computeOffsets(following, slice, place);
    if (!offsets.empty())
      announce(product, before, slice, offsets);
  }

  /// Of \p slice, which the first of those that may follow reads, or of the
  /// same slice of others in a loop's last iteration; none if they would have
  /// to wait.
  SmallVector<Value> computeOffsets(ArrayRef<Following> following,
                                    SliceOp slice, Operation *place) {
    auto &dominance = getAnalysis<DominanceInfo>();
    RunAhead ahead(following[0].region, following[0].iteration, place,
                   dominance);
    if (!dominance.dominates(slice.getSource(), place) ||
        !llvm::all_of(slice.getOffsets(),
                      [&](Value offset) { return ahead.isComputable(offset); }))
      return {};
    OpBuilder b(place);
    SmallVector<Value> offsets;
    for (Value offset : slice.getOffsets())
      offsets.push_back(ahead.compute(b, offset));
    auto loop = dyn_cast_or_null<scf::ForOp>(following[0].region);
    if (following.size() < 2 || !loop)
      return offsets;
    SliceOp last = getStreamed(following[1].product);
    if (!last || last.getSource() != slice.getSource() ||
        last.getResult().getType().getShape() !=
            slice.getResult().getType().getShape())
      return offsets;
    Value runs = getRuns(b, ahead, loop, following[0].iteration);
    SmallVector<Value> others;
    if (runs)
      others = computeOffsets(following.drop_front(), last, place);
    for (auto [offset, other] : llvm::zip(offsets, others))
      offset = b.create<arith::SelectOp>(loop.getLoc(), runs, offset, other);
    return offsets;
  }

  /// Whether the loop has that iteration; null if it cannot be known yet.
  Value getRuns(OpBuilder &b, RunAhead &ahead, scf::ForOp loop,
                RunAhead::Iteration iteration) {
    if (iteration == RunAhead::Iteration::Next)
      return hasNextIteration(b, loop.getLoc(), loop.getInductionVar(),
                              loop.getStep(), loop.getUpperBound());
    Value lower = loop.getLowerBound(), upper = loop.getUpperBound();
    if (!ahead.isComputable(lower) || !ahead.isComputable(upper))
      return {};
    return b.create<arith::CmpIOp>(loop.getLoc(), arith::CmpIPredicate::slt,
                                   ahead.compute(b, lower),
                                   ahead.compute(b, upper));
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
