//===- OutputFileTest.cpp - Writing results in one step -------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OutputFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include <gtest/gtest.h>

using namespace tilec;
namespace fs = llvm::sys::fs;

namespace {
class OutputFile : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(fs::createUniqueDirectory("tilec-output", folder));
  }
  void TearDown() override { fs::remove_directories(folder); }

  std::string getPath(llvm::StringRef name) const {
    llvm::SmallString<128> path(folder);
    llvm::sys::path::append(path, name);
    return path.str().str();
  }
  static std::string read(const std::string &path) {
    auto buffer = llvm::MemoryBuffer::getFile(path);
    return buffer ? (*buffer)->getBuffer().str() : "(unreadable)";
  }
  size_t countFiles() const {
    size_t count = 0;
    std::error_code error;
    for (fs::directory_iterator i(folder, error), end; i != end && !error;
         i.increment(error))
      ++count;
    return count;
  }

  llvm::SmallString<128> folder;
};
} // namespace

TEST_F(OutputFile, FilesAreMadeAndReplaced) {
  std::string path = getPath("out");
  ASSERT_FALSE(writeOutput(path, "first"));
  EXPECT_EQ(read(path), "first");
  ASSERT_FALSE(writeOutput(path, "2"));
  EXPECT_EQ(read(path), "2");
  EXPECT_EQ(countFiles(), 1u);
}

TEST_F(OutputFile, LinksStayLinks) {
  std::string path = getPath("out"), link = getPath("link");
  ASSERT_FALSE(writeOutput(path, "old"));
  ASSERT_FALSE(fs::create_link(path, link));
  ASSERT_FALSE(writeOutput(link, "new"));
  EXPECT_EQ(read(path), "new");
  EXPECT_TRUE(fs::is_symlink_file(link));
}

TEST_F(OutputFile, FailuresNameThePathAndLeaveNothing) {
  auto getError = [](const std::string &path) {
    return llvm::toString(writeOutput(path, "text"));
  };
  std::string lost = getPath("no/such/folder");
  EXPECT_EQ(getError(lost),
            "cannot write `" + lost + "`: No such file or directory");
  EXPECT_EQ(getError(folder.str().str()),
            "cannot write `" + folder.str().str() + "`: Is a directory");
  EXPECT_EQ(getError("/dev/full"),
            "cannot write `/dev/full`: No space left on device");
  EXPECT_EQ(countFiles(), 0u);
}

TEST_F(OutputFile, DevicesAreWrittenInPlace) {
  EXPECT_FALSE(writeOutput("/dev/null", "text"));
  EXPECT_FALSE(fs::is_regular_file("/dev/null"));
}
