//===- SafetensorsTest.cpp - Tensor files, good and hostile ---------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Support/Safetensors.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include <cstring>
#include <gtest/gtest.h>

using namespace tilec;

namespace {
/// A file in aligned memory, as a mapping would be.
struct Bytes {
  alignas(64) uint8_t memory[4096];
  size_t size = 0;

  void append(const void *data, size_t bytes) {
    memcpy(memory + size, data, bytes);
    size += bytes;
  }
  llvm::ArrayRef<uint8_t> get() const { return {memory, size}; }
};

/// A file of a header, blanks that align the data, and `dataSize` zero bytes.
Bytes makeFile(std::string header, size_t dataSize) {
  Bytes file;
  header.append(-(header.size() + 8) % 8, ' ');
  uint64_t length = header.size();
  file.append(&length, 8);
  file.append(header.data(), header.size());
  file.append(std::string(dataSize, '\0').data(), dataSize);
  return file;
}

std::string parse(const Bytes &file) {
  llvm::Expected<SafetensorsContents> contents = parseSafetensors(file.get());
  return contents ? "accepted" : llvm::toString(contents.takeError());
}

std::string parse(std::string header, size_t dataSize) {
  return parse(makeFile(std::move(header), dataSize));
}

/// A folder that goes away with the test.
struct SafetensorsFiles : testing::Test {
  llvm::SmallString<64> folder;
  void SetUp() override {
    ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("tilec-test", folder));
  }
  void TearDown() override { llvm::sys::fs::remove_directories(folder); }
  std::string path(llvm::StringRef name) {
    llvm::SmallString<64> result = folder;
    llvm::sys::path::append(result, name);
    return result.str().str();
  }
  /// How many files the folder holds.
  int count() {
    std::error_code error;
    int files = 0;
    for (llvm::sys::fs::directory_iterator i(folder, error), end; i != end;
         i.increment(error))
      ++files;
    return files;
  }
};
} // namespace

#define ENTRY(name, dtype, shape, begin, end)                                  \
  "\"" name "\":{\"dtype\":\"" dtype "\",\"shape\":" shape                     \
  ",\"data_offsets\":[" begin "," end "]}"

TEST(Safetensors, ReadsTensorsInOrderOfData) {
  Bytes file = makeFile(
      "{" ENTRY("b", "I16", "[2]", "8", "12") "," ENTRY(
          "a", "F32", "[1,2]", "0", "8") ","
                                         "\"__metadata__\":{\"k\":\"v\"}}",
      12);
  llvm::Expected<SafetensorsContents> contents = parseSafetensors(file.get());
  ASSERT_TRUE(bool(contents)) << llvm::toString(contents.takeError());
  ASSERT_EQ(contents->tensors.size(), 2u);
  EXPECT_EQ(contents->tensors[0].name, "a");
  EXPECT_EQ(contents->tensors[0].tensor.shape, (Shape{1, 2}));
  EXPECT_EQ(contents->tensors[0].tensor.dtype, DType::FP32);
  EXPECT_EQ(contents->tensors[0].tensor.data, file.memory + file.size - 12);
  EXPECT_EQ(contents->tensors[1].tensor.data, file.memory + file.size - 4);
  EXPECT_EQ(contents->metadata, (SafetensorsMetadata{{"k", "v"}}));
}

TEST(Safetensors, AcceptsTheSmallestFiles) {
  EXPECT_EQ(parse("{}", 0), "accepted");
  EXPECT_EQ(parse("{" ENTRY("s", "F32", "[]", "0", "4") "}", 4), "accepted");
  EXPECT_EQ(parse("{" ENTRY("e", "F32", "[0,9]", "0",
                            "0") "," ENTRY("f", "I8", "[0]", "0", "0") "}",
                  0),
            "accepted");
}

TEST(Safetensors, RefusesTruncatedFiles) {
  Bytes whole = makeFile("{" ENTRY("a", "F32", "[2]", "0", "8") "}", 8);
  for (size_t size = 0; size < whole.size; ++size) {
    Bytes part = whole;
    part.size = size;
    EXPECT_NE(parse(part), "accepted") << size;
  }
  Bytes short7 = whole;
  short7.size = 7;
  EXPECT_EQ(parse(short7), "7 bytes are too few for a header's length");
}

