//===- FormContractions.cpp - K loops as one contraction ----------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A loop that adds products of slices, which advance along k, to what it
// carries becomes one `tile.contract` behind it, with the `matmul` before the
// loop that is its first step. What the loop did for the sum alone goes away.
// ContractionMatch.h says which loops are looked for; here it is decided how
// many k there are in all, and how the sum begins.
//
//===----------------------------------------------------------------------===//

#include "ContractionMatch.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Iterators.h"
#include "mlir/IR/Matchers.h"
#include "tilec/Dialect/Tile/PruneResults.h"
#include "tilec/Transforms/Passes.h"
#include "tilec/Transforms/Report.h"

namespace tilec {
#define GEN_PASS_DEF_TILEFORMCONTRACTIONS
#include "tilec/Transforms/Passes.h.inc"
} // namespace tilec

using namespace mlir;
using namespace tilec;
using namespace tilec::tile;

namespace {

/// How many k a sum has: what `rest` leaves, where it is set, and at most the
/// `before` of the step in front of the loop and those of the loop.
struct KExtent {
  int64_t before = 0;
  std::optional<LinearForm> rest;
};

/// Makes one contraction of a loop.
class Former {
public:
  Former(ContractionLoop &match, Misfit &misfit)
      : match(match), loop(match.loop), misfit(misfit),
        lower(*LinearForm::of(loop.getLowerBound(), loop)),
        upper(*LinearForm::of(loop.getUpperBound(), loop)),
        step(*getConstantIntValue(loop.getStep())),
        span(getConstantDifference(upper, lower, loop)) {}

  /// Finds out what the contraction is; nothing is changed yet.
  bool plan() {
    if (!planRest())
      return false;
    takeStepBefore();
    return true;
  }

  /// Builds the contraction, and makes it the loop's result.
  ContractOp form(OpBuilder &b);

  /// Products that only the sum needed, and what it started from.
  SmallVector<Operation *> products;
  Value start;

private:
  Value getStart() { return skipRelaxations(loop.getInitArgs()[match.number]); }
  std::optional<int64_t> countSteps() {
    if (!span)
      return std::nullopt;
    return *span <= 0 ? 0 : (*span - 1) / step + 1;
  }
  /// All k of all steps.
  std::optional<int64_t> countK() {
    auto steps = countSteps();
    return steps ? std::optional(k.before + *steps * match.chunk) : steps;
  }

  bool planRest();
  std::optional<int64_t> getTotal(StepOperand &operand);
  bool liesInside(StepOperand &operand, int64_t total);
  void takeStepBefore();
  bool continues(StepOperand &operand, StepOperand &before);
  Value buildAllK(Materializer &values, OpBuilder &b);
  Value buildK(Materializer &values, OpBuilder &b);
  bool startsFromZero(Value start);
  bool hasRegionOfSum(SetValidShapeOp start);
  Value buildAcc();
  SmallVector<Value> buildOffsets(Materializer &values, StepOperand &operand);
  Value buildExtent(Materializer &values, OpBuilder &b, StepOperand &operand);
  TileType getResultType(ContractOp op);

