//===- Names.cpp - Naming names in messages -------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Support/Names.h"
#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace tilec;

/// More candidates than this say nothing at a glance.
static constexpr size_t maxListed = 16;

std::string tilec::suggestSimilarName(llvm::StringRef name,
                                      llvm::ArrayRef<std::string> candidates) {
  // A third of the name may be wrong, and the case of all of it.
  unsigned nearest = name.size() / 3 + 1;
  const std::string *best = nullptr;
  for (const std::string &candidate : candidates) {
    unsigned distance = name.edit_distance_insensitive(
        candidate, /*AllowReplacements=*/true, nearest);
    if (distance >= nearest)
      continue;
    nearest = distance;
    best = &candidate;
  }
  return best ? fmt::format("; did you mean `{}`?", *best) : "";
}

std::string tilec::suggestName(llvm::StringRef name,
                               llvm::ArrayRef<std::string> candidates) {
  std::string similar = suggestSimilarName(name, candidates);
  if (!similar.empty() || candidates.empty())
    return similar;
  llvm::ArrayRef<std::string> listed = candidates.take_front(maxListed);
  return fmt::format("; there {} `{}`{}", candidates.size() == 1 ? "is" : "are",
                     fmt::join(listed, "`, `"),
                     listed.size() < candidates.size() ? ", ..." : "");
}
