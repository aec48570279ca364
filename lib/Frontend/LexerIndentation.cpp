//===- LexerIndentation.cpp - Blocks --------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Indentation to Indent and Dedent. A line that is out of place changes no
// block, so that those after it, which are in place, fit.
//
//===----------------------------------------------------------------------===//

#include "tilec/Frontend/Lexer.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace tilec;
using llvm::StringRef;

unsigned Lexer::columnOf(const char *begin, const char *first) const {
  unsigned column = 0;
  for (const char *p = begin; p != first; ++p) {
    if (*p == '\t')
      column = (column / 8 + 1) * 8;
    else
      column = *p == '\f' ? 0 : column + 1;
  }
  return column;
}

/// Emits Indent or Dedents for the line at `pos`.
void Lexer::lexIndentation() {
  lineColumn = columnOf(lineStart, pos);
  bool mixed = mixesTabsAndSpaces();
  styleReported |= mixed;
  if (lineColumn > indents.back()) {
    indents.push_back(lineColumn);
    line->push_back({TokenKind::Indent, StringRef(pos, 0)});
  } else if (llvm::binary_search(indents, lineColumn)) {
    dedentTo(llvm::lower_bound(indents, lineColumn) - indents.begin() + 1);
  } else {
    lexMisfit();
  }
  if (mixed)
    reportMixture();
}

/// Leaves blocks until `depth` levels remain.
void Lexer::dedentTo(size_t depth) {
  for (; indents.size() > depth; indents.pop_back())
    line->push_back({TokenKind::Dedent, StringRef(pos, 0)});
  if (depth < misfitDepth)
    misfitColumn = 0;
  if (depth < forgivenDepth)
    forgivenDepth = 0;
}

/// The line is at the column of no block. It counts for the innermost one.
void Lexer::lexMisfit() {
  if (forgivenDepth != 0 && lineColumn > indents[forgivenDepth - 2]) {
    dedentTo(forgivenDepth);
    indents.back() = lineColumn;
    return;
  }
  if (lineColumn == misfitColumn)
    return dedentTo(misfitDepth);
  misfitColumn = lineColumn;
  misfitDepth = indents.size();
  // Once tabs and spaces are mixed, columns mean little. And what cannot begin
  // a statement is an error by itself, and may be what moved it.
  bool mayBegin = llvm::isAlnum(*pos) || StringRef("_'\"([@-").contains(*pos);
  if (styleReported || !mayBegin)
    return;
  auto inner = llvm::upper_bound(indents, lineColumn);
  fail(SourceRange::of(StringRef(pos, 0)),
       "this indentation matches no outer block: column " +
           llvm::Twine(lineColumn + 1) + ", where " +
           llvm::Twine(*(inner - 1) + 1) + " or " + llvm::Twine(*inner + 1) +
           " would fit");
  indentationError = true;
}

void Lexer::forgiveIndentation() {
  if (forgivenDepth == 0)
    forgivenDepth = indents.size();
}

/// A file is indented by spaces or by tabs, as its first indented line is. Told
/// once, as one mixture usually runs through the whole file.
bool Lexer::mixesTabsAndSpaces() {
  StringRef indentation = StringRef(lineStart, pos - lineStart).ltrim('\f');
  if (indentation.empty() || styleReported)
    return false;
  if (firstIndentation.empty())
    firstIndentation = indentation;
  return indentation.contains(firstIndentation.front() == ' ' ? '\t' : ' ');
}

void Lexer::reportMixture() {
  StringRef note = firstIndentation.front() == ' '
                       ? "the file is indented by spaces here"
                       : "the file is indented by tabs here";
  bool isFirst = firstIndentation.begin() >= lineStart;
  fail(SourceRange::of(StringRef(lineStart, pos - lineStart)),
       "indentation mixes tabs and spaces", SourceRange::of(firstIndentation),
       isFirst ? "" : note);
  indentationError = true;
}
