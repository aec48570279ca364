//===- HeaderNames.h - Names that C and C++ take ----------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_DRIVER_HEADERNAMES_H
#define TILEC_LIB_DRIVER_HEADERNAMES_H

#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/StringSet.h"
#include <string>

namespace tilec {

/// The names of one scope of a header. A name that is taken, or that C or C++
/// have another use for, gets underscores behind it until it is free; one that
/// begins as theirs do gets an `x` before it.
class HeaderNames {
public:
  /// Takes a name that is fixed.
  void reserve(llvm::StringRef name) { used.insert(name); }
  /// Takes the name, or what becomes of it.
  std::string take(llvm::StringRef name);

private:
  llvm::StringSet<> used;
};

/// `TILEC_<STEM>_H`, with an underscore for what a name cannot have.
std::string getIncludeGuard(llvm::StringRef stem);

/// The text as it may stand in a comment, with `prefix` before each of its
/// lines and a line break behind each.
std::string formatComment(llvm::StringRef text, llvm::StringRef prefix);

} // namespace tilec

#endif // TILEC_LIB_DRIVER_HEADERNAMES_H
