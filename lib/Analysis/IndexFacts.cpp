//===- IndexFacts.cpp - Conditions and assertions as constraints --------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Matchers.h"
#include "tilec/Analysis/IndexConstraints.h"
#include "tilec/Dialect/Tile/Tile.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tilec;
using namespace tilec::tile;

/// Conditions with more cases are not understood.
static constexpr size_t kMaxCases = 16;

//===----------------------------------------------------------------------===//
// Comparisons
//===----------------------------------------------------------------------===//

static std::optional<CmpMode> getMode(arith::CmpIPredicate predicate) {
  switch (predicate) {
  case arith::CmpIPredicate::eq:
    return CmpMode::Eq;
  case arith::CmpIPredicate::ne:
    return CmpMode::Ne;
  case arith::CmpIPredicate::slt:
    return CmpMode::Lt;
  case arith::CmpIPredicate::sle:
    return CmpMode::Le;
  case arith::CmpIPredicate::sgt:
    return CmpMode::Gt;
  case arith::CmpIPredicate::sge:
    return CmpMode::Ge;
  default:
    return std::nullopt;
  }
}

static CmpMode negate(CmpMode mode) {
  switch (mode) {
  case CmpMode::Eq:
    return CmpMode::Ne;
  case CmpMode::Ne:
    return CmpMode::Eq;
  case CmpMode::Lt:
    return CmpMode::Ge;
  case CmpMode::Le:
    return CmpMode::Gt;
  case CmpMode::Gt:
    return CmpMode::Le;
  case CmpMode::Ge:
    return CmpMode::Lt;
  }
  llvm_unreachable("not a comparison");
}

static Disjunction compare(CmpMode mode, const LinearExpr &lhs,
                           const LinearExpr &rhs) {
  Conjunction below, above, facts;
  below.addAtMost(lhs + WideInt(1), rhs);
  above.addAtMost(rhs + WideInt(1), lhs);
  switch (mode) {
  case CmpMode::Eq:
    facts.addEqual(lhs, rhs);
    return {facts};
  case CmpMode::Ne:
    return {below, above};
  case CmpMode::Lt:
    return {below};
  case CmpMode::Le:
    facts.addAtMost(lhs, rhs);
    return {facts};
  case CmpMode::Gt:
    return {above};
  case CmpMode::Ge:
    facts.addAtMost(rhs, lhs);
    return {facts};
  }
  llvm_unreachable("not a comparison");
}

//===----------------------------------------------------------------------===//
// Conditions
//===----------------------------------------------------------------------===//

static Disjunction getEither(Disjunction lhs, const Disjunction &rhs) {
  llvm::append_range(lhs, rhs);
  return lhs;
}

static Disjunction getBoth(const Disjunction &lhs, const Disjunction &rhs) {
  Disjunction result;
  for (const Conjunction &l : lhs)
    for (const Conjunction &r : rhs) {
      result.push_back(l);
      result.back().append(r);
    }
  return result;
}

std::optional<Disjunction> IndexConstraints::getCondition(Value condition,
                                                          bool value,
                                                          unsigned iteration) {
  APInt constant;
  if (matchPattern(condition, m_ConstantInt(&constant)))
    return constant.isZero() != value ? Disjunction{Conjunction()}
                                      : Disjunction();
  Operation *op = condition.getDefiningOp();
  if (!op)
    return std::nullopt;
  auto result = getConditionOfOp(op, condition, value, iteration);
  if (result && result->size() > kMaxCases)
    return std::nullopt;
  return result;
}

/// Both operands, or either of them: as `value` says of `and` and of `or`.
std::optional<Disjunction> IndexConstraints::combine(ValueRange operands,
                                                     bool value,
                                                     bool isConjunction,
                                                     unsigned iteration) {
  auto lhs = getCondition(operands[0], value, iteration);
  auto rhs = getCondition(operands[1], value, iteration);
  if (isConjunction == value) {
    // Of what both must be, one alone is known too.
    if (!lhs || !rhs)
      return lhs ? lhs : rhs;
    return getBoth(*lhs, *rhs);
  }
  if (!lhs || !rhs)
    return std::nullopt;
  return getEither(std::move(*lhs), *rhs);
}

std::optional<Disjunction>
IndexConstraints::chooseCondition(Value condition, Value ifTrue, Value ifFalse,
                                  bool value, unsigned iteration) {
  Disjunction all;
  for (bool taken : {true, false}) {
    Disjunction unknown = {Conjunction()};
    auto cases = getCondition(condition, taken, iteration);
    auto result = getCondition(taken ? ifTrue : ifFalse, value, iteration);
    all = getEither(std::move(all),
                    getBoth(cases.value_or(unknown), result.value_or(unknown)));
  }
  return all;
}

