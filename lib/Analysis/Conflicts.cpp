//===- Conflicts.cpp - Whether iterations of a loop meet ----------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Analysis/Conflicts.h"
#include "UnknownIndex.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "tilec/Analysis/Storage.h"
#include "tilec/Dialect/Tile/Tile.h"
#include <map>
#include <set>

using namespace mlir;
using namespace tilec;
using namespace tilec::tile;

/// Loops with more pairs of accesses to one storage are not looked through.
static constexpr size_t kMaxPairs = 20000;

//===----------------------------------------------------------------------===//
// Pairs of accesses
//===----------------------------------------------------------------------===//

/// Whether `earlier` stands for `access` too: the same cells, with no more
/// known of them.
static bool covers(const TensorAccess &earlier, const TensorAccess &access) {
  auto equal = [](const ValidExtent &lhs, const ValidExtent &rhs) {
    return lhs.isExact == rhs.isExact && lhs.bounds == rhs.bounds;
  };
  return earlier.op->getBlock() == access.op->getBlock() &&
         earlier.tensor == access.tensor && earlier.isWrite == access.isWrite &&
         earlier.isWhole == access.isWhole &&
         earlier.offsets == access.offsets &&
         earlier.extents.size() == access.extents.size() &&
         std::equal(earlier.extents.begin(), earlier.extents.end(),
                    access.extents.begin(), equal);
}

namespace {
/// The accesses of a loop to storage that its iterations share.
class SharedAccesses {
public:
  explicit SharedAccesses(Operation *loop);

  std::vector<TensorAccess> all;
  /// Those that may touch the same storage, one of them writing: their numbers,
  /// in order.
  std::set<std::pair<size_t, size_t>> getPairs() const;

private:
  // The accesses to each storage; null stands for what may be any.
  std::map<void *, std::vector<size_t>> ofRoot;
};
} // namespace

/// Storage that is made inside belongs to one iteration.
static bool isShared(const StorageRoot &root, Operation *loop) {
  Operation *create = root.value ? root.value.getDefiningOp() : nullptr;
  return !create || !loop->isProperAncestor(create);
}

SharedAccesses::SharedAccesses(Operation *loop) {
  for (TensorAccess &access : getAccesses(loop)) {
    std::set<void *> roots;
    for (const StorageRoot &root : getStorageRoots(access.tensor))
      if (isShared(root, loop))
        roots.insert(root.value.getAsOpaquePointer());
    bool isKnown = llvm::any_of(roots, [&](void *root) {
      return llvm::any_of(ofRoot[root], [&](size_t earlier) {
        return covers(all[earlier], access);
      });
    });
    if (isKnown)
      continue;
    for (void *root : roots)
      ofRoot[root].push_back(all.size());
    all.push_back(std::move(access));
  }
}

std::set<std::pair<size_t, size_t>> SharedAccesses::getPairs() const {
  std::set<std::pair<size_t, size_t>> pairs;
  auto pair = [&](ArrayRef<size_t> lhs, ArrayRef<size_t> rhs) {
    for (size_t l : lhs)
      for (size_t r : rhs)
        if ((all[l].isWrite || all[r].isWrite) && pairs.size() <= kMaxPairs)
          pairs.insert(std::minmax(l, r));
  };
  auto any = ofRoot.find(nullptr);
  for (const auto &[root, accesses] : ofRoot) {
    pair(accesses, accesses);
    if (root && any != ofRoot.end())
      pair(accesses, any->second);
  }
  return pairs;
}

//===----------------------------------------------------------------------===//
// One pair
//===----------------------------------------------------------------------===//

namespace {
/// Asks about two accesses in two iterations of a loop.
class PairQuery {
public:
  PairQuery(Operation *loop, const TensorAccess &first,
            const TensorAccess &second)
      : loop(loop), first(first), second(second) {}

  /// Whether they never meet.
  bool areApart();
  /// What keeps them from being proven apart.
  Conflict explain();

private:
  using Numbers = llvm::DenseMap<Operation *, int64_t>;

  void addOtherIteration();
  Numbers getNumbers(unsigned iteration, ArrayRef<int64_t> sample);
  std::optional<std::pair<int64_t, int64_t>>
  findCertain(ArrayRef<int64_t> sample);
  bool haveSameCoordinates() const;
  bool alwaysReached(Operation *op, const Numbers &numbers) const;
  bool alwaysMeet(const Numbers &inFirst, const Numbers &inSecond) const;
  Numbers getFirstIterations(Operation *op, int64_t number) const;

