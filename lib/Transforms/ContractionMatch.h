//===- ContractionMatch.h - Sums of products that a loop carries -*- C++
//-*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Recognizes what tile-form-contractions makes one product of: a loop whose
// steps multiply slices that advance along k, and add to what they carry. What
// does not fit is told in words, with its place.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_TRANSFORMS_CONTRACTIONMATCH_H
#define TILEC_LIB_TRANSFORMS_CONTRACTIONMATCH_H

#include "LinearForm.h"
#include "tilec/Dialect/Tile/Tile.h"

namespace tilec {

/// Why something is not a contraction, and what shows it.
struct Misfit {
  std::string reason;
  std::optional<mlir::Location> culprit;
  std::string note;
};

/// An operand of one step of the sum.
struct StepOperand {
  tile::SliceOp slice;
  unsigned kDim = 0;
  /// Where along k the slice begins.
  LinearForm offset;
  /// Of its k at most so many are valid ...
  int64_t cap = 0;
  /// ... and no more than this leaves, where it is set.
  std::optional<LinearForm> rest;

  mlir::Value source() { return slice.getSource(); }
  mlir::Value otherOffset() { return slice.getOffsets()[1 - kDim]; }
  /// The valid extent along the other dimension as it is asked for; null for
  /// the whole size.
  mlir::Value otherExtent() {
    return slice.getValid().empty() ? mlir::Value()
                                    : slice.getValid()[1 - kDim];
  }
  int64_t otherSize() {
    return slice.getResult().getType().getShape()[1 - kDim];
  }
};

/// One `matmul` or `matmul_acc` of two slices.
struct ProductStep {
  mlir::Operation *op = nullptr;
  bool transposeA = false, transposeB = false;
  StepOperand lhs, rhs;
};

/// A sum over all iterations of a loop, and how it begins.
struct ContractionLoop {
  mlir::scf::ForOp loop;
  /// The number of the carried value.
  unsigned number = 0;
  ProductStep step;
  /// The `matmul` of the first iteration, if that does not add.
  tile::MatmulOp first;
  /// k that one iteration takes; the last ones may have fewer.
  int64_t chunk = 0;
};

/// The value behind changes of what is known of valid extents.
mlir::Value skipRelaxations(mlir::Value value);

/// The first op in [begin, end), or in a region of theirs, that writes what the
/// product reads.
mlir::Operation *findWriter(mlir::Block::iterator begin,
                            mlir::Block::iterator end, ProductStep &step);

/// A product of slices, seen from `loop`: offsets and extents are forms of its
/// variable, or the same in every iteration.
std::optional<ProductStep> matchStep(mlir::Operation *op, mlir::scf::ForOp loop,
                                     Misfit &misfit);

/// Makes a constant rest part of the cap.
void takeConstantRest(StepOperand &operand);

/// Whether two values, null or not, are equal in every iteration.
bool areEqual(mlir::Value lhs, mlir::Value rhs, mlir::scf::ForOp loop);

/// Whether two steps multiply the same cells in the first iteration.
bool beginAlike(const ProductStep &lhs, const ProductStep &rhs,
                mlir::scf::ForOp loop);

/// The sum that `op` adds to, which `loop` carries as its value `number`.
std::optional<ContractionLoop> matchLoop(mlir::scf::ForOp loop, unsigned number,
                                         tile::MatmulAccOp op, Misfit &misfit);

} // namespace tilec

#endif // TILEC_LIB_TRANSFORMS_CONTRACTIONMATCH_H
