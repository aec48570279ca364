//===- Processors.cpp - How many threads can run at once ------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The affinity mask, and the processor quota of the control group (a container
// with two processors' worth of time on a machine of 64): version 2 keeps it in
// `cpu.max` ("200000 100000"), version 1 in `cpu.cfs_quota_us` and
// `cpu.cfs_period_us`. Each ancestor's limit counts too.
//
//===----------------------------------------------------------------------===//

#include "Internal.h"
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

using namespace tilec::runtime;

namespace {
/// A file read whole, cut to the buffer's size; empty if it cannot be read.
struct SmallFile {
  char text[8192] = {};

  explicit SmallFile(const char *path) {
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
};
} // namespace

/// Whole processors of a quota; a part of one still runs one thread.
static int32_t toProcessors(long long quota, long long period) {
  if (quota <= 0 || period <= 0)
    return INT32_MAX;
  long long processors = quota / period;
  if (processors > INT32_MAX)
    return INT32_MAX;
  return processors < 1 ? 1 : static_cast<int32_t>(processors);
}

/// The limit that the files in one folder state.
static int32_t readLimit(const char *folder) {
  char path[PATH_MAX + 32];
  snprintf(path, sizeof(path), "%s/cpu.max", folder);
  SmallFile unified(path);
  long long quota = 0, period = 0;
  if (sscanf(unified.text, "%lld %lld", &quota, &period) == 2)
    return toProcessors(quota, period);
  snprintf(path, sizeof(path), "%s/cpu.cfs_quota_us", folder);
  SmallFile quotaFile(path);
  snprintf(path, sizeof(path), "%s/cpu.cfs_period_us", folder);
  SmallFile periodFile(path);
  return toProcessors(atoll(quotaFile.text), atoll(periodFile.text));
}

/// The lowest limit of the group `group` below `root` and its ancestors, the
/// root included (inside a container the group's own path may not be visible).
static int32_t readLimits(const char *root, const char *group) {
  char folder[PATH_MAX];
  int length = snprintf(folder, sizeof(folder), "%s%s", root, group);
  if (length < 0 || length >= int(sizeof(folder)))
    return INT32_MAX;
  int32_t lowest = INT32_MAX;
  while (true) {
    int32_t limit = readLimit(folder);
    lowest = limit < lowest ? limit : lowest;
    char *slash = strrchr(folder, '/');
    if (!slash || slash < folder + strlen(root))
      return lowest;
    *slash = '\0';
  }
}

/// Whether `cpu` is in the comma-separated list of controllers.
static bool hasCPUController(const char *controllers) {
  for (const char *at = controllers; (at = strstr(at, "cpu")); at += 3)
    if ((at == controllers || at[-1] == ',') && (at[3] == '\0' || at[3] == ','))
      return true;
  return false;
}

int32_t tilec::runtime::readControlGroupLimit(const char *membership,
                                              const char *mount) {
  SmallFile file(membership);
  int32_t lowest = INT32_MAX;
  char *rest = nullptr;
  for (char *line = strtok_r(file.text, "\n", &rest); line;
       line = strtok_r(nullptr, "\n", &rest)) {
    // "0::/path" in version 2, "4:cpu,cpuacct:/path" in version 1.
    char *controllers = strchr(line, ':');
    char *group = controllers ? strchr(controllers + 1, ':') : nullptr;
    if (!group)
      continue;
    ++controllers;
    *group++ = '\0';
    if (*controllers && !hasCPUController(controllers))
      continue;
    char root[PATH_MAX];
    snprintf(root, sizeof(root), *controllers ? "%s/%s" : "%s", mount,
             controllers);
    int32_t limit = readLimits(root, group);
    lowest = limit < lowest ? limit : lowest;
  }
  return lowest;
}

static int32_t countAffinity() {
  unsigned long mask[128] = {};
  auto *set = reinterpret_cast<cpu_set_t *>(mask);
  if (sched_getaffinity(0, sizeof(mask), set) != 0)
    return 1;
  int32_t count = CPU_COUNT_S(sizeof(mask), set);
  return count < 1 ? 1 : count;
}

extern "C" int32_t tilec_rt_default_threads(void) {
  int32_t available = countAffinity();
  int32_t limit = readControlGroupLimit("/proc/self/cgroup", "/sys/fs/cgroup");
  return limit < available ? limit : available;
}
