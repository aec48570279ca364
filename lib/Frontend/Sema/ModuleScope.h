//===- ModuleScope.h - The names of a module --------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_FRONTEND_SEMA_MODULESCOPE_H
#define TILEC_LIB_FRONTEND_SEMA_MODULESCOPE_H

#include "Datum.h"
#include "tilec/Frontend/Frontend.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/StringSaver.h"

namespace tilec {

/// The constants, functions and imports of a module.
class ModuleScope {
public:
  struct Entry {
    Datum datum;
    SourceRange definition;
  };

  explicit ModuleScope(const Module &module) : module(module) {}

  const Entry *lookup(llvm::StringRef name) const {
    auto found = names.find(name);
    return found == names.end() ? nullptr : &found->second;
  }

  const Module &module;
  llvm::MapVector<llvm::StringRef, Entry> names;
};

/// `-D NAME=VALUE`: replaces constants while modules are evaluated.
class Defines {
public:
  explicit Defines(llvm::ArrayRef<FrontendOptions::Define> defines)
      : defines(defines) {}

  /// What the command line makes of the constant `name`, whose source says
  /// `original`. None without such an option; poison, after an error, for one
  /// that does not fit.
  std::optional<Datum> apply(llvm::StringRef name, const Datum &original,
                             Diagnostics &diags);
  /// An error for every option that no constant took.
  void reportUnused(Diagnostics &diags) const;

private:
  llvm::ArrayRef<FrontendOptions::Define> defines;
  llvm::StringSet<> used;
  std::vector<std::string> constants;
};

/// The candidate that `name` was probably meant to be, or an empty string.
llvm::StringRef findNearest(llvm::StringRef name,
                            llvm::ArrayRef<llvm::StringRef> candidates);
/// "; did you mean 'x'?", or nothing.
std::string suggest(llvm::StringRef name,
                    llvm::ArrayRef<llvm::StringRef> candidates);

} // namespace tilec

#endif // TILEC_LIB_FRONTEND_SEMA_MODULESCOPE_H
