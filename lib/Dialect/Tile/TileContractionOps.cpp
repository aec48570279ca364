//===- TileContractionOps.cpp - Products of boxes of storage ------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/Builders.h"
#include "tilec/Dialect/Tile/Tile.h"

using namespace mlir;
using namespace tilec::tile;

static int64_t getRank(Type storage) {
  if (auto tile = dyn_cast<TileType>(storage))
    return tile.getRank();
  return cast<TensorRefType>(storage).getRank();
}

LogicalResult ContractOp::verify() {
  for (auto [source, offsets] : {std::pair(getLhs(), getLhsOffsets()),
                                 std::pair(getRhs(), getRhsOffsets())}) {
    // C29
    int64_t rank = getRank(source.getType());
    if (rank != 2)
      return emitOpError() << "takes storage of rank 2, got "
                           << source.getType();
    if (int64_t(offsets.size()) != rank)
      return emitOpError() << "needs 2 offsets for " << source.getType()
                           << ", got " << offsets.size();
  }
  auto lhsOffsets = getConstantExtents(getLhsOffsets());
  auto rhsOffsets = getConstantExtents(getRhsOffsets());
  auto extents = getConstantExtents({getM(), getN()});
  auto result = getResult().getType();
  InferenceError error;
  InferredType type = inferContract(
      {getLhs().getType(), lhsOffsets, getTransposeA(), extents[0]},
      {getRhs().getType(), rhsOffsets, getTransposeB(), extents[1]},
      getAcc() ? getAcc().getType() : Type(), result.getShape(), error);
  if (failed(type))
    return emitOpError(error.message);
  if (!haveCompatibleTypes(*type, result))
    return emitOpError() << "yields " << *type << ", not " << result;
  return success();
}

void ContractOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
        &effects) {
  for (OpOperand *source : {&getLhsMutable(), &getRhsMutable()})
    if (isa<TensorRefType>(source->get().getType()))
      effects.emplace_back(MemoryEffects::Read::get(), source);
}

Location ContractOp::getLhsLoc() {
  if (auto fused = dyn_cast<FusedLoc>(getLoc());
      fused && fused.getLocations().size() > 1)
    return fused.getLocations()[1];
  return getLoc();
}

Location ContractOp::getRhsLoc() {
  if (auto fused = dyn_cast<FusedLoc>(getLoc()))
    return fused.getLocations().back();
  return getLoc();
}