  Operation *loop;
  const TensorAccess &first, &second;
  IndexConstraints constraints{loop};
};
} // namespace

/// Products of dynamic names that are extents of parameters are no larger than
/// an extent may be.
static void addParameterExtents(IndexConstraints &constraints, Operation *op) {
  auto function = op->getParentOfType<func::FuncOp>();
  for (BlockArgument argument : function.getArguments()) {
    auto shape = function.getArgAttrOfType<AffineMapAttr>(
        argument.getArgNumber(), "tile.shape");
    if (!shape)
      continue;
    for (auto [d, extent] : llvm::enumerate(shape.getValue().getResults()))
      if (extent.getKind() == AffineExprKind::Mul && !extent.isPureAffine())
        constraints.getExtent(argument, d);
  }
}

bool PairQuery::areApart() {
  // First, since it keeps index arithmetic from wrapping.
  addParameterExtents(constraints, loop);
  constraints.addFactsAt(first.op, 0);
  constraints.addFactsAt(second.op, 1);
  addOtherIteration();
  SmallVector<LinearExpr, 4> about =
      addCommonCell(constraints, {first, 0}, {second, 1});
  for (unsigned iteration : {0, 1})
    about.push_back(constraints.getIterationNumber(loop, iteration));
  constraints.relateIterations();
  return constraints.getSystem().isEmpty(about);
}

/// The iterations are two; which comes first does not matter to an access that
/// meets itself.
void PairQuery::addOtherIteration() {
  LinearExpr i = constraints.getIterationNumber(loop, 0);
  LinearExpr j = constraints.getIterationNumber(loop, 1);
  Conjunction before, after;
  before.addAtMost(i + WideInt(1), j);
  after.addAtMost(j + WideInt(1), i);
  Disjunction both = {before};
  if (&first != &second)
    both.push_back(after);
  constraints.getSystem().add(both);
}

/// The loops around an operation, up to `loop` and including it.
static SmallVector<Operation *> getLoopsUpTo(Operation *op, Operation *loop) {
  SmallVector<Operation *> loops;
  for (; op != loop->getParentOp(); op = op->getParentOp())
    if (isa<scf::ForOp, ParallelOp>(op))
      loops.push_back(op);
  return loops;
}

//===----------------------------------------------------------------------===//
// Certain conflicts
//===----------------------------------------------------------------------===//

/// Whether a loop, once it is reached, always has an iteration of this number.
static bool alwaysIterates(Operation *loop, int64_t number) {
  IndexConstraints constraints;
  constraints.addFactsAt(loop);
  // Lower bound, upper bound and step are the first operands of both.
  LinearExpr lower = constraints.get(loop->getOperand(0));
  LinearExpr upper = constraints.get(loop->getOperand(1));
  LinearExpr step = constraints.get(loop->getOperand(2));
  return step.isConstant() && step.constant > 0 &&
         constraints.getSystem().provesAtMost(
             lower + step * WideInt(number) + WideInt(1), upper);
}

/// Whether each run of the function gets to the operation, in the given
/// iterations of the loops around it, and in the first of others.
bool PairQuery::alwaysReached(Operation *op, const Numbers &numbers) const {
  for (op = op->getParentOp(); !isa<func::FuncOp>(op); op = op->getParentOp()) {
    if (isa<ScopeOp>(op))
      continue;
    if (!isa<scf::ForOp, ParallelOp>(op))
      return false;
    auto number = numbers.find(op);
    if (!alwaysIterates(op, number == numbers.end() ? 0 : number->second))
      return false;
  }
  return true;
}

bool PairQuery::haveSameCoordinates() const {
  auto shape = [](const TensorAccess &access) {
    return cast<TensorRefType>(access.tensor.getType());
  };
  return first.tensor == second.tensor ||
         (shareStorage(first.tensor, second.tensor) &&
          shape(first) == shape(second) && shape(first).hasStaticShape());
}

