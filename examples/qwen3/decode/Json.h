//===- Json.h - Reading JSON files -----------------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QWEN3_DECODE_JSON_H
#define QWEN3_DECODE_JSON_H

#include "Failure.h"
#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

namespace qwen3 {

/// A file that holds a JSON object. Throws a Failure that names the file.
inline nlohmann::json readJson(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    fail("{}: {}", path, std::strerror(errno));
  try {
    nlohmann::json value = nlohmann::json::parse(file);
    if (value.is_object())
      return value;
  } catch (const nlohmann::json::exception &error) {
    fail("{}: {}", path, error.what());
  }
  fail("{}: not a JSON object", path);
}

} // namespace qwen3

#endif // QWEN3_DECODE_JSON_H
