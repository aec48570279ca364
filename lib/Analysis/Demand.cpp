//===- Demand.cpp - The cells that anything observes --------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A demand only grows: from nothing to bounds, of which fewer remain each time,
// to everything. The last operation is looked at first, so that without loops
// each is looked at once.
//
//===----------------------------------------------------------------------===//

#include "tilec/Analysis/Demand.h"

using namespace mlir;
using namespace tilec;
using namespace tilec::tile;

/// An extent that has grown so often is all: constants might grow by 1.
static constexpr unsigned kMaxChanges = 8;

static ArrayRef<int64_t> getShape(Value value) {
  if (auto tile = dyn_cast<TileType>(value.getType()))
    return tile.getShape();
  return cast<TensorRefType>(value.getType()).getShape();
}

//===----------------------------------------------------------------------===//
// Extents
//===----------------------------------------------------------------------===//

/// Adds a demand to a known one, of `size` cells at most. What bounds both
/// remains. Returns whether the demand has grown.
bool Demand::join(DemandedExtent &known, const DemandedExtent &more,
                  int64_t size) {
  if (more.isNone || known.isAll())
    return false;
  auto isBoundOf = [&](const IndexSum &bound, const DemandedExtent &extent) {
    return extent.isNone || llvm::any_of(extent.bounds, [&](const IndexSum &b) {
             return sums.isAtMost(b, bound);
           });
  };
  DemandedExtent joined = DemandedExtent::all();
  auto addBounds = [&](const DemandedExtent &from, const DemandedExtent &of) {
    for (const IndexSum &bound : from.bounds) {
      bool isLarge = bound.isConstant() && !ShapedType::isDynamic(size) &&
                     bound.constant >= size;
      if (!isLarge && isBoundOf(bound, of) &&
          (joined.bounds.empty() || !isBoundOf(bound, joined)))
        joined.bounds.push_back(bound);
    }
  };
  // In this order, so that what remains is what was known where that is as
  // good.
  addBounds(known, more);
  addBounds(more, known);
  bool isSame =
      !known.isNone && joined.bounds.size() == known.bounds.size() &&
      llvm::all_of(llvm::zip(joined.bounds, known.bounds), [&](auto pair) {
        return sums.areEqual(std::get<0>(pair), std::get<1>(pair));
      });
  known = std::move(joined);
  return !isSame;
}

/// What of an extent is known at a place before.
DemandedExtent Demand::restrict(const DemandedExtent &extent,
                                Operation *place) {
  DemandedExtent result{extent.isNone, {}};
  for (const IndexSum &bound : extent.bounds)
    if (auto known = sums.getBoundBefore(bound, place))
      result.bounds.push_back(*known);
  return result;
}

Demand::Extents Demand::restrict(ArrayRef<DemandedExtent> extents,
                                 Operation *place) {
  Extents result;
  for (const DemandedExtent &extent : extents)
    result.push_back(restrict(extent, place));
  return result;
}

DemandedExtent Demand::intersect(DemandedExtent extent,
                                 ArrayRef<IndexSum> bounds) {
  if (!extent.isNone)
    llvm::append_range(extent.bounds, bounds);
  return extent;
}

/// `factor * offset` cells further.
DemandedExtent Demand::shift(const DemandedExtent &extent,
                             const IndexSum &offset, int64_t factor) {
  DemandedExtent result{extent.isNone, {}};
  for (const IndexSum &bound : extent.bounds)
    if (auto shifted = sums.add(bound, offset, factor))
      result.bounds.push_back(*shifted);
  return result;
}

//===----------------------------------------------------------------------===//
// What is known so far
//===----------------------------------------------------------------------===//

DemandedExtent Demand::get(Value value, unsigned dim) const {
  auto it = states.find(value);
  return it == states.end() ? DemandedExtent::none() : it->second.extents[dim];
}

Demand::Extents Demand::lookUp(Value value) const {
  auto it = states.find(value);
  if (it != states.end())
    return it->second.extents;
  return Extents(getShape(value).size(), DemandedExtent::none());
}

