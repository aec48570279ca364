//===- Progress.cpp - A sign of life --------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Progress.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/raw_ostream.h"
#include <chrono>

using namespace tilec;

/// The object that lives; only the main thread makes and asks for it.
static Progress *active = nullptr;

Progress::Progress(std::string what) : what(std::move(what)) {
  if (!llvm::sys::Process::StandardErrIsDisplayed())
    return;
  active = this;
  thread = std::thread([this] { show(); });
}

Progress::~Progress() {
  if (!thread.joinable())
    return;
  active = nullptr;
  {
    std::lock_guard<std::mutex> lock(mutex);
    done = true;
  }
  ended.notify_one();
  thread.join();
}

void Progress::clear() {
  if (shown)
    llvm::errs() << "\r\033[K";
  shown = false;
}

void Progress::clearLine() {
  if (!active)
    return;
  std::lock_guard<std::mutex> lock(active->mutex);
  active->clear();
}

/// One line that is written anew each second, and gone at the end.
void Progress::show() {
  std::unique_lock<std::mutex> lock(mutex);
  unsigned seconds = 0;
  while (!ended.wait_for(lock, std::chrono::seconds(1), [&] { return done; })) {
    clear();
    llvm::errs() << what << " ... " << ++seconds << " s";
    shown = true;
  }
  clear();
}
