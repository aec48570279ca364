//===- Config.cpp - The sizes of a model ----------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Config.h"
#include "Failure.h"
#include "Json.h"
#include "Safetensors.h"
#include <cmath>
#include <fmt/ranges.h>
#include <vector>

using namespace qwen3;
using nlohmann::json;

namespace {
/// Reads fields and notes what is wrong with them.
class Reader {
public:
  explicit Reader(const json &object) : object(object) {}

  /// Null where the field is missing, or is null.
  const json *find(const char *key) const {
    auto found = object.find(key);
    return found == object.end() || found->is_null() ? nullptr : &*found;
  }

  int64_t size(const char *key) {
    // The rows of all layers, the product of three sizes, stay below 2^63.
    constexpr uint64_t largest = 1 << 20;
    const json *value = find(key);
    if (value && value->is_number_unsigned() && value->get<uint64_t>() != 0 &&
        value->get<uint64_t>() <= largest)
      return value->get<int64_t>();
    wrong(key, value, fmt::format("an integer from 1 to {}", largest));
    return 1;
  }

  double positive(const char *key, const json *value) {
    if (value && value->is_number() && value->get<double>() > 0 &&
        std::isfinite(value->get<double>()))
      return value->get<double>();
    wrong(key, value, "a positive number");
    return 1;
  }

  bool flag(const char *key) {
    const json *value = find(key);
    if (value && !value->is_boolean())
      wrong(key, value, "true or false");
    return value && value->is_boolean() && value->get<bool>();
  }

  /// The field must have this value, or be missing.
  void only(const char *key, const json &supported) {
    if (const json *value = find(key); value && *value != supported)
      wrong(key, value, supported.dump() + ": nothing else is supported");
  }

  void wrong(const std::string &key, const json *value,
             const std::string &expected) {
    constexpr size_t longest = 100;
    std::string found = "missing";
    if (value)
      found = value->dump(-1, ' ', true, json::error_handler_t::replace);
    problems.push_back(fmt::format("`{}` is {}, expected {}", key,
                                   found.substr(0, longest), expected));
  }

  std::vector<std::string> problems;

private:
  const json &object;
};
} // namespace

/// Refuses models whose arithmetic is not that of the program.
static void checkKind(Reader &reader) {
  const json *type = reader.find("model_type");
  if (!type || *type != "qwen3")
    reader.wrong("model_type", type,
                 "\"qwen3\": other models are not supported");
  reader.only("architectures", json::array({"Qwen3ForCausalLM"}));
  reader.only("hidden_act", "silu");
  reader.only("attention_bias", false);
  reader.only("use_sliding_window", false);
  reader.only("torch_dtype", "bfloat16");
  reader.only("dtype", "bfloat16");
  if (const json *value = reader.find("quantization_config"))
    reader.wrong("quantization_config", value,
                 "nothing: quantized weights are not supported");
  if (const json *types = reader.find("layer_types"))
    for (const json &layer : *types)
      if (layer != "full_attention") {
        reader.wrong("layer_types", &layer, "\"full_attention\" in each layer");
        break;
      }
}

/// The base of the rotary embedding, which is in either of two places.
static double readRopeTheta(Reader &reader) {
  const json *theta = reader.find("rope_theta");
  for (const char *key : {"rope_scaling", "rope_parameters"}) {
    const json *value = reader.find(key);
    if (!value)
      continue;
    if (!value->is_object() ||
        (value->value("rope_type", json("default")) != "default") ||
        (value->value("type", json("default")) != "default"))
      reader.wrong(key, value,
                   "of type \"default\": scaled positions are not supported");
    else if (auto found = value->find("rope_theta"); found != value->end())
      theta = &*found;
  }
  return reader.positive("rope_theta", theta);
}

Config qwen3::readConfig(const std::string &folder) {
  std::string path = folder + "/config.json";
  json object = readJson(path);
  Reader reader(object);
  checkKind(reader);
  Config config{reader.size("head_dim"),
                reader.size("hidden_size"),
                reader.size("intermediate_size"),
                reader.size("max_position_embeddings"),
                reader.size("num_attention_heads"),
                reader.size("num_hidden_layers"),
                reader.size("num_key_value_heads"),
                reader.positive("rms_norm_eps", reader.find("rms_norm_eps")),
                readRopeTheta(reader),
                reader.flag("tie_word_embeddings"),
                reader.size("vocab_size")};
  if (!reader.problems.empty())
    fail("{}: not a model for this program:\n  {}", path,
         fmt::join(reader.problems, "\n  "));
  return config;
}
