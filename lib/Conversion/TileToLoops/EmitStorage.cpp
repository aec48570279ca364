//===- EmitStorage.cpp - New tensors ------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A tensor whose place has been planned lies in scratch memory. Any other is
// allocated when the program comes to it, from memory of the worker that works
// like a stack: a loop gives back at the end of an iteration what it took.
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"
#include "tilec/Analysis/Arena.h"
#include "tilec/Analysis/Storage.h"
#include "tilec/Support/RuntimeMessages.h"

using namespace tilec;
using namespace tilec::lowering;
using namespace tilec::tile;

Arena Emitter::enterArena(Operation *owner) {
  auto bytes = owner->getAttrOfType<IntegerAttr>(kArenaBytes);
  Arena inner{frame, bytes ? bytes.getInt() : 0};
  frame = llvm::alignTo(frame + inner.bytes, kAlignment);
  frameHighWater = std::max(frameHighWater, frame);
  return std::exchange(arena, inner);
}

LogicalResult Emitter::emitPlannedCreate(CreateOp op, int64_t offset) {
  TensorRefType type = op.getType();
  int64_t bytes = getElementBytes(type.getElementType());
  TensorState storage;
  for (int64_t extent : type.getShape()) {
    bytes *= extent;
    storage.dims.push_back(index(extent));
  }
  if (!type.hasStaticShape() || offset < 0 || offset % kAlignment != 0 ||
      offset > arena.bytes || bytes > arena.bytes - offset)
    return op.emitError("has no place at `tile.offset` in an arena of ")
           << arena.bytes << " bytes";
  Value at = b.create<arith::ConstantOp>(
      loc, b.getI64IntegerAttr(arena.begin + offset));
  storage.ptr = b.create<LLVM::GEPOp>(loc, ptrType, b.getI8Type(),
                                      function.scratch, ValueRange{at});
  tensors[op.getResult()] = std::move(storage);
  return success();
}

LogicalResult Emitter::emitCreate(CreateOp op) {
  if (auto offset = op->getAttrOfType<IntegerAttr>(kArenaOffset))
    return emitPlannedCreate(op, offset.getInt());
  auto type = op.getResult().getType();
  TensorState storage;
  unsigned next = 0;
  Value bytes = b.create<arith::ConstantOp>(
      loc, b.getI64IntegerAttr(getElementBytes(type.getElementType())));
  Value zero = b.create<arith::ConstantOp>(loc, b.getI64IntegerAttr(0));
  for (int64_t extent : type.getShape())
    storage.dims.push_back(ShapedType::isDynamic(extent)
                               ? scalar(op.getSizes()[next++])
                               : index(extent));
  for (auto [d, dim] : llvm::enumerate(storage.dims)) {
    if (type.isDynamicDim(d))
      emitAssert(isAtMost(index(0), dim), messages::negativeSize(d), dim);
    auto product = b.create<arith::MulSIExtendedOp>(loc, bytes, toI64(dim));
    bytes = product.getLow();
    if (type.hasStaticShape())
      continue; // The type's verifier has bounded the product.
    Value fits = b.create<arith::CmpIOp>(loc, arith::CmpIPredicate::eq,
                                         product.getHigh(), zero);
    Value positive =
        b.create<arith::CmpIOp>(loc, arith::CmpIPredicate::sge, bytes, zero);
    emitAssert(b.create<arith::AndIOp>(loc, fits, positive),
               messages::outOfMemory(type.getRank()), storage.dims);
  }
  auto call = b.create<func::CallOp>(
      loc,
      getRuntimeFunction("tilec_rt_alloc", {ptrType, b.getI64Type()},
                         {ptrType}),
      ValueRange{function.worker, bytes});
  storage.ptr = call.getResult(0);
  returnIfFailed();
  tensors[op.getResult()] = std::move(storage);
  return success();
}

static bool isMadeInside(const StorageRoot &root, Operation *loop) {
  if (!root.value)
    return true;
  Operation *create = root.value.getDefiningOp();
  return create && loop->isAncestor(create);
}

Value Emitter::markMemory(Operation *loop) {
  bool allocates = false;
  loop->walk<WalkOrder::PreOrder>([&](Operation *inner) {
    // The run-time library takes back what an iteration of such a loop has.
    if (isa<ParallelOp>(inner) && inner != loop && !inParallel)
      return WalkResult::skip();
    allocates |= isa<CreateOp>(inner) && !inner->hasAttr(kArenaOffset);
    return allocates ? WalkResult::interrupt() : WalkResult::advance();
  });
  if (!allocates)
    return {};
  if (auto carrying = dyn_cast<scf::ForOp>(loop))
    for (Value value : carrying.getYieldedValues())
      if (isa<TensorRefType>(value.getType()))
        for (const StorageRoot &root : getStorageRoots(value))
          if (isMadeInside(root, loop))
            return {};
  return b
      .create<func::CallOp>(
          loc, getRuntimeFunction("tilec_rt_mark", {ptrType}, {b.getI64Type()}),
          ValueRange{function.worker})
      .getResult(0);
}

void Emitter::releaseMemory(Value mark) {
  if (mark)
    b.create<func::CallOp>(
        loc, getRuntimeFunction("tilec_rt_release", {ptrType, b.getI64Type()}),
        ValueRange{function.worker, mark});
}
