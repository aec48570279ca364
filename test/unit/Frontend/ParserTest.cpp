//===- ParserTest.cpp - Trees of valid sources ----------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FrontendTest.h"

using namespace tilec;
using namespace tilec::test;

/// The tree of `x = text`, as far as the expression.
static std::string expr(llvm::StringRef text) {
  std::string tree = dump(("x = " + text + "\n").str());
  llvm::StringRef rest = tree;
  EXPECT_TRUE(rest.consume_front("module t\n  assign x = "));
  return rest.rtrim().str();
}

/// The tree of statements in a function's body.
static std::string body(llvm::StringRef text) {
  std::string tree = dump(("@jit\ndef f():\n" + text).str());
  llvm::StringRef rest = tree;
  EXPECT_TRUE(rest.consume_front("module t\n  entry f\n"));
  return rest.str();
}

TEST(ParserExpr, Precedence) {
  EXPECT_EQ(expr("a + b * c"), "(a + (b * c))");
  EXPECT_EQ(expr("a - b - c"), "((a - b) - c)");
  EXPECT_EQ(expr("(a + b) * c"), "((a + b) * c)");
  EXPECT_EQ(expr("a // b % c / d"), "(((a // b) % c) / d)");
  EXPECT_EQ(expr("a | b ^ c & d << e >> f"),
            "(a | (b ^ (c & ((d << e) >> f))))");
  EXPECT_EQ(expr("-a ** -b ** c"), "(-(a ** (-(b ** c))))");
  EXPECT_EQ(expr("- + ~a * b"), "((-(+(~a))) * b)");
  EXPECT_EQ(expr("not a == b and c or d"), "(((not (a == b)) and c) or d)");
  EXPECT_EQ(expr("a < b <= c != d"), "(a < b <= c != d)");
  EXPECT_EQ(expr("a if b else c if d else e"), "(a if b else (c if d else e))");
}

TEST(ParserExpr, Postfix) {
  EXPECT_EQ(expr("a.b[c].d(e)(f)"), "a.b[c].d(e)(f)");
  EXPECT_EQ(expr("f(a, k=b + 1,)"), "f(a, k=(b + 1))");
}

TEST(ParserExpr, Subscripts) {
  EXPECT_EQ(expr("x[a:b, c:, :d, :, i, ::2]"), "x[a:b, c:, :d, :, i, ::2]");
  EXPECT_EQ(expr("Tensor[[16, N * 2], FP32]"), "Tensor[[16, (N * 2)], FP32]");
}

TEST(ParserExpr, Sequences) {
  EXPECT_EQ(expr("()"), "()");
  EXPECT_EQ(expr("(a)"), "a");
  EXPECT_EQ(expr("(a,)"), "(a,)");
  EXPECT_EQ(expr("a, b,"), "(a, b)");
  EXPECT_EQ(expr("[a, [b], ]"), "[a, [b]]");
}

TEST(ParserExpr, Literals) {
  EXPECT_EQ(expr("0xff + 1_000 + 0b11 + 0o17"), "(((255 + 1000) + 3) + 15)");
  EXPECT_EQ(expr("18446744073709551615"), "18446744073709551615");
  EXPECT_EQ(expr("(1e-6, 1., .5, 1e3, 1e400)"),
            "(1e-06, 1.0, 0.5, 1000.0, inf)");
  EXPECT_EQ(expr("(True, False, None)"), "(True, False, None)");
}

TEST(ParserExpr, Strings) {
  EXPECT_EQ(expr("'a' \"b\""), "\"ab\"");
  EXPECT_EQ(expr(R"('\x41\n\'\\\u00e9\101')"), "\"A\\n'\\\\\u00e9A\"");
  EXPECT_EQ(expr("'a\\\nb'"), "\"ab\"");
  EXPECT_EQ(expr(R"(r'\d')"), R"("\\d")");
  EXPECT_EQ(expr("'''a\r\nb'''"), "\"a\\nb\"");
}

TEST(ParserExpr, ParenthesesBelongToTheRange) {
  Source source("x = (a + b) * c\n");
  auto module = parse(source);
  auto *assign = llvm::cast<AssignStmt>(module->body.front());
  EXPECT_EQ(assign->value->range.begin.getPointer(), source.text.begin() + 4);
  EXPECT_EQ(assign->value->range.end.getPointer(), source.text.begin() + 15);
}

TEST(ParserStmt, Assignments) {
  EXPECT_EQ(body("  a = b = 1\n"
                 "  a, (b, c) = f()\n"
                 "  dst[0:16, :] = src\n"
                 "  a += 1; b //= 2\n"
                 "  c: INT32 = 3\n"
                 "  d: INT32\n"),
            "    assign a = b = 1\n"
            "    assign (a, (b, c)) = f()\n"
            "    assign dst[0:16, :] = src\n"
            "    assign a += 1\n"
            "    assign b //= 2\n"
            "    assign c: INT32 = 3\n"
            "    assign d: INT32\n");
}