bool Demand::joinAt(Value value, ArrayRef<DemandedExtent> extents,
                    Operation *place) {
  auto shape = getShape(value);
  State &state = states[value];
  if (state.extents.empty()) {
    state.extents.assign(shape.size(), DemandedExtent::none());
    state.changes.assign(shape.size(), 0);
  }
  bool isChanged = false;
  for (auto [d, extent] : llvm::enumerate(extents)) {
    DemandedExtent &known = state.extents[d];
    if (!join(known, place ? restrict(extent, place) : extent, shape[d]))
      continue;
    isChanged = true;
    if (++state.changes[d] > kMaxChanges)
      known = DemandedExtent::all();
  }
  return isChanged;
}

const SmallVector<StorageRoot, 2> &Demand::getRoots(Value tensor) {
  auto it = roots.find(tensor);
  if (it == roots.end())
    it = roots.insert({tensor, getStorageRoots(tensor)}).first;
  return it->second;
}

/// Whether a cell has the same coordinates by both names. Equal `?` may be
/// different extents.
bool Demand::hasShapeOf(Value tensor, const StorageRoot &root) {
  auto type = cast<TensorRefType>(root.value.getType());
  return tensor == root.value ||
         (type.hasStaticShape() && type.getShape() == getShape(tensor));
}

//===----------------------------------------------------------------------===//
// Demands
//===----------------------------------------------------------------------===//

static bool isNothing(ArrayRef<DemandedExtent> extents) {
  return llvm::any_of(extents, [](auto &extent) { return extent.isNone; });
}

void Demand::require(Value tile, ArrayRef<DemandedExtent> extents) {
  if (isNothing(extents))
    return;
  auto argument = dyn_cast<BlockArgument>(tile);
  Operation *place =
      argument ? &argument.getOwner()->front() : tile.getDefiningOp();
  if (joinAt(tile, extents, place))
    push(argument ? argument.getOwner()->getParentOp() : place);
}

void Demand::requireAll(Value value) {
  if (isa<TileType>(value.getType()))
    require(value, Extents(getShape(value).size(), DemandedExtent::all()));
  else if (isa<TensorRefType>(value.getType()))
    requireBox(value, {},
               Extents(getShape(value).size(), DemandedExtent::all()));
}

/// Where values of a tensor's demand must be known: of another iteration's
/// storage, what no loop around it computes.
static Operation *getPlaceOf(const StorageRoot &root) {
  Operation *place = root.value.getDefiningOp();
  if (root.isEarlier)
    for (Operation *op = place; op; op = op->getParentOp())
      if (isa<scf::ForOp, ParallelOp>(op))
        place = op;
  return place;
}

/// A box of whatever storage the tensor may be.
void Demand::requireBox(Value tensor, ValueRange offsets,
                        ArrayRef<DemandedExtent> extents) {
  if (isNothing(extents))
    return;
  Extents box(extents);
  for (auto [extent, offset] : llvm::zip(box, offsets))
    extent = shift(extent, sums.get(offset), 1);
  for (const StorageRoot &root : getRoots(tensor)) {
    if (!root.value || !root.value.getDefiningOp())
      continue;
    Extents all(getShape(root.value).size(), DemandedExtent::all());
    if (joinAt(root.value, hasShapeOf(tensor, root) ? box : all,
               getPlaceOf(root)))
      for (Operation *writer : writers[root.value])
        push(writer);
  }
}

//===----------------------------------------------------------------------===//
// The fixpoint
//===----------------------------------------------------------------------===//

void Demand::push(Operation *op) {
  auto it = numbers.find(op);
  if (it != numbers.end())
    work.insert({it->second, op});
}

void Demand::addOperations(func::FuncOp function) {
  function.walk([&](Operation *op) {
    if (op == function)
      return;
    numbers[op] = numbers.size();
    push(op);
    if (auto store = dyn_cast<AssembleOp>(op))
      for (const StorageRoot &root : getRoots(store.getDest()))
        if (root.value)
          writers[root.value].push_back(op);
  });
}

void Demand::propagate() {
  while (!work.empty()) {
    auto last = std::prev(work.end());
    Operation *op = last->second;
    work.erase(last);
    visit(op);
  }
}

Demand::Demand(func::FuncOp function) {
  addOperations(function);
  propagate();
}
