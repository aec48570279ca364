//===- Safetensors.cpp - Checking a header, mapping a file ----------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Files come from anywhere, so nothing in them is believed: the header is
// scanned for what the JSON parser would choke on or pass over (deep nesting,
// repeated keys), and each range is checked before a pointer is made of it.
//
//===----------------------------------------------------------------------===//

#include "tilec/Support/Safetensors.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/Errno.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <new>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace tilec;
namespace json = llvm::json;

namespace {
constexpr uint64_t lengthBytes = 8;
/// The limit of the format's own implementation.
constexpr uint64_t maxHeaderBytes = 100000000;
constexpr llvm::StringLiteral metadataKey = "__metadata__";

/// A tensor of the header, with its range of the data.
struct Entry {
  std::string name;
  DType dtype;
  Shape shape;
  uint64_t begin;
  uint64_t end;
};
} // namespace

template <typename... Args>
static llvm::Error fail(fmt::format_string<Args...> format, Args &&...args) {
  return llvm::createStringError(
      fmt::format(format, std::forward<Args>(args)...));
}

/// Names come from the file: quoted, and cut to what a terminal bears.
static std::string quote(llvm::StringRef name) {
  constexpr size_t longest = 100;
  std::string text;
  llvm::raw_string_ostream out(text);
  llvm::printEscapedString(name.take_front(longest), out);
  return fmt::format("`{}{}`", text, name.size() > longest ? "..." : "");
}

//===----------------------------------------------------------------------===//
// The scan before parsing
//===----------------------------------------------------------------------===//

namespace {
/// Walks the tokens of a header that may not be JSON at all.
class HeaderScan {
public:
  explicit HeaderScan(llvm::StringRef text) : text(text) {}

  llvm::Error run() {
    for (; at < text.size(); ++at)
      if (llvm::Error error = visit(text[at]))
        return error;
    return llvm::Error::success();
  }

private:
  static constexpr size_t maxDepth = 3;

  llvm::Error visit(char c) {
    switch (c) {
    case '{':
    case '[':
      keys.emplace_back();
      if (keys.size() > maxDepth)
        return fail("the header is nested too deeply");
      break;
    case '}':
    case ']':
      if (!keys.empty())
        keys.pop_back();
      break;
    case '"':
      lastString = takeString();
      break;
    case ':':
      return addKey();
    case '.':
      return fail("the header has a number that is not an integer");
    case 'e':
    case 'E':
      if (at && llvm::isDigit(text[at - 1]))
        return fail("the header has a number that is not an integer");
      break;
    }
    return llvm::Error::success();
  }

  /// The string token that starts here, with its quotes.
  llvm::StringRef takeString() {
    size_t begin = at;
    for (++at; at < text.size() && text[at] != '"'; ++at)
      if (text[at] == '\\')
        ++at;
    return text.slice(begin, at + 1);
  }

  llvm::Error addKey() {
    if (keys.empty())
      return llvm::Error::success(); // the parser will say why
    llvm::Expected<json::Value> key = json::parse(lastString);
    if (!key)
      return key.takeError();
    std::optional<llvm::StringRef> name = key->getAsString();
    if (name && !keys.back().insert(*name).second)
      return fail("{} occurs twice", quote(*name));
    return llvm::Error::success();
  }

  llvm::StringRef text;
  size_t at = 0;
  llvm::StringRef lastString;
  /// The keys of each object (or array) that is open here.
  std::vector<llvm::StringSet<>> keys;
};
} // namespace

//===----------------------------------------------------------------------===//
// From JSON to entries
//===----------------------------------------------------------------------===//

/// An array of integers that are not negative.
static std::optional<Shape> readIntegers(const json::Array *array) {
  Shape result;
  if (!array)
    return std::nullopt;
  for (const json::Value &value : *array) {
    std::optional<int64_t> integer = value.getAsInteger();
    if (!integer || *integer < 0)
      return std::nullopt;
    result.push_back(*integer);
  }
  return result;
}

