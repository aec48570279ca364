//===- Support.h - Shared by the run-time library's tests -------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_TEST_UNIT_RUNTIME_SUPPORT_H
#define TILEC_TEST_UNIT_RUNTIME_SUPPORT_H

#include "tilec/Runtime/Runtime.h"
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

/// The failure's text, or "" after a call without one.
inline std::string call(const Pool &pool, Entry entry, int64_t scratchBytes = 0,
                        tilec_rt_measurements *measurements = nullptr) {
  void *tensors[] = {&entry};
  tilec_rt_error error;
  int32_t status = tilec_rt_call_measured(
      pool.get(),
      [](tilec_rt_worker *worker, void *const *tensors, const int64_t *) {
        (*static_cast<Entry *>(tensors[0]))(worker);
      },
      scratchBytes, tensors, nullptr, &error, measurements);
  if (status == 0)
    return "";
  char text[600];
  tilec_rt_error_format(&error, text, sizeof(text));
  return text;
}

} // namespace tilec::test

#endif // TILEC_TEST_UNIT_RUNTIME_SUPPORT_H
