//===- Fill.h - Made-up contents of inputs ----------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_SUPPORT_FILL_H
#define TILEC_SUPPORT_FILL_H

#include "tilec/Support/Tensor.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <string>

namespace tilec {

/// How to fill a tensor. Every element is a function of the seed, the
/// parameter's name and the element's index, whatever the number of threads.
struct FillKind {
  enum class Kind : uint8_t {
    /// Floats only: 1 if the name contains "norm" or "rms", else uniform within
    /// 0.5 of 0, divided by the square root of the last extent if there is more
    /// than one row.
    Default,
    /// 0, 1, 2, ... in row-major order; integers wrap, floats round.
    Iota,
    Zero,
    /// One value.
    Constant,
    /// Floats: low <= x < high before rounding to the dtype. Integers and BOOL:
    /// low <= x <= high.
    Uniform,
    /// Integers only: 0 .. n-1, each once, shuffled.
    Permutation,
  };

  Kind kind = Kind::Default;
  /// Numbers as written, since the dtype decides how to read them.
  std::string low;
  std::string high;
};

/// Reads `iota`, `zero`, `const:X`, `uniform:LO:HI` or `perm`. The error lists
/// these.
llvm::Expected<FillKind> parseFillKind(llvm::StringRef text);

/// Fills the tensor with `threads` threads (0: as many as the process can keep
/// busy). An error if the kind does not fit the dtype: a number that is none or
/// out of range, a permutation that the dtype cannot count, the default for
/// integers.
llvm::Error fillTensor(const TensorView &tensor, llvm::StringRef name,
                       const FillKind &kind, uint64_t seed,
                       unsigned threads = 0);

} // namespace tilec

#endif // TILEC_SUPPORT_FILL_H
