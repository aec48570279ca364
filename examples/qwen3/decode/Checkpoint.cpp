//===- Checkpoint.cpp - A folder of model files ---------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Checkpoint.h"
#include "Failure.h"
#include "Json.h"
#include <filesystem>
#include <fmt/ranges.h>

using namespace qwen3;

static const char *const onlyFile = "model.safetensors";

Checkpoint::Checkpoint(std::string path) : folder(std::move(path)) {
  std::string index = fmt::format("{}/{}.index.json", folder, onlyFile);
  std::error_code error;
  hasIndex = std::filesystem::exists(index, error);
  if (!hasIndex) {
    if (!std::filesystem::exists(fmt::format("{}/{}", folder, onlyFile), error))
      fail("{}: holds neither {} nor {}.index.json", folder, onlyFile,
           onlyFile);
    return;
  }
  nlohmann::json object = readJson(index);
  auto map = object.find("weight_map");
  if (map == object.end() || !map->is_object())
    fail("{}: no `weight_map`", index);
  for (const auto &[name, value] : map->items()) {
    std::string shard = value.is_string() ? value.get<std::string>() : "";
    if (shard.empty() || shard.find('/') != std::string::npos)
      fail("{}: the shard of {} is not the name of a file", index, quote(name));
    shardOf[name] = shard;
  }
}

const StoredTensor *Checkpoint::find(const std::string &name) {
  std::string shard = onlyFile;
  if (hasIndex) {
    auto found = shardOf.find(name);
    if (found == shardOf.end()) {
      problems.push_back(fmt::format("`{}` is missing in the index", name));
      return nullptr;
    }
    shard = found->second;
  }
  auto [file, isNew] = files.try_emplace(shard);
  if (isNew) {
    try {
      file->second = std::make_unique<SafetensorsFile>(folder + "/" + shard);
    } catch (const Failure &failure) {
      problems.emplace_back(failure.what());
    }
  }
  if (!file->second)
    return nullptr; // Told already.
  const StoredTensor *tensor = file->second->find(name);
  if (!tensor)
    problems.push_back(
        fmt::format("`{}` is missing in {}", name, quote(shard)));
  return tensor;
}

void Checkpoint::require(const std::vector<WantedTensor> &wanted) {
  problems.clear();
  for (const WantedTensor &want : wanted) {
    const StoredTensor *tensor = find(want.name);
    if (!tensor)
      continue;
    if (tensor->dtype != "BF16" || tensor->shape != want.shape)
      problems.push_back(fmt::format("`{}` is {}, expected {}", want.name,
                                     describe(tensor->dtype, tensor->shape),
                                     describe("BF16", want.shape)));
    required[want.name] = tensor;
  }
  if (!problems.empty())
    fail("{}: the model is not complete, or not as its config.json says:\n  {}",
         folder, fmt::join(problems, "\n  "));
}
