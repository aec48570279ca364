//===- ContractionMatch.cpp - Sums of products that a loop carries ------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ContractionMatch.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "tilec/Analysis/Storage.h"
#include <fmt/format.h>

using namespace mlir;
using namespace tilec;
using namespace tilec::tile;

static std::nullopt_t fail(Misfit &misfit, std::string reason,
                           std::optional<Location> culprit = {},
                           std::string note = "") {
  misfit = {std::move(reason), culprit, std::move(note)};
  return std::nullopt;
}

Value tilec::skipRelaxations(Value value) {
  while (auto relaxed = value.getDefiningOp<RelaxValidOp>())
    value = relaxed.getSource();
  return value;
}

//===----------------------------------------------------------------------===//
// Storage
//===----------------------------------------------------------------------===//

Operation *tilec::findWriter(Block::iterator begin, Block::iterator end,
                             ProductStep &step) {
  Operation *writer = nullptr;
  auto writes = [&](Value dest) {
    return llvm::any_of(ArrayRef{step.lhs.source(), step.rhs.source()},
                        [&](Value source) {
                          return isa<TensorRefType>(source.getType()) &&
                                 mayShareStorage(dest, source);
                        });
  };
  for (Operation &op : llvm::make_range(begin, end))
    op.walk([&](Operation *inner) {
      auto assemble = dyn_cast<AssembleOp>(inner);
      auto write = dyn_cast<WriteOp>(inner);
      if (!writer && ((assemble && writes(assemble.getDest())) ||
                      (write && writes(write.getDest()))))
        writer = inner;
    });
  return writer;
}

//===----------------------------------------------------------------------===//
// One step
//===----------------------------------------------------------------------===//

namespace {
/// Matches one operand of a product.
class OperandMatcher {
public:
  OperandMatcher(scf::ForOp loop, StringRef side, Misfit &misfit)
      : loop(loop), side(side.str()), misfit(misfit) {}

  std::optional<StepOperand> match(Value value, unsigned kDim) {
    StepOperand operand;
    operand.slice = skipRelaxations(value).getDefiningOp<SliceOp>();
    operand.kDim = kDim;
    if (!operand.slice)
      return fail(misfit, "the " + side + " operand is no slice",
                  value.getLoc(), "it is made here");
    if (!checkInvariants(operand) || !matchOffset(operand) ||
        !matchExtent(operand))
      return std::nullopt;
    return operand;
  }

private:
  /// All but the place along k is the same in every step.
  bool checkInvariants(StepOperand &operand) {
    bool isOutside =
        !loop.getRegion().isAncestor(operand.source().getParentRegion());
    const char *what = nullptr;
    if (!isOutside)
      what = "is sliced from what each step makes anew";
    else if (!isInvariant(operand.otherOffset(), loop))
      what = "moves along the dimension that is not summed over";
    else if (operand.otherExtent() && !isInvariant(operand.otherExtent(), loop))
      what = "has another number of valid rows or columns in each step";
    if (!what)
      return true;
    fail(misfit, "the " + side + " operand " + what, operand.slice.getLoc(),
         "it is sliced here");
    return false;
  }

  bool matchOffset(StepOperand &operand) {
    auto form = LinearForm::of(operand.slice.getOffsets()[operand.kDim], loop);
    if (!form) {
      fail(misfit,
           "the " + side +
               " operand's offset along k is not linear in the loop's index",
           operand.slice.getLoc(), "it is sliced here");
      return false;
    }
    operand.offset = *form;
    return true;
  }

  /// The valid extent along k: `min` with constants and `max` with 0 are what
  /// the slice's own clamp may do.
  bool matchExtent(StepOperand &operand) {
    operand.cap = operand.slice.getResult().getType().getShape()[operand.kDim];
    if (operand.slice.getValid().empty())
      return true;
    Value extent = operand.slice.getValid()[operand.kDim];
    while (true) {
      auto min = extent.getDefiningOp<arith::MinSIOp>();
      auto max = extent.getDefiningOp<arith::MaxSIOp>();
      if (!min && !max)
        break;
      Value lhs = extent.getDefiningOp()->getOperand(0);
      Value rhs = extent.getDefiningOp()->getOperand(1);
      if (getConstantIntValue(lhs))
        std::swap(lhs, rhs);
      std::optional<int64_t> bound = getConstantIntValue(rhs);
      if (!bound || (min && *bound < 0) || (max && *bound != 0))
        break;
      if (min)
        operand.cap = std::min(operand.cap, *bound);
      extent = lhs;
    }
    operand.rest = LinearForm::of(extent, loop);
    if (operand.rest)
      return true;
    fail(
        misfit,
        "the " + side +
            " operand's valid extent along k is not linear in the loop's index",
        operand.slice.getLoc(), "it is sliced here");
    return false;
  }

  scf::ForOp loop;
  std::string side;
  Misfit &misfit;
};
} // namespace

