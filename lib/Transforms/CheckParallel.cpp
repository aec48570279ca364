//===- CheckParallel.cpp - Conflicts of parallel iterations -------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Tells the author of conflicts that the analysis finds or cannot exclude. One
// message is enough where several have one cause: of a loop and a tensor that
// certainly conflict, and of a value that only data decide.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tilec/Analysis/Conflicts.h"
#include "tilec/Analysis/Storage.h"
#include "tilec/Dialect/Tile/Tile.h"
#include "tilec/Transforms/Passes.h"
#include "llvm/ADT/DenseSet.h"

namespace tilec {
#define GEN_PASS_DEF_TILECHECKPARALLEL
#include "tilec/Transforms/Passes.h.inc"
} // namespace tilec

using namespace mlir;
using namespace tilec;
using namespace tilec::tile;

namespace {

/// A name in backquotes; empty where the author gave none.
std::string getName(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value))
    if (auto function =
            dyn_cast<func::FuncOp>(argument.getOwner()->getParentOp()))
      if (auto name = function.getArgAttrOfType<StringAttr>(
              argument.getArgNumber(), "tile.name"))
        return ("`" + name.getValue() + "`").str();
  if (auto name = dyn_cast<NameLoc>(value.getLoc()))
    return ("`" + name.getName().getValue() + "`").str();
  return {};
}

/// The storage that a tensor names, where that is one.
Value getStorage(Value tensor) {
  auto roots = getStorageRoots(tensor);
  return roots.size() == 1 && roots.front().value ? roots.front().value
                                                  : tensor;
}

std::string describeTensor(Value tensor) {
  std::string name = getName(getStorage(tensor));
  return name.empty() ? "a tensor" : name;
}

/// Why it is not known whether iterations meet.
std::string describeReason(const Conflict &conflict) {
  if (conflict.isCutShort)
    return "the loop has too many accesses to compare";
  if (!conflict.unknown) {
    // Numbers near the limits of 64 bits would puzzle rather than explain.
    constexpr int64_t largest = 1000000;
    auto [i, j] = conflict.iterations.value_or(std::pair(INT64_MAX, INT64_MAX));
    if (i > largest || j > largest)
      return "their places cannot be compared";
    return "nothing keeps those of " + std::to_string(i) + " and " +
           std::to_string(j) + " apart";
  }
  std::string name = getName(conflict.unknown);
  std::string what = name.empty() ? "an index" : name;
  if (auto read = conflict.unknown.getDefiningOp<ReadOp>()) {
    if (isa<TensorRefType>(read.getSource().getType()))
      return what + " is read from " + describeTensor(read.getSource());
    return what + " is read from a tile";
  }
  return what + " is not known before the program runs";
}

/// The conflicts of one function.
class ConflictReport {
public:
  ConflictReport(Pass::Statistic &numErrors, Pass::Statistic &numWarnings)
      : numErrors(numErrors), numWarnings(numWarnings) {}

  void check(ParallelOp loop);
  bool foundError = false;

private:
  void reportError(ParallelOp loop, const Conflict &conflict);
  void reportWarning(ParallelOp loop, const Conflict &conflict);

  // What has been spoken of: values that only data decide.
  llvm::DenseSet<Value> unknowns;
  Pass::Statistic &numErrors, &numWarnings;
};

void ConflictReport::check(ParallelOp loop) {
  std::vector<Conflict> conflicts = findConflicts(loop);
  llvm::DenseSet<Value> reported;
  for (const Conflict &conflict : conflicts)
    if (conflict.isCertain &&
        reported.insert(getStorage(conflict.getWrite().tensor)).second)
      reportError(loop, conflict);
  for (const Conflict &conflict : conflicts) {
    if (reported.contains(getStorage(conflict.getWrite().tensor)))
      continue;
    bool isNew =
        conflict.unknown
            ? unknowns.insert(conflict.unknown).second
            : reported.insert(getStorage(conflict.getWrite().tensor)).second;
    if (isNew)
      reportWarning(loop, conflict);
  }
}

void ConflictReport::reportError(ParallelOp loop, const Conflict &conflict) {
  foundError = true;
  ++numErrors;
  auto [i, j] = *conflict.iterations;
  const TensorAccess &write = conflict.getWrite(), &other = conflict.getOther();
  std::string tensor = describeTensor(write.tensor);
  if (&write != &conflict.first)
    std::swap(i, j);
  auto error = emitError(write.op->getLoc());
  if (other.isWrite)
    error << "iterations " << i << " and " << j
          << " of a parallel loop write the same cells of " << tensor;
  else
    error << "iteration " << i << " of a parallel loop writes cells of "
          << tensor << " that iteration " << j << " reads";
  if (other.op != write.op)
    error.attachNote(other.op->getLoc())
        << (other.isWrite ? "the other write is here" : "they are read here");
  error.attachNote(loop.getLoc()) << "the loop is here";
}

void ConflictReport::reportWarning(ParallelOp loop, const Conflict &conflict) {
  ++numWarnings;
  const TensorAccess &write = conflict.getWrite(), &other = conflict.getOther();
  std::string tensor = describeTensor(write.tensor);
  auto warning = emitWarning(write.op->getLoc());
  if (other.isWrite)
    warning << "iterations of a parallel loop may write the same cells of "
            << tensor;
  else
    warning << "an iteration of a parallel loop may write cells of " << tensor
            << " that another reads";
  warning << ": " << describeReason(conflict);
  if (other.op != write.op)
    warning.attachNote(other.op->getLoc()) << "the other access is here";
  warning.attachNote(loop.getLoc())
      << "the loop is here; `--check-races` looks for conflicts in a run";
}

class CheckParallel : public tilec::impl::TileCheckParallelBase<CheckParallel> {
public:
  void runOnOperation() override {
    ConflictReport report(numErrors, numWarnings);
    getOperation().walk<WalkOrder::PreOrder>(
        [&](ParallelOp loop) { report.check(loop); });
    if (report.foundError)
      signalPassFailure();
    markAllAnalysesPreserved();
  }
};

} // namespace
