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
  clearStopBit(worker, failedBit | cancelledBit);
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

/// Runs the entry on the caller; what stopped it is in the worker then.
static int32_t runEntry(Call &call, tilec_rt_entry entry, void *const *tensors,
                        const int64_t *scalars) {
  Worker &worker = *call.caller;
  if (!joinCall(worker, call))
    failOutOfMemory(worker, call.scratchBytes);
  beginCancellable(call);
  if (!getStopBits(worker))
    entry(&worker, tensors, scalars);
  endCancellable(call);
  settleCounts(worker);
  settleMemory(worker.memory);
  worker.call = nullptr;
  if (!getStopBits(worker))
    return TILEC_RT_DONE;
  return isCancellation(getFailure(worker)) ? TILEC_RT_CANCELLED
                                            : TILEC_RT_FAILED;
}

static int32_t failWithoutCaller(tilec_rt_error *error) {
  Worker nobody{};
  failOutOfMemory(nobody, int64_t(sizeof(CallerWorker)));
  if (error)
    describeFailure(nobody.failure, *error);
  return TILEC_RT_FAILED;
}

static void setProfile(Call &call, const tilec_rt_measurements *measurements) {
  if (!measurements || !measurements->scope_seconds)
    return;
  call.scopeSeconds = measurements->scope_seconds;
  call.scopeBytes = measurements->scope_bytes;
  call.scopeFlop = measurements->scope_flop;
  call.scopeCount = measurements->scope_count;
  call.profiledWorkers = measurements->worker_count;
}

extern "C" int32_t tilec_rt_call_with(tilec_rt_pool *pool, tilec_rt_entry entry,
                                      int64_t scratchBytes,
                                      void *const *tensors,
                                      const int64_t *scalars,
                                      const tilec_rt_call_options *given,
                                      tilec_rt_error *error) {
  tilec_rt_call_options options = copyOptions(given);
  adoptPool(*pool);
  CallerWorker *caller = takeCaller(*pool);
  if (!caller)
    return failWithoutCaller(error);
  Call call{};
  call.scratchBytes = scratchBytes;
  call.pool = pool;
  call.caller = &caller->worker;
  call.token = options.cancel;
  call.id = pool->calls.fetch_add(1, std::memory_order_relaxed) + 1;
  setProfile(call, options.measurements);
  uint64_t floatControl = getFloatControl();
  int32_t status = runEntry(call, entry, tensors, scalars);
  setFloatControl(floatControl);
  if (status && error)
    describeFailure(caller->worker.failure, *error);
  if (options.measurements)
    report(call, *options.measurements);
  returnCaller(*pool, caller);
  return status;
}

extern "C" int32_t tilec_rt_call(tilec_rt_pool *pool, tilec_rt_entry entry,
                                 int64_t scratchBytes, void *const *tensors,
                                 const int64_t *scalars,
                                 tilec_rt_error *error) {
  return tilec_rt_call_with(pool, entry, scratchBytes, tensors, scalars,
                            nullptr, error);
}
