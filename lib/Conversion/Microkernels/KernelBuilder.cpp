//===- KernelBuilder.cpp - Emits one function of a microkernel ------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelBuilder.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "tilec/Conversion/VectorMath.h"
#include <fmt/format.h>

using namespace tilec;
using namespace tilec::emit;
using namespace tilec::microkernel;
using namespace mlir;

unsigned Kernel::elementBytes() const {
  return storageType().getIntOrFloatBitWidth() / 8;
}

Type Kernel::storageType() const {
  Builder b(context());
  switch (element) {
  case MatmulElement::BF16:
  case MatmulElement::FP16:
    return b.getI16Type();
  case MatmulElement::FP32:
    return b.getF32Type();
  case MatmulElement::Int8:
    return b.getI8Type();
  }
  llvm_unreachable("unknown element");
}

Type Kernel::accumulatorType() const {
  Builder b(context());
  if (element == MatmulElement::Int8)
    return b.getI32Type();
  return b.getF32Type();
}

VectorType Kernel::vectorOf(Type type) const {
  return VectorType::get({int64_t(row.lanes)}, type);
}

bool Kernel::flushesInSoftware() const {
  return element == MatmulElement::BF16 && target.arch() == Arch::Other;
}

bool Kernel::needsFlushMode() const {
  return element == MatmulElement::BF16 && !row.pairDot && !flushesInSoftware();
}

std::string Kernel::symbol(StringRef what) const {
  static constexpr StringLiteral names[] = {"bf16", "fp16", "fp32", "int8"};
  return fmt::format("tilec_{}_{}_{}", row.name.str(),
                     names[unsigned(element)].str(), what.str());
}

func::FuncOp microkernel::lookup(const Kernel &kernel, StringRef name) {
  // The kernel's module is only read through it.
  return ModuleOp(kernel.module).lookupSymbol<func::FuncOp>(name);
}

KernelBuilder::KernelBuilder(const Kernel &kernel, StringRef name,
                             TypeRange arguments, TypeRange results)
    : kernel(kernel), b(kernel.context()),
      site{b, getGeneratedLoc(b.getContext())} {
  b.setInsertionPointToStart(ModuleOp(kernel.module).getBody());
  func = site.create<func::FuncOp>(name, b.getFunctionType(arguments, results));
  setInternal(func);
  b.setInsertionPointToStart(func.addEntryBlock());
}

void KernelBuilder::finish(ValueRange results) {
  site.create<func::ReturnOp>(results);
}

Expr KernelBuilder::zero(Type type) {
  return {site, site.create<arith::ConstantOp>(b.getZeroAttr(type))};
}

Expr KernelBuilder::at(Value base, const Expr &bytes) {
  return {site, site.create<LLVM::GEPOp>(pointerType(), b.getI8Type(), base,
                                         ArrayRef<LLVM::GEPArg>{Value(bytes)})};
}

Expr KernelBuilder::at(Value base, int64_t bytes) {
  return {site,
          site.create<LLVM::GEPOp>(pointerType(), b.getI8Type(), base,
                                   ArrayRef<LLVM::GEPArg>{int32_t(bytes)})};
}

Expr KernelBuilder::load(Type type, Value pointer, unsigned align) {
  return {site, site.create<LLVM::LoadOp>(type, pointer, align)};
}

void KernelBuilder::store(Value value, Value pointer, unsigned align) {
  site.create<LLVM::StoreOp>(value, pointer, align);
}

Expr KernelBuilder::maskedLoad(Type type, Value pointer, Value mask,
                               unsigned align) {
  return {site, site.create<LLVM::MaskedLoadOp>(type, pointer, mask,
                                                ValueRange{zero(type)}, align)};
}

Expr KernelBuilder::isNotNull(Value pointer) {
  Value null = site.create<LLVM::ZeroOp>(pointerType());
  return {site,
          site.create<LLVM::ICmpOp>(LLVM::ICmpPredicate::ne, pointer, null)};
}

Expr KernelBuilder::isBelow(Value pointer, Value other) {
  return {site,
          site.create<LLVM::ICmpOp>(LLVM::ICmpPredicate::ult, pointer, other)};
}

void KernelBuilder::prefetch(Value pointer) {
  site.create<LLVM::Prefetch>(pointer, /*rw=*/0, kernel.row.prefetchLocality,
                              /*cache=*/1);
}

void KernelBuilder::maskedStore(Value value, Value pointer, Value mask,
                                unsigned align) {
  site.create<LLVM::MaskedStoreOp>(value, pointer, mask, align);
}

