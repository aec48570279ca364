//===- Measurement.h - What tilec bench finds out ---------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_DRIVER_MEASUREMENT_H
#define TILEC_LIB_DRIVER_MEASUREMENT_H

#include "Shares.h"
#include "llvm/ADT/ArrayRef.h"
#include <cstdint>
#include <string>
#include <vector>

namespace tilec {

/// One scope of the source, all its executions in one call of the entry.
struct ScopeMeasurement {
  std::string name;
  /// Summed over the threads.
  double seconds = 0;
  int64_t bytes = 0, flop = 0;
  /// Of the calls, as if all threads had been at it: the least time that the
  /// limits allow them, over `seconds` divided by their number.
  ShareOfLimit share = {};
};

/// One call of code that counts, between two samples of the limits.
struct CountedCall {
  double seconds = 0;
  std::vector<ScopeMeasurement> scopes;
  Limits before, after;
};

/// One entry on one machine.
struct Measurement {
  std::string entry;
  int threads = 0;
  int64_t iterations = 0;
  double secondsMedian = 0, secondsMin = 0;
  /// Of one call: bytes read from tensors, operations, scratch memory of all
  /// threads, tensors made by the program, loops that ran in parallel.
  int64_t bytesRead = 0, flop = 0, scratchBytes = 0, allocBytes = 0;
  int64_t parallelRegions = 0;
  /// The tensors that the call is given, and what else of the process was in
  /// memory after the first calls: the compiler too. 0 where nobody knows.
  int64_t argumentBytes = 0, residentBytes = 0;
  /// Medians, least and largest of the samples between the calls.
  Limits limits, leastLimits, mostLimits;
  ShareOfLimit share;
  /// Median of the calls that `scopes` is about.
  double countedSeconds = 0;
  std::vector<ScopeMeasurement> scopes;
};

/// Joins scopes of one name, in order of first occurrence.
std::vector<ScopeMeasurement>
joinScopes(llvm::ArrayRef<ScopeMeasurement> scopes);

/// Medians over calls, which all have the same scopes in the same order and
/// read and compute the same. Empty if there are none.
std::vector<ScopeMeasurement> getMedianScopes(llvm::ArrayRef<CountedCall> calls,
                                              int threads);

std::string formatJSON(const Measurement &measurement);
std::string formatTable(const Measurement &measurement);

/// `1.25 ms`, `12 us`.
std::string formatSeconds(double seconds);

} // namespace tilec

#endif // TILEC_LIB_DRIVER_MEASUREMENT_H