TEST(Safetensors, RefusesHeaderLengths) {
  Bytes file = makeFile("{}", 0);
  for (uint64_t length :
       {uint64_t(9), UINT64_MAX, UINT64_MAX - 7, uint64_t(1) << 63}) {
    memcpy(file.memory, &length, 8);
    EXPECT_EQ(parse(file), "the header's " + std::to_string(length) +
                               " bytes reach past the end of the file");
  }
  uint64_t zero = 0;
  memcpy(file.memory, &zero, 8);
  EXPECT_NE(parse(file), "accepted");
}

TEST(Safetensors, RefusesHeadersOfOtherShape) {
  EXPECT_EQ(parse("[]", 0), "the header is not a JSON object");
  EXPECT_EQ(parse("{\"a\":1}", 0), "`a` is not an object");
  EXPECT_EQ(parse("{\"a\":{}}", 0), "`a` has no `dtype` string");
  EXPECT_EQ(parse("{\"a\":{\"dtype\":4}}", 0), "`a` has no `dtype` string");
  EXPECT_EQ(parse("{" ENTRY("a", "F32", "4", "0", "16") "}", 16),
            "the `shape` of `a` is not an array of non-negative integers");
  EXPECT_EQ(parse("{\"a\":{\"dtype\":\"I8\",\"shape\":[1],"
                  "\"data_offsets\":[0]}}",
                  1),
            "the `data_offsets` of `a` are not two non-negative integers");
  EXPECT_EQ(parse("{\"a\":{\"dtype\":\"I8\",\"shape\":[1],"
                  "\"data_offsets\":[0,1],\"x\":0}}",
                  1),
            "`a` has a field other than `dtype`, `shape` and `data_offsets`");
  EXPECT_EQ(parse("{\"__metadata__\":[]}", 0),
            "`__metadata__` is not an object");
  EXPECT_EQ(parse("{\"__metadata__\":{\"a\":1}}", 0),
            "`a` in `__metadata__` is not a string");
  for (const char *text :
       {"", "{", "nonsense", "{\"a\"", "{}}", "{\"a\":", "\"", "\"\\",
        "{\"\\u12\":1}", "{:}", "]", "{}{}", "{\"\xff\":{}}"})
    EXPECT_NE(parse(text, 0), "accepted") << text;
}

TEST(Safetensors, RefusesDeepNesting) {
  EXPECT_EQ(parse(std::string(2000, '['), 0),
            "the header is nested too deeply");
  EXPECT_EQ(parse("{\"a\":{\"shape\":[[1]]}}", 0),
            "the header is nested too deeply");
}

TEST(Safetensors, RefusesNumbers) {
  constexpr const char *shape =
      "the `shape` of `a` is not an array of non-negative integers";
  constexpr const char *number =
      "the header has a number that is not an integer";
  EXPECT_EQ(parse("{" ENTRY("a", "I8", "[-1]", "0", "1") "}", 1), shape);
  EXPECT_EQ(
      parse("{" ENTRY("a", "I8", "[18446744073709551616]", "0", "1") "}", 1),
      shape);
  EXPECT_EQ(
      parse("{" ENTRY("a", "I8", "[9223372036854775808]", "0", "1") "}", 1),
      shape);
  EXPECT_EQ(parse("{" ENTRY("a", "I8", "[\"1\"]", "0", "1") "}", 1), shape);
  EXPECT_EQ(parse("{" ENTRY("a", "I8", "[1.0]", "0", "1") "}", 1), number);
  EXPECT_EQ(parse("{" ENTRY("a", "I8", "[1e0]", "0", "1") "}", 1), number);
  EXPECT_EQ(
      parse("{" ENTRY("a", "F32", "[9223372036854775807,9223372036854775807]",
                      "0", "4") "}",
            4),
      "`a` has 4 bytes of data, but its shape [9223372036854775807, "
      "9223372036854775807] of FP32 takes more than 2^63");
}

TEST(Safetensors, RefusesRanges) {
  EXPECT_EQ(parse("{" ENTRY("a", "I8", "[2]", "2", "0") "}", 2),
            "the bytes 2..0 of `a` are not inside the 2 bytes of data");
  EXPECT_EQ(parse("{" ENTRY("a", "I8", "[3]", "0", "3") "}", 2),
            "the bytes 0..3 of `a` are not inside the 2 bytes of data");
  EXPECT_EQ(parse("{" ENTRY("a", "BF16", "[3]", "0", "4") "}", 4),
            "`a` has 4 bytes of data, but its shape [3] of BF16 takes 6");
  EXPECT_EQ(parse("{" ENTRY("a", "I8", "[4]", "0",
                            "4") "," ENTRY("b", "I8", "[4]", "2", "6") "}",
                  6),
            "the data of `b` overlaps that of another tensor");
  EXPECT_EQ(parse("{" ENTRY("a", "I8", "[2]", "0",
                            "2") "," ENTRY("b", "I8", "[2]", "4", "6") "}",
                  6),
            "the bytes 2..4 of the data belong to no tensor");
  EXPECT_EQ(parse("{" ENTRY("a", "I8", "[2]", "0", "2") "}", 6),
            "the bytes 2..6 of the data belong to no tensor");
}

