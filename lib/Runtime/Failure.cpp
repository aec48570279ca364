//===- Failure.cpp - Located run-time errors ------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Internal.h"
#include <cinttypes>
#include <cstdio>

using namespace tilec::runtime;

extern "C" void tilec_rt_fail(tilec_rt_worker *w, const tilec_rt_site *site,
                              int64_t count, const int64_t *values) {
  Worker &worker = *getWorker(w);
  if (getStopBits(worker))
    return;
  Failure &failure = worker.failure;
  failure.site = site;
  failure.count = static_cast<int32_t>(count < maxValues ? count : maxValues);
  for (int32_t i = 0; i < failure.count; ++i)
    failure.values[i] = values[i];
  setStopBit(worker, failedBit);
}

static const tilec_rt_site cancelled = {"", 0, 0, "the call was cancelled"};

const Failure &tilec::runtime::getFailure(Worker &worker) {
  if (!(getStopBits(worker) & failedBit)) {
    worker.failure.site = &cancelled;
    worker.failure.count = 0;
  }
  return worker.failure;
}

bool tilec::runtime::isCancellation(const Failure &failure) {
  return failure.site == &cancelled;
}

/// The value that a placeholder at `text` stands for, or null.
static const int64_t *findValue(const Failure &failure, const char *text) {
  if (text[0] != '{' || text[1] < '0' || text[1] > '7' || text[2] != '}')
    return nullptr;
  int32_t index = text[1] - '0';
  return index < failure.count ? &failure.values[index] : nullptr;
}

void tilec::runtime::describeFailure(const Failure &failure,
                                     tilec_rt_error &error) {
  error.file = failure.site->file;
  error.line = failure.site->line;
  error.column = failure.site->column;
  char *out = error.message, *end = out + sizeof(error.message) - 1;
  for (const char *text = failure.site->message; *text && out < end;) {
    if (const int64_t *value = findValue(failure, text)) {
      size_t room = static_cast<size_t>(end - out) + 1;
      int length = snprintf(out, room, "%" PRId64, *value);
      out += length < end - out ? length : end - out;
      text += 3;
    } else {
      *out++ = *text++;
    }
  }
  *out = '\0';
}

extern "C" size_t tilec_rt_error_format(const tilec_rt_error *error,
                                        char *buffer, size_t size) {
  int length = error->line > 0
                   ? snprintf(buffer, size, "%s:%d:%d: error: %s", error->file,
                              static_cast<int>(error->line),
                              static_cast<int>(error->column), error->message)
                   : snprintf(buffer, size, "error: %s", error->message);
  return length > 0 ? static_cast<size_t>(length) : 0;
}
