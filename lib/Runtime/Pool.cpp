//===- Pool.cpp - Making, forking and ending thread pools -----------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Internal.h"
#include "Platform.h"
#include "Processors.h"
#include <cstdlib>
#include <new>
#include <sched.h>

using namespace tilec::runtime;

SpinLock::SpinLock(std::atomic<uint32_t> &word) : word(word) {
  // The holder may have lost its core: let it run.
  for (int spins = 0; word.exchange(1, std::memory_order_acquire); ++spins)
    spins < 64 ? relaxCore() : (void)sched_yield();
}

/// The state before any thread has started; scratch memory is kept. A thread
/// may have been at work on its stack, which is given up.
static void resetPool(tilec_rt_pool &pool) {
  for (int32_t i = 0; i + 1 < pool.threads; ++i)
    pool.workers[i].memory = MemoryStack();
  pool.started = 0;
  pool.tried = false;
  pool.busy.store(0, std::memory_order_relaxed);
  pool.callersLock.store(0, std::memory_order_relaxed);
  pool.state.store(0, std::memory_order_relaxed);
  pool.stop.store(0, std::memory_order_relaxed);
  pool.loopTicket.store(0, std::memory_order_relaxed);
  pool.loopSleepers.store(0, std::memory_order_relaxed);
  pool.joinTicket.store(0, std::memory_order_relaxed);
  pool.joinSleepers.store(0, std::memory_order_relaxed);
}

void tilec::runtime::adoptPool(tilec_rt_pool &pool) {
  int32_t self = getpid();
  int32_t owner = pool.process.load(std::memory_order_acquire);
  while (owner != self) {
    if (owner != -self && pool.process.compare_exchange_strong(owner, -self)) {
      resetPool(pool);
      pool.process.store(self, std::memory_order_release);
      return;
    }
    relaxCore();
    owner = pool.process.load(std::memory_order_acquire);
  }
}

static void freeWorkers(tilec_rt_pool &pool) {
  for (int32_t i = 0; i + 1 < pool.threads; ++i) {
    free(pool.workers[i].scratch);
    freeMemory(pool.workers[i].memory);
  }
  while (CallerWorker *caller = pool.freeCallers) {
    pool.freeCallers = caller->next;
    free(caller->worker.scratch);
    freeMemory(caller->worker.memory);
    free(caller);
  }
  free(pool.workers);
  free(pool.handles);
  free(pool.processors);
  free(pool.loop.shares);
}

/// Null if there is no memory.
static Share *allocateShares(int32_t count) {
  void *memory = nullptr;
  auto size = static_cast<size_t>(count) * sizeof(Share);
  if (posix_memalign(&memory, alignof(Share), size))
    return nullptr;
  return new (memory) Share[static_cast<size_t>(count)]{};
}

/// A pool of one thread or more.
static tilec_rt_pool *createPool(int32_t threads) {
  void *memory = nullptr;
  if (posix_memalign(&memory, cacheLine, sizeof(tilec_rt_pool)))
    return nullptr;
  auto *pool = new (memory) tilec_rt_pool{};
  auto others = static_cast<size_t>(threads) - 1;
  pool->threads = threads;
  pool->workers = static_cast<Worker *>(calloc(others + 1, sizeof(Worker)));
  pool->handles =
      static_cast<pthread_t *>(calloc(others + 1, sizeof(pthread_t)));
  pool->loop.shares = allocateShares(threads);
  pool->loop.workers = threads;
  if (!pool->workers || !pool->handles || !pool->loop.shares) {
    free(pool->loop.shares);
    free(pool->workers);
    free(pool->handles);
    free(pool);
    return nullptr;
  }
  for (int32_t i = 0; i + 1 < threads; ++i) {
    pool->workers[i].pool = pool;
    pool->workers[i].index = i + 1;
    pool->workers[i].inLoop = true;
  }
  resetPool(*pool);
  pool->process.store(getpid(), std::memory_order_release);
  return pool;
}

/// Keeps a copy of where the workers run; false if there is no memory.
static bool setProcessors(tilec_rt_pool &pool,
                          const tilec_rt_pool_options &options) {
  if (!options.processors || options.processor_count < pool.threads)
    return true;
  size_t bytes = static_cast<size_t>(pool.threads) * sizeof(int32_t);
  pool.processors = static_cast<int32_t *>(malloc(bytes));
  if (!pool.processors)
    return false;
  memcpy(pool.processors, options.processors, bytes);
  return true;
}

extern "C" tilec_rt_pool *
tilec_rt_pool_create_with(const tilec_rt_pool_options *given) {
  // Spinning helps only where every thread has a processor.
  constexpr int64_t spinAlone = 2000000, spinCrowded = 5000;
  tilec_rt_pool_options options = copyOptions(given);
  tilec_rt_pool *pool = createPool(
      options.threads > 0 ? options.threads : tilec_rt_default_threads());
  if (!pool)
    return nullptr;
  pool->spinNanoseconds =
      pool->threads <= countUsableProcessors() ? spinAlone : spinCrowded;
  if (setProcessors(*pool, options))
    return pool;
  tilec_rt_pool_destroy(pool);
  return nullptr;
}

extern "C" tilec_rt_pool *tilec_rt_pool_create(int32_t threads) {
  tilec_rt_pool_options options = {sizeof(options), threads, 0, nullptr};
  return tilec_rt_pool_create_with(&options);
}

extern "C" tilec_rt_pool *
tilec_rt_pool_create_external(const tilec_rt_executor *given) {
  tilec_rt_executor executor = copyOptions(given);
  if (!executor.run || executor.threads < 1)
    return nullptr;
  tilec_rt_pool *pool = createPool(executor.threads);
  if (pool)
    pool->executor = executor;
  return pool;
}

extern "C" void tilec_rt_pool_destroy(tilec_rt_pool *pool) {
  if (!pool)
    return;
  adoptPool(*pool);
  pool->stop.store(1, std::memory_order_seq_cst);
  pool->loopTicket.fetch_add(1, std::memory_order_seq_cst);
  futexWake(pool->loopTicket, pool->threads);
  for (int32_t i = 0; !pool->executor.run && i < pool->started; ++i)
    pthread_join(pool->handles[i], nullptr);
  freeWorkers(*pool);
  free(pool);
}

extern "C" int32_t tilec_rt_pool_threads(const tilec_rt_pool *pool) {
  return pool->threads;
}
