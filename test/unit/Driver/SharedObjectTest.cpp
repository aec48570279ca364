//===- SharedObjectTest.cpp - Linking shared objects ----------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SharedObject.h"
#include <gtest/gtest.h>

using namespace tilec;

TEST(SharedObject, WithoutALinkerTheErrorNamesItsPackage) {
  auto linker = findLinker(llvm::StringRef("/nonexistent"));
  ASSERT_FALSE(bool(linker));
  EXPECT_EQ(llvm::toString(linker.takeError()),
            "`--emit=shared` links with lld, which is not installed: it is in "
            "Debian's package lld-19");
}
