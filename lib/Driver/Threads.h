//===- Threads.h - The threads of calls, and where they run -----*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_DRIVER_THREADS_H
#define TILEC_LIB_DRIVER_THREADS_H

#include "Options.h"
#include "tilec/Runtime/Runtime.h"
#include "llvm/Support/Error.h"
#include <memory>
#include <optional>
#include <pthread.h>
#include <sched.h>

namespace tilec {

/// Linux has fewer.
constexpr unsigned maxProcessors = 8192;

/// Reads `auto`, `none`, or a comma-separated list of processors: `N`, `N-M` or
/// `N-M:STEP`, as taskset has them. Nothing if the text is none of these, or
/// names a processor twice. `source` is the option or the variable.
std::optional<Pinning> parsePinning(const std::string &source,
                                    llvm::StringRef text);

/// Keeps the calling thread on one processor while it lives, and gives it back
/// its affinity mask then.
class PinnedThread {
public:
  explicit PinnedThread(int32_t processor);
  ~PinnedThread();
  PinnedThread(const PinnedThread &) = delete;
  PinnedThread &operator=(const PinnedThread &) = delete;

private:
  cpu_set_t *getMask() { return reinterpret_cast<cpu_set_t *>(saved); }

  static constexpr size_t words = maxProcessors / (8 * sizeof(unsigned long));
  unsigned long saved[words] = {};
  pthread_t thread;
};

struct DestroyPool {
  /// The thread that has made the pool, if that is pinned.
  std::unique_ptr<PinnedThread> caller;

  void operator()(tilec_rt_pool *pool) const { tilec_rt_pool_destroy(pool); }
};
using Pool = std::unique_ptr<tilec_rt_pool, DestroyPool>;

/// A pool of as many threads, pinned where the options say. The calling thread
/// is pinned, too, until the pool is gone: make the pool when compiling is
/// over, whose threads would take over the mask. An error where the options
/// name processors that the process may not use.
llvm::Expected<Pool> makePool(const DriverOptions &options);

} // namespace tilec

#endif // TILEC_LIB_DRIVER_THREADS_H
