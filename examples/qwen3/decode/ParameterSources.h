//===- ParameterSources.h - Where parameters come from ----------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A checkpoint has a tensor for each layer, and its matrices are [outputs,
// inputs]; decode_fwd takes all layers in one tensor, row below row, and
// matrices that are [inputs, outputs].
//
//===----------------------------------------------------------------------===//

#ifndef QWEN3_DECODE_PARAMETERSOURCES_H
#define QWEN3_DECODE_PARAMETERSOURCES_H

#include "Config.h"
#include "Safetensors.h"

namespace qwen3 {

/// The tensors of the checkpoint that make up a parameter of decode_fwd.
struct ParameterSource {
  enum class Kind {
    /// A vector a row, widened to FP32.
    Norm,
    /// A transposed matrix below the other.
    Transposed,
    /// One matrix as it is.
    AsStored
  };

  std::string parameter;
  Kind kind;
  /// From top to bottom.
  std::vector<std::string> tensors;
  /// Of each of them.
  std::vector<int64_t> shape;

  int64_t columns() const {
    return kind == Kind::AsStored ? shape[1] : shape[0];
  }
  /// That one of the tensors makes up.
  int64_t rowsOfEach() const {
    return kind == Kind::Norm         ? 1
           : kind == Kind::Transposed ? shape[1]
                                      : shape[0];
  }
  int64_t rows() const {
    return rowsOfEach() * static_cast<int64_t>(tensors.size());
  }
};

/// Of all parameters that a model's files determine.
std::vector<ParameterSource> getParameterSources(const Config &config);

/// Writes the rows `begin` to `end` of the matrix that a tensor makes up, its
/// transpose or itself, to memory for them.
void copyRows(const ParameterSource &source, const StoredTensor &tensor,
              int64_t begin, int64_t end, uint16_t *rows, int threads);

} // namespace qwen3

#endif // QWEN3_DECODE_PARAMETERSOURCES_H
