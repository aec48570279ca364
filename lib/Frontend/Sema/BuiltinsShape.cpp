//===- BuiltinsShape.cpp - full, fillpad, concat, transpose, arange, cast -===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elaborator.h"

#include "llvm/ADT/StringSwitch.h"
#include <cmath>
#include <fmt/format.h>

using namespace tilec;
using llvm::StringRef;

//===----------------------------------------------------------------------===//
// Tiles from nothing
//===----------------------------------------------------------------------===//

static Datum full(Elaborator &e, const BoundArgs &args) {
  auto shape = e.toStaticShape(args[0], "shape");
  std::optional<DType> dtype = e.toDType(args[1]);
  if (!shape || !dtype || !e.requireScope(args.range(), "full") ||
      !e.checkTileSize(*shape, *dtype, args.range()))
    return Datum::poison();
  mlir::Value value = e.toCell(args[2].datum, *dtype, args[2].range());
  if (!value)
    return Datum::poison();
  auto type = tile::TileType::get(
      *shape, getElementType(e.emitter.getContext(), *dtype));
  return Datum::tile(e.emitter.create<tile::FullOp>(args.range(), type, value));
}

static Datum arange(Elaborator &e, const BoundArgs &args) {
  auto shape = e.toStaticShape(args[1], "shape");
  std::optional<DType> dtype = DType::INT32;
  if (args.has(2))
    dtype = e.toDType(args[2]);
  if (!shape || !dtype || !e.requireScope(args.range(), "arange") ||
      !e.checkTileSize(*shape, *dtype, args.range()))
    return Datum::poison();
  if (llvm::any_of(llvm::drop_end(*shape),
                   [](int64_t extent) { return extent != 1; }))
    return e.error(args[1].range(), "'arange' counts along the last dimension; "
                                    "the others must be 1");
  if (*dtype == DType::BOOL)
    return e.error(args.range(), "'arange' counts in numbers, not BOOL");
  mlir::Value start = e.toScalar(args[0].datum, *dtype, args[0].range());
  if (!start)
    return Datum::poison();
  auto type = tile::TileType::get(
      *shape, getElementType(e.emitter.getContext(), *dtype));
  return Datum::tile(
      e.emitter.create<tile::ArangeOp>(args.range(), type, start));
}

//===----------------------------------------------------------------------===//
// Tiles from tiles
//===----------------------------------------------------------------------===//

static std::optional<tile::PadValue> toPadValue(Elaborator &e,
                                                const BoundArg &arg) {
  if (!arg.isGiven())
    return tile::PadValue::Zero;
  StringRef text;
  const Datum &datum = arg.datum;
  if (datum.is(Datum::Kind::Enumerator) && datum.getSpace() == "PadValue")
    text = datum.getText();
  else if (datum.isString())
    text = datum.getText() == "-inf" ? "neg_inf" : datum.getText();
  if (auto pad = tile::symbolizePadValue(text))
    return pad;
  e.error(arg.range(), "the pad value must be PadValue.min, max, zero, inf or "
                       "neg_inf, not " +
                           describe(datum));
  return std::nullopt;
}

static Datum fillPad(Elaborator &e, const BoundArgs &args) {
  if (!e.requireScope(args.range(), "fillpad"))
    return Datum::poison();
  Datum source = e.toTile(args[0].datum, args[0].range(), "what is padded");
  auto pad = toPadValue(e, args[1]);
  if (source.isSilent() || !pad)
    return Datum::poison();
  bool isInfinite =
      *pad == tile::PadValue::Inf || *pad == tile::PadValue::NegInf;
  if (isInfinite && !isFloat(*source.getDType()))
    return e.mismatch(args.range(),
                      "an infinite pad value needs a float dtype, not " +
                          getName(*source.getDType()),
                      source, source);
  return Datum::tile(
      e.emitter.create<tile::FillPadOp>(args.range(), source.getValue(), *pad));
}