TEST(Safetensors, CopiesWhatIsNotAligned) {
  Bytes file = makeFile(
      "{" ENTRY("a", "I8", "[1]", "0", "1") "," ENTRY(
          "b", "I64", "[2]", "1",
          "17") "," ENTRY("c", "BF16", "[0]", "17",
                          "17") "," ENTRY("d", "I8", "[1]", "17", "18") "}",
      18);
  uint8_t *data = file.memory + file.size - 18;
  const int64_t values[2] = {-2, int64_t(1) << 40};
  memcpy(data + 1, values, sizeof(values));
  llvm::Expected<SafetensorsContents> contents = parseSafetensors(file.get());
  ASSERT_TRUE(bool(contents)) << llvm::toString(contents.takeError());
  ASSERT_EQ(contents->tensors.size(), 4u);
  EXPECT_EQ(contents->tensors[0].tensor.data, data);
  const TensorView &copied = contents->tensors[1].tensor;
  EXPECT_EQ(reinterpret_cast<uintptr_t>(copied.data) % 8, 0u);
  EXPECT_EQ(copied.getElements<int64_t>(), llvm::ArrayRef(values));
  EXPECT_EQ(contents->tensors[2].tensor.shape, Shape{0});
  EXPECT_EQ(contents->tensors[3].tensor.data, data + 17);
}

TEST(Safetensors, RefusesDTypes) {
  EXPECT_EQ(parse("{" ENTRY("a", "F64", "[1]", "0", "8") "}", 8),
            "`a` has the unknown dtype `F64`");
  Bytes file = makeFile("{" ENTRY("a", "BOOL", "[2]", "0", "2") "}", 2);
  EXPECT_EQ(parse(file), "accepted");
  file.memory[file.size - 1] = 2;
  EXPECT_EQ(parse(file), "`a` is BOOL and holds a byte other than 0 and 1");
}

TEST(Safetensors, RefusesRepeatedKeys) {
  EXPECT_EQ(parse("{" ENTRY("a", "I8", "[1]", "0",
                            "1") "," ENTRY("a", "I8", "[1]", "1", "2") "}",
                  2),
            "`a` occurs twice");
  // The same name, written with an escape.
  EXPECT_EQ(parse("{" ENTRY("a", "I8", "[1]", "0", "1") "," ENTRY(
                      "\\u0061", "I8", "[1]", "1", "2") "}",
                  2),
            "`a` occurs twice");
  EXPECT_EQ(parse("{\"a\":{\"dtype\":\"I8\",\"dtype\":\"I8\",\"shape\":[1],"
                  "\"data_offsets\":[0,1]}}",
                  1),
            "`dtype` occurs twice");
}

/// Whatever bytes change, the reader answers and points only into the file, or
/// to a copy.
TEST(Safetensors, SurvivesChangedBytes) {
  Bytes whole = makeFile("{" ENTRY("a", "F32", "[2]", "0", "8") "," ENTRY(
                             "b", "BOOL", "[4]", "8", "12") "}",
                         12);
  uint64_t random = 1;
  for (int round = 0; round < 20000; ++round) {
    Bytes file = whole;
    for (int change = 0; change < 1 + round % 4; ++change) {
      random = random * 6364136223846793005 + 1442695040888963407;
      file.memory[(random >> 33) % file.size] =
          "{}[]\",:0189-abF\\ \n\xff"[(random >> 50) % 20];
    }
    llvm::Expected<SafetensorsContents> contents = parseSafetensors(file.get());
    if (!contents) {
      llvm::consumeError(contents.takeError());
      continue;
    }
    for (const NamedTensor &named : contents->tensors) {
      auto *begin = static_cast<const uint8_t *>(named.tensor.data);
      if (llvm::any_of(contents->copies, [&](const auto &copy) {
            return static_cast<const void *>(copy.get()) == begin;
          }))
        continue;
      ASSERT_GE(begin, file.memory);
      ASSERT_LE(begin + named.tensor.getByteSize(), file.memory + file.size);
    }
  }
}

