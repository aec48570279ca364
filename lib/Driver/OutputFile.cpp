//===- OutputFile.cpp - Writing results in one step -----------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OutputFile.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"
#include <fmt/format.h>

using namespace tilec;
using llvm::StringRef;
namespace fs = llvm::sys::fs;

/// Writes to an open file and says what went wrong; the stream would end the
/// process for an error that nobody has looked at.
static llvm::Error writeTo(llvm::raw_fd_ostream &out, StringRef contents) {
  out << contents;
  out.flush();
  std::error_code error = out.error();
  out.clear_error();
  return llvm::errorCodeToError(error);
}

static llvm::Error replaceFile(StringRef path, StringRef contents) {
  llvm::SmallString<128> target;
  if (fs::real_path(path, target))
    target = path;
  llvm::Expected<fs::TempFile> temporary = fs::TempFile::create(
      target + ".tmp-%%%%%%%%", fs::all_read | fs::all_write);
  if (!temporary)
    return temporary.takeError();
  llvm::Error error = [&] {
    llvm::raw_fd_ostream out(temporary->FD, /*shouldClose=*/false);
    return writeTo(out, contents);
  }();
  if (error)
    return llvm::joinErrors(std::move(error), temporary->discard());
  return temporary->keep(target);
}

static llvm::Error writeInPlace(StringRef path, StringRef contents) {
  std::error_code error;
  llvm::raw_fd_ostream out(path, error, fs::CD_OpenExisting);
  return error ? llvm::errorCodeToError(error) : writeTo(out, contents);
}

static llvm::Error write(StringRef path, StringRef contents) {
  if (path == "-")
    return writeTo(llvm::outs(), contents);
  fs::file_status status;
  bool exists = !fs::status(path, status) && fs::exists(status);
  if (exists && fs::is_directory(status))
    return llvm::errorCodeToError(
        std::make_error_code(std::errc::is_a_directory));
  return exists && !fs::is_regular_file(status) ? writeInPlace(path, contents)
                                                : replaceFile(path, contents);
}

llvm::Error tilec::writeOutput(StringRef path, StringRef contents) {
  if (llvm::Error error = write(path, contents))
    return llvm::createStringError(fmt::format(
        "cannot write `{}`: {}", path == "-" ? "standard output" : path.str(),
        llvm::toString(std::move(error))));
  return llvm::Error::success();
}
