//===- EmitContraction.cpp - Matrix products ----------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"
#include "mlir/IR/Matchers.h"
#include "tilec/Conversion/Microkernels.h"
#include "tilec/Support/RuntimeMessages.h"
#include "llvm/Support/SaveAndRestore.h"

using namespace tilec;
using namespace tilec::lowering;
using namespace tilec::tile;

MatmulElement lowering::getMatmulElement(Type element) {
  if (isa<BFloat16Type>(element))
    return MatmulElement::BF16;
  if (isa<Float16Type>(element))
    return MatmulElement::FP16;
  return element.isF32() ? MatmulElement::FP32 : MatmulElement::Int8;
}

static Type getElementType(Type storage) {
  if (auto tile = dyn_cast<TileType>(storage))
    return tile.getElementType();
  return cast<TensorRefType>(storage).getElementType();
}

/// The kernel takes strides in cells, but that of panels in bytes.
void Emitter::callMatmul(const Product &product, const Memory &c,
                         bool accumulate) {
  bool isPacked = bool(product.panelStride);
  func::FuncOp kernel =
      isPacked
          ? getPackedMatmulKernel(module, target)
          : getMatmulKernel(
                module, {getMatmulElement(product.element), product.transposeB},
                target);
  Value rowStride = product.lhs.strides[product.transposeA ? 1 : 0];
  Value kStride = product.lhs.strides[product.transposeA ? 0 : 1];
  Value rhsStride = isPacked ? product.panelStride : product.rhs.strides[0];
  SmallVector<Value> operands{
      product.lhs.ptr,
      toI64(rowStride),
      toI64(kStride),
      product.rhs.ptr,
      toI64(rhsStride),
      c.ptr,
      toI64(c.strides[0]),
      toI64(product.m),
      toI64(product.n),
      toI64(product.k),
      b.create<arith::ConstantOp>(loc, b.getBoolAttr(accumulate)),
      product.isLhsPacked
          ? product.isLhsPacked
          : b.create<arith::ConstantOp>(loc, b.getBoolAttr(false))};
  if (!isPacked) {
    Value none = toI64(index(0));
    if (product.next)
      operands.append({product.next, toI64(product.nextStride),
                       toI64(product.nextBytes), toI64(product.nextRows)});
    else
      operands.append({b.create<LLVM::ZeroOp>(loc, ptrType), none, none, none});
  }
  b.create<func::CallOp>(loc, kernel, operands);
}

/// Calls the kernel for all of the product, in place of `acc` where possible.
void Emitter::emitProduct(Value result, Value acc, Product product) {
  auto type = cast<TileType>(result.getType());
  Memory c;
  if (acc) {
    product.m = minIndex(product.m, state(acc).valid[0]);
    product.n = minIndex(product.n, state(acc).valid[1]);
  }
  if (acc && mayReuse(acc)) {
    c = *state(acc).memory;
  } else {
    c = allocate(type);
    if (acc)
      evaluateInto(acc, c);
  }
  callMatmul(product, c, bool(acc));
  if (options.instrument)
    countWork(index(0),
              mulIndex(index(2),
                       mulIndex(product.m, mulIndex(product.n, product.k))));
  define(result, {type, {product.m, product.n}, c, nullptr, 0, true});
}

LogicalResult Emitter::emitMatmul(Operation *op, Value acc, Value lhs,
                                  Value rhs, bool transposeA, bool transposeB) {
  Product product;
  product.lhs = materialize(lhs);
  product.rhs = materialize(rhs);
  product.transposeA = transposeA;
  product.transposeB = transposeB;
  product.m = state(lhs).valid[transposeA ? 1 : 0];
  product.n = state(rhs).valid[transposeB ? 0 : 1];
  product.k = minIndex(state(lhs).valid[transposeA ? 0 : 1],
                       state(rhs).valid[transposeB ? 1 : 0]);
  product.element = cast<TileType>(lhs.getType()).getElementType();
  setNext(product, op);
  emitProduct(op->getResult(0), acc, product);
  return success();
}

//===----------------------------------------------------------------------===//
// Products of boxes of storage
//===----------------------------------------------------------------------===//

SmallVector<Value, 4> Emitter::validOf(const ContractedBox &box) {
  SmallVector<Value, 4> valid(box.extents);
  if (isa<TileType>(box.source.getType()))
    for (unsigned d = 0; d < 2; ++d)
      valid[d] = cutToTile(box.source, d, box.offsets[d], valid[d]);
  return valid;
}

SmallVector<Value, 4> Emitter::dimsOf(const ContractedBox &box) {
  if (auto tile = dyn_cast<TileType>(box.source.getType()))
    return nominalDims(tile);
  return tensors[box.source].dims;
}

