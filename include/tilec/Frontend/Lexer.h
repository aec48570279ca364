//===- Lexer.h - Source text to tokens --------------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Python's lexical structure: logical lines, indentation, implicit joining of
// lines inside brackets. Works on one logical line at a time, so memory does
// not grow with the file, and goes on after every mistake.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_FRONTEND_LEXER_H
#define TILEC_FRONTEND_LEXER_H

#include "tilec/Frontend/Token.h"

#include <vector>

namespace tilec {

class Lexer {
public:
  /// Reports text that is not UTF-8 and then has no tokens: nothing else could
  /// be said about such a file.
  Lexer(llvm::StringRef text, Diagnostics &diags);

  /// Replaces `line` by the next logical line: Indent or Dedents, its tokens,
  /// Newline. At the end of the file: the last Dedents and EndOfFile, for ever.
  /// A line with errors holds an Error token; they are reported when the next
  /// line is lexed.
  void lexLine(std::vector<Token> &line);

  /// Forgets the errors of the line that was lexed last.
  void dropErrors() { errors.clear(); }

  /// Skips what can only continue the line that was lexed last: lines indented
  /// more, or that begin with a closing bracket. For statements given up.
  void skipDeeperLines();

  /// Takes the block just begun, which the parser found to be indented for no
  /// reason, with whatever indentation its lines have.
  void forgiveIndentation();
  /// True when indentation was found to be faulty hereabouts, so that more
  /// about it would not help.
  bool isForgiving() const { return forgivenDepth != 0 || styleReported; }

private:
  /// A bracket that waits for its partner. `resume` is the first later line
  /// that is not indented more than the statement: should the bracket never
  /// be closed, the next statement is likely there.
  struct OpenBracket {
    const char *pos;
    const char *resume;
  };
  struct LineError {
    SourceRange range;
    std::string message;
    SourceRange noteRange;
    std::string note;
  };

  bool skipBlankLines();
  void lexIndentation();
  void lexMisfit();
  void dedentTo(size_t depth);
  bool mixesTabsAndSpaces();
  void reportMixture();
  void lexLogicalLine();
  void lexLineBreak();
  void lexToken();
  void lexName();
  void lexNumber();
  void lexString(const char *start, TokenKind kind);
  bool beginsDocstring(const char *start) const;
  void recoverDocstring(const char *start, char quote);
  void lexPunctuation();
  void lexStrayCharacters();
  void lexBracket(TokenKind kind, const char *start);
  void closeBracket(const char *start);
  void endLine();
  void reportErrors();
  bool hasResumePoint() const;
  void recoverFromOpenBracket();
  void abandonLine(const char *from);
  void skipSpace();
  void skipComment();
  void beginContinuationLine(bool afterColon);
  bool startsStatement() const;
  unsigned columnOf(const char *lineStart, const char *first) const;
  void push(TokenKind kind, const char *start);
  void fail(SourceRange range, const llvm::Twine &message,
            SourceRange noteRange = {}, llvm::StringRef note = {});
  bool isLineBreak(const char *p) const {
    return p != end &&
           (*p == '\n' || (*p == '\r' && p + 1 != end && p[1] == '\n'));
  }

  Diagnostics &diags;
  const char *pos;
  const char *end;
  std::vector<unsigned> indents{0};
  /// A column that was reported to fit no level, and the depth it is taken for.
  unsigned misfitColumn = 0;
  size_t misfitDepth = 0;
  size_t forgivenDepth = 0;
  llvm::StringRef firstIndentation;
  bool styleReported = false;
  /// Bytes read again after unclosed brackets. Beyond a budget brackets are
  /// taken to end where indentation says so, which keeps the work linear.
  size_t bytesReread = 0;

  // Of the logical line at hand.
  std::vector<Token> *line = nullptr;
  const char *lineStart = nullptr;
  unsigned lineColumn = 0;
  std::vector<OpenBracket> open;
  std::vector<LineError> errors;
  bool bracketError = false;
  bool indentationError = false;
  bool lineDone = false;
};

} // namespace tilec

#endif // TILEC_FRONTEND_LEXER_H
