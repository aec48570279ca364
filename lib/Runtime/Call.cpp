//===- Call.cpp - One call of an entry ------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Internal.h"
#include "Platform.h"
#include <cstdlib>

using namespace tilec::runtime;

bool tilec::runtime::joinCall(Worker &worker, Call &call) {
  worker.call = &call;
  if (worker.lastCall == call.id)
    return worker.scratchSize != 0;
  worker.lastCall = call.id;
  worker.failed = 0;
  worker.scopeDepth = 0;
  worker.scopeSeconds = nullptr;
  if (call.scopeSeconds && worker.index < call.profiledWorkers)
    worker.scopeSeconds =
        call.scopeSeconds + int64_t(worker.index) * call.scopeCount;
  setFloatControl(defaultFloatControl);
  worker.memory.peakOfCall = 0;
  return growScratch(worker, call.scratchBytes);
}

//===----------------------------------------------------------------------===//
// The call
//===----------------------------------------------------------------------===//

static CallerWorker *takeCaller(tilec_rt_pool &pool) {
  {
    SpinLock lock(pool.callersLock);
    if (CallerWorker *caller = pool.freeCallers) {
      pool.freeCallers = caller->next;
      return caller;
    }
  }
  auto *caller = static_cast<CallerWorker *>(calloc(1, sizeof(CallerWorker)));
  if (caller)
    caller->worker.pool = &pool;
  return caller;
}

static void returnCaller(tilec_rt_pool &pool, CallerWorker *caller) {
  SpinLock lock(pool.callersLock);
  caller->next = pool.freeCallers;
  pool.freeCallers = caller;
}

static void report(const Call &call, tilec_rt_measurements &measurements) {
  measurements.parallel_regions = call.regions;
  measurements.chunks = call.chunks.load(std::memory_order_relaxed);
  measurements.alloc_bytes = call.allocBytes.load(std::memory_order_relaxed);
  measurements.scratch_bytes = call.workers * call.scratchBytes;
  measurements.bytes_read = call.bytesRead.load(std::memory_order_relaxed);
  measurements.flop = call.flop.load(std::memory_order_relaxed);
}

/// Runs the entry on `worker`; 0, or 1 with the failure in the worker.
static int32_t runEntry(Worker &worker, Call &call, tilec_rt_entry entry,
                        void *const *tensors, const int64_t *scalars) {
  if (joinCall(worker, call))
    entry(&worker, tensors, scalars);
  else
    failOutOfMemory(worker, call.scratchBytes);
  settleMemory(worker.memory);
  worker.call = nullptr;
  return worker.failed != 0;
}

extern "C" int32_t
tilec_rt_call_measured(tilec_rt_pool *pool, tilec_rt_entry entry,
                       int64_t scratchBytes, void *const *tensors,
                       const int64_t *scalars, tilec_rt_error *error,
                       tilec_rt_measurements *measurements) {
  adoptPool(*pool);
  CallerWorker *caller = takeCaller(*pool);
  if (!caller) {
    Worker nobody{};
    failOutOfMemory(nobody, int64_t(sizeof(CallerWorker)));
    if (error)
      describeFailure(nobody.failure, *error);
    return 1;
  }
  Call call{};
  call.scratchBytes = scratchBytes;
  call.id = pool->calls.fetch_add(1, std::memory_order_relaxed) + 1;
  if (measurements && measurements->scope_seconds) {
    call.scopeSeconds = measurements->scope_seconds;
    call.scopeBytes = measurements->scope_bytes;
    call.scopeFlop = measurements->scope_flop;
    call.scopeCount = measurements->scope_count;
    call.profiledWorkers = measurements->worker_count;
  }
  uint64_t floatControl = getFloatControl();
  int32_t status = runEntry(caller->worker, call, entry, tensors, scalars);
  setFloatControl(floatControl);
  if (status && error)
    describeFailure(caller->worker.failure, *error);
  if (measurements)
    report(call, *measurements);
  returnCaller(*pool, caller);
  return status;
}

extern "C" int32_t tilec_rt_call(tilec_rt_pool *pool, tilec_rt_entry entry,
                                 int64_t scratchBytes, void *const *tensors,
                                 const int64_t *scalars,
                                 tilec_rt_error *error) {
  return tilec_rt_call_measured(pool, entry, scratchBytes, tensors, scalars,
                                error, nullptr);
}
