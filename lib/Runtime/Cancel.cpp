//===- Cancel.cpp - Stopping calls from other threads ---------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Compiled code looks at its worker only, so whoever cancels marks the workers
// that are at work for the token's calls. A call that has a token tells it of
// its caller, which takes the lock once a call. The other workers come and go
// with each loop and take no lock: a worker says whose token it watches and
// then looks whether that is cancelled, and the canceller does the opposite, so
// that one of them sees the other. A worker that leaves while workers are being
// marked waits until that is over: a late mark would stop another call.
//
//===----------------------------------------------------------------------===//

#include "Internal.h"
#include <cstdlib>
#include <new>

using namespace tilec::runtime;

extern "C" tilec_rt_cancel_token *tilec_rt_cancel_token_create(void) {
  void *memory = malloc(sizeof(tilec_rt_cancel_token));
  return memory ? new (memory) tilec_rt_cancel_token{} : nullptr;
}

extern "C" void tilec_rt_cancel_token_destroy(tilec_rt_cancel_token *token) {
  free(token);
}

extern "C" void tilec_rt_cancel(tilec_rt_cancel_token *token) {
  SpinLock lock(token->lock);
  token->cancelled.store(true, std::memory_order_seq_cst);
  for (Call *call = token->calls; call; call = call->nextOfToken) {
    setStopBit(*call->caller, cancelledBit);
    for (int32_t i = 0; i + 1 < call->pool->threads; ++i) {
      Worker &worker = call->pool->workers[i];
      if (worker.watched.load(std::memory_order_seq_cst) == token)
        setStopBit(worker, cancelledBit);
    }
  }
}

void tilec::runtime::beginCancellable(Call &call) {
  if (!call.token)
    return;
  SpinLock lock(call.token->lock);
  call.nextOfToken = call.token->calls;
  call.token->calls = &call;
  if (call.token->cancelled.load(std::memory_order_relaxed))
    setStopBit(*call.caller, cancelledBit);
}

void tilec::runtime::endCancellable(Call &call) {
  if (!call.token)
    return;
  SpinLock lock(call.token->lock);
  Call **link = &call.token->calls;
  while (*link != &call)
    link = &(*link)->nextOfToken;
  *link = call.nextOfToken;
}

void tilec::runtime::watch(Worker &worker, tilec_rt_cancel_token *token) {
  if (!token)
    return;
  worker.watched.store(token, std::memory_order_seq_cst);
  if (token->cancelled.load(std::memory_order_seq_cst))
    setStopBit(worker, cancelledBit);
}

void tilec::runtime::unwatch(Worker &worker, tilec_rt_cancel_token *token) {
  if (!token)
    return;
  worker.watched.store(nullptr, std::memory_order_seq_cst);
  if (token->cancelled.load(std::memory_order_seq_cst))
    SpinLock wait(token->lock);
}
