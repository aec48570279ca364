//===- Reporter.h - Diagnostics that can be taken back ----------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A loop's body may have to be elaborated more than once until the types of the
// names it carries are known. What an attempt reports counts only if it was
// the last.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_FRONTEND_SEMA_REPORTER_H
#define TILEC_LIB_FRONTEND_SEMA_REPORTER_H

#include "tilec/Frontend/Diagnostics.h"

namespace tilec {

class Reporter {
public:
  explicit Reporter(Diagnostics &engine) : engine(engine) {}
  ~Reporter() { commit(); }
  Reporter(const Reporter &) = delete;
  Reporter &operator=(const Reporter &) = delete;

  void error(SourceRange range, const llvm::Twine &message) {
    add(Severity::Error, range, message);
  }
  void warning(SourceRange range, const llvm::Twine &message) {
    add(Severity::Warning, range, message);
  }
  /// Explains the last error or warning.
  void note(SourceRange range, const llvm::Twine &message) {
    auto &notes = pending.back().notes;
    notes.insert(notes.end() - numTrailing, {range, message.str()});
  }
  /// The same, to be shown after all others.
  void trailingNote(SourceRange range, const llvm::Twine &message) {
    pending.back().notes.push_back({range, message.str()});
    ++numTrailing;
  }

  size_t mark() const { return pending.size(); }
  /// Forgets what was reported since the mark.
  void discard(size_t mark) { pending.resize(mark); }
  /// Hands everything to the engine.
  void commit() {
    for (const Diagnostic &diagnostic : pending)
      forward(diagnostic);
    pending.clear();
  }

  bool hasErrors() const { return engine.hasErrors() || hasErrorsSince(0); }
  bool hasErrorsSince(size_t mark) const {
    return llvm::any_of(llvm::ArrayRef(pending).drop_front(mark),
                        [](const Diagnostic &diagnostic) {
                          return diagnostic.severity == Severity::Error;
                        });
  }
  Diagnostics &getEngine() const { return engine; }

private:
  void add(Severity severity, SourceRange range, const llvm::Twine &message) {
    pending.push_back({severity, range, message.str(), {}});
    numTrailing = 0;
  }
  void forward(const Diagnostic &diagnostic) {
    if (diagnostic.severity == Severity::Error)
      engine.error(diagnostic.range, diagnostic.message);
    else
      engine.warning(diagnostic.range, diagnostic.message);
    for (const Diagnostic::Note &note : diagnostic.notes)
      engine.note(note.range, note.message);
  }

  Diagnostics &engine;
  std::vector<Diagnostic> pending;
  /// Notes at the end of the last diagnostic that stay there.
  unsigned numTrailing = 0;
};

} // namespace tilec

#endif // TILEC_LIB_FRONTEND_SEMA_REPORTER_H
