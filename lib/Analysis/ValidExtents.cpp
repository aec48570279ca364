//===- ValidExtents.cpp - Valid extents of tiles as IR values -----------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Analysis/ValidExtents.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Matchers.h"
#include "tilec/Dialect/Tile/Tile.h"

using namespace mlir;
using namespace tilec;
using namespace tilec::tile;

namespace {

/// One question; a loop that it meets again on its way adds nothing.
class ExtentQuery {
public:
  ValidExtent get(Value tile, unsigned dim);

private:
  ValidExtent getOfOp(Operation *op, Value tile, unsigned dim);
  ValidExtent getOfSlice(SliceOp op, unsigned dim);
  ValidExtent cutToTile(ValidExtent extent, Value tile, unsigned dim,
                        Value offset);
  ValidExtent getOfContract(ContractOp op, unsigned dim);
  ValidExtent getOfProduct(Operation *op, unsigned dim);
  ValidExtent getOfElementwise(Operation *op, TileType type, unsigned dim);
  ValidExtent getOfReshape(ReshapeOp op, unsigned dim);
  ValidExtent getOfConcat(ConcatOp op, unsigned dim);
  ValidExtent getCarried(scf::ForOp loop, unsigned number, unsigned dim,
                         bool isInside);

  SmallVector<std::pair<Operation *, unsigned>> active;
};

} // namespace

static ValidExtent getConstant(int64_t extent, bool isExact = true) {
  return {{{Value(), extent}}, isExact};
}

/// All that is known without a look at the operands.
static ValidExtent getNominal(TileType type, unsigned dim) {
  return getConstant(type.getShape()[dim], /*isExact=*/false);
}

/// How deep minimums are taken apart: with them the number of bounds grows.
static constexpr unsigned kMaxMinimums = 4;

/// The bounds that a minimum stands for, or a maximum with 0, which every
/// extent has.
static SmallVector<Value, 2> takeApart(const ExtentBound &bound) {
  Operation *op = bound.value ? bound.value.getDefiningOp() : nullptr;
  if (isa_and_nonnull<arith::MinSIOp, MinimumOp>(op))
    return llvm::to_vector<2>(op->getOperands());
  APInt floor;
  int64_t sum;
  if (isa_and_nonnull<arith::MaxSIOp, MaximumOp>(op) &&
      matchPattern(op->getOperand(1), m_ConstantInt(&floor)) &&
      !llvm::AddOverflow(bound.constant, floor.getSExtValue(), sum) && sum <= 0)
    return {op->getOperand(0)};
  return {};
}

static void addBound(ValidExtent &extent, ExtentBound bound,
                     unsigned minimums = 0) {
  SmallVector<Value, 2> parts;
  if (minimums < kMaxMinimums)
    parts = takeApart(bound);
  for (Value part : parts)
    addBound(extent, {part, bound.constant}, minimums + 1);
  if (!parts.empty())
    return;
  APInt constant;
  if (bound.value && matchPattern(bound.value, m_ConstantInt(&constant)) &&
      !llvm::AddOverflow(bound.constant, constant.getSExtValue(),
                         bound.constant))
    bound.value = Value();
  if (bound.value) {
    if (!llvm::is_contained(extent.bounds, bound))
      extent.bounds.push_back(bound);
    return;
  }
  // One constant is enough: the smallest, and 0 for a negative one.
  bound.constant = std::max<int64_t>(bound.constant, 0);
  for (ExtentBound &other : extent.bounds)
    if (!other.value) {
      other.constant = std::min(other.constant, bound.constant);
      return;
    }
  extent.bounds.push_back(bound);
}

static ValidExtent intersect(ValidExtent lhs, const ValidExtent &rhs) {
  for (const ExtentBound &bound : rhs.bounds)
    addBound(lhs, bound);
  lhs.isExact &= rhs.isExact;
  return lhs;
}

static int64_t getConstantBound(const ValidExtent &extent) {
  for (const ExtentBound &bound : extent.bounds)
    if (!bound.value)
      return bound.constant;
  return std::numeric_limits<int64_t>::max();
}

/// What holds whichever of two tiles it is.
static ValidExtent join(const ValidExtent &lhs, const ValidExtent &rhs) {
  ValidExtent result = getConstant(
      std::max(getConstantBound(lhs), getConstantBound(rhs)), false);
  for (const ExtentBound &bound : lhs.bounds)
    if (bound.value && llvm::is_contained(rhs.bounds, bound))
      result.bounds.push_back(bound);
  bool isSame = result.bounds.size() == lhs.bounds.size() &&
                result.bounds.size() == rhs.bounds.size() &&
                getConstantBound(lhs) == getConstantBound(rhs);
  result.isExact = isSame && lhs.isExact && rhs.isExact;
  return result;
}

