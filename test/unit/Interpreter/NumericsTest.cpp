//===- NumericsTest.cpp - The arithmetic of cells -------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Interpreter/Numerics.h"
#include "llvm/ADT/APFloat.h"
#include <gtest/gtest.h>
#include <limits>
#include <random>
#ifdef __x86_64__
#include <immintrin.h>
#endif

using namespace tilec;
using namespace tilec::numerics;

static bool areSame(float a, float b) {
  return getBits(a) == getBits(b) || (std::isnan(a) && std::isnan(b));
}

//===----------------------------------------------------------------------===//
// fmaBF16
//===----------------------------------------------------------------------===//

TEST(FmaBF16, RoundsOnce) {
  EXPECT_EQ(fmaBF16(4096, 4096, 1), 16777216.0f); // a tie, to even
  EXPECT_EQ(fmaBF16(4096, 4096, 3), 16777220.0f); // another
  // (1 + 2^-7)^2 = 1 + 2^-6 + 2^-14, more than half of the distance of 2 at
  // 2^24.
  EXPECT_EQ(fmaBF16(1.0078125f, 1.0078125f, 16777216), 16777218.0f);
  EXPECT_EQ(fmaBF16(1.0078125f, 0.9921875f, 16777216), 16777216.0f);
  // The far end of the accumulator decides: 2^24 + 1 + 2^-23.
  EXPECT_EQ(fmaBF16(4096, 4096, 0x1.000002p0f), 16777218.0f);
}

TEST(FmaBF16, TakesSubnormalsAsZero) {
  constexpr float least = 0x1p-126f, tiny = 0x1p-127f;
  EXPECT_TRUE(areSame(fmaBF16(tiny, 1e30f, 0), 0.0f));
  EXPECT_TRUE(areSame(fmaBF16(1, 1, -tiny), 1.0f));
  EXPECT_TRUE(areSame(fmaBF16(0, 0, -tiny), 0.0f)); // +0 + -0
  EXPECT_TRUE(areSame(fmaBF16(least, 0.5f, 0), 0.0f));
  EXPECT_TRUE(areSame(fmaBF16(-least, 0.5f, -0.0f), -0.0f));
  EXPECT_TRUE(areSame(fmaBF16(least, 1, -0x1.8p-126f), -0.0f));
}

// Tininess is seen after rounding: (2 - 2^-24) * 2^-127 is a tie of the numbers
// of 24 bits around it, of which 2^-126 is even; what is less is tiny.
TEST(FmaBF16, FlushesWhatRoundsBelowTheLeastNormal) {
  constexpr float least = 0x1p-126f;
  EXPECT_TRUE(areSame(fmaBF16(-0x1p-80f, 0x1p-71f, least), least)); // -2^-151
  EXPECT_TRUE(areSame(fmaBF16(-0x1.02p-80f, 0x1p-71f, least), 0.0f));
  EXPECT_TRUE(areSame(fmaBF16(-0x1p-80f, 0x1p-70f, least), 0.0f)); // -2^-150
  EXPECT_TRUE(areSame(fmaBF16(0x1.02p-80f, 0x1p-71f, -least), -0.0f));
}

TEST(FmaBF16, SpecialValues) {
  constexpr float inf = std::numeric_limits<float>::infinity();
  EXPECT_EQ(fmaBF16(0x1p127f, 2, 0), inf);
  EXPECT_EQ(fmaBF16(inf, 1, 5), inf);
  EXPECT_EQ(fmaBF16(1, 1, -inf), -inf);
  EXPECT_TRUE(std::isnan(fmaBF16(inf, 1, -inf)));
  EXPECT_TRUE(std::isnan(fmaBF16(inf, 0, 1)));
  EXPECT_TRUE(std::isnan(fmaBF16(inf, 0x1p-130f, 1))); // a zero times infinity
}

