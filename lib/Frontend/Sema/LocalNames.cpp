//===- LocalNames.cpp - The names that a function binds -------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// As in Python, a name that a function assigns anywhere is local to it
// everywhere.
//
//===----------------------------------------------------------------------===//

#include "Elaborator.h"

using namespace tilec;

namespace {
class NameCollector {
public:
  explicit NameCollector(LocalNames &names) : names(names) {}

  void visit(Block block) {
    for (const Stmt *s : block)
      visit(s);
  }

  void addTarget(const Expr *target) {
    if (auto *name = llvm::dyn_cast_or_null<NameExpr>(target))
      names.try_emplace(name->name, name->range);
    else if (auto *tuple = llvm::dyn_cast_or_null<TupleExpr>(target))
      addTargets(tuple->elements);
    else if (auto *list = llvm::dyn_cast_or_null<ListExpr>(target))
      addTargets(list->elements);
  }

private:
  void addTargets(llvm::ArrayRef<Expr *> targets) {
    for (const Expr *target : targets)
      addTarget(target);
  }

  void visit(const Stmt *s) {
    if (auto *assign = llvm::dyn_cast<AssignStmt>(s)) {
      addTargets(assign->targets);
    } else if (auto *augmented = llvm::dyn_cast<AugAssignStmt>(s)) {
      addTarget(augmented->target);
    } else if (auto *annotated = llvm::dyn_cast<AnnAssignStmt>(s)) {
      addTarget(annotated->target);
    } else if (auto *loop = llvm::dyn_cast<ForStmt>(s)) {
      addTarget(loop->target);
      visit(loop->body);
    } else if (auto *scope = llvm::dyn_cast<WithStmt>(s)) {
      for (const WithItem &item : scope->items)
        addTarget(item.target);
      visit(scope->body);
    } else if (auto *branch = llvm::dyn_cast<IfStmt>(s)) {
      visit(branch->thenBody);
      visit(branch->elseBody);
    }
  }

  LocalNames &names;
};
} // namespace

const LocalNames &Elaborator::localNamesOf(const FunctionDecl &function) {
  auto [known, isNew] = localNames.try_emplace(&function);
  if (isNew) {
    NameCollector collector(known->second);
    collector.visit(function.body);
  }
  return known->second;
}
