//===- CPUTargetTest.cpp - What the compiler knows of a processor ---------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Target/CPUTarget.h"
#include "tilec/Runtime/Entry.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"
#include <gtest/gtest.h>

using namespace tilec;

static CPUTarget get(const char *triple, const char *cpu,
                     const char *features = "") {
  return llvm::cantFail(CPUTarget::get(triple, cpu, features));
}

static std::string errorOf(const char *triple, const char *cpu,
                           const char *features = "") {
  auto target = CPUTarget::get(triple, cpu, features);
  return target ? "" : llvm::toString(target.takeError());
}

static constexpr const char *x86 = "x86_64-linux-gnu";

TEST(CPUTarget, HostRunsOnItself) {
  CPUTarget host = llvm::cantFail(CPUTarget::host());
  EXPECT_TRUE(host.runsOnHost());
  EXPECT_FALSE(host.cpu().empty());
}

TEST(CPUTarget, FeaturesOfProcessors) {
  CPUFeatures zen4 = get(x86, "znver4").features();
  EXPECT_TRUE(zen4.avx512BF16 && zen4.avx512 && zen4.avx2 && zen4.fma);
  CPUFeatures v3 = get(x86, "x86-64-v3").features();
  EXPECT_TRUE(v3.avx2 && v3.fma && v3.fp16Conversion);
  EXPECT_FALSE(v3.avx512 || v3.avx512BF16);
  CPUFeatures baseline = get(x86, "x86-64").features();
  EXPECT_FALSE(baseline.avx2 || baseline.fma || baseline.fp16Conversion);
  CPUTarget neoverse = get("aarch64-linux-gnu", "neoverse-v1");
  EXPECT_EQ(neoverse.arch(), Arch::AArch64);
  EXPECT_TRUE(neoverse.features().neon && neoverse.features().bf16Dot);
  EXPECT_FALSE(neoverse.features().avx2);
}

TEST(CPUTarget, FeaturesAreAddedAndRemoved) {
  EXPECT_TRUE(get(x86, "x86-64", "+avx2,+fma").features().fma);
  EXPECT_FALSE(get(x86, "znver4", "-avx512bf16").features().avx512BF16);
  // What a feature implies goes with it.
  EXPECT_FALSE(get(x86, "znver4", "-avx512f").features().avx512BF16);
}

// Whatever is compiled for a target rounds alike, and features decide.
TEST(CPUTarget, ProductsOfBF16) {
  auto products = [](const char *triple, const char *cpu,
                     const char *features) {
    return get(triple, cpu, features).bf16Products();
  };
  constexpr const char *arm = "aarch64-linux-gnu";
  EXPECT_EQ(products(x86, "znver4", ""), BF16Products::FusedPairs);
  EXPECT_EQ(products(x86, "x86-64", ""), BF16Products::FusedPairs);
  EXPECT_EQ(products(arm, "neoverse-v1", ""), BF16Products::RoundToOddPairs);
  EXPECT_EQ(products(arm, "neoverse-v1", "-bf16"), BF16Products::FusedPairs);
  EXPECT_EQ(products(arm, "", ""), BF16Products::FusedPairs);
  EXPECT_EQ(products(arm, "", "+bf16"), BF16Products::RoundToOddPairs);
}

TEST(CPUTarget, OtherTriplesGetTheirBaseline) {
  EXPECT_EQ(get("aarch64-linux-gnu", "").cpu(), "generic");
  EXPECT_EQ(get("riscv64-linux-gnu", "").arch(), Arch::Other);
}

TEST(CPUTarget, UnknownNamesAreErrorsWithTheNearest) {
  EXPECT_NE(errorOf(x86, "znver44").find("'znver4'"), std::string::npos);
  EXPECT_NE(errorOf(x86, "znver4", "+avx3").find("'avx2'"), std::string::npos);
  EXPECT_NE(errorOf("x86_65-linux-gnu", "").find("x86_64-linux-gnu"),
            std::string::npos);
  EXPECT_EQ(errorOf(x86, "znver4", "avx2"),
            "feature 'avx2' must begin with '+' or '-'");
}

TEST(CPUTarget, TooSmallProcessorsAreErrors) {
  EXPECT_EQ(errorOf(x86, "i486"),
            "processor 'i486' has no 64-bit instructions");
  EXPECT_NE(errorOf("i686-linux-gnu", ""), "");
  EXPECT_NE(errorOf("powerpc64-linux-gnu", ""), "");
}

TEST(CPUTarget, NativeIsOfTheHostOnly) {
  EXPECT_NE(errorOf("riscv64-linux-gnu", "native"), "");
}

TEST(CPUTarget, MakesTargetMachines) {
  auto machine = llvm::cantFail(get(x86, "znver4").createTargetMachine());
  EXPECT_EQ(machine->getTargetCPU(), "znver4");
}

