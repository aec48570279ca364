//===- BuiltinsMovement.cpp - create_tensor, slice, assemble, ... ---------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elaborator.h"

#include <fmt/format.h>

using namespace tilec;

/// A tensor or tile; an error for anything else.
static bool requireStorage(Elaborator &e, const BoundArg &arg,
                           llvm::StringRef what) {
  if (arg.datum.isTensor() || arg.datum.isTile())
    return true;
  e.error(arg.range(),
          what + " must be a tensor or a tile, not " + describe(arg.datum));
  e.noteDefinition(arg.datum);
  return false;
}

/// The dimensions of a tensor, of which some may be known only at run time.
static std::optional<std::vector<Datum>>
toExtents(Elaborator &e, const BoundArg &arg, llvm::StringRef what) {
  auto entries = e.toList(arg, what, 0);
  if (!entries)
    return std::nullopt;
  if (entries->empty() || entries->size() > 4) {
    e.error(arg.range(), fmt::format("a tensor has 1 to 4 dimensions, not {}",
                                     entries->size()));
    return std::nullopt;
  }
  std::vector<Datum> extents;
  for (const BoundArg &entry : *entries) {
    if (!e.toIndex(entry.datum, entry.range(), "a dimension"))
      return std::nullopt;
    std::optional<int64_t> constant = entry.datum.getConstantInt();
    if (constant && *constant <= 0) {
      e.error(entry.range(),
              fmt::format("a dimension must be positive, got {}", *constant));
      return std::nullopt;
    }
    extents.push_back(entry.datum);
  }
  return extents;
}

static llvm::SmallVector<int64_t> staticShape(llvm::ArrayRef<Datum> extents) {
  llvm::SmallVector<int64_t> shape;
  for (const Datum &extent : extents)
    shape.push_back(
        extent.getConstantInt().value_or(mlir::ShapedType::kDynamic));
  return shape;
}

static std::vector<DimExpr> symbolicShape(llvm::ArrayRef<Datum> extents) {
  std::vector<DimExpr> dims;
  for (const Datum &extent : extents)
    dims.push_back(*extent.getSymbolic());
  return dims;
}

//===----------------------------------------------------------------------===//
// Storage
//===----------------------------------------------------------------------===//

static Datum createTensor(Elaborator &e, const BoundArgs &args) {
  auto extents = toExtents(e, args[0], "shape");
  std::optional<DType> dtype = e.toDType(args[1]);
  if (!extents || !dtype)
    return Datum::poison();
  llvm::SmallVector<int64_t> shape = staticShape(*extents);
  if (!e.checkTileSize(shape, *dtype, args.range()))
    return Datum::poison();
  llvm::SmallVector<mlir::Value> sizes;
  for (const Datum &extent : *extents)
    if (!extent.getConstantInt())
      sizes.push_back(e.toIndex(extent, args[0].range(), "a dimension"));
  auto type = tile::TensorRefType::get(
      shape, getElementType(e.emitter.getContext(), *dtype));
  mlir::Value value =
      e.emitter.create<tile::CreateOp>(args.range(), type, sizes);
  Storage *storage = e.makeStorage("", args.range(), Storage::Access::Local);
  return Datum::tensor(value, storage, symbolicShape(*extents));
}

static Datum sliceOf(Elaborator &e, const BoundArgs &args) {
  if (!requireStorage(e, args[0], "what is sliced"))
    return Datum::poison();
  const Datum &source = args[0].datum;
  size_t rank = source.getShape().size();
  auto sizes = e.toStaticShape(args[1], "sizes");
  auto offsets = e.toIndices(args[2], "offsets", rank);
  llvm::SmallVector<mlir::Value> valid;
  bool isValid = sizes && offsets;
  if (args.has(3) && !args[3].datum.is(Datum::Kind::None)) {
    auto extents = e.toIndices(args[3], "valid_shape", rank);
    isValid &= extents.has_value();
    valid = extents.value_or(valid);
  }
  if (sizes && sizes->size() != rank) {
    e.error(args[1].range(),
            fmt::format("'sizes' needs {} {}, one for each dimension, got {}",
                        rank, rank == 1 ? "entry" : "entries", sizes->size()));
    e.noteDefinition(source);
    return Datum::poison();
  }
  if (!isValid)
    return Datum::poison();
  return e.emitSlice(source, *sizes, *offsets, valid, args.range());
}

static Datum assembleInto(Elaborator &e, const BoundArgs &args) {
  if (!requireStorage(e, args[0], "what is assembled into"))
    return Datum::poison();
  const Datum &dest = args[0].datum;
  Datum source = e.toTile(args[1].datum, args[1].range(), "what is assembled");
  auto offsets = e.toIndices(args[2], "offsets", dest.getShape().size());
  if (source.isSilent() || !offsets) {
    if (dest.isTensor())
      e.noteWrite(dest, args.range());
    return dest.isTensor() ? dest : Datum::poison();
  }
  Datum result =
      e.emitAssemble(args[0], {source, args[1].expr}, *offsets, args.range());
  // The tensor stays what it is, whatever is wrong with this assemble.
  return result.isPoison() && dest.isTensor() ? dest : result;
}

