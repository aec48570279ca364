//===- BuiltinsScalar.cpp - min, max, dynamic, yield_ ---------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Constants.h"
#include "Elaborator.h"

#include "llvm/ADT/StringExtras.h"

using namespace tilec;
namespace arith = mlir::arith;

/// The lesser or greater of two numbers, the first one if they are equal.
static Datum chooseConstant(const Datum &lhs, const Datum &rhs, bool isMin) {
  CompareOp op = isMin ? CompareOp::Lt : CompareOp::Gt;
  return (*foldCompare(op, rhs, lhs)).getBool() ? rhs : lhs;
}

static Datum choose(Elaborator &e, const Datum &lhs, const Datum &rhs,
                    bool isMin, const BoundArgs &args) {
  if (lhs.isSilent() || rhs.isSilent())
    return lhs.isSilent() ? lhs : rhs;
  for (const Datum *operand : {&lhs, &rhs})
    if (!operand->isNumber() && !operand->isScalar())
      return e.error(args.range(),
                     "'" + args.builtin.name + "' takes scalars, not " +
                         describe(*operand) +
                         (operand->isTile() || operand->isTensor()
                              ? "; use " + args.builtin.name.str() + "imum"
                              : std::string()));
  if (lhs.isNumber() && rhs.isNumber())
    return chooseConstant(lhs, rhs, isMin);
  auto left = e.typeOf(lhs), right = e.typeOf(rhs);
  auto type = e.join(*left, *right);
  if (!type || type->dtype == DType::BOOL)
    return e.refuseOperands(args.builtin.name, lhs, rhs, args.range());
  mlir::Value a = e.toScalar(lhs, type->dtype, args.range());
  mlir::Value b = e.toScalar(rhs, type->dtype, args.range());
  if (!a || !b)
    return Datum::poison();
  Emitter &emitter = e.emitter;
  SourceRange range = args.range();
  if (isFloat(type->dtype)) {
    mlir::Value value =
        isMin ? emitter.create<tile::MinimumOp>(range, a.getType(), a, b)
                    .getResult()
              : emitter.create<tile::MaximumOp>(range, a.getType(), a, b)
                    .getResult();
    return e.scalarOf(value, type->dtype);
  }
  mlir::Value value =
      isMin ? emitter.create<arith::MinSIOp>(range, a, b).getResult()
            : emitter.create<arith::MaxSIOp>(range, a, b).getResult();
  return e.scalarOf(value, type->dtype,
                    e.symbolic.apply(args.builtin.name, *lhs.getSymbolic(),
                                     *rhs.getSymbolic()));
}

static Datum minOrMax(Elaborator &e, const BoundArgs &args) {
  llvm::SmallVector<Datum, 4> operands;
  for (const BoundArg &arg : args.rest)
    operands.push_back(arg.datum);
  if (operands.size() == 1 && operands[0].isSequence()) {
    llvm::ArrayRef<Datum> elements = args.rest[0].datum.getElements();
    operands.assign(elements.begin(), elements.end());
  }
  if (operands.empty())
    return e.error(args.range(),
                   "'" + args.builtin.name + "' takes at least one operand");
  Datum result = operands.front();
  for (const Datum &operand : llvm::drop_begin(operands))
    result = choose(e, result, operand, args.builtin.name == "min", args);
  return result;
}

static Datum dynamicName(Elaborator &e, const BoundArgs &args) {
  if (!e.isAtModuleLevel())
    return e.error(args.range(), "a dynamic name is made at module level");
  std::optional<llvm::StringRef> name = e.toString(args[0], "name");
  if (!name)
    return Datum::poison();
  bool isName =
      !name->empty() && !llvm::isDigit(name->front()) &&
      llvm::all_of(*name, [](char c) { return llvm::isAlnum(c) || c == '_'; });
  if (!isName)
    return e.error(args[0].range(),
                   "the string of a dynamic name must be an identifier");
  return Datum::dynamic(DimExpr::symbol(*name));
}

static Datum yieldValues(Elaborator &e, const BoundArgs &args) {
  return e.yieldToLoop(args);
}

llvm::ArrayRef<Builtin> tilec::getScalarBuiltins() {
  constexpr auto anywhere = Builtin::Role::Anywhere;
  static const Builtin rows[] = {
      {"min", "*values", anywhere, minOrMax},
      {"max", "*values", anywhere, minOrMax},
      {"dynamic", "name", anywhere, dynamicName},
      {"yield_", "*values", anywhere, yieldValues},
  };
  return rows;
}
