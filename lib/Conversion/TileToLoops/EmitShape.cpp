//===- EmitShape.cpp - Reshapes, joins, transposes and padding ----------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"
#include "mlir/IR/Matchers.h"
#include "tilec/Support/RuntimeMessages.h"

using namespace tilec;
using namespace tilec::lowering;
using namespace tilec::tile;

//===----------------------------------------------------------------------===//
// Reshape
//===----------------------------------------------------------------------===//

/// Splits `extent` of the group's outermost dimension over the result's, or
/// fails the call where it does not divide.
void Emitter::reshapeGroup(ReshapeOp op, const ReshapeGroup &group,
                           MutableArrayRef<Value> valid) {
  const TileState &source = state(op.getSource());
  ArrayRef<int64_t> from = source.type.getShape();
  ArrayRef<int64_t> to = cast<TileType>(op.getResult().getType()).getShape();
  auto isWide = [](ArrayRef<int64_t> shape) {
    return [shape](int64_t d) { return shape[d] != 1; };
  };
  auto outerFrom = llvm::find_if(group.source, isWide(from));
  auto outerTo = llvm::find_if(group.result, isWide(to));
  for (int64_t d : group.result)
    valid[d] = index(to[d]);
  if (outerFrom == group.source.end())
    return;
  int64_t innerFrom = 1, innerTo = 1;
  for (auto it = outerFrom + 1; it != group.source.end(); ++it)
    innerFrom *= from[*it];
  for (auto it = outerTo + 1; it != group.result.end(); ++it)
    innerTo *= to[*it];
  Value cells = mulIndex(source.valid[*outerFrom], index(innerFrom));
  Value extent = b.createOrFold<arith::DivSIOp>(loc, cells, index(innerTo));
  Value rest = subIndex(cells, mulIndex(extent, index(innerTo)));
  emitAssert(b.createOrFold<arith::CmpIOp>(loc, arith::CmpIPredicate::eq, rest,
                                           index(0)),
             messages::reshapeOfPartialTile(from, to), source.valid);
  valid[*outerTo] = extent;
}

/// Whether a tile has a whole buffer of its shape: of a view that begins where
/// its buffer does the rows may still lie apart.
static bool isDense(const Memory &memory, ArrayRef<int64_t> shape) {
  if (!memory.buffer || memory.ptr != memory.buffer)
    return false;
  int64_t dense = 1;
  for (size_t d = shape.size(); d-- > 0; dense *= shape[d]) {
    APInt stride;
    bool isKnown = matchPattern(memory.strides[d], m_ConstantInt(&stride));
    if (shape[d] != 1 && (!isKnown || stride != dense))
      return false;
  }
  return true;
}

LogicalResult Emitter::emitReshape(ReshapeOp op) {
  if (auto tensor = dyn_cast<TensorRefType>(op.getResult().getType()))
    return emitTensorReshape(op, tensor);
  auto type = cast<TileType>(op.getResult().getType());
  SmallVector<Value, 4> valid(type.getRank());
  const TileState &source = state(op.getSource());
  ArrayRef<int64_t> from = source.type.getShape();
  for (const ReshapeGroup &group : getReshapeGroups(from, type.getShape()))
    reshapeGroup(op, group, valid);
  // An empty 1-sized dimension empties the result, whatever the others say.
  Value any = index(1);
  for (int64_t d = 0; d < source.type.getRank(); ++d)
    if (from[d] == 1)
      any = minIndex(any, source.valid[d]);
  valid[0] = mulIndex(valid[0], any);

  bool reuse = mayReuse(op.getSource());
  Memory memory = materialize(op.getSource());
  if (!isDense(memory, from)) {
    // The view stays what it is for its other users, who may be elsewhere.
    Memory copy = allocate(state(op.getSource()).type);
    evaluateInto(op.getSource(), copy);
    memory = copy;
    reuse = true;
  }
  SmallVector<Value, 4> dims;
  for (int64_t extent : type.getShape())
    dims.push_back(index(extent));
  memory.strides = rowMajorStrides(dims);
  define(op.getResult(), {type, valid, memory, nullptr, 0, reuse});
  return success();
}

