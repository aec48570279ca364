//===- Internal.h - The state behind Runtime.h ------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The library is linked into plain C programs, so it uses those headers of C++
// only that need no library: no `new`, no containers, no exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_RUNTIME_INTERNAL_H
#define TILEC_LIB_RUNTIME_INTERNAL_H

#include "tilec/Runtime/Runtime.h"
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <pthread.h>

namespace tilec::runtime {

inline constexpr size_t cacheLine = 64;
inline constexpr int32_t maxValues = 8;
inline constexpr int32_t maxScopeDepth = 8;

/// A failed check before its message is written.
struct Failure {
  const tilec_rt_site *site = nullptr;
  int32_t count = 0;
  int64_t values[maxValues] = {};
};

/// Heads a piece of memory for tilec_rt_alloc; the bytes follow it at the next
/// cache line.
struct Chunk {
  Chunk *below;
  size_t size, used;
};

/// The memory of a worker for tilec_rt_alloc, a stack. It is kept between
/// calls, in one chunk as large as the most that was ever in use: a call that
/// is like one before it finds all it needs.
struct MemoryStack {
  /// Null as long as nothing was needed. All chunks but the lowest are in use.
  Chunk *top;
  /// A chunk that was given back, or null.
  Chunk *spare;
  int64_t inUse;
  /// The most in use, in this call and ever.
  int64_t peakOfCall, peak;
};

struct Worker;

/// One tilec_rt_call under way.
struct Call {
  int64_t scratchBytes;
  tilec_rt_pool *pool;
  Worker *caller;
  /// Null for a call that cannot be cancelled; `nextOfToken` is the token's
  /// next call, guarded by its lock.
  tilec_rt_cancel_token *token;
  Call *nextOfToken;
  /// Tells this call from earlier ones on the same pool.
  uint64_t id;
  /// Null without a profile; a row of `scopeCount` for each worker.
  double *scopeSeconds;
  /// Null, or laid out as `scopeSeconds`.
  int64_t *scopeBytes;
  int64_t *scopeFlop;
  int32_t scopeCount;
  int32_t profiledWorkers;
  std::atomic<int64_t> allocBytes{0};
  std::atomic<int64_t> chunks{0};
  std::atomic<int64_t> bytesRead{0};
  std::atomic<int64_t> flop{0};
  /// Workers that have scratch memory for the call; written by the caller.
  int32_t workers = 1;
  int64_t regions = 0;
};

struct Worker : tilec_rt_worker {
  tilec_rt_pool *pool;
  Call *call;
  int32_t index;
  /// Whether a loop body runs: loops inside it do not fork.
  bool inLoop;
  size_t scratchSize;
  MemoryStack memory;
  uint64_t lastCall;
  Failure failure;
  /// The worker's row of Call::scopeSeconds, or null.
  double *scopeSeconds;
  int32_t scopeDepth;
  int64_t scopeStarts[maxScopeDepth];
  int32_t scopes[maxScopeDepth];
  /// Counted since the worker last entered or left a scope: what all threads
  /// share is not written for each count.
  int64_t bytesCounted, flopCounted;
  /// The token whose cancellation marks the worker now. Not used for callers,
  /// which their calls name.
  std::atomic<tilec_rt_cancel_token *> watched;
  /// Whether a host has begun the worker's task of the current loop.
  std::atomic<bool> taken;
};

/// The bits of tilec_rt_worker::failed. The first is set and cleared by the
/// thread that runs the worker, and there is a `failure` then; the second may
/// be set by any thread and stays until the worker joins another call.
inline constexpr int32_t failedBit = 1, cancelledBit = 2;

inline int32_t getStopBits(const Worker &worker) {
  return __atomic_load_n(&worker.failed, __ATOMIC_RELAXED);
}
inline void setStopBit(Worker &worker, int32_t bit) {
  __atomic_fetch_or(&worker.failed, bit, __ATOMIC_RELAXED);
}
inline void clearStopBit(Worker &worker, int32_t bit) {
  __atomic_fetch_and(&worker.failed, ~bit, __ATOMIC_RELAXED);
}

static_assert(offsetof(tilec_rt_worker, scratch) == 0 &&
                  offsetof(tilec_rt_worker, failed) == 8,
              "compiled code relies on these offsets");

inline Worker *getWorker(tilec_rt_worker *worker) {
  return static_cast<Worker *>(worker);
}

/// The calling thread's worker of one call; kept by the pool between calls so
/// that its scratch memory is touched only once.
struct CallerWorker {
  Worker worker;
  CallerWorker *next;
};

/// Iterations that are one worker's as long as no other has run out of its own.
struct alignas(cacheLine) Share {
  /// The first block that nobody has taken, in the lower half, and the end.
  std::atomic<uint64_t> rest;
};

/// The loop that the pool's threads run.
struct Loop {
  tilec_rt_body body;
  void *env;
  int64_t count;
  Call *call;
  /// Of each worker, so many.
  Share *shares;
  int32_t workers;
  /// Iterations of a block, but for the last one.
  int64_t block;
  /// The lowest iteration that failed, or INT64_MAX; `failure` is its.
  alignas(cacheLine) std::atomic<int64_t> lowestFailed;
  std::atomic<uint32_t> failureLock;
  Failure failure;
};

/// Options of the interface begin with the size that the caller knows. A copy
/// in which fields behind it are zero; null gives defaults.
template <typename Options> Options copyOptions(const Options *given) {
  Options copy{};
  if (given)
    memcpy(&copy, given,
           given->size < sizeof(copy) ? given->size : sizeof(copy));
  return copy;
}

/// 64-byte aligned memory, advised to use huge pages when large. Null if there
/// is none.
void *allocateAligned(size_t bytes);

/// Makes the worker's scratch memory at least `bytes` large; false if there is
/// no memory.
bool growScratch(Worker &worker, int64_t bytes);

/// Takes back what tilec_rt_alloc gave since `mark` was `memory.inUse`.
void releaseMemory(MemoryStack &memory, int64_t mark);

/// Takes back all of it and brings the chunks together in one.
void settleMemory(MemoryStack &memory);

/// Adds what the worker has counted to its innermost scope's and the call's
/// counts.
void settleCounts(Worker &worker);

void freeMemory(MemoryStack &memory);

/// Makes the worker part of the call: its counters, its profile, its scratch
/// memory. False if there is no memory.
bool joinCall(Worker &worker, Call &call);

/// Records that so many bytes are not to be had.
void failOutOfMemory(Worker &worker, int64_t bytes);

/// What stopped a worker that shall stop. Being cancelled is a failure like
/// others, so that the first in program order is found in one way.
const Failure &getFailure(Worker &worker);

/// Whether the failure is that the call was cancelled.
bool isCancellation(const Failure &failure);

/// Makes the call known to its token, if it has one. From here to the end the
/// token may mark the caller.
void beginCancellable(Call &call);
void endCancellable(Call &call);

/// Brackets what a worker other than the caller does for a call: the call's
/// token may mark it then, and only then.
void watch(Worker &worker, tilec_rt_cancel_token *token);
void unwatch(Worker &worker, tilec_rt_cancel_token *token);

/// One worker's share of the pool's current loop.
void runShare(Loop &loop, Worker &worker);

/// The same for a worker other than the caller, which may first have to join
/// the call.
void takePart(tilec_rt_pool &pool, Worker &worker);

/// Runs the pool's current loop of so many iterations on the host's threads.
void runOnExecutor(tilec_rt_pool &pool, Worker &caller, int64_t count);

/// Writes the message of a failure.
void describeFailure(const Failure &failure, tilec_rt_error &error);

} // namespace tilec::runtime

