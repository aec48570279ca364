//===- TestRaces.cpp - Conflicts of iterations, looked for in a run -------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A parallel loop whose iterations are not proven independent runs in order,
// and writes down for each cell of the storage in question which iteration
// read it first and which wrote it first. An assertion fails where another
// iteration is in the way: the message is the interpreter's.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "tilec/Analysis/Conflicts.h"
#include "tilec/Analysis/Storage.h"
#include "tilec/Dialect/Tile/SourceLocation.h"
#include "tilec/Dialect/Tile/Tile.h"
#include "tilec/Support/RuntimeMessages.h"
#include "tilec/Transforms/Passes.h"
#include "tilec/Transforms/Report.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/TypeSwitch.h"

namespace tilec {
#define GEN_PASS_DEF_TILETESTRACES
#include "tilec/Transforms/Passes.h.inc"
} // namespace tilec

using namespace mlir;
using namespace tilec;
using namespace tilec::tile;

namespace {

/// What is written down about one storage in a loop: a cell of `reads` and
/// `writes` holds 0, or the number of the first iteration that did so and the
/// number of the access, as `iteration * accesses.size() + access + 1`.
struct Shadow {
  Value storage;
  std::vector<TensorAccess> accesses;
  Value reads, writes;
};

/// Instruments one loop.
class LoopTester {
public:
  LoopTester(ParallelOp loop, const Pass &pass)
      : loop(loop), pass(pass), b(loop), loc(loop.getLoc()) {}

  void run(const std::vector<Conflict> &conflicts);

private:
  void collectStorages(const std::vector<Conflict> &conflicts);
  Value makeCells(Value storage);
  scf::ForOp makeSequential();
  void testAccess(const Shadow &shadow, size_t number);
  Value openLoops(const TensorAccess &access);
  Value getExtent(const TensorAccess &access, unsigned dim);
  void testAgainst(const Shadow &shadow, size_t number, Value cell,
                   bool againstWrites);
  void writeDown(const Shadow &shadow, size_t number, Value cell);

  Value index(int64_t value) {
    return b.create<arith::ConstantIndexOp>(loc, value);
  }
  Value readCell(Value cells, Value cell) {
    return b.create<ReadOp>(loc, b.getIndexType(), cells, cell,
                            /*inbounds=*/false);
  }
  Value isEqual(Value lhs, Value rhs, bool negated = false) {
    return b.create<arith::CmpIOp>(
        loc, negated ? arith::CmpIPredicate::ne : arith::CmpIPredicate::eq, lhs,
        rhs);
  }

  ParallelOp loop;
  const Pass &pass;
  OpBuilder b;
  Location loc;
  std::vector<Shadow> shadows;
  std::string place;
  /// Of the loop that takes the place of `loop`.
  Value induction, iteration, lower, step;
};

struct TestRaces : tilec::impl::TileTestRacesBase<TestRaces> {
  void runOnOperation() override;
};

} // namespace

static std::string describePlace(Location loc) {
  FileLineColLoc place = getSourceLocation(loc);
  return (place.getFilename().getValue() + ":" + Twine(place.getLine())).str();
}

/// The one storage that a tensor names; null where there are several.
static Value getStorage(Value tensor) {
  auto roots = getStorageRoots(tensor);
  return roots.size() == 1 && !roots.front().isEarlier ? roots.front().value
                                                       : Value();
}

/// What conflicts are about.
void LoopTester::collectStorages(const std::vector<Conflict> &conflicts) {
  llvm::SetVector<Value> storages;
  std::vector<TensorAccess> accesses = getAccesses(loop);
  for (const Conflict &conflict : conflicts) {
    if (Value storage = getStorage(conflict.getWrite().tensor))
      storages.insert(storage);
    else
      emitReport(pass, conflict.getWrite().op->getLoc())
          << "not tested: the tensor may be one of several";
    if (!conflict.isCutShort)
      continue;
    for (const TensorAccess &access : accesses)
      if (Value storage = getStorage(access.tensor))
        if (access.isWrite && !isCreatedInside(storage, loop))
          storages.insert(storage);
  }
  for (Value storage : storages)
    shadows.push_back({storage, {}, {}, {}});
}

/// A number for each cell, all 0.
Value LoopTester::makeCells(Value storage) {
  auto type = cast<TensorRefType>(storage.getType());
  Value count = index(1);
  for (int64_t d = 0; d < type.getRank(); ++d)
    count = b.create<arith::MulIOp>(
        loc, count, b.create<DimOp>(loc, b.getIndexType(), storage, d));
  auto cells = b.create<CreateOp>(
      loc, TensorRefType::get({ShapedType::kDynamic}, b.getI64Type()), count);
  auto clear = b.create<scf::ForOp>(loc, index(0), count, index(1));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(clear.getBody());
  b.create<WriteOp>(loc, index(0), cells, clear.getInductionVar(),
                    /*inbounds=*/false);
  return cells;
}

scf::ForOp LoopTester::makeSequential() {
  lower = loop.getLower();
  step = loop.getStep();
  auto ordered = b.create<scf::ForOp>(loc, lower, loop.getUpper(), step);
  Block *body = ordered.getBody();
  induction = ordered.getInductionVar();
  loop.getInductionVar().replaceAllUsesWith(induction);
  loop.getBlock()->getTerminator()->erase();
  body->getOperations().splice(body->begin(), loop.getBlock()->getOperations());
  b.setInsertionPointToStart(body);
  iteration = b.create<FloorDivOp>(
      loc, b.create<arith::SubIOp>(loc, induction, lower), step);
  loop.erase();
  return ordered;
}

