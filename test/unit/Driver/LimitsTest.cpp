//===- LimitsTest.cpp - What this machine can do --------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Limits.h"
#include <gtest/gtest.h>

using namespace tilec;

namespace {
/// Feature sets from the least to the most.
std::vector<CPUFeatures> getFeatureSets() {
  std::vector<CPUFeatures> sets(4);
  for (size_t i = 1; i < sets.size(); ++i)
    sets[i].avx2 = sets[i].fma = true;
  sets[2].avx512 = sets[3].avx512 = true;
  sets[3].avx512BF16 = true;
  return sets;
}
} // namespace

TEST(Limits, ReadKernelsReadEveryLine) {
  constexpr int64_t lines = 64, words = lines * 8;
  alignas(64) uint64_t data[words] = {};
  for (const CPUFeatures &features : getFeatureSets()) {
    ReadKernel read = selectReadKernel(features);
    EXPECT_EQ(read(data, lines), 0u);
    for (int64_t word = 0; word < words; ++word) {
      data[word] = uint64_t(1) << (word % 64);
      EXPECT_EQ(read(data, lines), data[word]) << word;
      data[word] = 0;
    }
  }
}

TEST(Limits, ArithmeticKernelsCountInProportion) {
  for (const CPUFeatures &features : getFeatureSets()) {
    ArithmeticKernel compute = selectArithmeticKernel(features);
    int64_t flop = compute(1);
    EXPECT_GT(flop, 0);
    EXPECT_EQ(compute(1000), 1000 * flop);
  }
}

TEST(Limits, ProbesMeasureSomethingPlausible) {
  tilec_rt_pool *pool = tilec_rt_pool_create(2);
  {
    LimitProbe probe = llvm::cantFail(LimitProbe::make(*pool, CPUFeatures()));
    Limits first = probe.measure(), second = probe.measure();
    EXPECT_GT(first.readBytesPerSecond, 1e7);
    EXPECT_GT(first.flopPerSecond, 1e7);
    Limits medians = probe.getMedians();
    EXPECT_DOUBLE_EQ(medians.flopPerSecond,
                     (first.flopPerSecond + second.flopPerSecond) / 2);
    EXPECT_EQ(probe.getLeast().flopPerSecond,
              std::min(first.flopPerSecond, second.flopPerSecond));
    EXPECT_EQ(probe.getMost().readBytesPerSecond,
              std::max(first.readBytesPerSecond, second.readBytesPerSecond));
  }
  tilec_rt_pool_destroy(pool);
}
