//===- Numeric.h - Exact conversions of BF16 and FP16 -----------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// On bit patterns, in integer arithmetic: the same on every machine, whatever
// its floating-point control state, subnormals included. Narrowing rounds to
// nearest, ties to even, and goes to infinity beyond the range. A NaN stays a
// NaN with its sign and the high bits of its payload, and becomes quiet.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_SUPPORT_NUMERIC_H
#define TILEC_SUPPORT_NUMERIC_H

#include <cstdint>
#include <cstring>

namespace tilec {

inline uint32_t getBits(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return bits;
}

inline float getFloat(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

inline float bf16ToFloat(uint16_t bits) {
  return getFloat(uint32_t(bits) << 16);
}

inline uint16_t floatToBF16(float value) {
  uint32_t bits = getBits(value);
  if ((bits & 0x7FFFFFFF) > 0x7F800000)
    return uint16_t((bits >> 16) | 0x0040);
  // Half of the last kept place, less one unless that place is odd; the carry
  // moves into the exponent by itself.
  return uint16_t((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
}

inline float fp16ToFloat(uint16_t bits) {
  uint32_t sign = uint32_t(bits & 0x8000) << 16;
  uint32_t exponent = (bits >> 10) & 0x1F;
  uint32_t mantissa = bits & 0x3FF;
  if (exponent == 0x1F) // infinity, or a NaN made quiet
    return getFloat(sign | 0x7F800000 | (mantissa << 13) |
                    (mantissa ? 0x00400000 : 0));
  if (exponent != 0)
    return getFloat(sign | ((exponent + 112) << 23) | (mantissa << 13));
  if (mantissa == 0)
    return getFloat(sign);
  // A subnormal is `mantissa * 2^-24`: normal in FP32.
  uint32_t shift = 0;
  for (; !(mantissa & 0x400); mantissa <<= 1)
    ++shift;
  return getFloat(sign | ((113 - shift) << 23) | ((mantissa & 0x3FF) << 13));
}

inline uint16_t floatToFP16(float value) {
  uint32_t bits = getBits(value);
  uint16_t sign = uint16_t((bits >> 16) & 0x8000);
  uint32_t magnitude = bits & 0x7FFFFFFF;
  if (magnitude > 0x7F800000)
    return uint16_t(sign | 0x7E00 | ((magnitude >> 13) & 0x3FF));
  if (magnitude >= 0x477FF000) // 65520 and more round to infinity
    return uint16_t(sign | 0x7C00);
  if (magnitude >= 0x38800000) { // 2^-14: the result is normal
    uint32_t rounded = magnitude + 0xFFF + ((magnitude >> 13) & 1);
    return uint16_t(sign | ((rounded - (uint32_t(112) << 23)) >> 13));
  }
  if (magnitude < 0x33000000) // below 2^-25, half of the smallest subnormal
    return sign;
  // The result counts units of 2^-24: shift the full mantissa into place.
  uint32_t shift = 126 - (magnitude >> 23);
  uint32_t mantissa = (magnitude & 0x7FFFFF) | 0x800000;
  uint32_t kept = mantissa >> shift;
  uint32_t rest = mantissa & ((uint32_t(1) << shift) - 1);
  uint32_t half = uint32_t(1) << (shift - 1);
  kept += rest > half || (rest == half && (kept & 1));
  return uint16_t(sign | kept);
}

} // namespace tilec

#endif // TILEC_SUPPORT_NUMERIC_H
