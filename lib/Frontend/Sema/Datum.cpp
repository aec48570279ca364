//===- Datum.cpp - What an expression means -------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Datum.h"
#include "Builtins.h"
#include "Symbolic.h"

#include <cmath>
#include <fmt/format.h>

using namespace tilec;

Datum Datum::integer(int64_t value, std::optional<tilec::DType> dtype) {
  Datum datum(Kind::Int);
  datum.intValue = value;
  datum.dtype = dtype;
  return datum;
}

Datum Datum::real(double value, std::optional<tilec::DType> dtype) {
  Datum datum(Kind::Float);
  datum.floatValue = value;
  datum.dtype = dtype;
  return datum;
}

Datum Datum::boolean(bool value) {
  Datum datum(Kind::Bool);
  datum.intValue = value;
  return datum;
}

Datum Datum::string(llvm::StringRef text) {
  Datum datum(Kind::String);
  datum.text = text;
  return datum;
}

Datum Datum::sequence(Kind kind, std::vector<Datum> elements) {
  Datum datum(kind);
  datum.elements =
      std::make_shared<const std::vector<Datum>>(std::move(elements));
  return datum;
}

Datum Datum::elementType(tilec::DType dtype) {
  Datum datum(Kind::DType);
  datum.dtype = dtype;
  return datum;
}

Datum Datum::nameSpace(llvm::StringRef name) {
  Datum datum(Kind::Namespace);
  datum.space = name;
  return datum;
}

Datum Datum::enumerator(llvm::StringRef space, llvm::StringRef name) {
  Datum datum(Kind::Enumerator);
  datum.space = space;
  datum.text = name;
  return datum;
}

Datum Datum::dynamic(DimExpr expression) {
  Datum datum(Kind::Dynamic);
  datum.symbolic = std::make_shared<const DimExpr>(std::move(expression));
  return datum;
}

Datum Datum::function(const FunctionDecl *decl, const ModuleScope *scope) {
  Datum datum(Kind::Function);
  datum.pointer = decl;
  datum.scope = scope;
  return datum;
}

Datum Datum::builtin(const tilec::Builtin *builtin) {
  Datum datum(Kind::Builtin);
  datum.pointer = builtin;
  return datum;
}

Datum Datum::module(const ModuleScope *scope) {
  Datum datum(Kind::Module);
  datum.scope = scope;
  return datum;
}

Datum Datum::scalar(mlir::Value value, tilec::DType dtype, DimExpr symbolic) {
  Datum datum(Kind::Scalar);
  datum.value = value;
  datum.dtype = dtype;
  datum.symbolic = std::make_shared<const DimExpr>(std::move(symbolic));
  return datum;
}

Datum Datum::tile(mlir::Value value) {
  Datum datum(Kind::Tile);
  datum.value = value;
  datum.dtype = tilec::getDType(
      mlir::cast<tile::TileType>(value.getType()).getElementType());
  return datum;
}

Datum Datum::tensor(mlir::Value value, Storage *storage,
                    std::vector<DimExpr> dims) {
  Datum datum(Kind::Tensor);
  datum.value = value;
  datum.storage = storage;
  datum.dims = std::make_shared<const std::vector<DimExpr>>(std::move(dims));
  datum.dtype = tilec::getDType(
      mlir::cast<tile::TensorRefType>(value.getType()).getElementType());
  return datum;
}

bool Datum::holdsRuntime() const {
  return isRuntime() ||
         (isSequence() && llvm::any_of(*elements, [](const Datum &element) {
            return element.holdsRuntime();
          }));
}

llvm::ArrayRef<int64_t> Datum::getShape() const {
  return isTile() ? getTileType().getShape() : getTensorType().getShape();
}

std::optional<DimExpr> Datum::getSymbolic() const {
  if (isInt() || isBool())
    return DimExpr(intValue);
  if (is(Kind::Dynamic) || (isScalar() && isInteger(*dtype)))
    return *symbolic;
  return std::nullopt;
}

std::optional<int64_t> Datum::getConstantInt() const {
  std::optional<DimExpr> known = getSymbolic();
  return known ? known->getConstant() : std::nullopt;
}

