//===- Conversions.cpp - What operations ask of their operands ------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Constants.h"
#include "Elaborator.h"

#include <cmath>
#include <fmt/format.h>

using namespace tilec;
using llvm::StringRef;

//===----------------------------------------------------------------------===//
// Scalars
//===----------------------------------------------------------------------===//

Datum Elaborator::scalarOf(mlir::Value value, DType dtype) {
  DimExpr atom = symbolic.makeAtom();
  if (isInteger(dtype))
    atomValues[atom.getTerms().front().symbols.front()] = value;
  return Datum::scalar(value, dtype, std::move(atom));
}

Datum Elaborator::scalarOf(mlir::Value value, DType dtype, DimExpr known) {
  return Datum::scalar(value, dtype, std::move(known));
}

mlir::Value Elaborator::castScalar(mlir::Value value, DType dtype,
                                   tile::RoundMode mode, SourceRange range) {
  mlir::Type element = getElementType(emitter.getContext(), dtype);
  return emitter.create<tile::ScalarCastOp>(range, tile::getScalarType(element),
                                            value, mode, element);
}

/// The least and the greatest value of an integer dtype.
static std::pair<int64_t, int64_t> limitsOf(DType dtype) {
  unsigned bits = getBitWidth(dtype);
  if (dtype == DType::BOOL)
    return {0, 1};
  if (isUnsignedInteger(dtype))
    return {0, int64_t((uint64_t(1) << bits) - 1)};
  int64_t least = std::numeric_limits<int64_t>::min() >> (64 - bits);
  return {least, -(least + 1)};
}

bool Elaborator::fitsDType(const Datum &number, DType dtype,
                           SourceRange range) {
  if (isFloat(dtype)) {
    double value = number.asDouble();
    if (!std::isfinite(value) || std::isfinite(roundToDType(value, dtype)))
      return true;
    error(range, llvm::Twine(formatFloat(value)) + " exceeds the range of " +
                     getName(dtype));
    return false;
  }
  if (number.isFloat()) {
    error(range, describe(number) + " meets " + getName(dtype) +
                     "; write an integer, or convert the other with cast(x, "
                     "target_type=FP32)");
    return false;
  }
  auto [least, greatest] = limitsOf(dtype);
  if (number.getInt() >= least && number.getInt() <= greatest)
    return true;
  error(range,
        fmt::format("{} does not fit {}, which holds {} to {}", number.getInt(),
                    getName(dtype).str(), least, greatest));
  return false;
}

mlir::Value Elaborator::toScalar(const Datum &datum, DType dtype,
                                 SourceRange range) {
  if (datum.isSilent())
    return {};
  if (datum.isScalar()) {
    bool integers = isInteger(dtype) && isInteger(*datum.getDType());
    if (integers || datum.getDType() == dtype)
      return datum.getValue();
  }
  if (!datum.isNumber() || (datum.isBool() && isFloat(dtype)) ||
      (datum.isFloat() && datum.getDType().value_or(dtype) != dtype)) {
    error(range, "expected a scalar of " + getName(dtype) + ", got " +
                     describe(datum) +
                     (datum.isScalar() || datum.isFloat()
                          ? "; convert it with cast(x, target_type=" +
                                getName(dtype).str() + ")"
                          : std::string()));
    noteDefinition(datum);
    return {};
  }
  if (!fitsDType(datum, dtype, range))
    return {};
  if (isFloat(dtype))
    return emitter.constantFloat(datum.asDouble(), dtype);
  if (dtype == DType::BOOL)
    return emitter.constantBool(datum.getBool());
  return emitter.constantIndex(datum.getInt());
}

mlir::Value Elaborator::toIndex(const Datum &datum, SourceRange range,
                                StringRef what) {
  if (datum.isSilent())
    return {};
  if (datum.isInt())
    return emitter.constantIndex(datum.getInt());
  if (datum.isScalar() && isInteger(*datum.getDType())) {
    std::optional<int64_t> constant = datum.getConstantInt();
    return constant ? emitter.constantIndex(*constant) : datum.getValue();
  }
  error(range, what + " must be an integer, not " + describe(datum));
  return {};
}

