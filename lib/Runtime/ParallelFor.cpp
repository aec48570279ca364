//===- ParallelFor.cpp - Loops over the threads of a pool -----------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The threads spin on one word that holds the number of the current loop. The
// caller fills in the loop, opens the word, takes part, closes the word, and
// waits until the threads that entered have left. A thread that never noticed
// the loop costs nothing.
//
// Each thread has a share of neighbouring iterations, so that what it reads
// goes on where it was, in each call the same. It takes them in ascending
// order, in pieces that shrink to one iteration. Without any left it takes over
// the upper half of what another has left, and so runs out of work only when
// each of the others is in its last piece.
//
//===----------------------------------------------------------------------===//

#include "Internal.h"
#include "Platform.h"
#include "Processors.h"
#include <csignal>
#include <sched.h>
#include <sys/prctl.h>

using namespace tilec::runtime;

namespace {
constexpr uint64_t openBit = uint64_t(1) << 31;
constexpr uint64_t insideMask = openBit - 1;

uint32_t getLoopNumber(uint64_t state) { return uint32_t(state >> 32); }

/// Spins until `done()` or the time is over; returns what `done` said last.
/// After a while it lets other threads have the core between two looks: the one
/// that is waited for may have none.
template <typename Done> bool spinUntil(int64_t nanoseconds, Done done) {
  constexpr int looksPerClockRead = 32;
  constexpr int64_t politeAfter = 20000;
  int64_t start = 0;
  while (true) {
    for (int i = 0; i < looksPerClockRead; ++i) {
      if (done())
        return true;
      relaxCore();
    }
    int64_t now = nowNanoseconds();
    if (start == 0)
      start = now;
    if (now - start >= nanoseconds)
      return done();
    if (now - start >= politeAfter)
      sched_yield();
  }
}
} // namespace

//===----------------------------------------------------------------------===//
// Shares of a loop
//===----------------------------------------------------------------------===//

namespace {
struct Blocks {
  uint32_t begin, end;

  static Blocks get(uint64_t rest) {
    return {uint32_t(rest), uint32_t(rest >> 32)};
  }
  uint64_t rest() const { return uint64_t(end) << 32 | begin; }
  uint32_t size() const { return end - begin; }
};
} // namespace

static void makeShares(Loop &loop) {
  constexpr int64_t mostBlocks = INT32_MAX;
  loop.block = (loop.count - 1) / mostBlocks + 1;
  int64_t blocks = (loop.count - 1) / loop.block + 1;
  int64_t whole = blocks / loop.workers, rest = blocks % loop.workers;
  int64_t begin = 0;
  for (int32_t i = 0; i < loop.workers; ++i) {
    int64_t end = begin + whole + (i < rest);
    Blocks share = {uint32_t(begin), uint32_t(end)};
    loop.shares[i].rest.store(share.rest(), std::memory_order_relaxed);
    begin = end;
  }
}

/// Takes some blocks of a share: \p split says where the part that is taken
/// begins and ends. None if there are none.
template <typename Split> static Blocks takeOf(Share &share, Split split) {
  uint64_t rest = share.rest.load(std::memory_order_relaxed);
  while (true) {
    Blocks left = Blocks::get(rest);
    if (left.size() == 0)
      return left;
    Blocks taken = split(left);
    if (share.rest.compare_exchange_weak(rest, left.rest(),
                                         std::memory_order_relaxed))
      return taken;
  }
}

/// The first blocks, the fewer the fewer are left.
static Blocks splitFirst(Blocks &left) {
  constexpr uint32_t pieces = 16;
  uint32_t size = left.size() / pieces;
  Blocks taken = {left.begin, left.begin + (size > 1 ? size : 1)};
  left.begin = taken.end;
  return taken;
}

static Blocks splitUpperHalf(Blocks &left) {
  Blocks taken = {left.begin + left.size() / 2, left.end};
  left.end = taken.begin;
  return taken;
}

/// Takes the next piece of the loop; false if there is none.
static bool takePiece(Loop &loop, int32_t worker, int64_t &begin,
                      int64_t &end) {
  Share &own = loop.shares[worker];
  Blocks taken = takeOf(own, splitFirst);
  for (int32_t i = 1; i < loop.workers && taken.size() == 0; ++i) {
    taken = takeOf(loop.shares[(worker + i) % loop.workers], splitUpperHalf);
    if (taken.size() > 1) {
      own.rest.store(taken.rest(), std::memory_order_relaxed);
      taken = takeOf(own, splitFirst);
    }
  }
  if (taken.size() == 0)
    return false;
  begin = taken.begin * loop.block;
  int64_t size = taken.size() * loop.block, left = loop.count - begin;
  end = begin + (size < left ? size : left);
  return true;
}

