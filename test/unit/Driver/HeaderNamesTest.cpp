//===- HeaderNamesTest.cpp - Names that C and C++ take --------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "HeaderNames.h"
#include <gtest/gtest.h>

using namespace tilec;

TEST(HeaderNames, PlainNamesStay) {
  HeaderNames names;
  EXPECT_EQ(names.take("x"), "x");
  EXPECT_EQ(names.take("_x"), "_x");
  EXPECT_EQ(names.take("USER_BATCH"), "USER_BATCH");
}

TEST(HeaderNames, TakenNamesGrow) {
  HeaderNames names;
  names.reserve("pool");
  EXPECT_EQ(names.take("pool"), "pool_");
  EXPECT_EQ(names.take("pool"), "pool__");
  EXPECT_EQ(names.take("pool_"), "pool___");
}

TEST(HeaderNames, WordsOfTheLanguagesChange) {
  HeaderNames names;
  EXPECT_EQ(names.take("int"), "int_");
  EXPECT_EQ(names.take("class"), "class_");
  EXPECT_EQ(names.take("uint8_t"), "uint8_t_");
  EXPECT_EQ(names.take("INT32_MAX"), "INT32_MAX_");
  EXPECT_EQ(names.take("__x"), "x__x");
  EXPECT_EQ(names.take("_X"), "x_X");
  EXPECT_EQ(names.take("tilec_dims"), "xtilec_dims");
}

TEST(HeaderNames, Guards) {
  EXPECT_EQ(getIncludeGuard("my-kernel.v2"), "TILEC_MY_KERNEL_V2_H");
}

TEST(HeaderNames, CommentsStayComments) {
  EXPECT_EQ(formatComment("a\nb", " * "), " * a\n * b\n");
  EXPECT_EQ(formatComment("a */ b /* c", " * "), " * a * / b / * c\n");
  // With the prefix, too, and one after the other.
  EXPECT_EQ(formatComment("/", " *"), " * /\n");
  EXPECT_EQ(formatComment("*/*/", ""), "* / * /\n");
  EXPECT_EQ(formatComment("a \\", ""), "a\n");
  EXPECT_EQ(formatComment("tab\there", ""), "tab here\n");
  EXPECT_EQ(formatComment("\xC3\xA4", ""), "\xC3\xA4\n");
}
