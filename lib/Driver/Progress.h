//===- Progress.h - A sign of life ------------------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_DRIVER_PROGRESS_H
#define TILEC_LIB_DRIVER_PROGRESS_H

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace tilec {

/// Shows, on a terminal, what takes more than a second, for as long as the
/// object lives. One at a time; who prints to standard error meanwhile calls
/// clearLine before.
class Progress {
public:
  explicit Progress(std::string what);
  ~Progress();
  Progress(const Progress &) = delete;
  Progress &operator=(const Progress &) = delete;

  /// Removes the line of the object that lives, if one does; it comes back.
  static void clearLine();

private:
  void show();
  void clear();

  std::string what;
  std::mutex mutex;
  std::condition_variable ended;
  bool done = false;
  bool shown = false;
  std::thread thread;
};

} // namespace tilec

#endif // TILEC_LIB_DRIVER_PROGRESS_H