//===----------------------------------------------------------------------===//
// What a thread does
//===----------------------------------------------------------------------===//

/// Keeps the failure of the worker's iteration if it is the lowest so far, and
/// makes the worker ready for the lower iterations that it may still take.
static void recordFailure(Loop &loop, Worker &worker, int64_t iteration) {
  {
    SpinLock lock(loop.failureLock);
    if (iteration < loop.lowestFailed.load(std::memory_order_relaxed)) {
      loop.failure = getFailure(worker);
      loop.lowestFailed.store(iteration, std::memory_order_relaxed);
    }
  }
  clearStopBit(worker, failedBit);
}

static void runBody(Worker &worker, tilec_rt_body body, void *env,
                    int64_t iteration) {
  int32_t depth = worker.scopeDepth;
  int64_t mark = worker.memory.inUse;
  body(&worker, env, iteration);
  // A failed body leaves its scopes open.
  if (worker.scopeDepth != depth)
    settleCounts(worker);
  worker.scopeDepth = depth;
  releaseMemory(worker.memory, mark);
}

void tilec::runtime::runShare(Loop &loop, Worker &worker) {
  int64_t begin, end, pieces = 0;
  while (takePiece(loop, worker.index, begin, end)) {
    ++pieces;
    for (int64_t i = begin; i < end; ++i) {
      if (i > loop.lowestFailed.load(std::memory_order_relaxed))
        break;
      // A cancelled worker has failed before it begins.
      if (!getStopBits(worker))
        runBody(worker, loop.body, loop.env, i);
      if (getStopBits(worker))
        recordFailure(loop, worker, i);
    }
  }
  settleCounts(worker);
  if (pieces)
    loop.call->chunks.fetch_add(pieces, std::memory_order_relaxed);
}

void tilec::runtime::takePart(tilec_rt_pool &pool, Worker &worker) {
  Call &call = *pool.loop.call;
  // Without scratch memory the others do the work.
  if (!joinCall(worker, call))
    return;
  watch(worker, call.token);
  runShare(pool.loop, worker);
  unwatch(worker, call.token);
  settleMemory(worker.memory);
}

//===----------------------------------------------------------------------===//
// The threads of the pool
//===----------------------------------------------------------------------===//

/// Waits for a loop other than number `seen`. False if the pool ends.
static bool waitForLoop(tilec_rt_pool &pool, uint32_t seen) {
  auto arrived = [&] {
    return getLoopNumber(pool.state.load(std::memory_order_seq_cst)) != seen ||
           pool.stop.load(std::memory_order_seq_cst);
  };
  while (!spinUntil(pool.spinNanoseconds, arrived)) {
    uint32_t ticket = pool.loopTicket.load(std::memory_order_seq_cst);
    // In this order, and openLoop() in the opposite one: either it sees the
    // sleeper, or the loop is seen here.
    pool.loopSleepers.fetch_add(1, std::memory_order_seq_cst);
    if (!arrived())
      futexWait(pool.loopTicket, ticket);
    pool.loopSleepers.fetch_sub(1, std::memory_order_seq_cst);
  }
  return !pool.stop.load(std::memory_order_seq_cst);
}

/// Enters the current loop if it is still open; sets `seen` to its number.
static bool enterLoop(tilec_rt_pool &pool, uint32_t &seen) {
  uint64_t state = pool.state.load(std::memory_order_acquire);
  seen = getLoopNumber(state);
  while (state & openBit) {
    if (pool.state.compare_exchange_weak(state, state + 1,
                                         std::memory_order_acquire)) {
      seen = getLoopNumber(state);
      return true;
    }
    seen = getLoopNumber(state);
  }
  return false;
}

static void leaveLoop(tilec_rt_pool &pool) {
  pool.state.fetch_sub(1, std::memory_order_seq_cst);
  if (pool.joinSleepers.load(std::memory_order_seq_cst)) {
    pool.joinTicket.fetch_add(1, std::memory_order_seq_cst);
    futexWake(pool.joinTicket, 1);
  }
}

/// Keeps the calling thread on one processor, if it may be there.
static void pinThread(int32_t processor) {
  ProcessorSet one;
  one.add(processor);
  one.setAffinity();
}

static void *runThread(void *argument) {
  Worker &worker = *static_cast<Worker *>(argument);
  tilec_rt_pool &pool = *worker.pool;
  prctl(PR_SET_NAME, "tilec-worker", 0, 0, 0);
  if (pool.processors)
    pinThread(pool.processors[worker.index]);
  setFloatControl(defaultFloatControl);
  uint32_t seen = 0;
  while (waitForLoop(pool, seen)) {
    if (!enterLoop(pool, seen))
      continue;
    takePart(pool, worker);
    leaveLoop(pool);
  }
  return nullptr;
}

