//===- Measurement.h - What tilec bench finds out ---------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_DRIVER_MEASUREMENT_H
#define TILEC_LIB_DRIVER_MEASUREMENT_H

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
  double readBytesPerSecond = 0, flopPerSecond = 0;
  std::vector<ScopeMeasurement> scopes;

  /// The least time that the limits allow one call.
  double getLimitSeconds() const;
  double getShareOfLimit() const { return getLimitSeconds() / secondsMedian; }
};

/// Joins scopes of one name, in order of first occurrence.
std::vector<ScopeMeasurement>
joinScopes(llvm::ArrayRef<ScopeMeasurement> scopes);

std::string formatJSON(const Measurement &measurement);
std::string formatTable(const Measurement &measurement);

/// `1.25 ms`, `12 us`.
std::string formatSeconds(double seconds);

} // namespace tilec

#endif // TILEC_LIB_DRIVER_MEASUREMENT_H
