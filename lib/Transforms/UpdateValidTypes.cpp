//===- UpdateValidTypes.cpp - Types after valid regions changed ---------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "UpdateValidTypes.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "tilec/Dialect/Tile/Tile.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tilec;
using namespace tilec::tile;

namespace {

/// In program order. A loop begins with the types that it is entered with, and
/// is looked at again until what an iteration yields adds nothing: each extent
/// can change once more, to one that only the run knows.
class TypeUpdater {
public:
  explicit TypeUpdater(DenseSet<Value> changed) : changed(std::move(changed)) {}

  void visit(Block &block) {
    for (Operation &op : llvm::make_early_inc_range(block))
      visit(&op);
  }

private:
  void visit(Operation *op);
  void visitLoop(scf::ForOp loop);
  void visitBranch(scf::IfOp branch);
  void visitScope(ScopeOp scope);
  void relax(Operation *user, unsigned number, Type type);
  void setType(Value value, Type type);
  bool hasChanged(Operation *op) {
    return llvm::any_of(op->getOperands(),
                        [&](Value v) { return changed.contains(v); });
  }

  DenseSet<Value> changed;
  /// What changes of type once led to.
  DenseMap<Operation *, TileType> relaxed;
};

} // namespace

void TypeUpdater::setType(Value value, Type type) {
  if (value.getType() == type)
    return;
  value.setType(type);
  changed.insert(value);
}

