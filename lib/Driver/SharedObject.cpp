//===- SharedObject.cpp - Linking shared objects --------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every shared object holds a run-time library of its own, bound to it when it
// is linked, so that two of them in one process, of different versions
// perhaps, do not mix.
//
//===----------------------------------------------------------------------===//

#include "SharedObject.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/TargetParser/Host.h"
#include <fmt/format.h>

using namespace tilec;
using llvm::StringRef;
namespace fs = llvm::sys::fs;
namespace path = llvm::sys::path;

/// The run-time library's side of whoever runs compiled code.
static constexpr StringRef callerFunctions[] = {
    "tilec_rt_call*",   "tilec_rt_default_threads", "tilec_rt_entry_*",
    "tilec_rt_error_*", "tilec_rt_pack_*",          "tilec_rt_packed_*",
    "tilec_rt_pool_*",  "tilec_rt_supports",        "tilec_rt_unpack_*",
};

static std::string joinPath(StringRef folder, StringRef name) {
  llvm::SmallString<128> result(folder);
  path::append(result, name);
  return result.str().str();
}

llvm::Expected<std::string>
tilec::findLinker(llvm::ArrayRef<StringRef> folders) {
  for (StringRef name : {"ld.lld-19", "ld.lld"})
    if (auto found = llvm::sys::findProgramByName(name, folders))
      return *found;
  return llvm::createStringError(
      "`--emit=shared` links with lld, which is not installed: it is in "
      "Debian's package lld-19");
}

/// lld as it comes with LLVM, or another one.
static llvm::Expected<std::string> findAnyLinker() {
  auto linker = findLinker(StringRef(TILEC_LLVM_TOOLS));
  if (linker)
    return linker;
  llvm::consumeError(linker.takeError());
  return findLinker(llvm::ArrayRef<StringRef>());
}

/// The path of the run-time library for an object.
static llvm::Expected<std::string>
findRuntimeLibrary(const SharedObject &object) {
  if (!object.runtimeLibrary.empty()) {
    if (fs::exists(object.runtimeLibrary))
      return object.runtimeLibrary;
    return llvm::createStringError(fmt::format(
        "`--runtime-lib`: there is no file `{}`", object.runtimeLibrary));
  }
  llvm::Triple host(llvm::sys::getProcessTriple());
  if (host.getArch() != object.triple.getArch() ||
      host.getOS() != object.triple.getOS())
    return llvm::createStringError(fmt::format(
        "`--emit=shared` needs the run-time library for `{}`: name a "
        "libtilec_rt.a with --runtime-lib",
        object.triple.str()));
  static int anchor;
  std::string tool = fs::getMainExecutable("tilec", &anchor);
  StringRef root = path::parent_path(path::parent_path(tool));
  // Installed; in a build.
  for (StringRef name : {"lib/libtilec_rt.a", "lib/Runtime/libtilec_rt.a"})
    if (std::string file = joinPath(root, name); fs::exists(file))
      return file;
  return llvm::createStringError(
      fmt::format("there is no libtilec_rt.a in `{}`: name one with "
                  "--runtime-lib",
                  joinPath(root, "lib")));
}

/// The C library of the target, as far as it is there.
static std::vector<std::string> findCLibraries(const llvm::Triple &triple) {
  std::string name = (triple.getArchName() + "-linux-gnu").str();
  bool isHost =
      llvm::Triple(llvm::sys::getProcessTriple()).getArch() == triple.getArch();
  std::vector<std::string> folders = {"/usr/lib/" + name, "/lib/" + name,
                                      "/usr/" + name + "/lib"};
  if (isHost)
    folders.insert(folders.end(), {"/usr/lib64", "/lib64", "/usr/lib"});
  std::vector<std::string> found;
  for (const std::string &folder : folders) {
    for (StringRef library : {"libc.so.6", "libm.so.6", "ld-linux-x86-64.so.2",
                              "ld-linux-aarch64.so.1"})
      if (std::string file = joinPath(folder, library); fs::exists(file))
        found.push_back(file);
    if (!found.empty())
      break;
  }
  return found;
}

static std::string makeVersionScript(llvm::ArrayRef<std::string> exports) {
  std::string script = "{\n  global:\n";
  for (const std::string &name : exports)
    script += fmt::format("    \"{}\";\n", name);
  for (StringRef pattern : callerFunctions)
    script += fmt::format("    {};\n", pattern.str());
  return script + "  local: *;\n};\n";
}

static llvm::Error writeFile(StringRef file, StringRef contents) {
  std::error_code error;
  llvm::raw_fd_ostream out(file, error);
  if (!error) {
    out << contents;
    out.close();
    error = out.error();
    out.clear_error();
  }
  return llvm::errorCodeToError(error);
}

/// Runs lld; what it printed is the error. File names in `folder` never reach
/// the output.
static llvm::Error runLinker(StringRef linker, const SharedObject &object,
                             StringRef runtime, StringRef folder) {
  std::string exports = joinPath(folder, "exports"),
              code = joinPath(folder, "code.o"),
              out = joinPath(folder, "out.so"), log = joinPath(folder, "log");
  if (llvm::Error error = writeFile(code, object.code))
    return error;
  if (llvm::Error error = writeFile(exports, makeVersionScript(object.exports)))
    return error;
  std::vector<std::string> libraries = findCLibraries(object.triple);
  std::vector<StringRef> arguments = {"ld.lld",
                                      "-shared",
                                      "-o",
                                      out,
                                      "-soname",
                                      object.soname,
                                      "--version-script",
                                      exports,
                                      "--build-id=none",
                                      "--hash-style=gnu",
                                      "--gc-sections",
                                      "-Bsymbolic",
                                      "-z",
                                      "relro",
                                      "-z",
                                      "now",
                                      code,
                                      "--whole-archive",
                                      runtime,
                                      "--no-whole-archive"};
  // With the C library at hand, nothing else may be missing.
  if (!libraries.empty())
    arguments.insert(arguments.end(), {"-z", "defs", "--as-needed"});
  arguments.insert(arguments.end(), libraries.begin(), libraries.end());
  std::string message;
  std::optional<StringRef> redirects[] = {StringRef(""), StringRef(log),
                                          StringRef(log)};
  if (llvm::sys::ExecuteAndWait(linker, arguments, std::nullopt, redirects,
                                /*SecondsToWait=*/0, /*MemoryLimit=*/0,
                                &message) == 0)
    return llvm::Error::success();
  if (auto text = llvm::MemoryBuffer::getFile(log))
    message += (*text)->getBuffer().rtrim();
  return llvm::createStringError(
      fmt::format("`{}` failed: {}", linker.str(), message));
}

llvm::Expected<llvm::SmallString<0>>
tilec::linkSharedObject(const SharedObject &object) {
  llvm::Expected<std::string> linker = findAnyLinker();
  if (!linker)
    return linker.takeError();
  llvm::Expected<std::string> runtime = findRuntimeLibrary(object);
  if (!runtime)
    return runtime.takeError();
  llvm::SmallString<128> folder;
  if (std::error_code error = fs::createUniqueDirectory("tilec-link", folder))
    return llvm::createStringError(
        fmt::format("no temporary folder to link in: {}", error.message()));
  auto remove = llvm::make_scope_exit([&] { fs::remove_directories(folder); });
  if (llvm::Error error = runLinker(*linker, object, *runtime, folder))
    return error;
  auto contents = llvm::MemoryBuffer::getFile(joinPath(folder, "out.so"));
  if (!contents)
    return llvm::errorCodeToError(contents.getError());
  return llvm::SmallString<0>((*contents)->getBuffer());
}
