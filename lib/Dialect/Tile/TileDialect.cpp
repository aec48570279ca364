//===- TileDialect.cpp - Registration of the tile dialect ---------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/DialectImplementation.h"
#include "tilec/Dialect/Tile/Tile.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tilec::tile;

#include "tilec/Dialect/Tile/TileDialect.cpp.inc"
#include "tilec/Dialect/Tile/TileEnums.cpp.inc"
#include "tilec/Dialect/Tile/TileInterfaces.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "tilec/Dialect/Tile/TileAttrs.cpp.inc"
#define GET_OP_CLASSES
#include "tilec/Dialect/Tile/TileOps.cpp.inc"

void TileDialect::initialize() {
  registerTypes();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "tilec/Dialect/Tile/TileAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "tilec/Dialect/Tile/TileOps.cpp.inc"
      >();
}

Operation *TileDialect::materializeConstant(OpBuilder &builder, Attribute value,
                                            Type type, Location loc) {
  return arith::ConstantOp::materialize(builder, value, type, loc);
}

void tilec::tile::setNameFromLocation(Operation *op,
                                      OpAsmSetValueNameFn setName) {
  Location loc = op->getLoc();
  // Of merged ops the first names the result.
  if (auto fused = dyn_cast<FusedLoc>(loc))
    loc = fused.getLocations().front();
  while (auto call = dyn_cast<CallSiteLoc>(loc))
    loc = call.getCallee();
  if (auto name = dyn_cast<NameLoc>(loc))
    for (Value result : op->getResults())
      setName(result, name.getName());
}
