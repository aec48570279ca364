//===- HoistPacking.cpp - Left operands, packed once before a loop ------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Before:  parallel %n { contract %x[%i, 0], %w[0, %n] m %m ... }
// After:   %a = slice %x[%i, 0] valid [%m, %k] {tile.packed_lhs}
//          parallel %n { contract %a[0, 0], %w[0, %n] m %m ... }
//
// A kernel takes its left operand in another order than storage has. Where many
// iterations multiply one and the same, it is brought into that order once. The
// slice goes as far out as nothing that it reads or depends on changes; there
// it runs even if the loop does not, and is empty then.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "tilec/Analysis/Failures.h"
#include "tilec/Analysis/PackedLhs.h"
#include "tilec/Analysis/Regions.h"
#include "tilec/Analysis/Storage.h"
#include "tilec/Dialect/Tile/Tile.h"
#include "tilec/Transforms/Passes.h"
#include "tilec/Transforms/Report.h"
#include "llvm/ADT/DenseSet.h"

namespace tilec {
#define GEN_PASS_DEF_TILEHOISTPACKING
#include "tilec/Transforms/Passes.h.inc"
} // namespace tilec

using namespace mlir;
using namespace tilec;
using namespace tilec::tile;

namespace {

/// Where a loop begins and ends; nulls for an operation that is no loop.
std::pair<Value, Value> getBounds(Operation *op) {
  if (auto loop = dyn_cast<ParallelOp>(op))
    return {loop.getLower(), loop.getUpper()};
  if (auto loop = dyn_cast<scf::ForOp>(op))
    return {loop.getLowerBound(), loop.getUpperBound()};
  return {};
}

/// Whether the value can be had before the operation, as it is or as a
/// constant.
bool isKnownBefore(Operation *op, Value value) {
  return getConstantIntValue(value) ||
         !op->isAncestor(value.getParentBlock()->getParentOp());
}

/// Storage that an operation writes.
class Written {
public:
  Written() = default;
  explicit Written(Operation *op) {
    for (const TensorAccess &access : getAccesses(op))
      if (access.isWrite)
        for (const StorageRoot &root : getStorageRoots(access.tensor))
          add(root);
  }
  bool mayContain(Value tensor) const {
    return anything ||
           llvm::any_of(getStorageRoots(tensor), [&](const StorageRoot &root) {
             return !root.value || roots.contains(root.value);
           });
  }

private:
  void add(const StorageRoot &root) {
    if (root.value)
      roots.insert(root.value);
    else
      anything = true;
  }

  llvm::DenseSet<Value> roots;
  bool anything = false;
};

/// What is packed before a loop.
struct Packed {
  /// From the product to that loop.
  SmallVector<Operation *> loops;
  /// What the product takes: the offsets of its left operand, m and k.
  Value lhs;
  SmallVector<Value> indices;
  int64_t rows;
  bool transposed;
  SliceOp slice;
};

SmallVector<Value> getIndices(ContractOp product) {
  SmallVector<Value> indices(product.getLhsOffsets());
  indices.append({product.getM(), product.getK()});
  return indices;
}

class HoistPacking : public tilec::impl::TileHoistPackingBase<HoistPacking> {
public:
  using TileHoistPackingBase::TileHoistPackingBase;

  void runOnOperation() override {
    writtenBy.clear();
    packed.clear();
    SmallVector<ContractOp> products;
    getOperation()->walk([&](ContractOp op) { products.push_back(op); });
    for (ContractOp product : products) {
      SmallVector<Operation *> loops = findLoops(product);
      if (!loops.empty())
        packBefore(loops, product);
    }
  }

private:
  //===--- Where ----------------------------------------------------------===//

  /// The loops around the product, from inside, that the packing can precede.
  SmallVector<Operation *> findLoops(ContractOp product) {
    SmallVector<Operation *> loops, crossed;
    if (!product.getInbounds() ||
        !isa<TensorRefType>(product.getLhs().getType()) ||
        // Of a tile fewer k may be valid, of which an odd last one has no
        // partner: packed cells have that of all k.
        !isa<TensorRefType>(product.getRhs().getType()) || !getDepth(product))
      return {};
    Operation *inner = product;
    for (Operation *op = product->getParentOp();
         isa<ScopeOp, ParallelOp, scf::ForOp>(op);
         inner = op, op = op->getParentOp()) {
      // A check that comes first may be what keeps the box inside.
      if (findFailureBefore(inner))
        break;
      if (isa<ScopeOp>(op))
        continue;
      crossed.push_back(op);
      if (!canPrecede(crossed, product))
        break;
      loops = crossed;
    }
    return loops;
  }