ValidExtent ExtentQuery::get(Value tile, unsigned dim) {
  auto type = cast<TileType>(tile.getType());
  if (!type.isDynamicValid(dim))
    return getConstant(type.getValid()[dim]);
  auto result = dyn_cast<OpResult>(tile);
  if (result)
    return getOfOp(result.getOwner(), tile, dim);
  auto argument = cast<BlockArgument>(tile);
  auto loop = dyn_cast<scf::ForOp>(argument.getOwner()->getParentOp());
  if (loop && argument.getArgNumber() > 0)
    return getCarried(loop, argument.getArgNumber() - 1, dim,
                      /*isInside=*/true);
  return getNominal(type, dim);
}

ValidExtent ExtentQuery::getOfOp(Operation *op, Value tile, unsigned dim) {
  auto type = cast<TileType>(tile.getType());
  unsigned number = cast<OpResult>(tile).getResultNumber();
  if (auto slice = dyn_cast<SliceOp>(op))
    return getOfSlice(slice, dim);
  if (auto set = dyn_cast<SetValidShapeOp>(op)) {
    ValidExtent extent = get(set.getSource(), dim);
    addBound(extent, {set.getValid()[dim], 0});
    return extent;
  }
  if (auto relax = dyn_cast<RelaxValidOp>(op))
    return get(relax.getSource(), dim);
  if (auto contract = dyn_cast<ContractOp>(op))
    return getOfContract(contract, dim);
  if (isa<MatmulOp, MatmulAccOp>(op))
    return getOfProduct(op, dim);
  if (isa<ElementwiseOp>(op))
    return getOfElementwise(op, type, dim);
  if (auto reduce = dyn_cast<ReduceOp>(op))
    return get(reduce.getSource(), dim);
  if (auto insert = dyn_cast<InsertOp>(op))
    return get(insert.getDest(), dim);
  if (auto swap = dyn_cast<TransposeOp>(op))
    return get(swap.getSource(), dim == swap.getDim0()   ? swap.getDim1()
                                 : dim == swap.getDim1() ? swap.getDim0()
                                                         : dim);
  if (auto reshape = dyn_cast<ReshapeOp>(op))
    return getOfReshape(reshape, dim);
  if (auto concat = dyn_cast<ConcatOp>(op))
    return getOfConcat(concat, dim);
  if (auto loop = dyn_cast<scf::ForOp>(op))
    return getCarried(loop, number, dim, /*isInside=*/false);
  if (auto branch = dyn_cast<scf::IfOp>(op))
    return join(get(branch.thenYield().getOperand(number), dim),
                get(branch.elseYield().getOperand(number), dim));
  if (auto scope = dyn_cast<ScopeOp>(op))
    return get(scope.getYield().getValues()[number], dim);
  return getNominal(type, dim);
}

ValidExtent ExtentQuery::getOfSlice(SliceOp op, unsigned dim) {
  ValidExtent extent = getConstant(op.getResult().getType().getShape()[dim]);
  if (!op.getValid().empty())
    addBound(extent, {op.getValid()[dim], 0});
  return cutToTile(extent, op.getSource(), dim, op.getOffsets()[dim]);
}

/// Of a tile, what is left of its extent behind the offset.
ValidExtent ExtentQuery::cutToTile(ValidExtent extent, Value tile, unsigned dim,
                                   Value offset) {
  if (isa<TensorRefType>(tile.getType()))
    return extent;
  ValidExtent source = get(tile, dim);
  extent.isExact = source.isExact;
  APInt known;
  bool isKnown =
      matchPattern(offset, m_ConstantInt(&known)) && known.isNonNegative();
  for (ExtentBound bound : source.bounds) {
    if (isKnown && !llvm::SubOverflow(bound.constant, known.getSExtValue(),
                                      bound.constant))
      addBound(extent, bound);
    else
      extent.isExact = false;
  }
  return extent;
}

ValidExtent ExtentQuery::getOfContract(ContractOp op, unsigned dim) {
  ValidExtent extent = getConstant(op.getResult().getType().getShape()[dim]);
  addBound(extent, {dim == 0 ? op.getM() : op.getN(), 0});
  unsigned along = 1 - (dim == 0 ? op.getLhsKDim() : op.getRhsKDim());
  extent =
      dim == 0
          ? cutToTile(extent, op.getLhs(), along, op.getLhsOffsets()[along])
          : cutToTile(extent, op.getRhs(), along, op.getRhsOffsets()[along]);
  return op.getAcc() ? intersect(extent, get(op.getAcc(), dim)) : extent;
}

