//===- PackedMatmulTest.cpp - Products by packed storage ------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The kernels of every instruction set that this machine runs are compared
// with the language's definition, on parts of packed storage between pages
// that must not be touched.
//
//===----------------------------------------------------------------------===//

#include "FusedBF16.h"
#include "GuardedBuffer.h"
#include "JITModule.h"
#include "PackedCall.h"
#include "tilec/Conversion/Microkernels.h"
#include "tilec/Support/Numeric.h"
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <random>

using namespace tilec;
using namespace tilec::test;
using namespace mlir;

namespace {
using Kernel = void(const void *a, int64_t aRowStride, int64_t aKStride,
                    const void *panel, int64_t panelStride, void *c,
                    int64_t cStride, int64_t m, int64_t n, int64_t k,
                    bool accumulate, void *room);

constexpr int64_t columns = 64;

int64_t ceilDiv(int64_t x, int64_t y) { return (x + y - 1) / y; }
int64_t extent(int64_t rows, int64_t stride, int64_t last) {
  return rows && last ? (rows - 1) * stride + last : 0;
}

/// One call: columns [firstN, firstN + n) of storage for [totalK, totalN],
/// from row firstK on.
struct Shape {
  int64_t m, n, k;
  int64_t firstN, firstK;
  int64_t totalN, totalK;
  bool transposeA, accumulate;
};

class Problem {
public:
  Problem(const Shape &shape, std::mt19937_64 &random)
      : s(shape), random(random), a(2 * size_t(aExtent()), below(2)),
        b(size_t(ceilDiv(s.totalN, columns) * panelStride()), below(2)),
        c(size_t(extent(s.m, cStride, s.n)) * 4, below(2)) {
    int exponent = below(2) ? -3 : -66;
    for (size_t i = 0; i < a.size() / 2; ++i)
      a.as<uint16_t>()[i] = number(exponent);
    for (size_t i = 0; i < b.size() / 2; ++i)
      b.as<uint16_t>()[i] = number(exponent);
    for (size_t i = 0; i < c.size() / 4; ++i)
      c.as<float>()[i] = bf16ToFloat(number(2 * exponent));
  }

  /// Runs the kernel, in some calls on packed rows of A, and compares every
  /// word of C, the gaps between rows too.
  void check(Kernel *kernel, const CPUTarget &target) {
    std::optional<GuardedBuffer> room =
        makeRoom(below(2), MatmulElement::BF16, s.m, s.k, target);
    std::vector<uint32_t> before(c.as<uint32_t>(),
                                 c.as<uint32_t>() + c.size() / 4);
    kernel(a.as<void>(), s.transposeA ? 1 : aStride, s.transposeA ? aStride : 1,
           b.as<char>() + s.firstN / columns * panelStride() +
               s.firstK / 2 * columns * 4,
           panelStride(), c.as<void>(), cStride, s.m, s.n, s.k, s.accumulate,
           room ? room->as<void>() : nullptr);
    for (int64_t at = 0; at < int64_t(before.size()); ++at) {
      int64_t i = at / cStride, j = at % cStride;
      uint32_t right = before[at];
      if (j < s.n)
        right = expected(i, j, s.accumulate ? right : 0);
      // The payload and sign of a NaN are unspecified.
      if (j < s.n && std::isnan(getFloat(right)))
        ASSERT_TRUE(std::isnan(c.as<float>()[at]));
      else
        ASSERT_EQ(c.as<uint32_t>()[at], right) << fmt::format(
            "at [{}, {}] of m={} n={} k={} transposeA={} packed={}", i, j, s.m,
            s.n, s.k, s.transposeA, room.has_value());
    }
  }

private:
  int64_t below(int64_t n) { return int64_t(random() % uint64_t(n)); }
  int64_t panelStride() const { return ceilDiv(s.totalK, 2) * columns * 4; }
  int64_t aExtent() const {
    return s.transposeA ? extent(s.k, aStride, s.m) : extent(s.m, aStride, s.k);
  }

  /// A magnitude of about 2^exponent; now and then zero, a subnormal or
  /// infinity.
  uint16_t number(int exponent) {
    float x = float(below(1 << 24)) * 0x1p-23f - 1;
    int64_t choice = below(2000);
    if (choice < 80)
      x = choice % 2 ? x * 0x1p-127f : std::copysign(0.0f, x);
    else if (choice == 81)
      x = std::copysign(INFINITY, x);
    else
      x = std::ldexp(x, exponent + int(below(8)));
    return floatToBF16(x);
  }

  float x(int64_t i, int64_t p) const {
    return bf16ToFloat(
        a.as<uint16_t>()[s.transposeA ? p * aStride + i : i * aStride + p]);
  }
  float y(int64_t p, int64_t j) const {
    int64_t row = s.firstK + p, column = s.firstN + j;
    int64_t pair = column / columns * ceilDiv(s.totalK, 2) + row / 2;
    return bf16ToFloat(
        b.as<uint16_t>()[(pair * columns + column % columns) * 2 + row % 2]);
  }
  uint32_t expected(int64_t i, int64_t j, uint32_t initial) const {
    float sum = getFloat(initial);
    for (int64_t p = 0; p < s.k; p += 2) {
      bool isLast = p + 1 == s.k;
      sum = pairBF16(x(i, p), y(p, j), isLast ? 0 : x(i, p + 1),
                     isLast ? 0 : y(p + 1, j), sum);
    }
    return getBits(sum);
  }