namespace {
/// BF16 and FP32 values that meet at the borders: any bits, or exponents at
/// which products and accumulators cancel, overflow, or become subnormal.
class Values {
public:
  uint16_t bf16(int exponent) {
    if (random() % 4 == 0)
      return random();
    return (random() & 0x807F) | (clamp(exponent + spread()) << 7);
  }
  uint32_t fp32(int exponent) {
    if (random() % 4 == 0)
      return random();
    uint32_t mantissa = random() & 0x7FFFFF;
    if (random() % 2) // close to a power of two or to a tie
      mantissa &= random() % 2 ? 0x7F0000 : 3;
    return (random() & 0x80000000) | (clamp(exponent + spread()) << 23) |
           mantissa;
  }
  /// Biased exponents of two factors and of the accumulator near their product.
  void pickExponents(int &a, int &b, int &acc) {
    acc = random() % 3 == 0 ? 0 : random() % 256;
    a = random() % 256;
    b = acc - a + 127;
  }

private:
  int spread() { return int(random() % 5) - 2; }
  static uint32_t clamp(int exponent) {
    return exponent < 0 ? 0 : exponent > 255 ? 255 : exponent;
  }
  std::mt19937 random{20240607};
};
} // namespace

#ifdef __x86_64__
namespace {
/// Sixteen lanes of inputs: pairs of BF16 in each 32 bits.
struct Lanes {
  alignas(64) uint32_t a[16], b[16];
  alignas(64) float acc[16], result[16];
};
} // namespace

static void fillLanes(Values &values, Lanes &lanes) {
  for (int l = 0; l < 16; ++l) {
    int a, b, acc;
    values.pickExponents(a, b, acc);
    lanes.a[l] = values.bf16(a) | uint32_t(values.bf16(a)) << 16;
    lanes.b[l] = values.bf16(b) | uint32_t(values.bf16(b)) << 16;
    lanes.acc[l] = getFloat(values.fp32(acc));
  }
}

static float low(uint32_t pair) { return bf16ToFloat(uint16_t(pair)); }
static float high(uint32_t pair) { return bf16ToFloat(uint16_t(pair >> 16)); }

__attribute__((target("avx512f,avx512bf16"))) static void
dotProduct(Lanes &lanes) {
  __m512i a = _mm512_load_si512(lanes.a), b = _mm512_load_si512(lanes.b);
  __m512 acc = _mm512_load_ps(lanes.acc);
  _mm512_store_ps(lanes.result,
                  _mm512_dpbf16_ps(acc, (__m512bh)a, (__m512bh)b));
}

TEST(FmaBF16, IsWhatTheDotProductInstructionComputes) {
  if (!__builtin_cpu_supports("avx512bf16"))
    GTEST_SKIP() << "needs AVX512-BF16";
  Values values;
  Lanes lanes;
  for (int round = 0; round < 500000; ++round) {
    fillLanes(values, lanes);
    dotProduct(lanes);
    for (int l = 0; l < 16; ++l) {
      float acc = lanes.acc[l];
      acc = fmaBF16(high(lanes.a[l]), high(lanes.b[l]), acc);
      acc = fmaBF16(low(lanes.a[l]), low(lanes.b[l]), acc);
      ASSERT_TRUE(areSame(acc, lanes.result[l]))
          << std::hex << lanes.a[l] << " * " << lanes.b[l] << " + "
          << getBits(lanes.acc[l]) << " = " << getBits(lanes.result[l])
          << ", computed " << getBits(acc);
    }
  }
}

__attribute__((target("avx2,fma"))) static void fmaOfLows(Lanes &lanes) {
  unsigned state = _mm_getcsr();
  _mm_setcsr(0x9FC0); // subnormals are zero, masked, to nearest
  for (int l = 0; l < 16; l += 8) {
    __m256i a = _mm256_load_si256((const __m256i *)(lanes.a + l));
    __m256i b = _mm256_load_si256((const __m256i *)(lanes.b + l));
    __m256 product =
        _mm256_fmadd_ps(_mm256_castsi256_ps(_mm256_slli_epi32(a, 16)),
                        _mm256_castsi256_ps(_mm256_slli_epi32(b, 16)),
                        _mm256_load_ps(lanes.acc + l));
    _mm256_store_ps(lanes.result + l, product);
  }
  _mm_setcsr(state);
}

