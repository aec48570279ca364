//===- EmitControl.cpp - Control flow, scopes and scalars ---------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"
#include "mlir/IR/Matchers.h"
#include "tilec/Analysis/PackedAccess.h"
#include "tilec/Support/RuntimeMessages.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace tilec;
using namespace tilec::lowering;
using namespace tilec::tile;

Emitter::Emitter(ModuleOp module, const CPUTarget &target,
                 const PipelineOptions &options)
    : module(module), target(target), options(options), b(module.getContext()),
      loc(module.getLoc()),
      ptrType(LLVM::LLVMPointerType::get(module.getContext())),
      indexType(b.getIndexType()) {}

//===----------------------------------------------------------------------===//
// Entries
//===----------------------------------------------------------------------===//

/// The layout of each tensor parameter, as a number.
static Attribute getLayouts(Builder builder, TypeRange parameters) {
  SmallVector<int64_t> layouts;
  for (Type parameter : parameters)
    if (auto tensor = dyn_cast<TensorRefType>(parameter))
      layouts.push_back(int64_t(tensor.getLayout()));
  return builder.getDenseI64ArrayAttr(layouts);
}

LogicalResult Emitter::emitEntry(func::FuncOp entry) {
  loc = entry.getLoc();
  entryName = entry.getName().str();
  b.setInsertionPoint(entry);
  auto func = b.create<func::FuncOp>(
      loc, entryName + ".lowered",
      b.getFunctionType({ptrType, ptrType, ptrType}, {}));
  b.setInsertionPointToStart(func.addEntryBlock());
  function = {func, func.getArgument(0), {}};
  function.scratch = loadScalar(function.worker, ptrType, 0);

  // Scalars first: the shapes depend on the dynamic names.
  emitScalarParameters(entry);
  if (failed(emitTensorParameters(entry)))
    return failure();
  enterArena(entry);
  if (failed(emitBlock(entry.getBody().front())))
    return failure();
  b.create<func::ReturnOp>(loc);
  Attribute layouts = getLayouts(b, entry.getArgumentTypes());
  entry.erase();
  func.setName(entryName);
  int64_t scratch = llvm::alignTo(frameHighWater, kAlignment);
  func->setAttr("tile.scratch_bytes", b.getI64IntegerAttr(scratch));
  SmallVector<Attribute> names;
  for (const std::string &name : scopeNames)
    names.push_back(b.getStringAttr(name));
  func->setAttr("tile.scopes", b.getArrayAttr(names));
  func->setAttr("tile.layouts", layouts);
  return success();
}

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

LogicalResult Emitter::emitBlock(Block &body) {
  Block *outer = std::exchange(block, &body);
  PrefetchOp announcedOutside = std::exchange(announced, {});
  for (Operation &op : body.without_terminator()) {
    loc = op.getLoc();
    protectFrom(&op);
    if (failed(emitOp(&op)))
      return failure();
  }
  loc = body.getTerminator()->getLoc();
  block = outer;
  announced = announcedOutside;
  return success();
}

static bool isScalarOp(Operation *op) {
  auto isTile = [](Type type) { return isa<TileType, TensorRefType>(type); };
  return llvm::none_of(op->getOperandTypes(), isTile) &&
         llvm::none_of(op->getResultTypes(), isTile);
}

/// Whatever reads packed storage by rows would get other cells.
static LogicalResult checkPackedAccess(Operation *op) {
  for (Value operand : op->getOperands()) {
    auto tensor = dyn_cast<TensorRefType>(operand.getType());
    if (!tensor || !tensor.isPacked())
      continue;
    if (std::optional<StringRef> reason = getPackingObstacle(op, operand))
      return op->emitError("C30: packed storage cannot be read here: ")
             << *reason;
    auto product = dyn_cast<ContractOp>(op);
    if (product && product.getRhsKDim() != packed::getKDim(tensor.getLayout()))
      return op->emitError("C30: the sum is not over the k of the layout");
  }
  return success();
}

