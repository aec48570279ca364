//===- IndexExtents.cpp - Extents of tensors and tiles ------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/AffineExpr.h"
#include "tilec/Analysis/IndexConstraints.h"
#include "tilec/Dialect/Tile/Tile.h"
#include "tilec/Support/Signature.h"

using namespace mlir;
using namespace tilec;
using namespace tilec::tile;

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

LinearExpr IndexConstraints::getExtent(Value tensor, unsigned dim,
                                       unsigned iteration) {
  int64_t extent = cast<TensorRefType>(tensor.getType()).getShape()[dim];
  if (!ShapedType::isDynamic(extent))
    return LinearExpr(extent);
  auto key = std::make_pair(getKey(tensor, iteration), dim);
  auto found = knownExtents.find(key);
  if (found != knownExtents.end())
    return found->second;
  LinearExpr expr = computeExtent(tensor, dim, iteration);
  knownExtents[key] = expr;
  Conjunction facts;
  facts.nonNegative.push_back(expr);
  system.add(facts);
  return expr;
}

LinearExpr IndexConstraints::computeExtent(Value tensor, unsigned dim,
                                           unsigned iteration) {
  if (auto argument = dyn_cast<BlockArgument>(tensor))
    if (isa<func::FuncOp>(argument.getOwner()->getParentOp()))
      return getParameterExtent(argument, dim);
  if (auto create = tensor.getDefiningOp<CreateOp>()) {
    ArrayRef<int64_t> outer = create.getResult().getType().getShape();
    unsigned number = llvm::count_if(outer.take_front(dim), [](int64_t d) {
      return ShapedType::isDynamic(d);
    });
    return get(create.getSizes()[number], iteration);
  }
  if (auto reshape = tensor.getDefiningOp<ReshapeOp>())
    return getReshapedExtent(reshape, dim, iteration);
  return LinearExpr::variable(addVariable({0, INT64_MAX}));
}

/// Where both sides have one extent that is not constant, one follows from the
/// other.
LinearExpr IndexConstraints::getReshapedExtent(Operation *op, unsigned dim,
                                               unsigned iteration) {
  auto reshape = cast<ReshapeOp>(op);
  LinearExpr result = LinearExpr::variable(addVariable({0, INT64_MAX}));
  auto split = [](TensorRefType type, WideInt &cells) {
    std::optional<unsigned> dynamic;
    for (auto [d, extent] : llvm::enumerate(type.getShape())) {
      if (!ShapedType::isDynamic(extent))
        cells *= extent; // The type's verifier has bounded the product.
      else if (dynamic)
        return std::optional<unsigned>();
      else
        dynamic = d;
    }
    return dynamic;
  };
  WideInt before = 1, after = 1;
  auto from = split(cast<TensorRefType>(reshape.getSource().getType()), before);
  if (!from ||
      !split(cast<TensorRefType>(reshape.getResult().getType()), after))
    return result;
  Conjunction facts;
  facts.addEqual(result * after,
                 getExtent(reshape.getSource(), *from, iteration) * before);
  system.add(facts);
  return result;
}

/// The extent that a call has checked against the dynamic names.
LinearExpr IndexConstraints::getParameterExtent(BlockArgument tensor,
                                                unsigned dim) {
  auto function = cast<func::FuncOp>(tensor.getOwner()->getParentOp());
  auto shape = function.getArgAttrOfType<AffineMapAttr>(tensor.getArgNumber(),
                                                        "tile.shape");
  LinearExpr unknown = LinearExpr::variable(addVariable({0, kMaxExtent}));
  if (!shape || dim >= shape.getValue().getNumResults())
    return unknown;
  SmallVector<Value> names;
  for (BlockArgument argument : function.getArguments())
    if (function.getArgAttr(argument.getArgNumber(), "tile.symbol"))
      names.push_back(argument);
  std::function<std::optional<LinearExpr>(AffineExpr)> evaluate =
      [&](AffineExpr expr) -> std::optional<LinearExpr> {
    if (auto constant = dyn_cast<AffineConstantExpr>(expr))
      return LinearExpr(constant.getValue());
    if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
      return symbol.getPosition() < names.size()
                 ? std::optional(get(names[symbol.getPosition()]))
                 : std::nullopt;
    auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
    if (!binary || (expr.getKind() != AffineExprKind::Add &&
                    expr.getKind() != AffineExprKind::Mul))
      return std::nullopt;
    auto lhs = evaluate(binary.getLHS()), rhs = evaluate(binary.getRHS());
    if (!lhs || !rhs)
      return std::nullopt;
    return expr.getKind() == AffineExprKind::Add ? *lhs + *rhs
                                                 : multiply(*lhs, *rhs);
  };
  if (auto expr = evaluate(shape.getValue().getResult(dim))) {
    Conjunction facts;
    facts.addEqual(unknown, *expr);
    // Where the extent is a multiple of one unknown, this bounds it.
    facts.nonNegative.push_back(LinearExpr(kMaxExtent) - *expr);
    system.add(facts);
  }
  return unknown;
}

//===----------------------------------------------------------------------===//
// Tiles
//===----------------------------------------------------------------------===//

LinearExpr IndexConstraints::getValidExtent(Value tile, unsigned dim,
                                            unsigned iteration) {
  ValidExtent extent = tilec::getValidExtent(tile, dim);
  SmallVector<LinearExpr> bounds;
  int64_t size = cast<TileType>(tile.getType()).getShape()[dim];
  for (const ExtentBound &bound : extent.bounds) {
    bounds.push_back(get(bound, iteration));
    if (!bound.value)
      size = std::min(size, bound.constant);
  }
  if (bounds.size() == 1 && bounds.front().isConstant() && extent.isExact)
    return LinearExpr(WideInt(size));
  // Either 0, and then some bound is not positive, or at most each, and then
  // one of them.
  LinearExpr result = LinearExpr::variable(addVariable({0, size}));
  Conjunction empty, some;
  empty.zero.push_back(result);
  some.nonNegative.push_back(result - 1);
  for (const LinearExpr &bound : bounds)
    some.addAtMost(result, bound);
  Disjunction cases = {empty, some};
  if (extent.isExact) {
    cases.clear();
    for (const LinearExpr &bound : bounds) {
      cases.push_back(empty);
      cases.back().nonNegative.push_back(bound * -1);
      cases.push_back(some);
      cases.back().addEqual(result, bound);
    }
  }
  system.add(cases);
  return result;
}