static Datum readElement(Elaborator &e, const BoundArgs &args) {
  if (!requireStorage(e, args[0], "what is read"))
    return Datum::poison();
  auto indices =
      e.toIndices(args[1], "indices", args[0].datum.getShape().size());
  if (!indices)
    return Datum::poison();
  return e.emitRead(args[0].datum, *indices, args.range());
}

static Datum writeElement(Elaborator &e, const BoundArgs &args) {
  const Datum &dest = args[0].datum;
  if (!dest.isTensor())
    return e.error(args[0].range(),
                   "what is written must be a tensor, not " + describe(dest));
  auto indices = e.toIndices(args[1], "indices", dest.getShape().size());
  if (indices)
    e.emitWrite(args[0], args[2], *indices, args.range());
  return dest;
}

/// A dimension counted from the front, or as in Python from the back.
static std::optional<int64_t> toDimension(Elaborator &e, const BoundArg &arg,
                                          int64_t rank) {
  auto dim = e.toConstantInt(arg.datum, arg.range(), "a dimension's number");
  if (!dim)
    return std::nullopt;
  if (*dim >= -rank && *dim < rank)
    return *dim < 0 ? *dim + rank : *dim;
  e.error(arg.range(),
          fmt::format("there is no dimension {} in a rank of {}", *dim, rank));
  return std::nullopt;
}

static Datum dimensionBuiltin(Elaborator &e, const BoundArgs &args) {
  if (!requireStorage(e, args[0], "what 'dim' measures"))
    return Datum::poison();
  auto dim = toDimension(e, args[1], args[0].datum.getShape().size());
  if (!dim)
    return Datum::poison();
  return e.dimensionOf(args[0].datum, *dim, args.range());
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

/// Another shape for a tensor names the same storage.
static Datum reshapeTensor(Elaborator &e, const BoundArgs &args) {
  const Datum &source = args[0].datum;
  auto extents = toExtents(e, args[1], "shape");
  if (!extents)
    return Datum::poison();
  llvm::SmallVector<int64_t> shape = staticShape(*extents);
  DimExpr from = 1, to = 1;
  for (const DimExpr &dim : source.getDims())
    from = e.symbolic.combine(BinaryOp::Mul, from, dim);
  for (const Datum &extent : *extents)
    to = e.symbolic.combine(BinaryOp::Mul, to, *extent.getSymbolic());
  tile::InferenceError failure;
  tile::InferredType type =
      tile::inferReshape(source.getValue().getType(), shape, failure);
  if (failed(type)) {
    e.error(args.range(), failure.message);
    e.noteDefinition(source);
    return Datum::poison();
  }
  if (from != to)
    return e.error(args.range(),
                   fmt::format("the new shape must have as many cells, and "
                               "this cannot be seen of {} and {}",
                               formatDims(source.getDims()),
                               formatDims(symbolicShape(*extents))));
  mlir::Value value =
      e.emitter.create<tile::ReshapeOp>(args.range(), *type, source.getValue());
  return Datum::tensor(value, source.getStorage(), symbolicShape(*extents));
}

static Datum reshapeBuiltin(Elaborator &e, const BoundArgs &args) {
  if (!requireStorage(e, args[0], "what is reshaped"))
    return Datum::poison();
  if (args[0].datum.isTensor())
    return reshapeTensor(e, args);
  auto shape = e.toStaticShape(args[1], "shape");
  if (!shape)
    return Datum::poison();
  return e.emitReshape(args[0].datum, *shape, args.range());
}

static Datum setValidShape(Elaborator &e, const BoundArgs &args) {
  Datum source =
      e.toTile(args[0].datum, args[0].range(), "what gets a valid region");
  if (source.isSilent())
    return source;
  llvm::SmallVector<mlir::Value> extents;
  for (const BoundArg &arg : args.rest) {
    mlir::Value extent = e.toIndex(arg.datum, arg.range(), "a valid extent");
    if (!extent)
      return Datum::poison();
    extents.push_back(extent);
  }
  if (extents.size() != source.getShape().size()) {
    e.error(args.range(), fmt::format("{} valid extents for {}", extents.size(),
                                      describe(source)));
    e.noteDefinition(source);
    return Datum::poison();
  }
  return Datum::tile(e.emitter.create<tile::SetValidShapeOp>(
      args.range(), source.getValue(), extents));
}

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

llvm::ArrayRef<Builtin> tilec::getMovementBuiltins() {
  constexpr auto anywhere = Builtin::Role::Anywhere;
  static const Builtin rows[] = {
      {"create_tensor", "shape, dtype", anywhere, createTensor},
      {"slice", "x, sizes, offsets, valid_shape=", anywhere, sliceOf},
      {"assemble", "dst, src, offsets", anywhere, assembleInto},
      {"read", "t, indices", anywhere, readElement},
      {"write", "t, indices, value", anywhere, writeElement},
      {"dim", "t, k", anywhere, dimensionBuiltin},
      {"reshape", "x, shape", anywhere, reshapeBuiltin},
      {"set_validshape", "x, *extents", anywhere, setValidShape},
  };
  return rows;
}
