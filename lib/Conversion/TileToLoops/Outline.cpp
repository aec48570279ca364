//===- Outline.cpp - Functions for scopes and parallel bodies -----------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"
#include <fmt/format.h>

using namespace tilec;
using namespace tilec::lowering;

FunctionState Emitter::beginFunction(StringRef name, ArrayRef<Type> arguments) {
  // The author's name, kept apart from others of the same.
  std::string symbol = fmt::format("{}.{}", entryName, name.str());
  if (unsigned used = functionNames[symbol]++)
    symbol = fmt::format("{}.{}", symbol, used);
  SmallVector<Type> types{ptrType};
  llvm::append_range(types, arguments);
  b.setInsertionPointToEnd(module.getBody());
  auto func = b.create<func::FuncOp>(loc, symbol, b.getFunctionType(types, {}));
  func.setPrivate();
  func->setAttr(
      "llvm.linkage",
      LLVM::LinkageAttr::get(b.getContext(), LLVM::linkage::Linkage::Internal));
  b.setInsertionPointToStart(func.addEntryBlock());
  FunctionState result{func, func.getArgument(0), {}};
  result.scratch = loadScalar(result.worker, ptrType, 0);
  return result;
}

static func::FuncOp getFunction(Value value) {
  return value.getParentBlock()->getParent()->getParentOfType<func::FuncOp>();
}

SetVector<Value> Emitter::takeCaptures(func::FuncOp func) {
  SetVector<Value> captures;
  DenseMap<Operation *, Operation *> constants;
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(&func.getBody().front());
  func.walk([&](Operation *op) {
    if (op == func)
      return;
    for (OpOperand &operand : op->getOpOperands()) {
      Operation *definition = operand.get().getDefiningOp();
      if (getFunction(operand.get()) == func)
        continue;
      if (!definition ||
          !isa<arith::ConstantOp, LLVM::ZeroOp, func::ConstantOp>(definition)) {
        captures.insert(operand.get());
        continue;
      }
      Operation *&clone = constants[definition];
      if (!clone)
        clone = b.clone(*definition);
      operand.set(clone->getResult(0));
    }
  });
  return captures;
}

static void replaceInside(func::FuncOp func, Value from, Value to) {
  from.replaceUsesWithIf(to, [&](OpOperand &use) {
    return func->isProperAncestor(use.getOwner());
  });
}

void Emitter::finishScopeFunction(func::FuncOp func,
                                  const FunctionState &outer) {
  SmallVector<Value> arguments{outer.worker};
  for (Value capture : takeCaptures(func)) {
    // The callee's own worker is the caller's.
    if (capture == outer.worker) {
      replaceInside(func, capture, func.getArgument(0));
      continue;
    }
    unsigned number = func.getNumArguments();
    func.insertArgument(number, capture.getType(), {}, capture.getLoc());
    replaceInside(func, capture, func.getArgument(number));
    arguments.push_back(capture);
  }
  b.create<func::CallOp>(loc, func, arguments);
}

void Emitter::finishBodyFunction(func::FuncOp func, const FunctionState &outer,
                                 Value count) {
  SetVector<Value> captures = takeCaptures(func);
  Type i8 = b.getI8Type();
  auto slot = [&](Value env, int64_t i) -> Value {
    return b.create<LLVM::GEPOp>(loc, ptrType, i8, env,
                                 ArrayRef<LLVM::GEPArg>{int32_t(8 * i)});
  };
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(&func.getBody().front());
    for (auto [i, capture] : llvm::enumerate(captures))
      replaceInside(
          func, capture,
          loadScalar(slot(func.getArgument(1), i), capture.getType(), 0));
  }
  Value env;
  {
    // In the entry block: a loop around the call must not grow the stack.
    OpBuilder::InsertionGuard guard(b);
    func::FuncOp caller = outer.func;
    b.setInsertionPointToStart(&caller.getBody().front());
    Value bytes = b.create<arith::ConstantOp>(
        loc, b.getI64IntegerAttr(8 * std::max<int64_t>(captures.size(), 1)));
    env = b.create<LLVM::AllocaOp>(loc, ptrType, i8, bytes, kAlignment);
  }
  for (auto [i, capture] : llvm::enumerate(captures)) {
    Value value = capture.getType().isIndex() ? toI64(capture) : capture;
    b.create<LLVM::StoreOp>(loc, value, slot(env, i));
  }
  Value body =
      b.create<func::ConstantOp>(loc, func.getFunctionType(), func.getName());
  Value pointer =
      b.create<UnrealizedConversionCastOp>(loc, ptrType, body).getResult(0);
  b.create<func::CallOp>(
      loc,
      getRuntimeFunction("tilec_rt_parallel_for",
                         {ptrType, ptrType, ptrType, b.getI64Type()}),
      ValueRange{outer.worker, pointer, env, toI64(count)});
}

func::FuncOp Emitter::getRuntimeFunction(StringRef name, TypeRange arguments,
                                         TypeRange results) {
  if (auto func = module.lookupSymbol<func::FuncOp>(name))
    return func;
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToEnd(module.getBody());
  auto func = b.create<func::FuncOp>(module.getLoc(), name,
                                     b.getFunctionType(arguments, results));
  func.setPrivate();
  return func;
}
