//===- TileTypes.cpp - Syntax and verification of the tile types --------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "tilec/Dialect/Tile/Tile.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tilec;
using namespace tilec::tile;

#define GET_TYPEDEF_CLASSES
#include "tilec/Dialect/Tile/TileTypes.cpp.inc"

void TileDialect::registerTypes() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "tilec/Dialect/Tile/TileTypes.cpp.inc"
      >();
}

static void printExtents(AsmPrinter &printer, ArrayRef<int64_t> extents) {
  llvm::interleave(
      extents, printer.getStream(),
      [&](int64_t extent) {
        if (ShapedType::isDynamic(extent))
          printer << '?';
        else
          printer << extent;
      },
      "x");
}

static LogicalResult verifyCells(function_ref<InFlightDiagnostic()> emitError,
                                 ArrayRef<int64_t> shape, Type elementType) {
  // C1
  if (shape.empty() || shape.size() > 4)
    return emitError() << "rank must be 1 to 4, got " << shape.size();
  // C2
  if (!isElementType(elementType))
    return emitError() << elementType << " is not the type of a dtype";
  // C3
  // Sizes must be computable in 64 bits whatever uses them.
  int64_t bytes = getElementBytes(elementType);
  for (int64_t extent : shape) {
    if (ShapedType::isDynamic(extent))
      continue;
    if (extent <= 0)
      return emitError() << "dimension must be positive, got " << extent;
    if (llvm::MulOverflow(bytes, extent, bytes))
      return emitError() << "more than 2^63 bytes";
  }
  return success();
}

/// `packed<kn>` or `packed<nk>`, if there is one.
static ParseResult parseLayout(AsmParser &parser, Layout &layout) {
  layout = Layout::RowMajor;
  StringRef order;
  if (failed(parser.parseOptionalKeyword("packed")))
    return success();
  if (parser.parseLess())
    return failure();
  if (parser.parseOptionalKeyword(&order, {"kn", "nk"}))
    return parser.emitError(parser.getCurrentLocation(), "expected kn or nk");
  layout = order == "kn" ? Layout::PackedKN : Layout::PackedNK;
  return parser.parseGreater();
}

Type TensorRefType::parse(AsmParser &parser) {
  SmallVector<int64_t> shape;
  Type elementType;
  bool weight = false;
  Layout layout = Layout::RowMajor;
  if (parser.parseLess() || parser.parseDimensionList(shape) ||
      parser.parseType(elementType))
    return {};
  if (succeeded(parser.parseOptionalComma())) {
    if (parser.parseKeyword("weight") || parseLayout(parser, layout))
      return {};
    weight = true;
  }
  if (parser.parseGreater())
    return {};
  return parser.getChecked<TensorRefType>(parser.getContext(), shape,
                                          elementType, weight, layout);
}

void TensorRefType::print(AsmPrinter &printer) const {
  printer << '<';
  printExtents(printer, getShape());
  printer << 'x' << getElementType();
  if (getWeight())
    printer << ", weight";
  if (isPacked())
    printer << " packed<" << (getLayout() == Layout::PackedKN ? "kn" : "nk")
            << '>';
  printer << '>';
}

LogicalResult
TensorRefType::verify(function_ref<InFlightDiagnostic()> emitError,
                      ArrayRef<int64_t> shape, Type elementType, bool weight,
                      Layout layout) {
  if (failed(verifyCells(emitError, shape, elementType)))
    return failure();
  // C30
  if (layout != Layout::RowMajor &&
      !(weight && shape.size() == 2 && elementType.isBF16()))
    return emitError() << "only a weight of BF16 and rank 2 can be packed";
  return success();
}

Type TileType::parse(AsmParser &parser) {
  SmallVector<int64_t> shape, valid;
  Type elementType;
  if (parser.parseLess() ||
      parser.parseDimensionList(shape, /*allowDynamic=*/false) ||
      parser.parseType(elementType))
    return {};
  valid = shape;
  if (succeeded(parser.parseOptionalComma())) {
    valid.clear();
    if (parser.parseKeyword("valid") ||
        parser.parseDimensionList(valid, /*allowDynamic=*/true,
                                  /*withTrailingX=*/false))
      return {};
  }
  if (parser.parseGreater())
    return {};
  return parser.getChecked<TileType>(parser.getContext(), shape, elementType,
                                     valid);
}

void TileType::print(AsmPrinter &printer) const {
  printer << '<';
  printExtents(printer, getShape());
  printer << 'x' << getElementType();
  if (!isWhollyValid()) {
    printer << ", valid ";
    printExtents(printer, getValid());
  }
  printer << '>';
}

LogicalResult TileType::verify(function_ref<InFlightDiagnostic()> emitError,
                               ArrayRef<int64_t> shape, Type elementType,
                               ArrayRef<int64_t> valid) {
  if (failed(verifyCells(emitError, shape, elementType)))
    return failure();
  // C4
  if (valid.size() != shape.size())
    return emitError() << "expected " << shape.size() << " valid extents, got "
                       << valid.size();
  for (auto [extent, size] : llvm::zip_equal(valid, shape))
    if (!ShapedType::isDynamic(extent) && (extent < 0 || extent > size))
      return emitError() << "valid extent " << extent << " is not in 0.."
                         << size;
  return success();
}

int64_t TileType::getNumCells() const {
  int64_t cells = 1;
  for (int64_t extent : getShape())
    cells *= extent;
  return cells;
}