TEST(FmaBF16, IsWhatFmaWithoutSubnormalsComputes) {
  if (!__builtin_cpu_supports("fma"))
    GTEST_SKIP() << "needs FMA";
  Values values;
  Lanes lanes;
  for (int round = 0; round < 500000; ++round) {
    fillLanes(values, lanes);
    fmaOfLows(lanes);
    for (int l = 0; l < 16; ++l) {
      float x = fmaBF16(low(lanes.a[l]), low(lanes.b[l]), lanes.acc[l]);
      ASSERT_TRUE(areSame(x, lanes.result[l]))
          << std::hex << (lanes.a[l] & 0xFFFF) << " * " << (lanes.b[l] & 0xFFFF)
          << " + " << getBits(lanes.acc[l]) << " = " << getBits(lanes.result[l])
          << ", computed " << getBits(x);
    }
  }
}

TEST(FmaBF16, DoesNotDependOnTheHardwaresState) {
  Values values;
  Lanes lanes;
  unsigned state = _mm_getcsr();
  for (int round = 0; round < 20000; ++round) {
    fillLanes(values, lanes);
    for (int l = 0; l < 16; ++l) {
      float a = low(lanes.a[l]), b = low(lanes.b[l]);
      float expected = fmaBF16(a, b, lanes.acc[l]);
      _mm_setcsr(0x9FC0);
      float actual = fmaBF16(a, b, lanes.acc[l]);
      _mm_setcsr(state);
      ASSERT_TRUE(areSame(actual, expected));
    }
  }
}
#endif

//===----------------------------------------------------------------------===//
// dotBF16
//===----------------------------------------------------------------------===//

TEST(DotBF16, RoundsToOdd) {
  // At 2^24 numbers are 2 apart, below it 1.
  EXPECT_EQ(dotBF16(4096, 4096, 1, 1, 0), 16777218.0f);
  EXPECT_EQ(dotBF16(4096, 4096, 0x1p-20f, 1, 0), 16777218.0f);
  EXPECT_EQ(dotBF16(4096, 4096, -1, 1, 0), 16777215.0f); // exact
  EXPECT_EQ(dotBF16(4096, 4096, -0x1p-20f, 1, 0), 16777215.0f);
  EXPECT_EQ(dotBF16(-4096, 4096, 0x1p-20f, 1, 0), -16777215.0f);
  // 2^24 + 4 has an even last bit, 2^24 + 2 and 2^24 + 6 odd ones.
  EXPECT_EQ(dotBF16(1, 1, 0, 0, 16777218), 16777218.0f);
  EXPECT_EQ(dotBF16(1, 1, 0, 0, 16777220), 16777222.0f);
  EXPECT_EQ(dotBF16(-1, 1, 0, 0, 16777220), 16777218.0f);
}

// Addends that are further apart than a double has bits.
TEST(DotBF16, SeesTheLeastAddend) {
  EXPECT_EQ(dotBF16(0x1p50f, 0x1p50f, 0x1p-50f, 0x1p-50f, 0), 0x1.000002p100f);
  EXPECT_EQ(dotBF16(0x1p50f, 0x1p50f, -0x1p-50f, 0x1p-50f, 0), 0x1.fffffep99f);
  EXPECT_EQ(dotBF16(0x1p-50f, 0x1p-50f, 0, 0, -0x1p100f), -0x1.fffffep99f);
}

