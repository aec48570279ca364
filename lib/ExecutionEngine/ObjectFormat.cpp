//===- ObjectFormat.cpp - Compiled objects as bytes -----------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/ExecutionEngine/ObjectFormat.h"
#include "llvm/Support/BLAKE3.h"
#include "llvm/Support/DataExtractor.h"
#include "llvm/Support/EndianStream.h"
#include "llvm/Support/raw_ostream.h"
#include <fmt/format.h>

using namespace tilec;
using llvm::StringRef;

/// "TLEOBJCT" on a little-endian machine.
static constexpr uint64_t magic = 0x54434A424F454C54;

using Hash = llvm::BLAKE3Result<>;
/// Magic number, version and hash.
static constexpr size_t headerBytes =
    sizeof(uint64_t) + sizeof(uint32_t) + sizeof(Hash);

static Hash hashOf(StringRef bytes) {
  return llvm::BLAKE3::hash(llvm::arrayRefFromStringRef(bytes));
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

// The structures are taken apart by name, so that a member which is new does
// not compile before it is stored too.

namespace {
class Writer {
public:
  explicit Writer(llvm::raw_ostream &os) : out(os, llvm::endianness::little) {}

  void write(uint64_t value) { out.write(value); }
  void write(StringRef text) {
    write(uint64_t(text.size()));
    out.OS << text;
  }
  void write(const Parameter &parameter);
  void write(const EntryInfo &entry);
  void write(const CachedObject &cached);

private:
  template <typename Range> void writeAll(const Range &range) {
    write(uint64_t(range.size()));
    for (const auto &element : range)
      write(element);
  }

  llvm::support::endian::Writer out;
};
} // namespace

void Writer::write(const Parameter &parameter) {
  const auto &[name, kind, dtype, direction, weight, layout, shape] = parameter;
  write(name);
  for (uint64_t code : {uint64_t(kind), uint64_t(dtype), uint64_t(direction),
                        uint64_t(weight), uint64_t(layout)})
    write(code);
  write(uint64_t(shape.size()));
  for (const DimExpr &dim : shape)
    write(dim.str());
}

void Writer::write(const EntryInfo &entry) {
  const auto &[signature, scratchBytes, doc] = entry;
  const auto &[name, parameters, symbols] = signature;
  write(name);
  writeAll(parameters);
  writeAll(symbols);
  write(uint64_t(scratchBytes));
  write(doc);
}

void Writer::write(const CachedObject &cached) {
  const auto &[object, warnings] = cached;
  const auto &[entries, scopeNames] = static_cast<const ModuleInfo &>(object);
  write(warnings);
  writeAll(scopeNames);
  writeAll(entries);
  write(StringRef(object.code.data(), object.code.size()));
}

std::string tilec::writeObject(StringRef key, const CachedObject &cached) {
  std::string contents;
  llvm::raw_string_ostream contentsStream(contents);
  Writer writer(contentsStream);
  writer.write(key);
  writer.write(cached);
  std::string bytes;
  llvm::raw_string_ostream out(bytes);
  llvm::support::endian::write(out, magic, llvm::endianness::little);
  llvm::support::endian::write(out, objectFormatVersion,
                               llvm::endianness::little);
  out << llvm::toStringRef(hashOf(contents)) << contents;
  return bytes;
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

namespace {
/// Reads on after an error, but only zeros and empty texts: whoever makes
/// something of them must expect that.
class Reader {
public:
  explicit Reader(StringRef bytes)
      : data(bytes, /*IsLittleEndian=*/true, /*AddressSize=*/8), cursor(0) {}

  uint64_t readNumber() { return data.getU64(cursor); }
  std::string readText() { return data.getBytes(cursor, readNumber()).str(); }
  CachedObject readCached();
  /// The first error; also that something is left.
  llvm::Error takeError();

private:
  /// A number up to `last`.
  template <typename Enum> Enum readCode(Enum last) {
    uint64_t code = readNumber();
    if (code <= uint64_t(last))
      return Enum(code);
    fail("a code is out of range");
    return Enum();
  }
  /// Calls `readOne` as often as the next number says, at most up to an error.
  template <typename Function> void readAll(Function readOne) {
    for (uint64_t i = 0, size = readNumber(); i < size && isGood(); ++i)
      readOne();
  }
  DimExpr readDim();
  Parameter readParameter();
  EntryInfo readEntry();

  bool isGood() { return cursor && problem.empty(); }
  void fail(const std::string &message) {
    if (isGood())
      problem = message;
  }

  llvm::DataExtractor data;
  llvm::DataExtractor::Cursor cursor;
  std::string problem;
};
} // namespace

DimExpr Reader::readDim() {
  llvm::Expected<DimExpr> dim = DimExpr::parse(readText());
  if (dim)
    return *dim;
  fail(llvm::toString(dim.takeError()));
  return DimExpr();
}

Parameter Reader::readParameter() {
  Parameter result;
  result.name = readText();
  result.kind = readCode(Parameter::Kind::Scalar);
  result.dtype = readCode(getAllDTypes().back());
  result.direction = readCode(Direction::InOut);
  result.weight = readCode(true);
  result.layout = readCode(Layout::PackedNK);
  readAll([&] { result.shape.push_back(readDim()); });
  return result;
}

EntryInfo Reader::readEntry() {
  EntryInfo result;
  result.signature.name = readText();
  readAll([&] { result.signature.parameters.push_back(readParameter()); });
  readAll([&] { result.signature.symbols.push_back(readText()); });
  result.scratchBytes = int64_t(readNumber());
  result.doc = readText();
  return result;
}

CachedObject Reader::readCached() {
  CachedObject result;
  result.warnings = readText();
  readAll([&] { result.object.scopeNames.push_back(readText()); });
  readAll([&] { result.object.entries.push_back(readEntry()); });
  StringRef code = data.getBytes(cursor, readNumber());
  result.object.code.assign(code.begin(), code.end());
  return result;
}

llvm::Error Reader::takeError() {
  if (llvm::Error error = cursor.takeError())
    return error;
  if (problem.empty() && !data.eof(cursor))
    problem = "there is more than an object";
  return problem.empty() ? llvm::Error::success()
                         : llvm::createStringError(problem);
}

/// The contents behind a header that fits them.
static llvm::Expected<StringRef> checkHeader(StringRef bytes) {
  if (bytes.size() < headerBytes)
    return llvm::createStringError("the header is cut off");
  Reader header(bytes.take_front(headerBytes));
  if (header.readNumber() != magic)
    return llvm::createStringError("there is no magic number");
  uint32_t version = llvm::support::endian::read32le(bytes.data() + 8);
  if (version != objectFormatVersion)
    return llvm::createStringError(
        fmt::format("the format's version is {}, and this compiler reads {}",
                    version, objectFormatVersion));
  StringRef contents = bytes.drop_front(headerBytes);
  StringRef hash = bytes.slice(headerBytes - sizeof(Hash), headerBytes);
  if (hash != llvm::toStringRef(hashOf(contents)))
    return llvm::createStringError("the contents are damaged");
  return contents;
}

llvm::Expected<CachedObject> tilec::readObject(StringRef bytes, StringRef key) {
  llvm::Expected<StringRef> contents = checkHeader(bytes);
  if (!contents)
    return contents.takeError();
  Reader reader(*contents);
  std::string storedKey = reader.readText();
  CachedObject result = reader.readCached();
  if (llvm::Error error = reader.takeError())
    return error;
  if (storedKey != key)
    return llvm::createStringError("the object has another key");
  return result;
}
