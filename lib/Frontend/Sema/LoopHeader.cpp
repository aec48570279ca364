//===- LoopHeader.cpp - The header of a for -------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LoopHeader.h"
#include "Elaborator.h"

using namespace tilec;
using llvm::StringRef;

/// The number of iterations for constant bounds; none where it exceeds 64 bits.
static std::optional<int64_t> countIterations(int64_t start, int64_t stop,
                                              int64_t step) {
  __int128 distance =
      step > 0 ? __int128(stop) - start : __int128(start) - stop;
  if (distance <= 0)
    return 0;
  __int128 stride = step > 0 ? __int128(step) : -__int128(step);
  __int128 count = (distance + stride - 1) / stride;
  if (count > std::numeric_limits<int64_t>::max())
    return std::nullopt;
  return static_cast<int64_t>(count);
}

/// The iterator of a `for`, which must be a call of range or its like.
const CallExpr *Elaborator::loopCall(const ForStmt *s,
                                     const Builtin *&builtin) {
  auto *call = llvm::dyn_cast<CallExpr>(s->iter);
  Datum callee = evaluate(call ? call->callee : s->iter);
  if (callee.isSilent())
    return nullptr;
  if (call && callee.is(Datum::Kind::Builtin)) {
    builtin = callee.getBuiltin();
    if (builtin->role == Builtin::Role::Loop)
      return call;
  }
  error(s->iter->range,
        "a 'for' runs over range, parallel, pipeline, unroll or spmd");
  return nullptr;
}

/// A bound of a loop; poison after an error.
Datum Elaborator::toBound(const BoundArg &arg, StringRef what) {
  if (!toIndex(arg.datum, arg.range(), what))
    return arg.datum.isSilent() ? arg.datum : Datum::poison();
  return arg.datum;
}

void Elaborator::bindBounds(LoopHeader &header, const BoundArgs &args) {
  header.start = Datum::integer(0);
  header.stop = Datum::poison();
  header.step = Datum::integer(1);
  header.startRange = header.stopRange = header.stepRange = args.range();
  size_t count = args.rest.size();
  if (count == 0 || count > 3) {
    error(args.range(), "'" + args.builtin.name +
                            "' takes (stop), (start, stop) or "
                            "(start, stop, step)");
    header.step = Datum::poison();
    return;
  }
  const BoundArg &stop = args.rest[count == 1 ? 0 : 1];
  header.stop = toBound(stop, "the end of a loop");
  header.stopRange = stop.range();
  if (count > 1) {
    header.start = toBound(args.rest[0], "the start of a loop");
    header.startRange = args.rest[0].range();
  }
  if (count > 2) {
    header.step = toBound(args.rest[2], "the step of a loop");
    header.stepRange = args.rest[2].range();
  }
  if (header.step.getConstantInt() == 0) {
    error(header.stepRange, "the step of a loop must not be zero");
    header.step = Datum::poison();
  }
}

/// The iterations, if the bounds or their difference are constant.
static std::optional<int64_t> tripCountOf(const LoopHeader &header) {
  std::optional<DimExpr> start = header.start.getSymbolic(),
                         stop = header.stop.getSymbolic();
  std::optional<int64_t> step = header.step.getConstantInt();
  if (!start || !stop || !step)
    return std::nullopt;
  if (start->isConstant() && stop->isConstant())
    return countIterations(*start->getConstant(), *stop->getConstant(), *step);
  std::optional<DimExpr> distance = DimExpr::sub(*stop, *start);
  if (!distance || !distance->isConstant())
    return std::nullopt;
  return countIterations(0, *distance->getConstant(), *step);
}

LoopHeader Elaborator::evaluateHeader(const ForStmt *s) {
  LoopHeader header;
  header.range = s->range;
  const Builtin *builtin = nullptr;
  const CallExpr *call = loopCall(s, builtin);
  std::optional<BoundArgs> args =
      call ? bindArguments(*builtin, *call) : std::nullopt;
  if (!args) {
    header.start = header.stop = header.step = Datum::poison();
    bindTargets(header, s->target, {});
    return header;
  }
  header.kind = static_cast<LoopKind>(builtin->kind);
  bindBounds(header, *args);
  header.tripCount = tripCountOf(header);
  bindTargets(header, s->target, args->get("init_values"));
  if (const BoundArg &hint = args->get("name_hint"); hint.isGiven())
    header.nameHint = toString(hint, "name_hint").value_or("");
  if (header.kind == LoopKind::Pipeline)
    header.stage = 2;
  if (const BoundArg &stage = args->get("stage"); stage.isGiven())
    bindStage(header, stage);
  return header;
}

