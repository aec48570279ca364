//===- Lexer.cpp - Source text to tokens ----------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The words of a logical line. Its indentation is in LexerIndentation.cpp, and
// how the lexer goes on after an unclosed bracket or quote in
// LexerRecovery.cpp.
//
//===----------------------------------------------------------------------===//

#include "tilec/Frontend/Lexer.h"
#include "tilec/Frontend/Stmt.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/ConvertUTF.h"

using namespace tilec;
using llvm::StringRef;

/// A statement of more tokens is refused, so that memory stays bounded.
static constexpr size_t maxLineTokens = size_t(1) << 20;

static bool isNameStart(char c) { return llvm::isAlpha(c) || c == '_'; }
static bool isNameCharacter(char c) { return llvm::isAlnum(c) || c == '_'; }

/// Whether no token can begin with `c`.
static bool isStray(char c) {
  static constexpr StringRef valid = " \t\f\n#'\"_()[]{},:.;=+-*/%@&|^~<>\\";
  return !llvm::isAlnum(c) && !valid.contains(c);
}

/// Whether `text` is an integer in Python's notation, of whatever size.
static bool isIntegerText(StringRef text) {
  StringRef digits = "0123456789";
  if (text.starts_with_insensitive("0x"))
    digits = "0123456789abcdefABCDEF";
  else if (text.starts_with_insensitive("0o"))
    digits = "01234567";
  else if (text.starts_with_insensitive("0b"))
    digits = "01";
  else if (text.front() == '0')
    return false;
  if (digits.size() != 10)
    text = text.drop_front(2);
  return !text.empty() && text.back() != '_' && !text.contains("__") &&
         llvm::all_of(text,
                      [&](char c) { return c == '_' || digits.contains(c); });
}

Lexer::Lexer(StringRef text, Diagnostics &diags)
    : diags(diags), pos(text.begin()), end(text.end()) {
  if (text.starts_with("\xef\xbb\xbf"))
    pos += 3;
  auto *bad = reinterpret_cast<const llvm::UTF8 *>(pos);
  auto *last = reinterpret_cast<const llvm::UTF8 *>(end);
  if (llvm::isLegalUTF8String(&bad, last))
    return;
  diags.error(SourceRange(llvm::SMLoc::getFromPointer(
                  reinterpret_cast<const char *>(bad))),
              "the file is not UTF-8: invalid byte 0x" +
                  llvm::utohexstr(*bad, /*LowerCase=*/true, 2));
  pos = end;
}

void Lexer::lexLine(std::vector<Token> &result) {
  reportErrors();
  result.clear();
  line = &result;
  if (diags.tooManyErrors())
    pos = end;
  bracketError = indentationError = lineDone = false;
  if (skipBlankLines()) {
    lexIndentation();
    while (!lineDone)
      lexToken();
    return;
  }
  for (; indents.size() > 1; indents.pop_back())
    result.push_back({TokenKind::Dedent, StringRef(end, 0)});
  result.push_back({TokenKind::EndOfFile, StringRef(end, 0)});
}

/// Moves to the first line that holds more than space and a comment. Leaves
/// `pos` at its first character and `lineStart` at its beginning.
bool Lexer::skipBlankLines() {
  while (pos != end) {
    lineStart = pos;
    while (pos != end && (*pos == ' ' || *pos == '\t' || *pos == '\f'))
      ++pos;
    if (pos != end && *pos == '#')
      skipComment();
    else if (pos != end && !isLineBreak(pos))
      return true;
    if (pos != end)
      pos += *pos == '\r' ? 2 : 1;
  }
  return false;
}

void Lexer::lexToken() {
  skipSpace();
  if (pos == end)
    return open.empty() || bracketError ? endLine() : recoverFromOpenBracket();
  if (isLineBreak(pos))
    return lexLineBreak();
  if (errors.size() >= Diagnostics::errorLimit)
    return abandonLine(pos);
  char c = *pos;
  if (c == '#')
    return skipComment();
  if (isNameStart(c))
    return lexName();
  if (llvm::isDigit(c) || (c == '.' && pos + 1 != end && llvm::isDigit(pos[1])))
    return lexNumber();
  if (c == '"' || c == '\'')
    return lexString(pos, TokenKind::String);
  if (isStray(c) && !StringRef(pos, end - pos).starts_with("!="))
    return lexStrayCharacters();
  lexPunctuation();
}

void Lexer::lexLineBreak() {
  const char *next = pos + (*pos == '\r' ? 2 : 1);
  if (!open.empty() && !bracketError) {
    bool afterColon = line->back().is(TokenKind::Colon);
    pos = next;
    return beginContinuationLine(afterColon);
  }
  bool opensBlock = !line->empty() && line->back().is(TokenKind::Colon);
  endLine();
  pos = next;
  if (bracketError && !opensBlock)
    skipDeeperLines();
}

void Lexer::skipSpace() {
  while (pos != end) {
    if (*pos == '\\' && isLineBreak(pos + 1))
      pos += pos[1] == '\r' ? 3 : 2;
    else if (*pos == ' ' || *pos == '\t' || *pos == '\f')
      ++pos;
    else
      return;
  }
}