bool Datum::isSameAs(const Datum &other) const {
  if (kind != other.kind || dtype != other.dtype)
    return false;
  switch (kind) {
  case Kind::Poison:
  case Kind::Unknown:
  case Kind::None:
  case Kind::DType:
    return true;
  case Kind::Int:
  case Kind::Bool:
    return intValue == other.intValue;
  case Kind::Float: // -0.0 is not 0.0, and every NaN is the same.
    return (floatValue == other.floatValue &&
            std::signbit(floatValue) == std::signbit(other.floatValue)) ||
           (std::isnan(floatValue) && std::isnan(other.floatValue));
  case Kind::String:
    return text == other.text;
  case Kind::Dynamic:
    return *symbolic == *other.symbolic;
  case Kind::Enumerator:
  case Kind::Namespace:
    return text == other.text && space == other.space;
  case Kind::Tuple:
  case Kind::List:
    return elements->size() == other.elements->size() &&
           std::equal(
               elements->begin(), elements->end(), other.elements->begin(),
               [](const Datum &l, const Datum &r) { return l.isSameAs(r); });
  case Kind::Function:
  case Kind::Builtin:
  case Kind::Module:
    return pointer == other.pointer && scope == other.scope;
  case Kind::Scalar:
  case Kind::Tile:
  case Kind::Tensor:
    return value == other.value;
  }
  llvm_unreachable("all kinds are covered");
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

std::string tilec::formatDims(llvm::ArrayRef<DimExpr> dims) {
  std::string text = "[";
  for (const DimExpr &dim : dims) {
    if (text.size() > 1)
      text += ", ";
    text += hasOpaqueAtoms(dim) ? "?" : dim.str();
  }
  return text + "]";
}

std::string tilec::formatShape(const Datum &datum) {
  if (datum.isTensor())
    return formatDims(datum.getDims());
  std::vector<DimExpr> dims(datum.getShape().begin(), datum.getShape().end());
  return formatDims(dims);
}

std::string tilec::formatShapeAndDType(const Datum &datum) {
  return formatShape(datum) + " " + getName(*datum.getDType()).str();
}

std::string tilec::withArticle(llvm::StringRef name) {
  bool vowel = llvm::StringRef("AEFIO").contains(name.front());
  return (vowel ? "an " : "a ") + name.str();
}

std::string tilec::formatFloat(double value) {
  std::string text = fmt::format("{}", value);
  bool isInteger = text.find_first_not_of("-0123456789") == std::string::npos;
  return isInteger ? text + ".0" : text;
}

std::string tilec::describe(const Datum &datum) {
  using Kind = Datum::Kind;
  switch (datum.getKind()) {
  case Kind::Poison:
  case Kind::Unknown:
    return "a value";
  case Kind::None:
    return "None";
  case Kind::Int:
    return fmt::format("the integer {}", datum.getInt());
  case Kind::Float:
    return "the float " + formatFloat(datum.getFloat());
  case Kind::Bool:
    return datum.getBool() ? "True" : "False";
  case Kind::String:
    return "a string";
  case Kind::Tuple:
    return fmt::format("a tuple of {}", datum.getElements().size());
  case Kind::List:
    return fmt::format("a list of {}", datum.getElements().size());
  case Kind::DType:
    return "the dtype " + getName(*datum.getDType()).str();
  case Kind::Enumerator:
    return (datum.getSpace() + "." + datum.getText()).str();
  case Kind::Namespace:
    return "the name space '" + datum.getSpace().str() + "'";
  case Kind::Dynamic:
    return "the run-time extent '" + datum.getSymbolic()->str() + "'";
  case Kind::Function:
    return "the function '" + datum.getFunction()->name.str() + "'";
  case Kind::Builtin:
    return "the builtin '" + datum.getBuiltin()->name.str() + "'";
  case Kind::Module:
    return "a module";
  case Kind::Scalar:
    return withArticle(getName(*datum.getDType())) + " scalar";
  case Kind::Tile:
    return "a tile of " + formatShapeAndDType(datum);
  case Kind::Tensor:
    return "a tensor of " + formatShapeAndDType(datum);
  }
  llvm_unreachable("all kinds are covered");
}

DType tilec::getDType(mlir::Type type) {
  if (type.isF32())
    return DType::FP32;
  if (type.isBF16())
    return DType::BF16;
  if (type.isF16())
    return DType::FP16;
  if (type.isIndex())
    return DType::INDEX;
  switch (type.getIntOrFloatBitWidth()) {
  case 1:
    return DType::BOOL;
  case 8:
    return type.isUnsignedInteger() ? DType::UINT8 : DType::INT8;
  case 16:
    return type.isUnsignedInteger() ? DType::UINT16 : DType::INT16;
  case 32:
    return type.isUnsignedInteger() ? DType::UINT32 : DType::INT32;
  default:
    return DType::INT64;
  }
}

mlir::Type tilec::getElementType(mlir::MLIRContext *context, DType dtype) {
  switch (dtype) {
  case DType::FP32:
    return mlir::Float32Type::get(context);
  case DType::BF16:
    return mlir::BFloat16Type::get(context);
  case DType::FP16:
    return mlir::Float16Type::get(context);
  case DType::INDEX:
    return mlir::IndexType::get(context);
  default:
    break;
  }
  auto sign = isUnsignedInteger(dtype) ? mlir::IntegerType::Unsigned
                                       : mlir::IntegerType::Signless;
  return mlir::IntegerType::get(context, getBitWidth(dtype), sign);
}
