//===- LimitKernels.cpp - Loops at the limits of a processor --------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Limits.h"
#if defined(__x86_64__)
#include <immintrin.h>
#endif

using namespace tilec;

static constexpr int64_t lineBytes = 64;

// Keeps the compiler from knowing or dropping a value: chains that begin with
// the same value would be one. A macro, since the asm
// must be in a function that may use the registers.
#if defined(__x86_64__)
#define HIDE(value) asm volatile("" : "+v"(value))
#elif defined(__aarch64__)
#define HIDE(value) asm volatile("" : "+w"(value))
#else
#define HIDE(value) asm volatile("" : "+m"(value))
#endif

//===----------------------------------------------------------------------===//
// Any processor
//===----------------------------------------------------------------------===//

namespace {
/// 16 bytes are a register everywhere.
typedef uint64_t Words __attribute__((vector_size(16)));
typedef float Floats __attribute__((vector_size(16)));
} // namespace

static uint64_t readWords(const void *data, int64_t lines) {
  constexpr int64_t perLine = lineBytes / sizeof(Words);
  const Words *at = static_cast<const Words *>(data);
  Words sums[perLine] = {};
  for (int64_t line = 0; line < lines; ++line, at += perLine)
    for (int64_t i = 0; i < perLine; ++i)
      sums[i] |= at[i];
  Words sum = (sums[0] | sums[1]) | (sums[2] | sums[3]);
  return sum[0] | sum[1];
}

static int64_t computeFloats(int64_t rounds) {
  constexpr int chains = 8;
  Floats sums[chains] = {};
  for (Floats &sum : sums)
    HIDE(sum);
  Floats factor = {1, 1, 1, 1};
  HIDE(factor);
  for (int64_t round = 0; round < rounds; ++round)
    for (int chain = 0; chain < chains; ++chain)
      sums[chain] = sums[chain] * factor + factor;
  for (Floats &sum : sums)
    HIDE(sum);
  return rounds * chains * 4 * 2;
}

//===----------------------------------------------------------------------===//
// x86-64
//===----------------------------------------------------------------------===//

#if defined(__x86_64__)
__attribute__((target("avx2"))) static uint64_t readAVX2(const void *data,
                                                         int64_t lines) {
  const auto *at = static_cast<const __m256i *>(data);
  __m256i even = _mm256_setzero_si256(), odd = even;
  for (int64_t line = 0; line < lines; ++line, at += 2) {
    even = _mm256_or_si256(even, _mm256_load_si256(at));
    odd = _mm256_or_si256(odd, _mm256_load_si256(at + 1));
  }
  __m256i sum = _mm256_or_si256(even, odd);
  return uint64_t(_mm256_extract_epi64(sum, 0) | _mm256_extract_epi64(sum, 1) |
                  _mm256_extract_epi64(sum, 2) | _mm256_extract_epi64(sum, 3));
}

__attribute__((target("avx512f"))) static uint64_t readAVX512(const void *data,
                                                              int64_t lines) {
  const auto *at = static_cast<const __m512i *>(data);
  __m512i even = _mm512_setzero_si512(), odd = even;
  for (int64_t line = 0; line + 1 < lines; line += 2, at += 2) {
    even = _mm512_or_si512(even, _mm512_load_si512(at));
    odd = _mm512_or_si512(odd, _mm512_load_si512(at + 1));
  }
  alignas(64) uint64_t words[8], sum = 0;
  _mm512_store_si512(words, _mm512_or_si512(even, odd));
  for (uint64_t word : words)
    sum |= word;
  return sum;
}

// Twelve chains hide a latency of six at two a cycle.

__attribute__((target("avx2,fma"))) static int64_t computeFMA(int64_t rounds) {
  constexpr int chains = 12;
  __m256 sums[chains] = {};
  for (__m256 &sum : sums)
    HIDE(sum);
  __m256 factor = _mm256_set1_ps(1);
  HIDE(factor);
  for (int64_t round = 0; round < rounds; ++round)
    for (__m256 &sum : sums)
      sum = _mm256_fmadd_ps(factor, factor, sum);
  for (__m256 &sum : sums)
    HIDE(sum);
  return rounds * chains * 8 * 2;
}

__attribute__((target("avx512f"))) static int64_t
computeAVX512(int64_t rounds) {
  constexpr int chains = 12;
  __m512 sums[chains] = {};
  for (__m512 &sum : sums)
    HIDE(sum);
  __m512 factor = _mm512_set1_ps(1);
  HIDE(factor);
  for (int64_t round = 0; round < rounds; ++round)
    for (__m512 &sum : sums)
      sum = _mm512_fmadd_ps(factor, factor, sum);
  for (__m512 &sum : sums)
    HIDE(sum);
  return rounds * chains * 16 * 2;
}

__attribute__((target("avx512f,avx512bf16"))) static int64_t
computeBF16(int64_t rounds) {
  constexpr int chains = 12;
  __m512 sums[chains] = {};
  for (__m512 &sum : sums)
    HIDE(sum);
  // 1.0 in each half of each word.
  __m512i ones = _mm512_set1_epi32(0x3F803F80);
  HIDE(ones);
  __m512bh factor = (__m512bh)ones;
  for (int64_t round = 0; round < rounds; ++round)
    for (__m512 &sum : sums)
      sum = _mm512_dpbf16_ps(sum, factor, factor);
  for (__m512 &sum : sums)
    HIDE(sum);
  return rounds * chains * 32 * 2;
}

ReadKernel tilec::selectReadKernel(const CPUFeatures &features) {
  if (features.avx512 && __builtin_cpu_supports("avx512f"))
    return readAVX512;
  if (features.avx2 && __builtin_cpu_supports("avx2"))
    return readAVX2;
  return readWords;
}

ArithmeticKernel tilec::selectArithmeticKernel(const CPUFeatures &features) {
  if (features.avx512BF16 && __builtin_cpu_supports("avx512bf16"))
    return computeBF16;
  if (features.avx512 && __builtin_cpu_supports("avx512f"))
    return computeAVX512;
  if (features.avx2 && features.fma && __builtin_cpu_supports("fma"))
    return computeFMA;
  return computeFloats;
}
#else
ReadKernel tilec::selectReadKernel(const CPUFeatures &) { return readWords; }

ArithmeticKernel tilec::selectArithmeticKernel(const CPUFeatures &) {
  return computeFloats;
}
#endif
