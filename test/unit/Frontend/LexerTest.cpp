//===- LexerTest.cpp ------------------------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FrontendTest.h"

using namespace tilec;
using namespace tilec::test;

TEST(Lexer, EmptyFile) { EXPECT_EQ(lex(""), "EOF"); }

TEST(Lexer, OnlyCommentsAndBlankLines) {
  EXPECT_EQ(lex("# a\n\n   \n\t# b"), "EOF");
}

TEST(Lexer, ByteOrderMarkIsSkipped) {
  EXPECT_EQ(lex("\xef\xbb\xbfx\n"), "x NEWLINE EOF");
}

TEST(Lexer, LastLineNeedsNoLineBreak) {
  EXPECT_EQ(lex("x = 1"), "x = 1 NEWLINE EOF");
}

TEST(Lexer, CarriageReturns) {
  EXPECT_EQ(lex("if a: # c\r\n  b\r\n\r\nc\r\n"),
            "if a : NEWLINE INDENT b NEWLINE DEDENT c NEWLINE EOF");
}

TEST(Lexer, Blocks) {
  EXPECT_EQ(lex("a:\n  b:\n    c\nd\n"),
            "a : NEWLINE INDENT b : NEWLINE INDENT c NEWLINE DEDENT DEDENT d "
            "NEWLINE EOF");
}

TEST(Lexer, BlocksEndAtEndOfFile) {
  EXPECT_EQ(lex("a:\n  b"), "a : NEWLINE INDENT b NEWLINE DEDENT EOF");
}

TEST(Lexer, TabIndentation) {
  EXPECT_EQ(lex("a:\n\tb\n\tc\n"),
            "a : NEWLINE INDENT b NEWLINE c NEWLINE DEDENT EOF");
}

TEST(Lexer, BracketsJoinLines) {
  EXPECT_EQ(lex("f(a, # first\n\n b\n)\nc\n"),
            "f ( a , b ) NEWLINE c NEWLINE EOF");
}

TEST(Lexer, BackslashJoinsLines) {
  EXPECT_EQ(lex("a + \\\n  b\n"), "a + b NEWLINE EOF");
}

TEST(Lexer, LongestOperatorWins) {
  EXPECT_EQ(lex("a**=b//c<<d->e:=f...g!=h"),
            "a **= b // c << d -> e := f ... g != h NEWLINE EOF");
}

TEST(Lexer, Numbers) {
  EXPECT_EQ(lex("1 1_000 0xFF 0b1_0 0o17 1. .5 1e-6 1.5E+3 00"),
            "1 1_000 0xFF 0b1_0 0o17 1. .5 1e-6 1.5E+3 00 NEWLINE EOF");
}

TEST(Lexer, StringsKeepTheirQuotes) {
  EXPECT_EQ(lex("'a' \"b\" r'\\n' '\\'' f'{x}' b''"),
            "'a' \"b\" r'\\n' '\\'' f'{x}' b'' NEWLINE EOF");
}

TEST(Lexer, TripleQuotesSpanLines) {
  EXPECT_EQ(lex("\"\"\"a\n\"b\"\"\" c\n"), "\"\"\"a\n\"b\"\"\" c NEWLINE EOF");
}

TEST(Lexer, TokensHaveTheirPlaceInTheBuffer) {
  Source source("ab = 1\n");
  Lexer lexer(source.text, source.diags);
  std::vector<Token> line;
  lexer.lexLine(line);
  EXPECT_EQ(line[2].text.begin(), source.text.begin() + 5);
}

TEST(LexerErrors, MixedTabsAndSpacesAreToldOnce) {
  EXPECT_EQ(lexErrors("a:\n    b\nc:\n\td\n\te\n"),
            "4:1: error: indentation mixes tabs and spaces\n"
            "2:1: note: the file is indented by spaces here\n");
  EXPECT_EQ(lexErrors("a:\n \tb\n"),
            "2:1: error: indentation mixes tabs and spaces\n");
}

TEST(LexerErrors, DedentToNoOuterBlock) {
  EXPECT_EQ(lexErrors("a:\n    b\n  c\n  d\n    e\nf\n"),
            "3:3: error: this indentation matches no outer block: column 3, "
            "where 1 or 5 would fit\n");
}

TEST(LexerErrors, IntegerOver64Bits) {
  EXPECT_EQ(lexErrors("18446744073709551615"), "");
  EXPECT_EQ(lexErrors("18446744073709551616"),
            "1:1: error: integer '18446744073709551616' does not fit in 64 "
            "bits\n");
  EXPECT_EQ(lexErrors("0x1_0000_0000_0000_0000"),
            "1:1: error: integer '0x1_0000_0000_0000_0000' does not fit in 64 "
            "bits\n");
}

TEST(LexerErrors, InvalidNumbers) {
  for (const char *text : {"1__0", "1_", "0x", "0b2", "012", "1e", "1x",
                           "1.2.3", "5j", "1_.5", "1e5_"})
    EXPECT_EQ(lexErrors(text),
              std::string("1:1: error: invalid number '") + text + "'\n");
}

TEST(LexerErrors, UnterminatedString) {
  EXPECT_EQ(lexErrors("x = f('abc)\ny = 1\n"),
            "1:7: error: the string is not closed on its line\n");
}