ValidExtent ExtentQuery::getOfProduct(Operation *op, unsigned dim) {
  auto ofOperands = [&](Value lhs, Value rhs, bool transposeA,
                        bool transposeB) {
    return dim == 0 ? get(lhs, transposeA) : get(rhs, !transposeB);
  };
  if (auto matmul = dyn_cast<MatmulOp>(op))
    return ofOperands(matmul.getLhs(), matmul.getRhs(), matmul.getTransposeA(),
                      matmul.getTransposeB());
  auto matmul = cast<MatmulAccOp>(op);
  return intersect(ofOperands(matmul.getLhs(), matmul.getRhs(),
                              matmul.getTransposeA(), matmul.getTransposeB()),
                   get(matmul.getAcc(), dim));
}

/// The intersection; a stretched cell is valid everywhere or nowhere.
ValidExtent ExtentQuery::getOfElementwise(Operation *op, TileType type,
                                          unsigned dim) {
  std::optional<ValidExtent> result;
  bool isExact = true;
  for (Value operand : op->getOperands()) {
    auto tile = dyn_cast<TileType>(operand.getType());
    if (!tile)
      continue;
    if (tile.getShape()[dim] != type.getShape()[dim]) {
      isExact &= tile.getValid()[dim] == 1;
      continue;
    }
    ValidExtent extent = get(operand, dim);
    result = result ? intersect(*result, extent) : extent;
  }
  if (!result)
    return getNominal(type, dim);
  result->isExact &= isExact;
  return *result;
}

/// The only dimension of these that is not 1-sized.
static std::optional<int64_t> getOnlyWide(ArrayRef<int64_t> dims,
                                          ArrayRef<int64_t> shape) {
  std::optional<int64_t> found;
  for (int64_t d : dims) {
    if (shape[d] == 1)
      continue;
    if (found)
      return std::nullopt;
    found = d;
  }
  return found;
}

/// Bounded where a dimension only gains or loses 1-sized ones beside it; not
/// exact, as an empty 1-sized dimension empties the whole.
ValidExtent ExtentQuery::getOfReshape(ReshapeOp op, unsigned dim) {
  auto source = cast<TileType>(op.getSource().getType());
  auto result = cast<TileType>(op.getResult().getType());
  for (const ReshapeGroup &group :
       getReshapeGroups(source.getShape(), result.getShape())) {
    auto from = getOnlyWide(group.source, source.getShape());
    if (!from || getOnlyWide(group.result, result.getShape()) != dim)
      continue;
    ValidExtent extent = get(op.getSource(), *from);
    extent.isExact = false;
    return extent;
  }
  return getNominal(result, dim);
}

ValidExtent ExtentQuery::getOfConcat(ConcatOp op, unsigned dim) {
  if (dim != op.getAxis()) {
    ValidExtent result = get(op.getSources().front(), dim);
    for (Value source : op.getSources().drop_front())
      result = intersect(result, get(source, dim));
    return result;
  }
  int64_t before = 0;
  for (Value source : op.getSources().drop_back())
    before += cast<TileType>(source.getType()).getShape()[dim];
  // Not `max(0, minimum) + before`, but no more than that.
  ValidExtent last = get(op.getSources().back(), dim);
  return getConstant(getConstantBound(last) + before, /*isExact=*/false);
}

/// Whether the body runs at least once.
static bool runs(scf::ForOp loop) {
  APInt lower, upper;
  return matchPattern(loop.getLowerBound(), m_ConstantInt(&lower)) &&
         matchPattern(loop.getUpperBound(), m_ConstantInt(&upper)) &&
         lower.slt(upper);
}

/// Drops what an iteration decides.
static ValidExtent dropInside(ValidExtent extent, scf::ForOp loop) {
  auto isInside = [&](ExtentBound bound) {
    return bound.value &&
           loop.getRegion().isAncestor(bound.value.getParentRegion());
  };
  if (llvm::any_of(extent.bounds, isInside))
    extent.isExact = false;
  llvm::erase_if(extent.bounds, isInside);
  return extent;
}

ValidExtent ExtentQuery::getCarried(scf::ForOp loop, unsigned number,
                                    unsigned dim, bool isInside) {
  auto type = cast<TileType>(loop.getResult(number).getType());
  if (llvm::is_contained(active, std::make_pair(loop.getOperation(), number)))
    return getNominal(type, dim);
  active.push_back({loop, number});
  Value init = loop.getInitArgs()[number];
  ValidExtent last = get(loop.getYieldedValues()[number], dim);
  active.pop_back();
  // Whatever else is carried within the loop is of an earlier iteration.
  last = dropInside(last, loop);
  if (!isInside && runs(loop))
    return last;
  return join(get(init, dim), last);
}

ValidExtent tilec::getValidExtent(Value tile, unsigned dim) {
  return ExtentQuery().get(tile, dim);
}
