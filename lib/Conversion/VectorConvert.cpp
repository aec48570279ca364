//===- VectorConvert.cpp - FP32 to and from 16-bit floats -----------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// BF16 goes through integers: LLVM 19 expands a BF16 `fptrunc` to a library
// call that not every system has. `vcvtneps2bf16` takes a third of the
// instructions but flushes subnormals, so that vectors with one go through
// integers there too. FP16 uses the processor's conversion where there is one,
// for LLVM again calls a library else.
//
//===----------------------------------------------------------------------===//

#include "EmitExpr.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"
#include "tilec/Conversion/VectorMath.h"
#include "tilec/Target/CPUTarget.h"

using namespace tilec;
using namespace tilec::emit;
using namespace mlir;

Value tilec::emitFloatToBF16(OpBuilder &b, Location loc, Value x) {
  Site e{b, loc};
  Expr value{e, x};
  Expr bits = value.asInt();
  Expr high = bits >> 16;
  Expr rounded = (bits + 0x7FFF + (high & 1)) >> 16;
  return select(isNaN(value), high | 0x40, rounded).trunci(b.getI16Type());
}

/// The bits that emitBF16ToFloat made \p x from, if it did.
static Value getBitsOfBF16(Value x) {
  auto cast = x.getDefiningOp<arith::BitcastOp>();
  auto shift = cast ? cast.getIn().getDefiningOp<arith::ShLIOp>() : nullptr;
  auto wide = shift ? shift.getLhs().getDefiningOp<arith::ExtUIOp>() : nullptr;
  APInt by;
  if (!wide || !matchPattern(shift.getRhs(), m_ConstantInt(&by)) || by != 16 ||
      !getElementTypeOrSelf(wide.getIn()).isInteger(16))
    return {};
  return wide.getIn();
}

/// With `vcvtneps2bf16`, unless a lane is subnormal.
static Value convertToBF16(OpBuilder &b, Location loc, Value x) {
  Site e{b, loc};
  auto lanes = cast<VectorType>(x.getType());
  auto call = [&](StringRef name, Type type, ValueRange operands) {
    return b.create<LLVM::CallIntrinsicOp>(loc, type, name, operands)
        .getResult(0);
  };
  Value subnormals = b.create<arith::ConstantOp>(loc, b.getI32IntegerAttr(32));
  Value isSubnormal = call("llvm.x86.avx512.fpclass.ps.512",
                           lanes.clone(b.getI1Type()), {x, subnormals});
  Value isAny = b.create<vector::ReductionOp>(loc, vector::CombiningKind::OR,
                                              isSubnormal);
  auto inIntegers = [&](OpBuilder &b, Location loc) {
    b.create<scf::YieldOp>(loc, emitFloatToBF16(b, loc, x));
  };
  auto inOne = [&](OpBuilder &b, Location loc) {
    Value rounded = call("llvm.x86.avx512bf16.cvtneps2bf16.512",
                         lanes.clone(b.getBF16Type()), x);
    b.create<scf::YieldOp>(loc, Value(Expr(e, rounded).asInt()));
  };
  return b.create<scf::IfOp>(loc, isAny, inIntegers, inOne).getResult(0);
}

Value tilec::emitFloatToBF16(OpBuilder &b, Location loc, Value x,
                             const CPUTarget &target) {
  if (Value bits = getBitsOfBF16(x))
    return bits;
  constexpr int64_t lanes = 16;
  auto vector = dyn_cast<VectorType>(x.getType());
  bool isWhole = vector && vector.getNumElements() == lanes;
  if (isWhole && target.features().avx512BF16)
    return convertToBF16(b, loc, x);
  return emitFloatToBF16(b, loc, x);
}

Value tilec::emitBF16ToFloat(OpBuilder &b, Location loc, Value bits) {
  Site e{b, loc};
  return (Expr(e, bits).extui(b.getI32Type()) << 16).bitcast(b.getF32Type());
}

