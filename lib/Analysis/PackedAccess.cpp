//===- PackedAccess.cpp - Whether packed storage can be read ------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Analysis/PackedAccess.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "tilec/Analysis/Divisibility.h"

using namespace mlir;
using namespace tilec;
using namespace tilec::tile;

/// Whether the sum has whole pairs only: the second of the last one may belong
/// to another row.
static bool hasWholePairs(ContractOp product) {
  if (isMultipleOf(product.getK(), 2))
    return true;
  // Behind the matrix are zeros.
  unsigned kDim = product.getRhsKDim();
  auto type = cast<TensorRefType>(product.getRhs().getType());
  return getConstantIntValue(product.getRhsOffsets()[kDim]) == 0 &&
         !ShapedType::isDynamic(type.getShape()[kDim]) &&
         getConstantIntValue(product.getK()) == type.getShape()[kDim];
}

std::optional<StringRef> tilec::getPackingObstacle(Operation *user,
                                                   Value tensor) {
  if (isa<DimOp>(user))
    return std::nullopt;
  auto product = dyn_cast<ContractOp>(user);
  if (!product)
    return "it is read by more than contractions";
  if (product.getLhs() == tensor)
    return "a contraction reads it as the left operand";
  unsigned kDim = product.getRhsKDim();
  if (!isMultipleOf(product.getRhsOffsets()[1 - kDim], packed::columns))
    return "columns may not begin at a multiple of 64";
  if (!isMultipleOf(product.getRhsOffsets()[kDim], 2))
    return "a sum may begin within a pair of k";
  if (!hasWholePairs(product))
    return "a sum may end within a pair of k";
  return std::nullopt;
}
