//===- Joins.cpp - Values where paths meet --------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// After an `if`, a scope or a loop, and at the head of a loop, a name may stand
// for the value of one of several paths. Their types must have a join: the same
// shape and dtype, the valid extents being those that all paths agree on.
//
//===----------------------------------------------------------------------===//

#include "Elaborator.h"

#include <fmt/format.h>

using namespace tilec;
using tile::TensorRefType;
using tile::TileType;

std::optional<JoinType> Elaborator::typeOf(const Datum &datum) {
  auto scalar = [&](DType dtype, bool isWeak) {
    mlir::Type element = getElementType(emitter.getContext(), dtype);
    return JoinType{Datum::Kind::Scalar, dtype, isWeak,
                    tile::getScalarType(element)};
  };
  switch (datum.getKind()) {
  case Datum::Kind::Int:
    return scalar(datum.getDType().value_or(DType::INDEX), !datum.getDType());
  case Datum::Kind::Float:
    return scalar(datum.getDType().value_or(DType::FP32), !datum.getDType());
  case Datum::Kind::Bool:
    return scalar(DType::BOOL, false);
  case Datum::Kind::Scalar:
    return scalar(*datum.getDType(), false);
  case Datum::Kind::Tile:
  case Datum::Kind::Tensor:
    return JoinType{datum.getKind(), *datum.getDType(), false,
                    datum.getValue().getType()};
  default:
    return std::nullopt;
  }
}

static std::optional<JoinType> joinScalars(const JoinType &lhs,
                                           const JoinType &rhs) {
  if (lhs.dtype == rhs.dtype)
    return lhs.isWeak ? rhs : lhs;
  if (isInteger(lhs.dtype) && isInteger(rhs.dtype)) {
    if (lhs.isWeak || rhs.isWeak)
      return lhs.isWeak ? rhs : lhs;
    JoinType wide = lhs;
    wide.dtype = DType::INDEX;
    return wide;
  }
  // A literal takes the dtype it meets, an integer also that of a float.
  if (lhs.isWeak && isFloat(rhs.dtype))
    return rhs;
  if (rhs.isWeak && isFloat(lhs.dtype))
    return lhs;
  return std::nullopt;
}

static std::optional<JoinType> joinTiles(TileType lhs, TileType rhs,
                                         DType dtype) {
  if (lhs.getShape() != rhs.getShape() ||
      lhs.getElementType() != rhs.getElementType())
    return std::nullopt;
  llvm::SmallVector<int64_t> valid;
  for (auto [left, right] : llvm::zip_equal(lhs.getValid(), rhs.getValid()))
    valid.push_back(left == right ? left : mlir::ShapedType::kDynamic);
  return JoinType{Datum::Kind::Tile, dtype, false, lhs.withValid(valid)};
}

/// The type of the slice of all of a tensor.
static TileType wholeTile(TensorRefType tensor) {
  if (!tensor.hasStaticShape())
    return {};
  return TileType::get(tensor.getShape(), tensor.getElementType());
}

std::optional<JoinType> Elaborator::join(const JoinType &lhs,
                                         const JoinType &rhs) {
  bool scalars = lhs.kind == Datum::Kind::Scalar;
  if (scalars != (rhs.kind == Datum::Kind::Scalar))
    return std::nullopt;
  if (scalars)
    return joinScalars(lhs, rhs);
  if (lhs.kind == Datum::Kind::Tensor && rhs.kind == Datum::Kind::Tensor)
    return lhs.type == rhs.type ? std::make_optional(lhs) : std::nullopt;
  auto asTile = [](const JoinType &type) {
    if (auto tensor = mlir::dyn_cast<TensorRefType>(type.type))
      return wholeTile(tensor);
    return mlir::cast<TileType>(type.type);
  };
  TileType left = asTile(lhs), right = asTile(rhs);
  if (!left || !right)
    return std::nullopt;
  return joinTiles(left, right, lhs.dtype);
}

mlir::Value Elaborator::convert(const Datum &datum, const JoinType &type,
                                SourceRange range) {
  if (datum.isSilent())
    return makeUndefined(type, range);
  if (type.kind == Datum::Kind::Scalar) {
    mlir::Value value = toScalar(datum, type.dtype, range);
    return value ? value : makeUndefined(type, range);
  }
  mlir::Value value = datum.getValue();
  if (type.kind == Datum::Kind::Tensor)
    return value;
  if (datum.isTensor())
    value = toTile(datum, range, "it").getValue();
  if (value.getType() != type.type)
    value = emitter.create<tile::RelaxValidOp>(range, type.type, value);
  return value;
}

