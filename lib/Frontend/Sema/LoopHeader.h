//===- LoopHeader.h - The header of a for -----------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_FRONTEND_SEMA_LOOPHEADER_H
#define TILEC_LIB_FRONTEND_SEMA_LOOPHEADER_H

#include "Builtins.h"

namespace tilec {

enum class LoopKind { Range, Parallel, Pipeline, Unroll, Spmd };

/// `for target in kind(start, stop, step, ...)`, evaluated.
struct LoopHeader {
  LoopKind kind = LoopKind::Range;
  SourceRange range;
  /// The loop's index; null after an error.
  const NameExpr *index = nullptr;
  Datum start, stop, step;
  SourceRange startRange, stopRange, stepRange;
  /// Where the bounds decide it.
  std::optional<int64_t> tripCount;
  int64_t stage = 0;
  llvm::StringRef nameHint;
  /// `for i, (a, b) in range(n, init_values=(x, y))`.
  llvm::SmallVector<const NameExpr *, 2> carried;
  llvm::SmallVector<BoundArg, 2> initial;

  /// Not taken back by a constant: counts down.
  bool isDescending() const {
    std::optional<int64_t> by = step.getConstantInt();
    return by && *by < 0;
  }
  bool runsAtLeastOnce() const { return tripCount && *tripCount > 0; }
  bool neverRuns() const { return tripCount && *tripCount == 0; }
  bool isConcurrent() const {
    return kind == LoopKind::Parallel || kind == LoopKind::Spmd;
  }
};

} // namespace tilec

#endif // TILEC_LIB_FRONTEND_SEMA_LOOPHEADER_H