void Elaborator::bindStage(LoopHeader &header, const BoundArg &arg) {
  std::optional<int64_t> stage =
      toConstantInt(arg.datum, arg.range(), "the number of stages");
  if (stage && *stage < 1)
    error(arg.range(), "the number of stages must be positive");
  else if (stage)
    header.stage = *stage;
}

/// Before a loop with init_values its names, and those that its yield_ is bound
/// to, have the initial values.
void Elaborator::bindInitialValues(const ForStmt *s, const LoopHeader &header) {
  for (auto [name, value] : llvm::zip_equal(header.carried, header.initial))
    bind(name->name, value.datum, name->range);
  Block block = s->body;
  while (!block.empty()) {
    const Stmt *last = block.back();
    if (auto *scope = llvm::dyn_cast<WithStmt>(last)) {
      block = scope->body;
      continue;
    }
    auto *yield = llvm::dyn_cast<AssignStmt>(last);
    auto *call = yield ? llvm::dyn_cast<CallExpr>(yield->value) : nullptr;
    std::optional<std::string> callee =
        call ? dottedName(call->callee) : std::nullopt;
    if (!callee || !StringRef(*callee).ends_with("yield_"))
      return;
    llvm::ArrayRef<Expr *> targets(yield->targets.front());
    if (auto *tuple = llvm::dyn_cast<TupleExpr>(yield->targets.front()))
      targets = tuple->elements;
    for (auto [target, value] : llvm::zip(targets, header.initial))
      if (auto *name = llvm::dyn_cast<NameExpr>(target))
        bind(name->name, value.datum, name->range);
    return;
  }
}

/// yield_(a, b): the loop's names have these values in the next iteration.
Datum Elaborator::yieldToLoop(const BoundArgs &args) {
  if (yieldTarget) {
    const LoopHeader &header = *yieldTarget->header;
    yieldTarget->isReached = true;
    if (args.rest.size() != header.carried.size())
      return error(args.range(), "the loop carries " +
                                     llvm::Twine(header.carried.size()) +
                                     " values, and 'yield_' has " +
                                     llvm::Twine(args.rest.size()));
    for (auto [name, value] : llvm::zip_equal(header.carried, args.rest))
      bind(name->name, value.datum, value.range());
  }
  if (args.rest.size() == 1)
    return args.rest.front().datum;
  std::vector<Datum> values;
  for (const BoundArg &arg : args.rest)
    values.push_back(arg.datum);
  return Datum::sequence(Datum::Kind::Tuple, std::move(values));
}

/// What a target binds after an error about it.
void Elaborator::bindPoison(const Expr *target) {
  if (auto *name = llvm::dyn_cast<NameExpr>(target))
    bind(name->name, Datum::poison(), name->range);
  else if (auto *tuple = llvm::dyn_cast<TupleExpr>(target))
    for (const Expr *element : tuple->elements)
      bindPoison(element);
}

/// `i`, or `i, (a, b)` with initial values.
void Elaborator::bindTargets(LoopHeader &header, const Expr *target,
                             const BoundArg &initial) {
  header.index = llvm::dyn_cast<NameExpr>(target);
  auto *pair = llvm::dyn_cast<TupleExpr>(target);
  if (pair && pair->elements.size() == 2)
    header.index = llvm::dyn_cast<NameExpr>(pair->elements[0]);
  if (!initial.isGiven() && header.index && !pair)
    return;
  if (!initial.isGiven() || !header.index) {
    bindPoison(target);
    // Not if the header has an error that explains it.
    if (!header.step.isPoison() || !header.stop.isPoison())
      error(target->range, "a 'for' binds one name, or with init_values an "
                           "index and a tuple, as in 'i, (acc,)'");
    return;
  }
  auto values = toList(initial, "init_values", 0);
  llvm::ArrayRef<Expr *> names;
  if (pair && llvm::isa<TupleExpr>(pair->elements[1]))
    names = llvm::cast<TupleExpr>(pair->elements[1])->elements;
  else if (pair)
    names = pair->elements.drop_front();
  bool areNames = llvm::all_of(
      names, [](const Expr *name) { return llvm::isa<NameExpr>(name); });
  if (!values || values->size() != names.size() || !areNames) {
    bindPoison(target);
    if (values)
      error(target->range,
            areNames ? std::to_string(values->size()) +
                           " initial values need as many names, as in "
                           "'i, (acc,)'"
                     : std::string("a loop carries names"));
    return;
  }
  for (auto [name, value] : llvm::zip_equal(names, *values)) {
    header.carried.push_back(llvm::cast<NameExpr>(name));
    header.initial.push_back(value);
  }
}
