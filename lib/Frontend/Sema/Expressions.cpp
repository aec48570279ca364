//===- Expressions.cpp - Names, literals, attributes ----------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Constants.h"
#include "Elaborator.h"

#include "llvm/ADT/StringExtras.h"

using namespace tilec;
using llvm::StringRef;

//===----------------------------------------------------------------------===//
// Diagnostics
//===----------------------------------------------------------------------===//

/// Calls shown after an error in an inlined function.
static constexpr unsigned maxShownCalls = 4;

Datum Elaborator::error(SourceRange range, const llvm::Twine &message) {
  if (isStopped) // What is left undone looks wrong, but is not.
    return Datum::poison();
  reporter.error(range, message);
  noteCalls();
  return Datum::poison();
}

void Elaborator::warning(SourceRange range, const llvm::Twine &message) {
  if (isStopped)
    return;
  reporter.warning(range, message);
  noteCalls();
}

void Elaborator::noteCalls() {
  unsigned shown = 0;
  for (Frame *f = frame; f && f->caller && shown < maxShownCalls; ++shown) {
    reporter.trailingNote(f->callRange,
                          "in this call of '" + f->function->name + "'");
    f = f->caller;
  }
}

void Elaborator::noteDefinition(const Datum &datum) {
  if (!isStopped && !datum.name.empty() && datum.origin.isValid())
    note(datum.origin, "'" + datum.name + "' is " + describe(datum));
}

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

/// A read also reads what the value came from. Nothing asks for the time of a
/// read but whether it was after the entry of a loop that is still open, so
/// what was read since the innermost one opened is up to date.
void Elaborator::markRead(Binding &binding) {
  uint64_t innermost = loops.empty() ? 0 : loops.back().entryTime;
  uint64_t now = ++clock;
  llvm::SmallVector<Binding *, 8> work{&binding};
  while (!work.empty()) {
    Binding *next = work.pop_back_val();
    if (next->lastRead > innermost)
      continue;
    reads.emplace_back(next, next->lastRead);
    next->lastRead = now;
    work.append(next->sources.begin(), next->sources.end());
  }
}

Datum Elaborator::read(Binding &binding, SourceRange range) {
  markRead(binding);
  if (binding.state == Binding::State::Conflict) {
    error(range, binding.problem);
    note(binding.problemRange, "'" + binding.name + "' is bound here");
    note(binding.definition, "and here");
    return Datum::poison();
  }
  if (binding.notInFirstOf && !isLaterIteration(binding.notInFirstOf)) {
    error(range, "'" + binding.name + "' is read before it is bound");
    note(range, "in the first iteration of the loop nothing has bound it yet");
    return Datum::poison();
  }
  Datum datum = binding.datum;
  datum.name = binding.name;
  datum.origin = binding.definition;
  return datum;
}

bool Elaborator::isLaterIteration(unsigned loop) const {
  return llvm::is_contained(laterIterations, loop);
}

/// A local name that no path, or only some paths to here bind.
Datum Elaborator::readUnbound(const NameExpr *e, const Binding *partial) {
  // An earlier iteration may have bound it.
  for (unsigned number : llvm::reverse(laterIterations))
    for (ActiveLoop &loop : loops)
      if (loop.number == number && loop.frame == frame) {
        loop.wanted.insert({e->name, e->range});
        return Datum::unknown();
      }
  if (partial) {
    error(e->range, "'" + e->name + "' is not bound on every path to here");
    note(partial->problemRange, partial->problem);
    return Datum::poison();
  }
  error(e->range, "'" + e->name + "' is read before it is bound");
  note(frame->locals->lookup(e->name),
       "it is a local name, because this binds it");
  return Datum::poison();
}

Datum Elaborator::evaluateName(const NameExpr *e) {
  if (Binding *binding = frame->env.lookup(e->name)) {
    if (binding->state != Binding::State::Partial)
      return read(*binding, e->range);
    return readUnbound(e, binding);
  }
  if (frame->locals && frame->locals->count(e->name))
    return readUnbound(e, nullptr);
  if (const ModuleScope::Entry *entry = frame->scope->lookup(e->name)) {
    Datum datum = entry->datum;
    if (datum.is(Datum::Kind::Dynamic) && !keepsDynamicNames)
      datum = resolveDynamic(datum, e->range);
    datum.name = e->name;
    datum.origin = entry->definition;
    return datum;
  }
  if (std::optional<Datum> word = findVocabulary(e->name))
    return *word;
  return error(e->range, "unknown name '" + e->name + "'" +
                             suggest(e->name, visibleNames()));
}

std::vector<StringRef> Elaborator::visibleNames() const {
  std::vector<StringRef> names = getVocabulary();
  for (auto &entry : frame->scope->names)
    names.push_back(entry.first);
  frame->env.forEach(
      [&](StringRef name, const Binding &) { names.push_back(name); });
  return names;
}

/// What a dynamic name, or a sum or product of such, is in this call.
Datum Elaborator::resolveDynamic(const Datum &datum, SourceRange range) {
  Datum sum = Datum::integer(0);
  DimExpr expression = *datum.getSymbolic();
  for (const DimExpr::Term &term : expression.getTerms()) {
    Datum product = Datum::integer(1);
    for (const std::string &name : term.symbols) {
      const Datum *value = lookupDynamic(name);
      if (!value && isIncomplete())
        return Datum::poison();
      if (!value)
        return error(range, "nothing determines the dynamic name '" + name +
                                "': it is in the shape of no parameter");
      Datum factor = value->is(Datum::Kind::Dynamic)
                         ? *materialize(*value->getSymbolic(), range)
                         : *value;
      product = emitBinary(BinaryOp::Mul, product, factor, range);
    }
    product = emitBinary(BinaryOp::Mul, product,
                         Datum::integer(term.coefficient), range);
    sum = emitBinary(BinaryOp::Add, sum, product, range);
  }
  return sum;
}

