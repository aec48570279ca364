//===- Control.cpp - Scopes, loops, branches, calls and assertions --------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Machine.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/SymbolTable.h"
#include "tilec/Support/RuntimeMessages.h"

using namespace mlir;
using namespace tilec;

static void setResults(Machine &machine, Operation *op,
                       const Machine::Values &values) {
  for (auto [result, value] : llvm::zip_equal(op->getResults(), values))
    machine.set(result, value);
}

static Machine::Values getAll(Machine &machine, ValueRange operands) {
  Machine::Values values;
  for (Value operand : operands)
    values.push_back(machine.get(operand));
  return values;
}

/// Calls `run` with lower, lower + step, ... below upper.
template <typename Run>
static llvm::Error runLoop(Machine &machine, Operation *op, Value lower,
                           Value upper, Value step, Run run) {
  Shape bounds;
  if (auto error = machine.getIndices(op, {lower, upper, step}, bounds))
    return error;
  if (bounds[2] <= 0)
    return machine.fail(op, messages::stepNotPositive, {bounds[2]});
  for (int64_t i = bounds[0]; i < bounds[1];) {
    if (auto error = run(ScalarValue::ofInteger(i)))
      return error;
    if (llvm::AddOverflow(i, bounds[2], i))
      break;
  }
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// The tile dialect
//===----------------------------------------------------------------------===//

static llvm::Error runScope(Machine &machine, tile::ScopeOp op) {
  Machine::Values results;
  if (auto error = machine.runBlock(*op.getBlock(), {}, results))
    return error;
  setResults(machine, op, results);
  return llvm::Error::success();
}

/// In order: what fails first is what the language reports.
static llvm::Error runParallel(Machine &machine, tile::ParallelOp op) {
  Machine::Values results;
  RaceDetector *races = machine.getRaces();
  if (races)
    races->enterLoop(op, machine.getNumStorages());
  auto iterate = [&](ScalarValue i) {
    if (races)
      races->beginIteration(i.integer);
    return machine.runBlock(*op.getBlock(), RuntimeValue(i), results);
  };
  llvm::Error error =
      runLoop(machine, op, op.getLower(), op.getUpper(), op.getStep(), iterate);
  if (races)
    races->leaveLoop();
  return error;
}

static llvm::Error runAssert(Machine &machine, tile::AssertOp op) {
  int64_t holds = 0;
  if (auto error = machine.getIndex(op, op.getCondition(), holds))
    return error;
  if (holds)
    return llvm::Error::success();
  Shape values;
  if (auto error = machine.getIndices(op, op.getValues(), values))
    return error;
  return machine.fail(op, op.getMessage(), values);
}

//===----------------------------------------------------------------------===//
// scf
//===----------------------------------------------------------------------===//

static llvm::Error runFor(Machine &machine, scf::ForOp op) {
  Machine::Values carried = getAll(machine, op.getInitArgs());
  auto iterate = [&](ScalarValue i) {
    Machine::Values arguments = {i};
    llvm::append_range(arguments, carried);
    return machine.runBlock(*op.getBody(), arguments, carried);
  };
  if (auto error = runLoop(machine, op, op.getLowerBound(), op.getUpperBound(),
                           op.getStep(), iterate))
    return error;
  setResults(machine, op, carried);
  return llvm::Error::success();
}

static llvm::Error runIf(Machine &machine, scf::IfOp op) {
  int64_t holds = 0;
  if (auto error = machine.getIndex(op, op.getCondition(), holds))
    return error;
  Machine::Values results;
  Block *block = holds ? op.thenBlock() : op.elseBlock();
  if (!block)
    return llvm::Error::success();
  if (auto error = machine.runBlock(*block, {}, results))
    return error;
  setResults(machine, op, results);
  return llvm::Error::success();
}

/// The first region decides whether the second runs, and what it gets.
static llvm::Error runWhile(Machine &machine, scf::WhileOp op) {
  Machine::Values carried = getAll(machine, op.getInits());
  while (true) {
    Machine::Values decided;
    if (auto error = machine.runBlock(*op.getBeforeBody(), carried, decided))
      return error;
    ScalarValue condition = std::get<ScalarValue>(decided.front());
    if (condition.undefined)
      return machine.fail(op, "depends on a cell that nobody wrote");
    decided.erase(decided.begin());
    if (!condition.integer) {
      setResults(machine, op, decided);
      return llvm::Error::success();
    }
    if (auto error = machine.runBlock(*op.getAfterBody(), decided, carried))
      return error;
  }
}

//===----------------------------------------------------------------------===//
// func
//===----------------------------------------------------------------------===//

static llvm::Error runCall(Machine &machine, func::CallOp op) {
  auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
      op, op.getCalleeAttr());
  Machine::Values results;
  if (auto error = machine.runFunction(
          op, callee, getAll(machine, op.getOperands()), results))
    return error;
  setResults(machine, op, results);
  return llvm::Error::success();
}

void tilec::addControlOps(Machine &machine) {
  machine.add<tile::ScopeOp, runScope>();
  machine.add<tile::ParallelOp, runParallel>();
  machine.add<tile::AssertOp, runAssert>();
  machine.add<scf::ForOp, runFor>();
  machine.add<scf::IfOp, runIf>();
  machine.add<scf::WhileOp, runWhile>();
  machine.add<func::CallOp, runCall>();
}
