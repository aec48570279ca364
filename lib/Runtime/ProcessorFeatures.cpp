//===- ProcessorFeatures.cpp - What this processor can do -----------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The processor is asked itself: the compiler's own checks would need its
// support library.
//
//===----------------------------------------------------------------------===//

#include "EntryInfo.h"
#include <atomic>
#include <cstring>
#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__)
#include <sys/auxv.h>
#endif

using namespace tilec::runtime;

#if defined(__x86_64__)

namespace {
enum Register : uint8_t { EAX, EBX, ECX, EDX };

struct Feature {
  const char *name;
  uint32_t leaf, subleaf;
  Register where;
  uint8_t bit;
  uint32_t state;
};
} // namespace

static constexpr Feature features[] = {
#define X86_FEATURE(...) {__VA_ARGS__},
#include "tilec/Support/ProcessorFeatures.def"
};

/// The registers that the system saves for a thread; 0 if it saves none beside
/// those of SSE.
static uint32_t getSavedState() {
  uint32_t registers[4];
  constexpr uint32_t osxsave = 1U << 27;
  if (!__get_cpuid(1, &registers[EAX], &registers[EBX], &registers[ECX],
                   &registers[EDX]) ||
      !(registers[ECX] & osxsave))
    return 0;
  uint32_t low, high;
  asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

static bool hasFeature(const Feature &feature) {
  uint32_t registers[4];
  auto ask = [&](uint32_t subleaf) {
    return __get_cpuid_count(feature.leaf, subleaf, &registers[EAX],
                             &registers[EBX], &registers[ECX],
                             &registers[EDX]) != 0;
  };
  // EAX of subleaf 0 is the highest subleaf.
  if (feature.subleaf > 0 && (!ask(0) || registers[EAX] < feature.subleaf))
    return false;
  return ask(feature.subleaf) &&
         (registers[feature.where] >> feature.bit & 1) != 0 &&
         (getSavedState() & feature.state) == feature.state;
}

#elif defined(__aarch64__)

namespace {
struct Feature {
  const char *name;
  uint8_t vector, bit;
};
} // namespace

static constexpr Feature features[] = {
#define AARCH64_FEATURE(...) {__VA_ARGS__},
#include "tilec/Support/ProcessorFeatures.def"
};

static bool hasFeature(const Feature &feature) {
  uint64_t bits = getauxval(feature.vector == 1 ? AT_HWCAP : AT_HWCAP2);
  return (bits >> feature.bit & 1) != 0;
}

#endif

static constexpr size_t numFeatures = sizeof(features) / sizeof(features[0]);
static_assert(numFeatures < 63, "the highest bit says that the rest is known");
static constexpr uint64_t known = uint64_t(1) << 63;

/// A bit for each row of the table, and `known`.
static uint64_t getFeatures() {
  static std::atomic<uint64_t> found{0};
  uint64_t bits = found.load(std::memory_order_relaxed);
  if (bits)
    return bits;
  bits = known;
  for (size_t i = 0; i < numFeatures; ++i)
    bits |= uint64_t(hasFeature(features[i])) << i;
  found.store(bits, std::memory_order_relaxed);
  return bits;
}

static bool hasFeature(const char *name, size_t length) {
  for (size_t i = 0; i < numFeatures; ++i)
    if (strlen(features[i].name) == length &&
        memcmp(features[i].name, name, length) == 0)
      return (getFeatures() >> i & 1) != 0;
  return false;
}

const char *tilec::runtime::findMissingFeature(const char *names,
                                               size_t &length) {
  for (const char *name = names; *name;) {
    length = strcspn(name, ",");
    if (!hasFeature(name, length))
      return name;
    name += length + (name[length] == ',');
  }
  length = 0;
  return nullptr;
}

extern "C" int32_t tilec_rt_supports(const char *features) {
  size_t length;
  return findMissingFeature(features, length) == nullptr;
}
