//===- Emitter.cpp - Making operations ------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"

using namespace tilec;

void Emitter::enterFunction(mlir::func::FuncOp entered) {
  function = entered;
  constants.clear();
  lastConstant = nullptr;
  builder.setInsertionPointToStart(&function.getBody().front());
}

mlir::Location Emitter::locate(SourceRange range) const {
  return locate(range, "");
}

mlir::Location Emitter::locate(SourceRange range, llvm::StringRef name) const {
  mlir::Location loc = mlir::UnknownLoc::get(builder.getContext());
  if (range.isValid()) {
    FileLocation where = sources.locate(range.begin);
    loc = mlir::FileLineColLoc::get(builder.getContext(), where.file,
                                    where.line, where.column);
  }
  if (!name.empty())
    loc = mlir::NameLoc::get(mlir::StringAttr::get(builder.getContext(), name),
                             loc);
  if (callLocation)
    loc = mlir::CallSiteLoc::get(loc, mlir::Location(callLocation));
  return loc;
}

mlir::Value Emitter::constant(mlir::TypedAttr value) {
  mlir::Value &known = constants[value];
  if (known)
    return known;
  mlir::OpBuilder::InsertionGuard guard(builder);
  if (lastConstant)
    builder.setInsertionPointAfter(lastConstant);
  else
    builder.setInsertionPointToStart(&function.getBody().front());
  auto op = builder.create<mlir::arith::ConstantOp>(function.getLoc(), value);
  lastConstant = op;
  return known = op;
}

bool Emitter::isSharedConstant(mlir::Operation *op) const {
  auto constant = mlir::dyn_cast<mlir::arith::ConstantOp>(op);
  return constant && constants.lookup(constant.getValue()) == op->getResult(0);
}

mlir::Value Emitter::constantIndex(int64_t value) {
  return constant(builder.getIndexAttr(value));
}

mlir::Value Emitter::constantBool(bool value) {
  return constant(builder.getBoolAttr(value));
}

static const llvm::fltSemantics &semanticsOf(DType dtype) {
  switch (dtype) {
  case DType::BF16:
    return llvm::APFloat::BFloat();
  case DType::FP16:
    return llvm::APFloat::IEEEhalf();
  default:
    return llvm::APFloat::IEEEsingle();
  }
}

static llvm::APFloat round(double value, DType dtype) {
  llvm::APFloat rounded(value);
  bool losesInfo;
  rounded.convert(semanticsOf(dtype), llvm::APFloat::rmNearestTiesToEven,
                  &losesInfo);
  return rounded;
}

mlir::Value Emitter::constantFloat(double value, DType dtype) {
  mlir::Type type = getElementType(getContext(), dtype);
  return constant(mlir::FloatAttr::get(type, round(value, dtype)));
}

double tilec::roundToDType(double value, DType dtype) {
  llvm::APFloat rounded = round(value, dtype);
  bool losesInfo;
  rounded.convert(llvm::APFloat::IEEEdouble(),
                  llvm::APFloat::rmNearestTiesToEven, &losesInfo);
  return rounded.convertToDouble();
}
