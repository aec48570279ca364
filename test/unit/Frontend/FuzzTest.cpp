//===- FuzzTest.cpp - Arbitrary input must not crash the parser -----------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Deterministic: the same inputs in every run.
//
//===----------------------------------------------------------------------===//

#include "FrontendTest.h"

#include <random>

using namespace tilec;
using namespace tilec::test;
using llvm::StringRef;

static constexpr StringRef goodSource = R"tile("""A kernel."""
from config import BATCH, HIDDEN as H, (
)
EPS = 1e-6
N = dynamic("N")

@jit.inline
def norm(x: Tensor[[N, H], FP32], eps=EPS) -> Tensor[[N, H], FP32]:
    """Normalizes rows."""
    acc = create_tensor([BATCH, 1], dtype=FP32)
    with at(level=Level.CORE_GROUP, name_hint="norm"):
        for k, (a, b) in pipeline(0, H // 256, stage=2):
            k0 = k * 256
            if k == 0 and not (a < b <= 3):
                acc = row_sum(x[:, k0:k0 + 256])
            elif a:
                acc += -b ** 2 if a else ~b
            else:
                out[0:16, :] = {
                    "a": [1, 2, 0x_ff]}
    assert N <= BATCH, "too many \x41 rows"
    return acc, x

@jit
def main(x: Tensor[[N, H], FP32], out: Out[Tensor[[N, H], FP32]]):
    for i in parallel(4):  # tiles
        out[i:i + 1, :] = norm(x, eps=1.5)
)tile";

/// Lexes, parses, prints the tree and the errors.
static unsigned countErrors(StringRef text, SourceKind kind) {
  Source source(text);
  auto module = parse(source, kind);
  std::string tree;
  llvm::raw_string_ostream os(tree);
  printAST(*module, os);
  source.printed();
  return source.diags.errorCount();
}

/// Reads the text as Python, then as a .tile file, whose errors count.
static unsigned countErrors(StringRef text) {
  countErrors(text, SourceKind::Python);
  return countErrors(text, SourceKind::Tile);
}

TEST(Fuzz, RandomBytes) {
  std::mt19937 random(1);
  for (unsigned round = 0; round < 300; ++round) {
    std::string text(random() % 400 + 1, ' ');
    for (char &c : text)
      c = static_cast<char>(random());
    text[random() % text.size()] = '\xff';
    EXPECT_GT(countErrors(text), 0u);
  }
}

TEST(Fuzz, RandomPrintableCharacters) {
  static constexpr StringRef alphabet =
      "abix019_ \t\n\n    ()[]{},:.;=+-*/%@&|^~<>!?#'\"\\";
  std::mt19937 random(2);
  for (unsigned round = 0; round < 3000; ++round) {
    std::string text(random() % 200 + 1, ' ');
    for (char &c : text)
      c = alphabet[random() % alphabet.size()];
    countErrors(text);
  }
}

TEST(Fuzz, RandomTokens) {
  static constexpr const char *tokens[] = {
#define KEYWORD(Kind, Spelling) Spelling,
#define PUNCT(Kind, Spelling) Spelling,
#include "tilec/Frontend/TokenKinds.def"
      "x",    "y",    "1",      "2.5",    "'s'", "\n",   "\n    ",
      "\n  ", "\n\t", "@jit\n", "\"\"\"", "#",   "\n\n", "def f(x):\n  ",
  };
  std::mt19937 random(3);
  for (unsigned round = 0; round < 3000; ++round) {
    std::string text;
    for (unsigned i = random() % 120; i != 0; --i) {
      text += tokens[random() % std::size(tokens)];
      text += random() % 4 ? " " : "";
    }
    countErrors(text);
  }
}

TEST(Fuzz, Truncations) {
  for (size_t size = 0; size <= goodSource.size(); ++size)
    countErrors(goodSource.take_front(size));
}

TEST(Fuzz, OneLineLess) {
  llvm::SmallVector<StringRef> lines;
  goodSource.split(lines, '\n');
  for (size_t left = 0; left < lines.size(); ++left) {
    std::string text;
    for (size_t i = 0; i < lines.size(); ++i)
      if (i != left)
        text += lines[i].str() + "\n";
    countErrors(text);
  }
}

TEST(Fuzz, OneCharacterReplaced) {
  static constexpr StringRef alphabet = "a1 \n\t([{)]}:,.='\"#?\\";
  std::mt19937 random(4);
  for (unsigned round = 0; round < 3000; ++round) {
    std::string text = goodSource.str();
    text[random() % text.size()] = alphabet[random() % alphabet.size()];
    countErrors(text);
  }
}

// One faulty statement must not spoil what follows it.
TEST(Fuzz, OneFaultyLineGivesOneError) {
  static constexpr const char *faulty[] = {
      "x = (1",
      "x = 1)",
      "x = [1, (2]",
      "x = 'a",
      "x = ?",
      "while x:",
      "x = f(a b)",
      "for i range:",
      "if x = 1:",
      "x = = 1",
      "x y",
      "def g():",
      "class A:",
      "x = f'a'",
      "x = {1: 2}",
      "x = 99999999999999999999",
      "else:",
      "with at(x:",
      "x = f(a=1, 2)",
      "from a import b",
      "x = f(\n      a,\n      b",
      "x = [a for a in b]",
      "match x:",
  };
  for (const char *line : faulty) {
    std::string text = "@jit\ndef f(a, b):\n    x = 1\n    " +
                       std::string(line) +
                       "\n        y = 2\n    z = g(x)\n    w = [z, y]\n"
                       "@jit\ndef h(a):\n    return a\n";
    Source source(text);
    auto module = parse(source);
    EXPECT_EQ(source.diags.errorCount(), 1u) << line << "\n"
                                             << source.printed();
    EXPECT_EQ(module->body.size(), 2u);
  }
}
