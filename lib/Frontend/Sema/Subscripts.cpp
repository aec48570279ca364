//===- Subscripts.cpp - x[a:b, c] -----------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// As in NumPy, but a range is never shortened: `x[a:b, c:d]` is the tile of
// [b - a, d - c] cells, an integer takes its dimension away, integers alone
// give the element, and dimensions left out are whole.
//
//===----------------------------------------------------------------------===//

#include "Elaborator.h"

#include <fmt/format.h>

using namespace tilec;

/// The box that a subscript names.
struct Elaborator::Box {
  llvm::SmallVector<int64_t, 4> sizes;
  llvm::SmallVector<mlir::Value, 4> offsets;
  /// The sizes without the dimensions that an integer took away.
  llvm::SmallVector<int64_t, 4> kept;
};

/// One bound of a range: an integer, or poison after an error.
Datum Elaborator::evaluateBound(const Expr *e) {
  Datum bound = evaluate(e);
  if (!toIndex(bound, e->range, "the bound of a range"))
    return bound.isSilent() ? bound : Datum::poison();
  return bound;
}

bool Elaborator::addRange(const Datum &source, int64_t dim, const SliceExpr *e,
                          SourceRange range, Box &box) {
  bool isStepOne = true;
  if (e && e->step) {
    Datum step = evaluate(e->step);
    isStepOne = step.isSilent() || step.getConstantInt() == 1;
    if (!isStepOne)
      error(e->step->range, "the step of a range in a subscript must be 1");
  }
  Datum lower = e && e->lower ? evaluateBound(e->lower) : Datum::integer(0);
  Datum upper =
      e && e->upper ? evaluateBound(e->upper) : dimensionOf(source, dim, range);
  if (lower.isSilent() || upper.isSilent() || !isStepOne)
    return false;
  DimExpr size = symbolic.combine(BinaryOp::Sub, *upper.getSymbolic(),
                                  *lower.getSymbolic());
  std::optional<int64_t> constant = size.getConstant();
  if (!constant) {
    error(range, fmt::format("the length of a range must be a constant; here "
                             "it is {}",
                             hasOpaqueAtoms(size) ? "known only at run time"
                                                  : size.str()));
    note(range, "slice(x, [sizes], [offsets], valid_shape=[...]) takes a "
                "constant size, of which a run-time extent is valid");
    return false;
  }
  if (*constant <= 0) {
    error(range, fmt::format("the range has a length of {}", *constant));
    return false;
  }
  box.sizes.push_back(*constant);
  box.kept.push_back(*constant);
  box.offsets.push_back(toIndex(lower, range, "an offset"));
  return true;
}

std::optional<Elaborator::Box> Elaborator::evaluateBox(const Datum &source,
                                                       const SubscriptExpr *e) {
  size_t rank = source.getShape().size();
  if (e->indices.size() > rank) {
    error(e->range, fmt::format("{} indices for {}", e->indices.size(),
                                describe(source)));
    noteDefinition(source);
    return std::nullopt;
  }
  Box box;
  bool isValid = true;
  for (size_t dim = 0; dim < rank; ++dim) {
    const Expr *index = dim < e->indices.size() ? e->indices[dim] : nullptr;
    auto *slice = llvm::dyn_cast_or_null<SliceExpr>(index);
    if (!index || slice) {
      SourceRange range = index ? index->range : e->range;
      isValid &= addRange(source, dim, slice, range, box);
      continue;
    }
    mlir::Value offset =
        toIndex(evaluate(index), index->range, "an index of a subscript");
    isValid &= bool(offset);
    box.sizes.push_back(1);
    box.offsets.push_back(offset);
  }
  return isValid ? std::make_optional(std::move(box)) : std::nullopt;
}

/// SHAPE[0] of a constant list.
Datum Elaborator::indexSequence(const Datum &sequence, const SubscriptExpr *e) {
  if (e->indices.size() != 1)
    return error(e->range, describe(sequence) + " takes one index");
  std::optional<int64_t> index =
      toConstantInt(evaluate(e->indices[0]), e->indices[0]->range, "an index");
  if (!index)
    return Datum::poison();
  int64_t count = sequence.getElements().size();
  if (*index < -count || *index >= count)
    return error(e->indices[0]->range,
                 fmt::format("index {} of {}", *index, describe(sequence)));
  return sequence.getElements()[*index < 0 ? *index + count : *index];
}

Datum Elaborator::evaluateSubscript(const SubscriptExpr *e) {
  if (typeConstructor(e->base))
    return error(e->range, "a type belongs in an annotation");
  Datum source = evaluate(e->base);
  if (source.isSilent())
    return source;
  if (source.isSequence())
    return indexSequence(source, e);
  if (!source.isTensor() && !source.isTile())
    return error(e->base->range, describe(source) + " has no elements");
  std::optional<Box> box = evaluateBox(source, e);
  if (!box)
    return Datum::poison();
  if (box->kept.empty())
    return emitRead(source, box->offsets, e->range);
  Datum tile = emitSlice(source, box->sizes, box->offsets, {}, e->range);
  if (!tile.isSilent() && box->kept.size() < box->sizes.size())
    tile = emitReshape(tile, box->kept, e->range);
  return tile;
}

/// `x[a:b, c] = value`: assembles into the tensor, or rebinds the tile.
void Elaborator::assignSubscript(const SubscriptExpr *target,
                                 const BoundArg &value) {
  BoundArg dest{evaluate(target->base), target->base};
  if (dest.datum.isSilent())
    return;
  if (!dest.datum.isTensor() && !dest.datum.isTile()) {
    error(target->base->range, describe(dest.datum) + " cannot be written to");
    return;
  }
  std::optional<Box> box = evaluateBox(dest.datum, target);
  if (!box || value.datum.isSilent()) {
    if (dest.datum.isTensor())
      noteWrite(dest.datum, target->range);
    return;
  }
  if (box->kept.empty() && dest.datum.isTensor())
    return emitWrite(dest, value, box->offsets, target->range);
  if (value.datum.isNumber() || value.datum.isScalar()) {
    error(target->range, describe(value.datum) +
                             " cannot fill a range; full([sizes], dtype=D, "
                             "value=x) makes a tile of it");
    return;
  }
  Datum source = toTile(value.datum, target->range, "what is assigned");
  if (source.isSilent())
    return;
  if (source.getShape() != llvm::ArrayRef<int64_t>(box->kept)) {
    std::vector<DimExpr> shape(box->kept.begin(), box->kept.end());
    error(target->range, "a range of " + formatDims(shape) + " cannot hold " +
                             describe(source));
    noteDefinition(source);
    noteDefinition(dest.datum);
    return;
  }
  if (box->kept.size() < box->sizes.size())
    source = emitReshape(source, box->sizes, target->range);
  Datum result =
      emitAssemble(dest, {source, value.expr}, box->offsets, target->range);
  if (dest.datum.isTile())
    assign(target->base, {result, nullptr});
}
