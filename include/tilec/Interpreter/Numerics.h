//===- Numerics.h - The arithmetic of cells ---------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The functions that elementwise operations and contractions apply to FP32 and
// to integers held in 64 bits. Units that include this are compiled without
// contraction of products and sums. Which NaN a NaN result is, is unspecified.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_INTERPRETER_NUMERICS_H
#define TILEC_INTERPRETER_NUMERICS_H

#include "tilec/Support/Numeric.h"
#include <cmath>
#include <cstdint>
#include <cstring>

namespace tilec::numerics {

//===----------------------------------------------------------------------===//
// BF16 matmul: FMA in FP32 with subnormals taken as zero
//===----------------------------------------------------------------------===//

/// A subnormal becomes a zero of its sign.
inline float flushSubnormal(float x) {
  uint32_t bits = getBits(x);
  return (bits & 0x7F800000) ? x : getFloat(bits & 0x80000000);
}

/// `fma(a, b, acc)` rounded once to FP32, a subnormal result becoming a zero of
/// its sign. `a` and `b` hold BF16 values; no argument is subnormal.
/// Independent of the hardware's handling of subnormals and of its having an
/// FMA.
///
/// The product is exact in double. Its sum with `acc` is rounded twice, which
/// is as good as once: 53 bits are more than twice the 24 of the addends and of
/// the result (Figueroa, "When is double rounding innocuous?", 1995). Tininess
/// is detected after rounding, as on x86: what rounds to 2^-126 if the exponent
/// has no bound is not tiny.
inline float fmaFlushed(float a, float b, float acc) {
  double sum = double(a) * double(b) + double(acc);
  constexpr double leastNormal = 0x1.FFFFFFp-127; // 2^-126 * (1 - 2^-25)
  return std::fabs(sum) < leastNormal ? std::copysign(0.0f, float(sum))
                                      : float(sum);
}

/// As above for any arguments, subnormal ones taken as zero.
inline float fmaBF16(float a, float b, float acc) {
  return fmaFlushed(flushSubnormal(a), flushSubnormal(b), flushSubnormal(acc));
}

//===----------------------------------------------------------------------===//
// BF16 matmul: sums of pairs in FP32, rounded to odd
//===----------------------------------------------------------------------===//

/// `sum + error`, of which `sum` is the nearest double, rounded to FP32 as the
/// instructions `bfdot` and `bfmmla` round: what lies between two neighbours
/// becomes the one whose last bit is 1, what is less than 2^-126 a zero of its
/// sign, and what is 2^128 or more an infinity.
inline float roundToOdd(double sum, double error) {
  if (!std::isfinite(sum))
    return float(sum);
  uint64_t bits;
  std::memcpy(&bits, &sum, sizeof(bits));
  // Towards zero first: from here on only bits are cut off. A sum of zero is
  // exact.
  if (error != 0 && std::signbit(error) != std::signbit(sum))
    --bits;
  constexpr uint64_t dropped = (uint64_t(1) << 29) - 1; // of 53 bits all but 24
  bool isInexact = error != 0 || (bits & dropped) != 0;
  bits = (bits & ~dropped) | (isInexact ? dropped + 1 : 0);
  std::memcpy(&sum, &bits, sizeof(bits));
  if (std::fabs(sum) < 0x1p-126)
    return std::copysign(0.0f, float(sum));
  return float(sum); // exact, or beyond the range
}

/// `x + y`, rounded to odd; neither is subnormal. The error of the sum in
/// double is exact (Knuth's TwoSum: nothing overflows or underflows there).
inline float addToOdd(float x, float y) {
  double sum = double(x) + double(y);
  double part = sum - double(x);
  double error = (double(x) - (sum - part)) + (double(y) - part);
  return roundToOdd(sum, error);
}

/// `acc + (a0 * b0 + a1 * b1)`, each product and each sum rounded to odd. The
/// factors hold BF16 values, so that only their range keeps products from being
/// exact; no argument is subnormal.
inline float dotToOdd(float a0, float b0, float a1, float b1, float acc) {
  float first = roundToOdd(double(a0) * double(b0), 0);
  float second = roundToOdd(double(a1) * double(b1), 0);
  return addToOdd(acc, addToOdd(first, second));
}

/// As above for any arguments, subnormal ones taken as zero.
inline float dotBF16(float a0, float b0, float a1, float b1, float acc) {
  return dotToOdd(flushSubnormal(a0), flushSubnormal(b0), flushSubnormal(a1),
                  flushSubnormal(b1), flushSubnormal(acc));
}

//===----------------------------------------------------------------------===//
// Elementwise functions of FP32
//===----------------------------------------------------------------------===//

/// IEEE 754-2019 maximum: a NaN if either is, and -0 < +0.
inline float maximum(float a, float b) {
  if (std::isnan(a) || std::isnan(b))
    return a + b;
  if (a == b)
    return std::signbit(a) ? b : a;
  return a > b ? a : b;
}

inline float minimum(float a, float b) {
  if (std::isnan(a) || std::isnan(b))
    return a + b;
  if (a == b)
    return std::signbit(a) ? a : b;
  return a < b ? a : b;
}

/// The remainder of the floored quotient, exact but for the last addition; a
/// zero result has the divisor's sign (as in Python and NumPy).
inline float floorRem(float a, float b) {
  float rem = std::fmod(a, b);
  if (rem == 0)
    return std::copysign(0.0f, b);
  return (rem < 0) != (b < 0) ? rem + b : rem;
}

inline float exp(float x) { return float(std::exp(double(x))); }
inline float log(float x) { return float(std::log(double(x))); }
inline float sin(float x) { return float(std::sin(double(x))); }
inline float cos(float x) { return float(std::cos(double(x))); }
inline float tanh(float x) { return float(std::tanh(double(x))); }
inline float rsqrt(float x) { return 1.0f / std::sqrt(x); }
inline float recip(float x) { return 1.0f / x; }
inline float relu(float x) { return maximum(x, 0.0f); }
inline float sigmoid(float x) { return 1.0f / (1.0f + exp(-x)); }

//===----------------------------------------------------------------------===//
// Integers in 64 bits; the caller wraps results to the width of the cells
//===----------------------------------------------------------------------===//

inline int64_t wrapAdd(int64_t a, int64_t b) {
  return int64_t(uint64_t(a) + uint64_t(b));
}
inline int64_t wrapSub(int64_t a, int64_t b) {
  return int64_t(uint64_t(a) - uint64_t(b));
}
inline int64_t wrapMul(int64_t a, int64_t b) {
  return int64_t(uint64_t(a) * uint64_t(b));
}

/// Floor of the quotient; the divisor is not 0. -2^63 by -1 wraps.
inline int64_t floorDiv(int64_t a, int64_t b) {
  if (b == -1)
    return wrapSub(0, a);
  return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

/// Remainder with the divisor's sign; the divisor is not 0.
inline int64_t floorMod(int64_t a, int64_t b) {
  if (b == -1)
    return 0;
  int64_t rem = a % b;
  return rem != 0 && (rem < 0) != (b < 0) ? rem + b : rem;
}

/// Shifts of a value of `width` bits. Amounts below 0 and from the width on
/// shift everything out.
inline int64_t shiftLeft(int64_t value, int64_t amount, unsigned width) {
  if (amount < 0 || amount >= int64_t(width))
    return 0;
  return int64_t(uint64_t(value) << amount);
}
/// `value` is sign- or zero-extended from the width, and shifted accordingly.
inline int64_t shiftRight(int64_t value, int64_t amount, unsigned width) {
  if (amount < 0 || amount >= int64_t(width))
    return value < 0 ? -1 : 0;
  return value >> amount;
}

} // namespace tilec::numerics

#endif // TILEC_INTERPRETER_NUMERICS_H