mlir::Value Elaborator::makeUndefined(const JoinType &type, SourceRange range) {
  if (type.kind != Datum::Kind::Scalar)
    return emitter.create<tile::UndefinedOp>(range, type.type);
  if (type.dtype == DType::BOOL)
    return emitter.constantBool(false);
  if (isFloat(type.dtype))
    return emitter.constantFloat(0, type.dtype);
  return emitter.constantIndex(0);
}

/// One storage for a name that may stand for several.
static Storage *mergeStorage(Elaborator &elaborator,
                             llvm::ArrayRef<const Datum *> sources) {
  Storage *first = nullptr, *merged = nullptr;
  for (const Datum *source : sources) {
    if (!source->isTensor() || source->getStorage() == first)
      continue;
    if (!first) {
      first = source->getStorage();
      continue;
    }
    if (!merged) {
      merged = elaborator.makeStorage(first->name, first->definition,
                                      Storage::Access::Local);
      merged->aliases.push_back(first);
    }
    merged->aliases.push_back(source->getStorage());
  }
  return merged ? merged : first;
}

Datum Elaborator::resultOf(mlir::Value value, const JoinType &type,
                           llvm::ArrayRef<const Datum *> sources) {
  if (type.kind == Datum::Kind::Scalar)
    return scalarOf(value, type.dtype);
  if (type.kind == Datum::Kind::Tile) {
    Datum result = Datum::tile(value);
    result.isTileArgument = llvm::any_of(
        sources, [](const Datum *source) { return source->isTileArgument; });
    return result;
  }
  std::vector<DimExpr> dims;
  for (int64_t extent : mlir::cast<TensorRefType>(value.getType()).getShape())
    dims.push_back(mlir::ShapedType::isDynamic(extent) ? symbolic.makeAtom()
                                                       : DimExpr(extent));
  auto tensors = llvm::make_filter_range(
      sources, [](const Datum *source) { return source->isTensor(); });
  // What an atom stands for may not reach to here.
  bool agree = !tensors.empty() &&
               llvm::none_of((*tensors.begin())->getDims(), hasOpaqueAtoms) &&
               llvm::all_of(tensors, [&](const Datum *source) {
                 return source->getDims() == (*tensors.begin())->getDims();
               });
  if (agree)
    dims = (*tensors.begin())->getDims().vec();
  return Datum::tensor(value, mergeStorage(*this, sources), std::move(dims));
}

/// The tensor that a loop carries by that name, with a storage of its own,
/// which stands for each iteration's.
Datum Elaborator::withNewStorage(const Datum &tensor, llvm::StringRef name,
                                 SourceRange definition) {
  Storage *initial = tensor.getStorage();
  if (initial) {
    name = initial->name;
    definition = initial->definition;
  }
  Storage *storage = makeStorage(name, definition, Storage::Access::Local);
  if (initial) // None if it is not bound before the loop.
    storage->aliases.push_back(initial);
  return Datum::tensor(tensor.getValue(), storage, tensor.getDims().vec());
}

Binding *Elaborator::makeConflict(llvm::StringRef name, const Binding &lhs,
                                  const Binding &rhs) {
  Binding *binding = makeBinding(name, Datum::poison(), rhs.definition);
  binding->state = Binding::State::Conflict;
  binding->problem =
      fmt::format("'{}' is {} on one path to here and {} on another",
                  name.str(), describe(lhs.datum), describe(rhs.datum));
  binding->problemRange = lhs.definition;
  binding->alternatives = describe(lhs.datum) + " or " + describe(rhs.datum);
  return binding;
}

Binding *Elaborator::makePartial(llvm::StringRef name, Binding *cause,
                                 SourceRange range,
                                 const llvm::Twine &problem) {
  SourceRange definition = cause ? cause->definition : range;
  Binding *binding = makeBinding(name, Datum::poison(), definition);
  binding->state = Binding::State::Partial;
  if (cause)
    binding->sources.push_back(cause);
  binding->problem = problem.str();
  binding->problemRange = range;
  return binding;
}

bool Elaborator::isDefinedIn(const Datum &datum, mlir::Region &region) {
  return datum.isRuntime() &&
         region.isAncestor(datum.getValue().getParentRegion());
}

/// Whether the value of `binding` may be that of `source`.
bool tilec::dependsOn(const Binding *binding, const Binding *source) {
  llvm::SmallVector<const Binding *, 8> work{binding};
  llvm::DenseSet<const Binding *> seen;
  while (!work.empty()) {
    const Binding *next = work.pop_back_val();
    if (next == source)
      return true;
    if (seen.insert(next).second)
      work.append(next->sources.begin(), next->sources.end());
  }
  return false;
}