template <typename OpT>
static std::optional<ProductStep> matchProduct(OpT op, scf::ForOp loop,
                                               Misfit &misfit) {
  auto lhs = OperandMatcher(loop, "left", misfit)
                 .match(op.getLhs(), op.getTransposeA() ? 0 : 1);
  if (!lhs)
    return std::nullopt;
  auto rhs = OperandMatcher(loop, "right", misfit)
                 .match(op.getRhs(), op.getTransposeB() ? 1 : 0);
  if (!rhs)
    return std::nullopt;
  return ProductStep{op, op.getTransposeA(), op.getTransposeB(), *lhs, *rhs};
}

std::optional<ProductStep> tilec::matchStep(Operation *op, scf::ForOp loop,
                                            Misfit &misfit) {
  if (auto matmul = dyn_cast<MatmulOp>(op))
    return matchProduct(matmul, loop, misfit);
  return matchProduct(cast<MatmulAccOp>(op), loop, misfit);
}

void tilec::takeConstantRest(StepOperand &operand) {
  if (!operand.rest || !operand.rest->isConstant())
    return;
  operand.cap = std::clamp<int64_t>(operand.rest->constant, 0, operand.cap);
  operand.rest.reset();
}

bool tilec::areEqual(Value lhs, Value rhs, scf::ForOp loop) {
  if (!lhs || !rhs)
    return lhs == rhs;
  auto l = LinearForm::of(lhs, loop), r = LinearForm::of(rhs, loop);
  return l && r && getConstantDifference(*l, *r, loop) == 0;
}

/// Whether two operands are the same cells in the first iteration.
static bool beginAlike(StepOperand lhs, StepOperand rhs, scf::ForOp loop) {
  LinearForm lower = *LinearForm::of(loop.getLowerBound(), loop);
  for (StepOperand *operand : {&lhs, &rhs}) {
    operand->offset = operand->offset.at(lower);
    if (operand->rest)
      operand->rest = operand->rest->at(lower);
    takeConstantRest(*operand);
  }
  return lhs.source() == rhs.source() && lhs.kDim == rhs.kDim &&
         lhs.cap == rhs.cap && lhs.rest.has_value() == rhs.rest.has_value() &&
         lhs.otherSize() == rhs.otherSize() &&
         getConstantDifference(lhs.offset, rhs.offset, loop) == 0 &&
         (!lhs.rest ||
          getConstantDifference(*lhs.rest, *rhs.rest, loop) == 0) &&
         areEqual(lhs.otherOffset(), rhs.otherOffset(), loop) &&
         areEqual(lhs.otherExtent(), rhs.otherExtent(), loop);
}

bool tilec::beginAlike(const ProductStep &lhs, const ProductStep &rhs,
                       scf::ForOp loop) {
  return lhs.transposeA == rhs.transposeA && lhs.transposeB == rhs.transposeB &&
         ::beginAlike(lhs.lhs, rhs.lhs, loop) &&
         ::beginAlike(lhs.rhs, rhs.rhs, loop);
}

//===----------------------------------------------------------------------===//
// The loop
//===----------------------------------------------------------------------===//

namespace {
/// Follows a carried value through one iteration.
class LoopMatcher {
public:
  LoopMatcher(scf::ForOp loop, unsigned number, Misfit &misfit)
      : loop(loop), misfit(misfit), result{loop, number, {}, {}, 0} {}

  std::optional<ContractionLoop> match(MatmulAccOp op) {
    if (!matchCarried(op) || !matchSteps(op) || !checkWrites())
      return std::nullopt;
    return result;
  }

private:
  bool reject(std::string reason, std::optional<Location> culprit = {},
              std::string note = "") {
    fail(misfit, std::move(reason), culprit, std::move(note));
    return false;
  }

  /// Whether `next` is the only one to see `value`, and once.
  bool isOnlySeenBy(Value value, Operation *next) {
    bool isSeen = false;
    for (Operation *user : value.getUsers()) {
      auto relaxed = dyn_cast<RelaxValidOp>(user);
      bool isNext = relaxed ? isOnlySeenBy(relaxed, next) : user == next;
      if (isNext && !std::exchange(isSeen, true))
        continue;
      return reject("the sum so far is used before the loop ends",
                    user->getLoc(), "it is used here");
    }
    return isSeen;
  }

  bool matchCarried(MatmulAccOp op) {
    Operation *yield = loop.getBody()->getTerminator();
    Value next = skipRelaxations(yield->getOperand(result.number));
    if (!isOnlySeenBy(loop.getRegionIterArg(result.number), op))
      return false;
    if (next == op.getResult())
      return isOnlySeenBy(next, yield);
    auto branch = next.getDefiningOp<scf::IfOp>();
    if (!branch || branch->getParentRegion() != &loop.getRegion())
      return reject("the loop carries on something else than this sum",
                    next.getLoc(), "it is made here");
    return isOnlySeenBy(next, yield) &&
           matchBranch(branch, cast<OpResult>(next).getResultNumber(), op);
  }

