//===- EmitMemory.cpp - Tensors, slices and stores ----------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"
#include "mlir/IR/Matchers.h"
#include "tilec/Analysis/Storage.h"
#include "tilec/Support/RuntimeMessages.h"

using namespace tilec;
using namespace tilec::lowering;
using namespace tilec::tile;

//===----------------------------------------------------------------------===//
// Aliases
//===----------------------------------------------------------------------===//

static Value rootOf(Value tensor) {
  while (auto reshape = tensor.getDefiningOp<ReshapeOp>())
    tensor = reshape.getSource();
  return tensor;
}

/// Parameters do not overlap (calls check that), nor does fresh storage.
static bool isDistinctStorage(Value root) {
  if (auto arg = dyn_cast<BlockArgument>(root))
    return isa<func::FuncOp>(arg.getOwner()->getParentOp());
  return root.getDefiningOp<CreateOp>() != nullptr;
}

bool tilec::lowering::mayAlias(Value lhs, Value rhs) {
  Value l = rootOf(lhs), r = rootOf(rhs);
  if (l == r || (isDistinctStorage(l) && isDistinctStorage(r)))
    return l == r;
  return mayShareStorage(l, r);
}

static SmallVector<Value> tensorsWritten(Operation *op) {
  SmallVector<Value> written;
  op->walk([&](Operation *inner) {
    if (auto assemble = dyn_cast<AssembleOp>(inner))
      written.push_back(assemble.getDest());
    else if (auto write = dyn_cast<WriteOp>(inner))
      written.push_back(write.getDest());
  });
  return written;
}

bool Emitter::readsTensor(Value tile, ArrayRef<Value> written) {
  auto it = tiles.find(tile);
  if (it == tiles.end())
    return false;
  if (it->second.memory) {
    Value tensor = it->second.memory->tensor;
    return tensor && llvm::any_of(written, [&](Value dest) {
             return mayAlias(tensor, dest);
           });
  }
  return llvm::any_of(it->second.deferred->getOperands(), [&](Value operand) {
    return isa<TileType>(operand.getType()) && readsTensor(operand, written);
  });
}

void Emitter::protectFrom(Operation *writer) {
  SmallVector<Value> written = tensorsWritten(writer);
  if (written.empty())
    return;
  // Values of outer blocks were protected from the op that holds this block.
  for (Operation &op :
       llvm::make_range(writer->getBlock()->begin(), writer->getIterator()))
    for (Value result : op.getResults()) {
      if (!isa<TileType>(result.getType()) || !readsTensor(result, written))
        continue;
      bool pending = llvm::any_of(result.getUsers(), [&](Operation *user) {
        Operation *local = writer->getBlock()->findAncestorOpInBlock(*user);
        return local && !local->isBeforeInBlock(writer);
      });
      if (pending)
        copyOut(result);
    }
}

void Emitter::copyOut(Value tile) {
  Memory buffer = allocate(state(tile).type);
  evaluateInto(tile, buffer);
  TileState &it = state(tile);
  it.memory = buffer;
  it.deferred = nullptr;
  it.size = 0;
  it.owned = true;
}

//===----------------------------------------------------------------------===//
// Buffers and addresses
//===----------------------------------------------------------------------===//

Value Emitter::allocateBytes(int64_t bytes) {
  int64_t offset = frame;
  frame = llvm::alignTo(frame + bytes, kAlignment);
  frameHighWater = std::max(frameHighWater, frame);
  return b.create<LLVM::GEPOp>(loc, ptrType, b.getI8Type(), function.scratch,
                               ValueRange{b.create<arith::ConstantOp>(
                                   loc, b.getI64IntegerAttr(offset))});
}

SmallVector<Value, 4> Emitter::rowMajorStrides(ArrayRef<Value> dims) {
  SmallVector<Value, 4> strides(dims.size());
  Value stride = index(1);
  for (size_t d = dims.size(); d-- > 0;) {
    strides[d] = stride;
    if (d > 0)
      stride = mulIndex(stride, dims[d]);
  }
  return strides;
}

Memory Emitter::allocate(TileType type) {
  Memory memory;
  memory.ptr = allocateBytes(type.getNumCells() *
                             getElementBytes(type.getElementType()));
  memory.buffer = memory.ptr;
  SmallVector<Value, 4> dims;
  for (int64_t extent : type.getShape())
    dims.push_back(index(extent));
  memory.strides = rowMajorStrides(dims);
  return memory;
}

