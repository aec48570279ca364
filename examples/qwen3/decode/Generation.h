//===- Generation.h - Greedy decoding of sequences --------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QWEN3_DECODE_GENERATION_H
#define QWEN3_DECODE_GENERATION_H

#include "Decoder.h"
#include "Options.h"

namespace qwen3 {

/// What was generated, and how fast.
struct Generation {
  std::vector<Sequence> sequences;
  /// Of each sequence [tokens fed, vocab], if they were to be kept.
  std::vector<std::vector<float>> logits;

  /// Tokens of prompts that no token was generated after, and the time of the
  /// steps that had nothing else.
  int64_t promptTokens = 0;
  double promptSeconds = 0;
  int64_t newTokens = 0;
  double newSeconds = 0;
};

/// Feeds the prompts token by token, all sequences at once, and then what they
/// go on with: always the token with the largest logit, the lowest id of
/// equals. Throws a Failure.
Generation generate(Decoder &decoder, const Options &options);

} // namespace qwen3

#endif // QWEN3_DECODE_GENERATION_H