  /// `matmul` in the first iteration and `matmul_acc` in the others.
  bool matchBranch(scf::IfOp branch, unsigned number, MatmulAccOp op) {
    std::optional<bool> firstIsThen = isFirstInThen(branch.getCondition());
    if (!firstIsThen)
      return reject("the condition does not tell the first step from the "
                    "others",
                    branch.getLoc(), "this is the condition");
    scf::YieldOp first = branch.thenYield(), others = branch.elseYield();
    if (!*firstIsThen)
      std::swap(first, others);
    Value sum = skipRelaxations(others.getOperand(number));
    result.first =
        skipRelaxations(first.getOperand(number)).getDefiningOp<MatmulOp>();
    if (sum != op.getResult() || !result.first ||
        result.first->getBlock() != first->getBlock())
      return reject("the first step is no product of the same kind",
                    first->getParentOp()->getLoc(), "it is chosen here");
    return isOnlySeenBy(sum, others) &&
           isOnlySeenBy(result.first.getResult(), first);
  }

  /// Whether a condition holds in the first iteration only; false if it holds
  /// in all others only.
  std::optional<bool> isFirstInThen(Value condition) {
    auto compare = condition.getDefiningOp<arith::CmpIOp>();
    if (!compare)
      return std::nullopt;
    Value lhs = compare.getLhs(), rhs = compare.getRhs();
    auto predicate = compare.getPredicate();
    if (rhs == loop.getInductionVar()) {
      std::swap(lhs, rhs);
      predicate = swapped(predicate);
    }
    bool isFirst = lhs == loop.getInductionVar() &&
                   areEqual(rhs, loop.getLowerBound(), loop);
    if (!isFirst)
      return std::nullopt;
    switch (predicate) {
    case arith::CmpIPredicate::eq:
    case arith::CmpIPredicate::sle:
      return true;
    case arith::CmpIPredicate::ne:
    case arith::CmpIPredicate::sgt:
      return false;
    default:
      return std::nullopt;
    }
  }

  static arith::CmpIPredicate swapped(arith::CmpIPredicate predicate) {
    switch (predicate) {
    case arith::CmpIPredicate::sge:
      return arith::CmpIPredicate::sle;
    case arith::CmpIPredicate::slt:
      return arith::CmpIPredicate::sgt;
    case arith::CmpIPredicate::eq:
    case arith::CmpIPredicate::ne:
      return predicate;
    default: // None that tells the first from the others.
      return arith::CmpIPredicate::ult;
    }
  }

  bool matchSteps(MatmulAccOp op) {
    std::optional<ProductStep> step = matchStep(op, loop, misfit);
    if (!step)
      return false;
    result.step = *step;
    if (result.first) {
      std::optional<ProductStep> first = matchStep(result.first, loop, misfit);
      if (!first)
        return false;
      if (!beginAlike(*first, *step, loop))
        return reject("the first step multiplies other slices than the others",
                      result.first.getLoc(), "this is the first step");
    }
    return matchChunk("left", result.step.lhs) &&
           matchChunk("right", result.step.rhs) && checkPairs(op);
  }

  /// The steps follow one another along k without gap and overlap.
  bool matchChunk(StringRef side, StepOperand &operand) {
    Location place = operand.slice.getLoc();
    auto step = getConstantIntValue(loop.getStep());
    if (!step || *step <= 0)
      return reject("the step of the loop is not a constant", loop.getLoc(),
                    "this is the loop");
    int64_t advance = operand.offset.slope * *step;
    if (result.chunk && advance != result.chunk)
      return reject(fmt::format("the operands advance by {} and {} along k",
                                result.chunk, advance),
                    place, "the right one is sliced here");
    result.chunk = advance;
    if (!matchRest(operand))
      return reject(fmt::format("the {} operand's valid extent along k is not "
                                "what earlier steps have left",
                                side.str()),
                    place, "it is sliced here");
    if (operand.cap != advance)
      return reject(fmt::format("the {} operand takes {} k a step and advances "
                                "by {}",
                                side.str(), operand.cap, advance),
                    place, "it is sliced here");
    return true;
  }

  /// Either what is left, one chunk less in each step, or a constant.
  bool matchRest(StepOperand &operand) {
    takeConstantRest(operand);
    return !operand.rest || (operand.rest->slope != 0 &&
                             operand.rest->slope == -operand.offset.slope);
  }

  bool checkPairs(MatmulAccOp op) {
    auto element = op.getLhs().getType().getElementType();
    if (isa<BFloat16Type>(element) && result.chunk % 2 != 0)
      return reject(fmt::format("each step has an odd number of k, {}, and "
                                "pairs of BF16 are counted anew in each",
                                result.chunk));
    return true;
  }

  bool checkWrites() {
    Operation *writer =
        findWriter(loop.getBody()->begin(), loop.getBody()->end(), result.step);
    if (!writer)
      return true;
    return reject("the loop writes to what the product reads", writer->getLoc(),
                  "it is written here");
  }

  scf::ForOp loop;
  Misfit &misfit;
  ContractionLoop result;
};
} // namespace

std::optional<ContractionLoop> tilec::matchLoop(scf::ForOp loop,
                                                unsigned number, MatmulAccOp op,
                                                Misfit &misfit) {
  return LoopMatcher(loop, number, misfit).match(op);
}