LogicalResult Emitter::emitOp(Operation *op) {
  if (failed(checkPackedAccess(op)))
    return failure();
  return TypeSwitch<Operation *, LogicalResult>(op)
      .Case([&](scf::ForOp op) { return emitFor(op); })
      .Case([&](scf::IfOp op) { return emitIf(op); })
      .Case([&](ScopeOp op) { return emitScope(op); })
      .Case([&](ParallelOp op) { return emitParallel(op); })
      .Case([&](AssertOp op) {
        SmallVector<Value> values;
        for (Value value : op.getValues())
          values.push_back(scalar(value));
        emitAssert(scalar(op.getCondition()), op.getMessage(), values);
        return success();
      })
      .Case([&](CreateOp op) { return emitCreate(op); })
      .Case([&](SliceOp op) { return emitSlice(op); })
      .Case([&](AssembleOp op) { return emitAssemble(op); })
      .Case([&](ReadOp op) { return emitRead(op); })
      .Case([&](WriteOp op) { return emitWrite(op); })
      .Case([&](DimOp op) {
        auto tile = dyn_cast<TileType>(op.getSource().getType());
        scalars.map(op.getResult(),
                    tile ? index(tile.getShape()[op.getDim()])
                         : tensors[op.getSource()].dims[op.getDim()]);
        return success();
      })
      .Case([&](ValidDimOp op) {
        scalars.map(op.getResult(), state(op.getSource()).valid[op.getDim()]);
        return success();
      })
      .Case([&](ReshapeOp op) { return emitReshape(op); })
      .Case([&](ConcatOp op) { return emitConcat(op); })
      .Case([&](TransposeOp op) { return emitTranspose(op); })
      .Case([&](FillPadOp op) { return emitFillPad(op); })
      .Case([&](InsertOp op) { return emitInsert(op); })
      .Case([&](MatmulOp op) {
        return emitMatmul(op, {}, op.getLhs(), op.getRhs(), op.getTransposeA(),
                          op.getTransposeB());
      })
      .Case([&](MatmulAccOp op) {
        return emitMatmul(op, op.getAcc(), op.getLhs(), op.getRhs(),
                          op.getTransposeA(), op.getTransposeB());
      })
      .Case([&](ContractOp op) { return emitContract(op); })
      .Case([&](PrefetchOp op) { return emitPrefetch(op); })
      .Case([&](ReduceOp op) { return emitReduce(op); })
      .Case([&](FloorDivOp op) { return emitScalarDivision(op, true); })
      .Case([&](ModOp op) { return emitScalarDivision(op, false); })
      .Case([&](UndefinedOp op) { return emitUndefined(op); })
      .Case<FullOp, ArangeOp, SetValidShapeOp, RelaxValidOp>(
          [&](auto op) { return emitElementwise(op); })
      .Default([&](Operation *op) {
        if (isScalarOp(op))
          return emitScalar(op);
        if (isa<ElementwiseOp>(op))
          return emitElementwise(op);
        return LogicalResult(op->emitError("cannot be lowered"));
      });
}