TEST(DotBF16, AddsTheProductsFirst) {
  EXPECT_EQ(dotBF16(4096, 4096, -4096, 4096, 1), 1.0f);
  EXPECT_EQ(dotBF16(1, 1, 1, 1, 16777216), 16777218.0f);
  // 2^24 + 1 becomes 2^24 + 2, less 2^24.
  EXPECT_EQ(dotBF16(4096, 4096, 1, 1, -16777216), 2.0f);
}

TEST(DotBF16, GoesToInfinityFromTheEndOfTheRangeOn) {
  constexpr float inf = std::numeric_limits<float>::infinity();
  constexpr float greatest = std::numeric_limits<float>::max();
  EXPECT_EQ(dotBF16(0x1p64f, 0x1p64f, 0, 0, 0), inf);
  EXPECT_EQ(dotBF16(-0x1p64f, 0x1p64f, 1, 1, 0), -inf);
  EXPECT_EQ(dotBF16(0x1p52f, 0x1p51f, 0, 0, greatest), greatest);
  EXPECT_EQ(dotBF16(0x1p52f, 0x1p52f, 0, 0, greatest), inf);
  EXPECT_EQ(dotBF16(-0x1p52f, 0x1p52f, 0, 0, -greatest), -inf);
}

TEST(DotBF16, TakesSubnormalsAsZero) {
  constexpr float least = 0x1p-126f, tiny = 0x1p-127f;
  EXPECT_TRUE(areSame(dotBF16(tiny, 0x1p100f, 0, 0, 0), 0.0f));
  EXPECT_TRUE(areSame(dotBF16(1, 1, 0, 0, tiny), 1.0f));
  EXPECT_TRUE(areSame(dotBF16(0, 0, 0, 0, -tiny), 0.0f)); // -0 + +0
  // A product, the sum of both, and the result.
  EXPECT_TRUE(areSame(dotBF16(0x1p-63f, 0x1p-63f, 0, 0, 0), least));
  EXPECT_TRUE(areSame(dotBF16(0x1p-63f, 0x1p-64f, 0, 0, 0), 0.0f));
  EXPECT_TRUE(areSame(dotBF16(-0x1p-63f, 0x1p-64f, -0.0f, 1, -0.0f), -0.0f));
  EXPECT_TRUE(areSame(dotBF16(0x1.8p-63f, 0x1p-63f, -least, 1, least), least));
  EXPECT_TRUE(areSame(dotBF16(least, 1, 0, 0, -0x1.8p-126f), -0.0f));
}

TEST(DotBF16, SpecialValues) {
  constexpr float inf = std::numeric_limits<float>::infinity();
  EXPECT_TRUE(areSame(dotBF16(-0.0f, 1, -0.0f, 1, -0.0f), -0.0f));
  EXPECT_TRUE(areSame(dotBF16(-0.0f, 1, 0, 1, -0.0f), 0.0f));
  EXPECT_TRUE(areSame(dotBF16(-1, 1, 0, 0, 1), 0.0f));
  EXPECT_EQ(dotBF16(inf, 2, 1, 1, 5), inf);
  EXPECT_EQ(dotBF16(1, 1, 1, 1, -inf), -inf);
  EXPECT_TRUE(std::isnan(dotBF16(inf, 1, -inf, 1, 0)));
  EXPECT_TRUE(std::isnan(dotBF16(inf, 1, 0, 0, -inf)));
  EXPECT_TRUE(std::isnan(dotBF16(inf, 0, 0, 0, 1)));
  EXPECT_TRUE(std::isnan(dotBF16(inf, 0x1p-130f, 0, 0, 1)));
  EXPECT_TRUE(std::isnan(dotBF16(1, 1, 0, 0, std::nanf(""))));
}

namespace {
/// FP32 rounded to odd, by integers of any width.
struct OddFloat {
  llvm::APFloat value;

