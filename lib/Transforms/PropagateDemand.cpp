//===- PropagateDemand.cpp - Cells that nothing observes ----------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Tiles are narrowed where they are made: by what a slice or contraction asks
// for, else by `tile.set_valid_shape`. All that is computed of them follows by
// the rules for valid regions.
//
//===----------------------------------------------------------------------===//

#include "UpdateValidTypes.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Iterators.h"
#include "tilec/Analysis/Bounds.h"
#include "tilec/Analysis/Demand.h"
#include "tilec/Analysis/Failures.h"
#include "tilec/Analysis/Regions.h"
#include "tilec/Dialect/Tile/PruneResults.h"
#include "tilec/Transforms/Passes.h"
#include "tilec/Transforms/Report.h"

namespace tilec {
#define GEN_PASS_DEF_TILEPROPAGATEDEMAND
#include "tilec/Transforms/Passes.h.inc"
} // namespace tilec

using namespace mlir;
using namespace tilec;
using namespace tilec::tile;

namespace {

/// A tile that is valid further than anything looks at.
struct Narrowing {
  Value tile;
  /// Whether the slice or contraction that makes it may ask for less.
  bool atAccess = false;
  /// Set where others look at more of it than this operand needs.
  OpOperand *use = nullptr;
  /// For each dimension, what it is to be cut to; none where it is not.
  SmallVector<SmallVector<IndexSum, 2>, 4> bounds;
};

class PropagateDemand
    : public tilec::impl::TilePropagateDemandBase<PropagateDemand> {
public:
  void runOnOperation() override {
    Demand demand(getOperation());
    sums = &demand.getSums();
    // Places and proofs refer to the program as it is: first all decisions.
    std::vector<Narrowing> narrowings;
    visitTiles([&](Value tile) {
      if (auto narrowing = plan(tile, demand))
        narrowings.push_back(std::move(*narrowing));
      planUses(tile, demand, narrowings);
    });
    DenseSet<Value> changed;
    for (const Narrowing &narrowing : narrowings) {
      report(narrowing);
      changed.insert(narrowing.atAccess ? askForLess(narrowing)
                     : narrowing.use    ? narrowUse(narrowing)
                                        : narrowBehind(narrowing));
    }
    updateValidTypes(getOperation(), std::move(changed));
    if (eraseUnreadStores(demand))
      eraseUnused();
  }

private:
  void visitTiles(function_ref<void(Value)> visit);
  std::optional<Narrowing> plan(Value tile, Demand &demand);
  void planUses(Value tile, Demand &demand, std::vector<Narrowing> &narrowings);
  SmallVector<IndexSum, 2> getUseful(Value tile, unsigned dim,
                                     ArrayRef<IndexSum> wanted);
  bool mayAskForLess(Operation *op);
  Value askForLess(const Narrowing &narrowing);
  Value narrowBehind(const Narrowing &narrowing);
  Value narrowUse(const Narrowing &narrowing);
  SmallVector<Value> buildExtents(OpBuilder &b, const Narrowing &narrowing,
                                  ValueRange asked);
  bool eraseUnreadStores(Demand &demand);
  void eraseUnused();
  void report(const Narrowing &narrowing);

  IndexSums *sums = nullptr;
};

} // namespace

//===----------------------------------------------------------------------===//
// What is narrowed
//===----------------------------------------------------------------------===//

/// Function arguments, and results in program order.
void PropagateDemand::visitTiles(function_ref<void(Value)> visit) {
  auto visitTile = [&](Value value) {
    if (isa<TileType>(value.getType()) && !value.use_empty())
      visit(value);
  };
  llvm::for_each(getOperation().getArguments(), visitTile);
  getOperation().walk<WalkOrder::PreOrder>(
      [&](Operation *op) { llvm::for_each(op->getResults(), visitTile); });
}

/// Whether narrowing the tile saves nothing: constants are computed where an
/// elementwise operation asks for them, and what has just been narrowed is.
static bool isNarrowedByUsers(Value tile) {
  if (tile.hasOneUse() && isa<SetValidShapeOp>(*tile.user_begin()))
    return true;
  auto isElementwise = [](Operation *op) { return isa<ElementwiseOp>(op); };
  return isa_and_nonnull<FullOp, ArangeOp>(tile.getDefiningOp()) &&
         llvm::all_of(tile.getUsers(), isElementwise);
}