/// Rounds a normal result in integers, and a subnormal one by adding a float
/// whose last place is the smallest FP16 subnormal.
static Expr narrowToFP16(const Expr &x) {
  OpBuilder &b = x.e().b;
  Expr bits = x.asInt();
  Expr magnitude = bits & 0x7FFFFFFF;
  Expr normal =
      (magnitude + 0xFFF + ((magnitude >> 13) & 1) - (int64_t(112) << 23)) >>
      13;
  Expr subnormal =
      (magnitude.bitcast(b.getF32Type()) + 0.5).asInt() - 0x3F000000;
  Expr nan = ((magnitude >> 13) & 0x3FF) | 0x7E00;

  Expr result = select(magnitude < 0x38800000, subnormal, normal); // 2^-14
  result = select(magnitude >= 0x477FF000, bits.number(0x7C00), result);
  result = select(isNaN(x), nan, result);
  return (result | ((bits >> 16) & 0x8000)).trunci(b.getI16Type());
}

/// The fields of an FP16, moved into place, are an FP32 that is 2^112 times
/// too small, exactly so for subnormals too.
static Expr widenFP16(const Expr &half) {
  OpBuilder &b = half.e().b;
  Expr bits = half.extui(b.getI32Type());
  Expr fields = (bits & 0x7FFF) << 13;
  Expr finite = (fields.bitcast(b.getF32Type()) * 0x1p112).asInt();
  // Infinity, or a NaN made quiet.
  Expr quietBit =
      select(fields > 0x0F800000, bits.number(0x00400000), bits.number(0));
  Expr special = fields | 0x7F800000 | quietBit;
  Expr magnitude = select(fields >= 0x0F800000, special, finite);
  return (magnitude | ((bits & 0x8000) << 16)).bitcast(b.getF32Type());
}

Value tilec::emitFloatToFP16(OpBuilder &b, Location loc, Value x) {
  Site e{b, loc};
  return narrowToFP16({e, x});
}

Value tilec::emitFP16ToFloat(OpBuilder &b, Location loc, Value bits) {
  Site e{b, loc};
  return widenFP16({e, bits});
}

/// Converts with the processor's instruction. One lane goes as a scalar: LLVM
/// 19 crashes on a bitcast between single lanes of FP16 and of integers on
/// AArch64.
static Value convertLanes(Site &e, Value x,
                          llvm::function_ref<Value(Value)> convert) {
  auto vector = dyn_cast<VectorType>(x.getType());
  if (!vector || vector.getNumElements() != 1)
    return convert(x);
  Value result =
      convert(e.create<vector::ExtractOp>(x, llvm::ArrayRef<int64_t>{0}));
  return e.create<vector::BroadcastOp>(vector.clone(result.getType()), result);
}

Value tilec::emitFloatToFP16(OpBuilder &b, Location loc, Value x,
                             const CPUTarget &target) {
  Site e{b, loc};
  if (!target.features().fp16Conversion)
    return emitFloatToFP16(b, loc, x);
  return convertLanes(e, x, [&](Value value) -> Value {
    return Expr(e, value).truncf(b.getF16Type()).asInt();
  });
}

/// LLVM must not take a computation between two conversions for one in FP16:
/// on x86 its `minimum` of those loses NaNs, and comparing them is done lane by
/// lane.
static Value keepFP32(Site &e, Value x) {
  StringRef name = "llvm.arithmetic.fence";
  return e.create<LLVM::CallIntrinsicOp>(x.getType(), name, ValueRange(x))
      .getResult(0);
}

Value tilec::emitFP16ToFloat(OpBuilder &b, Location loc, Value bits,
                             const CPUTarget &target) {
  Site e{b, loc};
  if (!target.features().fp16Conversion)
    return emitFP16ToFloat(b, loc, bits);
  return convertLanes(e, bits, [&](Value value) {
    return keepFP32(
        e, Expr(e, value).bitcast(b.getF16Type()).extf(b.getF32Type()));
  });
}