  OddFloat(float x) : value(x) {
    bool losesInfo;
    value.convert(llvm::APFloat::IEEEquad(), rounding, &losesInfo);
  }
  OddFloat operator*(OddFloat y) const {
    OddFloat result = *this;
    return result.round(result.value.multiply(y.value, rounding));
  }
  OddFloat operator+(OddFloat y) const {
    OddFloat result = *this;
    return result.round(result.value.add(y.value, rounding));
  }

private:
  static constexpr auto rounding = llvm::APFloat::rmTowardZero;

  /// What came out of an operation, to 24 bits.
  OddFloat round(llvm::APFloat::opStatus status) const {
    llvm::APFloat magnitude = llvm::abs(value);
    bool isNegative = value.isNegative();
    if (!value.isFinite())
      return float(value.convertToDouble());
    if (magnitude < OddFloat(0x1p-126f).value)
      return isNegative ? -0.0f : 0.0f;
    if (ilogb(magnitude) >= 128)
      return isNegative ? -INFINITY : INFINITY;
    llvm::APFloat single = value;
    bool losesInfo = false;
    single.convert(llvm::APFloat::IEEEsingle(), rounding, &losesInfo);
    bool isInexact = losesInfo || status & llvm::APFloat::opInexact;
    return getFloat(getBits(single.convertToFloat()) | uint32_t(isInexact));
  }
};
} // namespace

TEST(DotBF16, IsWhatArbitraryPrecisionGives) {
  Values values;
  for (int i = 0; i < 300000; ++i) {
    int a, b, acc;
    values.pickExponents(a, b, acc);
    float a0 = flushSubnormal(bf16ToFloat(values.bf16(a)));
    float b0 = flushSubnormal(bf16ToFloat(values.bf16(b)));
    float a1 = flushSubnormal(bf16ToFloat(values.bf16(a)));
    float b1 = flushSubnormal(bf16ToFloat(values.bf16(b)));
    float start = flushSubnormal(getFloat(values.fp32(acc)));
    OddFloat products = OddFloat(a0) * b0 + OddFloat(a1) * b1;
    OddFloat sum = products + start;
    float expected = float(sum.value.convertToDouble());
    float actual = dotToOdd(a0, b0, a1, b1, start);
    ASSERT_TRUE(areSame(actual, expected))
        << a0 << " * " << b0 << " + " << a1 << " * " << b1 << " + " << start
        << ": " << actual << ", expected " << expected;
  }
}

//===----------------------------------------------------------------------===//
// Integers
//===----------------------------------------------------------------------===//

TEST(Integers, FloorDivisionAndModulo) {
  constexpr int64_t least = std::numeric_limits<int64_t>::min();
  EXPECT_EQ(floorDiv(7, -2), -4);
  EXPECT_EQ(floorMod(7, -2), -1);
  EXPECT_EQ(floorDiv(-8, 2), -4);
  EXPECT_EQ(floorMod(-8, 2), 0);
  EXPECT_EQ(floorDiv(least, -1), least);
  EXPECT_EQ(floorMod(least, -1), 0);
  EXPECT_EQ(floorDiv(least, 1), least);
  EXPECT_EQ(floorDiv(least, std::numeric_limits<int64_t>::max()), -2);
  for (int64_t a = -20; a <= 20; ++a)
    for (int64_t b = -5; b <= 5; ++b)
      if (b != 0) {
        EXPECT_EQ(floorDiv(a, b) * b + floorMod(a, b), a);
        EXPECT_TRUE(floorMod(a, b) == 0 || (floorMod(a, b) < 0) == (b < 0));
      }
}

TEST(Integers, Shifts) {
  EXPECT_EQ(shiftLeft(1, 63, 64), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(shiftLeft(1, 64, 64), 0);
  EXPECT_EQ(shiftRight(-8, 1, 64), -4);
  EXPECT_EQ(shiftRight(-8, 64, 64), -1);
  EXPECT_EQ(shiftRight(8, std::numeric_limits<int64_t>::min(), 64), 0);
}
