//===- VectorMathTest.cpp - Elementary functions against libm -------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each function runs compiled over every exponent, on vectors of 16 lanes and
// of one, with three levels of x86 instructions, and is compared with FP64 (or
// long double) libm. TILEC_TEST_ALL_FLOATS=1 in the environment sweeps all 2^32
// inputs.
//
//===----------------------------------------------------------------------===//

#include "tilec/Conversion/VectorMath.h"
#include "JITModule.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "tilec/Support/Numeric.h"
#include <cmath>
#include <cstdlib>
#include <gtest/gtest.h>
#include <random>

using namespace tilec;
using namespace tilec::test;
using namespace mlir;

namespace {
using Emit = Value (*)(OpBuilder &, Location, Value, const CPUTarget &);
using Loop = void(const void *in, void *out, int64_t count);

struct Function {
  const char *name;
  Emit emit;
  double (*reference)(double);
  /// In units in the last place of the correctly rounded result.
  double tolerance;
};

/// For what is the same on every target.
template <Value (*emit)(OpBuilder &, Location, Value)>
Value everywhere(OpBuilder &b, Location loc, Value x, const CPUTarget &) {
  return emit(b, loc, x);
}

/// Defined by its steps: zero where exp(-x) overflows.
double sigmoid(double x) { return 1.0f / (1.0f + float(std::exp(-x))); }
double recip(double x) { return 1 / x; }
double rsqrt(double x) { return 1.0f / std::sqrt(float(x)); }

const Function functions[] = {
    {"exp", emitExp, std::exp, 1},
    {"log", everywhere<emitLog>, std::log, 1},
    {"tanh", everywhere<emitTanh>, std::tanh, 1},
    {"sin", everywhere<emitSin>, std::sin, 1},
    {"cos", everywhere<emitCos>, std::cos, 1},
    {"sqrt", everywhere<emitSqrt>, std::sqrt, 0},
    {"recip", everywhere<emitRecip>, recip, 0},
    {"rsqrt", everywhere<emitRsqrt>, rsqrt, 0},
    // An error of exp grows where 1 + exp(-x) is a tie, and where the
    // reciprocal's units are finer.
    {"sigmoid", emitSigmoid, sigmoid, 4},
};

/// A function that applies \p emit to \p count elements, \p lanes at a time.
void addLoop(JITModule &jit, StringRef name, unsigned lanes, Type in, Type out,
             llvm::function_ref<Value(OpBuilder &, Location, Value)> emit) {
  Type pointer = jit.pointerType();
  Type i64 = IntegerType::get(pointer.getContext(), 64);
  jit.addFunction(
      name, {pointer, pointer, i64},
      [&](OpBuilder &b, Location loc, ValueRange args) {
        auto constant = [&](int64_t n) -> Value {
          return b.create<arith::ConstantOp>(loc, b.getI64IntegerAttr(n));
        };
        auto loop =
            b.create<scf::ForOp>(loc, constant(0), args[2], constant(lanes));
        OpBuilder::InsertionGuard guard(b);
        b.setInsertionPointToStart(loop.getBody());
        auto address = [&](Value base, Type element) -> Value {
          return b.create<LLVM::GEPOp>(loc, pointer, element, base,
                                       loop.getInductionVar());
        };
        unsigned align = 1;
        Value x = b.create<LLVM::LoadOp>(loc, VectorType::get(lanes, in),
                                         address(args[0], in), align);
        b.create<LLVM::StoreOp>(loc, emit(b, loc, x), address(args[1], out),
                                align);
      });
}

/// Magnitudes in steps of the representable numbers: neighbours differ by 1.
int64_t ordinal(float x) {
  int64_t bits = getBits(x) & 0x7FFFFFFF;
  return std::signbit(x) ? -bits : bits;
}

/// The distance of \p actual from \p exact in units of the last place of the
/// rounded \p exact; infinite where a zero, infinity, NaN or sign is wrong.
double distance(float actual, double exact) {
  float rounded = float(exact);
  if (std::isnan(rounded) || std::isnan(actual))
    return std::isnan(rounded) == std::isnan(actual) ? 0 : INFINITY;
  if (rounded == 0 && actual == 0)
    return std::signbit(rounded) == std::signbit(actual) ? 0 : INFINITY;
  return double(std::abs(ordinal(actual) - ordinal(rounded)));
}

/// A block of inputs: all exponents and signs with strided mantissas, random
/// patterns, and the special values.
std::vector<float> makeInputs() {
  std::vector<float> inputs;
  constexpr uint32_t stride = 0x4A1D; // prime to 2^23: each exponent differs
  for (uint64_t bits = 0; bits < (uint64_t(1) << 32); bits += stride)
    inputs.push_back(getFloat(uint32_t(bits)));
  std::mt19937 random(1);
  for (int i = 0; i < 100000; ++i)
    inputs.push_back(getFloat(random()));
  for (float magnitude :
       {0.0f, INFINITY, NAN, getFloat(1), getFloat(2), getFloat(0x7FFFFF),
        getFloat(0x800000), getFloat(0x7F7FFFFF), 1.0f, 0x1p20f, 88.72284f,
        88.72283f, 103.97208f, 103.97207f, 87.33655f, 9.0f})
    for (int step = -2; step <= 2; ++step) {
      inputs.push_back(getFloat(getBits(magnitude) + step));
      inputs.push_back(-inputs.back());
    }
  while (inputs.size() % 16)
    inputs.push_back(0);
  return inputs;
}

void checkBlock(const Function &function, Loop *loop,
                llvm::ArrayRef<float> inputs) {
  std::vector<float> outputs(inputs.size());
  loop(inputs.data(), outputs.data(), inputs.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    double exact = function.reference(double(inputs[i]));
    if (distance(outputs[i], exact) <= function.tolerance)
      continue;
    ADD_FAILURE() << fmt::format("{}({:a}) = {:a}, should be {:a}",
                                 function.name, inputs[i], outputs[i],
                                 float(exact));
    return;
  }
}

struct Level {
  const char *name;
  const char *cpu;
  const char *features;
};
const Level levels[] = {{"host", "native", ""},
                        {"v3", "x86-64-v3", ""},
                        {"baseline", "x86-64", ""}};

class VectorMath
    : public ::testing::TestWithParam<std::tuple<Level, Function>> {};
class Convert : public ::testing::TestWithParam<Level> {};

/// The module of the level, or nothing if this machine cannot run it.
std::unique_ptr<JITModule> makeModule(const Level &level) {
  if (CPUTarget host = llvm::cantFail(CPUTarget::host());
      host.arch() != Arch::X86_64 && StringRef(level.cpu) != "native")
    return nullptr;
  CPUTarget target =
      llvm::cantFail(CPUTarget::get("", level.cpu, level.features));
  if (!target.runsOnHost())
    return nullptr;
  return std::make_unique<JITModule>(target);
}
} // namespace