/// Of these bounds, those that the tile is not known to be valid within.
SmallVector<IndexSum, 2> PropagateDemand::getUseful(Value tile, unsigned dim,
                                                    ArrayRef<IndexSum> wanted) {
  SmallVector<IndexSum, 2> own, useful;
  if (wanted.empty())
    return useful;
  for (const ExtentBound &bound : getValidExtent(tile, dim).bounds)
    llvm::append_range(own, sums->getBounds(bound));
  Operation *op = tile.getDefiningOp();
  Operation *place = op ? op : &cast<BlockArgument>(tile).getOwner()->front();
  for (const IndexSum &bound : wanted)
    if (llvm::none_of(own, [&](const IndexSum &known) {
          return sums->provesAtMost(place, known, bound);
        }))
      useful.push_back(bound);
  return useful;
}

std::optional<Narrowing> PropagateDemand::plan(Value tile, Demand &demand) {
  Narrowing narrowing{tile, false, nullptr, {}};
  auto type = cast<TileType>(tile.getType());
  bool isUseful = false;
  for (int64_t d = 0; d < type.getRank(); ++d) {
    narrowing.bounds.emplace_back();
    // A tile that nothing looks at is for others to remove.
    DemandedExtent wanted = demand.get(tile, d);
    if (type.getShape()[d] > 1 && !Demand::isPassedOn(tile, d))
      narrowing.bounds.back() = getUseful(tile, d, wanted.bounds);
    isUseful |= !narrowing.bounds.back().empty();
  }
  if (!isUseful)
    return std::nullopt;
  narrowing.atAccess = mayAskForLess(tile.getDefiningOp());
  if (!narrowing.atAccess && isNarrowedByUsers(tile))
    return std::nullopt;
  return narrowing;
}

/// The operand that cuts the result of what computes cells along a dimension,
/// and the dimension that does.
static std::pair<OpOperand *, unsigned> getCuttingOperand(Operation *op,
                                                          unsigned dim) {
  auto getOfProduct = [&](auto product) {
    return dim == 0 ? std::pair(&product.getLhsMutable(),
                                product.getTransposeA() ? 1u : 0u)
                    : std::pair(&product.getRhsMutable(),
                                product.getTransposeB() ? 0u : 1u);
  };
  if (auto product = dyn_cast<MatmulOp>(op))
    return getOfProduct(product);
  if (auto product = dyn_cast<MatmulAccOp>(op))
    return getOfProduct(product);
  if (auto reduce = dyn_cast<ReduceOp>(op))
    return {&reduce.getSourceMutable(), dim};
  if (!isa<ElementwiseOp>(op) || mayFail(op))
    return {nullptr, 0};
  int64_t size = cast<TileType>(op->getResult(0).getType()).getShape()[dim];
  for (OpOperand &operand : op->getOpOperands())
    if (auto type = dyn_cast<TileType>(operand.get().getType()))
      if (type.getShape()[dim] == size)
        return {&operand, dim};
  return {nullptr, 0};
}

/// Where others look at more of an operand than is demanded of the result.
void PropagateDemand::planUses(Value tile, Demand &demand,
                               std::vector<Narrowing> &narrowings) {
  Operation *op = tile.getDefiningOp();
  // Cells of an elementwise operation are computed where its only user asks.
  if (!op || (isa<ElementwiseOp>(op) && isNarrowedByUsers(tile)))
    return;
  size_t first = narrowings.size();
  auto type = cast<TileType>(tile.getType());
  for (int64_t d = 0; d < type.getRank(); ++d) {
    auto [use, dim] = type.getShape()[d] > 1
                          ? getCuttingOperand(op, d)
                          : std::pair<OpOperand *, unsigned>();
    if (!use)
      continue;
    DemandedExtent known = demand.get(use->get(), dim);
    SmallVector<IndexSum, 2> wanted;
    for (const IndexSum &bound : demand.get(tile, d).bounds)
      if (llvm::none_of(known.bounds, [&](const IndexSum &other) {
            return sums->isAtMost(other, bound);
          }))
        wanted.push_back(bound);
    SmallVector<IndexSum, 2> useful = getUseful(tile, d, wanted);
    if (useful.empty())
      continue;
    auto *same = std::find_if(
        narrowings.data() + first, narrowings.data() + narrowings.size(),
        [use = use](const Narrowing &other) { return other.use == use; });
    if (same == narrowings.data() + narrowings.size()) {
      narrowings.push_back({use->get(), false, use, {}});
      same = &narrowings.back();
      same->bounds.resize(cast<TileType>(use->get().getType()).getRank());
    }
    same->bounds[dim] = std::move(useful);
  }
}