/// What is known of both.
static Type join(Type lhs, Type rhs) {
  auto left = dyn_cast<TileType>(lhs), right = dyn_cast<TileType>(rhs);
  if (!left || lhs == rhs)
    return lhs;
  SmallVector<int64_t> valid(left.getValid());
  for (auto [extent, other] : llvm::zip_equal(valid, right.getValid()))
    if (extent != other)
      extent = ShapedType::kDynamic;
  return left.withValid(valid);
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

static InferredType inferSliceType(SliceOp op) {
  InferenceError error;
  return inferSlice(op.getSource().getType(),
                    op.getResult().getType().getShape(),
                    getConstantExtents(op.getValid()), error,
                    getConstantExtents(op.getOffsets()));
}

static InferredType inferContractType(ContractOp op) {
  InferenceError error;
  auto lhsOffsets = getConstantExtents(op.getLhsOffsets());
  auto rhsOffsets = getConstantExtents(op.getRhsOffsets());
  auto extents = getConstantExtents({op.getM(), op.getN()});
  return inferContract(
      {op.getLhs().getType(), lhsOffsets, op.getTransposeA(), extents[0]},
      {op.getRhs().getType(), rhsOffsets, op.getTransposeB(), extents[1]},
      op.getAcc() ? op.getAcc().getType() : Type(),
      op.getResult().getType().getShape(), error);
}

/// The type by the rules, for operations whose operands decide it.
static InferredType inferType(Operation *op) {
  InferenceError error;
  return TypeSwitch<Operation *, InferredType>(op)
      .Case([](SliceOp slice) { return inferSliceType(slice); })
      .Case([](ContractOp product) { return inferContractType(product); })
      .Case([&](SetValidShapeOp set) {
        return inferSetValidShape(set.getSource().getType(),
                                  getConstantExtents(set.getValid()), error);
      })
      .Case([&](CastOp cast) -> InferredType {
        auto type = cast.getOperand().getType();
        return Type(
            type.withElementType(cast.getResult().getType().getElementType()));
      })
      .Case([&](ReshapeOp reshape) {
        auto type = mlir::cast<TileType>(reshape.getResult().getType());
        return inferReshape(reshape.getSource().getType(), type.getShape(),
                            error);
      })
      .Case([&](InferTypeOpInterface inferred) -> InferredType {
        SmallVector<Type> types;
        if (failed(inferred.inferReturnTypes(
                op->getContext(), std::nullopt, op->getOperands(),
                op->getAttrDictionary(), op->getPropertiesStorage(),
                op->getRegions(), types)))
          return failure();
        return types.front();
      })
      .Default([](Operation *) { return failure(); });
}

void tilec::updateTypeOfAccess(Operation *op) {
  InferredType type = inferType(op);
  assert(succeeded(type) && "fewer cells than before, of the same source");
  op->getResult(0).setType(*type);
}

void TypeUpdater::visit(Operation *op) {
  if (auto loop = dyn_cast<scf::ForOp>(op))
    return visitLoop(loop);
  if (auto branch = dyn_cast<scf::IfOp>(op))
    return visitBranch(branch);
  if (auto scope = dyn_cast<ScopeOp>(op))
    return visitScope(scope);
  for (Region &region : op->getRegions())
    for (Block &block : region)
      visit(block);
  if (op->getNumResults() != 1 || !hasChanged(op) ||
      !isa<TileType>(op->getResult(0).getType()))
    return;
  if (auto relax = dyn_cast<RelaxValidOp>(op)) {
    // What it hid remains hidden, so that it still fits where it is used.
    auto known = cast<TileType>(relax.getSource().getType());
    TileType once =
        relaxed.try_emplace(op, relax.getResult().getType()).first->second;
    SmallVector<int64_t> valid(known.getValid());
    for (auto [extent, before] : llvm::zip_equal(valid, once.getValid()))
      if (ShapedType::isDynamic(before))
        extent = before;
    return setType(relax.getResult(), known.withValid(valid));
  }
  // Padded tiles are valid whatever they are made from.
  if (isa<FillPadOp>(op))
    return;
  InferredType type = inferType(op);
  if (succeeded(type))
    setType(op->getResult(0), *type);
}

//===----------------------------------------------------------------------===//
// Control
//===----------------------------------------------------------------------===//

/// Makes an operand have a type that knows less.
void TypeUpdater::relax(Operation *user, unsigned number, Type type) {
  Value operand = user->getOperand(number);
  if (operand.getType() == type)
    return;
  OpBuilder b(user);
  user->setOperand(number,
                   b.create<RelaxValidOp>(operand.getLoc(), type, operand));
}

void TypeUpdater::visitLoop(scf::ForOp loop) {
  Block &body = *loop.getBody();
  Operation *yield = body.getTerminator();
  for (auto [argument, init] :
       llvm::zip_equal(loop.getRegionIterArgs(), loop.getInitArgs()))
    setType(argument, init.getType());
  for (bool isAgain = true; isAgain;) {
    isAgain = false;
    visit(body);
    for (auto [argument, last] :
         llvm::zip_equal(loop.getRegionIterArgs(), yield->getOperands())) {
      Type type = join(argument.getType(), last.getType());
      isAgain |= type != argument.getType();
      setType(argument, type);
    }
  }
  for (auto [number, argument] : llvm::enumerate(loop.getRegionIterArgs())) {
    relax(loop, loop.getNumControlOperands() + number, argument.getType());
    relax(yield, number, argument.getType());
    setType(loop.getResult(number), argument.getType());
  }
}

void TypeUpdater::visitBranch(scf::IfOp branch) {
  for (Region &region : branch->getRegions())
    for (Block &block : region)
      visit(block);
  for (OpResult result : branch.getResults()) {
    unsigned number = result.getResultNumber();
    Operation *arms[] = {branch.thenYield(), branch.elseYield()};
    Type type = join(arms[0]->getOperand(number).getType(),
                     arms[1]->getOperand(number).getType());
    for (Operation *yield : arms)
      relax(yield, number, type);
    setType(result, type);
  }
}

void TypeUpdater::visitScope(ScopeOp scope) {
  visit(*scope.getBlock());
  for (auto [result, value] :
       llvm::zip_equal(scope.getResults(), scope.getYield().getValues()))
    setType(result, value.getType());
}

void tilec::updateValidTypes(func::FuncOp function, DenseSet<Value> changed) {
  if (!changed.empty())
    TypeUpdater(std::move(changed)).visit(function.getBody().front());
}