TEST_P(VectorMath, Accuracy) {
  auto [level, function] = GetParam();
  auto jit = makeModule(level);
  if (!jit)
    GTEST_SKIP() << "this machine lacks the instructions";
  Type f32 = Float32Type::get(jit->pointerType().getContext());
  auto emit = [&](OpBuilder &b, Location loc, Value x) {
    return function.emit(b, loc, x, jit->target());
  };
  addLoop(*jit, "wide", 16, f32, f32, emit);
  addLoop(*jit, "narrow", 1, f32, f32, emit);
  jit->compile();
  Loop *wide = jit->lookup<Loop>("wide");
  std::vector<float> inputs = makeInputs();
  checkBlock(function, wide, inputs);

  std::vector<uint32_t> one(inputs.size()), sixteen(inputs.size());
  wide(inputs.data(), sixteen.data(), inputs.size());
  jit->lookup<Loop>("narrow")(inputs.data(), one.data(), inputs.size());
  EXPECT_EQ(one, sixteen) << "lanes depend on the length of the vector";

  if (!std::getenv("TILEC_TEST_ALL_FLOATS"))
    return;
  constexpr uint32_t block = 1 << 20;
  std::vector<float> all(block);
  for (uint64_t base = 0; base < (uint64_t(1) << 32); base += block) {
    for (uint32_t i = 0; i < block; ++i)
      all[i] = getFloat(uint32_t(base + i));
    checkBlock(function, wide, all);
  }
}

