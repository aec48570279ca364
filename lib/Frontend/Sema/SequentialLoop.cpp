//===- SequentialLoop.cpp - Loops that carry names ------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// `range` and `pipeline` become scf.for. Which names the loop carries and with
// what types is found by elaborating the body; see LoopPlan. A name that the
// body binds, whether carried or not, becomes a result of the loop; results
// that nothing reads are pruned when the function is complete.
//
//===----------------------------------------------------------------------===//

#include "Elaborator.h"
#include "LoopHeader.h"

using namespace tilec;
using llvm::StringRef;
using mlir::scf::ForOp;

namespace tilec {
class SequentialLoop {
public:
  SequentialLoop(Elaborator &e, const ForStmt *s, const LoopHeader &header,
                 LoopPlan &plan)
      : e(e), s(s), header(header), plan(plan), bounds(e.emitBounds(header)) {}

  void run();

private:
  /// A name that the loop yields a value for.
  struct Yielded {
    StringRef name;
    Binding *before;
    Binding *after;
    JoinType type;
    mlir::Value initial;
    bool isBoundByFirst = false;
    Binding *entry = nullptr;
  };

  void begin();
  void elaborateBody();
  bool widen();
  bool widenCarried(LoopPlan::Carried &carried, const Binding &after);
  bool widenOther(StringRef name, const Environment::Change &change);
  bool widenWanted();
  bool hasCauseOfPoison() const;
  void finish();
  void finishCarried(Yielded &yielded);
  Binding *finishOther(StringRef name, const Environment::Change &change);
  void addResult(StringRef name, const Environment::Change &change,
                 const JoinType &type, bool needsInitial);
  ForOp rebuild();
  void bindResult(const Yielded &yielded, mlir::Value value);
  void reportTypeChange(StringRef name, const Binding &before,
                        const Binding &after);
  bool isReadAtEntry(const Binding &binding) const {
    return binding.lastRead > entryTime;
  }
  Yielded *findCarried(StringRef name);

  Elaborator &e;
  const ForStmt *s;
  const LoopHeader &header;
  LoopPlan &plan;
  LoopBounds bounds;
  ForOp op;
  /// Where this attempt began.
  Elaborator::Checkpoint start;
  llvm::SmallVector<Yielded> yielded;
  Environment::Changes changes;
  /// Names read before they are bound, but not in the first iteration.
  llvm::MapVector<StringRef, SourceRange> wanted;
  unsigned number = 0;
  uint64_t entryTime = 0;
};
} // namespace tilec

void Elaborator::elaborateSequential(const ForStmt *s, LoopHeader &header) {
  if (header.start.isSilent() || header.stop.isSilent() ||
      header.step.isSilent())
    header.tripCount = 1; // Nothing may follow from what is not known.
  YieldTarget target{&header, false};
  if (!header.carried.empty()) {
    bindInitialValues(s, header);
    yieldTarget = &target;
  }
  LoopPlan &plan = plans[contextOf(frame->context, s, 0)];
  SequentialLoop(*this, s, header, plan).run();
  if (!header.carried.empty() && !target.isReached)
    error(header.range, "the loop has init_values, but no yield_ for the next "
                        "iteration");
}

void SequentialLoop::run() {
  while (true) {
    start = e.checkpoint();
    begin();
    elaborateBody();
    if (!widen() || e.isExhausted(header.range))
      break;
    e.restore(start);
  }
  finish();
}

SequentialLoop::Yielded *SequentialLoop::findCarried(StringRef name) {
  auto *found =
      llvm::find_if(yielded, [&](const Yielded &y) { return y.name == name; });
  return found == yielded.end() ? nullptr : found;
}

/// Makes the loop with what the plan says it carries.
void SequentialLoop::begin() {
  yielded.clear();
  wanted.clear();
  plan.carried.remove_if([&](auto &entry) {
    auto &[name, carried] = entry;
    Binding *before = e.frame->env.lookup(name);
    bool isBound = before && before->isBound();
    // An attempt of the loop around this one may have known other types.
    if (isBound && carried.isBoundByFirst)
      return true;
    if (!isBound)
      return !carried.isBoundByFirst;
    std::optional<JoinType> type = e.typeOf(before->datum);
    type = type ? e.join(carried.type, *type) : std::nullopt;
    if (type)
      carried.type = *type;
    return !type;
  });
  llvm::SmallVector<mlir::Value> initial;
  for (auto &[name, carried] : plan.carried) {
    Yielded y{name, e.frame->env.lookup(name), nullptr, carried.type, {}};
    y.isBoundByFirst = carried.isBoundByFirst;
    y.initial = y.isBoundByFirst
                    ? e.makeUndefined(y.type, header.range)
                    : e.convert(y.before->datum, y.type, header.range);
    initial.push_back(y.initial);
    yielded.push_back(y);
  }
  op = e.emitter.create<ForOp>(
      header.range, bounds.lower, bounds.upper, bounds.step, initial,
      [](mlir::OpBuilder &, mlir::Location, mlir::Value, mlir::ValueRange) {});
}