void Lexer::skipComment() {
  StringRef rest(pos, end - pos);
  pos += std::min(rest.find('\n'), rest.size());
  // The line break begins at the carriage return.
  if (pos != end && pos[-1] == '\r')
    --pos;
}

void Lexer::lexName() {
  const char *start = pos;
  while (pos != end && isNameCharacter(*pos))
    ++pos;
  StringRef text(start, pos - start);
  if (pos != end && (*pos == '"' || *pos == '\'') && text.size() <= 2) {
    auto kind = llvm::StringSwitch<TokenKind>(text.lower())
                    .Cases("r", "u", TokenKind::String)
                    .Cases("b", "br", "rb", TokenKind::Bytes)
                    .Cases("f", "fr", "rf", TokenKind::FString)
                    .Default(TokenKind::Name);
    if (kind != TokenKind::Name)
      return lexString(start, kind);
  }
  push(llvm::StringSwitch<TokenKind>(text)
#define KEYWORD(Kind, Spelling) .Case(Spelling, TokenKind::Kind)
#include "tilec/Frontend/TokenKinds.def"
           .Default(TokenKind::Name),
       start);
}

/// Takes everything that looks like a part of the number, so that a malformed
/// one is reported whole.
void Lexer::lexNumber() {
  const char *start = pos;
  StringRef rest(start, end - start);
  bool hex = rest.starts_with_insensitive("0x");
  bool isFloat = false;
  for (; pos != end; ++pos) {
    bool exponent = !hex && llvm::toLower(*pos) == 'e';
    isFloat |= *pos == '.' || exponent;
    if (exponent && pos + 1 != end && (pos[1] == '+' || pos[1] == '-'))
      ++pos;
    else if (!isNameCharacter(*pos) && *pos != '.')
      break;
  }
  StringRef text(start, pos - start);
  if (isFloat ? decodeFloat(text).has_value() : decodeInt(text).has_value())
    return push(isFloat ? TokenKind::Float : TokenKind::Int, start);
  fail(SourceRange::of(text),
       isIntegerText(text)
           ? "integer " + quoted(text) + " does not fit in 64 bits"
           : "invalid number " + quoted(text));
}

void Lexer::lexPunctuation() {
  const char *start = pos;
  StringRef rest(pos, end - pos);
  TokenKind kind = TokenKind::Error;
  size_t length = 0;
#define PUNCT(Kind, Spelling)                                                  \
  if (!length && rest.starts_with(Spelling)) {                                 \
    kind = TokenKind::Kind;                                                    \
    length = sizeof(Spelling) - 1;                                             \
  }
#include "tilec/Frontend/TokenKinds.def"
  if (!length) {
    ++pos;
    return fail(SourceRange::of(rest.take_front(1)),
                "a backslash must be the last character of its line");
  }
  pos += length;
  push(kind, start);
  lexBracket(kind, start);
}

void Lexer::lexStrayCharacters() {
  const char *start = pos;
  while (pos != end && isStray(*pos) && !isLineBreak(pos))
    ++pos;
  StringRef text(start, pos - start);
  size_t count =
      llvm::count_if(text, [](char c) { return (c & 0xc0) != 0x80; });
  fail(SourceRange::of(text),
       (count == 1 ? "unexpected character " : "unexpected characters ") +
           quoted(text));
}

void Lexer::lexBracket(TokenKind kind, const char *start) {
  switch (kind) {
  case TokenKind::LParen:
  case TokenKind::LBracket:
  case TokenKind::LBrace:
    open.push_back({start, nullptr});
    if (open.size() <= maxNesting || lineDone)
      return;
    fail(SourceRange::of(StringRef(start, 1)),
         "brackets nest deeper than " + llvm::Twine(maxNesting));
    return abandonLine(pos);
  case TokenKind::RParen:
  case TokenKind::RBracket:
  case TokenKind::RBrace:
    return closeBracket(start);
  default:
    return;
  }
}

void Lexer::push(TokenKind kind, const char *start) {
  if (lineDone)
    return;
  if (line->size() >= maxLineTokens) {
    fail(SourceRange::of(StringRef(start, pos - start)),
         "the statement is longer than " + llvm::Twine(maxLineTokens) +
             " tokens");
    return abandonLine(pos);
  }
  line->push_back({kind, StringRef(start, pos - start)});
}

void Lexer::fail(SourceRange range, const llvm::Twine &message,
                 SourceRange noteRange, StringRef note) {
  // What else is wrong with a line that is out of place is likely the reason.
  if (!indentationError)
    errors.push_back({range, message.str(), noteRange, note.str()});
  const char *start = range.begin.getPointer();
  line->push_back(
      {TokenKind::Error,
       StringRef(start, std::max(range.end.getPointer(), start) - start)});
}

void Lexer::endLine() {
  const char *last = line->empty() ? pos : line->back().text.end();
  line->push_back({TokenKind::Newline, StringRef(last, 0)});
  open.clear();
  lineDone = true;
}

void Lexer::reportErrors() {
  for (const LineError &error : errors) {
    diags.error(error.range, error.message);
    if (!error.note.empty())
      diags.note(error.noteRange, error.note);
  }
  errors.clear();
}
