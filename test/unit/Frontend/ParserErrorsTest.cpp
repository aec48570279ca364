//===- ParserErrorsTest.cpp - Errors of invalid sources -------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FrontendTest.h"

using namespace tilec;
using namespace tilec::test;

static std::string repeat(llvm::StringRef text, unsigned count) {
  std::string result;
  for (unsigned i = 0; i < count; ++i)
    result += text;
  return result;
}

TEST(ParserErrors, MissingExpression) {
  EXPECT_EQ(bodyErrors("  x =\n"),
            "3:6: error: expected an expression, found end of line\n");
  EXPECT_EQ(bodyErrors("  x = a + * b\n"),
            "3:11: error: expected an expression, found '*'\n");
}

TEST(ParserErrors, TextAfterAStatement) {
  EXPECT_EQ(bodyErrors("  x = a b\n"),
            "3:9: error: expected the end of the line, found 'b'\n");
}

TEST(ParserErrors, MissingColonKeepsTheBlock) {
  EXPECT_EQ(bodyErrors("  for i in range(4)\n    x =\n"),
            "3:20: error: expected ':' after the 'for' header, found end of "
            "line\n"
            "4:8: error: expected an expression, found end of line\n");
}

TEST(ParserErrors, MissingBlock) {
  EXPECT_EQ(bodyErrors("  if a:\n  x = 1\n"),
            "3:3: error: expected an indented block after this header\n");
  EXPECT_EQ(errors("@jit\ndef f():\n"),
            "2:1: error: expected an indented block after this header\n");
}

TEST(ParserErrors, UnexpectedIndentation) {
  EXPECT_EQ(bodyErrors("  x = 1\n    y = 2\n    z = 3\n  w = 4\n"),
            "4:5: error: unexpected indentation\n");
}

TEST(ParserErrors, AssignmentInCondition) {
  EXPECT_EQ(bodyErrors("  if a = b:\n    pass\n"),
            "3:8: error: '=' assigns; a comparison is written '=='\n");
}

TEST(ParserErrors, ElseIf) {
  EXPECT_EQ(bodyErrors("  if a:\n    b\n  else if c:\n    d\n  else:\n    e\n"),
            "5:8: error: 'else if' is written 'elif'\n");
}

TEST(ParserErrors, ElseWithoutIf) {
  EXPECT_EQ(bodyErrors("  a = 1\n  else:\n    b = 2\n"),
            "4:3: error: 'else' without an 'if' before it\n");
}

TEST(ParserErrors, Targets) {
  EXPECT_EQ(bodyErrors("  f() = 1\n  a + b = 1\n  1 = a\n  a, f() = b\n"
                       "  (a, b) += 1\n  for 1 in a:\n    pass\n"),
            "3:3: error: cannot assign to a call\n"
            "4:3: error: cannot assign to an expression\n"
            "5:3: error: cannot assign to a literal\n"
            "6:6: error: cannot assign to a call\n"
            "7:3: error: cannot assign to a tuple\n"
            "8:7: error: cannot assign to a literal\n");
}

TEST(ParserErrors, Arguments) {
  EXPECT_EQ(bodyErrors("  f(a=1, a=2)\n  f(a=1, 2)\n  f(*a)\n  f(a b)\n"),
            "3:10: error: argument 'a' is given twice\n"
            "3:5: note: first given here\n"
            "4:10: error: a positional argument may not follow a keyword "
            "argument\n"
            "5:5: error: unpacking with '*' is not part of the tile language\n"
            "6:7: error: expected ')' or ',', found 'b'\n");
}

TEST(ParserErrors, Parameters) {
  EXPECT_EQ(errors("@jit\ndef f(a, a): pass\n"
                   "@jit\ndef g(a=1, b): pass\n"
                   "@jit\ndef h(*args): pass\n"
                   "@jit\ndef i(a: ): pass\n"
                   "@jit\ndef j(for): pass\n"),
            "2:10: error: parameter 'a' is declared twice\n"
            "2:7: note: first declared here\n"
            "4:12: error: parameter 'b' needs a default, as the one before it "
            "has one\n"
            "6:7: error: the parameter '*' is not part of the tile language\n"
            "8:10: error: expected an expression, found ')'\n"
            "10:7: error: 'for' is a keyword, not a name\n");
}

