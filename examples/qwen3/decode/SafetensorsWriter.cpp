//===- SafetensorsWriter.cpp - Writing files of tensors -------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Failure.h"
#include "Safetensors.h"
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <unistd.h>

using namespace qwen3;
using NamedTensors = std::vector<std::pair<std::string, StoredTensor>>;

/// The length and the header, padded so that the data begins aligned.
static std::string makeHeader(const NamedTensors &tensors) {
  constexpr size_t alignment = 64, lengthBytes = 8;
  nlohmann::json header = nlohmann::json::object();
  uint64_t offset = 0;
  for (const auto &[name, tensor] : tensors) {
    header[name] = {{"dtype", tensor.dtype},
                    {"shape", tensor.shape},
                    {"data_offsets", {offset, offset + tensor.bytes}}};
    offset += tensor.bytes;
  }
  std::string text = header.dump();
  text.append(-(text.size() + lengthBytes) % alignment, ' ');
  std::string length;
  for (size_t i = 0; i != lengthBytes; ++i)
    length += static_cast<char>(text.size() >> (8 * i));
  return length + text;
}

/// False with `errno` set on failure.
static bool writeFile(const std::string &path, const NamedTensors &tensors) {
  std::ofstream file(path, std::ios::binary);
  file << makeHeader(tensors);
  for (const auto &[name, tensor] : tensors)
    file.write(reinterpret_cast<const char *>(tensor.data),
               static_cast<std::streamsize>(tensor.bytes));
  file.close();
  return !file.fail();
}

void qwen3::writeSafetensors(const std::string &path,
                             const NamedTensors &tensors) {
  std::string temporary = fmt::format("{}.tmp-{}", path, getpid());
  if (writeFile(temporary, tensors) &&
      std::rename(temporary.c_str(), path.c_str()) == 0)
    return;
  int reason = errno;
  std::remove(temporary.c_str());
  fail("{}: {}", path, std::strerror(reason));
}
