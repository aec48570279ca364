//===- Modules.cpp - Constants and imports --------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elaborator.h"

using namespace tilec;
using llvm::StringRef;

void Elaborator::elaborateModule(ModuleScope &scope, Defines &defines) {
  Frame top;
  top.scope = &scope;
  llvm::SaveAndRestore here(frame, &top);
  llvm::SaveAndRestore keep(keepsDynamicNames, true);
  for (const Stmt *s : scope.module.body)
    elaborateModuleStatement(scope, s, defines);
}

void Elaborator::elaborateModuleStatement(ModuleScope &scope, const Stmt *s,
                                          Defines &defines) {
  if (auto *import = llvm::dyn_cast<ImportStmt>(s))
    return elaborateImport(scope, *import);
  if (auto *function = llvm::dyn_cast<FunctionDecl>(s))
    return declareFunction(scope, *function);
  if (auto *assign = llvm::dyn_cast<AssignStmt>(s))
    return elaborateConstants(scope, *assign, defines);
  if (auto *assertion = llvm::dyn_cast<AssertStmt>(s))
    return elaborateAssert(assertion);
  if (auto *annotated = llvm::dyn_cast<AnnAssignStmt>(s)) {
    if (annotated->value)
      elaborateConstant(scope, annotated->target,
                        {evaluate(annotated->value), annotated->value},
                        defines);
  } else if (auto *augmented = llvm::dyn_cast<AugAssignStmt>(s)) {
    Datum value = emitBinary(augmented->op, evaluate(augmented->target),
                             evaluate(augmented->value), s->range);
    elaborateConstant(scope, augmented->target, {value, augmented->value},
                      defines);
  } else if (auto *error = llvm::dyn_cast<ErrorStmt>(s)) {
    // Whatever it was to define, its uses need no error of their own.
    for (StringRef name : error->names)
      if (!findVocabulary(name))
        scope.names.insert({name, {Datum::poison(), s->range}});
  }
}

void Elaborator::elaborateImport(ModuleScope &scope, const ImportStmt &import) {
  ModuleScope *from =
      import.resolved ? scopes.lookup(import.resolved) : nullptr;
  for (const ImportedName &imported : import.names) {
    ModuleScope::Entry entry{Datum::poison(), imported.range};
    if (import.isVocabulary) {
      if (!import.isFrom)
        entry.datum = Datum::nameSpace("pl");
      else if (std::optional<Datum> word = findVocabulary(imported.name))
        entry.datum = *word;
      else
        error(imported.range, "'" + imported.name +
                                  "' is not part of the "
                                  "tile language" +
                                  suggest(imported.name, getVocabulary()));
    } else if (from && !import.isFrom) {
      entry.datum = Datum::module(from);
    } else if (from) {
      entry = importName(*from, imported);
    }
    scope.names[imported.alias] = entry;
  }
}

ModuleScope::Entry Elaborator::importName(const ModuleScope &from,
                                          const ImportedName &imported) {
  if (const ModuleScope::Entry *found = from.lookup(imported.name))
    return *found;
  std::vector<StringRef> names;
  for (auto &entry : from.names)
    names.push_back(entry.first);
  error(imported.range, "module '" + from.module.name + "' has no '" +
                            imported.name + "'" +
                            suggest(imported.name, names));
  return {Datum::poison(), imported.range};
}

void Elaborator::declareFunction(ModuleScope &scope,
                                 const FunctionDecl &function) {
  const ModuleScope::Entry *earlier = scope.lookup(function.name);
  if (earlier && earlier->datum.is(Datum::Kind::Function)) {
    error(function.nameRange, "'" + function.name + "' is defined twice");
    note(earlier->definition, "it is defined here first");
  }
  scope.names[function.name] = {Datum::function(&function, &scope),
                                function.nameRange};
}

void Elaborator::elaborateConstants(ModuleScope &scope, const AssignStmt &s,
                                    Defines &defines) {
  BoundArg value{evaluate(s.value), s.value};
  for (const Expr *target : s.targets)
    elaborateConstant(scope, target, value, defines);
}

/// Binds a name, or the names of a tuple, at module level.
void Elaborator::elaborateConstant(ModuleScope &scope, const Expr *target,
                                   const BoundArg &value, Defines &defines) {
  if (auto *tuple = llvm::dyn_cast<TupleExpr>(target)) {
    bool fits = value.datum.isSequence() &&
                value.datum.getElements().size() == tuple->elements.size();
    if (!fits && !value.datum.isSilent())
      error(target->range, llvm::Twine(tuple->elements.size()) +
                               " names cannot be bound to " +
                               describe(value.datum));
    for (auto [i, element] : llvm::enumerate(tuple->elements))
      elaborateConstant(
          scope, element,
          {fits ? value.datum.getElements()[i] : Datum::poison(), value.expr},
          defines);
    return;
  }
  auto *name = llvm::dyn_cast<NameExpr>(target);
  if (!name) {
    error(target->range, "a module binds names only");
    return;
  }
  Datum datum = value.datum;
  if (datum.holdsRuntime()) {
    error(value.range(),
          "a module-level name must be a constant, not " + describe(datum));
    datum = Datum::poison();
  }
  if (std::optional<Datum> defined =
          defines.apply(name->name, datum, reporter.getEngine()))
    datum = *defined;
  scope.names[name->name] = {datum, name->range};
}
