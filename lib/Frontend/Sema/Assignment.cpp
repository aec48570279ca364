//===- Assignment.cpp - Binding names -------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elaborator.h"

#include <fmt/format.h>

using namespace tilec;
using llvm::StringRef;

Binding *Elaborator::makeBinding(StringRef name, Datum datum,
                                 SourceRange definition) {
  auto *binding = new (bindings.Allocate()) Binding;
  binding->name = name;
  binding->datum = std::move(datum);
  binding->definition = definition;
  return binding;
}

Binding *Elaborator::bind(StringRef name, Datum datum, SourceRange definition) {
  Binding *binding = makeBinding(name, std::move(datum), definition);
  frame->env.bind(name, binding);
  return binding;
}

/// Lets the operation that made a value print under the name it is bound to.
void Elaborator::nameValue(const Datum &datum, StringRef name) {
  mlir::Operation *op =
      datum.isRuntime() ? datum.getValue().getDefiningOp() : nullptr;
  if (!op || !datum.name.empty() || emitter.isSharedConstant(op))
    return;
  mlir::Location loc = op->getLoc();
  auto call = mlir::dyn_cast<mlir::CallSiteLoc>(loc);
  if (call)
    loc = call.getCallee();
  if (mlir::isa<mlir::NameLoc>(loc))
    return;
  loc = mlir::NameLoc::get(emitter.builder.getStringAttr(name), loc);
  if (call)
    loc = mlir::CallSiteLoc::get(loc, call.getCaller());
  op->setLoc(loc);
}

void Elaborator::assignName(const NameExpr *target, const BoundArg &value) {
  noteDroppedParameter(target, value.datum);
  nameValue(value.datum, target->name);
  Binding *binding = bind(target->name, value.datum, target->range);
  bool isFresh = llvm::isa_and_nonnull<CallExpr>(value.expr);
  if (value.datum.isTile() && isFresh && !target->name.starts_with("_"))
    definitions.push_back(binding);
}

/// `out = expr` where `out` is a parameter that should have been written.
void Elaborator::noteDroppedParameter(const NameExpr *target,
                                      const Datum &value) {
  Storage *storage =
      frame->caller ? nullptr : parameterStorage.lookup(target->name);
  if (!storage || value.isSilent())
    return;
  if (value.isTensor() && value.getStorage() == storage)
    return;
  dropped.push_back({storage, target->range});
}

void Elaborator::assign(const Expr *target, const BoundArg &value) {
  if (auto *name = llvm::dyn_cast<NameExpr>(target))
    return assignName(name, value);
  if (auto *subscript = llvm::dyn_cast<SubscriptExpr>(target))
    return assignSubscript(subscript, value);
  llvm::ArrayRef<Expr *> targets;
  if (auto *tuple = llvm::dyn_cast<TupleExpr>(target))
    targets = tuple->elements;
  else if (auto *list = llvm::dyn_cast<ListExpr>(target))
    targets = list->elements;
  else {
    error(target->range, "only names and subscripts can be assigned to");
    return;
  }
  bool isSilent = value.datum.isSilent();
  bool fits = value.datum.isSequence() &&
              value.datum.getElements().size() == targets.size();
  if (!isSilent && !fits)
    error(target->range, fmt::format("{} names cannot be bound to {}",
                                     targets.size(), describe(value.datum)));
  for (auto [i, element] : llvm::enumerate(targets)) {
    Datum part = fits       ? value.datum.getElements()[i]
                 : isSilent ? value.datum
                            : Datum::poison();
    assign(element, {part, value.expr});
  }
}

void Elaborator::elaborateAssign(const AssignStmt *s) {
  BoundArg value{evaluate(s->value), s->value};
  for (const Expr *target : s->targets)
    assign(target, value);
}

void Elaborator::elaborateAugAssign(const AugAssignStmt *s) {
  Datum old = evaluate(s->target);
  Datum operand = evaluate(s->value);
  Datum result = emitBinary(s->op, old, operand, s->range);
  assign(s->target, {result, s->value});
}

void Elaborator::elaborateAnnAssign(const AnnAssignStmt *s) {
  if (!s->value) {
    error(s->range, "a name needs a value");
    return assign(s->target, {Datum::poison(), nullptr});
  }
  BoundArg value{evaluate(s->value), s->value};
  if (frame->function) {
    Annotation annotation = evaluateAnnotation(s->annotation);
    checkAnnotated(annotation, value.datum, s->value->range);
  }
  assign(s->target, value);
}
