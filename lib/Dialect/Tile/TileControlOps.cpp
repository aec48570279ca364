//===- TileControlOps.cpp - Scopes, parallel loops and assertions -------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/Builders.h"
#include "mlir/IR/Matchers.h"
#include "tilec/Dialect/Tile/Tile.h"

using namespace mlir;
using namespace tilec::tile;

void ScopeOp::build(OpBuilder &builder, OperationState &state, StringRef name,
                    TypeRange results) {
  OpBuilder::InsertionGuard guard(builder);
  state.addAttribute(
      getLevelAttrName(state.name),
      FlatSymbolRefAttr::get(builder.getContext(), "core_group"));
  state.addAttribute(getNameAttrName(state.name), builder.getStringAttr(name));
  state.addTypes(results);
  builder.createBlock(state.addRegion());
}

YieldOp ScopeOp::getYield() {
  return cast<YieldOp>(getBlock()->getTerminator());
}

LogicalResult ScopeOp::verify() {
  // C26
  if (getLevel() != "core_group")
    return emitOpError() << "knows no level @" << getLevel();
  if (getYield().getValues().getTypes() != getResultTypes())
    return emitOpError("yields other types than its results");
  return success();
}

void ParallelOp::build(OpBuilder &builder, OperationState &state, Value lower,
                       Value upper, Value step, StringAttr name) {
  OpBuilder::InsertionGuard guard(builder);
  state.addOperands({lower, upper, step});
  if (name)
    state.addAttribute(getNameAttrName(state.name), name);
  Block *body = builder.createBlock(state.addRegion());
  body->addArgument(builder.getIndexType(), state.location);
}

LogicalResult ParallelOp::verify() {
  // C25
  if (getBlock()->getNumArguments() != 1 ||
      !getInductionVar().getType().isIndex())
    return emitOpError("has one induction variable, an index");
  APInt step;
  if (matchPattern(getStep(), m_ConstantInt(&step)) &&
      !step.isStrictlyPositive())
    return emitOpError("step must be positive");
  auto yield = cast<YieldOp>(getBlock()->getTerminator());
  if (!yield.getValues().empty())
    return emitOpError("carries nothing to the next iteration");
  return success();
}

// tile.parallel %i = %lower to %upper step %step name "x" { ... }
ParseResult ParallelOp::parse(OpAsmParser &parser, OperationState &result) {
  OpAsmParser::Argument induction;
  OpAsmParser::UnresolvedOperand bounds[3];
  Type index = parser.getBuilder().getIndexType();
  induction.type = index;
  if (parser.parseArgument(induction) || parser.parseEqual() ||
      parser.parseOperand(bounds[0]) || parser.parseKeyword("to") ||
      parser.parseOperand(bounds[1]) || parser.parseKeyword("step") ||
      parser.parseOperand(bounds[2]) ||
      parser.resolveOperands(bounds, index, result.operands))
    return failure();
  if (succeeded(parser.parseOptionalKeyword("name"))) {
    StringAttr name;
    if (parser.parseAttribute(name, getNameAttrName(result.name),
                              result.attributes))
      return failure();
  }
  Region *body = result.addRegion();
  if (parser.parseOptionalAttrDictWithKeyword(result.attributes) ||
      parser.parseRegion(*body, induction))
    return failure();
  ensureTerminator(*body, parser.getBuilder(), result.location);
  return success();
}

void ParallelOp::print(OpAsmPrinter &printer) {
  printer << ' ' << getInductionVar() << " = " << getLower() << " to "
          << getUpper() << " step " << getStep();
  if (StringAttr name = getNameAttr())
    printer << " name " << name;
  printer.printOptionalAttrDictWithKeyword((*this)->getAttrs(),
                                           {getNameAttrName()});
  printer << ' ';
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false,
                      /*printBlockTerminators=*/false);
}

LogicalResult AssertOp::verify() {
  // C27
  if (getValues().size() > 8)
    return emitOpError("shows at most eight values");
  return success();
}

LogicalResult AssertOp::canonicalize(AssertOp op, PatternRewriter &rewriter) {
  if (!matchPattern(op.getCondition(), m_One()))
    return rewriter.notifyMatchFailure(op,
                                       "the condition is not known to hold");
  rewriter.eraseOp(op);
  return success();
}