LogicalResult Emitter::emitTensorReshape(ReshapeOp op, TensorRefType type) {
  TensorState storage = tensors[op.getSource()];
  // At most one `?`, which the other extents determine.
  Value cells = index(1);
  for (Value dim : storage.dims)
    cells = mulIndex(cells, dim);
  int64_t known = 1;
  for (int64_t extent : type.getShape())
    if (!ShapedType::isDynamic(extent))
      known *= extent;
  Value unknown = b.createOrFold<arith::DivSIOp>(loc, cells, index(known));
  SmallVector<Value, 4> dims;
  Value total = index(1);
  for (int64_t extent : type.getShape()) {
    dims.push_back(ShapedType::isDynamic(extent) ? unknown : index(extent));
    total = mulIndex(total, dims.back());
  }
  SmallVector<Value> values(storage.dims.begin(), storage.dims.end());
  llvm::append_range(values, dims);
  emitAssert(b.createOrFold<arith::CmpIOp>(loc, arith::CmpIPredicate::eq, total,
                                           cells),
             messages::reshapeOfTensor(storage.dims.size(), dims.size()),
             values);
  storage.dims = dims;
  tensors[op.getResult()] = std::move(storage);
  return success();
}

//===----------------------------------------------------------------------===//
// Concat, transpose, insert
//===----------------------------------------------------------------------===//

LogicalResult Emitter::emitConcat(ConcatOp op) {
  auto type = op.getResult().getType();
  int64_t axis = op.getAxis();
  Memory result = allocate(type);
  SmallVector<Value, 4> valid;
  for (int64_t extent : type.getShape())
    valid.push_back(index(extent));
  for (Value source : op.getSources())
    for (int64_t d = 0; d < type.getRank(); ++d)
      if (d != axis)
        valid[d] = minIndex(valid[d], state(source).valid[d]);
  int64_t begin = 0;
  for (Value source : op.getSources()) {
    Memory part = result;
    SmallVector<Value, 4> origin(type.getRank(), index(0));
    origin[axis] = index(begin);
    part.ptr = address(result, type.getElementType(), origin);
    evaluateInto(source, part);
    // The last tile decides how far the axis is valid.
    valid[axis] = addIndex(index(begin), state(source).valid[axis]);
    begin += cast<TileType>(source.getType()).getShape()[axis];
  }
  define(op.getResult(), {type, valid, result, nullptr, 0, true});
  return success();
}

LogicalResult Emitter::emitTranspose(TransposeOp op) {
  auto type = op.getResult().getType();
  int64_t first = op.getDim0(), second = op.getDim1();
  Memory source = materialize(op.getSource());
  Memory result = allocate(type);
  SmallVector<Value, 4> valid(state(op.getSource()).valid);
  std::swap(valid[first], valid[second]);
  // Cell by cell: memory goes along one side only.
  forEachRow(type, valid, [&](SmallVector<Value, 4> &row) {
    forLoop(index(0), valid.back(), 1, [&](Value j) {
      row.push_back(j);
      SmallVector<Value, 4> from(row);
      std::swap(from[first], from[second]);
      unsigned align = getElementBytes(type.getElementType());
      Value cell = b.create<LLVM::LoadOp>(
          loc, storageType(type.getElementType()),
          address(source, type.getElementType(), from), align);
      b.create<LLVM::StoreOp>(
          loc, cell, address(result, type.getElementType(), row), align);
      row.pop_back();
    });
  });
  define(op.getResult(), {type, valid, result, nullptr, 0, true});
  return success();
}

LogicalResult Emitter::emitInsert(InsertOp op) {
  auto type = op.getResult().getType();
  SmallVector<Value, 4> offsets, dims;
  for (Value offset : op.getOffsets())
    offsets.push_back(scalar(offset));
  for (int64_t extent : type.getShape())
    dims.push_back(index(extent));
  checkBox(messages::insertOutOfBounds, offsets, state(op.getSource()).valid,
           dims);
  Memory result;
  SmallVector<Value, 4> valid(state(op.getDest()).valid);
  bool overlaps = false;
  if (mayReuse(op.getDest()))
    overlaps = readsBuffer(op.getSource(), state(op.getDest()).memory->buffer,
                           overlaps, type.getShape());
  if (mayReuse(op.getDest()) && !overlaps) {
    result = *state(op.getDest()).memory;
  } else {
    result = allocate(type);
    evaluateInto(op.getDest(), result);
  }
  Memory place = result;
  place.ptr = address(result, type.getElementType(), offsets);
  evaluateInto(op.getSource(), place);
  define(op.getResult(), {type, valid, result, nullptr, 0, true});
  return success();
}