//===----------------------------------------------------------------------===//
// What code requires
//===----------------------------------------------------------------------===//

static std::vector<std::string> requirements(const CPUTarget &target) {
  llvm::SmallVector<llvm::StringRef> names;
  target.requiredFeatures().split(names, ',', -1, /*KeepEmpty=*/false);
  return {names.begin(), names.end()};
}

TEST(CPUTarget, RequiresWhatItsProcessorHas) {
  EXPECT_EQ(get(x86, "x86-64").requiredFeatures(), "");
  EXPECT_EQ(get(x86, "x86-64-v3").requiredFeatures(),
            "sse3,ssse3,cx16,sse4.1,sse4.2,movbe,popcnt,fma,avx,f16c,sahf,"
            "lzcnt,bmi,avx2,bmi2");
  EXPECT_EQ(get("aarch64-linux-gnu", "generic").requiredFeatures(),
            "fp-armv8,neon");
  EXPECT_EQ(get(x86, "x86-64", "+ssse3").requiredFeatures(), "sse3,ssse3");
  EXPECT_TRUE(llvm::is_contained(
      requirements(get("aarch64-linux-gnu", "neoverse-v1")), "sve"));
}

// Two ways to ask a processor, written by different people.
TEST(CPUTarget, TheRuntimeLibraryFindsTheHostsFeatures) {
  CPUTarget host = llvm::cantFail(CPUTarget::host());
  EXPECT_TRUE(tilec_rt_supports(host.requiredFeatures().str().c_str()));
  unsigned compared = 0;
  for (const auto &feature : llvm::sys::getHostCPUFeatures()) {
    std::string name = feature.first().str();
    auto with = CPUTarget::get("", "", "+" + name);
    ASSERT_TRUE(bool(with)) << llvm::toString(with.takeError());
    if (!llvm::is_contained(requirements(*with), name))
      continue;
    ++compared;
    EXPECT_EQ(tilec_rt_supports(name.c_str()), int(feature.second)) << name;
  }
  EXPECT_GT(compared, 3u);
}

TEST(CPUTarget, EveryFeatureOfTheTableIsOneOfLLVM) {
  for (const char *name : {
#define X86_FEATURE(NAME, ...) NAME,
#include "tilec/Support/ProcessorFeatures.def"
       }) {
    CPUTarget target = get(x86, "x86-64", (std::string("+") + name).c_str());
    EXPECT_TRUE(llvm::is_contained(requirements(target), name)) << name;
  }
  for (const char *name : {
#define AARCH64_FEATURE(NAME, ...) NAME,
#include "tilec/Support/ProcessorFeatures.def"
       }) {
    CPUTarget target =
        get("aarch64-linux-gnu", "generic", (std::string("+") + name).c_str());
    EXPECT_TRUE(llvm::is_contained(requirements(target), name)) << name;
  }
}

//===----------------------------------------------------------------------===//
// Several processors
//===----------------------------------------------------------------------===//

static std::string levels(const char *triple, const char *cpus) {
  auto levels = CPUTarget::getLevels(triple, cpus, "");
  if (!levels)
    return llvm::toString(levels.takeError());
  std::string names;
  for (const CPUTarget &level : *levels)
    names += level.cpu().str() + " ";
  return names;
}

TEST(CPUTarget, LevelsComeBestFirst) {
  EXPECT_EQ(levels(x86, "x86-64-v3,znver4,x86-64,x86-64-v4"),
            "znver4 x86-64-v4 x86-64-v3 x86-64 ");
  EXPECT_EQ(levels(x86, "haswell"), "haswell ");
  EXPECT_EQ(levels("aarch64-linux-gnu", "generic,neoverse-v1"),
            "neoverse-v1 generic ");
}

TEST(CPUTarget, LevelsAreDistinct) {
  EXPECT_EQ(levels(x86, "znver4,x86-64,znver4"),
            "processor 'znver4' is named more than once");
  EXPECT_EQ(levels(x86, "x86-64,k8"),
            "processors 'x86-64' and 'k8' need the same instruction sets: the "
            "code for the second would never run");
  EXPECT_EQ(levels(x86, "x86-64,"), "an empty processor name in 'x86-64,'");
  EXPECT_NE(levels(x86, "x86-64,neoverse-v1").find("'neoverse-v1'"),
            std::string::npos);
}

TEST(CPUTarget, BaselineIsTheLeastProcessor) {
  EXPECT_EQ(llvm::cantFail(CPUTarget::getBaseline(x86)).cpu(), "x86-64");
  EXPECT_EQ(llvm::cantFail(CPUTarget::getBaseline("aarch64-linux-gnu")).cpu(),
            "generic");
}