/// How many cells of a dimension the access touches.
Value LoopTester::getExtent(const TensorAccess &access, unsigned dim) {
  return TypeSwitch<Operation *, Value>(access.op)
      .Case([&](SliceOp op) {
        return b.create<ValidDimOp>(loc, b.getIndexType(), op.getResult(), dim);
      })
      .Case([&](AssembleOp op) {
        return b.create<ValidDimOp>(loc, b.getIndexType(), op.getSource(), dim);
      })
      .Default([&](Operation *) { return index(1); });
}

/// Builds on in a nest over the cells of the box; their number in row-major
/// order.
Value LoopTester::openLoops(const TensorAccess &access) {
  Value cell = index(0);
  for (auto [d, offset] : llvm::enumerate(access.offsets)) {
    auto over =
        b.create<scf::ForOp>(loc, index(0), getExtent(access, d), index(1));
    b.setInsertionPointToStart(over.getBody());
    Value size = b.create<DimOp>(loc, b.getIndexType(), access.tensor, d);
    Value at = b.create<arith::AddIOp>(loc, offset, over.getInductionVar());
    cell = b.create<arith::AddIOp>(
        loc, b.create<arith::MulIOp>(loc, cell, size), at);
  }
  return cell;
}

/// One assertion for each access that may have come before.
void LoopTester::testAgainst(const Shadow &shadow, size_t number, Value cell,
                             bool againstWrites) {
  if (llvm::none_of(shadow.accesses, [&](const TensorAccess &access) {
        return access.isWrite == againstWrites;
      }))
    return;
  Value earlier = readCell(againstWrites ? shadow.writes : shadow.reads, cell);
  Value count = index(int64_t(shadow.accesses.size()));
  Value code = b.create<arith::SubIOp>(loc, earlier, index(1));
  Value other = b.create<FloorDivOp>(loc, code, count);
  Value access = b.create<ModOp>(loc, code, count);
  Value isRace =
      b.create<arith::AndIOp>(loc, isEqual(earlier, index(0), /*negated=*/true),
                              isEqual(other, iteration, /*negated=*/true));
  Value otherInduction = b.create<arith::AddIOp>(
      loc, lower, b.create<arith::MulIOp>(loc, other, step));
  Value yes = b.create<arith::ConstantOp>(loc, b.getBoolAttr(true));
  for (auto [i, by] : llvm::enumerate(shadow.accesses)) {
    if (by.isWrite != againstWrites)
      continue;
    Value isThis = b.create<arith::AndIOp>(loc, isRace,
                                           isEqual(access, index(int64_t(i))));
    std::string message =
        messages::race(place, shadow.accesses[number].isWrite, by.isWrite,
                       describePlace(by.op->getLoc()));
    b.create<AssertOp>(loc, b.create<arith::XOrIOp>(loc, isThis, yes), message,
                       ValueRange{induction, cell, otherInduction});
  }
}

/// The first access of each kind is kept.
void LoopTester::writeDown(const Shadow &shadow, size_t number, Value cell) {
  Value cells = shadow.accesses[number].isWrite ? shadow.writes : shadow.reads;
  Value earlier = readCell(cells, cell);
  Value code = b.create<arith::AddIOp>(
      loc,
      b.create<arith::MulIOp>(loc, iteration,
                              index(int64_t(shadow.accesses.size()))),
      index(int64_t(number) + 1));
  Value kept =
      b.create<arith::SelectOp>(loc, isEqual(earlier, index(0)), code, earlier);
  b.create<WriteOp>(loc, kept, cells, cell, /*inbounds=*/false);
}

/// Behind the access, whose own check has passed then.
void LoopTester::testAccess(const Shadow &shadow, size_t number) {
  const TensorAccess &access = shadow.accesses[number];
  loc = access.op->getLoc();
  b.setInsertionPointAfter(access.op);
  Value cell = openLoops(access);
  testAgainst(shadow, number, cell, /*againstWrites=*/true);
  if (access.isWrite)
    testAgainst(shadow, number, cell, /*againstWrites=*/false);
  writeDown(shadow, number, cell);
}

void LoopTester::run(const std::vector<Conflict> &conflicts) {
  place = describePlace(loop.getLoc());
  collectStorages(conflicts);
  if (shadows.empty())
    return;
  emitReport(pass, loc) << "runs in order, and tests "
                        << int64_t(shadows.size()) << " of its tensors";
  for (Shadow &shadow : shadows) {
    shadow.reads = makeCells(shadow.storage);
    shadow.writes = makeCells(shadow.storage);
  }
  std::vector<TensorAccess> accesses = getAccesses(makeSequential());
  for (Shadow &shadow : shadows)
    llvm::copy_if(accesses, std::back_inserter(shadow.accesses),
                  [&](const TensorAccess &access) {
                    return getStorage(access.tensor) == shadow.storage;
                  });
  for (const Shadow &shadow : shadows)
    for (size_t number = 0; number < shadow.accesses.size(); ++number)
      if (!shadow.accesses[number].isWhole)
        testAccess(shadow, number);
}

void TestRaces::runOnOperation() {
  // Innermost first, and all conflicts before the first change: what is
  // written down is no access of the program.
  std::vector<std::pair<ParallelOp, std::vector<Conflict>>> loops;
  getOperation().walk([&](ParallelOp loop) {
    std::vector<Conflict> conflicts = findConflicts(loop);
    if (!conflicts.empty())
      loops.emplace_back(loop, std::move(conflicts));
  });
  numTested += loops.size();
  for (auto &[loop, conflicts] : loops)
    LoopTester(loop, *this).run(conflicts);
}
