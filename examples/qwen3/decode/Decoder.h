//===- Decoder.h - Steps of a batch of sequences ----------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QWEN3_DECODE_DECODER_H
#define QWEN3_DECODE_DECODER_H

#include "Config.h"
#include "Weights.h"

namespace qwen3 {

/// A text that grows.
struct Sequence {
  /// The prompt, then what was generated.
  std::vector<int32_t> tokens;
  /// Tokens whose keys and values are in the cache.
  size_t fed = 0;
  /// Their pages of the cache.
  std::vector<int32_t> pages;
};

/// How the cache is laid out.
struct CacheSizes {
  /// Tokens that a page holds.
  int64_t page;
  /// Pages, in each layer.
  int64_t pages;
  /// Pages that one sequence may have, as the program is compiled.
  int64_t pagesOfSequence;
  /// The longest context, in tokens.
  int64_t context;
};

/// Calls decode_fwd. Keeps the keys and values of all tokens in a paged cache.
class Decoder {
public:
  /// `embedding` is BF16 [vocab, hidden]. All but `config` and `sizes` must
  /// outlive the decoder.
  Decoder(const Config &config, const CacheSizes &sizes,
          const tilec::Entry &entry, const tilec::Pool &pool,
          const Weights &weights, const StoredTensor &embedding);

  /// Feeds the next token of each of the sequences, of which there are as many
  /// as the program was compiled for, or fewer. The result are logits,
  /// [sequences, vocab], until the next step. Throws a Failure.
  const std::vector<float> &step(const std::vector<Sequence *> &batch);

private:
  /// What decode_fwd is told of a batch, a row for each sequence.
  struct Tables {
    std::vector<uint16_t> hiddenStates;
    std::vector<int32_t> lengths;
    /// The pages of the sequences, each with as many entries as it may have.
    std::vector<int32_t> blocks;
    std::vector<int32_t> slots;
  };

  Tables makeTables(const std::vector<Sequence *> &batch);
  /// The place of the sequence's next token in the cache: its page is taken if
  /// this is the first token there.
  int32_t takeSlot(Sequence &sequence);
  void makeRopeTables();

  Config config;
  CacheSizes sizes;
  const tilec::Entry &entry;
  const tilec::Pool &pool;
  const Weights &weights;
  const StoredTensor &embedding;
  int64_t takenPages = 0;
  Cells keys;
  Cells values;
  /// Rows of positions; both halves of a row are the same.
  std::vector<float> ropeCos;
  std::vector<float> ropeSin;
  std::vector<float> logits;
};

} // namespace qwen3

#endif // QWEN3_DECODE_DECODER_H
