//===- TileSignature.cpp - The parameters of an entry in IR ---------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Dialect/Tile/TileSignature.h"
#include "mlir/IR/AffineExpr.h"
#include "tilec/Dialect/Tile/Tile.h"
#include <fmt/format.h>

using namespace mlir;
using namespace tilec;

std::optional<DType> tilec::tile::getDType(Type elementType) {
  for (DType dtype : getAllDTypes())
    if (elementType == getElementType(elementType.getContext(), dtype))
      return dtype;
  return std::nullopt;
}

Type tilec::tile::getElementType(MLIRContext *context, DType dtype) {
  switch (dtype) {
  case DType::FP32:
    return Float32Type::get(context);
  case DType::BF16:
    return BFloat16Type::get(context);
  case DType::FP16:
    return Float16Type::get(context);
  case DType::INDEX:
    return IndexType::get(context);
  default:
    break;
  }
  auto sign =
      isUnsignedInteger(dtype) ? IntegerType::Unsigned : IntegerType::Signless;
  return IntegerType::get(context, getBitWidth(dtype), sign);
}

/// The polynomial that an expression over symbols stands for; none if it is
/// another kind of expression.
static std::optional<DimExpr> toDimExpr(AffineExpr expr,
                                        ArrayRef<std::string> symbols) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return DimExpr(constant.getValue());
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr)) {
    if (symbol.getPosition() >= symbols.size())
      return std::nullopt;
    return DimExpr::symbol(symbols[symbol.getPosition()]);
  }
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return std::nullopt;
  auto lhs = toDimExpr(binary.getLHS(), symbols);
  auto rhs = toDimExpr(binary.getRHS(), symbols);
  if (!lhs || !rhs)
    return std::nullopt;
  if (expr.getKind() == AffineExprKind::Add)
    return DimExpr::add(*lhs, *rhs);
  if (expr.getKind() == AffineExprKind::Mul)
    return DimExpr::mul(*lhs, *rhs);
  return std::nullopt;
}

namespace {
/// Reads one argument of an entry after the other.
class SignatureReader {
public:
  explicit SignatureReader(func::FuncOp entry) : entry(entry) {
    signature.name = entry.getName().str();
  }

  llvm::Expected<Signature> read() {
    for (unsigned i = 0; i < entry.getNumArguments(); ++i)
      if (auto symbol = getString(i, "tile.symbol"))
        signature.symbols.push_back(symbol->str());
    for (unsigned i = 0; i < entry.getNumArguments(); ++i)
      if (!getString(i, "tile.symbol"))
        if (llvm::Error error = readParameter(i))
          return error;
    return std::move(signature);
  }

private:
  std::optional<StringRef> getString(unsigned argument, StringRef name) {
    auto attribute = entry.getArgAttrOfType<StringAttr>(argument, name);
    if (!attribute)
      return std::nullopt;
    return attribute.getValue();
  }

  llvm::Error fail(unsigned argument, StringRef what) {
    return llvm::createStringError(fmt::format("argument {} of @{}: {}",
                                               argument, signature.name,
                                               std::string_view(what)));
  }

  llvm::Error readParameter(unsigned i) {
    Parameter parameter;
    auto name = getString(i, "tile.name");
    if (!name)
      return fail(i, "no tile.name");
    parameter.name = name->str();
    Type type = entry.getArgument(i).getType();
    auto tensor = dyn_cast<tile::TensorRefType>(type);
    llvm::Error error = tensor ? readTensor(i, tensor, parameter)
                               : readScalar(i, type, parameter);
    if (!error)
      signature.parameters.push_back(std::move(parameter));
    return error;
  }

  llvm::Error readScalar(unsigned i, Type type, Parameter &parameter) {
    parameter.kind = Parameter::Kind::Scalar;
    auto dtype = parseDType(getString(i, "tile.dtype").value_or(""));
    if (!dtype)
      return fail(i, "tile.dtype is not a dtype");
    parameter.dtype = *dtype;
    if (type !=
        tile::getScalarType(tile::getElementType(entry.getContext(), *dtype)))
      return fail(i, "tile.dtype does not fit the type");
    return llvm::Error::success();
  }

  llvm::Error readTensor(unsigned i, tile::TensorRefType type,
                         Parameter &parameter) {
    parameter.dtype = *tile::getDType(type.getElementType());
    parameter.weight = type.getWeight();
    parameter.layout = type.getLayout();
    auto direction =
        parseDirection(getString(i, "tile.direction").value_or(""));
    if (!direction)
      return fail(i, "tile.direction is not \"in\", \"out\" or \"inout\"");
    parameter.direction = *direction;
    auto map = entry.getArgAttrOfType<AffineMapAttr>(i, "tile.shape");
    if (!map || map.getValue().getNumResults() != unsigned(type.getRank()))
      return fail(i, "tile.shape does not have a result for each dimension");
    for (AffineExpr expr : map.getValue().getResults()) {
      auto extent = toDimExpr(expr, signature.symbols);
      if (!extent)
        return fail(i, "tile.shape is not a polynomial of the symbols");
      parameter.shape.push_back(*extent);
    }
    return llvm::Error::success();
  }

  func::FuncOp entry;
  Signature signature;
};
} // namespace

llvm::Expected<Signature> tilec::tile::getSignature(func::FuncOp entry) {
  return SignatureReader(entry).read();
}

SourcePlace tilec::tile::getSourcePlace(Location location) {
  if (auto place = dyn_cast<FileLineColLoc>(location))
    return {place.getFilename().str(), place.getLine(), place.getColumn()};
  if (auto named = dyn_cast<NameLoc>(location))
    return getSourcePlace(named.getChildLoc());
  if (auto call = dyn_cast<CallSiteLoc>(location))
    return getSourcePlace(call.getCallee());
  if (auto fused = dyn_cast<FusedLoc>(location))
    for (Location part : fused.getLocations())
      if (SourcePlace place = getSourcePlace(part); place.line > 0)
        return place;
  return {};
}
