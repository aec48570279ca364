//===- MicrokernelTest.cpp - Matmuls bit for bit --------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Kernels of every element type and instruction set that this machine runs are
// compared with the language's definition on random shapes, between pages
// that must not be touched.
//
//===----------------------------------------------------------------------===//

#include "FusedBF16.h"
#include "GuardedBuffer.h"
#include "JITModule.h"
#include "PackedCall.h"
#include "tilec/Conversion/Microkernels.h"
#include "tilec/Support/Numeric.h"
#include <cmath>
#include <gtest/gtest.h>
#include <random>

using namespace tilec;
using namespace tilec::test;
using namespace mlir;

namespace {
using Kernel = void(const void *a, int64_t aRowStride, int64_t aKStride,
                    const void *b, int64_t bStride, void *c, int64_t cStride,
                    int64_t m, int64_t n, int64_t k, bool accumulate,
                    void *room, const void *next, int64_t nextStride,
                    int64_t nextBytes, int64_t nextRows);

struct Shape {
  int64_t m, n, k;
};

/// Operands of one call, each at the edge of accessible memory.
struct Problem {
  MatmulKind kind;
  bool transposeA;
  Shape shape;
  int64_t aStride, bStride, cStride;
  GuardedBuffer a, b, c;

  int64_t aIndex(int64_t i, int64_t p) const {
    return transposeA ? p * aStride + i : i * aStride + p;
  }
  int64_t bIndex(int64_t p, int64_t j) const {
    return kind.transposeB ? j * bStride + p : p * bStride + j;
  }
};

int64_t elementBytes(MatmulElement element) {
  switch (element) {
  case MatmulElement::BF16:
  case MatmulElement::FP16:
    return 2;
  case MatmulElement::FP32:
    return 4;
  case MatmulElement::Int8:
    return 1;
  }
  return 0;
}

int64_t extent(int64_t rows, int64_t columns, int64_t stride) {
  return rows && columns ? (rows - 1) * stride + columns : 0;
}

class Generator {
public:
  explicit Generator(unsigned seed) : random(seed) {}
  int64_t below(int64_t n) { return int64_t(random() % uint64_t(n)); }
  int64_t dimension(llvm::ArrayRef<int64_t> favourites, int64_t limit) {
    return below(2) ? favourites[below(favourites.size())] : below(limit);
  }

  /// A magnitude of about 2^exponent; now and then zero or a subnormal.
  float number(int exponent) {
    float x = float(below(1 << 24)) * 0x1p-23f - 1;
    if (int64_t choice = below(24); choice < 2)
      return choice ? x * 0x1p-127f : std::copysign(0.0f, x);
    return std::ldexp(x, exponent + int(below(8)));
  }

  void fill(GuardedBuffer &buffer, MatmulElement element, int exponent) {
    int64_t count = int64_t(buffer.size()) / elementBytes(element);
    for (int64_t i = 0; i < count; ++i) {
      if (element == MatmulElement::Int8) {
        buffer.as<int8_t>()[i] = int8_t(below(256));
        continue;
      }
      float x =
          number(element == MatmulElement::FP16 ? exponent / 8 : exponent);
      if (element == MatmulElement::FP32)
        buffer.as<float>()[i] = x;
      else
        buffer.as<uint16_t>()[i] =
            element == MatmulElement::BF16 ? floatToBF16(x) : floatToFP16(x);
    }
  }

