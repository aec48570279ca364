//===- Emitter.h - Loops and vectors from tile IR ---------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Walks a function of tile IR and builds another of scf, arith, vector and
// LLVM-dialect ops on plain pointers. A tile becomes several values (a pointer,
// valid extents) or none at all, when it is computed where it is used; that is
// why this is an emitter with a map and not a set of one-to-one patterns.
//
// Where a tile lives:
//  - a view: cells of a tensor, not copied, as long as nothing writes them
//    before the last use;
//  - a buffer in the worker's scratch memory, dense and row-major;
//  - deferred: an elementwise value with one consumer is computed in
//    registers, inside of the consumer's loop.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_CONVERSION_TILETOLOOPS_EMITTER_H
#define TILEC_LIB_CONVERSION_TILETOLOOPS_EMITTER_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include "tilec/Conversion/Microkernels.h"
#include "tilec/Dialect/Tile/Tile.h"
#include "tilec/Pipelines/Pipelines.h"
#include "tilec/Target/CPUTarget.h"
#include <optional>

namespace tilec::lowering {

using namespace mlir;

/// Lanes of every vector loop, on every target: LLVM splits them where
/// registers are narrower, so that no result depends on the width.
constexpr int64_t kLanes = 16;

/// Alignment of every buffer, in bytes.
constexpr int64_t kAlignment = 64;

/// Of the run-time library (Runtime.h): adds bytes read and operations to what
/// the worker's scope has.
constexpr StringLiteral kCount = "tilec_rt_count";

/// Makes one count of those of a block.
void mergeCounts(ModuleOp module);

/// Cells in memory: `ptr` is cell 0; strides count cells.
struct Memory {
  Value ptr;
  SmallVector<Value, 4> strides;
  /// The tensor of tile IR that the cells belong to; null for scratch memory.
  Value tensor;
  /// The buffer of scratch memory that the cells belong to; null for tensors.
  Value buffer;
};

/// Where a tile lives, and how much of it is valid.
struct TileState {
  tile::TileType type;
  SmallVector<Value, 4> valid;
  std::optional<Memory> memory;
  /// The op to evaluate where `memory` is not set.
  Operation *deferred = nullptr;
  /// Ops in the deferred expression: bounds code size and recursion.
  unsigned size = 0;
  /// The buffer belongs to this value alone and may be written by its last
  /// user.
  bool owned = false;
  /// Whether the cells are in the order that matmul kernels take, at run time;
  /// null if that was not asked for.
  Value isPacked = nullptr;
};

/// Storage: a pointer and an extent for each dimension.
struct TensorState {
  Value ptr;
  SmallVector<Value, 4> dims;
};

/// What kernels call the element type.
MatmulElement getMatmulElement(Type element);

/// Whether the tile's cells are in the order of kernels (EmitPackedLhs.cpp).
bool isPackedLhs(Value tile);

/// A function under construction.
struct FunctionState {
  func::FuncOp func;
  Value worker, scratch;
};

/// Bytes of scratch memory in which tensors lie at planned offsets.
struct Arena {
  int64_t begin = 0, bytes = 0;
};

class Emitter {
public:
  Emitter(ModuleOp module, const CPUTarget &target,
          const PipelineOptions &options);

  /// Replaces `entry` by its lowered form.
  LogicalResult emitEntry(func::FuncOp entry);

private:
  //===--- Parameters (EmitParameters.cpp) ------------------------------===//
  void emitScalarParameters(func::FuncOp entry);
  LogicalResult emitTensorParameters(func::FuncOp entry);
  /// Asserts that a parameter's storage has the header of its layout.
  void checkHeader(BlockArgument weight, StringRef name);

  //===--- Control (EmitControl.cpp) ------------------------------------===//
  LogicalResult emitBlock(Block &block);
  LogicalResult emitOp(Operation *op);
  /// The bounds of a loop, and how its counter gives the variable of tile IR
  /// where it is not that variable itself.
  struct LoopRange {
    Value lower, upper, step;
    Value first, stride;
  };
  LoopRange getRange(Value lower, Value upper, Value step);
  Value getVariable(const LoopRange &range, Value counter);
  Value countIterations(Value lower, Value upper, Value step);
  LogicalResult emitFor(scf::ForOp op);
  LogicalResult emitIf(scf::IfOp op);
  LogicalResult emitScope(tile::ScopeOp op);
  LogicalResult emitParallel(tile::ParallelOp op);
  LogicalResult emitSerialLoop(tile::ParallelOp op);
  LogicalResult emitScalar(Operation *op);
  LogicalResult emitArith(Operation *op);
  LogicalResult emitUndefined(tile::UndefinedOp op);
  LogicalResult emitScalarDivision(Operation *op, bool quotient);
  void emitAssert(Value condition, StringRef message, ValueRange values);
  void returnIfFailed();
  void emitProfileHook(StringRef hook, int64_t scope);
  void countWork(Value bytes, Value flop);
  /// One floating-point operation for each valid cell.
  void countCells(Type element, ArrayRef<Value> valid);

