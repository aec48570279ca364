//===- Memory.cpp - The memory of workers ---------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each worker has scratch memory of a size that the entry declares, and a stack
// for storage whose size is known when the program comes to it. Both stay with
// the worker and only grow, so that a second call of an entry allocates
// nothing.
//
//===----------------------------------------------------------------------===//

#include "Internal.h"
#include <cstdlib>
#include <new>
#include <sys/mman.h>

using namespace tilec::runtime;

static const tilec_rt_site outOfMemory = {
    "", 0, 0, "out of memory: {0} bytes are not to be had"};

void tilec::runtime::failOutOfMemory(Worker &worker, int64_t bytes) {
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

bool tilec::runtime::growScratch(Worker &worker, int64_t bytes) {
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

//===----------------------------------------------------------------------===//
// The stack
//===----------------------------------------------------------------------===//

/// A chunk of `bytes`, or null.
static Chunk *allocateChunk(size_t bytes) {
  void *memory = allocateAligned(cacheLine + bytes);
  return memory ? new (memory) Chunk{nullptr, bytes, 0} : nullptr;
}

/// Puts a chunk with room for `bytes` on top; false if there is no memory.
static bool pushChunk(MemoryStack &memory, size_t bytes) {
  Chunk *chunk = nullptr;
  if (memory.spare && memory.spare->size >= bytes) {
    chunk = memory.spare;
    memory.spare = nullptr;
  } else {
    // As much again as there is: few chunks, however many small pieces.
    constexpr size_t smallest = 65536;
    size_t more = static_cast<size_t>(memory.inUse);
    more = more > smallest ? more : smallest;
    if (more > bytes)
      chunk = allocateChunk(more);
    if (!chunk)
      chunk = allocateChunk(bytes);
    if (!chunk)
      return false;
  }
  chunk->below = memory.top;
  chunk->used = 0;
  memory.top = chunk;
  return true;
}

/// Keeps the larger one of the topmost chunk and the spare one.
static void popChunk(MemoryStack &memory) {
  Chunk *chunk = memory.top;
  memory.top = chunk->below;
  if (memory.spare && memory.spare->size > chunk->size) {
    free(chunk);
    return;
  }
  free(memory.spare);
  memory.spare = chunk;
}

extern "C" void *tilec_rt_alloc(tilec_rt_worker *w, int64_t bytes) {
  Worker &worker = *getWorker(w);
  MemoryStack &memory = worker.memory;
  if (bytes < 0 || bytes > INT64_MAX - int64_t(2 * cacheLine)) {
    failOutOfMemory(worker, bytes);
    return nullptr;
  }
  size_t rounded =
      (static_cast<size_t>(bytes) + cacheLine - 1) & ~(cacheLine - 1);
  bool hasRoom = memory.top && memory.top->size - memory.top->used >= rounded;
  if (!hasRoom && !pushChunk(memory, rounded)) {
    failOutOfMemory(worker, bytes);
    return nullptr;
  }
  Chunk &chunk = *memory.top;
  void *piece = reinterpret_cast<char *>(&chunk) + cacheLine + chunk.used;
  chunk.used += rounded;
  memory.inUse += static_cast<int64_t>(rounded);
  if (int64_t more = memory.inUse - memory.peakOfCall; more > 0) {
    memory.peakOfCall = memory.inUse;
    worker.call->allocBytes.fetch_add(more, std::memory_order_relaxed);
  }
  if (memory.inUse > memory.peak)
    memory.peak = memory.inUse;
  return piece;
}

void tilec::runtime::releaseMemory(MemoryStack &memory, int64_t mark) {
  while (memory.inUse > mark) {
    auto excess = static_cast<size_t>(memory.inUse - mark);
    Chunk &chunk = *memory.top;
    size_t bytes = chunk.used < excess ? chunk.used : excess;
    chunk.used -= bytes;
    memory.inUse -= static_cast<int64_t>(bytes);
    if (chunk.used == 0 && chunk.below)
      popChunk(memory);
  }
}

void tilec::runtime::settleMemory(MemoryStack &memory) {
  releaseMemory(memory, 0);
  auto peak = static_cast<size_t>(memory.peak);
  if (memory.top && memory.top->size < peak) {
    freeMemory(memory);
    memory.top = allocateChunk(peak);
  }
  free(memory.spare);
  memory.spare = nullptr;
}

void tilec::runtime::freeMemory(MemoryStack &memory) {
  while (Chunk *chunk = memory.top) {
    memory.top = chunk->below;
    free(chunk);
  }
  free(memory.spare);
  memory.spare = nullptr;
}

extern "C" int64_t tilec_rt_mark(tilec_rt_worker *worker) {
  return getWorker(worker)->memory.inUse;
}

extern "C" void tilec_rt_release(tilec_rt_worker *worker, int64_t mark) {
  releaseMemory(getWorker(worker)->memory, mark);
}
