//===- FusedBF16.h - What a product of BF16 is ------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_TEST_UNIT_CONVERSION_FUSEDBF16_H
#define TILEC_TEST_UNIT_CONVERSION_FUSEDBF16_H

#include "tilec/Interpreter/Numerics.h"
#include "tilec/Target/CPUTarget.h"
#include <cmath>
#include <cstdint>
#include <cstring>

namespace tilec::test {

inline float flush(float x) {
  return std::abs(x) < 0x1p-126f ? std::copysign(0.0f, x) : x;
}

/// One step of `vdpbf16ps`: an exact x * y + sum rounded once to 24 bits of
/// any exponent, subnormal operands and results being zeros.
inline float fusedBF16(float x, float y, float sum) {
  double product = double(flush(x)) * flush(y), addend = flush(sum);
  double rounded = product + addend;
  if (!std::isfinite(rounded) || rounded == 0)
    return float(rounded);
  // Round to odd, by the exact error of the addition: FP64 then decides the
  // rounding to FP32 as the exact sum would.
  double part = rounded - product;
  double error = (product - (rounded - part)) + (addend - part);
  uint64_t bits;
  std::memcpy(&bits, &rounded, sizeof(bits));
  if (error != 0 && bits % 2 == 0)
    bits += (error > 0) == (rounded > 0) ? 1 : -1;
  // Nearest even to 24 bits.
  bits += 0x0FFFFFFF + ((bits >> 29) & 1);
  bits &= ~uint64_t(0x1FFFFFFF);
  std::memcpy(&rounded, &bits, sizeof(bits));
  if (std::abs(rounded) < 0x1p-126)
    return std::copysign(0.0f, float(rounded));
  return float(rounded);
}

/// What a pair of k adds to a cell in code for this machine, whichever of its
/// instructions are left out.
inline float pairBF16(float x0, float y0, float x1, float y1, float sum) {
  static const BF16Products products =
      llvm::cantFail(CPUTarget::host()).bf16Products();
  if (products == BF16Products::RoundToOddPairs)
    return numerics::dotBF16(x0, y0, x1, y1, sum);
  return fusedBF16(x0, y0, fusedBF16(x1, y1, sum));
}

} // namespace tilec::test

#endif // TILEC_TEST_UNIT_CONVERSION_FUSEDBF16_H