/// Where the boxes are not inside, they are taken apart into the steps that the
/// program takes, the first of which to leave its source fails.
void Emitter::checkBoxes(ContractOp op, ArrayRef<ContractedBox> boxes) {
  if (op.getInbounds())
    return;
  Value inside = b.create<arith::ConstantOp>(loc, b.getBoolAttr(true));
  for (const ContractedBox &box : boxes)
    inside = b.createOrFold<arith::AndIOp>(
        loc, inside,
        isInside(box.offsets, validOf(box), dimsOf(box),
                 isa<TileType>(box.source.getType())));
  if (matchPattern(inside, m_One()))
    return;
  Value outside = b.createOrFold<arith::XOrIOp>(
      loc, inside, b.create<arith::ConstantOp>(loc, b.getBoolAttr(true)));
  auto branch = b.create<scf::IfOp>(loc, outside, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(branch.thenBlock());
  Value k = boxes[0].extents[boxes[0].kDim];
  auto checkStep = [&](Value start) {
    for (ContractedBox box : boxes) {
      llvm::SaveAndRestore place(loc, box.loc);
      box.offsets[box.kDim] = addIndex(box.offsets[box.kDim], start);
      Value rest = subIndex(k, start);
      box.extents[box.kDim] =
          op.getStep() ? minIndex(rest, index(*op.getStep())) : rest;
      bool isTile = isa<TileType>(box.source.getType());
      checkBox(isTile ? messages::sliceOfTileOutOfBounds
                      : messages::sliceOutOfBounds,
               box.offsets, validOf(box), dimsOf(box), isTile);
    }
  };
  if (op.getStep())
    forLoop(index(0), k, *op.getStep(), checkStep);
  else
    checkStep(index(0));
}

/// Null for what is not packed.
Value Emitter::getPanelStride(const ContractedBox &box) {
  auto tensor = dyn_cast<TensorRefType>(box.source.getType());
  if (!tensor || !tensor.isPacked())
    return {};
  Value k = tensors[box.source].dims[box.kDim];
  Value pairs =
      b.createOrFold<arith::ShRUIOp>(loc, addIndex(k, index(1)), index(1));
  return mulIndex(pairs, index(packed::pairBytes));
}

/// The pair of the first k in the panel of the first column: offsets are
/// multiples of what those take.
Memory Emitter::packedMemory(const ContractedBox &box, Value panelStride) {
  countRead(box.source, box.extents);
  Value panel = b.createOrFold<arith::DivUIOp>(loc, box.offsets[1 - box.kDim],
                                               index(packed::columns));
  Value pair =
      b.createOrFold<arith::ShRUIOp>(loc, box.offsets[box.kDim], index(1));
  Value offset = addIndex(index(sizeof(PackedHeader)),
                          addIndex(mulIndex(panel, panelStride),
                                   mulIndex(pair, index(packed::pairBytes))));
  Memory memory;
  memory.tensor = box.source;
  memory.ptr =
      b.create<LLVM::GEPOp>(loc, ptrType, b.getI8Type(),
                            tensors[box.source].ptr, ValueRange{toI64(offset)});
  return memory;
}

Memory Emitter::memoryOf(const ContractedBox &box, ValueRange offsets) {
  auto tile = dyn_cast<TileType>(box.source.getType());
  if (!tile) {
    countRead(box.source, box.extents);
    return tensorMemory(box.source, offsets);
  }
  Memory memory = materialize(box.source);
  memory.ptr = address(memory, tile.getElementType(), box.offsets);
  return memory;
}

LogicalResult Emitter::emitContract(ContractOp op) {
  ArrayRef<int64_t> shape = op.getResult().getType().getShape();
  Value k = b.createOrFold<arith::MaxSIOp>(loc, scalar(op.getK()), index(0));
  auto makeBox = [&](Value source, ValueRange offsets, unsigned kDim,
                     Value extent, int64_t size, Location place) {
    ContractedBox box{source, {}, {k, k}, kDim, place};
    for (Value offset : offsets)
      box.offsets.push_back(scalar(offset));
    box.extents[1 - kDim] = clampIndex(scalar(extent), size);
    return box;
  };
  ContractedBox boxes[] = {
      makeBox(op.getLhs(), op.getLhsOffsets(), op.getLhsKDim(), op.getM(),
              shape[0], op.getLhsLoc()),
      makeBox(op.getRhs(), op.getRhsOffsets(), op.getRhsKDim(), op.getN(),
              shape[1], op.getRhsLoc())};
  checkBoxes(op, boxes);
  for (ContractedBox &box : boxes)
    box.extents = validOf(box);
  auto &[lhs, rhs] = boxes;
  Value panelStride = getPanelStride(rhs);
  Product product;
  if (isPackedLhs(op.getLhs())) {
    product.lhs = *state(op.getLhs()).memory;
    product.isLhsPacked = state(op.getLhs()).isPacked;
  } else {
    product.lhs = memoryOf(lhs, op.getLhsOffsets());
  }
  product.rhs = panelStride ? packedMemory(rhs, panelStride)
                            : memoryOf(rhs, op.getRhsOffsets());
  product.transposeA = op.getTransposeA();
  product.transposeB = op.getTransposeB();
  product.panelStride = panelStride;
  product.m = lhs.extents[1 - lhs.kDim];
  product.n = rhs.extents[1 - rhs.kDim];
  product.k = minIndex(lhs.extents[lhs.kDim], rhs.extents[rhs.kDim]);
  product.element = getElementType(op.getLhs().getType());
  emitProduct(op.getResult(), op.getAcc(), product);
  return success();
}