/// Whether what makes a tile may touch less: where it fails today, it must
/// fail.
bool PropagateDemand::mayAskForLess(Operation *op) {
  auto isInside = [](Value source, ValueRange offsets) {
    return isa<TensorRefType>(source.getType()) ||
           llvm::all_of(offsets, [](Value offset) {
             auto constant = getConstantIntValue(offset);
             return constant && *constant >= 0;
           });
  };
  bool isAccess = false;
  if (auto slice = dyn_cast_or_null<SliceOp>(op))
    isAccess = isInside(slice.getSource(), slice.getOffsets());
  if (auto product = dyn_cast_or_null<ContractOp>(op))
    isAccess = isInside(product.getLhs(), product.getLhsOffsets()) &&
               isInside(product.getRhs(), product.getRhsOffsets());
  return isAccess && (!hasBoundsCheck(op) || provesInside(op));
}

//===----------------------------------------------------------------------===//
// Narrowing
//===----------------------------------------------------------------------===//

/// What is asked for in each dimension, or the whole size, and at most the
/// bounds; who asks for more than the size gets that.
SmallVector<Value> PropagateDemand::buildExtents(OpBuilder &b,
                                                 const Narrowing &narrowing,
                                                 ValueRange asked) {
  Location loc = narrowing.tile.getLoc();
  auto shape = cast<TileType>(narrowing.tile.getType()).getShape();
  SmallVector<Value> extents;
  for (auto [d, bounds] : llvm::enumerate(narrowing.bounds)) {
    Value extent = asked.empty() ? Value() : asked[d];
    if (extent && getConstantIntValue(extent).value_or(0) >= shape[d] &&
        !bounds.empty())
      extent = Value();
    for (const IndexSum &bound : bounds) {
      Value next = sums->build(b, loc, bound);
      extent =
          extent ? b.createOrFold<arith::MinSIOp>(loc, extent, next) : next;
    }
    extents.push_back(extent ? extent
                             : b.create<arith::ConstantIndexOp>(loc, shape[d]));
  }
  return extents;
}

Value PropagateDemand::askForLess(const Narrowing &narrowing) {
  Operation *op = narrowing.tile.getDefiningOp();
  OpBuilder b(op);
  if (auto product = dyn_cast<ContractOp>(op)) {
    SmallVector<Value> extents =
        buildExtents(b, narrowing, {product.getM(), product.getN()});
    product.getMMutable().assign(extents[0]);
    product.getNMutable().assign(extents[1]);
  } else {
    auto slice = cast<SliceOp>(op);
    slice.getValidMutable().assign(
        buildExtents(b, narrowing, slice.getValid()));
  }
  updateTypeOfAccess(op);
  return narrowing.tile;
}

/// The extents stand before what makes the tile, which may so look ahead.
Value PropagateDemand::narrowBehind(const Narrowing &narrowing) {
  Value tile = narrowing.tile;
  OpBuilder b(&getContext());
  if (Operation *op = tile.getDefiningOp())
    b.setInsertionPoint(op);
  else
    b.setInsertionPointToStart(cast<BlockArgument>(tile).getOwner());
  SmallVector<Value> extents = buildExtents(b, narrowing, {});
  if (tile.getDefiningOp())
    b.setInsertionPointAfterValue(tile);
  auto narrowed = b.create<SetValidShapeOp>(tile.getLoc(), tile, extents);
  tile.replaceAllUsesExcept(narrowed, narrowed);
  return narrowed;
}

/// For one of the users of a tile.
Value PropagateDemand::narrowUse(const Narrowing &narrowing) {
  OpBuilder b(narrowing.use->getOwner());
  SmallVector<Value> extents = buildExtents(b, narrowing, {});
  Value tile = narrowing.use->get();
  auto narrowed = b.create<SetValidShapeOp>(tile.getLoc(), tile, extents);
  narrowing.use->set(narrowed);
  return narrowed;
}

//===----------------------------------------------------------------------===//
// What nothing reads
//===----------------------------------------------------------------------===//

