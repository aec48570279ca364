//===- ObjectCache.h - Compiled objects on disk -----------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One file for each object, named by its key. A file is written under another
// name and then renamed, so that readers and writers in other processes need no
// lock; what is half-written or damaged has a wrong hash and is not loaded.
// LLVM's own pruning keeps the folder below its size.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_EXECUTIONENGINE_OBJECTCACHE_H
#define TILEC_EXECUTIONENGINE_OBJECTCACHE_H

#include "tilec/ExecutionEngine/ObjectFormat.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <optional>
#include <string>

namespace tilec {

/// Where compiled objects are kept.
struct CacheSettings {
  bool enabled = true;
  /// Empty: `tilec` in the user's cache folder.
  std::string folder;
  /// Of all files together.
  uint64_t maxBytes = uint64_t(1) << 30;

  /// What the environment asks for: TILEC_CACHE (`on` or `off`),
  /// TILEC_CACHE_DIR and TILEC_CACHE_SIZE. An error that names the variable
  /// whose value is not understood.
  static llvm::Expected<CacheSettings> fromEnvironment();
};

/// A number of bytes of at least 1 as `512M` says it: K, M and G are powers of
/// 1024. None for any other text.
std::optional<uint64_t> parseByteSize(llvm::StringRef text);

class ObjectCache {
public:
  /// Touches no file. None if the settings turn the cache off, or name no
  /// folder and the user has none.
  static std::optional<ObjectCache> open(const CacheSettings &settings);

  llvm::StringRef getFolder() const { return folder; }
  /// Whether somebody named the folder, and so wants to know when it cannot be
  /// used.
  bool isFolderChosen() const { return folderChosen; }

  /// The object stored under a key. None if there is none, or if what is there
  /// cannot be read or is damaged. A key is a file name of letters and digits.
  /// What was looked up last is evicted last.
  std::optional<CachedObject> lookup(llvm::StringRef key) const;

  /// Stores an object, in place of what was there, and evicts what was not
  /// looked up for longest while the folder is too large. An object that is
  /// larger than the whole cache is not stored, and one that others evict while
  /// it is written is lost. An error if the folder or the file cannot be
  /// written; the cache is then as it was.
  llvm::Error store(llvm::StringRef key, const CachedObject &cached) const;

private:
  ObjectCache(std::string folder, uint64_t maxBytes, bool folderChosen)
      : folder(std::move(folder)), maxBytes(maxBytes),
        folderChosen(folderChosen) {}

  std::string getFile(llvm::StringRef key) const;
  llvm::Error write(llvm::StringRef file, llvm::StringRef bytes) const;
  void evict() const;

  std::string folder;
  uint64_t maxBytes;
  bool folderChosen;
};

} // namespace tilec

#endif // TILEC_EXECUTIONENGINE_OBJECTCACHE_H
