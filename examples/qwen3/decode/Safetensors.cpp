//===- Safetensors.cpp - Files of tensors ---------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Nothing in a file is believed: each range is checked before a pointer is made
// of it.
//
//===----------------------------------------------------------------------===//

#include "Safetensors.h"
#include "Failure.h"
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>
#include <optional>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace qwen3;
using nlohmann::json;

/// The limit of the format's own implementation.
static constexpr uint64_t maxHeaderBytes = 100000000;

std::string qwen3::describe(const std::string &dtype,
                            const std::vector<int64_t> &shape) {
  return fmt::format("{} [{}]", dtype, fmt::join(shape, ", "));
}

std::string qwen3::quote(const std::string &text) {
  constexpr size_t longest = 200;
  return json(text.substr(0, longest))
      .dump(-1, ' ', /*ensure_ascii=*/true, json::error_handler_t::replace);
}

/// Bytes of an element; nothing for a dtype that this program has no use for.
static std::optional<uint64_t> getByteSize(const std::string &dtype) {
  if (dtype == "I64" || dtype == "U64" || dtype == "F64")
    return 8;
  if (dtype == "I32" || dtype == "U32" || dtype == "F32")
    return 4;
  if (dtype == "I16" || dtype == "U16" || dtype == "F16" || dtype == "BF16")
    return 2;
  if (dtype == "I8" || dtype == "U8" || dtype == "BOOL")
    return 1;
  return std::nullopt;
}

/// Elements of a shape times `size`; nothing if they are more than 2^63.
static std::optional<uint64_t> multiply(const std::vector<int64_t> &shape,
                                        uint64_t size) {
  int64_t product = static_cast<int64_t>(size);
  for (int64_t extent : shape)
    if (__builtin_mul_overflow(product, extent, &product))
      return std::nullopt;
  return static_cast<uint64_t>(product);
}

/// An array of integers from 0 on, or nothing.
static std::optional<std::vector<int64_t>> readIntegers(const json &object,
                                                        const char *key) {
  auto found = object.find(key);
  if (found == object.end() || !found->is_array())
    return std::nullopt;
  std::vector<int64_t> integers;
  for (const json &value : *found) {
    if (!value.is_number_unsigned() || value.get<uint64_t>() > INT64_MAX)
      return std::nullopt;
    integers.push_back(value.get<int64_t>());
  }
  return integers;
}

/// The tensor that an entry of the header describes, inside of the data.
static StoredTensor readTensor(const std::string &name, const json &entry,
                               const std::byte *data, uint64_t dataBytes) {
  auto dtype = entry.is_object() ? entry.find("dtype") : entry.end();
  if (!entry.is_object() || dtype == entry.end() || !dtype->is_string())
    fail("{} has no dtype", quote(name));
  auto shape = readIntegers(entry, "shape");
  auto range = readIntegers(entry, "data_offsets");
  if (!shape || !range || range->size() != 2)
    fail("{} has no right shape or no right data_offsets", quote(name));
  uint64_t begin = static_cast<uint64_t>((*range)[0]);
  uint64_t end = static_cast<uint64_t>((*range)[1]);
  if (begin > end)
    fail("the data of {} ends before it begins", quote(name));
  if (end > dataBytes)
    fail("the data of {} ends at byte {} of the data, of which there are {}: "
         "the file is not complete",
         quote(name), end, dataBytes);
  StoredTensor tensor{dtype->get<std::string>(), *shape, data + begin,
                      end - begin};
  std::optional<uint64_t> size = getByteSize(tensor.dtype);
  if (size && multiply(tensor.shape, *size) != tensor.bytes)
    fail("{} has {} bytes of data, which its {} does not take", quote(name),
         tensor.bytes, describe(tensor.dtype, tensor.shape));
  return tensor;
}

/// The ranges must cover the data without gap or overlap.
static void checkCover(const std::map<std::string, StoredTensor> &tensors,
                       const std::byte *data, uint64_t dataBytes) {
  std::vector<std::pair<uint64_t, uint64_t>> ranges;
  for (const auto &[name, tensor] : tensors) {
    uint64_t begin = static_cast<uint64_t>(tensor.data - data);
    ranges.emplace_back(begin, begin + tensor.bytes);
  }
  std::sort(ranges.begin(), ranges.end());
  uint64_t covered = 0;
  for (auto [begin, end] : ranges) {
    if (begin < covered)
      fail("two tensors overlap at byte {} of the data", begin);
    if (begin > covered)
      fail("the bytes {}..{} of the data belong to no tensor", covered, begin);
    covered = end;
  }
  if (covered != dataBytes)
    fail("the bytes {}..{} of the data belong to no tensor", covered,
         dataBytes);
}

static std::map<std::string, StoredTensor> readTensors(const std::byte *bytes,
                                                       uint64_t size) {
  uint64_t length = 0;
  if (size < sizeof(length))
    fail("{} bytes are too few for a header's length", size);
  for (size_t i = 0; i != sizeof(length); ++i)
    length |= std::to_integer<uint64_t>(bytes[i]) << (8 * i);
  if (length > size - sizeof(length))
    fail("the header's {} bytes reach past the end of the file", length);
  if (length > maxHeaderBytes)
    fail("the header's {} bytes are more than {}", length, maxHeaderBytes);
  const std::byte *data = bytes + sizeof(length) + length;
  uint64_t dataBytes = size - sizeof(length) - length;
  const char *text = reinterpret_cast<const char *>(bytes + sizeof(length));
  json header = json::parse(text, text + length);
  if (!header.is_object())
    fail("the header is not a JSON object");
  std::map<std::string, StoredTensor> tensors;
  for (const auto &[name, entry] : header.items())
    if (name != "__metadata__")
      tensors[name] = readTensor(name, entry, data, dataBytes);
  checkCover(tensors, data, dataBytes);
  return tensors;
}

void SafetensorsFile::Unmap::operator()(void *memory) const {
  munmap(memory, bytes);
}

/// Maps a whole regular file; null with `errno` set on failure.
static void *mapFile(const std::string &path, size_t &size) {
  int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0)
    return nullptr;
  struct stat status;
  void *memory = MAP_FAILED;
  if (fstat(file, &status) == 0) {
    size = static_cast<size_t>(status.st_size);
    errno = EINVAL;
    if (S_ISREG(status.st_mode) && size)
      memory = mmap(nullptr, size, PROT_READ, MAP_SHARED, file, 0);
  }
  int reason = errno;
  close(file);
  errno = reason;
  return memory == MAP_FAILED ? nullptr : memory;
}

SafetensorsFile::SafetensorsFile(const std::string &path) {
  size_t size = 0;
  void *memory = mapFile(path, size);
  if (!memory)
    fail("{}: {}", path,
         errno == EINVAL ? "not a file with contents" : std::strerror(errno));
  mapping = {memory, Unmap(size)};
  try {
    tensors = readTensors(static_cast<const std::byte *>(memory), size);
  } catch (const json::exception &error) {
    fail("{}: the header: {}", path, error.what());
  } catch (const Failure &failure) {
    fail("{}: {}", path, failure.what());
  }
}

const StoredTensor *SafetensorsFile::find(const std::string &name) const {
  auto found = tensors.find(name);
  return found == tensors.end() ? nullptr : &found->second;
}
