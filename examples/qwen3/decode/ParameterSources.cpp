//===- ParameterSources.cpp - Where parameters come from ------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ParameterSources.h"
#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <thread>

using namespace qwen3;
using Kind = ParameterSource::Kind;

std::vector<ParameterSource> qwen3::getParameterSources(const Config &config) {
  std::vector<ParameterSource> sources;
  auto add = [&](const char *parameter, const char *tensor, Kind kind,
                 std::vector<int64_t> shape) {
    ParameterSource source{parameter, kind, {}, std::move(shape)};
    for (int64_t layer = 0; layer != config.layers; ++layer)
      source.tensors.push_back(
          fmt::format("model.layers.{}.{}.weight", layer, tensor));
    sources.push_back(std::move(source));
  };
  int64_t hidden = config.hidden, inner = config.intermediate;
  int64_t qHidden = config.qHidden(), kvHidden = config.kvHidden();
  add("input_rms_weight", "input_layernorm", Kind::Norm, {hidden});
  add("wq", "self_attn.q_proj", Kind::Transposed, {qHidden, hidden});
  add("wk", "self_attn.k_proj", Kind::Transposed, {kvHidden, hidden});
  add("wv", "self_attn.v_proj", Kind::Transposed, {kvHidden, hidden});
  add("q_norm_weight", "self_attn.q_norm", Kind::Norm, {config.headDim});
  add("k_norm_weight", "self_attn.k_norm", Kind::Norm, {config.headDim});
  add("wo", "self_attn.o_proj", Kind::Transposed, {hidden, qHidden});
  add("post_rms_weight", "post_attention_layernorm", Kind::Norm, {hidden});
  add("w_gate", "mlp.gate_proj", Kind::Transposed, {inner, hidden});
  add("w_up", "mlp.up_proj", Kind::Transposed, {inner, hidden});
  add("w_down", "mlp.down_proj", Kind::Transposed, {hidden, inner});
  sources.push_back(
      {"final_norm_weight", Kind::Norm, {"model.norm.weight"}, {hidden}});
  sources.push_back(
      {"lm_head_weight",
       Kind::AsStored,
       {config.tied ? "model.embed_tokens.weight" : "lm_head.weight"},
       {config.vocab, hidden}});
  return sources;
}

/// Side of the blocks that are transposed; one fits into the fastest cache.
static constexpr int64_t blockSide = 64;

/// Transposes the block at row `r` and column `c` of a [height, width] matrix;
/// the rows of the result are the columns `begin` and up.
static void transposeBlock(const std::byte *matrix, int64_t height,
                           int64_t width, int64_t r, int64_t c, int64_t begin,
                           int64_t end, uint16_t *rows) {
  // By way of a copy: rows of the matrix that are powers of two apart do not
  // stay in a cache together.
  uint16_t block[blockSide][blockSide];
  int64_t high = std::min(blockSide, height - r);
  int64_t wide = std::min(blockSide, end - c);
  for (int64_t i = 0; i != high; ++i)
    std::memcpy(block[i], matrix + ((r + i) * width + c) * 2,
                static_cast<size_t>(wide) * 2);
  for (int64_t j = 0; j != wide; ++j)
    for (int64_t i = 0; i != high; ++i)
      rows[(c + j - begin) * height + r + i] = block[i][j];
}

void qwen3::copyRows(const ParameterSource &source, const StoredTensor &tensor,
                     int64_t begin, int64_t end, uint16_t *rows, int threads) {
  if (source.kind != Kind::Transposed) {
    size_t rowBytes = static_cast<size_t>(source.columns()) * sizeof(*rows);
    std::memcpy(rows, tensor.data + static_cast<size_t>(begin) * rowBytes,
                static_cast<size_t>(end - begin) * rowBytes);
    return;
  }
  int64_t height = source.shape[0], width = source.shape[1];
  int64_t bands = (height + blockSide - 1) / blockSide;
  auto transposeBands = [&](int64_t first, int64_t last) {
    for (int64_t band = first; band != last; ++band)
      for (int64_t c = begin; c < end; c += blockSide)
        transposeBlock(tensor.data, height, width, band * blockSide, c, begin,
                       end, rows);
  };
  std::vector<std::thread> helpers;
  for (int64_t i = 1; i < threads; ++i)
    helpers.emplace_back(transposeBands, bands * i / threads,
                         bands * (i + 1) / threads);
  transposeBands(0, bands / threads);
  for (std::thread &helper : helpers)
    helper.join();
}