static llvm::Expected<Entry> readEntry(llvm::StringRef name,
                                       const json::Value &value) {
  const json::Object *object = value.getAsObject();
  if (!object)
    return fail("{} is not an object", quote(name));
  std::optional<llvm::StringRef> dtypeName = object->getString("dtype");
  if (!dtypeName)
    return fail("{} has no `dtype` string", quote(name));
  std::optional<DType> dtype = parseSafetensorsDType(*dtypeName);
  if (!dtype)
    return fail("{} has the unknown dtype {}", quote(name), quote(*dtypeName));
  std::optional<Shape> shape = readIntegers(object->getArray("shape"));
  if (!shape)
    return fail("the `shape` of {} is not an array of non-negative integers",
                quote(name));
  std::optional<Shape> range = readIntegers(object->getArray("data_offsets"));
  if (!range || range->size() != 2)
    return fail("the `data_offsets` of {} are not two non-negative integers",
                quote(name));
  if (object->size() != 3)
    return fail("{} has a field other than `dtype`, `shape` and "
                "`data_offsets`",
                quote(name));
  return Entry{name.str(), *dtype, *shape, uint64_t((*range)[0]),
               uint64_t((*range)[1])};
}

static llvm::Error readMetadata(const json::Value &value,
                                SafetensorsMetadata &metadata) {
  const json::Object *object = value.getAsObject();
  if (!object)
    return fail("`__metadata__` is not an object");
  for (const auto &[key, item] : *object) {
    std::optional<llvm::StringRef> text = item.getAsString();
    if (!text)
      return fail("{} in `__metadata__` is not a string", quote(key));
    metadata[key.str()] = text->str();
  }
  return llvm::Error::success();
}

static llvm::Expected<std::vector<Entry>>
readHeader(llvm::StringRef text, SafetensorsMetadata &metadata) {
  if (llvm::Error error = HeaderScan(text).run())
    return error;
  llvm::Expected<json::Value> header = json::parse(text);
  if (!header)
    return fail("the header is not JSON: {}",
                llvm::toString(header.takeError()));
  const json::Object *object = header->getAsObject();
  if (!object)
    return fail("the header is not a JSON object");
  std::vector<Entry> entries;
  for (const auto &[key, value] : *object) {
    if (llvm::StringRef(key) == metadataKey) {
      if (llvm::Error error = readMetadata(value, metadata))
        return error;
      continue;
    }
    llvm::Expected<Entry> entry = readEntry(key, value);
    if (!entry)
      return entry.takeError();
    entries.push_back(std::move(*entry));
  }
  return entries;
}

//===----------------------------------------------------------------------===//
// From entries to tensors
//===----------------------------------------------------------------------===//

/// Checks one range by itself.
static llvm::Error checkRange(const Entry &entry, uint64_t dataSize) {
  if (entry.begin > entry.end || entry.end > dataSize)
    return fail("the bytes {}..{} of {} are not inside the {} bytes of data",
                entry.begin, entry.end, quote(entry.name), dataSize);
  std::optional<int64_t> bytes = getByteSize(entry.dtype, entry.shape);
  if (!bytes || uint64_t(*bytes) != entry.end - entry.begin)
    return fail("{} has {} bytes of data, but its shape {} of {} takes {}",
                quote(entry.name), entry.end - entry.begin,
                formatShape(entry.shape), getName(entry.dtype).str(),
                bytes ? std::to_string(*bytes) : "more than 2^63");
  return llvm::Error::success();
}

/// Checks that the ranges, in ascending order, cover the data exactly.
static llvm::Error checkCover(llvm::ArrayRef<Entry> entries,
                              uint64_t dataSize) {
  uint64_t covered = 0;
  for (const Entry &entry : entries) {
    if (entry.begin < covered)
      return fail("the data of {} overlaps that of another tensor",
                  quote(entry.name));
    if (entry.begin > covered)
      return fail("the bytes {}..{} of the data belong to no tensor", covered,
                  entry.begin);
    covered = entry.end;
  }
  if (covered != dataSize)
    return fail("the bytes {}..{} of the data belong to no tensor", covered,
                dataSize);
  return llvm::Error::success();
}

/// Moves the tensor to memory of its own if its data is not aligned to its
/// elements.
static llvm::Error alignData(llvm::StringRef name, TensorView &tensor,
                             uint64_t bytes,
                             std::vector<std::unique_ptr<uint64_t[]>> &copies) {
  if (reinterpret_cast<uintptr_t>(tensor.data) % getByteSize(tensor.dtype) == 0)
    return llvm::Error::success();
  size_t words = llvm::divideCeil(bytes, sizeof(uint64_t));
  std::unique_ptr<uint64_t[]> copy(new (std::nothrow) uint64_t[words]);
  if (!copy)
    return fail("no memory for the {} bytes of {}, which are not aligned to "
                "its elements",
                bytes, quote(name));
  std::memcpy(copy.get(), tensor.data, bytes);
  tensor.data = copy.get();
  copies.push_back(std::move(copy));
  return llvm::Error::success();
}

