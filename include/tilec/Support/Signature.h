//===- Signature.h - The parameters of an entry -----------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a caller of a compiled entry must know, and the check that a call's
// arguments fit: every dynamic name is solved from the shapes and compared
// with every dimension it occurs in.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_SUPPORT_SIGNATURE_H
#define TILEC_SUPPORT_SIGNATURE_H

#include "tilec/Support/DType.h"
#include "tilec/Support/DimExpr.h"
#include "tilec/Support/PackedLayout.h"
#include "tilec/Support/Tensor.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tilec {

enum class Direction : uint8_t { In, Out, InOut };

/// "in", "out" or "inout".
llvm::StringRef getName(Direction direction);
std::optional<Direction> parseDirection(llvm::StringRef name);

/// One parameter of an entry: a tensor with a shape, or a scalar.
struct Parameter {
  enum class Kind : uint8_t { Tensor, Scalar };

  std::string name;
  Kind kind = Kind::Tensor;
  DType dtype = DType::FP32;
  /// Tensors only.
  Direction direction = Direction::In;
  bool weight = false;
  /// How compiled code takes it; `packed::getName` and `getHash` tell others.
  Layout layout = Layout::RowMajor;
  llvm::SmallVector<DimExpr, 4> shape;

  bool isTensor() const { return kind == Kind::Tensor; }
  bool isPacked() const { return layout != Layout::RowMajor; }
  bool isScalar() const { return kind == Kind::Scalar; }
  bool isWritten() const { return isTensor() && direction != Direction::In; }
  bool isRead() const { return isScalar() || direction != Direction::Out; }
};

/// The largest dynamic name, and extent of a parameter, that a call may have:
/// more than any memory holds. Proofs about index arithmetic rest on it.
constexpr int64_t kMaxExtent = int64_t(1) << 47;

/// Values given to dynamic names outside of any argument (`--dim`).
using DimValues = std::vector<std::pair<std::string, int64_t>>;

/// The name, the parameters in source order and the dynamic names in the order
/// in which compiled code takes them.
struct Signature {
  std::string name;
  std::vector<Parameter> parameters;
  std::vector<std::string> symbols;

  const Parameter *find(llvm::StringRef parameter) const;
  unsigned getNumTensors() const;
  unsigned getNumScalars() const;

  /// Adds the names that occur in the parameters' shapes and are not yet in
  /// `symbols`, in order of first occurrence.
  void collectSymbols();

  /// Solves the dynamic names. `shapes` has one element for each parameter:
  /// the argument's shape, or none for scalars and for tensors that the caller
  /// has yet to make. A dimension with a single unknown name, to the first
  /// power, determines it. Returns the values in the order of `symbols`. Errors
  /// (all of them, joined): a wrong rank; a dimension that contradicts the
  /// values; a name that is unknown, negative, above kMaxExtent or determined
  /// by nothing.
  llvm::Expected<std::vector<int64_t>>
  solve(llvm::ArrayRef<std::optional<Shape>> shapes,
        const DimValues &dims = {}) const;

  /// The shape of a tensor parameter for the given values of `symbols`. An
  /// error if a dimension is negative or above kMaxExtent, or the tensor
  /// exceeds 2^63 - 1 bytes.
  llvm::Expected<Shape> getShape(const Parameter &parameter,
                                 llvm::ArrayRef<int64_t> values) const;
};

} // namespace tilec

#endif // TILEC_SUPPORT_SIGNATURE_H
