//===- Weights.h - What the model's files give to calls ---------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QWEN3_DECODE_WEIGHTS_H
#define QWEN3_DECODE_WEIGHTS_H

#include "Checkpoint.h"
#include "ParameterSources.h"
#include "Tensor.h"
#include <deque>
#include <optional>

namespace qwen3 {

/// The arguments of decode_fwd that are the same in each call.
class Weights {
public:
  /// Reads, transposes and packs the tensors of a checkpoint, which has been
  /// asked for them. At most a few thousand rows of a matrix are in memory
  /// beside the result. Shows how far it is if standard error is a terminal.
  static Weights pack(const std::vector<ParameterSource> &sources,
                      const Checkpoint &checkpoint, const tilec::Entry &entry,
                      const tilec::Pool &pool);

  /// Maps a file that `save` or `tilec pack` wrote. Throws a Failure that names
  /// the tensors that are missing or are not as the entry takes them. Whether
  /// packed storage fits the entry is checked by each call.
  static Weights map(const std::vector<ParameterSource> &sources,
                     const std::string &path, const tilec::Entry &entry);

  /// Null if the model's files do not determine the parameter.
  const DLTensor *find(const std::string &parameter) const;

  /// Writes what `map` reads. Throws a Failure that names the file.
  void save(const std::string &path) const;

private:
  std::map<std::string, const DLTensor *> tensors;
  // What owns them; elements of a deque stay where they are.
  std::deque<tilec::Weight> packed;
  std::deque<std::vector<float>> norms;
  std::deque<TensorView> views;
  std::optional<SafetensorsFile> file;
};

} // namespace qwen3

#endif // QWEN3_DECODE_WEIGHTS_H
