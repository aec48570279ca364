//===- Shares.h - Times as shares of a machine's limits ---------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A shared machine's memory may be half as fast a second later, so a call is
// held against what the limits were right before and right after it, and only
// the median of such shares says something.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_DRIVER_SHARES_H
#define TILEC_LIB_DRIVER_SHARES_H

#include "llvm/ADT/ArrayRef.h"
#include <cstddef>
#include <vector>

namespace tilec {

/// What a machine does at most, at one moment. 0 is unknown.
struct Limits {
  double readBytesPerSecond = 0, flopPerSecond = 0;

  /// The least time in which so much can be read and computed, both at once.
  double getSeconds(double bytes, double flop) const;
};

/// A call between two samples of the limits.
struct TimedCall {
  double seconds = 0;
  Limits before, after;

  /// The mean of the least times by both samples, over the time it took.
  double getShare(double bytes, double flop) const;
  /// Whether both samples give about the same least time. Where they do not,
  /// nobody knows which limit held for how much of the call.
  bool isSteady(double bytes, double flop) const;
};

/// Shares of the steady calls; of all calls where too few are steady.
struct ShareOfLimit {
  double median = 0, min = 0, max = 0;
  size_t steadyCalls = 0;
};

/// All calls read and compute the same. All 0 if there are none.
ShareOfLimit getShareOfLimit(llvm::ArrayRef<TimedCall> calls, double bytes,
                             double flop);

/// The middle value; the mean of the middle two of an even number. 0 of none.
double getMedian(std::vector<double> samples);

} // namespace tilec

#endif // TILEC_LIB_DRIVER_SHARES_H
