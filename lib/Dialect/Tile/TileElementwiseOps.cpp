//===- TileElementwiseOps.cpp - Elementwise ops and casts ---------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Dialect/Tile/Tile.h"

using namespace mlir;
using namespace tilec::tile;

LogicalResult CastOp::verify() {
  auto from = getOperand().getType(), to = getResult().getType();
  // C28
  if (!haveCompatibleTypes(from.withElementType(to.getElementType()), to))
    return emitOpError() << "changes the dtype only, not " << from << " to "
                         << to;
  return success();
}

LogicalResult ScalarCastOp::verify() {
  // C2
  if (!isElementType(getTo()))
    return emitOpError() << getTo() << " is not the type of a dtype";
  if (getResult().getType() != getScalarType(getTo()))
    return emitOpError() << "yields " << getScalarType(getTo());
  return success();
}