TEST_F(SafetensorsFiles, WrittenFilesReadBack) {
  uint8_t flags[] = {1, 0, 1};
  float values[] = {1.5f, -2.0f};
  int64_t index[] = {7};
  std::string name = "quote\" and \xc3\xbc";
  llvm::Error error =
      writeSafetensors(path("x"),
                       {{"flags", {DType::BOOL, {3}, flags}},
                        {name, {DType::FP32, {2, 1}, values}},
                        {"empty", {DType::BF16, {0, 4}, nullptr}},
                        {"index", {DType::INDEX, {}, index}}},
                       {{"by", "test"}});
  ASSERT_FALSE(bool(error)) << llvm::toString(std::move(error));
  EXPECT_EQ(count(), 1);
  llvm::Expected<SafetensorsFile> file = SafetensorsFile::open(path("x"));
  ASSERT_TRUE(bool(file)) << llvm::toString(file.takeError());
  EXPECT_EQ(file->getTensors().size(), 4u);
  EXPECT_EQ(file->getMetadata().at("by"), "test");
  EXPECT_EQ(file->find("none"), nullptr);
  ASSERT_NE(file->find(name), nullptr);
  EXPECT_EQ(file->find(name)->getElements<float>()[1], -2.0f);
  EXPECT_EQ(file->find("index")->dtype, DType::INT64);
  EXPECT_EQ(file->find("index")->getElements<int64_t>()[0], 7);
  EXPECT_EQ(file->find("flags")->getElements<uint8_t>()[2], 1);
  EXPECT_EQ(file->find("empty")->shape, (Shape{0, 4}));
  uintptr_t first =
      reinterpret_cast<uintptr_t>(file->getTensors()[0].tensor.data);
  EXPECT_EQ(first % 64, 0u);
}

TEST_F(SafetensorsFiles, OpenNamesTheFile) {
  auto open = [&](const std::string &name) {
    llvm::Expected<SafetensorsFile> file = SafetensorsFile::open(path(name));
    return file ? "opened" : llvm::toString(file.takeError());
  };
  EXPECT_EQ(open("none"), path("none") + ": No such file or directory");
  EXPECT_EQ(open(""), path("") + ": not a file with contents");
  std::error_code error;
  {
    llvm::raw_fd_ostream out(path("empty"), error);
  }
  EXPECT_EQ(open("empty"), path("empty") + ": not a file with contents");
  {
    llvm::raw_fd_ostream out(path("short"), error);
    out << "abc";
  }
  EXPECT_EQ(open("short"),
            path("short") + ": 3 bytes are too few for a header's length");
}

TEST_F(SafetensorsFiles, AFailedWriteLeavesTheOldFile) {
  int32_t value[] = {1};
  NamedTensor tensor{"a", {DType::INT32, {1}, value}};
  ASSERT_FALSE(bool(writeSafetensors(path("x"), {tensor})));
  EXPECT_EQ(llvm::toString(writeSafetensors(path("x"), {tensor, tensor})),
            path("x") + ": two tensors are named `a`");
  NamedTensor metadata{"__metadata__", tensor.tensor};
  EXPECT_EQ(llvm::toString(writeSafetensors(path("x"), {metadata})),
            path("x") + ": a tensor cannot be named `__metadata__`");
  EXPECT_TRUE(bool(SafetensorsFile::open(path("x"))));
  EXPECT_EQ(count(), 1);
  llvm::Error error = writeSafetensors(path("no/x"), {tensor});
  EXPECT_NE(llvm::toString(std::move(error)).find("No such file"),
            std::string::npos);
}

TEST_F(SafetensorsFiles, LinksAndDevicesStay) {
  int32_t value[] = {1};
  NamedTensor tensor{"a", {DType::INT32, {1}, value}};
  ASSERT_FALSE(bool(writeSafetensors(path("x"), {tensor})));
  ASSERT_FALSE(llvm::sys::fs::create_link(path("x"), path("link")));
  value[0] = 2;
  ASSERT_FALSE(bool(writeSafetensors(path("link"), {tensor})));
  EXPECT_TRUE(llvm::sys::fs::is_symlink_file(path("link")));
  llvm::Expected<SafetensorsFile> file = SafetensorsFile::open(path("x"));
  ASSERT_TRUE(bool(file));
  EXPECT_EQ(file->find("a")->getElements<int32_t>()[0], 2);
  EXPECT_FALSE(bool(writeSafetensors("/dev/null", {tensor})));
  llvm::sys::fs::file_status status;
  ASSERT_FALSE(llvm::sys::fs::status("/dev/null", status));
  EXPECT_FALSE(llvm::sys::fs::is_regular_file(status));
}
