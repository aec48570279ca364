//===- Config.h - The sizes of a model -------------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QWEN3_DECODE_CONFIG_H
#define QWEN3_DECODE_CONFIG_H

#include <cstdint>
#include <string>

namespace qwen3 {

/// What `config.json` of a dense Qwen3 model says, in its own names' order.
struct Config {
  int64_t headDim;
  int64_t hidden;
  int64_t intermediate;
  /// The longest context that the model was trained for, in tokens.
  int64_t maxPositions;
  int64_t heads;
  int64_t layers;
  int64_t kvHeads;
  double eps;
  double ropeTheta;
  /// The head's matrix is the embedding.
  bool tied;
  int64_t vocab;

  int64_t qHidden() const { return heads * headDim; }
  int64_t kvHidden() const { return kvHeads * headDim; }
};

/// Reads `config.json` of a folder. Throws a Failure that names all that is
/// missing, wrong, or not supported.
Config readConfig(const std::string &folder);

} // namespace qwen3

#endif // QWEN3_DECODE_CONFIG_H
