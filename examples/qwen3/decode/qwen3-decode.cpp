//===- qwen3-decode.cpp - Decodes with a Qwen3 checkpoint -----------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Opens a folder of model files as they are published, compiles decode_fwd for
// the model's sizes, packs the weights, and decodes token ids greedily.
//
//===----------------------------------------------------------------------===//

#include "Failure.h"
#include "Generation.h"
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fmt/ranges.h>
#include <limits>

using namespace qwen3;

namespace {
/// The time since it was made.
class Stopwatch {
public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() -
                                         begin)
        .count();
  }

private:
  std::chrono::steady_clock::time_point begin =
      std::chrono::steady_clock::now();
};
} // namespace

static int64_t ceilDiv(int64_t count, int64_t size) {
  return (count + size - 1) / size;
}

/// The sizes of a cache for all sequences, if what is asked for can be done.
static CacheSizes planCache(const Options &options, const Config &config) {
  constexpr int64_t usualContext = 4096, largestPage = 65536;
  int64_t context = options.context
                        ? options.context
                        : std::min(config.maxPositions, usualContext);
  if (context > config.maxPositions)
    fail("--context {} is more than the {} positions of the model", context,
         config.maxPositions);
  if (options.page > largestPage)
    fail("--page {} is more than {} tokens", options.page, largestPage);
  CacheSizes sizes{options.page, 0, ceilDiv(context, options.page), 0};
  for (const std::vector<int32_t> &prompt : options.prompts) {
    for (int32_t token : prompt)
      if (token >= config.vocab)
        fail("token {} is not in the vocabulary of {}", token, config.vocab);
    // The last token that is generated is not fed.
    int64_t tokens = static_cast<int64_t>(prompt.size()) + options.steps - 1;
    if (tokens > context)
      fail("a prompt of {} tokens and {} steps take a context of {}, more than "
           "{}: see --context",
           prompt.size(), options.steps, tokens, context);
    sizes.pages += ceilDiv(tokens, options.page);
    sizes.context = std::max(sizes.context, tokens);
  }
  // Places in the cache are INT32.
  if (sizes.pages > std::numeric_limits<int32_t>::max() / sizes.page)
    fail("the batch takes a cache of {} pages, which are too many",
         sizes.pages);
  return sizes;
}

/// Maps the files and checks what will be taken from them.
static Checkpoint openCheckpoint(const Options &options, const Config &config,
                                 const std::vector<ParameterSource> &sources,
                                 const std::string &embedding) {
  Checkpoint checkpoint(options.folder);
  std::vector<WantedTensor> wanted = {
      {embedding, {config.vocab, config.hidden}}};
  if (options.packed.empty())
    for (const ParameterSource &source : sources)
      for (const std::string &name : source.tensors)
        if (name != embedding)
          wanted.push_back({name, source.shape});
  checkpoint.require(wanted);
  return checkpoint;
}

static tilec::Module compile(const Options &options, const Config &config,
                             const CacheSizes &sizes) {
  // Buffers are made for whole tiles of the batch.
  constexpr int64_t batchTile = 16;
  int64_t users = static_cast<int64_t>(options.prompts.size());
  tilec::Options compiler;
  auto define = [&](const char *name, auto value) {
    check(compiler.define(name, fmt::format("{}", value)));
  };
  define("HIDDEN", config.hidden);
  define("INTERMEDIATE", config.intermediate);
  define("NUM_HEADS", config.heads);
  define("NUM_KV_HEADS", config.kvHeads);
  define("HEAD_DIM", config.headDim);
  define("VOCAB", config.vocab);
  define("EPS", config.eps);
  define("BATCH", ceilDiv(users, batchTile) * batchTile);
  define("BLOCK_SIZE", sizes.page);
  define("MAX_SEQ", sizes.pagesOfSequence * sizes.page);
  check(compiler.set("entry", "decode_fwd"));
  tilec::Module module =
      take(tilec::Module::compileFile(options.program, compiler));
  for (size_t i = 0; i != module.diagnosticCount(); ++i)
    fmt::print(stderr, "{}\n", module.diagnostic(i).rendered);
  return module;
}

static Weights makeWeights(const Options &options,
                           const std::vector<ParameterSource> &sources,
                           const Checkpoint &checkpoint,
                           const tilec::Entry &entry, const tilec::Pool &pool) {
  if (!options.packed.empty())
    return Weights::map(sources, options.packed, entry);
  Stopwatch packing;
  Weights weights = Weights::pack(sources, checkpoint, entry, pool);
  fmt::print(stderr, "packed in {:.1f} s\n", packing.seconds());
  if (!options.savePacked.empty())
    weights.save(options.savePacked);
  return weights;
}

static void print(const Generation &generation, const Options &options) {
  for (size_t i = 0; i != options.prompts.size(); ++i) {
    const std::vector<int32_t> &tokens = generation.sequences[i].tokens;
    fmt::print("{}\n", fmt::join(tokens.begin() + options.prompts[i].size(),
                                 tokens.end(), ","));
  }
  if (std::fflush(stdout) != 0)
    fail("the tokens cannot be written");
  auto printSpeed = [](const char *what, int64_t tokens, double seconds) {
    if (tokens && seconds > 0)
      fmt::print(stderr, "{}: {} tokens, {:.3g} s, {:.1f} tokens/s\n", what,
                 tokens, seconds, static_cast<double>(tokens) / seconds);
  };
  printSpeed("prompt", generation.promptTokens, generation.promptSeconds);
  printSpeed("generated", generation.newTokens, generation.newSeconds);
}

/// Writes `sequence0` and so on, FP32 [tokens fed, vocab].
static void saveLogits(const Generation &generation, const std::string &path,
                       int64_t vocab) {
  std::vector<std::pair<std::string, StoredTensor>> tensors;
  for (const std::vector<float> &logits : generation.logits) {
    int64_t rows = static_cast<int64_t>(logits.size()) / vocab;
    tensors.push_back({fmt::format("sequence{}", tensors.size()),
                       {"F32",
                        {rows, vocab},
                        reinterpret_cast<const std::byte *>(logits.data()),
                        logits.size() * sizeof(float)}});
  }
  writeSafetensors(path, tensors);
}

static void run(const Options &options) {
  Config config = readConfig(options.folder);
  CacheSizes sizes = planCache(options, config);
  const std::string embedding = "model.embed_tokens.weight";
  std::vector<ParameterSource> sources = getParameterSources(config);
  Checkpoint checkpoint = openCheckpoint(options, config, sources, embedding);

  Stopwatch compiling;
  tilec::Module module = compile(options, config, sizes);
  std::optional<tilec::Entry> entry = module.find("decode_fwd");
  if (!entry)
    fail("{}: no entry decode_fwd", options.program);
  fmt::print(stderr, "compiled in {:.2f} s\n", compiling.seconds());

  tilec::Pool pool = take(tilec::Pool::create(options.threads));
  Weights weights = makeWeights(options, sources, checkpoint, *entry, pool);
  Decoder decoder(config, sizes, *entry, pool, weights,
                  checkpoint.get(embedding));
  Generation generation = generate(decoder, options);
  print(generation, options);
  if (!options.logits.empty())
    saveLogits(generation, options.logits, config.vocab);
}

int main(int argc, char **argv) {
  try {
    run(parseOptions(argc, argv));
    return 0;
  } catch (const std::bad_alloc &) {
    fmt::print(stderr, "qwen3-decode: error: no memory left\n");
  } catch (const std::exception &error) {
    fmt::print(stderr, "qwen3-decode: error: {}\n", error.what());
  }
  return 1;
}
