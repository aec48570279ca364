//===- CompilerIdentityTest.cpp -------------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/ExecutionEngine/CompilerIdentity.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Object/BuildID.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/FileSystem.h"
#include <gtest/gtest.h>
#include <set>

using namespace tilec;

static const char inThisExecutable = 0;

/// LLVM's own reader finds the same in the file.
TEST(CompilerIdentityTest, BuildIDOfTheExecutable) {
  std::string file = llvm::sys::fs::getMainExecutable(
      nullptr, const_cast<char *>(&inThisExecutable));
  auto binary = llvm::object::ObjectFile::createObjectFile(file);
  ASSERT_TRUE(bool(binary)) << llvm::toString(binary.takeError());
  EXPECT_EQ(getBuildID(&inThisExecutable),
            llvm::toHex(llvm::object::getBuildID(binary->getBinary()),
                        /*LowerCase=*/true));
}

TEST(CompilerIdentityTest, NoLoadedFile) {
  int onTheStack = 0;
  EXPECT_EQ(getBuildID(&onTheStack), std::nullopt);
  EXPECT_EQ(getBuildID(nullptr), std::nullopt);
}

TEST(CompilerIdentityTest, NamesAllParts) {
  std::optional<std::string> identity = getCompilerIdentity();
  ASSERT_TRUE(identity.has_value());
  llvm::SmallVector<llvm::StringRef> words;
  llvm::StringRef(*identity).split(words, ' ');
  ASSERT_GE(words.size(), 3u);
  // The executable, MLIR and LLVM are three files.
  std::set<std::string> buildIDs;
  for (llvm::StringRef word : llvm::ArrayRef(words).take_back(3)) {
    EXPECT_TRUE(llvm::all_of(word, llvm::isHexDigit)) << word.str();
    buildIDs.insert(word.str());
  }
  EXPECT_EQ(buildIDs.size(), 3u) << *identity;
  EXPECT_EQ(buildIDs.count(*getBuildID(&inThisExecutable)), 1u);
}
