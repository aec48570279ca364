//===- ObjectCache.cpp - Compiled objects on disk -------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/ExecutionEngine/ObjectCache.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CachePruning.h"
#include "llvm/Support/Chrono.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include <fmt/format.h>

using namespace tilec;
using llvm::StringRef;
namespace fs = llvm::sys::fs;
namespace path = llvm::sys::path;

//===----------------------------------------------------------------------===//
// Settings
//===----------------------------------------------------------------------===//

std::optional<uint64_t> tilec::parseByteSize(StringRef text) {
  unsigned shift = text.consume_back("K")   ? 10
                   : text.consume_back("M") ? 20
                   : text.consume_back("G") ? 30
                                            : 0;
  uint64_t number = 0;
  if (!llvm::all_of(text, llvm::isDigit) || text.getAsInteger(10, number) ||
      number == 0 || number > (UINT64_MAX >> shift))
    return std::nullopt;
  return number << shift;
}

/// The value of a variable; none if it is not set, or empty.
static std::optional<std::string> getVariable(const char *name) {
  std::optional<std::string> value = llvm::sys::Process::GetEnv(name);
  return value && !value->empty() ? value : std::nullopt;
}

llvm::Expected<CacheSettings> CacheSettings::fromEnvironment() {
  CacheSettings settings;
  settings.folder = getVariable("TILEC_CACHE_DIR").value_or("");
  if (std::optional<std::string> value = getVariable("TILEC_CACHE")) {
    if (*value != "on" && *value != "off")
      return llvm::createStringError(
          fmt::format("TILEC_CACHE is `on` or `off`, not `{}`", *value));
    settings.enabled = *value == "on";
  }
  if (std::optional<std::string> value = getVariable("TILEC_CACHE_SIZE")) {
    std::optional<uint64_t> bytes = parseByteSize(*value);
    if (!bytes)
      return llvm::createStringError(fmt::format(
          "TILEC_CACHE_SIZE is a size such as `512M`, not `{}`", *value));
    settings.maxBytes = *bytes;
  }
  return settings;
}

/// LLVM's own function takes an empty or relative XDG_CACHE_HOME as it is,
/// which the XDG specification forbids. False if the user has no folder.
static bool getUserFolder(llvm::SmallVectorImpl<char> &folder) {
  std::optional<std::string> value = getVariable("XDG_CACHE_HOME");
  if (value && path::is_absolute(*value)) {
    folder.assign(value->begin(), value->end());
    return true;
  }
  if (!path::home_directory(folder))
    return false;
  path::append(folder, ".cache");
  return true;
}

std::optional<ObjectCache> ObjectCache::open(const CacheSettings &settings) {
  if (!settings.enabled)
    return std::nullopt;
  if (!settings.folder.empty())
    return ObjectCache(settings.folder, settings.maxBytes, true);
  llvm::SmallString<128> folder;
  if (!getUserFolder(folder))
    return std::nullopt;
  path::append(folder, "tilec");
  return ObjectCache(folder.str().str(), settings.maxBytes, false);
}

//===----------------------------------------------------------------------===//
// Files
//===----------------------------------------------------------------------===//

/// The prefix is what LLVM's pruning goes by: all other files are not ours.
std::string ObjectCache::getFile(StringRef key) const {
  llvm::SmallString<128> file(folder);
  path::append(file, "llvmcache-" + key);
  return file.str().str();
}

std::optional<CachedObject> ObjectCache::lookup(StringRef key) const {
  std::string file = getFile(key);
  llvm::Expected<fs::file_t> handle = fs::openNativeFileForRead(file);
  if (!handle) {
    llvm::consumeError(handle.takeError());
    return std::nullopt;
  }
  auto close = llvm::make_scope_exit([&] { fs::closeFile(*handle); });
  // Read, not mapped: memory must not change behind the hash.
  auto buffer = llvm::MemoryBuffer::getOpenFile(
      *handle, file, /*FileSize=*/-1, /*RequiresNullTerminator=*/false,
      /*IsVolatile=*/true);
  if (!buffer)
    return std::nullopt;
  llvm::Expected<CachedObject> cached = readObject((*buffer)->getBuffer(), key);
  if (!cached) {
    llvm::consumeError(cached.takeError());
    return std::nullopt;
  }
  // File systems are lazy about access times. Where this one cannot be set, the
  // object is evicted too early, no more.
  (void)fs::setLastAccessAndModificationTime(*handle,
                                             std::chrono::system_clock::now());
  return std::move(*cached);
}

/// No signal handler removes the file, since an embedding program's handlers
/// are not ours to change. One that is left behind is evicted in time.
llvm::Error ObjectCache::write(StringRef file, StringRef bytes) const {
  int handle;
  llvm::SmallString<128> temporary;
  if (std::error_code error =
          fs::createUniqueFile(file + ".tmp-%%%%%%%%", handle, temporary,
                               fs::OF_None, fs::owner_read | fs::owner_write))
    return llvm::errorCodeToError(error);
  std::error_code error;
  {
    llvm::raw_fd_ostream out(handle, /*shouldClose=*/true);
    out << bytes;
    out.close();
    error = out.error();
    // The stream would end the process for an error that nobody looked at.
    out.clear_error();
  }
  if (!error)
    error = fs::rename(temporary, file);
  if (!error)
    return llvm::Error::success();
  fs::remove(temporary);
  // Somebody else has evicted what took too long to write.
  if (error == std::errc::no_such_file_or_directory)
    return llvm::Error::success();
  return llvm::errorCodeToError(error);
}

llvm::Error ObjectCache::store(StringRef key,
                               const CachedObject &cached) const {
  std::string bytes = writeObject(key, cached);
  if (bytes.size() > maxBytes)
    return llvm::Error::success();
  // Whoever can write here decides what code runs.
  if (std::error_code error = fs::create_directories(
          folder, /*IgnoreExisting=*/true, fs::owner_all))
    return llvm::errorCodeToError(error);
  if (llvm::Error error = write(getFile(key), bytes))
    return error;
  evict();
  return llvm::Error::success();
}

void ObjectCache::evict() const {
  llvm::CachePruningPolicy policy;
  policy.Interval = std::chrono::seconds(0);
  policy.Expiration = std::chrono::seconds(0);
  policy.MaxSizePercentageOfAvailableSpace = 100;
  policy.MaxSizeBytes = maxBytes;
  llvm::pruneCache(folder, policy);
}