Expr KernelBuilder::alloca(int64_t bytes) {
  constexpr unsigned alignment = 64;
  return {site, site.create<LLVM::AllocaOp>(pointerType(), b.getI8Type(),
                                            i64(bytes), alignment)};
}

void KernelBuilder::copy(Value to, Value from, Value bytes) {
  site.create<LLVM::MemcpyOp>(to, from, bytes, /*isVolatile=*/false);
}

void KernelBuilder::clear(Value to, Value bytes) {
  site.create<LLVM::MemsetOp>(to, zero(b.getI8Type()), bytes,
                              /*isVolatile=*/false);
}

void KernelBuilder::copyRows(const Expr &to, const Expr &toStride,
                             const Expr &from, const Expr &fromStride,
                             const Expr &rows, const Expr &bytes) {
  forLoop(i64(0), rows, 1, [&](Expr i) {
    copy(at(to, i * toStride), at(from, i * fromStride), bytes);
  });
}

KernelBuilder::Values
KernelBuilder::forLoop(const Expr &lower, const Expr &upper, int64_t step,
                       ValueRange initial,
                       llvm::function_ref<Values(Expr, ValueRange)> body) {
  auto loop = site.create<scf::ForOp>(lower, upper, i64(step), initial);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  Values next = body({site, loop.getInductionVar()}, loop.getRegionIterArgs());
  // Without carried values the loop came with its terminator.
  if (!initial.empty())
    site.create<scf::YieldOp>(next);
  return llvm::to_vector(ValueRange(loop.getResults()));
}

void KernelBuilder::forLoop(const Expr &lower, const Expr &upper, int64_t step,
                            llvm::function_ref<void(Expr)> body) {
  forLoop(lower, upper, step, ValueRange(), [&](Expr i, ValueRange) {
    body(i);
    return Values();
  });
}

void KernelBuilder::ifThen(Value condition, llvm::function_ref<void()> body) {
  auto op = site.create<scf::IfOp>(condition, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(op.thenBlock());
  body();
}

KernelBuilder::Values
KernelBuilder::ifElse(Value condition, TypeRange types,
                      llvm::function_ref<Values()> then,
                      llvm::function_ref<Values()> otherwise) {
  auto op = site.create<scf::IfOp>(types, condition, /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(b);
  auto fill = [&](Block *block, llvm::function_ref<Values()> emit) {
    b.setInsertionPointToStart(block);
    Values results = emit();
    // Without results the block came with its terminator.
    if (!types.empty())
      site.create<scf::YieldOp>(results);
  };
  fill(op.thenBlock(), then);
  fill(op.elseBlock(), otherwise);
  return llvm::to_vector(ValueRange(op.getResults()));
}

KernelBuilder::Values KernelBuilder::call(func::FuncOp callee,
                                          ValueRange operands) {
  auto op = site.create<func::CallOp>(callee, operands);
  return llvm::to_vector(ValueRange(op.getResults()));
}

Expr KernelBuilder::shuffle(Value x, Value y, ArrayRef<int64_t> mask) {
  return {site, site.create<vector::ShuffleOp>(x, y, mask)};
}

KernelBuilder::Values KernelBuilder::callIntrinsic(StringRef name,
                                                   TypeRange results,
                                                   ValueRange operands) {
  auto op = site.create<LLVM::CallIntrinsicOp>(results, name, operands);
  return llvm::to_vector(ValueRange(op->getResults()));
}

Expr microkernel::flushSubnormals(const Expr &x) {
  Expr bits = x.asInt();
  Expr magnitude = bits & 0x7FFFFFFF;
  Expr sign = bits & int64_t(-0x80000000LL);
  return select(magnitude < 0x00800000, sign, bits).bitcast(x.elementType());
}

Expr microkernel::widen(KernelBuilder &code, const Expr &stored) {
  const Kernel &kernel = code.kernel;
  OpBuilder &b = code.b;
  Location loc = code.site.loc;
  switch (kernel.element) {
  case MatmulElement::BF16: {
    Expr wide{code.site, emitBF16ToFloat(b, loc, stored)};
    return kernel.flushesInSoftware() ? flushSubnormals(wide) : wide;
  }
  case MatmulElement::FP16:
    return {code.site, emitFP16ToFloat(b, loc, stored, kernel.target)};
  case MatmulElement::FP32:
    return stored;
  case MatmulElement::Int8:
    return stored.extsi(b.getI32Type());
  }
  llvm_unreachable("unknown element");
}
