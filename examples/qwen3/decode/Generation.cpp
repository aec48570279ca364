//===- Generation.cpp - Greedy decoding of sequences ----------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Generation.h"
#include "Failure.h"
#include <algorithm>
#include <chrono>
#include <cmath>

using namespace qwen3;

/// The id of the largest logit. NaN, which a damaged file may lead to, has no
/// place in an order.
static int32_t pickToken(const float *logits, size_t vocab) {
  if (std::any_of(logits, logits + vocab,
                  [](float logit) { return std::isnan(logit); }))
    fail("a logit is not a number: are the model's files damaged?");
  return static_cast<int32_t>(std::max_element(logits, logits + vocab) -
                              logits);
}

namespace {
class Generator {
public:
  Generator(Decoder &decoder, const Options &options)
      : decoder(decoder), options(options) {
    for (const std::vector<int32_t> &prompt : options.prompts) {
      Sequence sequence;
      sequence.tokens = prompt;
      result.sequences.push_back(std::move(sequence));
    }
    result.logits.resize(options.prompts.size());
  }

  Generation run() {
    while (step())
      ;
    return std::move(result);
  }

private:
  bool step();
  bool isDone(size_t index) const;
  /// Whether a token was generated.
  bool takeLogits(size_t index, const float *logits, size_t vocab);

  Decoder &decoder;
  const Options &options;
  Generation result;
};
} // namespace

bool Generator::isDone(size_t index) const {
  const std::vector<int32_t> &tokens = result.sequences[index].tokens;
  size_t prompt = options.prompts[index].size();
  size_t most = prompt + static_cast<size_t>(options.steps);
  bool isStopped =
      tokens.size() > prompt &&
      std::count(options.stops.begin(), options.stops.end(), tokens.back());
  return tokens.size() == most || isStopped;
}

bool Generator::takeLogits(size_t index, const float *logits, size_t vocab) {
  if (!options.logits.empty())
    result.logits[index].insert(result.logits[index].end(), logits,
                                logits + vocab);
  Sequence &sequence = result.sequences[index];
  if (sequence.fed != sequence.tokens.size())
    return false; // The prompt goes on.
  sequence.tokens.push_back(pickToken(logits, vocab));
  return true;
}

/// False if all sequences are done.
bool Generator::step() {
  std::vector<size_t> indices;
  std::vector<Sequence *> batch;
  for (size_t i = 0; i != result.sequences.size(); ++i)
    if (!isDone(i)) {
      indices.push_back(i);
      batch.push_back(&result.sequences[i]);
    }
  if (batch.empty())
    return false;
  auto begin = std::chrono::steady_clock::now();
  const std::vector<float> &logits = decoder.step(batch);
  size_t vocab = logits.size() / batch.size();
  int64_t generated = 0;
  for (size_t row = 0; row != indices.size(); ++row)
    generated += takeLogits(indices[row], &logits[row * vocab], vocab);
  std::chrono::duration<double> seconds =
      std::chrono::steady_clock::now() - begin;
  result.newTokens += generated;
  result.promptTokens += static_cast<int64_t>(batch.size()) - generated;
  (generated ? result.newSeconds : result.promptSeconds) += seconds.count();
  return true;
}

Generation qwen3::generate(Decoder &decoder, const Options &options) {
  return Generator(decoder, options).run();
}
