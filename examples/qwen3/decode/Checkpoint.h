//===- Checkpoint.h - A folder of model files -------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QWEN3_DECODE_CHECKPOINT_H
#define QWEN3_DECODE_CHECKPOINT_H

#include "Safetensors.h"

namespace qwen3 {

/// What the checkpoint must hold: a BF16 tensor.
struct WantedTensor {
  std::string name;
  std::vector<int64_t> shape;
};

/// The tensors of a folder: of `model.safetensors`, or of the shards that
/// `model.safetensors.index.json` names. A file is mapped when one of its
/// tensors is wanted.
class Checkpoint {
public:
  /// Reads the index, if there is one. Throws a Failure.
  explicit Checkpoint(std::string folder);

  /// Throws a Failure that names each of the tensors that is missing, or has
  /// another dtype or shape, and each file that is missing or wrong.
  void require(const std::vector<WantedTensor> &wanted);

  /// A tensor that was required.
  const StoredTensor &get(const std::string &name) const {
    return *required.at(name);
  }

private:
  const StoredTensor *find(const std::string &name);

  std::string folder;
  bool hasIndex = false;
  /// The shard of each tensor, as the index has it.
  std::map<std::string, std::string> shardOf;
  /// The files that were asked for; null if there was something wrong.
  std::map<std::string, std::unique_ptr<SafetensorsFile>> files;
  std::map<std::string, const StoredTensor *> required;
  std::vector<std::string> problems;
};

} // namespace qwen3

#endif // QWEN3_DECODE_CHECKPOINT_H