/// A dimension's number, which may count from the back.
static std::optional<int64_t> toAxis(Elaborator &e, const BoundArg &arg,
                                     int64_t rank, int64_t byDefault) {
  if (!arg.isGiven())
    return byDefault < 0 ? byDefault + rank : byDefault;
  auto axis = e.toConstantInt(arg.datum, arg.range(), "a dimension's number");
  if (!axis)
    return std::nullopt;
  if (*axis >= -rank && *axis < rank)
    return *axis < 0 ? *axis + rank : *axis;
  e.error(arg.range(),
          fmt::format("there is no dimension {} in a rank of {}", *axis, rank));
  return std::nullopt;
}

static Datum concat(Elaborator &e, const BoundArgs &args) {
  if (!e.requireScope(args.range(), "concat"))
    return Datum::poison();
  llvm::SmallVector<BoundArg, 4> parts(args.rest);
  bool isList = parts.size() == 1 && parts[0].datum.isSequence();
  if (isList)
    if (auto list = e.toList(args.rest[0], "tiles", 0))
      parts.assign(list->begin(), list->end());
  if (parts.empty())
    return e.error(args.range(), "'concat' joins at least one tile");
  llvm::SmallVector<mlir::Value> tiles;
  for (BoundArg &part : parts) {
    part.datum = e.toTile(part.datum, part.range(), "what is joined");
    if (part.datum.isSilent())
      return part.datum;
    tiles.push_back(part.datum.getValue());
  }
  DType dtype;
  if (!e.unifyDTypes(parts, args.range(), dtype))
    return Datum::poison();
  auto axis = toAxis(e, args[0], parts.front().datum.getShape().size(), -1);
  if (!axis)
    return Datum::poison();
  tile::InferenceError failure;
  tile::InferredType type =
      tile::inferConcat(mlir::ValueRange(tiles).getTypes(), *axis, failure);
  if (failed(type))
    return e.mismatch(args.range(), failure.message, parts.front().datum,
                      parts.back().datum);
  return Datum::tile(e.emitter.create<tile::ConcatOp>(args.range(), *type,
                                                      tiles, uint64_t(*axis)));
}

static Datum transpose(Elaborator &e, const BoundArgs &args) {
  if (!e.requireScope(args.range(), "transpose"))
    return Datum::poison();
  Datum source = e.toTile(args[0].datum, args[0].range(), "what is transposed");
  if (source.isSilent())
    return source;
  int64_t rank = source.getShape().size();
  auto first = toAxis(e, args[1], rank, 0);
  auto second = toAxis(e, args[2], rank, 1);
  if (!first || !second)
    return Datum::poison();
  tile::InferenceError failure;
  tile::InferredType type = tile::inferTranspose(source.getValue().getType(),
                                                 *first, *second, failure);
  if (failed(type))
    return e.mismatch(args.range(), failure.message, source, source);
  return Datum::tile(e.emitter.create<tile::TransposeOp>(
      args.range(), *type, source.getValue(), uint64_t(*first),
      uint64_t(*second)));
}

//===----------------------------------------------------------------------===//
// cast
//===----------------------------------------------------------------------===//

static double roundBy(double value, tile::RoundMode mode) {
  switch (mode) {
  case tile::RoundMode::Rint:
    return std::nearbyint(value);
  case tile::RoundMode::Round:
    return std::round(value);
  case tile::RoundMode::Floor:
    return std::floor(value);
  case tile::RoundMode::Ceil:
    return std::ceil(value);
  case tile::RoundMode::Trunc:
    return std::trunc(value);
  }
  llvm_unreachable("all modes are covered");
}

/// Keeps the low bits, with the sign of the dtype.
static int64_t wrap(int64_t value, DType dtype) {
  unsigned shift = 64 - getBitWidth(dtype);
  uint64_t bits = uint64_t(value) << shift;
  if (isUnsignedInteger(dtype))
    return int64_t(bits >> shift);
  return int64_t(bits) >> shift;
}

