//===- TileInterfaces.td - Interfaces of the tile dialect --*- tablegen -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_DIALECT_TILE_TILEINTERFACES_TD
#define TILEC_DIALECT_TILE_TILEINTERFACES_TD

include "mlir/IR/OpBase.td"

def Tile_ElementwiseInterface : OpInterface<"ElementwiseOp"> {
  let cppNamespace = "::tilec::tile";
  let description = [{
    Each cell of the result is a function of the operands' cells at the same
    place, 1-sized dimensions and scalars stretched.
  }];
}

def Tile_UnaryInterface : OpInterface<"UnaryElementwiseOp", [Tile_ElementwiseInterface]> {
  let cppNamespace = "::tilec::tile";
  let description = [{An elementwise operation of one operand.}];
  let methods = [InterfaceMethod<"The function applied.", "::tilec::tile::UnaryKind",
                                 "getUnaryKind">];
}

def Tile_BinaryInterface : OpInterface<"BinaryElementwiseOp", [Tile_ElementwiseInterface]> {
  let cppNamespace = "::tilec::tile";
  let description = [{An elementwise operation of two operands.}];
  let methods = [InterfaceMethod<"The function applied.", "::tilec::tile::BinaryKind",
                                 "getBinaryKind">];
}

#endif // TILEC_DIALECT_TILE_TILEINTERFACES_TD
