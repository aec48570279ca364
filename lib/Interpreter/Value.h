//===- Value.h - Values of a running program --------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Scalars, tiles and tensors. Every cell is defined or undefined; undefined
// are cells of new storage that nobody wrote and what is computed from them.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_INTERPRETER_VALUE_H
#define TILEC_LIB_INTERPRETER_VALUE_H

#include "tilec/Support/Tensor.h"
#include <cstdint>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

namespace tilec {

/// Its type says which member counts. Integers are sign-extended to 64 bits, i1
/// is 0 or 1; BF16 and FP16 are widened.
struct ScalarValue {
  int64_t integer = 0;
  float real = 0;
  bool undefined = false;

  static ScalarValue ofInteger(int64_t value) { return {value, 0, false}; }
  static ScalarValue ofReal(float value) { return {0, value, false}; }
  static ScalarValue ofUndefined() { return {0, 0, true}; }
};

/// Row-major cells of a whole nominal shape. Those outside the valid region are
/// of no meaning.
struct Cells {
  std::vector<uint8_t> bytes;
  /// 1 where a cell is undefined; empty if none is.
  std::vector<uint8_t> undefined;
  /// The sums that the FP32 cells are roundings of, under
  /// InterpreterOptions::fp64; else empty.
  std::vector<double> exact;
};

/// Immutable: an operation makes new cells or shares those of its operand.
struct TileValue {
  DType dtype = DType::FP32;
  Shape shape;
  Shape valid;
  std::shared_ptr<const Cells> cells;

  unsigned getRank() const { return shape.size(); }
  int64_t getNumCells() const { return *getNumElements(shape); }
  bool isEmpty() const { return llvm::is_contained(valid, 0); }
};

/// Memory that tensors name: a parameter's, or of `tile.create`.
struct Storage {
  uint8_t *data = nullptr;
  /// Null for a parameter's memory: it counts as defined, and must stay so.
  std::unique_ptr<uint8_t[]> undefined;
  std::unique_ptr<uint8_t[]> owned;
  /// Counts what is made in a call; 0 for a parameter.
  uint64_t number = 0;
  /// A parameter that the entry does not write.
  bool readOnly = false;
};

struct TensorValue {
  DType dtype = DType::FP32;
  Shape shape;
  /// Null for a name that is not bound yet (`tile.undefined`).
  std::shared_ptr<Storage> storage;
};

using RuntimeValue =
    std::variant<std::monostate, ScalarValue, TileValue, TensorValue>;

} // namespace tilec

#endif // TILEC_LIB_INTERPRETER_VALUE_H
