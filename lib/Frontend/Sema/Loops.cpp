//===- Loops.cpp - for ----------------------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// `unroll` is unrolled here and `parallel` carries nothing; a sequential loop,
// which carries names, is in SequentialLoop.cpp.
//
//===----------------------------------------------------------------------===//

#include "Elaborator.h"
#include "LoopHeader.h"

using namespace tilec;
using llvm::StringRef;

void Elaborator::elaborateFor(const ForStmt *s) {
  LoopHeader header = evaluateHeader(s);
  llvm::SaveAndRestore target(yieldTarget, static_cast<YieldTarget *>(nullptr));
  if (header.kind == LoopKind::Unroll)
    return elaborateUnrolled(s, header);
  if (header.isConcurrent())
    return elaborateConcurrent(s, header);
  elaborateSequential(s, header);
}

void Elaborator::elaborateUnrolled(const ForStmt *s, const LoopHeader &header) {
  std::optional<int64_t> start = header.start.getConstantInt(),
                         step = header.step.getConstantInt();
  if (!header.tripCount || !start || !step) {
    bool isSilent = header.start.isSilent() || header.stop.isSilent() ||
                    header.step.isSilent();
    if (!isSilent)
      error(header.range, "the bounds of 'unroll' must be constants");
    bindIndex(header, Datum::poison());
    return elaborateBlock(s->body);
  }
  if (*header.tripCount > int64_t(Emitter::maxOperations)) {
    error(header.range, "a loop of " + llvm::Twine(*header.tripCount) +
                            " iterations is too long to be unrolled");
    bindIndex(header, Datum::poison());
    return elaborateBlock(s->body);
  }
  llvm::SaveAndRestore context(frame->context);
  unsigned outer = frame->context;
  for (int64_t i = 0; i < *header.tripCount; ++i) {
    if (hasReturned() || isExhausted(header.range))
      return;
    frame->context = contextOf(outer, s, i);
    bindIndex(header, Datum::integer(*start + i * *step));
    elaborateBlock(s->body);
  }
}

Binding *Elaborator::bindIndex(const LoopHeader &header, Datum value) {
  if (!header.index)
    return nullptr;
  return bind(header.index->name, std::move(value), header.index->range);
}

//===----------------------------------------------------------------------===//
// Attempts
//===----------------------------------------------------------------------===//

/// Statements that inlining and unrolling copy are told apart by a number for
/// the chain of calls and iterations that leads to them.
unsigned Elaborator::contextOf(unsigned parent, const void *place,
                               int64_t iteration) {
  auto key = std::make_tuple(parent, place, iteration);
  return contexts.try_emplace(key, contexts.size() + 1).first->second;
}

Elaborator::Checkpoint Elaborator::checkpoint() const {
  mlir::Block *block = emitter.builder.getInsertionBlock();
  return {reporter.mark(), frame->env.mark(),
          reads.size(),    writes.size(),
          dropped.size(),  definitions.size(),
          block,           block->empty() ? nullptr : &block->back()};
}

void Elaborator::restore(const Checkpoint &checkpoint) {
  reporter.discard(checkpoint.diagnostics);
  frame->env.rollback(checkpoint.environment);
  for (; reads.size() > checkpoint.reads; reads.pop_back())
    reads.back().first->lastRead = reads.back().second;
  writes.resize(checkpoint.writes);
  dropped.resize(checkpoint.dropped);
  definitions.resize(checkpoint.definitions);
  // Constants are shared, and may have come to stand here.
  llvm::SmallVector<mlir::Operation *> added;
  for (mlir::Operation &op : llvm::reverse(*checkpoint.block)) {
    if (&op == checkpoint.last)
      break;
    if (!emitter.isSharedConstant(&op))
      added.push_back(&op);
  }
  for (mlir::Operation *op : added)
    op->erase();
}

//===----------------------------------------------------------------------===//
// Bounds
//===----------------------------------------------------------------------===//

/// The bounds of the loop in IR, which counts up. A loop that counts down
/// counts its iterations.
LoopBounds Elaborator::emitBounds(const LoopHeader &header) {
  auto indexOf = [&](const Datum &datum, int64_t fallback) {
    if (datum.isSilent())
      return emitter.constantIndex(fallback);
    return toIndex(datum, header.range, "a bound");
  };
  LoopBounds bounds;
  bounds.start = indexOf(header.start, 0);
  mlir::Value stop = indexOf(header.stop, 1);
  if (!header.isDescending()) {
    bounds.lower = bounds.start;
    bounds.upper = stop;
    bounds.step = indexOf(header.step, 1);
    if (!header.step.isSilent() && !header.step.getConstantInt())
      emitStepCheck(bounds.step, header.stepRange);
    return bounds;
  }
  // Negating the step cannot overflow where the count is known, and one of
  // -2^63 runs at most once.
  int64_t stride = -std::max(*header.step.getConstantInt(),
                             -std::numeric_limits<int64_t>::max());
  bounds.stride = stride;
  bounds.lower = emitter.constantIndex(0);
  bounds.step = emitter.constantIndex(1);
  if (header.tripCount) {
    bounds.upper = emitter.constantIndex(*header.tripCount);
    return bounds;
  }
  SourceRange range = header.range;
  mlir::Value distance =
      emitter.create<mlir::arith::SubIOp>(range, bounds.start, stop);
  mlir::Value rounded = emitter.create<mlir::arith::AddIOp>(
      range, distance, emitter.constantIndex(stride - 1));
  bounds.upper = emitter.create<tile::FloorDivOp>(
      range, rounded.getType(), rounded, emitter.constantIndex(stride));
  return bounds;
}