  Shape s;
  std::mt19937_64 &random;
  int64_t aStride = (s.transposeA ? s.m : s.k) + below(2) * below(40);
  int64_t cStride = s.n + below(2) * below(40);
  GuardedBuffer a, b, c;
};

struct Level {
  const char *name;
  const char *cpu;
  const char *features;
  int problems;
};
const Level levels[] = {{"host", "native", "", 200},
                        {"avx512", "native", "-avx512bf16", 100},
                        {"v3", "x86-64-v3", "", 100},
                        // Without FMA each multiplication is a call.
                        {"baseline", "x86-64", "", 30}};

class PackedMatmul : public ::testing::TestWithParam<Level> {
public:
  /// Calls \p body with the kernel for the level of this test.
  void withKernel(llvm::function_ref<void(Kernel *, const CPUTarget &)> body) {
    const Level &level = GetParam();
    CPUTarget host = llvm::cantFail(CPUTarget::host());
    if (host.arch() != Arch::X86_64 && StringRef(level.name) != "host")
      GTEST_SKIP() << "instructions of x86";
    CPUTarget target =
        llvm::cantFail(CPUTarget::get("", level.cpu, level.features));
    if (!target.runsOnHost())
      GTEST_SKIP() << "this machine lacks the instructions";
    JITModule jit(target);
    func::FuncOp kernel = getPackedMatmulKernel(jit.module(), target);
    addProduct(jit, kernel, MatmulElement::BF16);
    jit.compile();
    body(jit.lookup<Kernel>("run"), target);
  }
};
} // namespace

TEST_P(PackedMatmul, RandomShapes) {
  withKernel([](Kernel *kernel, const CPUTarget &target) {
    std::mt19937_64 random(1);
    auto below = [&](int64_t n) { return int64_t(random() % uint64_t(n)); };
    const int64_t sizes[] = {0, 1, 2, 3, 31, 63, 64, 65, 127, 128, 129, 257};
    auto dimension = [&] {
      return below(2) ? sizes[below(std::size(sizes))] : below(300);
    };
    for (int i = 0; i < GetParam().problems && !HasFatalFailure(); ++i) {
      Shape s{below(34), dimension(), dimension(), 64 * below(3), 2 * below(20),
              0,         0,           !below(4),   below(2) == 0};
      s.totalN = s.firstN + s.n + below(2) * below(100);
      s.totalK = s.firstK + s.k + below(2) * below(40);
      Problem(s, random).check(kernel, target);
    }
  });
}

/// More k than a section and a chunk of any range have, for each number of
/// rows.
TEST_P(PackedMatmul, LongK) {
  if (StringRef(GetParam().name) == "baseline")
    GTEST_SKIP() << "takes long";
  withKernel([](Kernel *kernel, const CPUTarget &target) {
    std::mt19937_64 random(2);
    for (int64_t m = 1; m <= 33 && !HasFatalFailure(); ++m) {
      int64_t k = m == 1 ? 40001 : 2100 + m;
      Problem({m, 70, k, 0, 0, 70, k, false, false}, random)
          .check(kernel, target);
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Levels, PackedMatmul, ::testing::ValuesIn(levels),
                         [](const auto &info) { return info.param.name; });

TEST(PackedMatmulAssembly, EachTargetHasItsInstructions) {
  auto assembly = [](StringRef triple, StringRef cpu) {
    JITModule jit(llvm::cantFail(CPUTarget::get(triple, cpu)));
    func::FuncOp kernel = getPackedMatmulKernel(jit.module(), jit.target());
    jit.addFunction("run", kernel.getArgumentTypes(),
                    [&](OpBuilder &b, Location loc, ValueRange arguments) {
                      b.create<func::CallOp>(loc, kernel, arguments);
                    });
    return jit.assembly();
  };
  EXPECT_TRUE(
      StringRef(assembly("x86_64-linux-gnu", "znver4")).contains("vdpbf16ps"));
  EXPECT_FALSE(StringRef(assembly("x86_64-linux-gnu", "skylake-avx512"))
                   .contains("vdpbf16ps"));
  EXPECT_TRUE(
      StringRef(assembly("x86_64-linux-gnu", "x86-64-v3")).contains("vfmadd"));
  EXPECT_TRUE(
      StringRef(assembly("aarch64-linux-gnu", "neoverse-n1")).contains("fmla"));
  std::string pairs = assembly("aarch64-linux-gnu", "neoverse-v1");
  EXPECT_TRUE(StringRef(pairs).contains("bfdot"));
  EXPECT_TRUE(StringRef(pairs).contains("bfmmla"));
}