static llvm::Error checkValues(llvm::StringRef name, const TensorView &tensor) {
  if (tensor.dtype == DType::BOOL &&
      llvm::any_of(tensor.getElements<uint8_t>(),
                   [](uint8_t value) { return value > 1; }))
    return fail("{} is BOOL and holds a byte other than 0 and 1", quote(name));
  return llvm::Error::success();
}

llvm::Expected<SafetensorsContents>
tilec::parseSafetensors(llvm::ArrayRef<uint8_t> bytes) {
  if (bytes.size() < lengthBytes)
    return fail("{} bytes are too few for a header's length", bytes.size());
  uint64_t headerSize = llvm::support::endian::read64le(bytes.data());
  if (headerSize > bytes.size() - lengthBytes)
    return fail("the header's {} bytes reach past the end of the file",
                headerSize);
  if (headerSize > maxHeaderBytes)
    return fail("the header's {} bytes are more than {}", headerSize,
                maxHeaderBytes);
  SafetensorsContents contents;
  llvm::Expected<std::vector<Entry>> entries =
      readHeader(llvm::toStringRef(bytes.slice(lengthBytes, headerSize)),
                 contents.metadata);
  if (!entries)
    return entries.takeError();
  llvm::ArrayRef<uint8_t> data = bytes.drop_front(lengthBytes + headerSize);
  for (const Entry &entry : *entries)
    if (llvm::Error error = checkRange(entry, data.size()))
      return error;
  llvm::sort(*entries, [](const Entry &lhs, const Entry &rhs) {
    return std::tie(lhs.begin, lhs.end, lhs.name) <
           std::tie(rhs.begin, rhs.end, rhs.name);
  });
  if (llvm::Error error = checkCover(*entries, data.size()))
    return error;
  for (Entry &entry : *entries) {
    TensorView tensor{entry.dtype, std::move(entry.shape),
                      const_cast<uint8_t *>(data.data() + entry.begin)};
    if (llvm::Error error = alignData(entry.name, tensor,
                                      entry.end - entry.begin, contents.copies))
      return error;
    if (llvm::Error error = checkValues(entry.name, tensor))
      return error;
    contents.tensors.push_back({std::move(entry.name), std::move(tensor)});
  }
  return contents;
}

//===----------------------------------------------------------------------===//
// Files
//===----------------------------------------------------------------------===//

void SafetensorsFile::Unmap::operator()(void *memory) const {
  munmap(memory, bytes);
}

/// Maps a whole regular file; `size` receives its length. Null with `errno` set
/// on failure.
static void *mapFile(const std::string &path, size_t &size) {
  int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0)
    return nullptr;
  struct stat status;
  void *memory = nullptr;
  if (fstat(file, &status) == 0) {
    size = static_cast<size_t>(status.st_size);
    errno = S_ISREG(status.st_mode) && size ? 0 : EINVAL;
    if (errno == 0)
      memory = mmap(nullptr, size, PROT_READ, MAP_SHARED, file, 0);
  }
  int reason = errno;
  close(file);
  errno = reason;
  return memory == MAP_FAILED ? nullptr : memory;
}

llvm::Expected<SafetensorsFile> SafetensorsFile::open(llvm::StringRef path) {
  SafetensorsFile result;
  size_t size = 0;
  void *memory = mapFile(path.str(), size);
  if (!memory)
    return fail("{}: {}", path.str(),
                errno == EINVAL ? "not a file with contents"
                                : llvm::sys::StrError());
  result.mapping = {memory, Unmap(size)};
  llvm::Expected<SafetensorsContents> contents =
      parseSafetensors({static_cast<const uint8_t *>(memory), size});
  if (!contents)
    return fail("{}: {}", path.str(), llvm::toString(contents.takeError()));
  result.contents = std::move(*contents);
  for (auto [index, named] : llvm::enumerate(result.contents.tensors))
    result.byName[named.name] = index;
  return result;
}

const TensorView *SafetensorsFile::find(llvm::StringRef name) const {
  auto found = byName.find(name);
  return found == byName.end() ? nullptr
                               : &contents.tensors[found->second].tensor;
}