TEST(ParserStmt, Loops) {
  EXPECT_EQ(body("  for i in range(4): f(i)\n"
                 "  for i, (acc,) in range(n, init_values=(z,)):\n"
                 "    yield_(acc)\n"),
            "    for i in range(4)\n"
            "      expr f(i)\n"
            "    for (i, (acc,)) in range(n, init_values=(z,))\n"
            "      expr yield_(acc)\n");
}

TEST(ParserStmt, With) {
  EXPECT_EQ(body("  with at(level=Level.CORE_GROUP) as s, b:\n    pass\n"),
            "    with at(level=Level.CORE_GROUP) as s, b\n"
            "      pass\n");
}

TEST(ParserStmt, IfElifElse) {
  EXPECT_EQ(body("  if a:\n    x = 1\n"
                 "  elif b:\n    x = 2\n"
                 "  else:\n    x = 3\n"
                 "  if c: pass\n"),
            "    if a\n      assign x = 1\n"
            "    elif b\n      assign x = 2\n"
            "    else\n      assign x = 3\n"
            "    if c\n      pass\n");
}

TEST(ParserStmt, ElifIsAnIfInTheElse) {
  Source source("@jit\ndef f():\n  if a:\n    b\n  elif c:\n    d\n");
  auto module = parse(source);
  auto *f = llvm::cast<FunctionDecl>(module->body.front());
  auto *outer = llvm::cast<IfStmt>(f->body.front());
  EXPECT_TRUE(llvm::cast<IfStmt>(outer->elseBody.front())->isElif);
}

TEST(ParserStmt, Simple) {
  EXPECT_EQ(body("  assert a < b, 'm'\n  return\n  return a, b\n"),
            "    assert (a < b), \"m\"\n    return\n    return (a, b)\n");
}

TEST(ParserModule, Imports) {
  EXPECT_EQ(dump("from a.b import C, D as E\n"
                 "from c import (\n  F,\n  G,\n)\n"
                 "import pypto.language as pl\n"),
            "module t\n"
            "  from a.b import C, D as E\n"
            "  from c import F, G\n"
            "  import pypto.language as pl\n");
}

TEST(ParserModule, Docstrings) {
  EXPECT_EQ(dump("'''Module.'''\nA = 1\n@jit\ndef f():\n  'F.'\n  pass\n"),
            "module t\n  doc \"Module.\"\n  assign A = 1\n  entry f\n"
            "    doc \"F.\"\n    pass\n");
}

TEST(ParserModule, Constants) {
  EXPECT_EQ(dump("N = dynamic('N')\nM = max(1, 2) if A else 3 ** 2\n"
                 "assert M > 1\n"),
            "module t\n  assign N = dynamic(\"N\")\n"
            "  assign M = (max(1, 2) if A else (3 ** 2))\n"
            "  assert (M > 1)\n");
}

TEST(ParserModule, Functions) {
  EXPECT_EQ(dump("@jit.inline\n"
                 "def f(x: Tensor[[16, N], BF16], n=1,) -> Tensor[[1], FP32]:\n"
                 "  return x\n"
                 "@pl.jit\n"
                 "def g(out: Out[Tensor[[16], FP32]]):\n"
                 "  f(out)\n"),
            "module t\n"
            "  inline f\n"
            "    param x: Tensor[[16, N], BF16]\n"
            "    param n = 1\n"
            "    returns Tensor[[1], FP32]\n"
            "    return x\n"
            "  entry g\n"
            "    param out: Out[Tensor[[16], FP32]]\n"
            "    expr f(out)\n");
}

TEST(ParserPython, SkipsWhatIsNoKernel) {
  EXPECT_EQ(dump("import torch\n"
                 "from config import A\n"
                 "__all__ = [f'{x}' for x in y]\n"
                 "B: int = A + 1\n"
                 "C = 1j if a else 99999999999999999999\n"
                 "def golden(*args, **kw):\n"
                 "  while True:\n    yield {1j}\n"
                 "class C(D):\n  def m(self): pass\n"
                 "@dataclass(frozen=True)\nclass E:\n  a: int = 1\n"
                 "@pl.jit.inline(a=1)\ndef k(x):\n  return x\n"
                 "if __name__ == '__main__':\n  golden()\nelse:\n  pass\n",
                 SourceKind::Python),
            "module t\n"
            "  from config import A\n"
            "  assign B: int = (A + 1)\n"
            "  inline k\n"
            "    param x\n"
            "    return x\n");
}
