//===- Machine.cpp - Runs operations one after the other ------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Machine.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "tilec/Dialect/Tile/TileSignature.h"
#include "tilec/Support/RuntimeMessages.h"
#include "llvm/Support/SaveAndRestore.h"

using namespace mlir;
using namespace tilec;

/// Regions within regions and calls within calls: far beyond what a source
/// file can nest, far below what the stack holds.
static constexpr unsigned maxDepth = 1000;

/// No core has a cache for a tile this large; 2^31 bytes.
static constexpr int64_t maxTileBytes = int64_t(1) << 31;

Machine::Machine(const InterpreterOptions &options) : options(options) {
  if (options.checkRaces)
    races.emplace();
  addCreationOps(*this);
  addStorageOps(*this);
  addSliceOps(*this);
  addMovementOps(*this);
  addElementwiseOps(*this);
  addCastOps(*this);
  addReductionOps(*this);
  addMatmulOps(*this);
  addControlOps(*this);
  addIntegerArithOps(*this);
  addFloatArithOps(*this);
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

const RuntimeValue &Machine::get(Value value) const {
  auto found = values.find(value);
  assert(found != values.end() && "verified IR defines a value before its use");
  return found->second;
}

const ScalarValue &Machine::getScalar(Value value) const {
  return std::get<ScalarValue>(get(value));
}

const TileValue &Machine::getTile(Value value) const {
  return std::get<TileValue>(get(value));
}

llvm::Error Machine::getTensor(Operation *op, Value value,
                               TensorValue &tensor) const {
  tensor = std::get<TensorValue>(get(value));
  if (!tensor.storage)
    return fail(op, "no tensor has been bound to this name");
  return llvm::Error::success();
}

llvm::Error Machine::getIndex(Operation *op, Value value,
                              int64_t &index) const {
  const ScalarValue &scalar = getScalar(value);
  if (scalar.undefined)
    return fail(op, "depends on a cell that nobody wrote");
  index = scalar.integer;
  return llvm::Error::success();
}

llvm::Error Machine::getIndices(Operation *op, ValueRange values,
                                Shape &indices) const {
  for (Value value : values)
    if (auto error = getIndex(op, value, indices.emplace_back()))
      return error;
  return llvm::Error::success();
}

void Machine::set(Value value, RuntimeValue runtimeValue) {
  values[value] = std::move(runtimeValue);
}

llvm::Error Machine::setTile(Operation *op, TileValue tile) {
  ArrayRef<int64_t> stated =
      cast<tile::TileType>(op->getResult(0).getType()).getValid();
  for (auto [d, extent] : llvm::enumerate(stated))
    if (!ShapedType::isDynamic(extent) && extent != tile.valid[d])
      return fail(op, "the result is valid in " +
                          messages::extents(tile.valid) +
                          ", which its type denies");
  set(op->getResult(0), std::move(tile));
  return llvm::Error::success();
}

llvm::Error Machine::setResult(Operation *op, RuntimeValue result) {
  if (auto *tile = std::get_if<TileValue>(&result))
    return setTile(op, std::move(*tile));
  set(op->getResult(0), std::move(result));
  return llvm::Error::success();
}

llvm::Error Machine::access(Operation *op, const TensorValue &tensor,
                            ArrayRef<int64_t> offsets,
                            ArrayRef<int64_t> extents, bool isWrite) {
  if (races)
    if (auto race = races->access(op, tensor, offsets, extents, isWrite))
      return fail(op, *race);
  return llvm::Error::success();
}

std::optional<DType> tilec::getScalarDType(Type type) {
  if (type.isInteger(1))
    return DType::BOOL;
  auto integer = dyn_cast<IntegerType>(type);
  if (isa<IndexType>(type) || (integer && integer.getWidth() <= 64))
    return DType::INDEX;
  if (isa<FloatType>(type))
    return tile::getDType(type);
  return std::nullopt;
}

DType tilec::getDTypeOf(TypedValue<tile::TileType> tile) {
  return *tile::getDType(tile.getType().getElementType());
}

//===----------------------------------------------------------------------===//
// Execution
//===----------------------------------------------------------------------===//

llvm::Error Machine::fail(Location location, const Twine &message) const {
  return llvm::make_error<RuntimeError>(tile::getSourcePlace(location),
                                        message.str());
}

llvm::Error Machine::fail(Operation *op, const Twine &message) const {
  return fail(op->getLoc(), message);
}

llvm::Error Machine::fail(Operation *op, StringRef message,
                          ArrayRef<int64_t> values) const {
  return fail(op, messages::format(message, values));
}

llvm::Error Machine::runOperation(Operation *op) {
  auto function = functions.find(op->getName().getTypeID());
  if (function == functions.end())
    return fail(op, "the interpreter does not know the operation `" +
                        op->getName().getStringRef() + "`");
  return function->second(*this, op);
}

llvm::Error Machine::runBlock(Block &block, ArrayRef<RuntimeValue> arguments,
                              Values &results) {
  llvm::SaveAndRestore nested(depth, depth + 1);
  if (depth > maxDepth)
    return fail(block.getParentOp(), "nested too deeply to interpret");
  for (auto [argument, value] :
       llvm::zip_equal(block.getArguments(), arguments))
    set(argument, value);
  for (Operation &op : block.without_terminator())
    if (auto error = runOperation(&op))
      return error;
  Operation *end = block.getTerminator();
  if (!isa<func::ReturnOp, scf::YieldOp, scf::ConditionOp, tile::YieldOp>(end))
    return runOperation(end);
  results.clear();
  for (Value operand : end->getOperands())
    results.push_back(get(operand));
  return llvm::Error::success();
}

llvm::Error Machine::runFunction(Operation *caller, func::FuncOp function,
                                 ArrayRef<RuntimeValue> arguments,
                                 Values &results) {
  if (!function || !function.getBody().hasOneBlock())
    return fail(caller, "needs a function with a body of one block");
  if (auto error = checkSizes(function))
    return error;
  llvm::DenseMap<Value, RuntimeValue> outer;
  std::swap(values, outer);
  llvm::Error error = runBlock(function.getBody().front(), arguments, results);
  std::swap(values, outer);
  return error;
}

/// Tiles are allocated as their types say.
llvm::Error Machine::checkSizes(func::FuncOp function) const {
  llvm::Error error = llvm::Error::success();
  function.walk([&](Operation *op) {
    for (Type type : op->getResultTypes()) {
      auto tile = dyn_cast<tile::TileType>(type);
      if (!tile)
        continue;
      DType dtype = *tile::getDType(tile.getElementType());
      auto bytes = getByteSize(dtype, tile.getShape());
      if (bytes && *bytes <= maxTileBytes)
        continue;
      error = fail(op, "a tile of " + messages::extents(tile.getShape()) +
                           " is too large to interpret");
      return WalkResult::interrupt();
    }
    return WalkResult::advance();
  });
  return error;
}
