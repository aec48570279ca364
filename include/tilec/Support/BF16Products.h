//===- BF16Products.h - How products of BF16 round --------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_SUPPORT_BF16PRODUCTS_H
#define TILEC_SUPPORT_BF16PRODUCTS_H

#include <cstdint>

namespace tilec {

/// What a matrix product of BF16 does with a pair of k (docs/language.md,
/// numerics): a property of the target, whatever the shapes are.
enum class BF16Products : uint8_t {
  /// Two fused multiply-adds, the second of the pair first, each rounded to
  /// nearest even: x86's `vdpbf16ps`, and FMA in FP32.
  FusedPairs,
  /// The sum of both products, then its sum with the accumulator, each rounded
  /// to odd: AArch64's `bfdot` and `bfmmla`.
  RoundToOddPairs,
};

} // namespace tilec

#endif // TILEC_SUPPORT_BF16PRODUCTS_H
