//===- DemandTransfer.cpp - From the demand for results to operands -----===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What an operation may fail by is demanded whether its result is or not.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "tilec/Analysis/Bounds.h"
#include "tilec/Analysis/Demand.h"
#include "tilec/Analysis/Failures.h"
#include "tilec/Analysis/Regions.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tilec;
using namespace tilec::tile;

static int64_t getSize(Value tile, unsigned dim) {
  return cast<TileType>(tile.getType()).getShape()[dim];
}

/// Whether a box of a tile begins at or behind its first cell, where nothing
/// fails.
static bool areConstant(ValueRange offsets) {
  return llvm::all_of(offsets, [](Value offset) {
    auto constant = getConstantIntValue(offset);
    return constant && *constant >= 0;
  });
}

bool Demand::isInside(Operation *op) {
  auto [it, isNew] = inside.try_emplace(op, false);
  if (isNew)
    it->second = !hasBoundsCheck(op) || provesInside(op);
  return it->second;
}

//===----------------------------------------------------------------------===//
// Accesses
//===----------------------------------------------------------------------===//

void Demand::visitSlice(SliceOp op) {
  Extents wanted = lookUp(op.getResult());
  for (auto [d, extent] : llvm::enumerate(wanted)) {
    extent = intersect(extent, IndexSum(getSize(op.getResult(), d)));
    if (!op.getValid().empty())
      extent = intersect(extent, sums.getBounds(op.getValid()[d]));
  }
  if (isa<TensorRefType>(op.getSource().getType()))
    return requireBox(op.getSource(), op.getOffsets(), wanted);
  if (!areConstant(op.getOffsets()))
    return requireAll(op.getSource());
  for (auto [extent, offset] : llvm::zip(wanted, op.getOffsets()))
    extent = shift(extent, sums.get(offset), 1);
  require(op.getSource(), wanted);
}

void Demand::requireContracted(Value source, ValueRange offsets,
                               ArrayRef<DemandedExtent> extents, bool isNone) {
  if (isa<TileType>(source.getType()) && !areConstant(offsets))
    return requireAll(source);
  if (isNone)
    return;
  if (isa<TensorRefType>(source.getType()))
    return requireBox(source, offsets, extents);
  Extents box(extents);
  for (auto [extent, offset] : llvm::zip(box, offsets))
    extent = shift(extent, sums.get(offset), 1);
  require(source, box);
}

void Demand::visitContract(ContractOp op) {
  Extents wanted = lookUp(op.getResult());
  bool isNone = wanted[0].isNone || wanted[1].isNone;
  auto require = [&](bool isLhs) {
    unsigned kDim = isLhs ? op.getLhsKDim() : op.getRhsKDim();
    Extents box(2, DemandedExtent::below(sums.getBounds(op.getK())));
    box[1 - kDim] = intersect(wanted[isLhs ? 0 : 1],
                              sums.getBounds(isLhs ? op.getM() : op.getN()));
    box[1 - kDim] =
        intersect(box[1 - kDim], IndexSum(getSize(op.getResult(), !isLhs)));
    requireContracted(isLhs ? op.getLhs() : op.getRhs(),
                      isLhs ? op.getLhsOffsets() : op.getRhsOffsets(), box,
                      isNone);
  };
  require(true);
  require(false);
  if (op.getAcc())
    Demand::require(op.getAcc(), wanted);
}

void Demand::visitRead(ReadOp op) {
  if (isa<TileType>(op.getSource().getType()))
    return requireAll(op.getSource());
  requireBox(
      op.getSource(), op.getIndices(),
      Extents(op.getIndices().size(), DemandedExtent::below(IndexSum(1))));
}

/// What is demanded of the storage, where that is created here.
void Demand::visitAssemble(AssembleOp op) {
  Value source = op.getSource();
  unsigned rank = op.getOffsets().size();
  Extents wanted(rank, DemandedExtent::none());
  for (const StorageRoot &root : getRoots(op.getDest())) {
    if (!root.value || !root.value.getDefiningOp() ||
        !hasShapeOf(op.getDest(), root))
      return requireAll(source);
    Extents extents = lookUp(root.value);
    bool isNone = llvm::any_of(extents, [](auto &e) { return e.isNone; });
    for (unsigned d = 0; d < rank && !isNone; ++d) {
      DemandedExtent extent =
          shift(extents[d], sums.get(op.getOffsets()[d]), -1);
      join(wanted[d], extent, getSize(source, d));
    }
  }
  if (!isInside(op))
    return requireAll(source);
  require(source, wanted);
}

//===----------------------------------------------------------------------===//
// Contractions and reductions
//===----------------------------------------------------------------------===//