  ContractionLoop &match;
  scf::ForOp loop;
  Misfit &misfit;
  LinearForm lower, upper;
  int64_t step;
  std::optional<int64_t> span;
  KExtent k;
  /// The first step, where it stands before the loop.
  std::optional<ProductStep> before;
};

//===----------------------------------------------------------------------===//
// How many k
//===----------------------------------------------------------------------===//

/// The k of one operand where that is a number.
std::optional<int64_t> Former::getTotal(StepOperand &operand) {
  std::optional<int64_t> all = countK();
  if (!operand.rest || !all)
    return all;
  LinearForm rest = operand.rest->at(lower).expanded(loop);
  if (!rest.isConstant())
    return std::nullopt;
  return std::clamp<int64_t>(rest.constant, 0, *all);
}

/// Whether `total` k of an operand are plainly inside of its source.
bool Former::liesInside(StepOperand &operand, int64_t total) {
  auto tensor = dyn_cast<TensorRefType>(operand.source().getType());
  if (!tensor)
    return true;
  int64_t size = tensor.getShape()[operand.kDim];
  LinearForm offset = operand.offset.at(lower).expanded(loop);
  return !ShapedType::isDynamic(size) && offset.isConstant() &&
         offset.constant >= 0 && offset.constant <= size - total;
}

/// Finds the k that are valid in both operands.
bool Former::planRest() {
  StepOperand &lhs = match.step.lhs, &rhs = match.step.rhs;
  auto left = getTotal(lhs), right = getTotal(rhs);
  if (left && right) {
    // More k of one side than are summed must not be an access outside.
    bool agree = *left == *right || liesInside(*left > *right ? lhs : rhs,
                                               std::max(*left, *right));
    if (agree) {
      k.rest = LinearForm::ofConstant(std::min(*left, *right));
      return true;
    }
  } else if (!lhs.rest && !rhs.rest) {
    return true;
  } else if (lhs.rest && rhs.rest &&
             getConstantDifference(*lhs.rest, *rhs.rest, loop) == 0) {
    k.rest = lhs.rest->at(lower);
    return true;
  }
  misfit = {"the operands are not known to have the same number of valid k",
            rhs.slice.getLoc(), "the right one is sliced here"};
  return false;
}

/// Whether the loop goes on where an operand of the step before it ends.
bool Former::continues(StepOperand &operand, StepOperand &earlier) {
  takeConstantRest(earlier);
  bool isSame = operand.source() == earlier.source() &&
                earlier.cap == match.chunk &&
                operand.otherSize() == earlier.otherSize() &&
                areEqual(operand.otherOffset(), earlier.otherOffset(), loop) &&
                areEqual(operand.otherExtent(), earlier.otherExtent(), loop);
  if (!isSame || getConstantDifference(operand.offset.at(lower), earlier.offset,
                                       loop) != match.chunk)
    return false;
  return !earlier.rest ||
         (operand.rest &&
          getConstantDifference(*earlier.rest, operand.rest->at(lower), loop) ==
              match.chunk);
}

/// Makes the product that the loop starts from part of the contraction.
void Former::takeStepBefore() {
  auto matmul = getStart().getDefiningOp<MatmulOp>();
  if (match.first || !matmul || matmul->getBlock() != loop->getBlock())
    return;
  Misfit ignored;
  std::optional<ProductStep> earlier = matchStep(matmul, loop, ignored);
  if (!earlier || earlier->transposeA != match.step.transposeA ||
      earlier->transposeB != match.step.transposeB ||
      !continues(match.step.lhs, earlier->lhs) ||
      !continues(match.step.rhs, earlier->rhs) ||
      earlier->lhs.rest.has_value() != earlier->rhs.rest.has_value())
    return;
  // What is read must not change between the step and the loop.
  Operation *begin = matmul;
  for (SliceOp slice : {earlier->lhs.slice, earlier->rhs.slice}) {
    if (slice->getBlock() != loop->getBlock())
      return;
    if (slice->isBeforeInBlock(begin))
      begin = slice;
  }
  if (findWriter(begin->getIterator(), loop->getIterator(), match.step))
    return;
  KExtent extent{match.chunk, earlier->lhs.rest};
  if (k.rest && !extent.rest) {
    // A whole step and then what the rest leaves, which may be less than none.
    LinearForm rest = k.rest->expanded(loop);
    if (!rest.isConstant() || rest.constant < 0)
      return;
    extent.rest = LinearForm::ofConstant(rest.constant + match.chunk);
  }
  k = extent;
  before = earlier;
}

//===----------------------------------------------------------------------===//
// Building
//===----------------------------------------------------------------------===//

/// The k of all steps: chunk * ceil((upper - lower) / step).
Value Former::buildAllK(Materializer &values, OpBuilder &b) {
  if (auto all = countK())
    return values.getConstant(*all);
  Location loc = loop.getLoc();
  Value zero = values.getConstant(0);
  Value range = b.createOrFold<arith::MaxSIOp>(
      loc, values.get(upper.plus(lower, -1)), zero);
  if (step != 1) {
    // In this order nothing overflows.
    Value whole =
        b.createOrFold<FloorDivOp>(loc, range, values.getConstant(step));
    Value part = b.createOrFold<ModOp>(loc, range, values.getConstant(step));
    part = b.createOrFold<arith::MinSIOp>(loc, part, values.getConstant(1));
    range = b.createOrFold<arith::AddIOp>(loc, whole, part);
  }
  Value all = b.createOrFold<arith::MulIOp>(loc, range,
                                            values.getConstant(match.chunk));
  if (k.before == 0)
    return all;
  return b.createOrFold<arith::AddIOp>(loc, all, values.getConstant(k.before));
}

Value Former::buildK(Materializer &values, OpBuilder &b) {
  if (!k.rest)
    return buildAllK(values, b);
  auto all = countK();
  LinearForm rest = k.rest->expanded(loop);
  if (all && rest.isConstant())
    return values.getConstant(std::clamp<int64_t>(rest.constant, 0, *all));
  // The steps cover `chunk / step` k for each unit of the loop's range.
  LinearForm covered = upper.plus(lower, -1).times(match.step.lhs.offset.slope);
  covered.constant += k.before;
  auto uncovered = getConstantDifference(*k.rest, covered, loop);
  if (uncovered && *uncovered <= 0)
    return values.get(*k.rest);
  return b.createOrFold<arith::MinSIOp>(loop.getLoc(), values.get(*k.rest),
                                        buildAllK(values, b));
}

static bool isPositiveZero(Value tile) {
  auto full = tile.getDefiningOp<FullOp>();
  return full && (matchPattern(full.getValue(), m_PosZeroFloat()) ||
                  matchPattern(full.getValue(), m_Zero()));
}

/// Whether the sum starts from zeros of no region of their own.
bool Former::startsFromZero(Value start) {
  if (auto valid = start.getDefiningOp<SetValidShapeOp>())
    return hasRegionOfSum(valid) && isPositiveZero(valid.getSource());
  return isPositiveZero(start);
}

/// Whether a tile is valid where the product of a step is.
bool Former::hasRegionOfSum(SetValidShapeOp start) {
  return areEqual(start.getValid()[0], match.step.lhs.otherExtent(), loop) &&
         areEqual(start.getValid()[1], match.step.rhs.otherExtent(), loop);
}

/// What the sum starts from; null for zero.
Value Former::buildAcc() {
  Value start = getStart();
  return match.first || before || startsFromZero(start) ? Value() : start;
}

SmallVector<Value> Former::buildOffsets(Materializer &values,
                                        StepOperand &operand) {
  LinearForm along = operand.offset.at(lower);
  along.constant -= k.before;
  Value kOffset = values.get(along), other = values.get(operand.otherOffset());
  if (operand.kDim == 0)
    return {kOffset, other};
  return {other, kOffset};
}

/// The valid rows or columns: those of every step. Without any step all that
/// the loop starts from stays.
Value Former::buildExtent(Materializer &values, OpBuilder &b,
                          StepOperand &operand) {
  Value size = values.getConstant(operand.otherSize());
  auto constant = operand.otherExtent()
                      ? getConstantIntValue(operand.otherExtent())
                      : operand.otherSize();
  if (constant && *constant >= operand.otherSize())
    return size;
  Value extent = values.get(operand.otherExtent());
  auto start = getStart().getDefiningOp<SetValidShapeOp>();
  if (match.first || before || countSteps().value_or(0) > 0 ||
      (start && hasRegionOfSum(start)))
    return extent;
  Location loc = loop.getLoc();
  Value runs =
      b.createOrFold<arith::CmpIOp>(loc, arith::CmpIPredicate::slt,
                                    loop.getLowerBound(), loop.getUpperBound());
  return b.createOrFold<arith::SelectOp>(loc, runs, extent, size);
}

/// What the operands tell, and what the loop's result tells.
TileType Former::getResultType(ContractOp op) {
  auto known = cast<TileType>(loop.getResult(match.number).getType());
  auto lhsOffsets = getConstantExtents(op.getLhsOffsets());
  auto rhsOffsets = getConstantExtents(op.getRhsOffsets());
  auto extents = getConstantExtents({op.getM(), op.getN()});
  InferenceError error;
  InferredType inferred = inferContract(
      {op.getLhs().getType(), lhsOffsets, op.getTransposeA(), extents[0]},
      {op.getRhs().getType(), rhsOffsets, op.getTransposeB(), extents[1]},
      op.getAcc() ? op.getAcc().getType() : Type(), known.getShape(), error);
  assert(succeeded(inferred) && "the steps have been verified");
  SmallVector<int64_t> valid(cast<TileType>(*inferred).getValid());
  for (auto [extent, knownExtent] : llvm::zip_equal(valid, known.getValid()))
    if (ShapedType::isDynamic(extent))
      extent = knownExtent;
  return known.withValid(valid);
}

ContractOp Former::form(OpBuilder &b) {
  ProductStep &step = match.step;
  auto result = loop.getResult(match.number);
  Materializer values(b, loop, loop.getLoc());
  bool inbounds =
      step.lhs.slice.getInbounds() && step.rhs.slice.getInbounds() &&
      (!before ||
       (before->lhs.slice.getInbounds() && before->rhs.slice.getInbounds()));
  Location loc =
      FusedLoc::get(b.getContext(), {step.op->getLoc(), step.lhs.slice.getLoc(),
                                     step.rhs.slice.getLoc()});
  Value kExtent = buildK(values, b);
  auto lhsOffsets = buildOffsets(values, step.lhs);
  auto rhsOffsets = buildOffsets(values, step.rhs);
  Value m = buildExtent(values, b, step.lhs);
  Value n = buildExtent(values, b, step.rhs);
  auto op = b.create<ContractOp>(
      loc, result.getType(), step.lhs.source(), lhsOffsets, step.rhs.source(),
      rhsOffsets, m, n, kExtent,
      inbounds ? IntegerAttr() : b.getI64IntegerAttr(match.chunk), buildAcc(),
      step.transposeA, step.transposeB, inbounds);
  op.getResult().setType(getResultType(op));
  Value replacement = op;
  if (op.getResult().getType() != result.getType())
    replacement = b.create<RelaxValidOp>(loc, result.getType(), op);
  result.replaceAllUsesWith(replacement);
  loop.getBody()->getTerminator()->setOperand(
      match.number, loop.getRegionIterArg(match.number));
  products.push_back(step.op);
  start = getStart();
  if (match.first)
    products.push_back(match.first);
  if (before)
    products.push_back(before->op);
  return op;
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

/// The op that adds a product to what a loop carries; null if there is none.
MatmulAccOp getProductOf(Value carried) {
  for (Operation *user : carried.getUsers()) {
    if (auto relaxed = dyn_cast<RelaxValidOp>(user))
      if (MatmulAccOp product = getProductOf(relaxed))
        return product;
    auto product = dyn_cast<MatmulAccOp>(user);
    if (product && product.getAcc() == carried)
      return product;
  }
  return {};
}

class FormContractions
    : public tilec::impl::TileFormContractionsBase<FormContractions> {
public:
  void runOnOperation() override {
    products.clear();
    starts.clear();
    // Inner loops first: what they make may begin an outer sum.
    SmallVector<scf::ForOp> loops;
    getOperation()->walk([&](scf::ForOp loop) { loops.push_back(loop); });
    for (scf::ForOp loop : loops)
      formIn(loop);
    if (!products.empty())
      removeProducts();
  }

private:
  void formIn(scf::ForOp loop) {
    OpBuilder b(loop);
    b.setInsertionPointAfter(loop);
    for (unsigned number = 0; number < loop.getNumResults(); ++number)
      if (MatmulAccOp op = getProductOf(loop.getRegionIterArg(number)))
        form(loop, number, op, b);
  }

  void form(scf::ForOp loop, unsigned number, MatmulAccOp op, OpBuilder &b) {
    Misfit misfit;
    if (auto match = matchLoop(loop, number, op, misfit)) {
      Former former(*match, misfit);
      if (former.plan()) {
        reportFormed(former.form(b), *match);
        llvm::append_range(products, former.products);
        if (auto start = getTensorSlice(former.start))
          starts.insert(start);
        return;
      }
    }
    ++numDeclined;
    auto remark = emitReport(*this, op.getLoc())
                  << "no contraction is made of this sum: " << misfit.reason;
    if (misfit.culprit)
      remark.attachNote(misfit.culprit) << misfit.note;
  }

  void reportFormed(ContractOp op, ContractionLoop &match) {
    ++numFormed;
    auto remark = emitReport(*this, match.step.op->getLoc())
                  << "contraction of ";
    if (auto k = getConstantIntValue(op.getK()))
      remark << "K = " << *k << " from " << (*k + match.chunk - 1) / match.chunk
             << " steps";
    else
      remark << "any K from steps of " << match.chunk;
  }

  /// Products that nothing reads any more, their slices, what is carried for
  /// them, and loops of which nothing is left.
  void removeProducts() {
    func::FuncOp function = getOperation();
    pruneResults(function);
    llvm::SetVector<Operation *> slices;
    for (Operation *product : products)
      for (Value operand : product->getOperands())
        if (auto slice = getTensorSlice(operand))
          slices.insert(slice);
    for (Operation *product : products)
      eraseUnused(product);
    auto isUnused = [](Operation *slice) {
      bool isUnused = slice->use_empty();
      if (isUnused)
        slice->erase();
      return isUnused;
    };
    removeDead();
    slices.remove_if(isUnused);
    // Now nothing holds what a loop carried, nor what that began with.
    pruneResults(function);
    removeDead();
    slices.remove_if(isUnused);
    for (SliceOp start : starts)
      if (CreateOp create = getNewStorage(start)) {
        eraseUnused(start);
        eraseUnused(create);
      }
  }

  /// The new storage that a slice is all of, if nothing about it can fail.
  static CreateOp getNewStorage(SliceOp slice) {
    auto create = slice.getSource().getDefiningOp<CreateOp>();
    bool isWhole = create && create.getSizes().empty() &&
                   create.getResult().getType().getShape() ==
                       slice.getResult().getType().getShape() &&
                   llvm::all_of(slice.getOffsets(), [](Value offset) {
                     return matchPattern(offset, m_Zero());
                   });
    return isWhole ? create : CreateOp();
  }

  /// Those of tiles are dead as soon as nothing uses them.
  static SliceOp getTensorSlice(Value value) {
    auto slice = skipRelaxations(value).getDefiningOp<SliceOp>();
    return slice && isa<TensorRefType>(slice.getSource().getType()) ? slice
                                                                    : SliceOp();
  }

  static void eraseUnused(Operation *op) {
    if (op->use_empty())
      op->erase();
  }

  void removeDead() {
    getOperation().walk<WalkOrder::PostOrder, ReverseIterator>(
        [](Operation *op) {
          if (isOpTriviallyDead(op) && isMemoryEffectFree(op))
            op->erase();
        });
  }

  SmallVector<Operation *> products;
  /// Slices that sums start from; those of new storage stand for a name that
  /// was bound to it before the loop.
  llvm::SetVector<SliceOp> starts;
};

} // namespace