/// Saturates; NaN becomes 0.
static int64_t toInteger(double value, DType dtype, tile::RoundMode mode) {
  if (std::isnan(value))
    return 0;
  unsigned bits = getBitWidth(dtype);
  bool isUnsigned = isUnsignedInteger(dtype);
  double low = isUnsigned ? 0 : -std::ldexp(1.0, bits - 1);
  double high = std::ldexp(1.0, isUnsigned ? bits : bits - 1);
  double rounded = roundBy(value, mode);
  if (rounded <= low)
    return isUnsigned ? 0 : int64_t(uint64_t(1) << 63) >> (64 - bits);
  if (rounded >= high)
    return int64_t(
        (isUnsigned ? uint64_t(1) << bits : uint64_t(1) << (bits - 1)) - 1);
  return static_cast<int64_t>(rounded);
}

/// A constant of the dtype. None where the rounding is better left to the
/// operation.
static std::optional<Datum> castConstant(const Datum &number, DType dtype,
                                         tile::RoundMode mode) {
  if (dtype == DType::BOOL)
    return Datum::boolean(number.asDouble() != 0);
  if (isInteger(dtype)) {
    int64_t value = number.isFloat() ? toInteger(number.getFloat(), dtype, mode)
                                     : wrap(number.getInt(), dtype);
    return Datum::integer(value, dtype);
  }
  if (number.isFloat() && mode != tile::RoundMode::Rint)
    return std::nullopt;
  return Datum::real(roundToDType(number.asDouble(), dtype), dtype);
}

static Datum castScalar(Elaborator &e, const BoundArgs &args, DType dtype,
                        tile::RoundMode mode) {
  const Datum &operand = args[0].datum;
  if (operand.isNumber())
    if (std::optional<Datum> constant = castConstant(operand, dtype, mode))
      return *constant;
  DType from = operand.getDType().value_or(DType::FP32);
  mlir::Value value = e.toScalar(operand, from, args[0].range());
  if (!value)
    return Datum::poison();
  // Every integer is held in 64 bits.
  if (isInteger(from) && isInteger(dtype) && getBitWidth(dtype) == 64)
    return e.scalarOf(value, dtype, *operand.getSymbolic());
  if (from == dtype && !isInteger(dtype))
    return operand;
  return e.scalarOf(e.castScalar(value, dtype, mode, args.range()), dtype);
}

static Datum castBuiltin(Elaborator &e, const BoundArgs &args) {
  std::optional<DType> dtype = e.toDType(args[1]);
  tile::RoundMode mode = tile::RoundMode::Rint;
  if (args.has(2)) {
    std::optional<StringRef> text = e.toString(args[2], "mode");
    auto named = text ? tile::symbolizeRoundMode(*text) : std::nullopt;
    if (!named) {
      if (text)
        e.error(args[2].range(), "unknown mode \"" + *text +
                                     "\"; there are \"rint\", \"round\", "
                                     "\"floor\", \"ceil\" and \"trunc\"");
      return Datum::poison();
    }
    mode = *named;
  }
  if (!dtype)
    return Datum::poison();
  const Datum &operand = args[0].datum;
  if (operand.isScalar() || operand.isNumber())
    return castScalar(e, args, *dtype, mode);
  if (!e.requireScope(args.range(), "cast"))
    return Datum::poison();
  Datum source = e.toTile(operand, args[0].range(), "what is cast");
  if (source.isSilent())
    return source;
  auto type = source.getTileType().withElementType(
      getElementType(e.emitter.getContext(), *dtype));
  return Datum::tile(e.emitter.create<tile::CastOp>(args.range(), type,
                                                    source.getValue(), mode));
}

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

llvm::ArrayRef<Builtin> tilec::getShapeBuiltins() {
  constexpr auto compute = Builtin::Role::Compute;
  static const Builtin rows[] = {
      {"full", "shape, dtype, value", compute, full},
      {"arange", "start, shape, dtype=", compute, arange},
      {"fillpad", "x, pad_value=", compute, fillPad},
      {"concat", "*tiles, axis=", compute, concat},
      {"transpose", "x, i, j", compute, transpose},
      {"cast", "x, target_type, mode=", compute, castBuiltin},
  };
  return rows;
}
