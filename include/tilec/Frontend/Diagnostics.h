//===- Diagnostics.h - Errors, warnings and notes ---------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Collects what the front end has to say about the sources in an
// llvm::SourceMgr and prints it in source order, each diagnostic as
//
//   file:line:column: error: what is wrong
//       x = slice(t, [16, 16], [0])
//                              ^~~
//   file:line:column: note: where the cause is
//
// Lines and columns count from 1; a column is a character (Unicode code
// point), a tab being one of them.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_FRONTEND_DIAGNOSTICS_H
#define TILEC_FRONTEND_DIAGNOSTICS_H

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/SMLoc.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/raw_ostream.h"

#include <string>
#include <vector>

namespace tilec {

/// The characters [begin, end) of a source buffer. Invalid when it has no
/// place in any source.
struct SourceRange {
  llvm::SMLoc begin;
  llvm::SMLoc end;

  SourceRange() = default;
  SourceRange(llvm::SMLoc begin, llvm::SMLoc end) : begin(begin), end(end) {}
  /// The range of one position; the caret marks a single character.
  explicit SourceRange(llvm::SMLoc loc) : begin(loc), end(loc) {}

  /// The range that a part of a source buffer covers.
  static SourceRange of(llvm::StringRef text) {
    return {llvm::SMLoc::getFromPointer(text.begin()),
            llvm::SMLoc::getFromPointer(text.end())};
  }

  bool isValid() const { return begin.isValid(); }
};

/// A position as a person counts it. `file` is the path as it was given.
struct FileLocation {
  llvm::StringRef file;
  unsigned line = 0;
  unsigned column = 0;
};

enum class Severity { Error, Warning };

/// One error or warning with the notes that explain it.
struct Diagnostic {
  struct Note {
    SourceRange range;
    std::string message;
  };

  Severity severity = Severity::Error;
  SourceRange range;
  std::string message;
  std::vector<Note> notes;
};

/// The engine. Diagnostics are kept until flush(), or the destructor, prints
/// them sorted by file (in the order of loading) and position. The same
/// message at the same place is kept once. After `errorLimit` errors further
/// ones are counted but not kept.
class Diagnostics {
public:
  static constexpr unsigned errorLimit = 100;

  Diagnostics(llvm::SourceMgr &sources, llvm::raw_ostream &os)
      : sources(sources), os(os) {}
  ~Diagnostics() { flush(); }
  Diagnostics(const Diagnostics &) = delete;
  Diagnostics &operator=(const Diagnostics &) = delete;

  void error(SourceRange range, const llvm::Twine &message);
  void warning(SourceRange range, const llvm::Twine &message);
  /// Explains the last error or warning reported; the range may be invalid.
  /// Dropped with it when that one was a repetition.
  void note(SourceRange range, const llvm::Twine &message);
  /// An error that no source position can show: printed as `tilec: error: `.
  void error(const llvm::Twine &message) { error(SourceRange(), message); }

  unsigned errorCount() const { return numErrors; }
  unsigned warningCount() const { return numWarnings; }
  bool hasErrors() const { return numErrors != 0; }
  /// True once errorLimit is reached; producers may stop.
  bool tooManyErrors() const { return numErrors >= errorLimit; }

  /// Prints and forgets what was collected; the counts stay.
  void flush();

  /// Prints one message at once and counts nothing: what others than the front
  /// end have to say about a source.
  void show(SourceRange range, llvm::StringRef kind, llvm::StringRef message) {
    printOne(range, kind, message);
  }

  /// File, line and column of a position, for locations in the IR.
  FileLocation locate(llvm::SMLoc loc) const;
  llvm::SourceMgr &sourceManager() const { return sources; }

private:
  void add(Severity severity, SourceRange range, const llvm::Twine &message);
  void print(const Diagnostic &diagnostic);
  void printOne(SourceRange range, llvm::StringRef kind,
                llvm::StringRef message);
  void printSnippet(SourceRange range);

  llvm::SourceMgr &sources;
  llvm::raw_ostream &os;
  std::vector<Diagnostic> pending;
  llvm::StringSet<> seen;
  bool lastDropped = true;
  bool limitAnnounced = false;
  unsigned numErrors = 0;
  unsigned numWarnings = 0;
};

} // namespace tilec

#endif // TILEC_FRONTEND_DIAGNOSTICS_H
