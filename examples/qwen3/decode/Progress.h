//===- Progress.h - How far it is -------------------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QWEN3_DECODE_PROGRESS_H
#define QWEN3_DECODE_PROGRESS_H

#include <cstdint>
#include <cstdio>
#include <fmt/format.h>
#include <string>
#include <unistd.h>

namespace qwen3 {

/// A line on standard error, if that is a terminal, as long as it lives.
class Progress {
public:
  Progress(std::string what, int64_t all)
      : what(std::move(what)), all(all), isShown(isatty(STDERR_FILENO) != 0) {}
  Progress(const Progress &) = delete;
  ~Progress() {
    if (isShown)
      std::fputs("\r\033[K", stderr);
  }

  void advance(int64_t some) {
    done += some;
    int64_t percent = done * 100 / all;
    if (isShown && percent != shown)
      fmt::print(stderr, "\r{}: {} %", what, shown = percent);
  }

private:
  std::string what;
  int64_t all;
  int64_t done = 0;
  int64_t shown = -1;
  bool isShown;
};

} // namespace qwen3

#endif // QWEN3_DECODE_PROGRESS_H
