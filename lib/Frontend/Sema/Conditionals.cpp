//===- Conditionals.cpp - if, and, or, comparisons ------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Constants.h"
#include "Elaborator.h"

using namespace tilec;
using llvm::ArrayRef;
using llvm::StringRef;

//===----------------------------------------------------------------------===//
// The first iteration of a loop
//===----------------------------------------------------------------------===//

/// For `k0 == FIRST`, k0 being the index of a loop that starts at FIRST: the
/// loop, and which arm of the `if` runs in its later iterations only.
std::optional<Elaborator::FirstTest>
Elaborator::matchFirstTest(CompareOp op, const Datum &lhs, const Datum &rhs) {
  for (const ActiveLoop &loop : llvm::reverse(loops)) {
    bool isFlipped = rhs.getSymbolic() == loop.induction;
    const Datum &index = isFlipped ? rhs : lhs, &first = isFlipped ? lhs : rhs;
    if (!loop.isSequential || loop.frame != frame ||
        index.getSymbolic() != loop.induction)
      continue;
    if (loop.first && first.getSymbolic() != loop.first)
      continue;
    if (op == CompareOp::Eq || op == CompareOp::Ne)
      return FirstTest{loop.number, op == CompareOp::Ne};
    // The index never comes before the first one.
    bool isAscending = loop.isAscending != isFlipped;
    if (op == (isAscending ? CompareOp::Gt : CompareOp::Lt))
      return FirstTest{loop.number, true};
    if (op == (isAscending ? CompareOp::Le : CompareOp::Ge))
      return FirstTest{loop.number, false};
  }
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// if
//===----------------------------------------------------------------------===//

/// Whether a statement ends in a `return` on every path.
static bool alwaysReturns(const Stmt *s) {
  auto lastReturns = [](Block block) {
    return !block.empty() && alwaysReturns(block.back());
  };
  if (auto *branch = llvm::dyn_cast<IfStmt>(s))
    return lastReturns(branch->thenBody) && lastReturns(branch->elseBody);
  if (auto *scope = llvm::dyn_cast<WithStmt>(s))
    return lastReturns(scope->body);
  return llvm::isa<ReturnStmt>(s);
}

/// Whether some path through an `if` of the block, or through the block, ends
/// in a `return`.
static bool mayReturn(Block block) {
  return llvm::any_of(block, [](const Stmt *s) {
    auto *branch = llvm::dyn_cast<IfStmt>(s);
    return branch ? mayReturn(branch->thenBody) || mayReturn(branch->elseBody)
                  : alwaysReturns(s);
  });
}

bool tilec::returnsOnSomePath(const IfStmt *s) {
  return (mayReturn(s->thenBody) || mayReturn(s->elseBody)) &&
         !alwaysReturns(s);
}

/// An arm of an `if`, and the statements that follow the `if`. They belong to
/// the paths that go on, also where the arm has such an `if` itself.
void Elaborator::elaborateArm(Block arm, Block rest) {
  bool hasPathsThatReturn = llvm::any_of(arm, [](const Stmt *s) {
    auto *branch = llvm::dyn_cast<IfStmt>(s);
    return branch && returnsOnSomePath(branch);
  });
  if (!hasPathsThatReturn) {
    elaborateBlock(arm);
    return elaborateStatements(rest);
  }
  llvm::SaveAndRestore current(currentBlock,
                               static_cast<const void *>(arm.data()));
  std::vector<Stmt *> statements = arm.vec();
  statements.insert(statements.end(), rest.begin(), rest.end());
  elaborateStatements(statements);
}

void Elaborator::elaborateIf(const IfStmt *s, Block rest) {
  llvm::SaveAndRestore target(yieldTarget, static_cast<YieldTarget *>(nullptr));
  std::optional<FirstTest> test;
  Datum condition;
  auto *compare = llvm::dyn_cast<CompareExpr>(s->condition);
  if (compare && compare->links.size() == 1) {
    const CompareExpr::Link &link = compare->links.front();
    Datum lhs = evaluate(compare->first), rhs = evaluate(link.operand);
    test = matchFirstTest(link.op, lhs, rhs);
    condition = emitCompare(link.op, lhs, rhs, compare->range);
  } else {
    condition = evaluate(s->condition);
  }
  if (!condition.isSilent() && !condition.isRuntime()) {
    if (std::optional<bool> truth = getTruth(condition)) {
      return elaborateArm(*truth ? s->thenBody : s->elseBody, rest);
    }
    error(s->condition->range,
          "the condition must be a scalar, not " + describe(condition));
    condition = Datum::poison();
  }
  mlir::Value value = toCondition(condition, s->condition->range);
  if (!value) // The arms are still worth checking.
    value = emitter.constantBool(false);
  auto arm = [&](Block block, bool isThen) {
    bool notFirst = test && test->thenIsLater == isThen;
    if (notFirst)
      laterIterations.push_back(test->loop);
    elaborateArm(block, rest);
    if (notFirst)
      laterIterations.pop_back();
  };
  elaborateBranches(
      value, s->range, [&] { arm(s->thenBody, true); },
      [&] { arm(s->elseBody, false); });
}

/// Elaborates a block of an operation; what it changed is taken back and
/// returned.
Environment::Changes
Elaborator::elaborateRegion(mlir::Region &region,
                            llvm::function_ref<void()> body) {
  mlir::OpBuilder::InsertionGuard guard(emitter.builder);
  emitter.builder.setInsertionPointToEnd(&region.front());
  size_t mark = frame->env.mark();
  body();
  Environment::Changes changes = frame->env.changesSince(mark);
  frame->env.rollback(mark);
  return changes;
}

/// A name after an `if`.
struct Elaborator::Merge {
  StringRef name;
  Binding *thenBinding;
  Binding *elseBinding;
  /// Set if the branches yield a value for it.
  std::optional<JoinType> type;
  Binding *result = nullptr;
};

static bool isUnbound(const Binding *binding) {
  return !binding || binding->state == Binding::State::Partial;
}

/// Whether this attempt at some loop has read what only a later one knows.
bool Elaborator::readsUnknown() const {
  return llvm::any_of(
      loops, [](const ActiveLoop &loop) { return !loop.wanted.empty(); });
}

/// What a name is after an `if`, without a value of its own; null if the `if`
/// has to yield one.
Binding *Elaborator::mergeBindings(StringRef name, Binding *lhs, Binding *rhs,
                                   SourceRange range) {
  // What is made from the unknown may be poison too, without an error.
  for (Binding *binding : {lhs, rhs})
    if (binding && binding->isBound() && binding->datum.isPoison() &&
        !readsUnknown())
      return binding;
  if (isUnbound(lhs) || isUnbound(rhs)) {
    Binding *partial = isUnbound(lhs) ? lhs : rhs;
    if (partial)
      return partial;
    return makePartial(name, lhs ? lhs : rhs, range,
                       "it is not bound where this condition is " +
                           llvm::Twine(lhs ? "false" : "true"));
  }
  if (!lhs->isBound() || !rhs->isBound())
    return lhs->isBound() ? rhs : lhs;
  bool areSilent = lhs->datum.isSilent() && rhs->datum.isSilent();
  if (!areSilent && !lhs->datum.isSameAs(rhs->datum))
    return nullptr;
  Binding *merged = makeBinding(name, lhs->datum, lhs->definition);
  merged->sources = {lhs, rhs};
  merged->notInFirstOf = std::max(lhs->notInFirstOf, rhs->notInFirstOf);
  return merged;
}

/// The names that the branches of an `if` bind, and to what.
std::vector<Elaborator::Merge>
Elaborator::collectMerges(const Environment::Changes &thenChanges,
                          const Environment::Changes &elseChanges) {
  std::vector<Merge> merges;
  for (auto &[name, change] : thenChanges) {
    auto other = elseChanges.find(name);
    Binding *otherwise =
        other == elseChanges.end() ? change.before : other->second.after;
    merges.push_back({name, change.after, otherwise, {}});
  }
  for (auto &[name, change] : elseChanges)
    if (!thenChanges.count(name))
      merges.push_back({name, change.before, change.after, {}});
  return merges;
}

/// Finds what the name is after the `if`, or the type that both branches yield.
void Elaborator::mergeName(Merge &merge, SourceRange range) {
  Binding *lhs = merge.thenBinding, *rhs = merge.elseBinding;
  merge.result = mergeBindings(merge.name, lhs, rhs, range);
  if (merge.result)
    return;
  merge.type = joinOf(lhs->datum, rhs->datum);
  if (!merge.type)
    merge.result = makeConflict(merge.name, *lhs, *rhs);
}

/// Ends a branch with the values of the names that have one.
void Elaborator::emitYield(mlir::Region &branch, ArrayRef<Merge> merges,
                           Binding *Merge::*member, SourceRange range) {
  mlir::OpBuilder::InsertionGuard guard(emitter.builder);
  emitter.builder.setInsertionPointToEnd(&branch.front());
  llvm::SmallVector<mlir::Value> values;
  for (const Merge &merge : merges)
    if (merge.type) {
      Binding *binding = merge.*member;
      values.push_back(
          convert(binding->datum, *merge.type, binding->definition));
    }
  emitter.create<mlir::scf::YieldOp>(range, values);
}

/// The binding of a name that both branches yield a value for.
Binding *Elaborator::bindingOf(const Merge &merge, mlir::Value value) {
  Binding *lhs = merge.thenBinding, *rhs = merge.elseBinding;
  Datum datum = resultOf(value, *merge.type, {&lhs->datum, &rhs->datum});
  Binding *result = makeBinding(merge.name, datum, lhs->definition);
  result->sources = {lhs, rhs};
  result->notInFirstOf = std::max(lhs->notInFirstOf, rhs->notInFirstOf);
  return result;
}

void Elaborator::elaborateBranches(mlir::Value condition, SourceRange range,
                                   llvm::function_ref<void()> thenBody,
                                   llvm::function_ref<void()> elseBody) {
  auto draft = emitter.create<mlir::scf::IfOp>(range, mlir::TypeRange(),
                                               condition, true, true);
  Environment::Changes thenChanges =
      elaborateRegion(draft.getThenRegion(), thenBody);
  Environment::Changes elseChanges =
      elaborateRegion(draft.getElseRegion(), elseBody);
  std::vector<Merge> merges = collectMerges(thenChanges, elseChanges);
  llvm::SmallVector<mlir::Type> types;
  for (Merge &merge : merges) {
    mergeName(merge, range);
    if (merge.type)
      types.push_back(merge.type->type);
  }

  // The draft has no results; the branches move to an `if` that has.
  emitYield(draft.getThenRegion(), merges, &Merge::thenBinding, range);
  emitYield(draft.getElseRegion(), merges, &Merge::elseBinding, range);
  auto op = emitter.create<mlir::scf::IfOp>(range, types, condition,
                                            /*addThenBlock=*/false,
                                            /*addElseBlock=*/false);
  op.getThenRegion().takeBody(draft.getThenRegion());
  op.getElseRegion().takeBody(draft.getElseRegion());
  draft.erase();

  unsigned next = 0;
  for (const Merge &merge : merges)
    frame->env.bind(merge.name, merge.type
                                    ? bindingOf(merge, op.getResult(next++))
                                    : merge.result);
}

/// The type of a value that is one of two.
std::optional<JoinType> Elaborator::joinOf(const Datum &lhs, const Datum &rhs) {
  std::optional<JoinType> left = typeOf(lhs), right = typeOf(rhs);
  if (lhs.isSilent())
    return right;
  if (rhs.isSilent())
    return left;
  return left && right ? join(*left, *right) : std::nullopt;
}

//===----------------------------------------------------------------------===//
// Conditions in expressions
//===----------------------------------------------------------------------===//

/// The name under which the arms of an expression leave their value; no
/// identifier is spelt so.
static constexpr StringRef armName = "if";

Datum Elaborator::evaluateConditional(const ConditionalExpr *e) {
  Datum condition = evaluate(e->condition);
  if (!condition.isSilent() && !condition.isRuntime()) {
    if (std::optional<bool> truth = getTruth(condition))
      return evaluate(*truth ? e->thenValue : e->elseValue);
    return error(e->condition->range,
                 "the condition must be a scalar, not " + describe(condition));
  }
  mlir::Value value = toCondition(condition, e->condition->range);
  if (!value) {
    evaluate(e->thenValue);
    evaluate(e->elseValue);
    return condition.isSilent() ? condition : Datum::poison();
  }
  return evaluateArms(
      value, e->range, [&] { return evaluate(e->thenValue); },
      [&] { return evaluate(e->elseValue); });
}

/// `then if condition else else`, where only one of the two may be evaluated.
Datum Elaborator::evaluateArms(mlir::Value condition, SourceRange range,
                               llvm::function_ref<Datum()> thenValue,
                               llvm::function_ref<Datum()> elseValue) {
  size_t mark = frame->env.mark();
  auto arm = [&](llvm::function_ref<Datum()> value) {
    return [this, range, value] {
      frame->env.bind(armName, makeBinding(armName, value(), range));
    };
  };
  elaborateBranches(condition, range, arm(thenValue), arm(elseValue));
  Binding *binding = frame->env.lookup(armName);
  Datum result = binding->datum;
  if (!binding->isBound())
    result = error(range, "the value is " + binding->alternatives +
                              ", which have no type in common");
  frame->env.rollback(mark);
  return result;
}

/// Whether evaluating the operations of a block where their result is not
/// needed has no effect.
static bool isSpeculatable(mlir::Block &block) {
  return llvm::all_of(block, [](mlir::Operation &op) {
    return mlir::isa<mlir::arith::ArithDialect>(op.getDialect());
  });
}

Datum Elaborator::evaluateLogical(const BinaryExpr *e) {
  bool isAnd = e->op == BinaryOp::And;
  Datum lhs = evaluate(e->lhs);
  if (!lhs.isSilent() && !lhs.isRuntime()) {
    std::optional<bool> truth = getTruth(lhs);
    if (!truth)
      return error(e->lhs->range, "'" + spelling(e->op) +
                                      "' takes scalars, not " + describe(lhs));
    return *truth == isAnd ? evaluate(e->rhs) : lhs;
  }
  mlir::Value left = toTruthValue(lhs, e->lhs->range, spelling(e->op));
  // The right operand is evaluated only if the left one does not decide.
  mlir::OpBuilder::InsertPoint here = emitter.builder.saveInsertionPoint();
  auto guard = emitter.create<mlir::scf::IfOp>(
      e->range, mlir::TypeRange(), emitter.constantBool(true), true, false);
  emitter.builder.setInsertionPointToEnd(guard.thenBlock());
  Datum rhs = evaluate(e->rhs);
  mlir::Value right = toTruthValue(rhs, e->rhs->range, spelling(e->op));
  emitter.builder.restoreInsertionPoint(here);
  if (!left || !right) {
    guard.erase();
    bool isUnknown =
        lhs.is(Datum::Kind::Unknown) || (left && rhs.is(Datum::Kind::Unknown));
    return isUnknown ? Datum::unknown() : Datum::poison();
  }
  return scalarOf(emitShortCircuit(e, left, right, guard), DType::BOOL);
}

/// `left and right` or `left or right`, where the operations for `right` are
/// in `guard`, which goes.
mlir::Value Elaborator::emitShortCircuit(const BinaryExpr *e, mlir::Value left,
                                         mlir::Value right,
                                         mlir::scf::IfOp guard) {
  bool isAnd = e->op == BinaryOp::And;
  auto &operations = guard.thenBlock()->getOperations();
  if (isSpeculatable(*guard.thenBlock())) {
    guard->getBlock()->getOperations().splice(guard->getIterator(), operations);
    guard.erase();
    if (isAnd)
      return emitter.create<mlir::arith::AndIOp>(e->range, left, right);
    return emitter.create<mlir::arith::OrIOp>(e->range, left, right);
  }
  auto op = emitter.create<mlir::scf::IfOp>(
      e->range, mlir::TypeRange(left.getType()), left, true, true);
  mlir::Block *evaluated = isAnd ? op.thenBlock() : op.elseBlock();
  mlir::Block *decided = isAnd ? op.elseBlock() : op.thenBlock();
  evaluated->getOperations().splice(evaluated->end(), operations);
  guard.erase();
  mlir::OpBuilder::InsertionGuard restore(emitter.builder);
  emitter.builder.setInsertionPointToEnd(evaluated);
  emitter.create<mlir::scf::YieldOp>(e->range, right);
  emitter.builder.setInsertionPointToEnd(decided);
  emitter.create<mlir::scf::YieldOp>(e->range, left);
  return op.getResult(0);
}

Datum Elaborator::evaluateCompare(const CompareExpr *e) {
  Datum lhs = evaluate(e->first), result;
  bool isFirst = true;
  for (const CompareExpr::Link &link : e->links) {
    Datum rhs = evaluate(link.operand);
    if (recordsCompared) {
      comparedValues[isFirst ? e->first : link.operand] = isFirst ? lhs : rhs;
      comparedValues[link.operand] = rhs;
    }
    Datum holds = emitCompare(link.op, lhs, rhs, e->range);
    result = isFirst ? holds : emitBoth(result, holds, e->range);
    isFirst = false;
    lhs = std::move(rhs);
  }
  return result;
}

/// `lhs and rhs` of two comparisons, both evaluated.
Datum Elaborator::emitBoth(const Datum &lhs, const Datum &rhs,
                           SourceRange range) {
  if (lhs.isSilent() || rhs.isSilent())
    return lhs.isSilent() ? lhs : rhs;
  if (lhs.isBool())
    return lhs.getBool() ? rhs : lhs;
  if (rhs.isBool())
    return rhs.getBool() ? lhs : rhs;
  if (!lhs.isScalar() || !rhs.isScalar())
    return error(range, "a chain of comparisons takes scalars; join tiles of "
                        "BOOL with and_");
  mlir::Value both = emitter.create<mlir::arith::AndIOp>(range, lhs.getValue(),
                                                         rhs.getValue());
  return scalarOf(both, DType::BOOL);
}
