//===- Machine.h - Runs operations one after the other ----------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The machine knows the values of the current function, and for each kind of
// operation the function that runs it; those are in the files of this folder
// by subject.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_INTERPRETER_MACHINE_H
#define TILEC_LIB_INTERPRETER_MACHINE_H

#include "Races.h"
#include "mlir/IR/Operation.h"
#include "tilec/Dialect/Tile/Tile.h"
#include "tilec/Interpreter/Interpreter.h"
#include "llvm/ADT/DenseMap.h"

namespace tilec {

class Machine {
public:
  using Function = llvm::Error (*)(Machine &, mlir::Operation *);
  using Values = llvm::SmallVector<RuntimeValue, 4>;

  explicit Machine(const InterpreterOptions &options);

  const InterpreterOptions &getOptions() const { return options; }

  //===--------------------------------------------------------------------===//
  // Values
  //===--------------------------------------------------------------------===//

  const RuntimeValue &get(mlir::Value value) const;
  const ScalarValue &getScalar(mlir::Value value) const;
  const TileValue &getTile(mlir::Value value) const;

  /// A tensor; fails where nothing has been bound to the name.
  llvm::Error getTensor(mlir::Operation *op, mlir::Value value,
                        TensorValue &tensor) const;

  /// An integer that decides what happens; fails where it is undefined.
  llvm::Error getIndex(mlir::Operation *op, mlir::Value value,
                       int64_t &index) const;
  llvm::Error getIndices(mlir::Operation *op, mlir::ValueRange values,
                         Shape &indices) const;

  void set(mlir::Value value, RuntimeValue runtimeValue);

  /// Sets the only result of an operation. Fails where a valid extent is not
  /// what the type says: the IR is wrong.
  llvm::Error setTile(mlir::Operation *op, TileValue tile);
  /// The same for a tile or a scalar.
  llvm::Error setResult(mlir::Operation *op, RuntimeValue result);

  //===--------------------------------------------------------------------===//
  // Execution
  //===--------------------------------------------------------------------===//

  /// An error at the operation's place in the source file.
  llvm::Error fail(mlir::Operation *op, const llvm::Twine &message) const;
  llvm::Error fail(mlir::Operation *op, llvm::StringRef message,
                   llvm::ArrayRef<int64_t> values) const;
  llvm::Error fail(mlir::Location location, const llvm::Twine &message) const;

  /// Runs a block; its terminator's operands are the results.
  llvm::Error runBlock(mlir::Block &block,
                       llvm::ArrayRef<RuntimeValue> arguments, Values &results);

  /// Runs the only block of a function, which sees no value from outside.
  llvm::Error runFunction(mlir::Operation *caller, mlir::func::FuncOp function,
                          llvm::ArrayRef<RuntimeValue> arguments,
                          Values &results);

  //===--------------------------------------------------------------------===//
  // Storage
  //===--------------------------------------------------------------------===//

  /// The number of the next storage.
  uint64_t countStorage() { return ++numStorages; }
  uint64_t getNumStorages() const { return numStorages; }

  /// Null where races are not looked for.
  RaceDetector *getRaces() { return races ? &*races : nullptr; }
  /// Says that a box inside of a tensor is about to be touched; fails where
  /// that is a race.
  llvm::Error access(mlir::Operation *op, const TensorValue &tensor,
                     llvm::ArrayRef<int64_t> offsets,
                     llvm::ArrayRef<int64_t> extents, bool isWrite);

  //===--------------------------------------------------------------------===//
  // The table of operations
  //===--------------------------------------------------------------------===//

  /// `run` is what an operation of type OpT does.
  template <typename OpT, llvm::Error (*run)(Machine &, OpT)> void add() {
    functions[mlir::TypeID::get<OpT>()] = [](Machine &machine,
                                             mlir::Operation *op) {
      return run(machine, llvm::cast<OpT>(op));
    };
  }
  template <llvm::Error (*run)(Machine &, mlir::Operation *), typename... OpTs>
  void addAll() {
    ((functions[mlir::TypeID::get<OpTs>()] = run), ...);
  }

private:
  llvm::Error runOperation(mlir::Operation *op);
  llvm::Error checkSizes(mlir::func::FuncOp function) const;

  const InterpreterOptions &options;
  llvm::DenseMap<mlir::TypeID, Function> functions;
  llvm::DenseMap<mlir::Value, RuntimeValue> values;
  unsigned depth = 0;
  uint64_t numStorages = 0;
  std::optional<RaceDetector> races;
};

// What each file adds to the table.
void addCreationOps(Machine &machine);
void addStorageOps(Machine &machine);
void addSliceOps(Machine &machine);
void addMovementOps(Machine &machine);
void addElementwiseOps(Machine &machine);
void addCastOps(Machine &machine);
void addReductionOps(Machine &machine);
void addMatmulOps(Machine &machine);
void addControlOps(Machine &machine);
void addIntegerArithOps(Machine &machine);
void addFloatArithOps(Machine &machine);

/// The dtype of the scalars of a type; none for types that no scalar has.
/// Integers of any width are INDEX, i1 is BOOL.
std::optional<DType> getScalarDType(mlir::Type type);

/// The dtype of a tile's cells.
DType getDTypeOf(mlir::TypedValue<tile::TileType> tile);

} // namespace tilec

#endif // TILEC_LIB_INTERPRETER_MACHINE_H
