//===- Processors.cpp - How many threads can run at once ------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The affinity mask, by physical cores: a second thread of a core shares its
// vector units and caches with the first, so that a pool of one thread a core
// is faster. The kernel lists the processors of a core in `core_cpus_list`, in
// `thread_siblings_list` before Linux 5.3, as "0,64" or "0-1".
//
//===----------------------------------------------------------------------===//

#include "Processors.h"
#include "tilec/Runtime/Runtime.h"
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

using namespace tilec::runtime;

SmallFile::SmallFile(const char *path) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return;
  size_t size = 0;
  while (size < sizeof(text) - 1) {
    ssize_t got = read(file, text + size, sizeof(text) - 1 - size);
    if (got <= 0)
      break;
    size += static_cast<size_t>(got);
  }
  text[size] = '\0';
  close(file);
}

//===----------------------------------------------------------------------===//
// Sets
//===----------------------------------------------------------------------===//

void ProcessorSet::add(int32_t processor) {
  if (processor >= 0 && processor < capacity)
    words[processor / wordBits] |= 1UL << (processor % wordBits);
}

bool ProcessorSet::has(int32_t processor) const {
  return processor >= 0 && processor < capacity &&
         (words[processor / wordBits] >> (processor % wordBits) & 1);
}

ProcessorSet ProcessorSet::getAffinity() {
  ProcessorSet set;
  if (sched_getaffinity(0, sizeof(set.words),
                        reinterpret_cast<cpu_set_t *>(set.words)) != 0)
    return ProcessorSet();
  return set;
}

bool ProcessorSet::setAffinity() const {
  return sched_setaffinity(0, sizeof(words),
                           reinterpret_cast<const cpu_set_t *>(words)) == 0;
}

//===----------------------------------------------------------------------===//
// Cores
//===----------------------------------------------------------------------===//

/// How many processors of the set come before `processor` in a list of such as
/// "0-1,64".
static int32_t countBefore(const char *list, const ProcessorSet &set,
                           int32_t processor) {
  int32_t count = 0;
  while (*list >= '0' && *list <= '9') {
    char *rest = nullptr;
    long first = strtol(list, &rest, 10), last = first;
    if (*rest == '-')
      last = strtol(rest + 1, &rest, 10);
    for (long other = first; other <= last && other < processor; ++other)
      count += set.has(static_cast<int32_t>(other));
    list = *rest == ',' ? rest + 1 : rest;
  }
  return count;
}

/// Which processor of its core it is, among those in the set, counted from 0.
static int32_t getRank(const ProcessorSet &set, const char *folder,
                       int32_t processor) {
  static constexpr const char *names[] = {"core_cpus_list",
                                          "thread_siblings_list"};
  for (const char *name : names) {
    char path[PATH_MAX];
    int length = snprintf(path, sizeof(path), "%s/cpu%d/topology/%s", folder,
                          static_cast<int>(processor), name);
    if (length < 0 || length >= static_cast<int>(sizeof(path)))
      continue;
    SmallFile file(path);
    if (*file.text)
      return countBefore(file.text, set, processor);
  }
  return 0;
}

int32_t tilec::runtime::orderProcessors(const ProcessorSet &set,
                                        const char *folder, int32_t *order,
                                        int32_t &cores) {
  // Ranks first: each file is read once. No core has more than 8 threads.
  constexpr int32_t maxRank = 15;
  uint8_t ranks[ProcessorSet::capacity];
  int32_t total = 0;
  for (int32_t i = 0; i < ProcessorSet::capacity; ++i)
    if (set.has(i)) {
      int32_t rank = getRank(set, folder, i);
      ranks[i] = static_cast<uint8_t>(rank < maxRank ? rank : maxRank);
      ++total;
    }
  int32_t count = 0;
  cores = 0;
  for (int32_t rank = 0; count < total; ++rank) {
    for (int32_t i = 0; i < ProcessorSet::capacity; ++i)
      if (set.has(i) && ranks[i] == rank)
        order[count++] = i;
    if (rank == 0)
      cores = count;
  }
  return total;
}

extern "C" int32_t tilec_rt_processors(int32_t *processors, int32_t capacity,
                                       int32_t *cores) {
  int32_t order[ProcessorSet::capacity];
  int32_t firstOnes = 0;
  int32_t total = orderProcessors(ProcessorSet::getAffinity(),
                                  "/sys/devices/system/cpu", order, firstOnes);
  for (int32_t i = 0; i < total && i < capacity; ++i)
    processors[i] = order[i];
  if (cores)
    *cores = firstOnes;
  return total;
}

/// The number cut to the control group's quota, at least 1.
static int32_t cutToQuota(int32_t processors) {
  int32_t limit = readControlGroupLimit("/proc/self/cgroup", "/sys/fs/cgroup");
  int32_t threads = limit < processors ? limit : processors;
  return threads < 1 ? 1 : threads;
}

int32_t tilec::runtime::countUsableProcessors() {
  return cutToQuota(tilec_rt_processors(nullptr, 0, nullptr));
}

extern "C" int32_t tilec_rt_default_threads(void) {
  int32_t cores = 0;
  tilec_rt_processors(nullptr, 0, &cores);
  return cutToQuota(cores);
}
