//===- Regions.cpp - The cells of storage that a program touches --------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Analysis/Regions.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "tilec/Dialect/Tile/Tile.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tilec;
using namespace tilec::tile;

//===----------------------------------------------------------------------===//
// Accesses
//===----------------------------------------------------------------------===//

bool TensorAccess::isExact() const {
  return !isWhole &&
         llvm::all_of(extents, [](const ValidExtent &e) { return e.isExact; });
}

static ValidExtent getConstantExtent(int64_t extent) {
  return {{{Value(), extent}}, /*isExact=*/true};
}

static TensorAccess makeElement(Operation *op, Value tensor, bool isWrite,
                                ValueRange indices) {
  TensorAccess access{op, tensor, isWrite, llvm::to_vector<4>(indices),
                      {}, false};
  access.extents.assign(indices.size(), getConstantExtent(1));
  return access;
}

static TensorAccess makeSlice(SliceOp op) {
  TensorAccess access{op,    op.getSource(),
                      false, llvm::to_vector<4>(op.getOffsets()),
                      {},    false};
  for (int64_t d = 0; d < op.getResult().getType().getRank(); ++d)
    access.extents.push_back(getValidExtent(op.getResult(), d));
  return access;
}

/// The box that a contraction reads on one side.
static TensorAccess makeContracted(ContractOp op, bool isLhs) {
  TensorAccess access{op,   isLhs ? op.getLhs() : op.getRhs(), false, {}, {},
                      false};
  llvm::append_range(access.offsets,
                     isLhs ? op.getLhsOffsets() : op.getRhsOffsets());
  int64_t size = op.getResult().getType().getShape()[isLhs ? 0 : 1];
  access.extents.resize(2);
  access.extents[isLhs ? op.getLhsKDim() : op.getRhsKDim()].bounds = {
      {Value(), std::numeric_limits<int64_t>::max()}, {op.getK(), 0}};
  access.extents[1 - (isLhs ? op.getLhsKDim() : op.getRhsKDim())].bounds = {
      {Value(), size}, {isLhs ? op.getM() : op.getN(), 0}};
  return access;
}

static TensorAccess makeAssemble(AssembleOp op) {
  TensorAccess access{
      op, op.getDest(), true, llvm::to_vector<4>(op.getOffsets()), {}, false};
  for (int64_t d = 0; d < op.getSource().getType().getRank(); ++d)
    access.extents.push_back(getValidExtent(op.getSource(), d));
  return access;
}

/// Passes tensors on, or looks at their types, without touching a cell.
static bool touchesNothing(Operation *op) {
  return op->getNumRegions() > 0 || op->hasTrait<OpTrait::IsTerminator>() ||
         isa<DimOp, ReshapeOp>(op);
}

void tilec::appendAccesses(Operation *op, std::vector<TensorAccess> &accesses) {
  auto isTensor = [](Value value) {
    return isa<TensorRefType>(value.getType());
  };
  if (llvm::none_of(op->getOperands(), isTensor) || touchesNothing(op))
    return;
  TypeSwitch<Operation *>(op)
      .Case([&](SliceOp slice) { accesses.push_back(makeSlice(slice)); })
      .Case([&](ContractOp product) {
        for (bool isLhs : {true, false})
          if (isTensor(isLhs ? product.getLhs() : product.getRhs()))
            accesses.push_back(makeContracted(product, isLhs));
      })
      .Case([&](AssembleOp store) { accesses.push_back(makeAssemble(store)); })
      .Case([&](ReadOp read) {
        accesses.push_back(
            makeElement(read, read.getSource(), false, read.getIndices()));
      })
      .Case([&](WriteOp write) {
        accesses.push_back(
            makeElement(write, write.getDest(), true, write.getIndices()));
      })
      .Default([&](Operation *) {
        for (Value operand :
             llvm::make_filter_range(op->getOperands(), isTensor))
          accesses.push_back({op, operand, true, {}, {}, /*isWhole=*/true});
      });
}

std::vector<TensorAccess> tilec::getAccesses(Operation *op) {
  std::vector<TensorAccess> accesses;
  op->walk<WalkOrder::PreOrder>(
      [&](Operation *inner) { appendAccesses(inner, accesses); });
  return accesses;
}

//===----------------------------------------------------------------------===//
// Cells
//===----------------------------------------------------------------------===//

SmallVector<LinearExpr, 4> tilec::addTouchedCell(IndexConstraints &constraints,
                                                 AccessInIteration of) {
  const TensorAccess &access = of.access;
  LinearSystem &system = constraints.getSystem();
  int64_t rank = cast<TensorRefType>(access.tensor.getType()).getRank();
  SmallVector<LinearExpr, 4> cell;
  for (int64_t d = 0; d < rank; ++d) {
    LinearExpr size = constraints.getExtent(access.tensor, d, of.iteration);
    cell.push_back(LinearExpr::variable(
        system.addVariable({0, system.getInterval(size).upper - 1})));
    Conjunction facts;
    facts.addAtMost(cell.back() + WideInt(1), size);
    if (!access.isWhole) {
      LinearExpr offset = constraints.get(access.offsets[d], of.iteration);
      facts.addAtMost(offset, cell.back());
      for (const ExtentBound &bound : access.extents[d].bounds)
        facts.addAtMost(cell.back() + WideInt(1),
                        offset + constraints.get(bound, of.iteration));
    }
    system.add(facts);
  }
  return cell;
}

/// The number of the cell in row-major order, where all extents but the
/// outermost are constant.
static std::optional<LinearExpr> getNumber(Value tensor,
                                           ArrayRef<LinearExpr> cell) {
  ArrayRef<int64_t> shape = cast<TensorRefType>(tensor.getType()).getShape();
  LinearExpr number;
  WideInt stride = 1;
  for (size_t d = shape.size(); d-- > 0;) {
    number = number + cell[d] * stride;
    if (d > 0 && ShapedType::isDynamic(shape[d]))
      return std::nullopt;
    // The type's verifier has bounded the product.
    stride *= d > 0 ? shape[d] : 1;
  }
  return number;
}

static Value skipEqualShapes(Value tensor) {
  while (auto reshape = tensor.getDefiningOp<ReshapeOp>()) {
    if (reshape.getSource().getType() != reshape.getResult().getType())
      break;
    tensor = reshape.getSource();
  }
  return tensor;
}

SmallVector<LinearExpr, 4> tilec::addCommonCell(IndexConstraints &constraints,
                                                AccessInIteration first,
                                                AccessInIteration second) {
  SmallVector<LinearExpr, 4> cell = addTouchedCell(constraints, first);
  SmallVector<LinearExpr, 4> other = addTouchedCell(constraints, second);
  Value lhs = skipEqualShapes(first.access.tensor);
  Value rhs = skipEqualShapes(second.access.tensor);
  auto left = cast<TensorRefType>(lhs.getType());
  auto right = cast<TensorRefType>(rhs.getType());
  Conjunction facts;
  // Carried tensors have one type, and so one shape if that is static.
  if (lhs == rhs ||
      (left.getShape() == right.getShape() && left.hasStaticShape())) {
    for (auto [l, r] : llvm::zip_equal(cell, other))
      facts.addEqual(l, r);
  } else {
    auto l = getNumber(lhs, cell), r = getNumber(rhs, other);
    if (l && r)
      facts.addEqual(*l, *r);
  }
  constraints.getSystem().add(facts);
  return cell;
}
