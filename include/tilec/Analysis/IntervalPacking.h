//===- IntervalPacking.h - Buffers that share memory ------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Gives each buffer an offset in one arena, such that buffers which are alive
// at the same time have no byte in common. The best arena is hard to find
// (dynamic storage allocation is NP-complete); this one is rarely more than a
// few percent above the bytes that are alive at once, which no arena is below.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_ANALYSIS_INTERVALPACKING_H
#define TILEC_ANALYSIS_INTERVALPACKING_H

#include "llvm/ADT/ArrayRef.h"
#include <cstdint>

namespace tilec {

struct PackedBuffer {
  /// The lifetime, both ends included.
  int64_t first, last;
  int64_t bytes;
  /// Found by packBuffers().
  int64_t offset = 0;
};

/// The most bytes that are ever alive, each buffer rounded up to `alignment`.
int64_t getPeakBytes(llvm::ArrayRef<PackedBuffer> buffers, int64_t alignment);

/// Sets the offsets, multiples of `alignment`, and returns the bytes of the
/// arena. The sum of all bytes must be less than 2^62.
int64_t packBuffers(llvm::MutableArrayRef<PackedBuffer> buffers,
                    int64_t alignment);

} // namespace tilec

#endif // TILEC_ANALYSIS_INTERVALPACKING_H
