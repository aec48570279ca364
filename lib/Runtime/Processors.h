//===- Processors.h - Which processors there are ----------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_RUNTIME_PROCESSORS_H
#define TILEC_LIB_RUNTIME_PROCESSORS_H

#include <cstddef>
#include <cstdint>

namespace tilec::runtime {

/// A file read whole, cut to the buffer's size; empty if it cannot be read.
struct SmallFile {
  char text[8192] = {};

  explicit SmallFile(const char *path);
};

/// A set of processors by the numbers that Linux gives them.
class ProcessorSet {
public:
  static constexpr int32_t capacity = 8192;

  /// Numbers outside of the capacity are not kept.
  void add(int32_t processor);
  bool has(int32_t processor) const;

  /// The affinity mask of the calling thread; empty if it cannot be read.
  static ProcessorSet getAffinity();
  /// Makes it the affinity mask of the calling thread; false if that cannot be.
  bool setAffinity() const;

private:
  static constexpr int32_t wordBits = 8 * sizeof(unsigned long);
  unsigned long words[capacity / wordBits] = {};
};

/// Writes the processors of the set into `order`, which has room for all: first
/// one of each physical core, then the second ones of cores that have two, and
/// so on, each time in ascending order. Which processors share a core is read
/// from `cpuN/topology` in `folder`, laid out as /sys/devices/system/cpu; where
/// it says nothing each is a core of its own.
/// Sets `cores` to the number of physical cores and returns that of processors.
int32_t orderProcessors(const ProcessorSet &set, const char *folder,
                        int32_t *order, int32_t &cores);

/// How many threads the calling one can have run at once, those that share a
/// core included.
int32_t countUsableProcessors();

/// The processors that the control group of `/proc/self/cgroup`-like file
/// `membership` grants, with the hierarchies mounted at `mount`; INT32_MAX
/// without a limit.
int32_t readControlGroupLimit(const char *membership, const char *mount);

} // namespace tilec::runtime

#endif // TILEC_LIB_RUNTIME_PROCESSORS_H
