//===- Arena.h - Where planned storage lies ---------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Storage of one function lies in one arena, and storage of an outermost
// `tile.parallel` in another, which each worker has for itself. Passes leave
// these attributes, all of them integers, to each other and to the lowering.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_ANALYSIS_ARENA_H
#define TILEC_ANALYSIS_ARENA_H

#include "llvm/ADT/StringRef.h"
#include <cstdint>

namespace tilec {

/// Alignment of buffers in an arena, and of arenas.
inline constexpr int64_t kArenaAlignment = 64;

/// At a function or an outermost `tile.parallel`: the size of its arena.
inline constexpr llvm::StringLiteral kArenaBytes = "tile.arena_bytes";

/// At a `tile.create`: its place in the arena of the outermost `tile.parallel`
/// around it, or of the function.
inline constexpr llvm::StringLiteral kArenaOffset = "tile.offset";

/// At a `tile.create`: how many of the loops between it and its uses have left
/// it outside. To their iterations its storage is new: what one of them leaves
/// there, no other finds.
inline constexpr llvm::StringLiteral kLoopsLeft = "tile.loops_left";

} // namespace tilec

#endif // TILEC_ANALYSIS_ARENA_H