void SequentialLoop::elaborateBody() {
  entryTime = ++e.clock;
  changes = e.elaborateRegion(op.getRegion(), [&] {
    Datum index = e.emitIndex(bounds, op.getInductionVar(), header.range);
    e.elaborateIteration(s, header, index, [&] {
      number = e.loops.back().number;
      for (auto [y, value] : llvm::zip_equal(yielded, op.getRegionIterArgs())) {
        Datum datum = y.isBoundByFirst
                          ? e.resultOf(value, y.type, {})
                          : e.resultOf(value, y.type, {&y.before->datum});
        SourceRange definition = y.before ? y.before->definition : header.range;
        if (datum.isTensor()) // The next iteration's may be another.
          datum = e.withNewStorage(datum, y.name, definition);
        y.entry = e.makeBinding(y.name, datum, definition);
        if (!y.isBoundByFirst)
          y.entry->sources = {y.before};
        y.entry->notInFirstOf =
            y.isBoundByFirst ? number : y.before->notInFirstOf;
        e.frame->env.bind(y.name, y.entry);
      }
      e.elaborateBlock(s->body);
      wanted = std::move(e.loops.back().wanted);
    });
  });
}

//===----------------------------------------------------------------------===//
// What is carried
//===----------------------------------------------------------------------===//

/// Compares what the attempt assumed with what it found. True if the plan had
/// to grow, and the attempt is void.
bool SequentialLoop::widen() {
  bool grows = false;
  for (auto &[name, change] : changes) {
    if (!change.after->isBound() || change.after->datum.isSilent())
      continue;
    auto carried = plan.carried.find(name);
    if (carried != plan.carried.end())
      grows |= widenCarried(carried->second, *change.after);
    else
      grows |= widenOther(name, change);
  }
  return grows | widenWanted();
}

bool SequentialLoop::widenCarried(LoopPlan::Carried &carried,
                                  const Binding &after) {
  std::optional<JoinType> type = e.typeOf(after.datum);
  type = type ? e.join(carried.type, *type) : std::nullopt;
  if (!type || *type == carried.type)
    return false;
  carried.type = *type;
  return true;
}

bool SequentialLoop::widenOther(StringRef name,
                                const Environment::Change &change) {
  Binding *before = change.before, *after = change.after;
  if (!before || !before->isBound() || before->datum.isSilent() ||
      after->datum.isSameAs(before->datum))
    return false;
  if (!isReadAtEntry(*before) && !dependsOn(after, before))
    return false;
  std::optional<JoinType> type = e.joinOf(before->datum, after->datum);
  if (type)
    plan.carried[name] = {*type, false};
  return type.has_value();
}

/// A name that only later iterations read is carried from the first one.
bool SequentialLoop::widenWanted() {
  bool grows = false;
  for (auto &[name, range] : wanted) {
    Binding *after = changes.lookup(name).after;
    if (!after || !after->isBound() || after->notInFirstOf == number)
      continue;
    if (std::optional<JoinType> type = e.typeOf(after->datum)) {
      plan.carried[name] = {*type, true};
      grows = true;
    }
  }
  return grows;
}

//===----------------------------------------------------------------------===//
// What holds after the loop
//===----------------------------------------------------------------------===//

void SequentialLoop::reportTypeChange(StringRef name, const Binding &before,
                                      const Binding &after) {
  bool canBeCarried = e.typeOf(before.datum) && e.typeOf(after.datum);
  if (canBeCarried)
    e.error(after.definition,
            "'" + name +
                "' is carried by the loop and must keep its shape and "
                "dtype: it is " +
                describe(before.datum) + " when the loop begins and " +
                describe(after.datum) + " after an iteration");
  else
    e.error(after.definition,
            "'" + name +
                "' is carried by the loop and must be a number, tile "
                "or tensor, not " +
                describe(after.datum));
  e.note(before.definition, "'" + name + "' is bound here before the loop");
}

/// Whether an error in the loop, or one before it whose poison it reads, may
/// be why a name has no type. What is made from the unknown has none either.
bool SequentialLoop::hasCauseOfPoison() const {
  auto reads = llvm::ArrayRef(e.reads).drop_front(start.reads);
  return e.reporter.hasErrorsSince(start.diagnostics) ||
         (e.reporter.hasErrors() && llvm::any_of(reads, [](const auto &read) {
            return read.first->datum.isPoison();
          }));
}

void SequentialLoop::finish() {
  for (auto &[name, range] : wanted) {
    Binding *after = changes.lookup(name).after;
    bool isSilent = after && after->isBound() && after->datum.isSilent();
    if (!isSilent || !hasCauseOfPoison()) {
      e.error(range, "'" + name + "' is read before it is bound");
      e.note(header.range, "the first iteration of this loop does not bind it");
    }
  }
  llvm::SmallVector<std::pair<StringRef, Binding *>> others;
  mlir::OpBuilder::InsertionGuard guard(e.emitter.builder);
  for (Yielded &y : yielded)
    finishCarried(y);
  for (auto &[name, change] : changes)
    if (!findCarried(name))
      if (Binding *binding = finishOther(name, change))
        others.emplace_back(name, binding);
  ForOp loop = rebuild();
  for (auto [name, binding] : others)
    e.frame->env.bind(name, binding);
  for (auto [y, value] : llvm::zip_equal(yielded, loop.getResults()))
    bindResult(y, value);
}

