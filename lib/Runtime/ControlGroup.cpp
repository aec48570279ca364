//===- ControlGroup.cpp - What a container may use ------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The processor quota of the control group (a container with two processors'
// worth of time on a machine of 64): version 2 keeps it in `cpu.max` ("200000
// 100000"), version 1 in `cpu.cfs_quota_us` and `cpu.cfs_period_us`. Each
// ancestor's limit counts too.
//
//===----------------------------------------------------------------------===//

#include "Processors.h"
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace tilec::runtime;

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
