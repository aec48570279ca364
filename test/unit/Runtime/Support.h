//===- Support.h - Shared by the run-time library's tests -------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_TEST_UNIT_RUNTIME_SUPPORT_H
#define TILEC_TEST_UNIT_RUNTIME_SUPPORT_H

#include "tilec/Runtime/Runtime.h"
#include <cfenv>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace tilec::test {

struct DestroyPool {
  void operator()(tilec_rt_pool *pool) const { tilec_rt_pool_destroy(pool); }
};
using Pool = std::unique_ptr<tilec_rt_pool, DestroyPool>;

inline Pool makePool(int threads) {
  return Pool(tilec_rt_pool_create(threads));
}

using Body = std::function<void(tilec_rt_worker *, int64_t)>;

/// A parallel loop with a C++ body.
inline void parallelFor(tilec_rt_worker *worker, int64_t count, Body body) {
  tilec_rt_parallel_for(
      worker,
      [](tilec_rt_worker *worker, void *env, int64_t iteration) {
        (*static_cast<Body *>(env))(worker, iteration);
      },
      &body, count);
}

using Entry = std::function<void(tilec_rt_worker *)>;

/// How a call ended, and the failure's text, "" without one.
struct Outcome {
  int32_t status;
  std::string text;
};

inline Outcome callWith(const Pool &pool, Entry entry, int64_t scratchBytes,
                        const tilec_rt_call_options *options) {
  void *tensors[] = {&entry};
  tilec_rt_error error;
  int32_t status = tilec_rt_call_with(
      pool.get(),
      [](tilec_rt_worker *worker, void *const *tensors, const int64_t *) {
        (*static_cast<Entry *>(tensors[0]))(worker);
      },
      scratchBytes, tensors, nullptr, options, &error);
  if (status == TILEC_RT_DONE)
    return {status, ""};
  char text[600];
  tilec_rt_error_format(&error, text, sizeof(text));
  return {status, text};
}

/// The failure's text, or "" after a call without one.
inline std::string call(const Pool &pool, Entry entry, int64_t scratchBytes = 0,
                        tilec_rt_measurements *measurements = nullptr) {
  tilec_rt_call_options options = {sizeof(options), measurements, nullptr};
  return callWith(pool, std::move(entry), scratchBytes, &options).text;
}

/// Whether compiled code would return now.
inline bool isStopped(const tilec_rt_worker *worker) {
  return __atomic_load_n(&worker->failed, __ATOMIC_RELAXED) != 0;
}

/// Sums that come out differently under another rounding direction, and a
/// subnormal that would vanish if flushed.
inline bool hasDefaultFloatControl() {
  volatile float one = 1.0f, tiny = 0x1p-25f, smallest = 0x1p-149f;
  volatile float up = one + tiny, down = -one - tiny, kept = smallest * one;
  return up == 1.0f && down == -1.0f && kept != 0.0f;
}

/// How sums are rounded, one of <cfenv>'s directions. fegetround() would tell
/// of another unit.
inline int getRounding() {
  volatile float one = 1.0f, tiny = 0x1p-25f;
  volatile float up = one + tiny, down = -one - tiny;
  if (up > 1.0f)
    return FE_UPWARD;
  return down < -1.0f ? FE_DOWNWARD : FE_TONEAREST;
}

} // namespace tilec::test

#endif // TILEC_TEST_UNIT_RUNTIME_SUPPORT_H