Value Emitter::address(const Memory &memory, Type element, ArrayRef<Value> at) {
  Value offset = index(0);
  for (auto [i, stride] : llvm::zip_equal(at, memory.strides))
    offset = addIndex(offset, mulIndex(i, stride));
  if (matchPattern(offset, m_Zero()))
    return memory.ptr;
  return b.create<LLVM::GEPOp>(loc, ptrType, storageType(element), memory.ptr,
                               ValueRange{toI64(offset)});
}

Memory Emitter::tensorMemory(Value tensor, ValueRange offsets) {
  const TensorState &storage = tensors[tensor];
  Memory memory{storage.ptr, rowMajorStrides(storage.dims), tensor, {}};
  SmallVector<Value, 4> at;
  for (Value offset : offsets)
    at.push_back(scalar(offset));
  memory.ptr = address(
      memory, cast<TensorRefType>(tensor.getType()).getElementType(), at);
  return memory;
}

void Emitter::copyCells(const Memory &from, const Memory &to, TileType type,
                        ArrayRef<Value> valid) {
  Type element = storageType(type.getElementType());
  forEachCell(type, valid, [&](ArrayRef<Value> at, int64_t width) {
    Type vector = VectorType::get(width, element);
    unsigned align = getElementBytes(type.getElementType());
    Value cells = b.create<LLVM::LoadOp>(
        loc, vector, address(from, type.getElementType(), at), align);
    b.create<LLVM::StoreOp>(loc, cells, address(to, type.getElementType(), at),
                            align);
  });
}

//===----------------------------------------------------------------------===//
// Checks
//===----------------------------------------------------------------------===//

/// An empty box touches nothing, wherever it lies.
static Value isEmptyBox(OpBuilder &b, Location loc, ArrayRef<Value> valid) {
  Value zero = b.create<arith::ConstantIndexOp>(loc, 0);
  Value isEmpty = b.create<arith::ConstantOp>(loc, b.getBoolAttr(false));
  for (Value extent : valid)
    isEmpty = b.createOrFold<arith::OrIOp>(
        loc, isEmpty,
        b.createOrFold<arith::CmpIOp>(loc, arith::CmpIPredicate::sle, extent,
                                      zero));
  return isEmpty;
}

void Emitter::checkBox(function_ref<std::string(unsigned, unsigned)> message,
                       ArrayRef<Value> offsets, ArrayRef<Value> valid,
                       ArrayRef<Value> dims, bool belowOnly) {
  Value isEmpty = isEmptyBox(b, loc, valid);
  for (auto [d, offset] : llvm::enumerate(offsets)) {
    Value inside = isInside(offset, valid[d], dims[d], belowOnly);
    SmallVector<Value> values{offset, valid[d]};
    llvm::append_range(values, dims);
    emitAssert(b.createOrFold<arith::OrIOp>(loc, isEmpty, inside),
               message(d, dims.size()), values);
  }
}

Value Emitter::isInside(Value offset, Value valid, Value dim, bool belowOnly) {
  Value inside = isAtMost(index(0), offset);
  if (belowOnly)
    return inside;
  // Neither side overflows: extents are between 0 and the dimension's type.
  return b.createOrFold<arith::AndIOp>(loc, inside,
                                       isAtMost(offset, subIndex(dim, valid)));
}

Value Emitter::isInside(ArrayRef<Value> offsets, ArrayRef<Value> valid,
                        ArrayRef<Value> dims, bool belowOnly) {
  Value inside = b.create<arith::ConstantOp>(loc, b.getBoolAttr(true));
  for (auto [offset, extent, dim] : llvm::zip_equal(offsets, valid, dims))
    inside = b.createOrFold<arith::AndIOp>(
        loc, inside, isInside(offset, extent, dim, belowOnly));
  return b.createOrFold<arith::OrIOp>(loc, isEmptyBox(b, loc, valid), inside);
}

void Emitter::checkElement(
    function_ref<std::string(unsigned, unsigned)> message, ArrayRef<Value> at,
    ArrayRef<Value> dims) {
  for (auto [d, i] : llvm::enumerate(at)) {
    Value inside = b.createOrFold<arith::AndIOp>(loc, isAtMost(index(0), i),
                                                 isLess(i, dims[d]));
    SmallVector<Value> values{i};
    llvm::append_range(values, dims);
    emitAssert(inside, message(d, dims.size()), values);
  }
}

//===----------------------------------------------------------------------===//
// Ops on storage
//===----------------------------------------------------------------------===//

Value Emitter::cutToTile(Value tile, unsigned dim, Value offset,
                         Value request) {
  Value begin = b.createOrFold<arith::MaxSIOp>(loc, offset, index(0));
  Value rest = subIndex(state(tile).valid[dim], begin);
  Value some =
      minIndex(request, b.createOrFold<arith::MaxSIOp>(loc, rest, index(0)));
  return b.createOrFold<arith::SelectOp>(loc, isLess(offset, index(0)), request,
                                         some);
}

