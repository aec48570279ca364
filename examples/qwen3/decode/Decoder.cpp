//===- Decoder.cpp - Steps of a batch of sequences ------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Decoder.h"
#include "Failure.h"
#include <cmath>
#include <cstring>

using namespace qwen3;

/// Rows of the cache, of all layers.
static int64_t getCacheRows(const Config &config, const CacheSizes &sizes) {
  return config.layers * sizes.pages * config.kvHeads * sizes.page;
}

Decoder::Decoder(const Config &config, const CacheSizes &sizes,
                 const tilec::Entry &entry, const tilec::Pool &pool,
                 const Weights &weights, const StoredTensor &embedding)
    : config(config), sizes(sizes), entry(entry), pool(pool), weights(weights),
      embedding(embedding),
      keys(static_cast<size_t>(getCacheRows(config, sizes) * config.headDim)),
      values(
          static_cast<size_t>(getCacheRows(config, sizes) * config.headDim)) {
  makeRopeTables();
}

void Decoder::makeRopeTables() {
  int64_t half = config.headDim / 2;
  ropeCos.resize(static_cast<size_t>(sizes.context * config.headDim));
  ropeSin.resize(ropeCos.size());
  for (int64_t i = 0; i != half; ++i) {
    double frequency = std::pow(
        config.ropeTheta, -static_cast<double>(i) / static_cast<double>(half));
    for (int64_t position = 0; position != sizes.context; ++position) {
      double angle = static_cast<double>(position) * frequency;
      size_t cell = static_cast<size_t>(position * config.headDim + i);
      size_t upper = cell + static_cast<size_t>(half);
      ropeCos[cell] = ropeCos[upper] = static_cast<float>(std::cos(angle));
      ropeSin[cell] = ropeSin[upper] = static_cast<float>(std::sin(angle));
    }
  }
}

int32_t Decoder::takeSlot(Sequence &sequence) {
  int64_t position = static_cast<int64_t>(sequence.fed);
  if (position % sizes.page == 0) {
    if (takenPages == sizes.pages)
      fail("the cache of {} pages is full", sizes.pages);
    sequence.pages.push_back(static_cast<int32_t>(takenPages++));
  }
  return static_cast<int32_t>(sequence.pages.back() * sizes.page +
                              position % sizes.page);
}

Decoder::Tables Decoder::makeTables(const std::vector<Sequence *> &batch) {
  size_t rowBytes = static_cast<size_t>(config.hidden) * sizeof(uint16_t);
  Tables tables;
  tables.hiddenStates.resize(batch.size() * static_cast<size_t>(config.hidden));
  auto *row = reinterpret_cast<std::byte *>(tables.hiddenStates.data());
  for (Sequence *sequence : batch) {
    size_t token = static_cast<size_t>(sequence->tokens[sequence->fed]);
    std::memcpy(row, embedding.data + token * rowBytes, rowBytes);
    row += rowBytes;
    tables.slots.push_back(takeSlot(*sequence));
    std::vector<int32_t> pages = sequence->pages;
    pages.resize(static_cast<size_t>(sizes.pagesOfSequence));
    tables.blocks.insert(tables.blocks.end(), pages.begin(), pages.end());
    tables.lengths.push_back(static_cast<int32_t>(++sequence->fed));
  }
  return tables;
}

const std::vector<float> &Decoder::step(const std::vector<Sequence *> &batch) {
  Tables tables = makeTables(batch);
  logits.resize(batch.size() * static_cast<size_t>(config.vocab));

  int64_t users = static_cast<int64_t>(batch.size());
  int64_t blocks = users * sizes.pagesOfSequence;
  int64_t cacheRows = getCacheRows(config, sizes), headDim = config.headDim;
  std::map<std::string_view, TensorView> tensors;
  auto add = [&](const char *name, tilec_dtype dtype, const void *data,
                 std::vector<int64_t> shape) {
    tensors.try_emplace(name, data, dtype, std::move(shape));
  };
  add("hidden_states", TILEC_BF16, tables.hiddenStates.data(),
      {users, config.hidden});
  add("seq_lens", TILEC_INT32, tables.lengths.data(), {users});
  add("block_table", TILEC_INT32, tables.blocks.data(), {blocks});
  add("slot_mapping", TILEC_INT32, tables.slots.data(), {users});
  add("rope_cos", TILEC_FP32, ropeCos.data(), {sizes.context, headDim});
  add("rope_sin", TILEC_FP32, ropeSin.data(), {sizes.context, headDim});
  add("k_cache", TILEC_BF16, keys.data(), {cacheRows, headDim});
  add("v_cache", TILEC_BF16, values.data(), {cacheRows, headDim});
  add("out", TILEC_FP32, logits.data(), {users, config.vocab});

  std::vector<tilec::Argument> arguments;
  for (size_t i = 0; i != entry.parameterCount(); ++i) {
    const char *name = entry.parameter(i).name;
    auto found = tensors.find(name);
    const DLTensor *tensor =
        found == tensors.end() ? weights.find(name) : found->second.get();
    if (!tensor)
      fail("the program takes `{}`, which a Qwen3 model does not have", name);
    arguments.emplace_back(tensor);
  }
  tilec::CallOptions options;
  options.pool = &pool;
  check(entry.call(arguments, options));
  return logits;
}
