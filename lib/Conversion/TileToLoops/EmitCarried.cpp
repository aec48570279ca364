//===- EmitCarried.cpp - Values that cross the border of a region -------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"

using namespace tilec;
using namespace tilec::lowering;
using namespace tilec::tile;

SmallVector<Type> Emitter::flattenedTypes(Type type) {
  SmallVector<Type> types;
  if (auto tile = dyn_cast<TileType>(type)) {
    for (int64_t d = 0; d < tile.getRank(); ++d)
      if (tile.isDynamicValid(d))
        types.push_back(indexType);
  } else if (auto tensor = dyn_cast<TensorRefType>(type)) {
    types.push_back(ptrType);
    for (int64_t d = 0; d < tensor.getRank(); ++d)
      if (tensor.isDynamicDim(d))
        types.push_back(indexType);
  } else {
    types.push_back(scalarType(type));
  }
  return types;
}

SmallVector<Value> Emitter::flatten(Value value) {
  SmallVector<Value> parts;
  if (auto tile = dyn_cast<TileType>(value.getType())) {
    for (int64_t d = 0; d < tile.getRank(); ++d)
      if (tile.isDynamicValid(d))
        parts.push_back(state(value).valid[d]);
  } else if (auto tensor = dyn_cast<TensorRefType>(value.getType())) {
    const TensorState &storage = tensors[value];
    parts.push_back(storage.ptr);
    for (int64_t d = 0; d < tensor.getRank(); ++d)
      if (tensor.isDynamicDim(d))
        parts.push_back(storage.dims[d]);
  } else {
    parts.push_back(scalar(value));
  }
  return parts;
}

void Emitter::unflatten(Value value, ArrayRef<Value> &parts,
                        const Memory *buffer) {
  auto take = [&] {
    Value part = parts.front();
    parts = parts.drop_front();
    return part;
  };
  if (auto tile = dyn_cast<TileType>(value.getType())) {
    TileState result{tile, {}, *buffer, nullptr, 0, /*owned=*/true};
    for (int64_t d = 0; d < tile.getRank(); ++d)
      result.valid.push_back(
          tile.isDynamicValid(d) ? take() : index(tile.getValid()[d]));
    define(value, std::move(result));
  } else if (auto tensor = dyn_cast<TensorRefType>(value.getType())) {
    TensorState result{take(), {}};
    for (int64_t d = 0; d < tensor.getRank(); ++d)
      result.dims.push_back(
          tensor.isDynamicDim(d) ? take() : index(tensor.getShape()[d]));
    tensors[value] = std::move(result);
  } else {
    scalars.map(value, take());
  }
}

bool Emitter::readsBuffer(Value tile, Value buffer, bool &elsewhere,
                          ArrayRef<int64_t> shape) {
  const TileState &it = state(tile);
  if (it.memory) {
    if (it.memory->buffer != buffer)
      return false;
    // The same cell only where it is the whole buffer, not broadcast.
    if (it.memory->ptr != buffer || it.type.getShape() != shape)
      elsewhere = true;
    return true;
  }
  bool reads = false;
  for (Value operand : it.deferred->getOperands())
    if (isa<TileType>(operand.getType()))
      reads |= readsBuffer(operand, buffer, elsewhere, shape);
  return reads;
}

SmallVector<Value> Emitter::moveInto(ValueRange values,
                                     ArrayRef<Memory> buffers) {
  // Like a parallel assignment: a value that another destination would
  // overwrite before it is read goes through memory of its own.
  SmallVector<Value> parts;
  SmallVector<unsigned> direct;
  SmallVector<std::pair<unsigned, Memory>> delayed;
  for (Value value : values)
    llvm::append_range(parts, flatten(value));
  for (auto [i, value] : llvm::enumerate(values)) {
    auto type = dyn_cast<TileType>(value.getType());
    if (!type)
      continue;
    const TileState &it = state(value);
    if (it.memory && it.memory->ptr == buffers[i].ptr)
      continue; // Already there, in place.
    bool isDirect = true;
    for (auto [j, other] : llvm::enumerate(values)) {
      bool elsewhere = false;
      if (isa<TileType>(other.getType()) &&
          readsBuffer(other, buffers[i].buffer, elsewhere, type.getShape()))
        isDirect &= i == j && !elsewhere;
    }
    if (isDirect) {
      direct.push_back(i);
      continue;
    }
    Memory temporary = allocate(type);
    evaluateInto(value, temporary);
    delayed.push_back({i, temporary});
  }
  // A direct move overwrites what nobody else reads; a delayed one may not.
  for (unsigned i : direct)
    evaluateInto(values[i], buffers[i]);
  for (auto &[i, temporary] : delayed) {
    const TileState &it = state(values[i]);
    copyCells(temporary, buffers[i], it.type, it.valid);
  }
  return parts;
}

void Emitter::storeParts(ArrayRef<Value> parts, ArrayRef<Value> slots) {
  for (auto [part, slot] : llvm::zip_equal(parts, slots)) {
    Value value = part.getType().isIndex() ? toI64(part) : part;
    b.create<LLVM::StoreOp>(loc, value, slot);
  }
}

SmallVector<Value> Emitter::loadParts(ArrayRef<Type> types,
                                      ArrayRef<Value> slots) {
  SmallVector<Value> parts;
  for (auto [type, slot] : llvm::zip_equal(types, slots))
    parts.push_back(loadScalar(slot, type, 0));
  return parts;
}