SmallVector<Value, 4> Emitter::nominalDims(TileType type) {
  SmallVector<Value, 4> dims;
  for (int64_t size : type.getShape())
    dims.push_back(index(size));
  return dims;
}

LogicalResult Emitter::emitSlice(SliceOp op) {
  auto type = op.getResult().getType();
  auto source = dyn_cast<TileType>(op.getSource().getType());
  SmallVector<Value, 4> offsets, valid;
  for (Value offset : op.getOffsets())
    offsets.push_back(scalar(offset));
  for (int64_t d = 0; d < type.getRank(); ++d) {
    Value extent = op.getValid().empty() ? index(type.getShape()[d])
                                         : clampIndex(scalar(op.getValid()[d]),
                                                      type.getShape()[d]);
    if (source)
      extent = cutToTile(op.getSource(), d, offsets[d], extent);
    valid.push_back(extent);
  }
  TileState result{type, valid, {}, nullptr, 0, false};
  if (source) {
    if (!op.getInbounds())
      checkBox(messages::sliceOfTileOutOfBounds, offsets, valid,
               nominalDims(source), /*belowOnly=*/true);
    Memory memory = materialize(op.getSource());
    memory.ptr = address(memory, type.getElementType(), offsets);
    result.memory = memory;
  } else {
    if (!op.getInbounds())
      checkBox(messages::sliceOutOfBounds, offsets, valid,
               tensors[op.getSource()].dims);
    result.memory = tensorMemory(op.getSource(), op.getOffsets());
    countRead(op.getSource(), valid);
  }
  define(op.getResult(), std::move(result));
  return isPackedLhs(op.getResult()) ? packLhs(op) : success();
}

void Emitter::countRead(Value tensor, ArrayRef<Value> valid) {
  // What the caller passed comes from memory; what the program made is near.
  if (!options.instrument || !isa<BlockArgument>(rootOf(tensor)) ||
      !isDistinctStorage(rootOf(tensor)))
    return;
  auto type = cast<TensorRefType>(tensor.getType());
  Value bytes = index(getElementBytes(type.getElementType()));
  for (Value extent : valid)
    bytes = mulIndex(bytes, extent);
  countWork(bytes, index(0));
}

LogicalResult Emitter::emitAssemble(AssembleOp op) {
  SmallVector<Value, 4> offsets;
  for (Value offset : op.getOffsets())
    offsets.push_back(scalar(offset));
  if (!op.getInbounds())
    checkBox(messages::assembleOutOfBounds, offsets,
             state(op.getSource()).valid, tensors[op.getDest()].dims);
  evaluateInto(op.getSource(), tensorMemory(op.getDest(), op.getOffsets()));
  return success();
}

LogicalResult Emitter::emitRead(ReadOp op) {
  SmallVector<Value, 4> at;
  for (Value i : op.getIndices())
    at.push_back(scalar(i));
  Type element;
  Value cell;
  if (auto tile = dyn_cast<TileType>(op.getSource().getType())) {
    element = tile.getElementType();
    if (!op.getInbounds())
      checkElement(messages::readOfTileOutOfBounds, at,
                   state(op.getSource()).valid);
    cell = loadMemory(materialize(op.getSource()), tile, at, 1);
  } else {
    auto tensor = cast<TensorRefType>(op.getSource().getType());
    element = tensor.getElementType();
    if (!op.getInbounds())
      checkElement(messages::readOutOfBounds, at, tensors[op.getSource()].dims);
    Memory memory = tensorMemory(op.getSource(), op.getIndices());
    SmallVector<int64_t> one(tensor.getRank(), 1);
    SmallVector<Value> origin(tensor.getRank(), index(0));
    cell = loadMemory(memory, TileType::get(one, element), origin, 1);
  }
  scalars.map(op.getResult(), fromCell(scalarOf(cell), element));
  return success();
}

LogicalResult Emitter::emitWrite(WriteOp op) {
  auto tensor = op.getDest().getType();
  SmallVector<Value, 4> at;
  for (Value i : op.getIndices())
    at.push_back(scalar(i));
  if (!op.getInbounds())
    checkElement(messages::writeOutOfBounds, at, tensors[op.getDest()].dims);
  Memory memory = tensorMemory(op.getDest(), op.getIndices());
  SmallVector<Value> origin(tensor.getRank(), index(0));
  storeMemory(memory, tensor.getElementType(), origin,
              splat(toCell(scalar(op.getValue()), tensor.getElementType()), 1));
  return success();
}
