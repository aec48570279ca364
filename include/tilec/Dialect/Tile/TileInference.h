//===- TileInference.h - Result types of the tile ops -----------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The rules of the language for shapes, dtypes and valid regions, as functions
// from operand types to the result type. The front end calls them to reject a
// program with a message, builders to make an op, verifiers to check one.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_DIALECT_TILE_TILEINFERENCE_H
#define TILEC_DIALECT_TILE_TILEINFERENCE_H

#include "mlir/IR/OpImplementation.h"
#include <string>

namespace tilec::tile {

/// Why a rule does not hold, in the words of the language reference.
struct InferenceError {
  std::string message;
};
using InferredType = llvm::FailureOr<mlir::Type>;

/// The IR type of a scalar that meets cells of `elementType`: index for every
/// integer, the type itself for floats and BOOL.
mlir::Type getScalarType(mlir::Type elementType);

/// Whether `type` is one of the element types of the language's dtypes.
bool isElementType(mlir::Type type);
/// Whether cells of `type` are integers, BOOL excluded.
bool isIntegerElement(mlir::Type type);
/// Whether cells of `type` are integers without sign, BOOL excluded.
bool isUnsignedElement(mlir::Type type);
/// Width of an integer or float cell, in bits; 64 for index, 1 for BOOL.
unsigned getElementBits(mlir::Type type);
/// Bytes of a cell in storage: BOOL takes 1, INDEX 8.
unsigned getElementBytes(mlir::Type type);

/// Equal but for valid extents of which one side knows more.
bool haveCompatibleTypes(mlir::TypeRange lhs, mlir::TypeRange rhs);

/// Names an op's result after the name in its location.
void setNameFromLocation(mlir::Operation *op,
                         mlir::OpAsmSetValueNameFn setName);

// Static valid extents that are known in both are intersected; a `?` in either
// gives `?` (or 0 where the other is 0).
int64_t intersectValid(int64_t lhs, int64_t rhs);

InferredType inferUnary(UnaryKind kind, mlir::Type operand,
                        InferenceError &error);
InferredType inferBinary(BinaryKind kind, mlir::Type lhs, mlir::Type rhs,
                         InferenceError &error);
InferredType inferCmp(mlir::Type lhs, mlir::Type rhs, InferenceError &error);
InferredType inferSel(mlir::Type mask, mlir::Type lhs, mlir::Type rhs,
                      InferenceError &error);
InferredType inferExpand(mlir::Type source, mlir::Type like,
                         InferenceError &error);

/// `valid` holds what is asked for, clamped here: empty for the whole size,
/// ShapedType::kDynamic for an extent that only the run knows. `offsets`, where
/// the source is a tile, decide how much of its valid region the slice meets;
/// empty if none is known.
InferredType inferSlice(mlir::Type source, llvm::ArrayRef<int64_t> sizes,
                        llvm::ArrayRef<int64_t> valid, InferenceError &error,
                        llvm::ArrayRef<int64_t> offsets = {});
InferredType inferSetValidShape(mlir::Type source,
                                llvm::ArrayRef<int64_t> valid,
                                InferenceError &error);
InferredType inferReshape(mlir::Type source, llvm::ArrayRef<int64_t> shape,
                          InferenceError &error);
InferredType inferInsert(mlir::Type source, mlir::Type dest,
                         InferenceError &error);
InferredType inferConcat(mlir::TypeRange sources, int64_t axis,
                         InferenceError &error);
InferredType inferTranspose(mlir::Type source, int64_t dim0, int64_t dim1,
                            InferenceError &error);

InferredType inferMatmul(mlir::Type lhs, mlir::Type rhs, bool transposeA,
                         bool transposeB, InferenceError &error);
InferredType inferMatmulAcc(mlir::Type acc, mlir::Type lhs, mlir::Type rhs,
                            bool transposeA, bool transposeB,
                            InferenceError &error);
/// `m` and `n` are the extents asked for, ShapedType::kDynamic where only the
/// run knows them, and the offsets are as in inferSlice; `shape` is the
/// nominal one; `acc` may be null.
struct ContractOperand {
  mlir::Type source;
  llvm::ArrayRef<int64_t> offsets;
  bool transposed;
  int64_t extent;
};
InferredType inferContract(const ContractOperand &lhs,
                           const ContractOperand &rhs, mlir::Type acc,
                           llvm::ArrayRef<int64_t> shape,
                           InferenceError &error);
InferredType inferReduce(ReduceKind kind, mlir::Type source, int64_t axis,
                         InferenceError &error);

/// How a reshape of a partly valid tile maps dimensions: groups of source and
/// result dimensions with equal products, outermost first. Fails where no rule
/// of the language covers the shapes, whatever the extents.
struct ReshapeGroup {
  llvm::SmallVector<int64_t, 4> source, result;
};
llvm::SmallVector<ReshapeGroup>
getReshapeGroups(llvm::ArrayRef<int64_t> source,
                 llvm::ArrayRef<int64_t> result);

/// Constant values of index operands, ShapedType::kDynamic for the others.
llvm::SmallVector<int64_t> getConstantExtents(mlir::ValueRange values);

} // namespace tilec::tile

#endif // TILEC_DIALECT_TILE_TILEINFERENCE_H
