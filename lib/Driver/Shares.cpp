//===- Shares.cpp - Times as shares of a machine's limits -----------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Shares.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>

using namespace tilec;

/// Two samples may differ by this part of the larger and be called the same.
static constexpr double steadyDifference = 0.1;
/// A median of fewer is chance.
static constexpr size_t minSteadyCalls = 3;

double tilec::getMedian(std::vector<double> samples) {
  if (samples.empty())
    return 0;
  llvm::sort(samples);
  size_t middle = samples.size() / 2;
  if (samples.size() % 2)
    return samples[middle];
  return (samples[middle - 1] + samples[middle]) / 2;
}

double Limits::getSeconds(double bytes, double flop) const {
  double reading = readBytesPerSecond > 0 ? bytes / readBytesPerSecond : 0;
  double computing = flopPerSecond > 0 ? flop / flopPerSecond : 0;
  return std::max(reading, computing);
}

double TimedCall::getShare(double bytes, double flop) const {
  if (seconds <= 0)
    return 0;
  double least =
      (before.getSeconds(bytes, flop) + after.getSeconds(bytes, flop)) / 2;
  return least / seconds;
}

bool TimedCall::isSteady(double bytes, double flop) const {
  double first = before.getSeconds(bytes, flop);
  double second = after.getSeconds(bytes, flop);
  return std::max(first, second) - std::min(first, second) <=
         steadyDifference * std::max(first, second);
}

ShareOfLimit tilec::getShareOfLimit(llvm::ArrayRef<TimedCall> calls,
                                    double bytes, double flop) {
  std::vector<double> all, steady;
  for (const TimedCall &call : calls) {
    all.push_back(call.getShare(bytes, flop));
    if (call.isSteady(bytes, flop))
      steady.push_back(all.back());
  }
  const std::vector<double> &counted =
      steady.size() >= minSteadyCalls ? steady : all;
  if (counted.empty())
    return {};
  auto [min, max] = std::minmax_element(counted.begin(), counted.end());
  return {getMedian(counted), *min, *max, steady.size()};
}