TEST(LexerErrors, UnterminatedStringInHeaderKeepsTheBlock) {
  EXPECT_EQ(lex("with at(name_hint='a):\n  b\nc\n"),
            "with at ( name_hint = ERROR : NEWLINE INDENT b NEWLINE DEDENT c "
            "NEWLINE EOF");
}

TEST(LexerErrors, UnterminatedTripleQuotes) {
  EXPECT_EQ(lexErrors("x = 1\n\"\"\"abc\n?\n"),
            "2:1: error: the triple-quoted string is never closed\n");
}

TEST(LexerErrors, DocstringThatLacksAQuote) {
  EXPECT_EQ(lexErrors("\"\"Some prose.\n\nIt's long.\n\"\"\"\nx = 1\n"),
            "1:1: error: a docstring begins with three quotes\n");
}

TEST(LexerErrors, UnclosedBracketIsReportedWhereItOpened) {
  EXPECT_EQ(lexErrors("x = f(1,\n"), "1:6: error: '(' is never closed\n");
}

TEST(LexerErrors, UnclosedBracketEndsAtTheNextStatement) {
  Source source("x = f(1,\ny = [2\nz = 3\nreturn z\n");
  EXPECT_EQ(lex(source), "x = f ( 1 , ERROR NEWLINE y = [ 2 ERROR NEWLINE z = "
                         "3 NEWLINE return z NEWLINE EOF");
  EXPECT_EQ(source.messages(), "1:6: error: '(' is never closed\n"
                               "2:5: error: '[' is never closed\n");
}

TEST(LexerErrors, UnclosedBracketInHeaderKeepsTheBlock) {
  EXPECT_EQ(lex("for i in range(4:\n  a\nb\n"),
            "for i in range ( 4 : ERROR NEWLINE INDENT a NEWLINE DEDENT b "
            "NEWLINE EOF");
}

TEST(LexerErrors, InnerBracketNeverClosed) {
  EXPECT_EQ(lexErrors("x = f([1, 2)\n"),
            "1:7: error: '[' is never closed\n"
            "1:12: note: this ')' closes an outer bracket\n");
}

TEST(LexerErrors, WrongClosingBracket) {
  EXPECT_EQ(lexErrors("x = f(1]\n"), "1:8: error: ']' does not close '('\n"
                                     "1:6: note: the bracket opened here\n");
}

TEST(LexerErrors, UnmatchedClosingBracket) {
  EXPECT_EQ(lexErrors("x = 1))\ny = 2]\n"), "1:6: error: unmatched ')'\n"
                                            "2:6: error: unmatched ']'\n");
}

TEST(LexerErrors, RestOfACallAfterABracketErrorIsSkipped) {
  Source source("x = f(a(1],\n      b)\ny\n");
  EXPECT_EQ(lex(source), "x = f ( a ( 1 ] ERROR , NEWLINE y NEWLINE EOF");
}

TEST(LexerErrors, StrayCharactersAreReportedOncePerRun) {
  EXPECT_EQ(lexErrors("a ? b $$$ c\n"),
            "1:3: error: unexpected character '?'\n"
            "1:7: error: unexpected characters '$$$'\n");
  EXPECT_EQ(lexErrors(llvm::StringRef("a\0\0\x01z\n", 6)),
            "1:2: error: unexpected characters '\\x00\\x00\\x01'\n");
  EXPECT_EQ(lexErrors("na\u00efve\n"),
            "1:3: error: unexpected character '\u00ef'\n");
}

TEST(LexerErrors, Backslash) {
  EXPECT_EQ(lexErrors("a \\ b\n"),
            "1:3: error: a backslash must be the last character of its line\n");
}

TEST(LexerErrors, NotUTF8) {
  EXPECT_EQ(lexErrors("a = 1 # \xff\n?\n"),
            "1:9: error: the file is not UTF-8: invalid byte 0xff\n");
}

TEST(LexerErrors, BracketsTooDeep) {
  std::string text(300, '(');
  EXPECT_EQ(lexErrors(text + "\nx\n"),
            "1:201: error: brackets nest deeper than 200\n");
}

TEST(LexerErrors, StopsAfterAHundred) {
  std::string text;
  for (unsigned i = 0; i < 1000; ++i)
    text += "a ?\n";
  Source source(text);
  lex(source);
  std::string messages = source.messages();
  EXPECT_EQ(llvm::StringRef(messages).count("unexpected character"), 100u);
  EXPECT_TRUE(llvm::StringRef(messages).ends_with(
      "tilec: error: too many errors; only the first 100 are shown\n"));
}

// Each of these is quadratic for a careless lexer.
TEST(LexerLimits, LinearTime) {
  constexpr size_t size = 2'000'000;
  auto repeat = [](llvm::StringRef unit) {
    std::string text;
    while (text.size() < size)
      text += unit;
    return text;
  };
  for (const char *unit :
       {"(", ")", "[\n", "x = f(1\n", "'", "'''", "\\", "\\\n", "9", "1.", "?",
        "a?", "a ", "\t", "#", "\"\\", "x = [1,\n 2\n", "\r", "((]\n"}) {
    Source source(repeat(unit));
    lex(source);
  }
}
