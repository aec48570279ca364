// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// For AArch64: compares the interpreter's products of BF16 with `bfdot`, and
// `bfmmla` with two `bfdot` in the order of k, on numbers that meet at the
// borders. The modes of FPCR, but for EBF, must not matter.
#include "tilec/Interpreter/Numerics.h"
#include <arm_neon.h>
#include <cstdio>
#include <random>

using namespace tilec;

static std::mt19937 bits{20240607};

/// Any bits, or an exponent near the given one, and few bits set at times.
static uint32_t pick(int exponent, uint32_t mantissaMask) {
  if (bits() % 4 == 0)
    return bits();
  int near = exponent + int(bits() % 5) - 2;
  uint32_t mantissa = bits() & mantissaMask;
  if (bits() % 2)
    mantissa &= bits() % 2 ? 0x7F0000 : 0x030003;
  near = near < 0 ? 0 : near > 255 ? 255 : near;
  return (bits() & 0x80000000) | uint32_t(near) << 23 | mantissa;
}

struct Operands {
  uint16_t a[8], b[8];
  float acc[4];

  Operands() {
    for (int lane = 0; lane < 4; ++lane) {
      int sum = bits() % 256, factor = bits() % 256;
      acc[lane] = getFloat(pick(sum, 0x7FFFFF));
      for (int i = 2 * lane; i < 2 * lane + 2; ++i) {
        a[i] = uint16_t(pick(factor, 0x7F0000) >> 16);
        b[i] = uint16_t(pick(sum - factor + 127, 0x7F0000) >> 16);
      }
    }
  }
};

static void setControl(uint64_t value) {
  asm volatile("msr fpcr, %0" : : "r"(value) : "memory");
}

static float32x4_t load(const float *x) { return vld1q_f32(x); }
static bfloat16x8_t load(const uint16_t *x) {
  return vreinterpretq_bf16_u16(vld1q_u16(x));
}

static void dot(const Operands &o, float *result) {
  vst1q_f32(result, vbfdotq_f32(load(o.acc), load(o.a), load(o.b)));
}
static void matrix(const Operands &o, float *result) {
  vst1q_f32(result, vbfmmlaq_f32(load(o.acc), load(o.a), load(o.b)));
}

static float interpret(const Operands &o, int a, int b, float acc) {
  return numerics::dotBF16(bf16ToFloat(o.a[a]), bf16ToFloat(o.b[b]),
                           bf16ToFloat(o.a[a + 1]), bf16ToFloat(o.b[b + 1]),
                           acc);
}

static bool areSame(float x, float y) {
  return getBits(x) == getBits(y) || (std::isnan(x) && std::isnan(y));
}

int main() {
  // Default; flush to zero, default NaN; rounding towards zero, and up.
  const uint64_t controls[] = {0, 0x3000000, 0xC00000, 0x400000};
  int wrong = 0;
  for (int i = 0; i < 400000 && wrong < 10; ++i) {
    Operands o;
    float dots[4], cells[4];
    setControl(controls[i % 4]);
    dot(o, dots);
    matrix(o, cells);
    setControl(0);
    for (int lane = 0; lane < 4; ++lane) {
      float expected = interpret(o, 2 * lane, 2 * lane, o.acc[lane]);
      if (!areSame(dots[lane], expected))
        wrong += printf("bfdot: %a, expected %a\n", dots[lane], expected) > 0;
      // Cell [r, c] takes the four k of row r and of column c.
      int r = lane / 2, c = lane % 2;
      expected = interpret(o, 4 * r, 4 * c, o.acc[lane]);
      expected = interpret(o, 4 * r + 2, 4 * c + 2, expected);
      if (!areSame(cells[lane], expected))
        wrong += printf("bfmmla: %a, expected %a\n", cells[lane], expected) > 0;
    }
  }
  printf("%s\n", wrong ? "different" : "the same bits");
  return wrong != 0;
}