std::optional<int64_t> Elaborator::toConstantInt(const Datum &datum,
                                                 SourceRange range,
                                                 StringRef what) {
  if (datum.isSilent())
    return std::nullopt;
  bool isInteger = datum.isInt() || datum.isScalar();
  if (std::optional<int64_t> value = datum.getConstantInt(); value && isInteger)
    return value;
  error(range, what + " must be a constant integer, not " + describe(datum));
  noteDefinition(datum);
  return std::nullopt;
}

mlir::Value Elaborator::toCondition(const Datum &datum, SourceRange range) {
  if (datum.isSilent())
    return {};
  if (std::optional<bool> truth = getTruth(datum))
    return emitter.constantBool(*truth);
  if (!datum.isScalar()) {
    error(range, "the condition must be a scalar, not " + describe(datum));
    noteDefinition(datum);
    return {};
  }
  if (datum.getDType() == DType::BOOL)
    return datum.getValue();
  return emitCompare(CompareOp::Ne, datum, Datum::integer(0), range).getValue();
}

mlir::Value Elaborator::toTruthValue(const Datum &datum, SourceRange range,
                                     StringRef op) {
  bool isBool = datum.getDType() == DType::BOOL && datum.isScalar();
  if (datum.isSilent() || isBool || getTruth(datum))
    return toCondition(datum, range);
  error(range,
        "'" + op + "' takes BOOL, not " + describe(datum) +
            (datum.isTile() || datum.isTensor() ? "; use " + op.str() + "_"
                                                : std::string("; compare it")));
  return {};
}

//===----------------------------------------------------------------------===//
// Extents
//===----------------------------------------------------------------------===//

/// The scalar for a polynomial; none where an atom has no value of its own.
std::optional<Datum> Elaborator::materialize(const DimExpr &expression,
                                             SourceRange range) {
  Datum sum = Datum::integer(0);
  for (const DimExpr::Term &term : expression.getTerms()) {
    Datum product = Datum::integer(1);
    for (const std::string &name : term.symbols) {
      mlir::Value value = entrySymbols.lookup(name);
      if (!value)
        value = atomValues.lookup(name);
      if (!value)
        return std::nullopt;
      product = emitBinary(BinaryOp::Mul, product,
                           scalarOf(value, DType::INDEX, DimExpr::symbol(name)),
                           range);
    }
    product = emitBinary(BinaryOp::Mul, product,
                         Datum::integer(term.coefficient), range);
    sum = emitBinary(BinaryOp::Add, sum, product, range);
  }
  return sum;
}

Datum Elaborator::dimensionOf(const Datum &source, int64_t dim,
                              SourceRange range) {
  if (source.isTile())
    return Datum::integer(source.getShape()[dim]);
  const DimExpr &known = source.getDims()[dim];
  if (std::optional<Datum> extent = materialize(known, range))
    return *extent;
  mlir::Value extent = emitter.create<tile::DimOp>(
      range, emitter.builder.getIndexType(), source.getValue(), uint64_t(dim));
  return scalarOf(extent, DType::INDEX, known);
}

/// The elements of a list, each with the expression it is written as.
std::optional<std::vector<BoundArg>>
Elaborator::toList(const BoundArg &arg, StringRef what, size_t rank) {
  if (arg.datum.isSilent())
    return std::nullopt;
  if (!arg.datum.isSequence()) {
    error(arg.range(), "'" + what + "' must be a list, as in [i, j], not " +
                           describe(arg.datum));
    return std::nullopt;
  }
  llvm::ArrayRef<Datum> elements = arg.datum.getElements();
  if (rank != 0 && elements.size() != rank) {
    error(arg.range(),
          fmt::format("'{}' needs {} {}, one for each dimension, "
                      "got {}",
                      what.str(), rank, rank == 1 ? "entry" : "entries",
                      elements.size()));
    return std::nullopt;
  }
  llvm::ArrayRef<Expr *> written;
  if (auto *list = llvm::dyn_cast_or_null<ListExpr>(arg.expr))
    written = list->elements;
  else if (auto *tuple = llvm::dyn_cast_or_null<TupleExpr>(arg.expr))
    written = tuple->elements;
  std::vector<BoundArg> result;
  for (auto [i, element] : llvm::enumerate(elements)) {
    bool isWritten = written.size() == elements.size();
    result.push_back({element, isWritten ? written[i] : arg.expr});
  }
  return result;
}

