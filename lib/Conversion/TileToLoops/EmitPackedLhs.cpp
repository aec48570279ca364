//===- EmitPackedLhs.cpp - Left operands that are packed once -----------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The slice asks for it by an attribute; its state says where the cells are,
// and at run time whether they had to be packed.
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"
#include "mlir/IR/Matchers.h"
#include "tilec/Analysis/PackedLhs.h"

using namespace tilec;
using namespace tilec::lowering;
using namespace tilec::tile;

bool lowering::isPackedLhs(Value tile) {
  auto slice = tile.getDefiningOp<SliceOp>();
  return slice && slice->hasAttr(kPackedLhs);
}

static bool isTransposed(SliceOp packed) {
  return llvm::any_of(packed->getUsers(), [](Operation *user) {
    auto product = dyn_cast<ContractOp>(user);
    return product && product.getTransposeA();
  });
}

/// Whether no use asks for another order than the kernels'.
static LogicalResult verifyUses(SliceOp op) {
  if (op.getResult().getType().getRank() != 2)
    return op.emitError("is packed for products, but has no two dimensions");
  for (OpOperand &use : op.getResult().getUses()) {
    auto product = dyn_cast<ContractOp>(use.getOwner());
    if (!product || use.get() != product.getLhs() ||
        !isa<TensorRefType>(product.getRhs().getType()) ||
        use.get() == product.getAcc() ||
        product.getTransposeA() != isTransposed(op) ||
        !llvm::all_of(product.getLhsOffsets(), [](Value offset) {
          return matchPattern(offset, m_Zero());
        }))
      return op.emitError("is packed for products, but has another use");
  }
  return success();
}

LogicalResult Emitter::packLhs(SliceOp op) {
  if (failed(verifyUses(op)))
    return failure();
  TileState &lhs = state(op.getResult());
  unsigned mDim = isTransposed(op) ? 1 : 0, kDim = 1 - mDim;
  MatmulElement element = getMatmulElement(lhs.type.getElementType());
  ArrayRef<int64_t> shape = lhs.type.getShape();
  Value room = allocateBytes(
      getPackedLhsBytes(element, shape[mDim], shape[kDim], target));
  Memory &memory = *lhs.memory;
  auto call = b.create<func::CallOp>(
      loc, getPackLhsKernel(module, element, target),
      ValueRange{memory.ptr, toI64(memory.strides[mDim]),
                 toI64(memory.strides[kDim]), toI64(lhs.valid[mDim]),
                 toI64(lhs.valid[kDim]), room});
  lhs.isPacked = call.getResult(2);
  Value packedStride =
      b.create<arith::IndexCastOp>(loc, indexType, call.getResult(1));
  memory.ptr = call.getResult(0);
  memory.strides[mDim] = b.create<arith::SelectOp>(
      loc, lhs.isPacked, packedStride, memory.strides[mDim]);
  memory.tensor = memory.buffer = {};
  return success();
}