/// Whether the boxes of these iterations have a cell in common, whatever else
/// they depend on.
bool PairQuery::alwaysMeet(const Numbers &inFirst,
                           const Numbers &inSecond) const {
  IndexConstraints pinned(loop);
  pinned.addFactsAt(first.op, 0);
  pinned.addFactsAt(second.op, 1);
  Conjunction facts;
  for (unsigned iteration : {0, 1})
    for (auto [inner, number] : iteration == 0 ? inFirst : inSecond)
      facts.addEqual(pinned.getIterationNumber(inner, iteration),
                     LinearExpr(WideInt(number)));
  pinned.getSystem().add(facts);
  // What the program asserts may leave these iterations out.
  if (pinned.getSystem().isEmpty())
    return false;
  for (unsigned d = 0; d < first.offsets.size(); ++d) {
    SmallVector<LinearExpr> lowest, ends = {pinned.getExtent(first.tensor, d)};
    for (AccessInIteration of :
         {AccessInIteration{first, 0}, AccessInIteration{second, 1}}) {
      LinearExpr offset = pinned.get(of.access.offsets[d], of.iteration);
      lowest.push_back(offset);
      for (const ExtentBound &bound : of.access.extents[d].bounds)
        ends.push_back(offset + pinned.get(bound, of.iteration));
    }
    for (const LinearExpr &low : lowest)
      for (const LinearExpr &end : ends)
        if (!pinned.getSystem().provesNonNegative(low) ||
            !pinned.getSystem().provesAtMost(low + WideInt(1), end))
          return false;
  }
  return true;
}

PairQuery::Numbers PairQuery::getFirstIterations(Operation *op,
                                                 int64_t number) const {
  Numbers numbers;
  for (Operation *inner : getLoopsUpTo(op, loop))
    numbers[inner] = inner == loop ? number : 0;
  return numbers;
}

/// The numbers of the iterations that a solution of the system has.
PairQuery::Numbers PairQuery::getNumbers(unsigned iteration,
                                         ArrayRef<int64_t> sample) {
  Numbers numbers;
  for (Operation *inner :
       getLoopsUpTo((iteration == 0 ? first : second).op, loop))
    numbers[inner] =
        evaluate(constraints.getIterationNumber(inner, iteration), sample);
  return numbers;
}

/// The first two iterations, or else those of an example, where they always
/// meet.
std::optional<std::pair<int64_t, int64_t>>
PairQuery::findCertain(ArrayRef<int64_t> sample) {
  if (!first.isExact() || !second.isExact() || !haveSameCoordinates())
    return std::nullopt;
  IndexConstraints bounds;
  LinearExpr lower = bounds.get(loop->getOperand(0));
  LinearExpr step = bounds.get(loop->getOperand(2));
  if (!lower.isConstant() || !step.isConstant())
    return std::nullopt;
  using Candidate = std::pair<Numbers, Numbers>;
  for (const auto &[inFirst, inSecond] :
       {Candidate(getFirstIterations(first.op, 0),
                  getFirstIterations(second.op, 1)),
        Candidate(getNumbers(0, sample), getNumbers(1, sample))})
    if (alwaysReached(first.op, inFirst) &&
        alwaysReached(second.op, inSecond) && alwaysMeet(inFirst, inSecond))
      return std::pair(
          int64_t(lower.constant + step.constant * inFirst.lookup(loop)),
          int64_t(lower.constant + step.constant * inSecond.lookup(loop)));
  return std::nullopt;
}

Conflict PairQuery::explain() {
  Conflict conflict;
  conflict.first = first;
  conflict.second = second;
  conflict.unknown = findUnknownIndex(first, second, loop);
  auto sample = constraints.getSystem().findSample();
  if (!sample)
    return conflict;
  if (auto certain = findCertain(*sample)) {
    conflict.isCertain = true;
    conflict.iterations = certain;
    return conflict;
  }
  Value induction = loop->getRegion(0).getArgument(0);
  conflict.iterations = {evaluate(constraints.get(induction, 0), *sample),
                         evaluate(constraints.get(induction, 1), *sample)};
  return conflict;
}

//===----------------------------------------------------------------------===//
// All pairs
//===----------------------------------------------------------------------===//

std::vector<Conflict> tilec::findConflicts(Operation *loop, size_t limit) {
  SharedAccesses accesses(loop);
  auto pairs = accesses.getPairs();
  std::vector<Conflict> conflicts;
  if (pairs.size() > kMaxPairs) {
    Conflict unknown;
    unknown.first = accesses.all[pairs.begin()->first];
    unknown.second = accesses.all[pairs.begin()->second];
    unknown.isCutShort = true;
    conflicts.push_back(std::move(unknown));
    return conflicts;
  }
  for (auto [first, second] : pairs) {
    if (conflicts.size() == limit)
      break;
    PairQuery query(loop, accesses.all[first], accesses.all[second]);
    if (!query.areApart())
      conflicts.push_back(query.explain());
  }
  return conflicts;
}
