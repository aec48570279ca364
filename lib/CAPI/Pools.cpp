//===- Pools.cpp - Threads and cancellation -------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Objects.h"
#include <atomic>
#include <mutex>

using namespace tilec;
using namespace tilec::capi;

/// More threads than any machine has.
static constexpr int32_t maxThreads = 1 << 16;

tilec_rt_pool *capi::getThreads(const tilec_pool *pool) {
  if (pool)
    return pool->threads;
  // Never destroyed: calls may be under way when the process ends.
  static std::mutex mutex;
  static std::atomic<tilec_rt_pool *> own{nullptr};
  tilec_rt_pool *threads = own.load(std::memory_order_acquire);
  if (threads)
    return threads;
  std::lock_guard<std::mutex> lock(mutex);
  threads = own.load(std::memory_order_relaxed);
  if (!threads) {
    threads = tilec_rt_pool_create(0);
    own.store(threads, std::memory_order_release);
  }
  return threads;
}

/// Takes over `threads`.
static tilec_status handOut(tilec_rt_pool *threads, tilec_pool **pool,
                            tilec_error **error) {
  if (!threads)
    return failOutOfMemory(error);
  auto *result = new (std::nothrow) tilec_pool{threads};
  if (!result) {
    tilec_rt_pool_destroy(threads);
    return failOutOfMemory(error);
  }
  *pool = result;
  return TILEC_OK;
}

tilec_status capi::tilec_pool_create(int32_t threads, tilec_pool **pool,
                                     tilec_error **error) {
  return guard(error, [&] {
    if (!pool)
      return rejectNull(error, "pool");
    if (threads < 0 || threads > maxThreads)
      return reject(error, fmt::format("a pool has 0 to {} threads, not {}",
                                       maxThreads, threads));
    return handOut(tilec_rt_pool_create(threads), pool, error);
  });
}

tilec_status capi::tilec_pool_create_external(const tilec_executor *executor,
                                              tilec_pool **pool,
                                              tilec_error **error) {
  return guard(error, [&] {
    if (!executor || !pool)
      return rejectNull(error, executor ? "pool" : "executor");
    tilec_executor given = {};
    if (!readStructure(*executor, "executor", given, error))
      return TILEC_INVALID_ARGUMENT;
    if (!given.run)
      return rejectNull(error, "executor->run");
    if (given.threads < 1 || given.threads > maxThreads)
      return reject(error,
                    fmt::format("an executor has 1 to {} threads, not {}",
                                maxThreads, given.threads));
    tilec_rt_executor host = {};
    host.size = sizeof(host);
    host.threads = given.threads;
    host.context = given.context;
    host.run = given.run;
    return handOut(tilec_rt_pool_create_external(&host), pool, error);
  });
}

int32_t capi::tilec_pool_threads(const tilec_pool *pool) {
  return pool ? tilec_rt_pool_threads(pool->threads) : 0;
}

void capi::tilec_pool_destroy(tilec_pool *pool) {
  if (pool)
    tilec_rt_pool_destroy(pool->threads);
  delete pool;
}

tilec_cancel_token *capi::tilec_cancel_token_create() {
  tilec_rt_cancel_token *token = tilec_rt_cancel_token_create();
  auto *result = token ? new (std::nothrow) tilec_cancel_token{token} : nullptr;
  if (!result)
    tilec_rt_cancel_token_destroy(token);
  return result;
}

void capi::tilec_cancel_token_destroy(tilec_cancel_token *token) {
  if (token)
    tilec_rt_cancel_token_destroy(token->token);
  delete token;
}

void capi::tilec_cancel(tilec_cancel_token *token) {
  if (token)
    tilec_rt_cancel(token->token);
}