void Demand::visitProduct(Value lhs, Value rhs, bool transposeA,
                          bool transposeB, Value acc,
                          ArrayRef<DemandedExtent> wanted) {
  unsigned lhsK = transposeA ? 0 : 1, rhsK = transposeB ? 1 : 0;
  // No k is read of one side that the other does not have.
  auto getK = [&](Value other, unsigned dim) {
    DemandedExtent extent = DemandedExtent::all();
    for (const ExtentBound &bound : getValidExtent(other, dim).bounds)
      extent = intersect(extent, sums.getBounds(bound));
    return extent;
  };
  if (wanted[0].isNone || wanted[1].isNone)
    return;
  Extents left(2), right(2);
  left[1 - lhsK] = wanted[0];
  left[lhsK] = getK(rhs, rhsK);
  right[1 - rhsK] = wanted[1];
  right[rhsK] = getK(lhs, lhsK);
  require(lhs, left);
  require(rhs, right);
  if (acc)
    require(acc, wanted);
}

void Demand::visitReduce(ReduceOp op) {
  Extents wanted = lookUp(op.getResult());
  if (wanted[0].isNone || wanted[1].isNone)
    return;
  wanted[op.getAxis()] = DemandedExtent::all();
  require(op.getSource(), wanted);
}

//===----------------------------------------------------------------------===//
// Cells that move, or do not
//===----------------------------------------------------------------------===//

void Demand::visitElementwise(Operation *op) {
  if (!isa<TileType>(op->getResult(0).getType()))
    return;
  Extents wanted = lookUp(op->getResult(0));
  bool isFallible = mayFail(op);
  for (Value operand : op->getOperands()) {
    if (!isa<TileType>(operand.getType()))
      continue;
    if (isFallible) {
      requireAll(operand);
      continue;
    }
    Extents extents(wanted);
    for (auto [d, extent] : llvm::enumerate(extents))
      if (getSize(operand, d) != getSize(op->getResult(0), d) && !extent.isNone)
        extent = DemandedExtent::all();
    require(operand, extents);
  }
}

void Demand::visitSetValidShape(SetValidShapeOp op) {
  Extents wanted = lookUp(op.getResult());
  for (auto [extent, valid] : llvm::zip(wanted, op.getValid()))
    extent = intersect(extent, sums.getBounds(valid));
  require(op.getSource(), wanted);
}

/// For each dimension of the result, the one of the source that it is, where
/// no other dimension but 1-sized ones takes part.
static SmallVector<std::optional<unsigned>> getSameDims(ReshapeOp op) {
  auto from = cast<TileType>(op.getSource().getType());
  auto to = cast<TileType>(op.getResult().getType());
  auto getOnlyWide = [](ArrayRef<int64_t> dims, TileType type) {
    std::optional<unsigned> found;
    for (int64_t d : dims)
      if (type.getShape()[d] != 1) {
        if (found)
          return std::optional<unsigned>();
        found = d;
      }
    return found;
  };
  SmallVector<std::optional<unsigned>> same(to.getRank());
  for (const ReshapeGroup &group :
       getReshapeGroups(from.getShape(), to.getShape())) {
    auto source = getOnlyWide(group.source, from);
    auto result = getOnlyWide(group.result, to);
    if (source && result)
      same[*result] = source;
  }
  return same;
}

void Demand::visitReshape(ReshapeOp op) {
  auto source = dyn_cast<TileType>(op.getSource().getType());
  if (!source)
    return;
  // The types of some operands are restricted, whoever looks at the result.
  Extents wanted = lookUp(op.getResult());
  if (mayFail(op) ||
      llvm::any_of(wanted, [](auto &extent) { return extent.isNone; }))
    return requireAll(op.getSource());
  Extents extents(source.getRank(), DemandedExtent::all());
  for (auto [d, same] : llvm::enumerate(getSameDims(op)))
    if (same)
      extents[*same] = wanted[d];
  require(op.getSource(), extents);
}

void Demand::visitConcat(ConcatOp op) {
  Extents wanted = lookUp(op.getResult());
  if (llvm::any_of(wanted, [](auto &extent) { return extent.isNone; }))
    wanted.assign(wanted.size(), DemandedExtent::all());
  wanted[op.getAxis()] = DemandedExtent::all();
  for (Value source : op.getSources())
    require(source, wanted);
}

void Demand::visitTranspose(TransposeOp op) {
  Extents wanted = lookUp(op.getResult());
  std::swap(wanted[op.getDim0()], wanted[op.getDim1()]);
  require(op.getSource(), wanted);
}

void Demand::visitInsert(InsertOp op) {
  Extents wanted = lookUp(op.getResult());
  require(op.getDest(), wanted);
  if (mayFail(op))
    return requireAll(op.getSource());
  for (auto [extent, offset] : llvm::zip(wanted, op.getOffsets()))
    extent = shift(extent, sums.get(offset), -1);
  require(op.getSource(), wanted);
}

