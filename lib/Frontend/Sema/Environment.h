//===- Environment.h - What names stand for ---------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The local names of one function, with a log of changes: what a block changed
// can be asked for, and taken back. Reads are recorded, and so is what a value
// at the meeting of two paths may have come from, since a loop carries what one
// iteration binds and a later one reads.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_FRONTEND_SEMA_ENVIRONMENT_H
#define TILEC_LIB_FRONTEND_SEMA_ENVIRONMENT_H

#include "Datum.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/MapVector.h"

namespace tilec {

/// What a name stands for from one assignment to the next.
struct Binding {
  enum class State : uint8_t {
    Bound,
    /// Not bound on some path to here; `problem` says on which.
    Partial,
    /// Bound to things of different types; `problem` says how they differ.
    Conflict,
  };

  llvm::StringRef name;
  Datum datum;
  /// The name in the assignment.
  SourceRange definition;
  State state = State::Bound;
  std::string problem;
  /// What a Conflict is between: "an INDEX scalar or a string".
  std::string alternatives;
  SourceRange problemRange;
  /// Not zero: bound by an earlier iteration of the loop of that number, and
  /// therefore not in its first.
  unsigned notInFirstOf = 0;
  /// Bindings whose value this one may have.
  llvm::SmallVector<Binding *, 2> sources;
  /// When it was read last; 0 if never.
  uint64_t lastRead = 0;

  bool isBound() const { return state == State::Bound; }
};

class Environment {
public:
  /// How a name changed.
  struct Change {
    Binding *before = nullptr;
    Binding *after = nullptr;
  };
  using Changes = llvm::MapVector<llvm::StringRef, Change>;

  Binding *lookup(llvm::StringRef name) const { return names.lookup(name); }

  void bind(llvm::StringRef name, Binding *binding) {
    Binding *&slot = names[name];
    log.emplace_back(name, slot);
    slot = binding;
  }

  size_t mark() const { return log.size(); }

  /// The names bound since the mark, in the order of their first change.
  Changes changesSince(size_t mark) const {
    Changes changes;
    for (const auto &[name, before] : llvm::ArrayRef(log).drop_front(mark))
      changes.insert({name, {before, names.lookup(name)}});
    return changes;
  }

  void rollback(size_t mark) {
    for (; log.size() > mark; log.pop_back())
      names[log.back().first] = log.back().second;
  }

  template <typename Callback> void forEach(Callback callback) const {
    for (const auto &entry : names)
      if (entry.second)
        callback(entry.first, *entry.second);
  }

private:
  llvm::DenseMap<llvm::StringRef, Binding *> names;
  std::vector<std::pair<llvm::StringRef, Binding *>> log;
};

} // namespace tilec

#endif // TILEC_LIB_FRONTEND_SEMA_ENVIRONMENT_H