  //===--- Values that cross region borders (EmitCarried.cpp) ------------===//
  /// The lowered values that stand for one value of tile IR across the border
  /// of a loop or branch: for a tile its dynamic valid extents (its cells are
  /// in a buffer), for a tensor a pointer and its dynamic dimensions.
  SmallVector<Value> flatten(Value value);
  /// Maps `value` to what stands for it, consuming the front of `parts`.
  void unflatten(Value value, ArrayRef<Value> &parts, const Memory *buffer);
  SmallVector<Type> flattenedTypes(Type type);
  /// Moves the values of a terminator into the buffers of their tiles; returns
  /// what stands for the values beside.
  SmallVector<Value> moveInto(ValueRange values, ArrayRef<Memory> buffers);
  /// Passes the values of a scope's terminator through slots in memory.
  void storeParts(ArrayRef<Value> parts, ArrayRef<Value> slots);
  SmallVector<Value> loadParts(ArrayRef<Type> types, ArrayRef<Value> slots);

  //===--- Functions (Outline.cpp) ----------------------------------------===//
  /// Makes a private function that takes the worker and `arguments`, and goes
  /// on building in it.
  FunctionState beginFunction(StringRef name, ArrayRef<Type> arguments);
  /// Values of outer functions that the body uses; constants are cloned into
  /// it.
  SetVector<Value> takeCaptures(func::FuncOp func);
  /// Makes captures arguments, and the call that passes them.
  void finishScopeFunction(func::FuncOp func, const FunctionState &outer);
  /// Makes captures loads from an environment, and the parallel run.
  void finishBodyFunction(func::FuncOp func, const FunctionState &outer,
                          Value count);
  func::FuncOp getRuntimeFunction(StringRef name, TypeRange arguments,
                                  TypeRange results = {});

  //===--- Memory (EmitMemory.cpp) ----------------------------------------===//
  LogicalResult emitCreate(tile::CreateOp op);
  LogicalResult emitPlannedCreate(tile::CreateOp op, int64_t offset);
  /// Takes scratch memory for the arena of a function or parallel loop; returns
  /// the arena until then.
  Arena enterArena(Operation *owner);
  /// If the loop's body allocates memory that the next iteration has no use
  /// for: where memory ends before the loop; else null.
  Value markMemory(Operation *loop);
  void releaseMemory(Value mark);
  LogicalResult emitSlice(tile::SliceOp op);
  LogicalResult emitAssemble(tile::AssembleOp op);
  LogicalResult emitRead(tile::ReadOp op);
  LogicalResult emitWrite(tile::WriteOp op);
  Memory allocate(tile::TileType type);
  Value allocateBytes(int64_t bytes);
  Memory tensorMemory(Value tensor, ValueRange offsets);
  SmallVector<Value, 4> rowMajorStrides(ArrayRef<Value> dims);
  Value address(const Memory &memory, Type element, ArrayRef<Value> index);
  void copyCells(const Memory &from, const Memory &to, tile::TileType type,
                 ArrayRef<Value> valid);
  /// Asserts that `valid` cells at `offsets` lie in `dims`; below them only
  /// where the other side cannot be left.
  void checkBox(function_ref<std::string(unsigned, unsigned)> message,
                ArrayRef<Value> offsets, ArrayRef<Value> valid,
                ArrayRef<Value> dims, bool belowOnly = false);
  void checkElement(function_ref<std::string(unsigned, unsigned)> message,
                    ArrayRef<Value> at, ArrayRef<Value> dims);
  /// The same as one condition, along one dimension and for all.
  Value isInside(Value offset, Value valid, Value dim, bool belowOnly);
  Value isInside(ArrayRef<Value> offsets, ArrayRef<Value> valid,
                 ArrayRef<Value> dims, bool belowOnly = false);
  /// What a tile has, along a dimension, of the cells asked for at an offset.
  /// Before the tile that is an error, which tells the request.
  Value cutToTile(Value tile, unsigned dim, Value offset, Value request);
  SmallVector<Value, 4> nominalDims(tile::TileType type);
  /// Counts the bytes that a box of a parameter has.
  void countRead(Value tensor, ArrayRef<Value> valid);
  /// Moves a tile into a buffer of its own.
  void copyOut(Value tile);
  /// Gives every tile that still reads what `writer` may write a copy.
  void protectFrom(Operation *writer);

