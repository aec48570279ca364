//===- ObjectFormatTest.cpp -----------------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CachedObjects.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/BLAKE3.h"
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <random>

using namespace tilec;
using namespace tilec::test;
using llvm::StringRef;

static constexpr size_t hashOffset = 12, contentsOffset = 44;

/// What readObject says of bytes; empty if it takes them.
static std::string readError(StringRef bytes, StringRef key = "key") {
  llvm::Expected<CachedObject> cached = readObject(bytes, key);
  return cached ? "" : llvm::toString(cached.takeError());
}

/// Gives damaged contents a hash that fits, so that their reader sees them.
static void sign(std::string &bytes) {
  auto hash = llvm::BLAKE3::hash(
      llvm::arrayRefFromStringRef(StringRef(bytes).drop_front(contentsOffset)));
  bytes.replace(hashOffset, contentsOffset - hashOffset,
                llvm::toStringRef(hash).str());
}

TEST(ObjectFormatTest, ReadsWhatWasWritten) {
  CachedObject cached = makeCached();
  llvm::Expected<CachedObject> read =
      readObject(writeObject("key", cached), "key");
  ASSERT_TRUE(bool(read)) << llvm::toString(read.takeError());
  expectEqual(*read, cached);
}

TEST(ObjectFormatTest, EmptyObject) {
  llvm::Expected<CachedObject> read =
      readObject(writeObject("", CachedObject()), "");
  ASSERT_TRUE(bool(read)) << llvm::toString(read.takeError());
  expectEqual(*read, CachedObject());
}

TEST(ObjectFormatTest, SaysWhatIsWrong) {
  std::string good = writeObject("key", makeCached());
  EXPECT_EQ(readError(good), "");
  EXPECT_EQ(readError(good, "other"), "the object has another key");
  EXPECT_EQ(readError(""), "the header is cut off");
  EXPECT_EQ(readError(StringRef(good).take_front(contentsOffset - 1)),
            "the header is cut off");
  std::string bytes = good;
  bytes[0] ^= 1;
  EXPECT_EQ(readError(bytes), "there is no magic number");
  bytes = good;
  ++bytes[8];
  EXPECT_EQ(
      readError(bytes),
      fmt::format("the format's version is {}, and this compiler reads {}",
                  objectFormatVersion + 1, objectFormatVersion));
  bytes = good;
  bytes.back() ^= 1;
  EXPECT_EQ(readError(bytes), "the contents are damaged");
  bytes = good + '\0';
  EXPECT_EQ(readError(bytes), "the contents are damaged");
  sign(bytes);
  EXPECT_EQ(readError(bytes), "there is more than an object");
}

/// Each byte takes part in the hash, or in what is compared before.
TEST(ObjectFormatTest, NoDamagedByteIsTaken) {
  std::string bytes = writeObject("key", makeCached(100));
  for (size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] ^= 1 << (i % 8);
    EXPECT_NE(readError(bytes), "") << "byte " << i;
    bytes[i] ^= 1 << (i % 8);
  }
  for (size_t size = 0; size < bytes.size(); ++size)
    EXPECT_NE(readError(StringRef(bytes).take_front(size)), "")
        << size << " bytes";
}

/// Behind a hash that fits, any bytes are an error or an object.
TEST(ObjectFormatTest, ReaderSurvivesAnyContents) {
  std::mt19937 random(1);
  std::string good = writeObject("key", makeCached(10));
  int taken = 0, refused = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string bytes = good;
    if (round % 4 == 0)
      bytes.resize(contentsOffset + random() % (bytes.size() - contentsOffset));
    for (int flips = int(random() % 4);
         flips >= 0 && bytes.size() > contentsOffset; --flips)
      bytes[contentsOffset + random() % (bytes.size() - contentsOffset)] =
          char(random() % 3 ? random() : 0xff);
    sign(bytes);
    ++(readError(bytes).empty() ? taken : refused);
  }
  EXPECT_GT(taken, 0);
  EXPECT_GT(refused, 1000);
}

TEST(ObjectFormatTest, LengthsBeyondTheEnd) {
  // The key's length is the first number, the warnings' the next one.
  for (size_t offset : {contentsOffset, contentsOffset + 8 + 3})
    for (uint8_t byte : {0x7f, 0xff}) {
      std::string bytes = writeObject("key", makeCached());
      for (size_t i = 0; i < 8; ++i)
        bytes[offset + i] = char(byte);
      sign(bytes);
      EXPECT_NE(readError(bytes), "");
    }
}