TEST(ParserErrors, Decorators) {
  EXPECT_EQ(errors("def f(): pass\n"
                   "@cache\ndef g(): pass\n"
                   "@jit.incore\ndef h(): pass\n"
                   "@jit(1)\ndef i(): pass\n"
                   "@jit\n@jit\ndef j(): pass\n"
                   "@jit\nx = 1\n"),
            "1:5: error: function 'f' needs '@jit' or '@jit.inline'\n"
            "2:2: error: unknown decorator; a function of the tile language "
            "has '@jit' or '@jit.inline'\n"
            "4:2: error: unknown decorator; a function of the tile language "
            "has '@jit' or '@jit.inline'\n"
            "6:2: error: unknown decorator; a function of the tile language "
            "has '@jit' or '@jit.inline'\n"
            "9:2: error: a function has one decorator\n"
            "8:2: note: the first is here\n"
            "12:1: error: expected 'def' after the decorator, found 'x'\n");
}

TEST(ParserErrors, Imports) {
  EXPECT_EQ(errors("from . import a\nfrom a import *\nimport a\n"
                   "from a import\nfrom a import b c\nfrom a\n"),
            "1:6: error: relative imports are not part of the tile language; "
            "write the module's name\n"
            "2:15: error: 'import *' is not part of the tile language\n"
            "3:8: error: only names are imported; write 'from a import NAME'\n"
            "4:14: error: expected a name to import, found end of line\n"
            "5:17: error: expected the end of the line, found 'c'\n"
            "6:7: error: expected 'import' after the module's name, found end "
            "of line\n");
}

TEST(ParserErrors, ModuleLevel) {
  EXPECT_EQ(errors("f()\nx += 1\nreturn 1\nfor i in a:\n  f()\n"),
            "1:1: error: an expression at module level has no effect\n"
            "2:3: error: a module's constants are assigned once\n"
            "3:1: error: 'return' belongs inside of a function\n"
            "4:1: error: 'for' belongs inside of a function\n");
}

TEST(ParserErrors, PythonStatements) {
  const char *const cases[][2] = {
      {"while a:\n    b = c\n", "'while' loops are"},
      {"class A:\n    def f(self): pass\n", "classes are"},
      {"try:\n    a = 1\n  except E:\n    b = 2\n  finally:\n    c = 3\n",
       "exceptions are"},
      {"raise a\n", "exceptions are"},
      {"break\n", "'break' is"},
      {"continue\n", "'continue' is"},
      {"del a\n", "'del' is"},
      {"global a\n", "'global' is"},
      {"nonlocal a\n", "'nonlocal' is"},
      {"async def g():\n    pass\n", "'async' is"},
      {"match a:\n    case 1:\n      pass\n", "'match' statements are"},
  };
  for (auto &[text, what] : cases)
    EXPECT_EQ(bodyErrors(std::string("  ") + text),
              std::string("3:3: error: ") + what +
                  " not part of the tile language\n");
}

TEST(ParserErrors, PythonExpressions) {
  const char *const cases[][2] = {
      {"lambda a: a", "'lambda' functions are"},
      {"f'{a}'", "f-strings are"},
      {"b'a'", "bytes literals are"},
      {"{1: 2}", "dictionaries and sets are"},
      {"...", "'...' is"},
      {"await a", "'await' is"},
      {"yield a", "'yield' is"},
      {"*a, b", "unpacking with '*' is"},
  };
  for (auto &[text, what] : cases)
    EXPECT_EQ(bodyErrors(std::string("  x = ") + text + "\n"),
              std::string("3:7: error: ") + what +
                  " not part of the tile language\n");
}

TEST(ParserErrors, PythonOperators) {
  EXPECT_EQ(bodyErrors("  x = [a for a in b]\n  f(a for a in b)\n"
                       "  f(a := 1)\n  x = a @ b\n  x = a is b\n"
                       "  x = a not in b\n"),
            "3:10: error: comprehensions are not part of the tile language\n"
            "4:7: error: comprehensions are not part of the tile language\n"
            "5:7: error: assignment inside an expression (':=') is not part of "
            "the tile language\n"
            "6:9: error: the operator '@' is not part of the tile language; "
            "write matmul(a, b)\n"
            "7:9: error: 'is' comparisons are not part of the tile language\n"
            "8:9: error: 'not' comparisons are not part of the tile "
            "language\n");
}

TEST(ParserErrors, NestedFunctionAndImport) {
  EXPECT_EQ(bodyErrors("  def g():\n    return ?\n  import a\n"),
            "3:3: error: functions do not nest\n"
            "4:12: error: unexpected character '?'\n"
            "5:3: error: imports belong at the top of the file, outside of "
            "functions\n");
}

TEST(ParserErrors, Escapes) {
  EXPECT_EQ(bodyErrors("  x = 'a\\q'\n  x = '\\xg'\n  x = '\\ud800'\n"),
            "3:9: error: invalid escape sequence '\\q'; a backslash is written "
            "'\\\\'\n"
            "4:8: error: invalid escape sequence '\\x'; a backslash is written "
            "'\\\\'\n"
            "5:8: error: invalid escape sequence '\\ud800'; a backslash is "
            "written '\\\\'\n");
}