void Elaborator::emitStepCheck(mlir::Value step, SourceRange range) {
  mlir::Value isPositive = emitter.create<mlir::arith::CmpIOp>(
      range, mlir::arith::CmpIPredicate::sgt, step, emitter.constantIndex(0));
  emitter.create<tile::AssertOp>(
      range, isPositive,
      "a step known only at run time must be positive, got {0}",
      mlir::ValueRange(step));
}

/// The index of the source program, made from that of the loop in IR.
Datum Elaborator::emitIndex(const LoopBounds &bounds, mlir::Value induction,
                            SourceRange range) {
  if (bounds.stride == 0)
    return scalarOf(induction, DType::INDEX);
  mlir::Value offset = emitter.create<mlir::arith::MulIOp>(
      range, induction, emitter.constantIndex(bounds.stride));
  return scalarOf(
      emitter.create<mlir::arith::SubIOp>(range, bounds.start, offset),
      DType::INDEX);
}

//===----------------------------------------------------------------------===//
// parallel and spmd
//===----------------------------------------------------------------------===//

void Elaborator::elaborateConcurrent(const ForStmt *s,
                                     const LoopHeader &header) {
  LoopBounds bounds = emitBounds(header);
  bool isSpmd = header.kind == LoopKind::Spmd;
  mlir::StringAttr name;
  if (!isSpmd && !header.nameHint.empty())
    name = emitter.builder.getStringAttr(header.nameHint);
  auto op = emitter.create<tile::ParallelOp>(header.range, bounds.lower,
                                             bounds.upper, bounds.step, name);
  uint64_t entry = ++clock;
  Environment::Changes changes = elaborateRegion(op.getBody(), [&] {
    Datum index = emitIndex(bounds, op.getInductionVar(), header.range);
    elaborateIteration(s, header, index, [&] {
      if (!isSpmd)
        return elaborateBlock(s->body);
      StringRef hint = header.nameHint;
      if (hint.empty() && frame->function)
        hint = frame->function->name;
      elaborateScope(hint, header.range, [&] { elaborateBlock(s->body); });
    });
    emitter.create<tile::YieldOp>(header.range, mlir::ValueRange());
  });
  for (auto &[name, change] : changes)
    finishConcurrentName(name, change, header, entry);
}

/// Elaborates one iteration of a loop of the running program.
void Elaborator::elaborateIteration(const ForStmt *s, const LoopHeader &header,
                                    const Datum &index,
                                    llvm::function_ref<void()> body) {
  ActiveLoop loop;
  loop.number = ++numLoops;
  loop.frame = frame;
  loop.induction = *index.getSymbolic();
  loop.first = header.start.getSymbolic();
  loop.isAscending = !header.isDescending();
  loop.isSequential = !header.isConcurrent();
  loop.entryTime = clock;
  loops.push_back(std::move(loop));
  ++frame->runtimeLoops;
  bindIndex(header, index);
  body();
  --frame->runtimeLoops;
  loops.pop_back();
}

/// What a name is after a parallel loop that binds it: nothing that may be
/// read, as no iteration is the last.
void Elaborator::finishConcurrentName(StringRef name,
                                      const Environment::Change &change,
                                      const LoopHeader &header,
                                      uint64_t entry) {
  Binding *before = change.before, *after = change.after;
  bool wasBound = before && before->isBound();
  if (wasBound && after->isBound() && after->datum.isSameAs(before->datum))
    return frame->env.bind(name, after);
  if (header.neverRuns() && wasBound)
    return;
  StringRef kind = header.kind == LoopKind::Spmd ? "spmd" : "parallel";
  if (wasBound && before->lastRead > entry && !after->datum.isSilent()) {
    error(after->definition, "'" + name +
                                 "' is carried from one iteration to "
                                 "the next, but those of '" +
                                 kind + "' are independent");
    note(before->definition, "the first iteration reads this '" + name + "'");
    return frame->env.bind(
        name, makeBinding(name, Datum::poison(), after->definition));
  }
  Binding *partial =
      makePartial(name, after, header.range,
                  "it is bound by the iterations of this '" + kind +
                      "' loop, none of which is the last");
  if (after->isBound() && after->datum.isSilent())
    partial = makeBinding(name, Datum::poison(), after->definition);
  frame->env.bind(name, partial);
}