//===----------------------------------------------------------------------===//
// Control
//===----------------------------------------------------------------------===//

void Demand::visitYielded(ResultRange results, ValueRange yielded) {
  for (auto [result, value] : llvm::zip_equal(results, yielded))
    if (isa<TileType>(result.getType()))
      require(value, lookUp(result));
}

/// What is demanded of a carried tile at the beginning of an iteration is
/// demanded of what the one before yields, in terms of values that do not
/// change from one to the other.
void Demand::visitLoop(scf::ForOp loop) {
  for (auto [result, argument, init, last] :
       llvm::zip_equal(loop.getResults(), loop.getRegionIterArgs(),
                       loop.getInitArgs(), loop.getYieldedValues())) {
    if (!isa<TileType>(result.getType()))
      continue;
    for (Value carried : {Value(init), Value(last)}) {
      require(carried, lookUp(result));
      require(carried, restrict(lookUp(argument), loop));
    }
  }
}

//===----------------------------------------------------------------------===//
// All operations
//===----------------------------------------------------------------------===//

/// Makes a value, or passes it on to where its users look at it.
static bool demandsNothing(Operation *op) {
  return isa<FullOp, ArangeOp, UndefinedOp, CreateOp, DimOp, WriteOp,
             ParallelOp, scf::YieldOp, YieldOp>(op);
}

void Demand::visit(Operation *op) {
  if (demandsNothing(op))
    return;
  TypeSwitch<Operation *>(op)
      .Case([&](SliceOp slice) { visitSlice(slice); })
      .Case([&](ContractOp product) { visitContract(product); })
      .Case([&](ReadOp read) { visitRead(read); })
      .Case([&](AssembleOp store) { visitAssemble(store); })
      .Case([&](MatmulOp matmul) {
        visitProduct(matmul.getLhs(), matmul.getRhs(), matmul.getTransposeA(),
                     matmul.getTransposeB(), {}, lookUp(matmul.getResult()));
      })
      .Case([&](MatmulAccOp matmul) {
        visitProduct(matmul.getLhs(), matmul.getRhs(), matmul.getTransposeA(),
                     matmul.getTransposeB(), matmul.getAcc(),
                     lookUp(matmul.getResult()));
      })
      .Case([&](ReduceOp reduce) { visitReduce(reduce); })
      .Case([&](SetValidShapeOp set) { visitSetValidShape(set); })
      .Case<RelaxValidOp, FillPadOp>([&](auto same) {
        require(same.getSource(), lookUp(same.getResult()));
      })
      .Case([&](ReshapeOp reshape) { visitReshape(reshape); })
      .Case([&](ConcatOp concat) { visitConcat(concat); })
      .Case([&](TransposeOp transpose) { visitTranspose(transpose); })
      .Case([&](InsertOp insert) { visitInsert(insert); })
      .Case([&](scf::ForOp loop) { visitLoop(loop); })
      .Case([&](scf::IfOp branch) {
        if (branch.getNumResults() == 0)
          return;
        visitYielded(branch.getResults(), branch.thenYield().getOperands());
        visitYielded(branch.getResults(), branch.elseYield().getOperands());
      })
      .Case([&](ScopeOp scope) {
        visitYielded(scope.getResults(), scope.getYield().getValues());
      })
      .Default([&](Operation *other) {
        if (isa<ElementwiseOp>(other))
          return visitElementwise(other);
        for (Value operand : other->getOperands())
          requireAll(operand);
      });
}

/// What narrows a result along a dimension as far as the demand for it says.
bool Demand::isPassedOn(Value tile, unsigned dim) {
  Operation *op = tile.getDefiningOp();
  if (!op)
    return !isa<func::FuncOp>(
        cast<BlockArgument>(tile).getOwner()->getParentOp());
  return TypeSwitch<Operation *, bool>(op)
      .Case([](SliceOp slice) {
        return isa<TileType>(slice.getSource().getType()) &&
               areConstant(slice.getOffsets());
      })
      .Case([&](ReshapeOp reshape) {
        return !mayFail(reshape) && getSameDims(reshape)[dim];
      })
      .Case([&](ConcatOp concat) { return dim != concat.getAxis(); })
      .Case<SetValidShapeOp, RelaxValidOp, TransposeOp, ReduceOp, InsertOp,
            MatmulOp, MatmulAccOp, UndefinedOp, scf::ForOp, scf::IfOp, ScopeOp>(
          [](Operation *) { return true; })
      .Default([](Operation *other) {
        return isa<ElementwiseOp>(other) && !mayFail(other);
      });
}
