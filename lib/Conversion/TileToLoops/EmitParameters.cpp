//===- EmitParameters.cpp - What an entry is called with -----------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"
#include "mlir/Dialect/Affine/Utils.h"
#include "tilec/Support/RuntimeMessages.h"
#include <cstddef>

using namespace tilec;
using namespace tilec::lowering;
using namespace tilec::tile;

/// A scalar parameter from its bits in an int64.
static Value decodeScalar(OpBuilder &b, Location loc, Value bits, Type type) {
  if (type.isIndex())
    return b.create<arith::IndexCastOp>(loc, type, bits);
  if (type.isInteger(1)) {
    Value zero = b.create<arith::ConstantOp>(loc, b.getI64IntegerAttr(0));
    return b.create<arith::CmpIOp>(loc, arith::CmpIPredicate::ne, bits, zero);
  }
  Value low = b.create<arith::TruncIOp>(
      loc, b.getIntegerType(type.getIntOrFloatBitWidth()), bits);
  return b.create<arith::BitcastOp>(loc, type, low);
}

void Emitter::emitScalarParameters(func::FuncOp entry) {
  int64_t count = 0;
  for (BlockArgument arg : entry.getArguments()) {
    if (isa<TensorRefType>(arg.getType()))
      continue;
    Value bits =
        loadScalar(function.func.getArgument(2), b.getI64Type(), 8 * count++);
    Value value = decodeScalar(b, loc, bits, arg.getType());
    if (isa<BFloat16Type, Float16Type>(arg.getType())) {
      Value raw = b.create<arith::TruncIOp>(loc, b.getI16Type(), bits);
      value = scalarOf(fromStorage(splat(raw, 1), arg.getType()));
    }
    scalars.map(arg, value);
  }
}

LogicalResult Emitter::emitTensorParameters(func::FuncOp entry) {
  SmallVector<Value> symbols;
  for (BlockArgument arg : entry.getArguments())
    if (entry.getArgAttr(arg.getArgNumber(), "tile.symbol"))
      symbols.push_back(scalar(arg));
  int64_t count = 0;
  for (BlockArgument arg : entry.getArguments()) {
    auto type = dyn_cast<TensorRefType>(arg.getType());
    if (!type)
      continue;
    TensorState state;
    state.ptr = loadScalar(function.func.getArgument(1), ptrType, 8 * count++);
    auto map =
        entry.getArgAttrOfType<AffineMapAttr>(arg.getArgNumber(), "tile.shape");
    if (!map)
      return entry.emitError("parameter ")
             << arg.getArgNumber() << " has no tile.shape";
    for (AffineExpr extent : map.getValue().getResults())
      state.dims.push_back(
          affine::expandAffineExpr(b, loc, extent, {}, symbols));
    tensors[arg] = std::move(state);
    auto name =
        entry.getArgAttrOfType<StringAttr>(arg.getArgNumber(), "tile.name");
    if (type.isPacked())
      checkHeader(arg, name ? name.getValue() : "a weight");
  }
  return success();
}

/// A caller that passes row-major memory, or that of another shape, must not
/// get numbers.
void Emitter::checkHeader(BlockArgument weight, StringRef name) {
  const TensorState &state = tensors[weight];
  Layout layout = cast<TensorRefType>(weight.getType()).getLayout();
  Value isRight = b.create<arith::ConstantOp>(loc, b.getBoolAttr(true));
  auto expect = [&](size_t offset, Type type, Value expected) {
    Value actual = loadScalar(state.ptr, type, int64_t(offset));
    Value isEqual = b.create<arith::CmpIOp>(loc, arith::CmpIPredicate::eq,
                                            actual, expected);
    isRight = b.createOrFold<arith::AndIOp>(loc, isRight, isEqual);
  };
  auto constant = [&](IntegerAttr value) {
    return b.create<arith::ConstantOp>(loc, value);
  };
  expect(offsetof(PackedHeader, magic), b.getI64Type(),
         constant(b.getI64IntegerAttr(int64_t(packed::magic))));
  expect(offsetof(PackedHeader, version), b.getI32Type(),
         constant(b.getI32IntegerAttr(int32_t(packed::version))));
  expect(offsetof(PackedHeader, layout), b.getI64Type(),
         constant(b.getI64IntegerAttr(int64_t(packed::getHash(layout)))));
  for (unsigned d = 0; d < 2; ++d)
    expect(offsetof(PackedHeader, shape) + 8 * d, b.getI64Type(),
           toI64(state.dims[d]));
  emitAssert(isRight, messages::notPacked(name, packed::getName(layout)),
             state.dims);
}
