//===- Scopes.cpp - What each scope costs ---------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Internal.h"
#include "Platform.h"

using namespace tilec::runtime;

extern "C" void tilec_rt_scope_enter(tilec_rt_worker *w, int32_t scope) {
  Worker &worker = *getWorker(w);
  if (!worker.scopeSeconds)
    return;
  settleCounts(worker);
  if (worker.scopeDepth < maxScopeDepth) {
    worker.scopes[worker.scopeDepth] = scope;
    worker.scopeStarts[worker.scopeDepth] = nowNanoseconds();
  }
  ++worker.scopeDepth;
}

extern "C" void tilec_rt_scope_leave(tilec_rt_worker *w, int32_t scope) {
  Worker &worker = *getWorker(w);
  if (!worker.scopeSeconds || worker.scopeDepth == 0)
    return;
  settleCounts(worker);
  --worker.scopeDepth;
  bool known = scope >= 0 && scope < worker.call->scopeCount;
  if (known && worker.scopeDepth < maxScopeDepth) {
    int64_t start = worker.scopeStarts[worker.scopeDepth];
    worker.scopeSeconds[scope] += 1e-9 * double(nowNanoseconds() - start);
  }
}

/// The innermost scope that the worker is in and the profile knows, or -1.
static int32_t getInnermostScope(const Worker &worker) {
  int32_t depth =
      worker.scopeDepth < maxScopeDepth ? worker.scopeDepth : maxScopeDepth;
  int32_t scope = depth > 0 ? worker.scopes[depth - 1] : -1;
  return scope < worker.call->scopeCount ? scope : -1;
}

void tilec::runtime::settleCounts(Worker &worker) {
  Call &call = *worker.call;
  int64_t bytesRead = worker.bytesCounted, flop = worker.flopCounted;
  worker.bytesCounted = worker.flopCounted = 0;
  if (bytesRead == 0 && flop == 0)
    return;
  call.bytesRead.fetch_add(bytesRead, std::memory_order_relaxed);
  call.flop.fetch_add(flop, std::memory_order_relaxed);
  int32_t scope = worker.scopeSeconds ? getInnermostScope(worker) : -1;
  if (scope < 0)
    return;
  int64_t row = int64_t(worker.index) * call.scopeCount;
  if (call.scopeBytes)
    call.scopeBytes[row + scope] += bytesRead;
  if (call.scopeFlop)
    call.scopeFlop[row + scope] += flop;
}

extern "C" void tilec_rt_count(tilec_rt_worker *w, int64_t bytesRead,
                               int64_t flop) {
  Worker &worker = *getWorker(w);
  worker.bytesCounted += bytesRead;
  worker.flopCounted += flop;
}
