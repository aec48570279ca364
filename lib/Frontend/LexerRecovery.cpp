//===- LexerRecovery.cpp - Brackets, strings, and going on after them -----===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Lines inside brackets are joined, so one missing bracket would swallow the
// rest of a file. It is found out by a keyword that only begins a statement,
// or at the end of the file; indentation then tells where to read on. Errors
// found in what is read again are forgotten: they will be found again.
//
//===----------------------------------------------------------------------===//

#include "tilec/Frontend/Lexer.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"

using namespace tilec;
using llvm::StringRef;

static constexpr size_t rereadBudget = size_t(1) << 20;

static char partnerOf(char closing) {
  return closing == ')' ? '(' : closing == ']' ? '[' : '{';
}

/// Whether a line that begins with `c` can only continue another.
static bool isContinuation(char c) {
  return c == ')' || c == ']' || c == '}' || c == ':' || c == ',';
}

void Lexer::closeBracket(const char *start) {
  char partner = partnerOf(*start);
  if (!open.empty() && *open.back().pos == partner)
    return open.pop_back();
  if (hasResumePoint())
    return recoverFromOpenBracket();
  // One bracket error a line: the others follow from it.
  SourceRange range = SourceRange::of(StringRef(start, 1));
  bool report = !bracketError;
  bracketError = true;
  if (open.empty()) {
    if (report)
      fail(range, "unmatched " + quoted(StringRef(start, 1)));
    return;
  }
  auto inner = SourceRange::of(StringRef(open.back().pos, 1));
  auto match = llvm::find_if(llvm::reverse(open), [&](OpenBracket &bracket) {
    return *bracket.pos == partner;
  });
  bool closesOuter = match != open.rend();
  std::string innerText = quoted(StringRef(open.back().pos, 1));
  std::string closing = quoted(StringRef(start, 1));
  if (report && closesOuter)
    fail(inner, innerText + " is never closed", range,
         "this " + closing + " closes an outer bracket");
  else if (report)
    fail(range, closing + " does not close " + innerText, inner,
         "the bracket opened here");
  open.resize(closesOuter ? open.rend() - match - 1 : open.size() - 1,
              OpenBracket{});
}

/// A word that begins a statement and cannot stand inside an expression.
bool Lexer::startsStatement() const {
  const char *p = pos;
  while (p != end && (*p == ' ' || *p == '\t' || *p == '\f'))
    ++p;
  const char *word = p;
  while (p != end && (llvm::isAlnum(*p) || *p == '_'))
    ++p;
  return llvm::StringSwitch<bool>(StringRef(word, p - word))
      .Cases("assert", "break", "class", "continue", "def", true)
      .Cases("del", "except", "finally", "from", "global", true)
      .Cases("import", "nonlocal", "pass", "raise", "return", true)
      .Cases("try", "while", "with", true)
      .Default(false);
}

/// Begins another line inside brackets; `pos` is at its first byte.
void Lexer::beginContinuationLine(bool afterColon) {
  if (startsStatement())
    return recoverFromOpenBracket();
  const char *first = pos;
  while (first != end && (*first == ' ' || *first == '\t' || *first == '\f'))
    ++first;
  if (first == end || *first == '#' || isLineBreak(first) ||
      isContinuation(*first))
    return;
  auto opensBlock = [&] {
    auto head = llvm::find_if(*line, [](const Token &token) {
      return !token.is(TokenKind::Indent) && !token.is(TokenKind::Dedent);
    });
    return afterColon && head != line->end() && isKeyword(head->kind);
  };
  if (columnOf(pos, first) > lineColumn && !opensBlock())
    return;
  if (!open.back().resume)
    open.back().resume = pos;
  if (bytesReread > rereadBudget)
    recoverFromOpenBracket();
}

/// Whether a later line looked like another statement. Something wrong is then
/// rather an earlier bracket that is not closed.
bool Lexer::hasResumePoint() const {
  return llvm::any_of(open, [](const OpenBracket &bracket) {
    return bracket.resume != nullptr;
  });
}

/// Ends the logical line although a bracket is open, at the first place where
/// the next statement may begin.
void Lexer::recoverFromOpenBracket() {
  auto known = llvm::find_if(open, [](const OpenBracket &bracket) {
    return bracket.resume != nullptr;
  });
  const OpenBracket culprit = known == open.end() ? open.back() : *known;
  const char *resume = culprit.resume ? culprit.resume : pos;
  while (!line->empty() && line->back().text.begin() >= resume)
    line->pop_back();
  llvm::erase_if(errors, [&](const LineError &error) {
    return error.range.begin.getPointer() >= resume;
  });
  bytesReread += pos - resume;
  pos = resume;
  fail(SourceRange::of(StringRef(culprit.pos, 1)),
       quoted(StringRef(culprit.pos, 1)) + " is never closed");
  endLine();
}

/// Gives up on the rest of the logical line, which begins at `from`. A colon at
/// the end of the physical line is kept: a block follows.
void Lexer::abandonLine(const char *from) {
  if (hasResumePoint())
    return recoverFromOpenBracket();
  StringRef rest(from, end - from);
  rest = rest.take_front(std::min(rest.find('\n'), rest.size()));
  pos = rest.end();
  rest = rest.rtrim();
  bool opensBlock = rest.ends_with(":");
  if (opensBlock)
    line->push_back({TokenKind::Colon, rest.take_back(1)});
  endLine();
  if (pos != end)
    ++pos;
  if (!opensBlock)
    skipDeeperLines();
}

void Lexer::skipDeeperLines() {
  while (skipBlankLines()) {
    if (columnOf(lineStart, pos) <= lineColumn && !isContinuation(*pos)) {
      pos = lineStart;
      return;
    }
    skipComment();
  }
}

/// A string literal whose prefix, if it has one, begins at `start`, and whose
/// opening quote is at `pos`.
void Lexer::lexString(const char *start, TokenKind kind) {
  char quote = *pos;
  StringRef rest(pos, end - pos);
  char triple[] = {quote, quote, quote};
  bool isTriple = rest.starts_with(StringRef(triple, 3));
  pos += isTriple ? 3 : 1;
  while (pos != end) {
    if (*pos == '\\' && pos + 1 != end) {
      pos += isLineBreak(pos + 1) && pos[1] == '\r' ? 3 : 2;
    } else if (!isTriple && isLineBreak(pos)) {
      break;
    } else if (*pos == quote &&
               (!isTriple ||
                StringRef(pos, end - pos).starts_with(StringRef(triple, 3)))) {
      pos += isTriple ? 3 : 1;
      return beginsDocstring(start) ? recoverDocstring(start, quote)
                                    : push(kind, start);
    } else {
      ++pos;
    }
  }
  SourceRange range = SourceRange::of(StringRef(start, pos - start));
  if (isTriple) {
    fail(range, "the triple-quoted string is never closed");
    return endLine();
  }
  fail(range, "the string is not closed on its line");
  abandonLine(start);
}

/// Whether what was read is "" with a word behind it: a docstring that lacks a
/// quote.
bool Lexer::beginsDocstring(const char *start) const {
  return pos - start == 2 && pos != end && llvm::isAlnum(*pos);
}

/// Skips the prose that would be taken for statements.
void Lexer::recoverDocstring(const char *start, char quote) {
  char triple[] = {quote, quote, quote};
  StringRef rest(pos, end - pos);
  size_t closing = rest.find(StringRef(triple, 3));
  fail(SourceRange::of(StringRef(start, 2)),
       "a docstring begins with three quotes");
  if (closing != StringRef::npos)
    pos += closing + 3;
}