std::optional<Disjunction>
IndexConstraints::getConditionOfOp(Operation *op, Value condition, bool value,
                                   unsigned iteration) {
  auto ofComparison = [&](std::optional<CmpMode> mode,
                          ValueRange operands) -> std::optional<Disjunction> {
    if (!mode || !operands[0].getType().isIndex())
      return std::nullopt;
    return compare(value ? *mode : negate(*mode), get(operands[0], iteration),
                   get(operands[1], iteration));
  };
  using Result = std::optional<Disjunction>;
  return TypeSwitch<Operation *, Result>(op)
      .Case([&](arith::CmpIOp cmp) {
        return ofComparison(getMode(cmp.getPredicate()), cmp.getOperands());
      })
      .Case([&](CmpOp cmp) {
        return ofComparison(cmp.getMode(), {cmp.getLhs(), cmp.getRhs()});
      })
      .Case<arith::AndIOp, AndOp>([&](Operation *) {
        return combine(op->getOperands(), value, true, iteration);
      })
      .Case<arith::OrIOp, OrOp>([&](Operation *) {
        return combine(op->getOperands(), value, false, iteration);
      })
      .Case([&](arith::XOrIOp negation) -> Result {
        if (!matchPattern(negation.getRhs(), m_One()))
          return std::nullopt;
        return getCondition(negation.getLhs(), !value, iteration);
      })
      .Case([&](NotOp negation) {
        return getCondition(negation.getOperand(), !value, iteration);
      })
      .Case([&](arith::SelectOp select) {
        return chooseCondition(select.getCondition(), select.getTrueValue(),
                               select.getFalseValue(), value, iteration);
      })
      .Case([&](scf::IfOp branch) {
        unsigned number = cast<OpResult>(condition).getResultNumber();
        ++speculation;
        Result result = chooseCondition(
            branch.getCondition(), branch.thenYield().getOperand(number),
            branch.elseYield().getOperand(number), value, iteration);
        --speculation;
        return result;
      })
      .Default(Result());
}

//===----------------------------------------------------------------------===//
// Facts
//===----------------------------------------------------------------------===//

void IndexConstraints::addCondition(Value condition, bool value,
                                    unsigned iteration) {
  if (auto cases = getCondition(condition, value, iteration))
    system.add(*cases);
}

/// Those of one block, from `begin` to before `end`.
void IndexConstraints::addAsserts(Operation *begin, Operation *end,
                                  unsigned iteration) {
  for (Operation *op = begin; op != end; op = op->getNextNode())
    if (auto assertion = dyn_cast<AssertOp>(op))
      addCondition(assertion.getCondition(), true, iteration);
}

/// That the region has been entered.
void IndexConstraints::addFactsInside(Region *region, unsigned iteration) {
  Operation *op = region->getParentOp();
  if (auto branch = dyn_cast<scf::IfOp>(op))
    addCondition(branch.getCondition(), region == &branch.getThenRegion(),
                 iteration);
  else if (isa<scf::ForOp, ParallelOp>(op))
    get(region->getArgument(0), iteration);
}

/// The op and what is around it in its function, outermost first: what is known
/// there narrows what is inside.
static SmallVector<Operation *> getPath(Operation *op) {
  SmallVector<Operation *> path;
  for (; op && op->getBlock() && !isa<ModuleOp>(op->getParentOp());
       op = op->getParentOp())
    path.push_back(op);
  std::reverse(path.begin(), path.end());
  return path;
}

void IndexConstraints::addFactsAt(Operation *op, unsigned iteration) {
  SmallVector<Operation *> path = getPath(op);
  for (auto [i, place] : llvm::enumerate(path)) {
    if (i > 0)
      addFactsInside(place->getParentRegion(), iteration);
    addAsserts(&place->getBlock()->front(), place, iteration);
  }
}

const IndexConstraints &FactsAtPlaces::getFactsAt(Operation *op) {
  SmallVector<Operation *> path = getPath(op);
  // Facts of the last place that hold here too.
  size_t kept = 0;
  while (kept < std::min(path.size(), levels.size()) &&
         levels[kept].place == path[kept])
    ++kept;
  bool continues = kept < std::min(path.size(), levels.size()) &&
                   levels[kept].place->getBlock() == path[kept]->getBlock() &&
                   levels[kept].place->isBeforeInBlock(path[kept]);
  levels.resize(continues ? kept + 1 : kept);
  for (size_t i = kept; i < path.size(); ++i) {
    Operation *place = path[i], *begin = &place->getBlock()->front();
    if (i < levels.size()) {
      begin = std::exchange(levels[i].place, place);
    } else {
      levels.push_back(
          {place, i > 0 ? levels[i - 1].facts : IndexConstraints()});
      if (i > 0)
        levels[i].facts.addFactsInside(place->getParentRegion(), 0);
    }
    levels[i].facts.addAsserts(begin, place, 0);
  }
  return levels.back().facts;
}
