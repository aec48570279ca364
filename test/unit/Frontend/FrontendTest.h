//===- FrontendTest.h - Text in, tokens, tree or errors out -----*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_TEST_UNIT_FRONTEND_FRONTENDTEST_H
#define TILEC_TEST_UNIT_FRONTEND_FRONTENDTEST_H

#include "tilec/Frontend/Lexer.h"
#include "tilec/Frontend/Parser.h"

#include "gtest/gtest.h"

#include <memory>
#include <string>

namespace tilec::test {

/// A source text with its diagnostics, which are collected in `output`.
struct Source {
  explicit Source(llvm::StringRef contents, llvm::StringRef file = "t.tile")
      : stream(output), diags(sources, stream) {
    auto buffer = llvm::MemoryBuffer::getMemBufferCopy(contents, file);
    unsigned id = sources.AddNewSourceBuffer(std::move(buffer), llvm::SMLoc());
    text = sources.getMemoryBuffer(id)->getBuffer();
  }

  /// What was reported, as it is printed.
  std::string printed() {
    diags.flush();
    return output;
  }

  /// What was reported, one "line:column: severity: message" a line, without
  /// the lines of source.
  std::string messages() {
    llvm::SmallVector<llvm::StringRef> lines;
    std::string all = printed();
    llvm::StringRef(all).split(lines, '\n');
    std::string result;
    for (llvm::StringRef line : lines)
      if (line.consume_front("t.tile:") || line.starts_with("tilec: ") ||
          line.starts_with("note: "))
        result += line.str() + "\n";
    return result;
  }

  llvm::SourceMgr sources;
  std::string output;
  llvm::raw_string_ostream stream;
  Diagnostics diags;
  llvm::StringRef text;
};

/// The kinds of all tokens, names and literals by their text.
inline std::string lex(Source &source) {
  Lexer lexer(source.text, source.diags);
  std::vector<Token> line;
  std::string result;
  do {
    lexer.lexLine(line);
    for (const Token &token : line) {
      result += result.empty() ? "" : " ";
      bool hasText = token.kind >= TokenKind::Error;
      result += token.is(TokenKind::Error)     ? "ERROR"
                : hasText                      ? token.text.str()
                : token.is(TokenKind::Newline) ? "NEWLINE"
                : token.is(TokenKind::Indent)  ? "INDENT"
                : token.is(TokenKind::Dedent)  ? "DEDENT"
                                               : "EOF";
    }
  } while (!line.back().is(TokenKind::EndOfFile));
  return result;
}

inline std::string lex(llvm::StringRef text) {
  Source source(text);
  return lex(source);
}

/// The errors that lexing alone finds.
inline std::string lexErrors(llvm::StringRef text) {
  Source source(text);
  lex(source);
  return source.messages();
}

inline std::unique_ptr<Module> parse(Source &source,
                                     SourceKind kind = SourceKind::Tile) {
  auto module = std::make_unique<Module>("t", "t.tile");
  parseModule(*module, source.text, kind, source.diags);
  return module;
}

/// The tree of a module that must be free of errors.
inline std::string dump(llvm::StringRef text,
                        SourceKind kind = SourceKind::Tile) {
  Source source(text);
  std::string result;
  llvm::raw_string_ostream os(result);
  printAST(*parse(source, kind), os);
  EXPECT_EQ(source.printed(), "");
  return result;
}

/// The tree of a module with errors.
inline std::string dumpFaulty(llvm::StringRef text) {
  Source source(text);
  std::string result;
  llvm::raw_string_ostream os(result);
  printAST(*parse(source), os);
  EXPECT_TRUE(source.diags.hasErrors());
  return result;
}

/// The errors of a module.
inline std::string errors(llvm::StringRef text) {
  Source source(text);
  parse(source);
  return source.messages();
}

/// The errors of statements in a function's body, whose first line is line 3.
inline std::string bodyErrors(llvm::StringRef body) {
  return errors(("@jit\ndef f():\n" + body).str());
}

} // namespace tilec::test

#endif // TILEC_TEST_UNIT_FRONTEND_FRONTENDTEST_H
