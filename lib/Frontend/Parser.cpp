//===- Parser.cpp - Tokens, errors and recovery of the parser -------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ParserImpl.h"

#include <utility>

using namespace tilec;
using llvm::StringRef;

void tilec::parseModule(Module &module, StringRef text, SourceKind kind,
                        Diagnostics &diags) {
  Parser(module, text, kind, diags).parseFile();
}

/// A token of the line at hand, or of the next one once this is used up. Looks
/// no further than the end of a line, which repeats.
const Token &Parser::peek(size_t ahead) {
  if (next == line.size()) {
    lexer.lexLine(line);
    next = 0;
    lineHasError = llvm::any_of(
        line, [](const Token &token) { return token.is(TokenKind::Error); });
  }
  return line[std::min(next + ahead, line.size() - 1)];
}

Token Parser::advance() {
  Token token = peek();
  if (token.is(TokenKind::EndOfFile))
    return token;
  ++next;
  if (quiet)
    lexer.dropErrors();
  if (!token.is(TokenKind::Newline) && !token.is(TokenKind::Dedent))
    previousEnd = token.range().end;
  if (skippedNames && token.is(TokenKind::Name))
    skippedNames->insert(token.text);
  return token;
}

bool Parser::accept(TokenKind kind) {
  if (!at(kind))
    return false;
  advance();
  return true;
}

bool Parser::expect(TokenKind kind, StringRef context) {
  if (accept(kind))
    return true;
  failExpected(("'" + spelling(kind) + "'").str(), context);
  return false;
}

/// The colon that ends a header. When it is all that is missing, the block is
/// read as if it stood there.
bool Parser::expectColon(StringRef header) {
  if (accept(TokenKind::Colon))
    return true;
  if (at(TokenKind::Assign))
    fail(peek().range(), "'=' assigns; a comparison is written '=='");
  else
    failExpected("':'", ("after the " + header).str());
  return at(TokenKind::Newline);
}

bool Parser::expectName(StringRef what, Token &name) {
  if (isKeyword(peek().kind)) {
    fail(peek().range(), describe(peek()) + " is a keyword, not a name");
    return false;
  }
  if (!at(TokenKind::Name)) {
    failExpected(what, "");
    return false;
  }
  name = advance();
  return true;
}

/// Reports, unless the lexer did so for this line: what the parser finds in it
/// may be the same mistake.
std::nullptr_t Parser::fail(SourceRange range, const llvm::Twine &message) {
  if (!lineHasError && !quiet)
    diags.error(range, message);
  return nullptr;
}

void Parser::note(SourceRange range, const llvm::Twine &message) {
  if (!lineHasError && !quiet)
    diags.note(range, message);
}

std::nullptr_t Parser::failExpected(StringRef what, StringRef context) {
  return fail(peek().range(), "expected " + what +
                                  (context.empty() ? "" : " ") + context +
                                  ", found " + describe(peek()));
}

std::nullptr_t Parser::failNesting() {
  return fail(peek().range(),
              "nesting is deeper than " + llvm::Twine(maxNesting));
}

/// Whether a statement that begins like this has a block that is worth reading
/// although its header is not understood.
static bool hasReadableBlock(const Token &first, bool inFunction) {
  switch (first.kind) {
  case TokenKind::KwClass:
  case TokenKind::KwAsync:
  case TokenKind::At:
    return false;
  case TokenKind::KwDef:
    return !inFunction;
  case TokenKind::Name:
    return first.text != "match";
  default:
    return true;
  }
}

/// Whether a statement that begins like this has clauses, and a block even if
/// its header does not end in a colon. What follows a broken `def` is rather
/// its parameters.
static bool keepsBlock(TokenKind kind) {
  switch (kind) {
  case TokenKind::KwFor:
  case TokenKind::KwWith:
  case TokenKind::KwIf:
  case TokenKind::KwElif:
  case TokenKind::KwElse:
  case TokenKind::KwWhile:
  case TokenKind::KwTry:
  case TokenKind::KwExcept:
  case TokenKind::KwFinally:
    return true;
  default:
    return false;
  }
}

/// Skips the statement that failed, with the block and the clauses that belong
/// to it. Mistakes in a skipped block are mistakes nonetheless.
ErrorStmt *Parser::recover(SourceRange start) {
  llvm::SetVector<StringRef> names;
  llvm::SetVector<StringRef> *outer = std::exchange(skippedNames, &names);
  Token first = line[statementStart];
  const char *end = std::max(line.back().text.end(), start.begin.getPointer());
  for (size_t i = statementStart; i < next; ++i)
    if (line[i].is(TokenKind::Name))
      names.insert(line[i].text);
  recoverLine(first);
  if (keepsBlock(first.kind))
    recoverClauses();
  skippedNames = outer;
  if (outer)
    outer->insert(names.begin(), names.end());
  return module.create<ErrorStmt>(
      SourceRange(start.begin, llvm::SMLoc::getFromPointer(end)),
      module.copy(llvm::ArrayRef<StringRef>(names.getArrayRef())));
}

/// Takes the clauses of a statement that failed. Those of an `if` are read for
/// their own mistakes.
void Parser::recoverClauses() {
  bool outer = std::exchange(inFunction, true);
  bool readable = !quiet && blockNesting < maxNesting;
  while (true) {
    bool isElse = at(TokenKind::KwElif) || at(TokenKind::KwElse);
    if (isElse && readable)
      (void)parseElseClause();
    else if (isElse || at(TokenKind::KwExcept) || at(TokenKind::KwFinally))
      recoverLine(peek());
    else
      break;
  }
  inFunction = outer;
}

/// Skips to the end of the line, and the block below it. `first` is the line's
/// first token.
void Parser::recoverLine(Token first) {
  TokenKind last = TokenKind::Newline;
  while (!at(TokenKind::Newline) && !at(TokenKind::EndOfFile))
    if (TokenKind kind = advance().kind; kind != TokenKind::Error)
      last = kind;
  bool opensBlock = last == TokenKind::Colon || keepsBlock(first.kind);
  accept(TokenKind::Newline);
  if (!opensBlock)
    lexer.skipDeeperLines();
  if (!at(TokenKind::Indent))
    return;
  Nesting nesting(blockNesting);
  if (quiet || nesting.tooDeep() || !hasReadableBlock(first, inFunction))
    return skipBlock();
  advance();
  bool outer = std::exchange(inFunction, true);
  Stmts ignored;
  parseStatementsOfBlock(ignored);
  inFunction = outer;
}

/// Skips from an Indent to the end of its block.
void Parser::skipBlock() {
  unsigned depth = 0;
  do {
    if (at(TokenKind::Indent))
      ++depth;
    else if (at(TokenKind::Dedent))
      --depth;
    advance();
  } while (depth != 0 && !at(TokenKind::EndOfFile));
}