std::optional<llvm::SmallVector<int64_t>>
Elaborator::toStaticShape(const BoundArg &arg, StringRef what) {
  auto entries = toList(arg, what, 0);
  if (!entries)
    return std::nullopt;
  if (entries->empty() || entries->size() > 4) {
    error(arg.range(),
          fmt::format("a tile has 1 to 4 dimensions, not {}", entries->size()));
    return std::nullopt;
  }
  llvm::SmallVector<int64_t> shape;
  bool isValid = true;
  for (const BoundArg &entry : *entries) {
    auto extent = toConstantInt(entry.datum, entry.range(), "a tile's size");
    if (extent && *extent <= 0)
      error(entry.range(),
            fmt::format("a size must be positive, got {}", *extent));
    isValid &= extent && *extent > 0;
    shape.push_back(extent.value_or(1));
  }
  return isValid ? std::make_optional(shape) : std::nullopt;
}

std::optional<llvm::SmallVector<mlir::Value>>
Elaborator::toIndices(const BoundArg &arg, StringRef what, size_t rank) {
  auto entries = toList(arg, what, rank);
  if (!entries)
    return std::nullopt;
  llvm::SmallVector<mlir::Value> indices;
  bool isValid = true;
  for (const BoundArg &entry : *entries) {
    indices.push_back(toIndex(entry.datum, entry.range(),
                              "an entry of '" + what.str() + "'"));
    isValid &= bool(indices.back());
  }
  return isValid ? std::make_optional(indices) : std::nullopt;
}

bool Elaborator::checkTileSize(llvm::ArrayRef<int64_t> shape, DType dtype,
                               SourceRange range) {
  int64_t bytes = getByteSize(dtype);
  for (int64_t extent : shape)
    if (!mlir::ShapedType::isDynamic(extent) &&
        llvm::MulOverflow(bytes, extent, bytes)) {
      error(range, "more than 2^63 bytes");
      return false;
    }
  return true;
}

//===----------------------------------------------------------------------===//
// Other operands
//===----------------------------------------------------------------------===//

std::optional<DType> Elaborator::toDType(const BoundArg &arg) {
  if (arg.datum.is(Datum::Kind::DType))
    return arg.datum.getDType();
  if (!arg.datum.isSilent())
    error(arg.range(),
          "expected a dtype, such as FP32, not " + describe(arg.datum));
  return std::nullopt;
}

std::optional<StringRef> Elaborator::toString(const BoundArg &arg,
                                              StringRef what) {
  if (arg.datum.isString())
    return arg.datum.getText();
  if (!arg.datum.isSilent())
    error(arg.range(),
          "'" + what + "' must be a string, not " + describe(arg.datum));
  return std::nullopt;
}

std::optional<bool> Elaborator::toFlag(const BoundArg &arg, StringRef what) {
  if (!arg.isGiven())
    return false;
  if (arg.datum.isBool() || arg.datum.isInt())
    return arg.datum.getBool();
  if (!arg.datum.isSilent())
    error(arg.range(),
          "'" + what + "' must be True or False, not " + describe(arg.datum));
  return std::nullopt;
}

Datum Elaborator::toTile(const Datum &datum, SourceRange range,
                         StringRef what) {
  if (datum.isSilent() || datum.isTile())
    return datum;
  if (!datum.isTensor()) {
    error(range, what + " must be a tile, not " + describe(datum));
    noteDefinition(datum);
    return Datum::poison();
  }
  if (!datum.getTensorType().hasStaticShape()) {
    // The caller of a function that nothing calls may have passed a tile.
    if (scopeState == ScopeState::Either)
      return Datum::poison();
    error(range, what + " must be a tile, not " + describe(datum) +
                     "; slice it, as only a tensor of constant shape stands "
                     "for the tile of all of it");
    noteDefinition(datum);
    return Datum::poison();
  }
  llvm::SmallVector<mlir::Value> offsets(datum.getShape().size(),
                                         emitter.constantIndex(0));
  Datum tile = emitSlice(datum, datum.getShape(), offsets, {}, range);
  tile.name = datum.name;
  tile.origin = datum.origin;
  return tile;
}

bool Elaborator::requireScope(SourceRange range, StringRef operation) {
  if (scopeState != ScopeState::Outside)
    return true;
  // One error for each block: the scope is missing once, not at each line.
  if (blocksWithoutScope.insert({frame->context, currentBlock}).second)
    error(range, "'" + operation +
                     "' computes on tiles and must stand in a scope: 'with "
                     "at(level=Level.CORE_GROUP):'");
  return false;
}