/// Starts the threads, as many as the system allows. They take no signals:
/// those are the program's. A host's are there already.
static void startThreads(tilec_rt_pool &pool) {
  pool.tried = true;
  if (pool.executor.run) {
    pool.started = pool.threads - 1;
    return;
  }
  sigset_t all, previous;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &previous);
  while (pool.started + 1 < pool.threads &&
         pthread_create(&pool.handles[pool.started], nullptr, runThread,
                        &pool.workers[pool.started]) == 0)
    ++pool.started;
  pthread_sigmask(SIG_SETMASK, &previous, nullptr);
}

//===----------------------------------------------------------------------===//
// The caller's side
//===----------------------------------------------------------------------===//

static void openLoop(tilec_rt_pool &pool, int64_t count) {
  uint64_t number = getLoopNumber(pool.state.load(std::memory_order_relaxed));
  pool.state.store((number + 1) << 32 | openBit, std::memory_order_seq_cst);
  pool.loopTicket.fetch_add(1, std::memory_order_seq_cst);
  if (pool.loopSleepers.load(std::memory_order_seq_cst)) {
    int64_t useful = count - 1 < pool.started ? count - 1 : pool.started;
    futexWake(pool.loopTicket, static_cast<int>(useful));
  }
}

/// Lets no more threads in and waits for those inside.
static void closeLoop(tilec_rt_pool &pool) {
  pool.state.fetch_and(~openBit, std::memory_order_seq_cst);
  auto empty = [&] {
    return (pool.state.load(std::memory_order_seq_cst) & insideMask) == 0;
  };
  while (!spinUntil(pool.spinNanoseconds, empty)) {
    uint32_t ticket = pool.joinTicket.load(std::memory_order_seq_cst);
    pool.joinSleepers.store(1, std::memory_order_seq_cst);
    if (!empty())
      futexWait(pool.joinTicket, ticket);
    pool.joinSleepers.store(0, std::memory_order_seq_cst);
  }
}

static void runSerially(Worker &worker, tilec_rt_body body, void *env,
                        int64_t count) {
  bool outer = worker.inLoop;
  worker.inLoop = true;
  for (int64_t i = 0; i < count && !getStopBits(worker); ++i)
    runBody(worker, body, env, i);
  worker.inLoop = outer;
}

/// Gives every thread its scratch memory before the first loop of a call: one
/// that first takes part in a later call need not allocate then.
static void prepareThreads(tilec_rt_pool &pool, Call &call) {
  if (call.workers > 1)
    return;
  for (int32_t i = 0; i < pool.started; ++i)
    growScratch(pool.workers[i], call.scratchBytes);
  call.workers = pool.started + 1;
}

/// Runs the loop on the pool's or the host's threads, which the caller has
/// taken.
static void runOnThreads(tilec_rt_pool &pool, Worker &worker,
                         tilec_rt_body body, void *env, int64_t count) {
  Loop &loop = pool.loop;
  loop.body = body;
  loop.env = env;
  loop.count = count;
  loop.call = worker.call;
  makeShares(loop);
  loop.lowestFailed.store(INT64_MAX, std::memory_order_relaxed);
  loop.failureLock.store(0, std::memory_order_relaxed);
  worker.inLoop = true;
  prepareThreads(pool, *worker.call);
  if (pool.executor.run) {
    runOnExecutor(pool, worker, count);
  } else {
    openLoop(pool, count);
    runShare(loop, worker);
    closeLoop(pool);
  }
  worker.inLoop = false;
  if (loop.lowestFailed.load(std::memory_order_relaxed) != INT64_MAX) {
    worker.failure = loop.failure;
    setStopBit(worker, failedBit);
  }
}

/// Takes the pool's threads if nobody else has them and there are any.
static bool takeThreads(tilec_rt_pool &pool) {
  if (pool.busy.load(std::memory_order_relaxed) ||
      pool.busy.exchange(1, std::memory_order_acquire))
    return false;
  if (!pool.tried)
    startThreads(pool);
  if (pool.started)
    return true;
  pool.busy.store(0, std::memory_order_release);
  return false;
}

extern "C" void tilec_rt_parallel_for(tilec_rt_worker *w, tilec_rt_body body,
                                      void *env, int64_t count) {
  Worker &worker = *getWorker(w);
  if (getStopBits(worker) || count <= 0)
    return;
  if (worker.inLoop)
    return runSerially(worker, body, env, count);
  ++worker.call->regions;
  tilec_rt_pool &pool = *worker.pool;
  if (count == 1 || pool.threads == 1 || !takeThreads(pool))
    return runSerially(worker, body, env, count);
  runOnThreads(pool, worker, body, env, count);
  pool.busy.store(0, std::memory_order_release);
}
