//===- ClampValidShape.cpp - Valid extents that stay within the tile ----===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What an op does with an extent outside of `0..size` is what it does with the
// clamped one, so that a clamp may be added to any of them; it is where the
// extent is not proven to be inside at that place of the program.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tilec/Analysis/IndexConstraints.h"
#include "tilec/Dialect/Tile/Tile.h"
#include "tilec/Transforms/Passes.h"
#include "tilec/Transforms/Report.h"
#include "llvm/ADT/TypeSwitch.h"

namespace tilec {
#define GEN_PASS_DEF_TILECLAMPVALIDSHAPE
#include "tilec/Transforms/Passes.h.inc"
} // namespace tilec

using namespace mlir;
using namespace tilec;
using namespace tilec::tile;

namespace {

/// An operand that says how far a tile is valid, and the nominal size.
struct ExtentUse {
  OpOperand *operand;
  std::optional<int64_t> size;
};

/// The ends that a value has to be clamped to.
struct Clamp {
  bool fromBelow;
  std::optional<int64_t> size;

  bool isNeeded() const { return fromBelow || size; }
  bool operator<(const Clamp &other) const {
    return std::tie(fromBelow, size) < std::tie(other.fromBelow, other.size);
  }
};

SmallVector<ExtentUse, 4> getExtents(Operation *op) {
  SmallVector<ExtentUse, 4> uses;
  auto addAll = [&](MutableOperandRange valid, ArrayRef<int64_t> shape) {
    for (unsigned d = 0; d < valid.size(); ++d)
      uses.push_back({&valid[d], shape[d]});
  };
  TypeSwitch<Operation *>(op)
      .Case<SliceOp, SetValidShapeOp>([&](auto slice) {
        addAll(slice.getValidMutable(), slice.getResult().getType().getShape());
      })
      .Case([&](ContractOp product) {
        ArrayRef<int64_t> shape = product.getResult().getType().getShape();
        uses.push_back({&product.getMMutable(), shape[0]});
        uses.push_back({&product.getNMutable(), shape[1]});
        uses.push_back({&product.getKMutable(), std::nullopt});
      });
  return uses;
}

class ClampValidShape
    : public tilec::impl::TileClampValidShapeBase<ClampValidShape> {
public:
  void runOnOperation() override {
    clamped.clear();
    SmallVector<Operation *> ops;
    getOperation().walk<WalkOrder::PreOrder>(
        [&](Operation *op) { ops.push_back(op); });
    FactsAtPlaces facts;
    for (Operation *op : ops)
      for (ExtentUse use : getExtents(op))
        clamp(use, findClamp(use, facts));
  }

private:
  static Clamp findClamp(ExtentUse use, FactsAtPlaces &facts) {
    IndexConstraints constraints = facts.getFactsAt(use.operand->getOwner());
    LinearExpr extent = constraints.get(use.operand->get());
    LinearSystem &system = constraints.getSystem();
    Clamp clamp{!system.provesNonNegative(extent), std::nullopt};
    if (use.size && !system.provesAtMost(extent, LinearExpr(*use.size)))
      clamp.size = use.size;
    return clamp;
  }

  void clamp(ExtentUse use, Clamp clamp) {
    if (!clamp.isNeeded()) {
      ++numProven;
      return;
    }
    ++numClamped;
    Value extent = use.operand->get();
    Value &replacement = clamped[extent][clamp];
    if (!replacement) {
      replacement = build(extent, clamp);
      report(use, clamp);
    }
    use.operand->set(replacement);
  }

  static Value build(Value extent, Clamp clamp) {
    OpBuilder b(extent.getContext());
    b.setInsertionPointAfterValue(extent);
    Location loc = extent.getLoc();
    auto getConstant = [&](int64_t value) -> Value {
      return b.create<arith::ConstantIndexOp>(b.getUnknownLoc(), value);
    };
    if (clamp.fromBelow)
      extent = b.createOrFold<arith::MaxSIOp>(loc, extent, getConstant(0));
    if (clamp.size)
      extent =
          b.createOrFold<arith::MinSIOp>(loc, extent, getConstant(*clamp.size));
    return extent;
  }

  void report(ExtentUse use, Clamp clamp) {
    auto remark = emitReport(*this, use.operand->getOwner()->getLoc())
                  << describeValue(use.operand->get()) << " is clamped to ";
    if (!clamp.size)
      remark << "at least 0";
    else if (!clamp.fromBelow)
      remark << "at most " << *clamp.size;
    else
      remark << "0.." << *clamp.size;
  }

  /// What stands for a value: one clamp for each pair of ends.
  llvm::DenseMap<Value, std::map<Clamp, Value>> clamped;
};

} // namespace