  //===--- Expressions (EmitExpression.cpp) -------------------------------===//
  /// Registers that hold `width` cells along the last dimension, in compute
  /// form: floats as f32, integers as they are, BOOL as i1.
  Value load(Value tile, ArrayRef<Value> index, int64_t width);
  Value loadOperand(Value operand, tile::TileType result, ArrayRef<Value> index,
                    int64_t width);
  /// As loadOperand; a scalar becomes cells of type `element`.
  Value operandAs(Value operand, tile::TileType result, Type element,
                  ArrayRef<Value> index, int64_t width);
  Value loadMemory(const Memory &memory, tile::TileType type,
                   ArrayRef<Value> index, int64_t width);
  void storeMemory(const Memory &memory, Type element, ArrayRef<Value> index,
                   Value value);
  Value evaluate(Operation *op, ArrayRef<Value> index, int64_t width);
  Value splat(Value scalar, int64_t width);
  Value scalarOf(Value vector);
  Value toCell(Value scalar, Type element);
  Value fromCell(Value scalar, Type element);
  bool isDeferrable(Operation *op);
  LogicalResult emitElementwise(Operation *op);
  LogicalResult emitIntegerDivision(tile::BinaryElementwiseOp op);
  SmallVector<Value, 4> resultValid(Operation *op);
  /// Puts the tile's cells in memory, if they are not yet.
  Memory materialize(Value tile);
  /// Evaluates `tile` into `memory`.
  void evaluateInto(Value tile, const Memory &memory);

  //===--- Arithmetic on registers (EmitArithmetic.cpp) -------------------===//
  Value unary(tile::UnaryKind kind, Value x, Type element);
  Value binary(tile::BinaryKind kind, Value x, Value y, Type element);
  Value compare(tile::CmpMode mode, Value x, Value y, Type element);
  Value castValue(Value x, Type from, Type to, tile::RoundMode mode);
  Value roundTo(Value x, Type element);
  Value narrowDirected(Value x, Type to, tile::RoundMode mode);
  Value floatToInt(Value x, Type to, tile::RoundMode mode);
  Value intToOddFloat(Value x);
  Value roundToIntegral(Value x, tile::RoundMode mode);
  Value fromStorage(Value bits, Type element);
  Value toStorage(Value value, Type element);
  Value constantLike(Value like, double value);
  Value intConstantLike(Value like, int64_t value);

  //===--- Shapes (EmitShape.cpp) -----------------------------------------===//
  LogicalResult emitReshape(tile::ReshapeOp op);
  LogicalResult emitTensorReshape(tile::ReshapeOp op, tile::TensorRefType type);
  void reshapeGroup(tile::ReshapeOp op, const tile::ReshapeGroup &group,
                    MutableArrayRef<Value> valid);
  LogicalResult emitConcat(tile::ConcatOp op);
  LogicalResult emitTranspose(tile::TransposeOp op);
  LogicalResult emitFillPad(tile::FillPadOp op);
  SmallVector<Value, 4> getPaddedExtents(tile::FillPadOp op);
  LogicalResult emitInsert(tile::InsertOp op);
  Value padScalar(tile::PadValue pad, Type element);

  //===--- Contractions (EmitContraction.cpp) -----------------------------===//
  /// Matrices in memory, the second dimension of `lhs` and the first of `rhs`
  /// being summed over where they are not transposed.
  struct Product {
    Memory lhs, rhs;
    bool transposeA = false, transposeB = false;
    Value m, n, k;
    Type element;
    /// Of packed storage, the bytes from a panel to the next.
    Value panelStride;
    /// Whether the kernel finds `lhs` packed, at run time; null if not.
    Value isLhsPacked;
    /// Rows that are read after this product, or null: bytes from one to the
    /// next, and of each.
    Value next, nextStride, nextBytes, nextRows;
  };
  /// What the operation before a product announces.
  void setNext(Product &product, Operation *op);
  LogicalResult emitPrefetch(tile::PrefetchOp op);
  /// Lines of rows that are read soon, fetched by a loop over cells. `valid`
  /// are that loop's extents, the last one in vectors.
  struct LinesAhead {
    Memory memory;
    Type element;
    int64_t linesPerRow;
    SmallVector<Value, 4> valid;
    Value partsPerVector;
  };
  /// What is announced to the loop over \p valid of \p type that comes now.
  std::optional<LinesAhead> takeAnnounced(tile::TileType type,
                                          ArrayRef<Value> valid);
  /// Fetches the share of the vector of cells at \p at.
  void emitAhead(const LinesAhead &ahead, ArrayRef<Value> at);
  void callMatmul(const Product &product, const Memory &c, bool accumulate);
  void emitProduct(Value result, Value acc, Product product);
  LogicalResult emitMatmul(Operation *op, Value acc, Value lhs, Value rhs,
                           bool transposeA, bool transposeB);
  /// A box that a contraction reads, `extents` as asked for.
  struct ContractedBox {
    Value source;
    SmallVector<Value, 4> offsets, extents;
    unsigned kDim;
    Location loc;
  };
  LogicalResult emitContract(tile::ContractOp op);
  /// Packs what the slice names (EmitPackedLhs.cpp).
  LogicalResult packLhs(tile::SliceOp op);
  SmallVector<Value, 4> validOf(const ContractedBox &box);
  SmallVector<Value, 4> dimsOf(const ContractedBox &box);
  void checkBoxes(tile::ContractOp op, ArrayRef<ContractedBox> boxes);
  Memory memoryOf(const ContractedBox &box, ValueRange offsets);
  Memory packedMemory(const ContractedBox &box, Value panelStride);
  Value getPanelStride(const ContractedBox &box);

