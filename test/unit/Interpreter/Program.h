//===- Program.h - Running small programs in tests --------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_TEST_UNIT_INTERPRETER_PROGRAM_H
#define TILEC_TEST_UNIT_INTERPRETER_PROGRAM_H

#include "tilec/Interpreter/Interpreter.h"
#include <gtest/gtest.h>
#include <initializer_list>
#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace tilec {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double NaN = std::numeric_limits<double>::quiet_NaN();

/// A tensor with its memory, which copies share.
class Array {
public:
  /// Zeros, or the values, each exact in the dtype.
  Array(DType dtype, Shape shape, std::initializer_list<double> values = {});
  Array(DType dtype, Shape shape, const std::vector<double> &values);

  /// The same with bit patterns.
  static Array ofBits(DType dtype, Shape shape, std::vector<uint64_t> patterns);

  TensorView view() const;
  /// `!tile.tensor<2x3xf32>`, `!tile.tile<2x3xf32>`.
  std::string tensorType() const { return "!tile.tensor<" + cells() + ">"; }
  std::string tileType() const { return "!tile.tile<" + cells() + ">"; }

  /// The elements in row-major order with blanks between: `1 -0 nan 0.5`.
  std::string str() const;
  std::vector<uint64_t> bits() const;

private:
  std::string cells() const;

  DType dtype;
  Shape shape;
  std::shared_ptr<std::vector<uint64_t>> words;
};

/// Runs the function @f of a module. Returns nothing, or the text of the error.
std::string run(const std::string &module, std::vector<TensorView> tensors = {},
                std::vector<int64_t> scalars = {},
                std::vector<int64_t> symbols = {},
                InterpreterOptions options = {});

/// Runs `body` with the constants %c0 ... %c20, the inputs as tensors %x0, %x1,
/// ... and as tiles of all of them %0, %1, ..., and the output as %out. Where
/// the body does not write %out itself, it defines a tile %r, which is
/// assembled into %out, and `resultType` is the tile's type, else that of all
/// of %out.
std::string runBody(const std::string &body, const std::vector<Array> &inputs,
                    const Array &output, std::string resultType = "",
                    InterpreterOptions options = {});

/// The output of `op`, an operation on the whole inputs such as `tile.add %0,
/// %1` without its types, all of which are inferred from the arrays.
std::string runOp(const std::string &op, const std::vector<Array> &inputs,
                  Array output, std::string resultType = "",
                  InterpreterOptions options = {});

} // namespace tilec

#endif // TILEC_TEST_UNIT_INTERPRETER_PROGRAM_H
