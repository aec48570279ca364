//===- Limits.h - What this machine can do ----------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Two limits that no program can beat: how fast the threads of a pool read
// memory that no cache holds, and how fast they compute. A shared machine's
// limits change within seconds, so they are measured in between the runs of the
// program that is held against them.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_DRIVER_LIMITS_H
#define TILEC_LIB_DRIVER_LIMITS_H

#include "Shares.h"
#include "tilec/Runtime/Runtime.h"
#include "tilec/Support/Tensor.h"
#include "tilec/Target/CPUTarget.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <vector>

namespace tilec {

/// Adds up `count` cache lines in a way that no compiler can drop: one stream
/// of full-width loads.
using ReadKernel = uint64_t (*)(const void *data, int64_t lines);

/// Runs a chain of multiply-adds in registers and returns their number of
/// floating-point operations.
using ArithmeticKernel = int64_t (*)(int64_t rounds);

/// The fastest kernels for what the target may use and this machine has.
/// Arithmetic is that of BF16 products where there are instructions for them,
/// else that of FP32.
ReadKernel selectReadKernel(const CPUFeatures &features);
ArithmeticKernel selectArithmeticKernel(const CPUFeatures &features);

/// Measures with all threads of a pool.
class LimitProbe {
public:
  /// The pool outlives the probe. An error if there is no memory to read.
  static llvm::Expected<LimitProbe> make(tilec_rt_pool &pool,
                                         const CPUFeatures &features);

  /// Takes a sample of both limits; a few hundredths of a second.
  Limits measure();

  /// Of the samples, of which there is at least one: each limit by itself.
  Limits getMedians() const;
  Limits getLeast() const;
  Limits getMost() const;

private:
  LimitProbe() = default;

  double measureReading();
  double measureArithmetic();

  tilec_rt_pool *pool = nullptr;
  ReadKernel read = nullptr;
  ArithmeticKernel compute = nullptr;
  /// Read in turn, one piece a thread at a time.
  Tensor memory;
  /// So many that a sample takes a hundredth of a second.
  int64_t rounds = 1 << 12;
  std::vector<double> readSamples, flopSamples;
};

} // namespace tilec

#endif // TILEC_LIB_DRIVER_LIMITS_H
