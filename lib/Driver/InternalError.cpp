//===- InternalError.cpp - Defects of the compiler ------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InternalError.h"
#include "tilec/Driver/Driver.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"
#include <atomic>
#include <new>
#include <unistd.h>

using namespace tilec;
using llvm::StringRef;
namespace fs = llvm::sys::fs;
namespace path = llvm::sys::path;

namespace {
struct State {
  WorkInProgress work;
  /// Empty as long as the program is the source.
  std::string ir;
  /// A crash while a crash is reported ends it.
  std::atomic<bool> reporting{false};
};
} // namespace

/// Never destroyed: a crash may come late.
static State &getState() {
  static State &state = *new State;
  return state;
}

void tilec::setWorkInProgress(WorkInProgress work) {
  getState().work = std::move(work);
}

void tilec::setProgramIR(std::string text) { getState().ir = std::move(text); }

//===----------------------------------------------------------------------===//
// The reproducer
//===----------------------------------------------------------------------===//

static std::string formatCommand(llvm::ArrayRef<std::string> words) {
  std::string text;
  llvm::raw_string_ostream out(text);
  llvm::interleave(
      words, out,
      [&](const std::string &word) {
        // An empty word must be quoted to be one.
        llvm::sys::printArg(out, word, /*Quote=*/word.empty());
      },
      " ");
  return text;
}

static bool isMLIRProgram() {
  const State &state = getState();
  return !state.ir.empty() || path::extension(state.work.input) == ".mlir";
}

/// The command that replays the failure from `file`.
static std::string getReplayCommand(StringRef file) {
  const State &state = getState();
  std::vector<std::string> words = state.work.command;
  words.push_back(file.str());
  auto append = [&](llvm::ArrayRef<std::string> more) {
    words.insert(words.end(), more.begin(), more.end());
  };
  append(state.work.arguments);
  if (!isMLIRProgram())
    append(state.work.sourceArguments);
  return formatCommand(words);
}

static void writeProgram(llvm::raw_ostream &out, StringRef what,
                         StringRef replay) {
  const State &state = getState();
  StringRef comment = isMLIRProgram() ? "// " : "# ";
  // A message of several lines must stay one comment.
  out << comment
      << "tilec " TILEC_VERSION ": internal error: " << what.split('\n').first
      << '\n';
  out << comment << formatCommand(state.work.commandLine) << '\n';
  out << comment << "replay: " << replay << '\n';
  if (!state.ir.empty()) {
    out << state.ir;
  } else if (auto source = llvm::MemoryBuffer::getFile(state.work.input)) {
    out << (*source)->getBuffer();
  }
}

/// Writes the reproducer; its name, or nothing if that fails.
static std::string writeReproducer(StringRef what) {
  StringRef extension = isMLIRProgram()
                            ? "mlir"
                            : path::extension(getState().work.input).substr(1);
  int file;
  llvm::SmallString<128> name;
  if (fs::createTemporaryFile("tilec-" + path::stem(getState().work.input),
                              extension, file, name))
    return "";
  llvm::raw_fd_ostream out(file, /*shouldClose=*/true);
  writeProgram(out, what, getReplayCommand(name));
  out.flush();
  bool failed = out.has_error();
  out.clear_error();
  return failed ? "" : name.str().str();
}

int tilec::reportInternalError(StringRef what) {
  getState().reporting = true;
  llvm::raw_ostream &err = llvm::errs();
  err << "tilec: internal error: " << what << '\n';
  std::string name = getState().work.input.empty() ? "" : writeReproducer(what);
  if (name.empty()) {
    err << "tilec: note: there is no reproducer; the command was: "
        << formatCommand(getState().work.commandLine) << '\n';
    return ExitInternal;
  }
  err << "tilec: note: this is a defect of the compiler; the program is in "
      << name << ", and this command replays the error:\n  "
      << getReplayCommand(name) << '\n';
  return ExitInternal;
}

//===----------------------------------------------------------------------===//
// Crashes
//===----------------------------------------------------------------------===//

static void endWithInternalError(StringRef what) {
  int status = ExitInternal;
  if (!getState().reporting.exchange(true))
    status = reportInternalError(what);
  llvm::sys::RunInterruptHandlers(); // removes temporary files
  _exit(status);
}

static void handleSignal(void *) {
  endWithInternalError("the compiler crashed");
}

static void handleFatalError(void *, const char *message, bool) {
  endWithInternalError(message);
}

static void handleOutOfMemory() {
  static constexpr char message[] = "tilec: error: out of memory\n";
  (void)!write(STDERR_FILENO, message, sizeof(message) - 1);
  _exit(ExitRejected);
}

void tilec::installCrashHandlers() {
  getState();
  llvm::sys::AddSignalHandler(handleSignal, nullptr);
  llvm::install_fatal_error_handler(handleFatalError);
  llvm::install_bad_alloc_error_handler(
      [](void *, const char *, bool) { handleOutOfMemory(); });
  std::set_new_handler(handleOutOfMemory);
}