/// Whether a shape that might have determined a dynamic name is not known.
bool Elaborator::isIncomplete() const {
  for (Frame *f = frame; f; f = f->caller)
    if (f->isIncomplete)
      return true;
  return false;
}

const Datum *Elaborator::lookupDynamic(StringRef name) const {
  for (Frame *f = frame; f; f = f->caller) {
    auto found = f->dynamicNames.find(name);
    if (found != f->dynamicNames.end())
      return &found->second;
  }
  return nullptr;
}

//===----------------------------------------------------------------------===//
// Other expressions
//===----------------------------------------------------------------------===//

Datum Elaborator::evaluateAttribute(const AttributeExpr *e) {
  Datum base = evaluate(e->base);
  if (base.isSilent())
    return base;
  if (base.is(Datum::Kind::Module)) {
    if (const ModuleScope::Entry *entry = base.getScope()->lookup(e->name)) {
      if (entry->datum.is(Datum::Kind::Dynamic) && !keepsDynamicNames)
        return resolveDynamic(entry->datum, e->range);
      return entry->datum;
    }
    std::vector<StringRef> names;
    for (auto &entry : base.getScope()->names)
      names.push_back(entry.first);
    return error(e->nameRange, "module '" + base.getScope()->module.name +
                                   "' has no '" + e->name + "'" +
                                   suggest(e->name, names));
  }
  if (base.is(Datum::Kind::Namespace)) {
    if (std::optional<Datum> member = findMember(base.getSpace(), e->name))
      return *member;
    std::vector<StringRef> members = getMembers(base.getSpace());
    bool isShort = members.size() <= 8;
    return error(e->nameRange,
                 "'" + base.getSpace() + "' has no '" + e->name + "'" +
                     (isShort ? ", only " + llvm::join(members, ", ")
                              : suggest(e->name, members)));
  }
  return error(e->range, describe(base) + " has no attributes");
}

Datum Elaborator::evaluateSequence(Datum::Kind kind,
                                   llvm::ArrayRef<Expr *> elements) {
  std::vector<Datum> values;
  for (const Expr *element : elements)
    values.push_back(evaluate(element));
  return Datum::sequence(kind, std::move(values));
}

Datum Elaborator::evaluateUnary(const UnaryExpr *e) {
  auto *integer = llvm::dyn_cast<IntExpr>(e->operand);
  if (integer && e->op == UnaryOp::Neg && integer->value <= uint64_t(1) << 63)
    return Datum::integer(static_cast<int64_t>(-integer->value));
  return emitUnary(e->op, evaluate(e->operand), e->range);
}

Datum Elaborator::evaluateBinary(const BinaryExpr *e) {
  if (e->op == BinaryOp::And || e->op == BinaryOp::Or)
    return evaluateLogical(e);
  Datum lhs = evaluate(e->lhs), rhs = evaluate(e->rhs);
  return emitBinary(e->op, lhs, rhs, e->range);
}

Datum Elaborator::evaluate(const Expr *e) {
  if (isTooDeep(e->range))
    return Datum::poison();
  llvm::SaveAndRestore deeper(depth, depth + 1);
  switch (e->kind) {
  case Expr::Kind::Name:
    return evaluateName(llvm::cast<NameExpr>(e));
  case Expr::Kind::Int: {
    uint64_t value = llvm::cast<IntExpr>(e)->value;
    if (value > uint64_t(std::numeric_limits<int64_t>::max()))
      return error(e->range, "the integer exceeds 64 bits");
    return Datum::integer(static_cast<int64_t>(value));
  }
  case Expr::Kind::Float:
    return Datum::real(llvm::cast<FloatExpr>(e)->value);
  case Expr::Kind::Bool:
    return Datum::boolean(llvm::cast<BoolExpr>(e)->value);
  case Expr::Kind::None:
    return Datum::none();
  case Expr::Kind::String:
    return Datum::string(llvm::cast<StringExpr>(e)->value);
  case Expr::Kind::Tuple:
    return evaluateSequence(Datum::Kind::Tuple,
                            llvm::cast<TupleExpr>(e)->elements);
  case Expr::Kind::List:
    return evaluateSequence(Datum::Kind::List,
                            llvm::cast<ListExpr>(e)->elements);
  case Expr::Kind::Attribute:
    return evaluateAttribute(llvm::cast<AttributeExpr>(e));
  case Expr::Kind::Subscript:
    return evaluateSubscript(llvm::cast<SubscriptExpr>(e));
  case Expr::Kind::Slice:
    return error(e->range, "a range 'a:b' belongs inside of '[...]'");
  case Expr::Kind::Call:
    return evaluateCall(llvm::cast<CallExpr>(e));
  case Expr::Kind::Unary:
    return evaluateUnary(llvm::cast<UnaryExpr>(e));
  case Expr::Kind::Binary:
    return evaluateBinary(llvm::cast<BinaryExpr>(e));
  case Expr::Kind::Compare:
    return evaluateCompare(llvm::cast<CompareExpr>(e));
  case Expr::Kind::Conditional:
    return evaluateConditional(llvm::cast<ConditionalExpr>(e));
  }
  llvm_unreachable("all kinds are covered");
}