  static bool findFailureBefore(Operation *op) {
    for (Operation *before = op->getPrevNode(); before;
         before = before->getPrevNode())
      if (mayFail(before))
        return true;
    return false;
  }

  /// A bound of the number of k, if the packed cells are not too many.
  std::optional<int64_t> getDepth(ContractOp product) {
    auto tensor = cast<TensorRefType>(product.getLhs().getType());
    std::optional<int64_t> depth = getConstantIntValue(product.getK());
    int64_t extent = tensor.getShape()[product.getLhsKDim()];
    if (!depth && !ShapedType::isDynamic(extent))
      depth = extent;
    constexpr int64_t cellBytes = 4; // where elements are widened
    int64_t rows = product.getResult().getType().getShape()[0];
    if (!depth || *depth <= 0 || *depth > maxBytes / cellBytes / rows)
      return std::nullopt;
    return depth;
  }

  bool canPrecede(ArrayRef<Operation *> loops, ContractOp product) {
    Operation *loop = loops.back();
    auto isKnown = [&](Value value) { return isKnownBefore(loop, value); };
    if (!isKnown(product.getLhs()) ||
        !llvm::all_of(getIndices(product), isKnown))
      return false;
    for (Operation *inner : loops) {
      auto [lower, upper] = getBounds(inner);
      if (!isKnown(lower) || !isKnown(upper))
        return false;
    }
    auto [written, isNew] = writtenBy.try_emplace(loop);
    if (isNew)
      written->second = Written(loop);
    return !written->second.mayContain(product.getLhs());
  }

  //===--- What -----------------------------------------------------------===//

  void packBefore(ArrayRef<Operation *> loops, ContractOp product) {
    SliceOp slice = findPacked(loops, product);
    if (!slice) {
      slice = createSlice(loops, product);
      packed.push_back({SmallVector<Operation *>(loops), product.getLhs(),
                        getIndices(product), getRows(product),
                        product.getTransposeA(), slice});
      emitReport(*this, product->getLoc())
          << "packs the left operand once, before the loop";
      ++numPacked;
    }
    OpBuilder b(product);
    Value zero = b.create<arith::ConstantIndexOp>(product->getLoc(), 0);
    product.getLhsMutable().assign(slice.getResult());
    product.getLhsOffsetsMutable().assign({zero, zero});
  }

  static int64_t getRows(ContractOp product) {
    return product.getResult().getType().getShape()[0];
  }

  /// What is packed for another product of these loops, which takes the same.
  SliceOp findPacked(ArrayRef<Operation *> loops, ContractOp product) {
    for (const Packed &other : llvm::reverse(packed)) {
      if (ArrayRef(other.loops) != loops)
        break;
      if (other.lhs == product.getLhs() && other.rows == getRows(product) &&
          other.transposed == product.getTransposeA() &&
          llvm::equal(other.indices, getIndices(product), [](Value x, Value y) {
            return isEqualConstantIntOrValue(x, y);
          }))
        return other.slice;
    }
    return {};
  }

  SliceOp createSlice(ArrayRef<Operation *> loops, ContractOp product) {
    OpBuilder b(loops.back());
    Location loc = product.getLhsLoc();
    auto take = [&](Value value) -> Value {
      std::optional<int64_t> constant = getConstantIntValue(value);
      if (!constant)
        return value;
      return b.create<arith::ConstantIndexOp>(loc, *constant);
    };
    Value rows = take(product.getM());
    for (Operation *loop : loops) {
      auto [lower, upper] = getBounds(loop);
      std::optional<int64_t> first = getConstantIntValue(lower);
      if (first && getConstantIntValue(upper) &&
          *first < *getConstantIntValue(upper))
        continue;
      // Without an iteration nothing says that the rows are inside.
      Value any = b.create<arith::CmpIOp>(loc, arith::CmpIPredicate::slt,
                                          take(lower), take(upper));
      rows = b.create<arith::SelectOp>(
          loc, any, rows, b.create<arith::ConstantIndexOp>(loc, 0));
    }
    SmallVector<int64_t> sizes = {getRows(product), *getDepth(product)};
    SmallVector<Value> valid = {rows, take(product.getK())}, offsets;
    for (Value offset : product.getLhsOffsets())
      offsets.push_back(take(offset));
    if (product.getTransposeA()) {
      std::swap(sizes[0], sizes[1]);
      std::swap(valid[0], valid[1]);
    }
    auto slice =
        b.create<SliceOp>(loc, product.getLhs(), sizes, offsets, valid);
    slice.setInbounds(true);
    slice->setAttr(kPackedLhs, b.getUnitAttr());
    return slice;
  }

  llvm::DenseMap<Operation *, Written> writtenBy;
  SmallVector<Packed> packed;
};

} // namespace
