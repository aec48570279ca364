//===- TileOpBase.td - Classes that the tile ops share -*- tablegen -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_DIALECT_TILE_TILEOPBASE_TD
#define TILEC_DIALECT_TILE_TILEOPBASE_TD

include "tilec/Dialect/Tile/TileBase.td"
include "tilec/Dialect/Tile/TileInterfaces.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class Tile_Op<string mnemonic, list<Trait> traits = []> : Op<Tile_Dialect, mnemonic, traits>;

// An op with one result that is called what the source program calls it.
class Tile_ResultOp<string mnemonic, list<Trait> traits = []>
    : Tile_Op<mnemonic, traits # [DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmResultNames"]>]> {
  code resultNames = [{
    void $cppClass::getAsmResultNames(::mlir::OpAsmSetValueNameFn setNameFn) {
      ::tilec::tile::setNameFromLocation(getOperation(), setNameFn);
    }
  }];
  let extraClassDefinition = resultNames;
}

// The result's type follows from the operands; a result may know more, or
// less, of its valid extents than the rule gives.
class Tile_InferOp<string mnemonic, string inference, list<Trait> traits = []>
    : Tile_ResultOp<mnemonic, traits # [DeclareOpInterfaceMethods<InferTypeOpInterface>]> {
  code inferenceDecls = [{
    static ::llvm::LogicalResult inferReturnTypes(::mlir::MLIRContext *context,
        std::optional<::mlir::Location> location, Adaptor adaptor,
        ::llvm::SmallVectorImpl<::mlir::Type> &results);
    static bool isCompatibleReturnTypes(::mlir::TypeRange l, ::mlir::TypeRange r) {
      return ::tilec::tile::haveCompatibleTypes(l, r);
    }
  }];
  let extraClassDeclaration = inferenceDecls;
  let extraClassDefinition = resultNames # [{
    ::llvm::LogicalResult $cppClass::inferReturnTypes(::mlir::MLIRContext *context,
        std::optional<::mlir::Location> location, Adaptor adaptor,
        ::llvm::SmallVectorImpl<::mlir::Type> &results) {
      ::tilec::tile::InferenceError error;
      auto type = }] # inference # [{;
      if (failed(type))
        return ::mlir::emitOptionalError(location, error.message);
      results.push_back(*type);
      return ::mlir::success();
    }
    ::llvm::LogicalResult $cppClass::inferReturnTypes(::mlir::MLIRContext *context,
        std::optional<::mlir::Location> location, ::mlir::ValueRange operands,
        ::mlir::DictionaryAttr attributes, ::mlir::OpaqueProperties properties,
        ::mlir::RegionRange regions, ::llvm::SmallVectorImpl<::mlir::Type> &results) {
      Adaptor adaptor(operands, attributes, properties, regions);
      return inferReturnTypes(context, location, adaptor, results);
    }
  }];
}

#endif // TILEC_DIALECT_TILE_TILEOPBASE_TD
