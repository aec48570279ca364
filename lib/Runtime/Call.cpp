//===- Call.cpp - One call of an entry, and its memory --------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Internal.h"
#include "Platform.h"
#include <cstdlib>
#include <sys/mman.h>

using namespace tilec::runtime;

static const tilec_rt_site outOfMemory = {
    "", 0, 0, "out of memory: {0} bytes are not to be had"};

static void failOutOfMemory(Worker &worker, int64_t bytes) {
  tilec_rt_fail(&worker, &outOfMemory, 1, &bytes);
}

void *tilec::runtime::allocateAligned(size_t bytes) {
  constexpr size_t hugePage = size_t(2) << 20;
  bool large = bytes >= 2 * hugePage;
  void *memory = nullptr;
  if (posix_memalign(&memory, large ? hugePage : cacheLine, bytes))
    return nullptr;
  if (large)
    madvise(memory, bytes, MADV_HUGEPAGE);
  return memory;
}

/// Makes the worker's arena at least `bytes` large.
static bool growScratch(Worker &worker, int64_t bytes) {
  size_t wanted = bytes > 0 ? static_cast<size_t>(bytes) : 1;
  if (worker.scratchSize >= wanted)
    return true;
  free(worker.scratch);
  worker.scratchSize = 0;
  worker.scratch = static_cast<char *>(allocateAligned(wanted));
  if (!worker.scratch)
    return false;
  worker.scratchSize = wanted;
  return true;
}

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
  if (!growScratch(worker, call.scratchBytes))
    return false;
  call.workers.fetch_add(1, std::memory_order_relaxed);
  return true;
}

//===----------------------------------------------------------------------===//
// Storage that lives until the end of the call
//===----------------------------------------------------------------------===//

extern "C" void *tilec_rt_alloc(tilec_rt_worker *w, int64_t bytes) {
  Worker &worker = *getWorker(w);
  void *memory = nullptr;
  if (bytes >= 0 && bytes <= INT64_MAX - int64_t(cacheLine))
    memory = allocateAligned(static_cast<size_t>(bytes) + cacheLine);
  if (!memory) {
    failOutOfMemory(worker, bytes);
    return nullptr;
  }
  auto *block = static_cast<Block *>(memory);
  Call &call = *worker.call;
  block->next = call.blocks.load(std::memory_order_relaxed);
  while (!call.blocks.compare_exchange_weak(
      block->next, block, std::memory_order_release, std::memory_order_relaxed))
    ;
  call.allocBytes.fetch_add(bytes, std::memory_order_relaxed);
  return static_cast<char *>(memory) + cacheLine;
}

static void freeBlocks(Call &call) {
  Block *block = call.blocks.load(std::memory_order_acquire);
  while (block) {
    Block *next = block->next;
    free(block);
    block = next;
  }
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
  int64_t workers = call.workers.load(std::memory_order_relaxed);
  measurements.parallel_regions = call.regions;
  measurements.chunks = call.chunks.load(std::memory_order_relaxed);
  measurements.alloc_bytes = call.allocBytes.load(std::memory_order_relaxed);
  measurements.scratch_bytes = workers * call.scratchBytes;
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
  freeBlocks(call);
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
    Failure failure{&outOfMemory, 1, {int64_t(sizeof(CallerWorker))}};
    if (error)
      describeFailure(failure, *error);
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
