//===- IndexSums.cpp - Index values as sums of others -------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Analysis/IndexSums.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "tilec/Analysis/Failures.h"
#include "tilec/Dialect/Tile/Tile.h"

using namespace mlir;
using namespace tilec;
using namespace tilec::tile;

/// So many variables of loops in one sum, at most, are replaced by bounds.
static constexpr unsigned kMaxReplacements = 8;
/// So many operations, at most, are looked at to move a value.
static constexpr unsigned kMaxMoved = 32;
/// Minima within minima are taken apart so far.
static constexpr unsigned kMaxDepth = 3;

//===----------------------------------------------------------------------===//
// Values that are computed alike
//===----------------------------------------------------------------------===//

/// Whether the value depends on nothing but the operands.
static bool isFunctionOfOperands(Operation *op) {
  return op && op->getNumRegions() == 0 && op->getNumResults() == 1 &&
         isMemoryEffectFree(op) && !isa<UndefinedOp>(op);
}

Value IndexSums::getRepresentative(Value value) {
  auto [it, isNew] = representatives.try_emplace(value, value);
  Operation *op = value.getDefiningOp();
  if (!isNew || !isFunctionOfOperands(op))
    return it->second;
  SmallVector<Value> operands = llvm::map_to_vector(
      op->getOperands(), [&](Value v) { return getRepresentative(v); });
  auto isAlike = [&](Value other) {
    Operation *second = other.getDefiningOp();
    return op->getName() == second->getName() &&
           op->getAttrDictionary() == second->getAttrDictionary() &&
           value.getType() == other.getType() &&
           llvm::equal(operands,
                       llvm::map_range(second->getOperands(), [&](Value v) {
                         return getRepresentative(v);
                       }));
  };
  size_t hash = llvm::hash_combine(
      op->getName(), op->getAttrDictionary(), value.getType(),
      llvm::hash_combine_range(operands.begin(), operands.end()));
  SmallVector<Value, 1> &candidates = computed[hash];
  auto *found = llvm::find_if(candidates, isAlike);
  if (found == candidates.end()) {
    candidates.push_back(value);
    return value;
  }
  return representatives[value] = *found;
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

namespace {
struct LoopBounds {
  Value lower, upper, step;
};
} // namespace

/// The bounds of the loop whose variable the value is.
static std::optional<LoopBounds> getLoopOf(Value value) {
  auto argument = dyn_cast<BlockArgument>(value);
  if (!argument || argument.getArgNumber() != 0)
    return std::nullopt;
  Operation *parent = argument.getOwner()->getParentOp();
  if (auto loop = dyn_cast<scf::ForOp>(parent))
    return LoopBounds{loop.getLowerBound(), loop.getUpperBound(),
                      loop.getStep()};
  if (auto loop = dyn_cast<ParallelOp>(parent))
    return LoopBounds{loop.getLower(), loop.getUpper(), loop.getStep()};
  return std::nullopt;
}

/// The variable's value in the last iteration, where that is a number. The
/// loop's body runs, or nobody asks.
static std::optional<int64_t> getConstantLast(const LoopBounds &bounds) {
  auto lower = getConstantIntValue(bounds.lower);
  auto upper = getConstantIntValue(bounds.upper);
  auto step = getConstantIntValue(bounds.step);
  int64_t span;
  if (!lower || !upper || !step || *step <= 0 || *lower >= *upper ||
      llvm::SubOverflow(*upper, *lower, span))
    return std::nullopt;
  return *lower + (span - 1) / *step * *step;
}

//===----------------------------------------------------------------------===//
// Sums
//===----------------------------------------------------------------------===//

IndexSum IndexSums::get(Value value) {
  auto it = known.find(value);
  if (it != known.end())
    return it->second;
  IndexSum sum = compute(value);
  known.try_emplace(value, sum);
  return sum;
}

static IndexSum getTerm(Value value) {
  IndexSum sum;
  sum.terms.push_back({value, 1});
  return sum;
}

IndexSum IndexSums::compute(Value value) {
  if (auto constant = getConstantIntValue(value))
    return *constant;
  if (auto loop = getLoopOf(value))
    if (auto last = getConstantLast(*loop);
        last && last == getConstantIntValue(loop->lower))
      return *last;
  Operation *op = value.getDefiningOp();
  std::optional<IndexSum> sum;
  if (isa_and_nonnull<arith::AddIOp, arith::SubIOp>(op)) {
    sum = add(get(op->getOperand(0)), get(op->getOperand(1)),
              isa<arith::AddIOp>(op) ? 1 : -1);
  } else if (isa_and_nonnull<arith::MulIOp>(op)) {
    IndexSum lhs = get(op->getOperand(0)), rhs = get(op->getOperand(1));
    if (rhs.isConstant())
      sum = add(IndexSum(), lhs, rhs.constant);
    else if (lhs.isConstant())
      sum = add(IndexSum(), rhs, lhs.constant);
  }
  return sum ? *sum : getTerm(getRepresentative(value));
}

static void append(SmallVector<IndexSum, 2> &sums,
                   SmallVector<IndexSum, 2> more) {
  sums.append(std::make_move_iterator(more.begin()),
              std::make_move_iterator(more.end()));
}

SmallVector<IndexSum, 2> IndexSums::getBounds(Value value, unsigned depth) {
  Operation *op = value.getDefiningOp();
  if (depth == kMaxDepth)
    return {get(value)};
  if (isa_and_nonnull<arith::MinSIOp>(op)) {
    SmallVector<IndexSum, 2> sums = getBounds(op->getOperand(0), depth + 1);
    append(sums, getBounds(op->getOperand(1), depth + 1));
    return sums;
  }
  if (isa_and_nonnull<arith::MaxSIOp>(op))
    for (unsigned i : {0, 1})
      if (auto constant = getConstantIntValue(op->getOperand(i));
          constant && *constant <= 0)
        return getBounds(op->getOperand(1 - i), depth + 1);
  return {get(value)};
}

SmallVector<IndexSum, 2> IndexSums::getBounds(const ExtentBound &bound) {
  if (!bound.value)
    return {IndexSum(bound.constant)};
  SmallVector<IndexSum, 2> sums;
  for (const IndexSum &sum : getBounds(bound.value))
    if (auto shifted = add(sum, IndexSum(bound.constant)))
      sums.push_back(*shifted);
  return sums;
}

std::optional<IndexSum> IndexSums::add(const IndexSum &lhs, const IndexSum &rhs,
                                       int64_t factor) {
  IndexSum sum = lhs;
  int64_t product;
  if (llvm::MulOverflow(rhs.constant, factor, product) ||
      llvm::AddOverflow(sum.constant, product, sum.constant))
    return std::nullopt;
  for (auto [value, count] : rhs.terms) {
    if (llvm::MulOverflow(count, factor, product))
      return std::nullopt;
    Value term = value;
    auto *same = llvm::find_if(sum.terms,
                               [&](auto &pair) { return pair.first == term; });
    if (same == sum.terms.end())
      sum.terms.push_back({term, product});
    else if (llvm::AddOverflow(same->second, product, same->second))
      return std::nullopt;
  }
  llvm::erase_if(sum.terms, [](auto &pair) { return pair.second == 0; });
  if (sum.terms.size() == 1 && sum.terms[0].second == 1 && sum.constant == 0)
    return sum;
  Interval range = getInterval(sum);
  if (range.lower < std::numeric_limits<int64_t>::min() ||
      range.upper > std::numeric_limits<int64_t>::max())
    return std::nullopt;
  return sum;
}

//===----------------------------------------------------------------------===//
// Comparisons
//===----------------------------------------------------------------------===//

LinearSystem::Interval IndexSums::getInterval(Value term) {
  auto it = intervals.find(term);
  if (it != intervals.end())
    return it->second;
  LinearExpr expr = constraints.get(term);
  Interval range = constraints.getSystem().getInterval(expr);
  range.lower =
      std::max<WideInt>(range.lower, std::numeric_limits<int64_t>::min());
  range.upper =
      std::min<WideInt>(range.upper, std::numeric_limits<int64_t>::max());
  return intervals[term] = range;
}

/// Of the whole sum and of all that it is added up from: a range that has
/// room for partial sums in any order.
LinearSystem::Interval IndexSums::getInterval(const IndexSum &sum) {
  Interval range{sum.constant, sum.constant};
  for (auto [value, factor] : sum.terms) {
    Interval term = getInterval(value);
    range.lower += (factor > 0 ? term.lower : term.upper) * factor;
    range.upper += (factor > 0 ? term.upper : term.lower) * factor;
  }
  return range;
}

/// The difference of two sums, which may exceed 64 bits.
static IndexSum subtract(const IndexSum &lhs, const IndexSum &rhs) {
  IndexSum difference = lhs;
  for (auto [value, factor] : rhs.terms) {
    Value term = value;
    auto *same = llvm::find_if(difference.terms,
                               [&](auto &pair) { return pair.first == term; });
    if (same == difference.terms.end())
      difference.terms.push_back({term, -factor});
    else
      same->second -= factor;
  }
  llvm::erase_if(difference.terms, [](auto &pair) { return pair.second == 0; });
  difference.constant -= rhs.constant;
  return difference;
}

/// Numbers of which the difference is a number of 64 bits as well.
static bool isSmall(const IndexSum &sum) {
  constexpr int64_t limit = std::numeric_limits<int64_t>::max() / 2;
  auto isLarge = [](int64_t number) {
    return number > limit || number < -limit;
  };
  return !isLarge(sum.constant) && llvm::none_of(sum.terms, [&](auto &term) {
    return isLarge(term.second);
  });
}

bool IndexSums::areEqual(const IndexSum &lhs, const IndexSum &rhs) {
  if (!isSmall(lhs) || !isSmall(rhs))
    return false;
  IndexSum difference = subtract(lhs, rhs);
  return difference.isConstant() && difference.constant == 0;
}

bool IndexSums::isAtMost(const IndexSum &lhs, const IndexSum &rhs) {
  return isSmall(lhs) && isSmall(rhs) &&
         getInterval(subtract(rhs, lhs)).lower >= 0;
}

LinearExpr IndexSums::getExpr(IndexConstraints &at, const IndexSum &sum) {
  LinearExpr expr = LinearExpr(WideInt(sum.constant));
  for (auto [value, factor] : sum.terms)
    expr = expr + at.get(value) * WideInt(factor);
  return expr;
}

bool IndexSums::provesAtMost(Operation *op, const IndexSum &lhs,
                             const IndexSum &rhs) {
  if (isAtMost(lhs, rhs))
    return true;
  if (!isSmall(lhs) || !isSmall(rhs))
    return false;
  IndexConstraints at;
  at.addFactsAt(op);
  LinearExpr left = getExpr(at, lhs), right = getExpr(at, rhs);
  return at.getSystem().provesAtMost(left, right);
}

//===----------------------------------------------------------------------===//
// Places
//===----------------------------------------------------------------------===//

/// Whether the operation may be repeated anywhere.
static bool isRepeatable(Operation *op) {
  return isFunctionOfOperands(op) && !mayFail(op) &&
         isa<IndexType, IntegerType>(op->getResult(0).getType());
}

bool IndexSums::isAvailable(Value value, Operation *op, unsigned &budget) {
  if (dominance.properlyDominates(value, op))
    return true;
  Operation *computedBy = value.getDefiningOp();
  return computedBy && budget > 0 && budget-- && isRepeatable(computedBy) &&
         llvm::all_of(computedBy->getOperands(), [&](Value operand) {
           return isAvailable(operand, op, budget);
         });
}

std::optional<IndexSum> IndexSums::getBoundBefore(IndexSum sum, Operation *op) {
  for (unsigned count = 0; count <= kMaxReplacements; ++count) {
    auto *outside = llvm::find_if(sum.terms, [&](auto &term) {
      unsigned budget = kMaxMoved;
      return !isAvailable(term.first, op, budget);
    });
    if (outside == sum.terms.end())
      return sum;
    auto [variable, factor] = *outside;
    auto loop = getLoopOf(variable);
    // In all iterations that run the step is positive.
    if (!loop || factor == std::numeric_limits<int64_t>::min())
      return std::nullopt;
    std::optional<IndexSum> bound = get(loop->lower);
    if (auto last = getConstantLast(*loop); factor > 0 && last)
      bound = *last;
    else if (factor > 0)
      bound = add(get(loop->upper), IndexSum(-1));
    auto rest = add(sum, getTerm(variable), -factor);
    auto replaced = bound && rest ? add(*rest, *bound, factor) : std::nullopt;
    if (!replaced)
      return std::nullopt;
    sum = *replaced;
  }
  return std::nullopt;
}

Value IndexSums::makeAvailable(OpBuilder &b, Value value, IRMapping &made) {
  // What stands at the end of a block comes before its terminator.
  Operation *place = &*b.getInsertionPoint();
  if (dominance.properlyDominates(value, place))
    return value;
  if (Value again = made.lookupOrNull(value))
    return again;
  Operation *op = value.getDefiningOp();
  for (Value operand : op->getOperands())
    if (Value moved = makeAvailable(b, operand, made); moved != operand)
      made.map(operand, moved);
  return b.clone(*op, made)->getResult(0);
}

Value IndexSums::build(OpBuilder &b, Location loc, const IndexSum &sum) {
  auto getConstant = [&](int64_t value) -> Value {
    return b.create<arith::ConstantIndexOp>(loc, value);
  };
  // Positive terms first: `n - i` rather than `i * -1 + n`.
  SmallVector<std::pair<Value, int64_t>, 2> terms(sum.terms);
  llvm::stable_sort(
      terms, [](auto &l, auto &r) { return (l.second > 0) > (r.second > 0); });
  Value total;
  IRMapping made;
  for (auto [term, factor] : terms) {
    Value value = makeAvailable(b, term, made);
    bool isSubtracted = total && factor == -1;
    if (factor != 1 && !isSubtracted)
      value = b.createOrFold<arith::MulIOp>(loc, value, getConstant(factor));
    if (isSubtracted)
      total = b.createOrFold<arith::SubIOp>(loc, total, value);
    else
      total = total ? b.createOrFold<arith::AddIOp>(loc, total, value) : value;
  }
  if (!total)
    return getConstant(sum.constant);
  if (sum.constant == 0)
    return total;
  return b.createOrFold<arith::AddIOp>(loc, total, getConstant(sum.constant));
}
