//===- Demand.h - The cells that anything observes --------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// How far each tile of a function, and each tensor that it creates, is looked
// at: backwards from what is stored in parameters, returned, or may fail. Cells
// behind that, and whether they are valid, make no difference.
//
// The product of the extents of all dimensions holds every cell that is looked
// at. An extent is the minimum of bounds that can be computed where the tile or
// tensor is made.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_ANALYSIS_DEMAND_H
#define TILEC_ANALYSIS_DEMAND_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "tilec/Analysis/IndexSums.h"
#include "tilec/Analysis/Storage.h"
#include "tilec/Dialect/Tile/Tile.h"
#include <set>

namespace tilec {

/// The cells below every bound are demanded: all if there is no bound.
struct DemandedExtent {
  static DemandedExtent none() { return {true, {}}; }
  static DemandedExtent all() { return {false, {}}; }
  static DemandedExtent below(llvm::ArrayRef<IndexSum> bounds) {
    return {false, llvm::SmallVector<IndexSum, 2>(bounds)};
  }
  bool isAll() const { return !isNone && bounds.empty(); }

  bool isNone = true;
  llvm::SmallVector<IndexSum, 2> bounds;
};

class Demand {
public:
  explicit Demand(mlir::func::FuncOp function);

  /// The demand for a tile, or for a tensor that the function creates.
  DemandedExtent get(mlir::Value value, unsigned dim) const;

  /// Whether the result of an operation is valid along a dimension no further
  /// than operands of which no more is demanded.
  static bool isPassedOn(mlir::Value tile, unsigned dim);

  IndexSums &getSums() { return sums; }

private:
  using Extents = llvm::SmallVector<DemandedExtent, 4>;
  struct State {
    Extents extents;
    llvm::SmallVector<unsigned, 4> changes;
  };

  // Demand.cpp: the fixpoint.
  void addOperations(mlir::func::FuncOp function);
  void propagate();
  void push(mlir::Operation *op);
  Extents lookUp(mlir::Value value) const;
  bool join(DemandedExtent &known, const DemandedExtent &more, int64_t size);
  bool joinAt(mlir::Value value, llvm::ArrayRef<DemandedExtent> extents,
              mlir::Operation *place);
  DemandedExtent restrict(const DemandedExtent &extent, mlir::Operation *place);
  Extents restrict(llvm::ArrayRef<DemandedExtent> extents,
                   mlir::Operation *place);
  DemandedExtent intersect(DemandedExtent extent,
                           llvm::ArrayRef<IndexSum> bounds);
  DemandedExtent shift(const DemandedExtent &extent, const IndexSum &offset,
                       int64_t factor);
  const llvm::SmallVector<StorageRoot, 2> &getRoots(mlir::Value tensor);
  static bool hasShapeOf(mlir::Value tensor, const StorageRoot &root);

  // Demands of operands.
  void require(mlir::Value tile, llvm::ArrayRef<DemandedExtent> extents);
  void requireAll(mlir::Value value);
  void requireBox(mlir::Value tensor, mlir::ValueRange offsets,
                  llvm::ArrayRef<DemandedExtent> extents);

  // DemandTransfer.cpp: from results to operands.
  void visit(mlir::Operation *op);
  void visitSlice(tile::SliceOp op);
  void visitContract(tile::ContractOp op);
  void requireContracted(mlir::Value source, mlir::ValueRange offsets,
                         llvm::ArrayRef<DemandedExtent> extents, bool isNone);
  void visitProduct(mlir::Value lhs, mlir::Value rhs, bool transposeA,
                    bool transposeB, mlir::Value acc,
                    llvm::ArrayRef<DemandedExtent> wanted);
  void visitElementwise(mlir::Operation *op);
  void visitSetValidShape(tile::SetValidShapeOp op);
  void visitReduce(tile::ReduceOp op);
  void visitReshape(tile::ReshapeOp op);
  void visitConcat(tile::ConcatOp op);
  void visitTranspose(tile::TransposeOp op);
  void visitInsert(tile::InsertOp op);
  void visitAssemble(tile::AssembleOp op);
  void visitRead(tile::ReadOp op);
  void visitLoop(mlir::scf::ForOp loop);
  void visitYielded(mlir::ResultRange results, mlir::ValueRange yielded);
  bool isInside(mlir::Operation *op);

  IndexSums sums;
  llvm::DenseMap<mlir::Value, State> states;
  llvm::DenseMap<mlir::Value, llvm::SmallVector<StorageRoot, 2>> roots;
  /// Operations that write a created tensor.
  llvm::DenseMap<mlir::Value, llvm::SmallVector<mlir::Operation *>> writers;
  llvm::DenseMap<mlir::Operation *, bool> inside;
  /// The last operation first, what contains it before that.
  llvm::DenseMap<mlir::Operation *, unsigned> numbers;
  std::set<std::pair<unsigned, mlir::Operation *>> work;
};

} // namespace tilec

#endif // TILEC_ANALYSIS_DEMAND_H
