//===- PlanBuffers.cpp - Storage at fixed places of an arena --------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A function has one arena, and so has each outermost parallel loop: that one
// exists once for each worker, whose iterations use it one after the other. The
// offset of a buffer stands at its `tile.create`, the size of an arena at the
// function or loop.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tilec/Analysis/Arena.h"
#include "tilec/Analysis/IntervalPacking.h"
#include "tilec/Analysis/Lifetimes.h"
#include "tilec/Dialect/Tile/SourceLocation.h"
#include "tilec/Dialect/Tile/Tile.h"
#include "tilec/Dialect/Tile/TileInference.h"
#include "tilec/Transforms/Passes.h"
#include "tilec/Transforms/Report.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/Support/Path.h"

namespace tilec {
#define GEN_PASS_DEF_TILEPLANBUFFERS
#include "tilec/Transforms/Passes.h.inc"
} // namespace tilec

using namespace mlir;
using namespace tilec;
using namespace tilec::tile;

namespace {

struct Arena {
  SmallVector<CreateOp> creates;
  std::vector<PackedBuffer> buffers;
  int64_t sumOfBytes = 0;
};

class PlanBuffers : public tilec::impl::TilePlanBuffersBase<PlanBuffers> {
public:
  void runOnOperation() override {
    removePlan();
    Lifetimes lifetimes(getOperation());
    llvm::MapVector<Operation *, Arena> arenas;
    getOperation().walk<WalkOrder::PreOrder>([&](CreateOp create) {
      addBuffer(create, lifetimes, arenas[getOwner(create)]);
    });
    for (auto &[owner, arena] : arenas) {
      if (arena.buffers.empty())
        continue;
      int64_t bytes = packBuffers(arena.buffers, kArenaAlignment);
      writePlan(owner, arena, bytes);
      report(owner, arena, bytes, lifetimes);
    }
  }

private:
  /// More than that is left to the run: there may not be so much memory.
  static constexpr int64_t kMaxArenaBytes = int64_t(1) << 47;

  void removePlan() {
    getOperation().walk([](Operation *op) {
      op->removeAttr(kArenaBytes);
      op->removeAttr(kArenaOffset);
    });
  }

  /// The outermost parallel loop around the operation, or the function.
  static Operation *getOwner(Operation *op) {
    Operation *owner = nullptr;
    for (; op; op = op->getParentOp())
      if (isa<ParallelOp>(op) || (isa<func::FuncOp>(op) && !owner))
        owner = op;
    return owner;
  }

  void addBuffer(CreateOp create, const Lifetimes &lifetimes, Arena &arena) {
    TensorRefType type = create.getType();
    if (!type.hasStaticShape())
      return decline(create, "the run decides on its size");
    int64_t bytes = getElementBytes(type.getElementType());
    for (int64_t extent : type.getShape())
      bytes *= extent; // The type's verifier has bounded the product.
    if (bytes > kMaxArenaBytes - arena.sumOfBytes)
      return decline(create, "it is too large");
    std::optional<Lifetime> lifetime = lifetimes.get(create);
    if (!lifetime)
      return decline(create, "later iterations may still read it");
    arena.creates.push_back(create);
    arena.buffers.push_back({lifetime->first, lifetime->last, bytes});
    arena.sumOfBytes += bytes;
  }

  void decline(CreateOp create, StringRef why) {
    ++numDeclined;
    emitReport(*this, create.getLoc())
        << describe(create) << ": allocated when it is reached, because "
        << why;
  }

  void writePlan(Operation *owner, const Arena &arena, int64_t bytes) {
    Builder b(&getContext());
    owner->setAttr(kArenaBytes, b.getI64IntegerAttr(bytes));
    for (auto [create, buffer] : llvm::zip_equal(arena.creates, arena.buffers))
      create->setAttr(kArenaOffset, b.getI64IntegerAttr(buffer.offset));
    numPlanned += arena.buffers.size();
  }

  //===--- The memory map
  //--------------------------------------------------===//

  static std::string describe(CreateOp create) {
    return describeValue(create.getResult(), "a buffer");
  }

  void report(Operation *owner, Arena &arena, int64_t bytes,
              const Lifetimes &lifetimes) {
    bool isFunction = isa<func::FuncOp>(owner);
    size_t count = arena.buffers.size();
    emitReport(*this, owner->getLoc())
        << (isFunction ? "arena of " : "arena of each worker: ") << bytes
        << " bytes for " << count << (count == 1 ? " buffer" : " buffers")
        << ", of which at most " << getPeakBytes(arena.buffers, kArenaAlignment)
        << " are alive at once";
    for (auto [create, buffer] : llvm::zip_equal(arena.creates, arena.buffers))
      emitReport(*this, create.getLoc())
          << describe(create) << ": " << buffer.bytes << " bytes at offset "
          << buffer.offset << ", alive from "
          << describePlace(lifetimes, buffer.first) << " to "
          << describePlace(lifetimes, buffer.last);
  }

  /// The line of an operation, with the file where that is another than the
  /// function's.
  std::string describePlace(const Lifetimes &lifetimes, int64_t number) {
    // What ends a block has no line of its own.
    while (number > 0 &&
           lifetimes.getOperation(number)->hasTrait<OpTrait::IsTerminator>())
      --number;
    FileLineColLoc place =
        getSourceLocation(lifetimes.getOperation(number)->getLoc());
    StringRef file = place.getFilename();
    std::string line = std::to_string(place.getLine());
    if (file == getSourceLocation(getOperation().getLoc()).getFilename())
      return "line " + line;
    return (llvm::sys::path::filename(file) + ":" + line).str();
  }
};

} // namespace
