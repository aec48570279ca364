//===- Races.h - Conflicts of parallel iterations in a run ------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Iterations of parallel loops run in order here; what each touches of storage
// that it has not made itself is written down, cell by cell. Iterations of a
// loop race where one writes a cell that another reads or writes.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_INTERPRETER_RACES_H
#define TILEC_LIB_INTERPRETER_RACES_H

#include "Value.h"
#include "mlir/IR/Operation.h"
#include "llvm/ADT/DenseMap.h"
#include <string>

namespace tilec {

class RaceDetector {
public:
  /// Around a parallel loop, once it is known how much storage has been made.
  void enterLoop(mlir::Operation *loop, uint64_t numStorages);
  void leaveLoop() { loops.pop_back(); }
  /// Begins an iteration of the innermost loop.
  void beginIteration(int64_t induction) { loops.back().iteration = induction; }

  /// Writes down an access to a box inside of a tensor. What there is to say
  /// if it races with another iteration of a loop around it.
  std::optional<std::string> access(mlir::Operation *op,
                                    const TensorValue &tensor,
                                    llvm::ArrayRef<int64_t> offsets,
                                    llvm::ArrayRef<int64_t> extents,
                                    bool isWrite);

private:
  struct Touch {
    mlir::Operation *op = nullptr;
    int64_t iteration = 0;
  };
  /// The first iteration that reads a cell, and the one that writes it.
  struct Cell {
    Touch read, write;
  };
  struct Loop {
    mlir::Operation *op = nullptr;
    /// Storage with higher numbers belongs to one iteration.
    uint64_t numStorages = 0;
    int64_t iteration = 0;
    llvm::DenseMap<std::pair<const Storage *, int64_t>, Cell> cells;
  };

  static const Touch *record(Cell &cell, Touch touch, bool isWrite);
  std::optional<std::string> accessCell(Loop &loop, mlir::Operation *op,
                                        const Storage &storage, int64_t cell,
                                        bool isWrite);

  std::vector<Loop> loops;
};

} // namespace tilec

#endif // TILEC_LIB_INTERPRETER_RACES_H