struct tilec_rt_cancel_token {
  /// Guards `calls`. Held, too, while workers are being marked.
  std::atomic<uint32_t> lock;
  std::atomic<bool> cancelled;
  tilec::runtime::Call *calls;
};

struct tilec_rt_pool {
  using Worker = tilec::runtime::Worker;

  int32_t threads;
  /// The processor of each worker, or null. Worker 0's is the host's affair.
  int32_t *processors;
  /// The host's threads; `run` is null if the pool has its own.
  tilec_rt_executor executor;
  /// How long a thread spins before it sleeps.
  int64_t spinNanoseconds;
  /// Workers 1 .. threads-1 and their threads, at index - 1.
  Worker *workers;
  pthread_t *handles;

  /// The process whose threads these are; negated while a child process is
  /// putting the pool back into its first state.
  std::atomic<int32_t> process;
  std::atomic<uint64_t> calls;

  /// Held by the call whose loop the threads run; guards `loop` too.
  std::atomic<uint32_t> busy;
  /// How many threads run (of a host: how many could), and whether starting
  /// them has been tried.
  int32_t started;
  bool tried;

  std::atomic<uint32_t> callersLock;
  tilec::runtime::CallerWorker *freeCallers;

  /// The number of the current loop (32 bits), whether threads may still enter
  /// it (1 bit), how many are inside (31 bits). All in one word, so that a
  /// thread which wakes late cannot enter a loop that has ended.
  alignas(tilec::runtime::cacheLine) std::atomic<uint64_t> state;
  std::atomic<uint32_t> stop;
  /// Futex of the threads that wait for a loop, and how many sleep on it.
  alignas(tilec::runtime::cacheLine) std::atomic<uint32_t> loopTicket;
  std::atomic<uint32_t> loopSleepers;
  /// Futex of the caller that waits for the threads inside its loop.
  std::atomic<uint32_t> joinTicket;
  std::atomic<uint32_t> joinSleepers;

  alignas(tilec::runtime::cacheLine) tilec::runtime::Loop loop;
};

namespace tilec::runtime {

/// Gives a pool that a fork brought into this process threads of its own.
void adoptPool(tilec_rt_pool &pool);

/// A lock for a few instructions.
class SpinLock {
public:
  explicit SpinLock(std::atomic<uint32_t> &word);
  ~SpinLock() { word.store(0, std::memory_order_release); }
  SpinLock(const SpinLock &) = delete;
  SpinLock &operator=(const SpinLock &) = delete;

private:
  std::atomic<uint32_t> &word;
};

} // namespace tilec::runtime

#endif // TILEC_LIB_RUNTIME_INTERNAL_H