//===----------------------------------------------------------------------===//
// Padding
//===----------------------------------------------------------------------===//

static APFloat padFloat(PadValue pad, FloatType type) {
  const llvm::fltSemantics &semantics = type.getFloatSemantics();
  switch (pad) {
  case PadValue::Zero:
    return APFloat::getZero(semantics);
  case PadValue::Min:
    return APFloat::getLargest(semantics, /*Negative=*/true);
  case PadValue::Max:
    return APFloat::getLargest(semantics);
  case PadValue::Inf:
    return APFloat::getInf(semantics);
  case PadValue::NegInf:
    return APFloat::getInf(semantics, /*Negative=*/true);
  }
  llvm_unreachable("an unknown pad value");
}

Value Emitter::padScalar(PadValue pad, Type element) {
  if (auto type = dyn_cast<FloatType>(element)) {
    APFloat value = padFloat(pad, type);
    bool losesInfo;
    value.convert(APFloat::IEEEsingle(), APFloat::rmNearestTiesToEven,
                  &losesInfo);
    return b.create<arith::ConstantOp>(loc,
                                       b.getFloatAttr(b.getF32Type(), value));
  }
  unsigned bits = getElementBits(element);
  bool isUnsigned = isUnsignedElement(element) || bits == 1;
  APInt value = APInt::getZero(bits);
  if (pad == PadValue::Min)
    value =
        isUnsigned ? APInt::getMinValue(bits) : APInt::getSignedMinValue(bits);
  if (pad == PadValue::Max)
    value =
        isUnsigned ? APInt::getMaxValue(bits) : APInt::getSignedMaxValue(bits);
  return b.create<arith::ConstantOp>(
      loc, b.getIntegerAttr(b.getIntegerType(bits), value));
}

/// How far a padded tile is looked at: its only user may cut it.
SmallVector<Value, 4> Emitter::getPaddedExtents(FillPadOp op) {
  auto shape = op.getResult().getType().getShape();
  SmallVector<Value, 4> extents;
  for (int64_t size : shape)
    extents.push_back(index(size));
  auto cut = op.getResult().hasOneUse()
                 ? dyn_cast<SetValidShapeOp>(*op.getResult().user_begin())
                 : SetValidShapeOp();
  if (!cut || cut->getBlock() != op->getBlock())
    return extents;
  for (auto [d, asked] : llvm::enumerate(cut.getValid()))
    if (scalars.contains(asked))
      extents[d] = clampIndex(scalar(asked), shape[d]);
  return extents;
}

LogicalResult Emitter::emitFillPad(FillPadOp op) {
  auto type = op.getResult().getType();
  Type element = type.getElementType();
  SmallVector<Value, 4> valid(state(op.getSource()).valid);
  SmallVector<Value, 4> whole = getPaddedExtents(op);
  Memory result;
  if (mayReuse(op.getSource())) {
    result = *state(op.getSource()).memory;
  } else {
    result = allocate(type);
    evaluateInto(op.getSource(), result);
  }
  Value pad = padScalar(op.getPad(), element);
  forEachRow(type, whole, [&](SmallVector<Value, 4> &row) {
    // Padding begins behind the valid columns; in a row outside, at once.
    Value begin = valid.back();
    for (auto [d, i] : llvm::enumerate(row))
      begin = b.createOrFold<arith::SelectOp>(loc, isLess(i, valid[d]), begin,
                                              index(0));
    forEachColumn(begin, whole.back(), [&](Value j, int64_t width) {
      row.push_back(j);
      storeMemory(result, element, row, splat(pad, width));
      row.pop_back();
    });
  });
  define(op.getResult(), {type, whole, result, nullptr, 0, true});
  return success();
}