/// Stores that cannot fail, into storage that nothing reads.
bool PropagateDemand::eraseUnreadStores(Demand &demand) {
  SmallVector<AssembleOp> unread;
  getOperation().walk([&](AssembleOp op) {
    auto isUnread = [&](const StorageRoot &root) {
      return root.value && root.value.getDefiningOp<CreateOp>() &&
             demand.get(root.value, 0).isNone;
    };
    if (llvm::all_of(getStorageRoots(op.getDest()), isUnread) &&
        (!hasBoundsCheck(op) || provesInside(op)))
      unread.push_back(op);
  });
  for (AssembleOp op : unread) {
    emitReport(*this, op.getLoc()) << "not stored, as nothing reads it";
    ++numErased;
    op.erase();
  }
  return !unread.empty();
}

/// Whether an operation computes, writes and checks nothing but for its
/// results.
static bool isUnused(Operation *op) {
  if (!op->use_empty() || op->hasTrait<OpTrait::IsTerminator>() || mayFail(op))
    return false;
  auto isEmpty = [](Region &region) {
    return llvm::all_of(
        region, [](Block &block) { return llvm::hasSingleElement(block); });
  };
  if (op->getNumRegions() > 0)
    return isa<scf::ForOp, scf::IfOp, ScopeOp, ParallelOp>(op) &&
           llvm::all_of(op->getRegions(), isEmpty);
  return isa<CreateOp>(op) || isOpTriviallyDead(op);
}

/// What was computed for stores that are gone, and loops of which nothing is
/// left.
void PropagateDemand::eraseUnused() {
  pruneResults(getOperation());
  getOperation().walk<WalkOrder::PostOrder, ReverseIterator>([](Operation *op) {
    if (isUnused(op))
      op->erase();
  });
}

//===----------------------------------------------------------------------===//
// Remarks
//===----------------------------------------------------------------------===//

/// A term in the author's words: dynamic names are arguments of the entry.
static std::string describeTerm(Value value) {
  auto argument = dyn_cast<BlockArgument>(value);
  if (!argument)
    return describeValue(value);
  auto function = dyn_cast<func::FuncOp>(argument.getOwner()->getParentOp());
  if (!function)
    return "the variable of a loop";
  auto symbol = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(),
                                                      "tile.symbol");
  return symbol ? ("`" + symbol.getValue() + "`").str() : "a parameter";
}

static std::string describe(const IndexSum &sum) {
  std::string text;
  auto append = [&](bool isNegative, const std::string &term) {
    if (!text.empty())
      text += isNegative ? " - " : " + ";
    else if (isNegative)
      text += "-";
    text += term;
  };
  for (auto [value, factor] : sum.terms) {
    std::string times =
        factor == 1 || factor == -1
            ? ""
            : std::to_string(factor < 0 ? -factor : factor) + " * ";
    append(factor < 0, times + describeTerm(value));
  }
  if (sum.constant != 0 || text.empty())
    append(sum.constant < 0,
           std::to_string(sum.constant < 0 ? -sum.constant : sum.constant));
  return text;
}

static std::string describeDim(TileType type, unsigned dim) {
  std::string size = std::to_string(type.getShape()[dim]);
  if (type.getRank() == 2)
    return size + (dim == 0 ? " rows" : " columns");
  return size + " cells of dimension " + std::to_string(dim);
}

void PropagateDemand::report(const Narrowing &narrowing) {
  Operation *op = narrowing.use ? narrowing.use->getOwner()
                                : narrowing.tile.getDefiningOp();
  bool isChecked = !narrowing.atAccess && op && hasBoundsCheck(op);
  ++(isChecked ? numBehind : numNarrowed);
  auto type = cast<TileType>(narrowing.tile.getType());
  auto remark = emitReport(*this, op ? op->getLoc() : narrowing.tile.getLoc());
  bool isFirst = true;
  for (auto [d, bounds] : llvm::enumerate(narrowing.bounds)) {
    if (bounds.empty())
      continue;
    remark << (isFirst ? "of " : ", and of ") << describeDim(type, d)
           << " no more than ";
    for (auto [i, bound] : llvm::enumerate(bounds))
      remark << (i ? " or " : "") << describe(bound);
    isFirst = false;
  }
  remark << " can be observed";
  if (isChecked)
    remark << "; all are read, as they may be outside of the tensor";
}