  Problem problem(MatmulKind kind, Shape s) {
    bool transposeA = below(4) == 0, atEnd = below(2);
    auto pad = [&] { return below(2) ? 0 : below(40); };
    int64_t bytes = elementBytes(kind.element);
    int64_t aRows = transposeA ? s.k : s.m, aColumns = transposeA ? s.m : s.k;
    int64_t bRows = kind.transposeB ? s.n : s.k;
    int64_t bColumns = kind.transposeB ? s.k : s.n;
    int64_t aStride = aColumns + pad(), bStride = bColumns + pad();
    int64_t cStride = s.n + pad();
    Problem p{kind,
              transposeA,
              s,
              aStride,
              bStride,
              cStride,
              {size_t(extent(aRows, aColumns, aStride) * bytes), atEnd},
              {size_t(extent(bRows, bColumns, bStride) * bytes), atEnd},
              {size_t(extent(s.m, s.n, cStride) * 4), atEnd}};
    // Near 1, or with products and sums around the smallest normal number.
    int exponent = below(2) ? -3 : -66;
    fill(p.a, kind.element, exponent);
    fill(p.b, kind.element, exponent);
    fill(p.c, MatmulElement::FP32, 2 * exponent);
    return p;
  }

private:
  std::mt19937_64 random;
};

template <typename T>
float widen(const T &problem, const GuardedBuffer &from, int64_t i) {
  switch (problem.kind.element) {
  case MatmulElement::BF16:
    return bf16ToFloat(from.as<uint16_t>()[i]);
  case MatmulElement::FP16:
    return fp16ToFloat(from.as<uint16_t>()[i]);
  default:
    return from.as<float>()[i];
  }
}

/// The cell's bits by the definition.
uint32_t expected(const Problem &p, int64_t i, int64_t j, uint32_t initial) {
  if (p.kind.element == MatmulElement::Int8) {
    uint32_t sum = initial;
    for (int64_t k = 0; k < p.shape.k; ++k)
      sum += uint32_t(int32_t(p.a.as<int8_t>()[p.aIndex(i, k)]) *
                      int32_t(p.b.as<int8_t>()[p.bIndex(k, j)]));
    return sum;
  }
  float sum = getFloat(initial);
  auto x = [&](int64_t k) { return widen(p, p.a, p.aIndex(i, k)); };
  auto y = [&](int64_t k) { return widen(p, p.b, p.bIndex(k, j)); };
  if (p.kind.element != MatmulElement::BF16) {
    for (int64_t k = 0; k < p.shape.k; ++k)
      sum = std::fma(x(k), y(k), sum);
    return getBits(sum);
  }
  for (int64_t k = 0; k < p.shape.k; k += 2) {
    bool isLast = k + 1 == p.shape.k;
    sum =
        pairBF16(x(k), y(k), isLast ? 0 : x(k + 1), isLast ? 0 : y(k + 1), sum);
  }
  return getBits(sum);
}

/// Runs the kernel, in some calls on packed rows of A, and compares every word
/// of C, the gaps between rows too.
/// What comes next is only prefetched, so it may be anywhere.
void check(Kernel *kernel, const Problem &p, bool accumulate,
           const std::optional<GuardedBuffer> &room) {
  std::vector<uint32_t> before(p.c.size() / 4);
  if (!before.empty())
    std::memcpy(before.data(), p.c.as<uint32_t>(), p.c.size());
  kernel(p.a.as<void>(), p.transposeA ? 1 : p.aStride,
         p.transposeA ? p.aStride : 1, p.b.as<void>(), p.bStride,
         p.c.as<void>(), p.cStride, p.shape.m, p.shape.n, p.shape.k, accumulate,
         room ? room->as<void>() : nullptr,
         accumulate ? reinterpret_cast<void *>(64) : nullptr, 192, 320,
         p.shape.n / 2);
  for (int64_t at = 0; at < int64_t(before.size()); ++at) {
    int64_t i = at / p.cStride, j = at % p.cStride;
    uint32_t right = before[at];
    if (j < p.shape.n)
      right = expected(p, i, j, accumulate ? right : 0);
    ASSERT_EQ(p.c.as<uint32_t>()[at], right) << fmt::format(
        "at [{}, {}] of m={} n={} k={} transposeA={} accumulate={} packed={}",
        i, j, p.shape.m, p.shape.n, p.shape.k, p.transposeA, accumulate,
        room.has_value());
  }
}

struct Level {
  const char *name;
  const char *cpu;
  const char *features;
  int problems;
};
const Level levels[] = {
    {"host", "native", "", 120},
    {"avx512", "native", "-avx512bf16", 60},
    {"v3", "x86-64-v3", "", 60},
    // Without FMA each multiplication is a call.
    {"baseline", "x86-64", "", 20},
};

struct NamedKind {
  const char *name;
  MatmulElement element;
};
const NamedKind elements[] = {{"bf16", MatmulElement::BF16},
                              {"fp16", MatmulElement::FP16},
                              {"fp32", MatmulElement::FP32},
                              {"int8", MatmulElement::Int8}};

class Microkernel
    : public ::testing::TestWithParam<std::tuple<Level, NamedKind, bool>> {};
} // namespace