LogicalResult Emitter::emitUndefined(UndefinedOp op) {
  Type type = op.getResult().getType();
  if (auto tile = dyn_cast<TileType>(type)) {
    TileState undefined{tile, {}, allocate(tile), nullptr, 0, true};
    for (int64_t d = 0; d < tile.getRank(); ++d)
      undefined.valid.push_back(
          index(tile.isDynamicValid(d) ? 0 : tile.getValid()[d]));
    define(op.getResult(), std::move(undefined));
  } else if (auto tensor = dyn_cast<TensorRefType>(type)) {
    TensorState undefined{b.create<LLVM::ZeroOp>(loc, ptrType), {}};
    for (int64_t extent : tensor.getShape())
      undefined.dims.push_back(
          index(ShapedType::isDynamic(extent) ? 0 : extent));
    tensors[op.getResult()] = std::move(undefined);
  } else {
    Value zero =
        b.create<arith::ConstantOp>(loc, b.getZeroAttr(scalarType(type)));
    scalars.map(op.getResult(), zero);
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Structured control flow
//===----------------------------------------------------------------------===//

/// How often a loop runs: the span of its bounds may be none of 63 bits.
Value Emitter::countIterations(Value lower, Value upper, Value step) {
  Value last = subIndex(subIndex(upper, lower), index(1));
  Value count =
      addIndex(b.createOrFold<arith::DivUIOp>(loc, last, step), index(1));
  return b.createOrFold<arith::SelectOp>(loc, isLess(lower, upper), count,
                                         index(0));
}

Emitter::LoopRange Emitter::getRange(Value lower, Value upper, Value step) {
  emitAssert(isLess(index(0), step), messages::stepNotPositive, step);
  // Behind the last iteration a step that only the run knows may overflow.
  APInt known;
  if (matchPattern(step, m_ConstantInt(&known)))
    return {lower, upper, step, {}, {}};
  return {index(0), countIterations(lower, upper, step), index(1), lower, step};
}

Value Emitter::getVariable(const LoopRange &range, Value counter) {
  if (!range.first)
    return counter;
  return addIndex(range.first, mulIndex(counter, range.stride));
}

LogicalResult Emitter::emitFor(scf::ForOp op) {
  LoopRange range = getRange(scalar(op.getLowerBound()),
                             scalar(op.getUpperBound()), scalar(op.getStep()));
  SmallVector<Value> init;
  SmallVector<Memory> buffers;
  for (Value value : op.getInitArgs()) {
    Memory buffer;
    if (auto tile = dyn_cast<TileType>(value.getType())) {
      if (mayReuse(value)) {
        buffer = *state(value).memory;
      } else {
        buffer = allocate(tile);
        evaluateInto(value, buffer);
      }
    }
    buffers.push_back(buffer);
    llvm::append_range(init, flatten(value));
  }
  Value memory = markMemory(op);
  auto loop =
      b.create<scf::ForOp>(loc, range.lower, range.upper, range.step, init);
  {
    OpBuilder::InsertionGuard guard(b);
    int64_t mark = frame;
    if (!loop.getBody()->empty() &&
        loop.getBody()->back().hasTrait<OpTrait::IsTerminator>())
      loop.getBody()->back().erase();
    b.setInsertionPointToEnd(loop.getBody());
    scalars.map(op.getInductionVar(),
                getVariable(range, loop.getInductionVar()));
    SmallVector<Value> args(loop.getRegionIterArgs());
    ArrayRef<Value> parts = args;
    for (auto [arg, buffer] : llvm::zip_equal(op.getRegionIterArgs(), buffers))
      unflatten(arg, parts, &buffer);
    if (failed(emitBlock(*op.getBody())))
      return failure();
    SmallVector<Value> next = moveInto(op.getYieldedValues(), buffers);
    releaseMemory(memory);
    b.create<scf::YieldOp>(loc, next);
    frame = mark;
  }
  loc = op.getLoc();
  SmallVector<Value> results(loop.getResults());
  ArrayRef<Value> parts = results;
  for (auto [result, buffer] : llvm::zip_equal(op.getResults(), buffers))
    unflatten(result, parts, &buffer);
  return success();
}

LogicalResult Emitter::emitIf(scf::IfOp op) {
  SmallVector<Memory> buffers;
  SmallVector<Type> types;
  for (Value result : op.getResults()) {
    auto tile = dyn_cast<TileType>(result.getType());
    buffers.push_back(tile ? allocate(tile) : Memory());
    llvm::append_range(types, flattenedTypes(result.getType()));
  }
  bool hasElse = !op.getElseRegion().empty();
  auto branch = b.create<scf::IfOp>(loc, types, scalar(op.getCondition()),
                                    /*addThenBlock=*/true, hasElse);
  auto emitArm = [&](Region &from, Region &to) {
    OpBuilder::InsertionGuard guard(b);
    int64_t mark = frame;
    b.setInsertionPointToStart(&to.front());
    if (failed(emitBlock(from.front())))
      return failure();
    auto yield = cast<scf::YieldOp>(from.front().getTerminator());
    b.create<scf::YieldOp>(loc, moveInto(yield.getOperands(), buffers));
    frame = mark;
    return success();
  };
  for (auto [from, to] : llvm::zip(op->getRegions(), branch->getRegions())) {
    if (from.empty())
      continue;
    if (!to.front().empty())
      to.front().clear();
    if (failed(emitArm(from, to)))
      return failure();
  }
  loc = op.getLoc();
  SmallVector<Value> results(branch.getResults());
  ArrayRef<Value> parts = results;
  for (auto [result, buffer] : llvm::zip_equal(op.getResults(), buffers))
    unflatten(result, parts, &buffer);
  return success();
}

//===----------------------------------------------------------------------===//
// Scopes and parallel loops
//===----------------------------------------------------------------------===//

LogicalResult Emitter::emitScope(ScopeOp op) {
  // Results leave the function through memory of the caller's frame.
  SmallVector<Memory> buffers;
  SmallVector<Type> types;
  SmallVector<Value> slots;
  for (Value result : op.getResults()) {
    auto tile = dyn_cast<TileType>(result.getType());
    buffers.push_back(tile ? allocate(tile) : Memory());
    llvm::append_range(types, flattenedTypes(result.getType()));
  }
  for (size_t i = 0; i < types.size(); ++i)
    slots.push_back(allocateBytes(8));

  FunctionState outer = function;
  Location scopeLoc = loc;
  int64_t mark = frame;
  OpBuilder::InsertPoint resume = b.saveInsertionPoint();
  function = beginFunction(op.getName(), {});
  int64_t number = scopeNames.size();
  scopeNames.push_back(op.getName().str());
  emitProfileHook("tilec_rt_scope_enter", number);
  if (failed(emitBlock(*op.getBlock())))
    return failure();
  storeParts(moveInto(op.getYield().getValues(), buffers), slots);
  emitProfileHook("tilec_rt_scope_leave", number);
  b.create<func::ReturnOp>(loc);
  func::FuncOp scope = function.func;
  function = outer;
  frame = mark;
  loc = scopeLoc;
  b.restoreInsertionPoint(resume);
  finishScopeFunction(scope, outer);
  returnIfFailed();

  SmallVector<Value> results = loadParts(types, slots);
  ArrayRef<Value> parts = results;
  for (auto [result, buffer] : llvm::zip_equal(op.getResults(), buffers))
    unflatten(result, parts, &buffer);
  return success();
}

LogicalResult Emitter::emitSerialLoop(ParallelOp op) {
  LoopRange range = getRange(scalar(op.getLower()), scalar(op.getUpper()),
                             scalar(op.getStep()));
  Value memory = markMemory(op);
  auto loop = b.create<scf::ForOp>(loc, range.lower, range.upper, range.step);
  OpBuilder::InsertionGuard guard(b);
  int64_t mark = frame;
  b.setInsertionPointToStart(loop.getBody());
  scalars.map(op.getInductionVar(), getVariable(range, loop.getInductionVar()));
  LogicalResult result = emitBlock(*op.getBlock());
  releaseMemory(memory);
  frame = mark;
  loc = op.getLoc();
  return result;
}

LogicalResult Emitter::emitParallel(ParallelOp op) {
  if (inParallel)
    return emitSerialLoop(op);
  Value lower = scalar(op.getLower()), step = scalar(op.getStep());
  emitAssert(isLess(index(0), step), messages::stepNotPositive, step);
  Value count = countIterations(lower, scalar(op.getUpper()), step);

  FunctionState outer = function;
  Location loopLoc = loc;
  int64_t mark = frame;
  OpBuilder::InsertPoint resume = b.saveInsertionPoint();
  StringRef name = op.getName().value_or("parallel");
  function = beginFunction((name + ".body").str(), {ptrType, b.getI64Type()});
  Value iteration = b.create<arith::IndexCastOp>(loc, indexType,
                                                 function.func.getArgument(2));
  scalars.map(op.getInductionVar(), addIndex(lower, mulIndex(iteration, step)));
  Arena outerArena = enterArena(op);
  inParallel = true;
  LogicalResult result = emitBlock(*op.getBlock());
  inParallel = false;
  arena = outerArena;
  if (failed(result))
    return failure();
  b.create<func::ReturnOp>(loc);
  func::FuncOp body = function.func;
  function = outer;
  frame = mark;
  loc = loopLoc;
  b.restoreInsertionPoint(resume);
  finishBodyFunction(body, outer, count);
  returnIfFailed();
  return success();
}
