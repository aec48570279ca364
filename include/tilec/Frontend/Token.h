//===- Token.h - Words of a .tile file --------------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_FRONTEND_TOKEN_H
#define TILEC_FRONTEND_TOKEN_H

#include "tilec/Frontend/Diagnostics.h"

#include <optional>
#include <string>

namespace tilec {

enum class TokenKind : uint8_t {
#define TOKEN(Kind, Description) Kind,
#define KEYWORD(Kind, Spelling) Kind,
#define PUNCT(Kind, Spelling) Kind,
#include "tilec/Frontend/TokenKinds.def"
};

/// The spelling of a keyword or an operator, the description of the others.
llvm::StringRef spelling(TokenKind kind);
bool isKeyword(TokenKind kind);

/// A token is the part of the source buffer it covers; end of line, end of
/// block and end of file cover nothing, but have a place.
struct Token {
  TokenKind kind = TokenKind::EndOfFile;
  llvm::StringRef text;

  bool is(TokenKind k) const { return kind == k; }
  SourceRange range() const { return SourceRange::of(text); }
};

/// The token as a diagnostic names it: "'while'", "end of line".
std::string describe(const Token &token);

/// Source text in quotes for a diagnostic: clipped when long, with what cannot
/// be printed shown by its code.
std::string quoted(llvm::StringRef text);

/// A byte as an escape sequence: \x1b.
std::string escapedByte(unsigned char byte);

/// The value of an integer literal, nothing if it takes more than 64 bits or is
/// not an integer in Python's notation.
std::optional<uint64_t> decodeInt(llvm::StringRef text);

/// The value of a floating-point literal, nothing if it is malformed.
std::optional<double> decodeFloat(llvm::StringRef text);

/// Appends the value of one string literal, quotes and prefix given, to
/// `value`. Returns the range of a faulty escape sequence, if there is one.
std::optional<SourceRange> decodeString(llvm::StringRef text,
                                        std::string &value);

} // namespace tilec

#endif // TILEC_FRONTEND_TOKEN_H