INSTANTIATE_TEST_SUITE_P(All, VectorMath,
                         ::testing::Combine(::testing::ValuesIn(levels),
                                            ::testing::ValuesIn(functions)),
                         [](const auto &info) {
                           return fmt::format("{}_{}",
                                              std::get<0>(info.param).name,
                                              std::get<1>(info.param).name);
                         });

TEST_P(Convert, SameBitsAsNumeric) {
  auto jit = makeModule(GetParam());
  if (!jit)
    GTEST_SKIP() << "this machine lacks the instructions";
  const CPUTarget &target = jit->target();
  Type f32 = Float32Type::get(jit->pointerType().getContext());
  Type i16 = IntegerType::get(f32.getContext(), 16);
  addLoop(*jit, "toBF16", 16, f32, i16,
          [&](OpBuilder &b, Location loc, Value x) {
            return emitFloatToBF16(b, loc, x, target);
          });
  addLoop(*jit, "fromBF16", 16, i16, f32, emitBF16ToFloat);
  addLoop(*jit, "toFP16", 16, f32, i16,
          [&](OpBuilder &b, Location loc, Value x) {
            return emitFloatToFP16(b, loc, x, target);
          });
  addLoop(*jit, "fromFP16", 16, i16, f32,
          [&](OpBuilder &b, Location loc, Value x) {
            return emitFP16ToFloat(b, loc, x, target);
          });
  jit->compile();

  std::vector<float> inputs = makeInputs();
  for (uint32_t half = 0; half < 0x10000; ++half) {
    // Numbers on and next to the ties of both narrow types.
    for (int step = -1; step <= 1; ++step) {
      inputs.push_back(getFloat((half << 16 | 0x8000) + step));
      inputs.push_back(
          getFloat(getBits(fp16ToFloat(uint16_t(half))) + 0x1000 + step));
    }
  }
  std::vector<uint16_t> bf16(inputs.size()), fp16(inputs.size());
  jit->lookup<Loop>("toBF16")(inputs.data(), bf16.data(), inputs.size());
  jit->lookup<Loop>("toFP16")(inputs.data(), fp16.data(), inputs.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    ASSERT_EQ(bf16[i], floatToBF16(inputs[i])) << getBits(inputs[i]);
    ASSERT_EQ(fp16[i], floatToFP16(inputs[i])) << getBits(inputs[i]);
  }

  std::vector<uint16_t> halves(0x10000);
  for (uint32_t i = 0; i < 0x10000; ++i)
    halves[i] = uint16_t(i);
  std::vector<float> fromBF16(0x10000), fromFP16(0x10000);
  jit->lookup<Loop>("fromBF16")(halves.data(), fromBF16.data(), 0x10000);
  jit->lookup<Loop>("fromFP16")(halves.data(), fromFP16.data(), 0x10000);
  for (uint32_t i = 0; i < 0x10000; ++i) {
    ASSERT_EQ(getBits(fromBF16[i]), getBits(bf16ToFloat(uint16_t(i))));
    ASSERT_EQ(getBits(fromFP16[i]), getBits(fp16ToFloat(uint16_t(i))));
  }
}

INSTANTIATE_TEST_SUITE_P(All, Convert, ::testing::ValuesIn(levels),
                         [](const auto &info) { return info.param.name; });
