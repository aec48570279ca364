//===- DiagnosticsTest.cpp ------------------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FrontendTest.h"

using namespace tilec;
using namespace tilec::test;

static SourceRange range(Source &source, llvm::StringRef part) {
  return SourceRange::of(
      source.text.substr(source.text.find(part), part.size()));
}

TEST(Diagnostics, CaretRange) {
  Source source("a = 1\nb = slice(x)\n");
  source.diags.error(range(source, "slice"), "no such thing");
  EXPECT_EQ(source.printed(), "t.tile:2:5: error: no such thing\n"
                              "b = slice(x)\n"
                              "    ^~~~~\n");
}

TEST(Diagnostics, NotesFollowTheirError) {
  Source source("a = 1\na = 2\n");
  source.diags.error(range(source, "a = 2"), "again");
  source.diags.note(range(source, "a = 1"), "first here");
  source.diags.note(SourceRange(), "no place");
  EXPECT_EQ(source.printed(), "t.tile:2:1: error: again\n"
                              "a = 2\n"
                              "^~~~~\n"
                              "t.tile:1:1: note: first here\n"
                              "a = 1\n"
                              "^~~~~\n"
                              "note: no place\n");
}

TEST(Diagnostics, SortedByPosition) {
  Source source("a b\n");
  source.diags.warning(range(source, "b"), "second");
  source.diags.error(range(source, "a"), "first");
  EXPECT_EQ(source.messages(), "1:1: error: first\n1:3: warning: second\n");
  EXPECT_EQ(source.diags.errorCount(), 1u);
  EXPECT_EQ(source.diags.warningCount(), 1u);
}

TEST(Diagnostics, RepetitionsAreDroppedWithTheirNotes) {
  Source source("a b\n");
  for (unsigned i = 0; i < 2; ++i) {
    source.diags.error(range(source, "a"), "wrong");
    source.diags.note(range(source, "b"), "because");
  }
  EXPECT_EQ(source.messages(), "1:1: error: wrong\n1:3: note: because\n");
  EXPECT_EQ(source.diags.errorCount(), 1u);
}

TEST(Diagnostics, TabsKeepTheCaretInPlace) {
  Source source("\tx\ty\n");
  source.diags.error(range(source, "y"), "here");
  EXPECT_EQ(source.printed(), "t.tile:1:4: error: here\n"
                              "    x   y\n"
                              "        ^\n");
}

TEST(Diagnostics, ColumnsCountCharacters) {
  Source source("'\u00e9\u4e2d' y\n");
  source.diags.error(range(source, "y"), "here");
  EXPECT_EQ(source.printed(), "t.tile:1:6: error: here\n"
                              "'\u00e9\u4e2d' y\n"
                              "      ^\n");
}

TEST(Diagnostics, ControlCharactersAreNotPrinted) {
  Source source("a\x1b[31m\xff b\r\n");
  source.diags.error(range(source, "b"), "here");
  EXPECT_EQ(source.printed(), "t.tile:1:9: error: here\n"
                              "a?[31m? b\n"
                              "        ^\n");
}

TEST(Diagnostics, RangeOverLinesIsMarkedOnTheFirst) {
  Source source("f(a,\n  b)\n");
  source.diags.error(range(source, "(a,\n  b)"), "here");
  EXPECT_EQ(source.printed(), "t.tile:1:2: error: here\n"
                              "f(a,\n"
                              " ^~~\n");
}

TEST(Diagnostics, LongLinesAreClipped) {
  std::string text(1000, 'a');
  text[500] = 'X';
  Source source(text);
  source.diags.error(range(source, "X"), "here");
  EXPECT_EQ(source.printed(),
            "t.tile:1:501: error: here\n..." + std::string(60, 'a') + "X" +
                std::string(99, 'a') + "...\n" + std::string(63, ' ') + "^\n");
}

TEST(Diagnostics, EndOfFile) {
  Source source("a\n");
  source.diags.error(SourceRange::of(source.text.take_back(0)), "here");
  EXPECT_EQ(source.printed(), "t.tile:2:1: error: here\n\n^\n");
}

TEST(Diagnostics, ErrorsWithoutAPlace) {
  Source source("");
  source.diags.error("cannot read 'x'");
  EXPECT_EQ(source.printed(), "tilec: error: cannot read 'x'\n");
}

TEST(Diagnostics, Locate) {
  Source source("a\n  b\n");
  FileLocation where = source.diags.locate(range(source, "b").begin);
  EXPECT_EQ(where.file, "t.tile");
  EXPECT_EQ(where.line, 2u);
  EXPECT_EQ(where.column, 3u);
}
