//===- Statements.cpp - Blocks and simple statements ----------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elaborator.h"

using namespace tilec;
using llvm::StringRef;

void Elaborator::elaborateBlock(Block block) {
  llvm::SaveAndRestore current(currentBlock,
                               static_cast<const void *>(block.data()));
  elaborateStatements(block);
}

void Elaborator::elaborateStatements(Block block) {
  llvm::SaveAndRestore deeper(depth, depth + 1);
  for (auto [i, s] : llvm::enumerate(block)) {
    if (isStopped || hasReturned())
      return;
    auto *branch = llvm::dyn_cast<IfStmt>(s);
    if (branch && returnsOnSomePath(branch) && !isExhausted(s->range))
      // What follows belongs to the path that goes on.
      return elaborateIf(branch, block.drop_front(i + 1));
    elaborate(s);
  }
}

/// Whether the function has returned on every path to here. What would have
/// to run after a `return` on some path only is an error.
bool Elaborator::hasReturned() {
  Binding *binding = frame->env.lookup(returnName);
  if (binding && binding->state == Binding::State::Partial)
    reportPartialReturn(*binding);
  return binding != nullptr;
}

void Elaborator::reportPartialReturn(const Binding &binding) {
  error(binding.definition, "a 'return' on one path only; put what the other "
                            "path does into an 'else'");
  note(binding.problemRange, "the path that does not return");
  frame->env.bind(returnName,
                  makeBinding(returnName, Datum::poison(), binding.definition));
}

bool Elaborator::isTooDeep(SourceRange range) {
  if (depth >= maxDepth && !isStopped) {
    error(range, "functions, blocks and expressions nest too deep");
    isStopped = true; // Nothing is reported from here on.
  }
  return isStopped;
}

bool Elaborator::isExhausted(SourceRange range) {
  ++numSteps;
  if (isTooDeep(range))
    return true;
  if (emitter.getNumOperations() <= Emitter::maxOperations &&
      numSteps <= 2 * Emitter::maxOperations)
    return false;
  error(range, "the program grows beyond " +
                   llvm::Twine(Emitter::maxOperations) +
                   " operations when its loops are unrolled and its functions "
                   "inlined");
  isStopped = true;
  return true;
}

void Elaborator::elaborate(const Stmt *s) {
  if (isExhausted(s->range))
    return;
  llvm::SaveAndRestore deeper(depth, depth + 1);
  switch (s->kind) {
  case Stmt::Kind::Expr:
    return elaborateExprStmt(llvm::cast<ExprStmt>(s));
  case Stmt::Kind::Assign:
    return elaborateAssign(llvm::cast<AssignStmt>(s));
  case Stmt::Kind::AugAssign:
    return elaborateAugAssign(llvm::cast<AugAssignStmt>(s));
  case Stmt::Kind::AnnAssign:
    return elaborateAnnAssign(llvm::cast<AnnAssignStmt>(s));
  case Stmt::Kind::For:
    return elaborateFor(llvm::cast<ForStmt>(s));
  case Stmt::Kind::With:
    return elaborateWith(llvm::cast<WithStmt>(s));
  case Stmt::Kind::If:
    return elaborateIf(llvm::cast<IfStmt>(s), {});
  case Stmt::Kind::Return:
    return elaborateReturn(llvm::cast<ReturnStmt>(s));
  case Stmt::Kind::Assert:
    return elaborateAssert(llvm::cast<AssertStmt>(s));
  case Stmt::Kind::Error:
    return elaborateError(llvm::cast<ErrorStmt>(s));
  case Stmt::Kind::Pass:
  case Stmt::Kind::Import:
  case Stmt::Kind::Function:
    return;
  }
}

/// A call for its effect; a result that is lost is surely a mistake.
void Elaborator::elaborateExprStmt(const ExprStmt *s) {
  if (llvm::isa<StringExpr>(s->value))
    return;
  Datum value = evaluate(s->value);
  auto *call = llvm::dyn_cast<CallExpr>(s->value);
  if (value.isSilent())
    return;
  if (!call)
    return warning(s->range, "this expression has no effect");
  bool isFresh = value.isTile() || value.isScalar();
  std::optional<std::string> callee = dottedName(call->callee);
  bool isBuiltin = callee && findBuiltin(StringRef(*callee).split('.').first);
  bool isYield = callee && StringRef(*callee).ends_with("yield_");
  if (isFresh && isBuiltin && !isYield)
    warning(s->range, "the result of '" + *callee + "' is not used");
}

/// Syntax that an error was reported for. The first name was probably to be
/// bound; what it and unbound names are is not known.
void Elaborator::elaborateError(const ErrorStmt *s) {
  for (auto [i, name] : llvm::enumerate(s->names)) {
    bool isKnown = frame->scope->lookup(name) || findVocabulary(name);
    bool isLocal = frame->locals && frame->locals->count(name);
    if ((isKnown && !isLocal) || (i > 0 && frame->env.lookup(name)))
      continue;
    bind(name, Datum::poison(), s->range);
  }
}

void Elaborator::elaborateReturn(const ReturnStmt *s) {
  Datum value = s->value ? evaluate(s->value) : Datum::none();
  if (frame->runtimeLoops != 0) {
    error(s->range, "a 'return' inside of a loop");
    value = Datum::poison();
  }
  bool isEntry = !frame->caller && !frame->isUncalled;
  if (isEntry) {
    checkReturned(value, s->value);
    if (frame->function->returns)
      checkAnnotated(evaluateAnnotation(frame->function->returns), value,
                     s->range);
    value = Datum::none();
  }
  bind(returnName, value, s->range);
}

/// An entry returns what it writes: its Out and InOut parameters.
void Elaborator::checkReturned(const Datum &value, const Expr *e) {
  if (value.isSilent() || value.is(Datum::Kind::None))
    return;
  if (value.isSequence()) {
    for (const Datum &element : value.getElements())
      checkReturned(element, e);
    return;
  }
  Storage *storage = value.isTensor() ? value.getStorage() : nullptr;
  if (storage && storage->access != Storage::Access::Local)
    return;
  error(e->range, "an entry returns parameters that it writes, not " +
                      describe(value) + "; assemble it into an Out parameter");
  noteDefinition(value);
}