TEST_P(Microkernel, BitForBit) {
  auto [level, element, transposeB] = GetParam();
  CPUTarget host = llvm::cantFail(CPUTarget::host());
  if (host.arch() != Arch::X86_64 && StringRef(level.name) != "host")
    GTEST_SKIP() << "instructions of x86";
  CPUTarget target =
      llvm::cantFail(CPUTarget::get("", level.cpu, level.features));
  if (!target.runsOnHost())
    GTEST_SKIP() << "this machine lacks the instructions";
  JITModule jit(target);
  MatmulKind kind{element.element, transposeB};
  addProduct(jit, getMatmulKernel(jit.module(), kind, target), kind.element);
  jit.compile();
  Kernel *kernel = jit.lookup<Kernel>("run");

  Generator generator(1);
  const int64_t sizes[] = {0,  1,  2,  3,   8,   15,  16,  17,  31, 32,
                           33, 63, 64, 127, 128, 129, 256, 257, 272};
  for (int i = 0; i < level.problems && !HasFatalFailure(); ++i) {
    Shape shape{generator.below(34), generator.dimension(sizes, 300),
                generator.dimension(sizes, 300)};
    Problem problem = generator.problem(kind, shape);
    bool accumulate = generator.below(2), isPacked = generator.below(2);
    check(kernel, problem, accumulate,
          makeRoom(isPacked, kind.element, shape.m, shape.k, target));
  }
}

INSTANTIATE_TEST_SUITE_P(All, Microkernel,
                         ::testing::Combine(::testing::ValuesIn(levels),
                                            ::testing::ValuesIn(elements),
                                            ::testing::Bool()),
                         [](const auto &info) {
                           return fmt::format(
                               "{}_{}{}", std::get<0>(info.param).name,
                               std::get<1>(info.param).name,
                               std::get<2>(info.param) ? "_transposed" : "");
                         });

/// The assembly of the BF16 and FP32 kernels for a processor.
static std::string assemblyFor(StringRef triple, StringRef cpu,
                               StringRef features = "") {
  JITModule jit(llvm::cantFail(CPUTarget::get(triple, cpu, features)));
  getMatmulKernel(jit.module(), {MatmulElement::BF16, false}, jit.target());
  func::FuncOp kernel =
      getMatmulKernel(jit.module(), {MatmulElement::BF16, true}, jit.target());
  jit.addFunction("run", kernel.getArgumentTypes(),
                  [&](OpBuilder &b, Location loc, ValueRange arguments) {
                    b.create<func::CallOp>(loc, kernel, arguments);
                  });
  return jit.assembly();
}

static bool hasLine(StringRef text, StringRef mnemonic, StringRef operand) {
  for (StringRef line : llvm::split(text, '\n'))
    if (line.contains(mnemonic) && line.contains(operand))
      return true;
  return false;
}

TEST(MicrokernelAssembly, Zen4MultipliesPairs) {
  EXPECT_TRUE(
      hasLine(assemblyFor("x86_64-linux-gnu", "znver4"), "vdpbf16ps", "%zmm"));
}

TEST(MicrokernelAssembly, SkylakeServerFusesOn512Bits) {
  std::string text = assemblyFor("x86_64-linux-gnu", "skylake-avx512");
  EXPECT_FALSE(StringRef(text).contains("vdpbf16ps"));
  EXPECT_TRUE(hasLine(text, "vfmadd", "%zmm"));
}

TEST(MicrokernelAssembly, AVX2FusesOn256Bits) {
  std::string text = assemblyFor("x86_64-linux-gnu", "x86-64-v3");
  EXPECT_TRUE(hasLine(text, "vfmadd", "%ymm"));
  EXPECT_FALSE(StringRef(text).contains("fmaf"));
  EXPECT_TRUE(StringRef(text).contains("ldmxcsr"));
}

TEST(MicrokernelAssembly, NeoverseMultipliesPairs) {
  std::string text = assemblyFor("aarch64-linux-gnu", "neoverse-v1");
  EXPECT_TRUE(hasLine(text, "bfdot", ".2h[3]"));
  EXPECT_FALSE(StringRef(text).contains("fmla"));
  // The instruction flushes by itself.
  EXPECT_FALSE(StringRef(text).contains("fpcr"));
}

TEST(MicrokernelAssembly, NeoverseWithoutPairsFuses) {
  std::string text = assemblyFor("aarch64-linux-gnu", "neoverse-v1", "-bf16");
  EXPECT_FALSE(StringRef(text).contains("bfdot"));
  EXPECT_TRUE(hasLine(text, "msr", "fpcr") || hasLine(text, "msr", "FPCR"));
  EXPECT_TRUE(hasLine(text, "fmla", ".4s"));
  EXPECT_FALSE(StringRef(text).contains("fmaf"));
}

TEST(MicrokernelAssembly, KernelsAreShared) {
  CPUTarget target = llvm::cantFail(CPUTarget::host());
  JITModule jit(target);
  MatmulKind kind{MatmulElement::FP32, false};
  EXPECT_EQ(getMatmulKernel(jit.module(), kind, target),
            getMatmulKernel(jit.module(), kind, target));
}
