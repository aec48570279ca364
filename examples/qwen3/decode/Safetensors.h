//===- Safetensors.h - Files of tensors ------------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The safetensors format: the length of a JSON header (8 bytes, little-endian),
// the header, the data. The header maps each name to a dtype, a shape and a
// range of the data.
//
//===----------------------------------------------------------------------===//

#ifndef QWEN3_DECODE_SAFETENSORS_H
#define QWEN3_DECODE_SAFETENSORS_H

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace qwen3 {

/// Elements in memory, in row-major order.
struct StoredTensor {
  /// As the format spells it: "BF16", "F32", "I64", ...
  std::string dtype;
  std::vector<int64_t> shape;
  const std::byte *data = nullptr;
  uint64_t bytes = 0;
};

/// "BF16 [96, 128]".
std::string describe(const std::string &dtype,
                     const std::vector<int64_t> &shape);

/// A text of a file in quotes, without characters that a terminal obeys.
std::string quote(const std::string &text);

/// A file mapped into memory, read-only; what is not touched is not read. It
/// must not shrink meanwhile.
class SafetensorsFile {
public:
  /// Throws a Failure that names the file and says what is wrong with it.
  explicit SafetensorsFile(const std::string &path);

  /// Null where there is none of that name. Nothing is promised about the
  /// alignment of its data.
  const StoredTensor *find(const std::string &name) const;

private:
  struct Unmap {
    size_t bytes;
    Unmap() : bytes(0) {}
    explicit Unmap(size_t bytes) : bytes(bytes) {}
    void operator()(void *memory) const;
  };

  std::unique_ptr<void, Unmap> mapping;
  std::map<std::string, StoredTensor> tensors;
};

/// Writes a file in one step: it is there when all of it has been written. The
/// data begins at a multiple of 64 bytes, in the order of `tensors`. Throws a
/// Failure that names the file.
void writeSafetensors(
    const std::string &path,
    const std::vector<std::pair<std::string, StoredTensor>> &tensors);

} // namespace qwen3

#endif // QWEN3_DECODE_SAFETENSORS_H
