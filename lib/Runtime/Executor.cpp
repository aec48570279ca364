//===- Executor.cpp - Loops on a host's threads ---------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each task of the host is one worker's share of the loop: task 0 the caller's,
// whichever thread runs it, since the caller waits meanwhile. Shares take what
// is left, so that a host that runs its tasks one after another does all in the
// first.
//
//===----------------------------------------------------------------------===//

#include "Internal.h"
#include "Platform.h"

using namespace tilec::runtime;

static const tilec_rt_site tasksMissing = {
    "", 0, 0, "the host's executor has run {0} of {1} tasks"};

namespace {
struct Tasks {
  tilec_rt_pool *pool;
  Worker *caller;
  int32_t count;
  std::atomic<int32_t> done{0};

  Worker &getWorker(int32_t index) {
    return index == 0 ? *caller : pool->workers[index - 1];
  }
};
} // namespace

static void runTask(void *data, int32_t index) {
  auto &tasks = *static_cast<Tasks *>(data);
  if (index < 0 || index >= tasks.count)
    return;
  Worker &worker = tasks.getWorker(index);
  if (worker.taken.exchange(true, std::memory_order_relaxed))
    return;
  uint64_t floatControl = getFloatControl();
  setFloatControl(defaultFloatControl);
  if (index == 0)
    runShare(tasks.pool->loop, worker);
  else
    takePart(*tasks.pool, worker);
  setFloatControl(floatControl);
  tasks.done.fetch_add(1, std::memory_order_release);
}

void tilec::runtime::runOnExecutor(tilec_rt_pool &pool, Worker &caller,
                                   int64_t count) {
  Tasks tasks{&pool, &caller,
              count < pool.threads ? int32_t(count) : pool.threads};
  for (int32_t i = 0; i < tasks.count; ++i)
    tasks.getWorker(i).taken.store(false, std::memory_order_relaxed);
  pool.executor.run(pool.executor.context, runTask, &tasks, tasks.count);
  // The host may have used another state in this thread.
  setFloatControl(defaultFloatControl);
  int64_t done = tasks.done.load(std::memory_order_acquire);
  if (done == tasks.count)
    return;
  int64_t values[] = {done, tasks.count};
  tilec_rt_fail(&caller, &tasksMissing, 2, values);
}
