//===- Scopes.cpp - with at(...) ------------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elaborator.h"

using namespace tilec;
using llvm::StringRef;

/// The call of `at` that a `with` has to have; null after an error.
const CallExpr *Elaborator::scopeCall(const WithStmt *s) {
  const WithItem &item = s->items.front();
  if (s->items.size() > 1) {
    error(s->items[1].context->range, "a 'with' has one context");
    return nullptr;
  }
  if (item.target)
    error(item.target->range, "a scope has no value; leave the 'as' out");
  auto *call = llvm::dyn_cast<CallExpr>(item.context);
  Datum callee = call ? evaluate(call->callee) : evaluate(item.context);
  if (callee.isSilent())
    return nullptr;
  if (call && callee.is(Datum::Kind::Builtin) &&
      callee.getBuiltin()->role == Builtin::Role::Scope)
    return call;
  error(item.context->range, "a 'with' takes a scope, as in "
                             "at(level=Level.CORE_GROUP, name_hint=\"name\")");
  return nullptr;
}

void Elaborator::elaborateWith(const WithStmt *s) {
  std::string name = frame->function ? frame->function->name.str() : "";
  if (const CallExpr *call = scopeCall(s)) {
    std::optional<BoundArgs> args = bindArguments(*findBuiltin("at"), *call);
    if (args && args->has(0)) {
      const Datum &level = (*args)[0].datum;
      bool isLevel =
          level.is(Datum::Kind::Enumerator) && level.getSpace() == "Level";
      if (!isLevel && !level.isSilent())
        error((*args)[0].range(),
              "the level of a scope is Level.CORE_GROUP, not " +
                  describe(level));
    }
    if (args && args->has(1))
      if (std::optional<StringRef> hint = toString((*args)[1], "name_hint"))
        name = hint->str();
  }
  elaborateScope(name, s->range, [&] { elaborateBlock(s->body); });
}

void Elaborator::elaborateScope(StringRef name, SourceRange range,
                                llvm::function_ref<void()> body) {
  if (scopeState == ScopeState::Inside) {
    error(range, "a scope cannot stand inside of another");
    if (scopeRange.isValid())
      note(scopeRange, "the scope around it is here");
  }
  llvm::SaveAndRestore state(scopeState, ScopeState::Inside);
  llvm::SaveAndRestore outer(scopeRange, range);

  auto draft = emitter.create<tile::ScopeOp>(range, name);
  Environment::Changes changes = elaborateRegion(draft.getBody(), body);
  // What the scope computes and somebody may read after it.
  llvm::SmallVector<std::pair<Binding *, JoinType>> exported;
  llvm::SmallVector<mlir::Value> values;
  llvm::SmallVector<mlir::Type> types;
  for (auto &[name, change] : changes) {
    Binding *after = change.after;
    if (!after->isBound() || !isDefinedIn(after->datum, draft.getBody()))
      continue;
    exported.emplace_back(after, *typeOf(after->datum));
    values.push_back(after->datum.getValue());
    types.push_back(values.back().getType());
  }
  {
    mlir::OpBuilder::InsertionGuard guard(emitter.builder);
    emitter.builder.setInsertionPointToEnd(draft.getBlock());
    emitter.create<tile::YieldOp>(range, values);
  }
  auto op = emitter.create<tile::ScopeOp>(range, name, types);
  op.getBody().takeBody(draft.getBody());
  draft.erase();

  for (auto &[bound, change] : changes)
    frame->env.bind(bound, change.after);
  for (auto [i, entry] : llvm::enumerate(exported)) {
    auto &[after, type] = entry;
    Datum datum = resultOf(op.getResult(i), type, {&after->datum});
    // What an atom stands for stays inside.
    std::optional<DimExpr> known = after->datum.getSymbolic();
    if (datum.isScalar() && known && !hasOpaqueAtoms(*known))
      datum = scalarOf(op.getResult(i), type.dtype, *known);
    Binding *binding = makeBinding(after->name, datum, after->definition);
    binding->sources = {after};
    binding->notInFirstOf = after->notInFirstOf;
    frame->env.bind(after->name, binding);
  }
}