void SequentialLoop::finishCarried(Yielded &y) {
  auto change = changes.find(y.name);
  y.after = change == changes.end() ? y.entry : change->second.after;
  if (y.entry->lastRead > entryTime)
    e.markRead(*y.after);
  if (y.after == y.entry || !y.after->isBound() || y.after->datum.isSilent())
    return;
  std::optional<JoinType> type = e.typeOf(y.after->datum);
  if (!type || !e.join(y.type, *type)) {
    reportTypeChange(y.name, *y.entry, *y.after);
    y.after = e.makeBinding(y.name, Datum::poison(), y.after->definition);
  } else if (y.entry->datum.isTensor() && y.after->datum.isTensor()) {
    y.entry->datum.getStorage()->aliases.push_back(y.after->datum.getStorage());
  }
}

/// A name that the body binds and does not carry. Null if the loop yields a
/// value for it.
Binding *SequentialLoop::finishOther(StringRef name,
                                     const Environment::Change &change) {
  Binding *before = change.before, *after = change.after;
  bool wasBound = before && before->isBound();
  if (header.neverRuns() && wasBound)
    return before;
  if (!after->isBound())
    return after;
  if (wasBound && after->datum.isSameAs(before->datum))
    return after;
  if (wasBound && isReadAtEntry(*before) && !after->datum.isSilent() &&
      !before->datum.isSilent()) {
    reportTypeChange(name, *before, *after);
    return e.makeBinding(name, Datum::poison(), after->definition);
  }
  if (after->datum.isSilent())
    return after;
  if (header.runsAtLeastOnce()) {
    if (!e.isDefinedIn(after->datum, op.getRegion()))
      return after;
    addResult(name, change, *e.typeOf(after->datum), false);
    return nullptr;
  }
  if (!wasBound)
    return e.makePartial(name, after, header.range,
                         "it is not bound where this loop runs zero times");
  if (before->datum.isSilent())
    return before;
  std::optional<JoinType> type = e.joinOf(before->datum, after->datum);
  if (!type)
    return e.makeConflict(name, *before, *after);
  addResult(name, change, *type, true);
  return nullptr;
}

void SequentialLoop::addResult(StringRef name,
                               const Environment::Change &change,
                               const JoinType &type, bool needsInitial) {
  Yielded y{
      name, needsInitial ? change.before : nullptr, change.after, type, {}};
  e.emitter.builder.setInsertionPoint(op);
  y.initial = needsInitial ? e.convert(change.before->datum, type, header.range)
                           : e.makeUndefined(type, header.range);
  op.getBody()->addArgument(type.type, op.getLoc());
  yielded.push_back(y);
}

/// The loop with all its results, the body moved over.
ForOp SequentialLoop::rebuild() {
  llvm::SmallVector<mlir::Value> initial, values;
  e.emitter.builder.setInsertionPointToEnd(op.getBody());
  for (const Yielded &y : yielded) {
    initial.push_back(y.initial);
    values.push_back(
        y.after->isBound()
            ? e.convert(y.after->datum, y.type, y.after->definition)
            : e.makeUndefined(y.type, header.range));
  }
  e.emitter.create<mlir::scf::YieldOp>(header.range, values);
  e.emitter.builder.setInsertionPoint(op);
  auto loop = e.emitter.create<ForOp>(
      header.range, bounds.lower, bounds.upper, bounds.step, initial,
      [](mlir::OpBuilder &, mlir::Location, mlir::Value, mlir::ValueRange) {});
  loop.getRegion().takeBody(op.getRegion());
  if (header.kind == LoopKind::Pipeline)
    loop->setAttr("tile.stage",
                  e.emitter.builder.getI64IntegerAttr(header.stage));
  op.erase();
  return loop;
}

void SequentialLoop::bindResult(const Yielded &y, mlir::Value value) {
  Binding *binding = y.after;
  if (y.isBoundByFirst && !header.runsAtLeastOnce()) {
    binding = e.makePartial(y.name, y.after, header.range,
                            "it is not bound where this loop runs zero times");
  } else if (y.after->isBound() && !y.after->datum.isSilent()) {
    llvm::SmallVector<const Datum *, 2> sources{&y.after->datum};
    if (y.before && y.before->isBound())
      sources.push_back(&y.before->datum);
    binding = e.makeBinding(y.name, e.resultOf(value, y.type, sources),
                            y.after->definition);
    binding->sources = {y.after};
    if (y.before)
      binding->sources.push_back(y.before);
    bool mayKeep = y.before && !header.runsAtLeastOnce();
    binding->notInFirstOf =
        mayKeep ? y.before->notInFirstOf : y.after->notInFirstOf;
  }
  e.frame->env.bind(y.name, binding);
}