  //===--- Reductions (EmitReduction.cpp) ---------------------------------===//
  LogicalResult emitReduce(tile::ReduceOp op);
  /// The lanes of the first \p whole columns of \p row, combined.
  Value reduceVectors(tile::ReduceOp op, Value row, Value whole);
  void reduceRows(tile::ReduceOp op, const Memory &into);
  void reduceColumns(tile::ReduceOp op, const Memory &into);
  void reduceArg(tile::ReduceOp op, const Memory &into);
  Value combine(tile::ReduceKind kind, Value x, Value y, Type element);
  Value identity(tile::ReduceKind kind, Type element, int64_t width);
  Value overNothing(tile::ReduceKind kind, Type element);
  Value finishReduction(tile::ReduceOp op, Value value, Value count);

  //===--- Loops
  //------------------------------------------------------------===//
  /// Calls `body` for all cells below `valid`, in vectors along the last
  /// dimension, with the tail cell by cell.
  void forEachCell(tile::TileType type, ArrayRef<Value> valid,
                   function_ref<void(ArrayRef<Value>, int64_t)> body);
  void forEachColumn(Value lower, Value upper,
                     function_ref<void(Value, int64_t)> body);
  void forEachRow(tile::TileType type, ArrayRef<Value> valid,
                  function_ref<void(SmallVector<Value, 4> &)> body);
  void forLoop(Value lower, Value upper, int64_t step,
               function_ref<void(Value)> body);
  SmallVector<Value>
  forLoopCarrying(Value lower, Value upper, int64_t step, ValueRange init,
                  function_ref<SmallVector<Value>(Value, ValueRange)> body);

  //===--- Small things
  //-----------------------------------------------------===//
  Value index(int64_t value);
  Value addIndex(Value x, Value y);
  Value subIndex(Value x, Value y);
  Value mulIndex(Value x, Value y);
  Value minIndex(Value x, Value y);
  Value clampIndex(Value x, int64_t upper);
  Value isLess(Value x, Value y);
  Value isAtMost(Value x, Value y);
  Value toI64(Value index);
  Value loadScalar(Value ptr, Type type, int64_t byteOffset);
  Value scalar(Value original) { return scalars.lookup(original); }
  TileState &state(Value tile) { return tiles.find(tile)->second; }
  void define(Value tile, TileState state) { tiles[tile] = std::move(state); }
  Type scalarType(Type type);
  Type computeType(Type element);
  Type storageType(Type element);
  /// Whether `value` belongs to the block being emitted.
  bool isLocal(Value value) { return value.getParentBlock() == block; }
  /// Whether the op being emitted, `value`'s only user, may write its buffer.
  bool mayReuse(Value value);
  /// Whether evaluating `tile` reads the buffer anywhere but at the cell that
  /// is evaluated.
  bool readsBuffer(Value tile, Value buffer, bool &elsewhere,
                   ArrayRef<int64_t> shape);
  bool readsTensor(Value tile, ArrayRef<Value> written);

  ModuleOp module;
  const CPUTarget &target;
  PipelineOptions options;
  OpBuilder b;
  Location loc;
  Type ptrType, indexType;

  /// The block of tile IR being emitted.
  Block *block = nullptr;
  /// In this block, and not yet taken by a loop over cells.
  tile::PrefetchOp announced;
  IRMapping scalars;
  DenseMap<Value, TileState> tiles;
  DenseMap<Value, TensorState> tensors;
  FunctionState function;
  /// Bytes of scratch memory in use, and the most that ever were.
  int64_t frame = 0, frameHighWater = 0;
  /// The part of it that the tensors of the function, or of the parallel loop
  /// being emitted, have planned places in.
  Arena arena;
  /// Inside the body of a parallel loop: loops there are serial.
  bool inParallel = false;
  SmallVector<std::string> scopeNames;
  std::string entryName;
  llvm::StringMap<unsigned> functionNames;
  DenseMap<std::pair<Operation *, int64_t>, Value> constants;
};

/// Whether two tensors of tile IR may share cells.
bool mayAlias(Value lhs, Value rhs);

} // namespace tilec::lowering

#endif // TILEC_LIB_CONVERSION_TILETOLOOPS_EMITTER_H