TEST(ParserErrors, ForElse) {
  EXPECT_EQ(bodyErrors("  for i in a:\n    b\n  else:\n    c\n"),
            "5:3: error: the 'else' of a 'for' loop is not part of the tile "
            "language\n");
}

TEST(ParserErrors, FailedStatementKeepsItsNames) {
  EXPECT_EQ(dumpFaulty("@jit\ndef f():\n  while a:\n    b = c\n  d = 1 2\n"),
            "module t\n  entry f\n    error a b c\n    error d\n");
}

TEST(ParserErrors, TenMistakesGiveTenErrors) {
  EXPECT_EQ(errors("from config import *\n"
                   "A = 12345678901234567890123\n"
                   "@jit\n"
                   "def f(x: Tensor[[16], FP32], x):\n"
                   "    y = slice(x, [16, 16], [0, 0]\n"
                   "    z = y +\n"
                   "    with at(level=Level.CORE_GROUP)\n"
                   "        while z:\n"
                   "            z = $\n"
                   "        for i in range(4):\n"
                   "            z = 'abc\n"
                   "      w = z\n"
                   "    return (z]\n"
                   "@jit\n"
                   "def g(x):\n"
                   "    pass\n"),
            "1:20: error: 'import *' is not part of the tile language\n"
            "2:5: error: integer '12345678901234567890123' does not fit in 64 "
            "bits\n"
            "4:30: error: parameter 'x' is declared twice\n"
            "4:7: note: first declared here\n"
            "5:14: error: '(' is never closed\n"
            "6:12: error: expected an expression, found end of line\n"
            "7:36: error: expected ':' after the 'with' header, found end of "
            "line\n"
            "8:9: error: 'while' loops are not part of the tile language\n"
            "9:17: error: unexpected character '$'\n"
            "11:17: error: the string is not closed on its line\n"
            "12:7: error: this indentation matches no outer block: column 7, "
            "where 5 or 9 would fit\n"
            "13:14: error: ']' does not close '('\n"
            "13:12: note: the bracket opened here\n");
}

TEST(ParserLimits, NestingUpTo200IsFine) {
  EXPECT_EQ(errors("x = " + repeat("(", 200) + "1" + repeat(")", 200) + "\n"),
            "");
  EXPECT_EQ(errors("x = " + repeat("-", 200) + "1\n"), "");
}

TEST(ParserLimits, NestingTooDeep) {
  const std::string nesting = "error: nesting is deeper than 200\n";
  const std::string chain =
      "error: the expression is nested or chained deeper than 500\n";
  EXPECT_EQ(errors("x = " + repeat("-", 100000) + "1\n"), "1:205: " + nesting);
  EXPECT_EQ(errors("x = " + repeat("not ", 100000) + "1\n"),
            "1:805: " + nesting);
  EXPECT_EQ(errors("x = 1" + repeat(" ** 1", 100000) + "\n"),
            "1:1007: " + nesting);
  EXPECT_EQ(errors("x = 1" + repeat(" if 1 else 1", 100000) + "\n"),
            "1:2417: " + nesting);
  EXPECT_EQ(errors("x = 1" + repeat(" + 1", 100000) + "\n"), "1:5: " + chain);
  EXPECT_EQ(errors("x = a" + repeat(".a", 100000) + "\n"), "1:5: " + chain);
  EXPECT_EQ(errors("x = a" + repeat("()", 100000) + "\n"), "1:5: " + chain);
  EXPECT_EQ(errors("x = " + repeat("[", 100000) + "\n"),
            "1:205: error: brackets nest deeper than 200\n");
}

TEST(ParserLimits, LongListsAreFine) {
  EXPECT_EQ(errors("x = [" + repeat("1, ", 100000) + "]\n"), "");
  EXPECT_EQ(errors("x = " + repeat("a = ", 100000) + "1\n"), "");
}

TEST(ParserLimits, BlocksTooDeep) {
  std::string text;
  for (unsigned i = 0; i < 300; ++i)
    text += std::string(i + 2, ' ') + "if a:\n";
  text += std::string(302, ' ') + "pass\n";
  EXPECT_EQ(bodyErrors(text), "202:202: error: blocks nest deeper than 200\n");
}

TEST(ParserLimits, ElifChainTooLong) {
  EXPECT_EQ(bodyErrors("  if a: pass\n" + repeat("  elif a: pass\n", 50000)),
            "203:3: error: nesting is deeper than 200\n");
}
