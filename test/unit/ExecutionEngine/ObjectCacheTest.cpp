//===- ObjectCacheTest.cpp ------------------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/ExecutionEngine/ObjectCache.h"
#include "CachedObjects.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <thread>

using namespace tilec;
using namespace tilec::test;
namespace fs = llvm::sys::fs;

namespace {
/// A folder that is there for the time of a test.
class ObjectCacheTest : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(fs::createUniqueDirectory("tilec-cache-test", folder));
  }
  void TearDown() override { fs::remove_directories(folder); }

  ObjectCache open(uint64_t maxBytes = 1 << 20) const {
    CacheSettings settings;
    settings.folder = (folder + "/new/cache").str();
    settings.maxBytes = maxBytes;
    return *ObjectCache::open(settings);
  }

  std::vector<std::string> getFiles() const {
    std::vector<std::string> files;
    std::error_code error;
    for (fs::directory_iterator it(folder + "/new/cache", error), end;
         it != end && !error; it.increment(error))
      files.push_back(it->path());
    return files;
  }

  /// The file of the only object.
  std::string getFile() const {
    for (const std::string &file : getFiles())
      if (llvm::StringRef(file).contains("llvmcache-"))
        return file;
    ADD_FAILURE() << "there is no object";
    return "";
  }

  llvm::SmallString<128> folder;
};

/// Environment variables that are as before at the end.
class Variable {
public:
  Variable(const char *name, const char *value) : name(name) {
    if (const char *old = getenv(name))
      before = old;
    setenv(name, value, 1);
  }
  ~Variable() {
    if (before)
      setenv(name, before->c_str(), 1);
    else
      unsetenv(name);
  }

private:
  const char *name;
  std::optional<std::string> before;
};
} // namespace

static void store(const ObjectCache &cache, llvm::StringRef key,
                  const CachedObject &cached) {
  llvm::Error error = cache.store(key, cached);
  EXPECT_FALSE(bool(error)) << llvm::toString(std::move(error));
}

/// Files have times of some microseconds.
static void letTimePass() {
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
}

TEST_F(ObjectCacheTest, FindsWhatWasStored) {
  ObjectCache cache = open();
  EXPECT_FALSE(cache.lookup("a").has_value());
  CachedObject first = makeCached(10), second = makeCached(20);
  store(cache, "a", first);
  store(cache, "b", second);
  expectEqual(*cache.lookup("a"), first);
  expectEqual(*open().lookup("b"), second);
  store(cache, "a", second);
  expectEqual(*cache.lookup("a"), second);
  EXPECT_FALSE(cache.lookup("c").has_value());
}

TEST_F(ObjectCacheTest, NothingIsLeftButObjects) {
  store(open(), "a", makeCached());
  for (const std::string &file : getFiles())
    EXPECT_FALSE(llvm::StringRef(file).contains(".tmp-")) << file;
  fs::file_status status;
  ASSERT_FALSE(fs::status(folder + "/new/cache", status));
  EXPECT_EQ(status.permissions(), fs::owner_all);
}

TEST_F(ObjectCacheTest, DamagedFilesAreNotLoaded) {
  ObjectCache cache = open();
  CachedObject cached = makeCached();
  std::string good = writeObject("a", cached);
  std::string flipped = good, otherKey = writeObject("b", cached);
  flipped[good.size() / 2] ^= 1;
  store(cache, "a", cached);
  std::string file = getFile();
  for (const std::string &bytes :
       {std::string(), flipped, otherKey, good.substr(0, good.size() / 2),
        good + good, std::string(good.size(), '\0')}) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
    EXPECT_FALSE(cache.lookup("a").has_value()) << bytes.size();
    store(cache, "a", cached);
    EXPECT_TRUE(cache.lookup("a").has_value());
  }
}

TEST_F(ObjectCacheTest, EvictsWhatWasNotUsedForLongest) {
  uint64_t size = writeObject("a", makeCached()).size();
  ObjectCache cache = open(3 * size);
  for (llvm::StringRef key : {"a", "b", "c"}) {
    store(cache, key, makeCached());
    letTimePass();
    // Many file systems note the first access, and no other on the same day.
    EXPECT_TRUE(cache.lookup(key).has_value());
    letTimePass();
  }
  EXPECT_TRUE(cache.lookup("a").has_value());
  letTimePass();
  store(cache, "d", makeCached());
  EXPECT_TRUE(cache.lookup("a").has_value());
  EXPECT_FALSE(cache.lookup("b").has_value());
  EXPECT_TRUE(cache.lookup("c").has_value());
  EXPECT_TRUE(cache.lookup("d").has_value());
  // A smaller cache in the same folder keeps the newest.
  letTimePass();
  store(open(size), "e", makeCached());
  EXPECT_TRUE(cache.lookup("e").has_value());
  for (llvm::StringRef key : {"a", "b", "c", "d"})
    EXPECT_FALSE(cache.lookup(key).has_value()) << key.str();
}

TEST_F(ObjectCacheTest, ObjectsLargerThanTheCache) {
  uint64_t size = writeObject("a", makeCached()).size();
  ObjectCache cache = open(size);
  store(cache, "a", makeCached());
  store(cache, "b", makeCached(2000));
  EXPECT_TRUE(cache.lookup("a").has_value());
  EXPECT_FALSE(cache.lookup("b").has_value());
}

/// What a writer left behind that was killed counts, and goes in time.
TEST_F(ObjectCacheTest, EvictsHalfWrittenFiles) {
  uint64_t size = writeObject("a", makeCached()).size();
  store(open(), "a", makeCached());
  std::string left = getFile() + ".tmp-12345678";
  std::ofstream(left) << std::string(size, 'x');
  letTimePass();
  EXPECT_TRUE(open().lookup("a").has_value());
  letTimePass();
  store(open(2 * size), "b", makeCached());
  EXPECT_FALSE(fs::exists(left));
  EXPECT_TRUE(open().lookup("a").has_value());
  EXPECT_TRUE(open().lookup("b").has_value());
}

TEST_F(ObjectCacheTest, OtherFilesAreNotTouched) {
  store(open(), "a", makeCached());
  std::string mine = (folder + "/new/cache/mine").str();
  std::ofstream(mine) << std::string(1 << 16, 'x');
  store(open(2000), "b", makeCached(100));
  EXPECT_TRUE(fs::exists(mine));
}

TEST_F(ObjectCacheTest, FoldersThatCannotBe) {
  std::ofstream((folder + "/new").str()) << "a file";
  llvm::Error error = open().store("a", makeCached());
  EXPECT_TRUE(bool(error));
  llvm::consumeError(std::move(error));
  EXPECT_FALSE(open().lookup("a").has_value());
}

/// A file that the system does not let grow stands for a full disk.
TEST_F(ObjectCacheTest, FullDisk) {
  store(open(), "a", makeCached(10));
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit limit = before;
  limit.rlim_cur = 100;
  auto handler = signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  llvm::Error error = open().store("a", makeCached());
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  signal(SIGXFSZ, handler);
  EXPECT_EQ(llvm::toString(std::move(error)), "File too large");
  // What was there before is still there, and nothing else.
  expectEqual(*open().lookup("a"), makeCached(10));
  for (const std::string &file : getFiles())
    EXPECT_FALSE(llvm::StringRef(file).contains(".tmp-")) << file;
}

/// Readers see whole objects while writers replace them and others evict.
TEST_F(ObjectCacheTest, ManyThreads) {
  CachedObject cached[] = {makeCached(1000), makeCached(3000)};
  uint64_t size = writeObject("a", cached[1]).size();
  std::atomic<int> found{0}, wrong{0};
  std::vector<std::thread> threads;
  for (int worker = 0; worker < 4; ++worker)
    threads.emplace_back([&, worker] {
      ObjectCache cache = open(3 * size);
      for (int i = 0; i < 100; ++i) {
        std::string key(1, char('a' + (worker + i) % 5));
        const CachedObject &mine = cached[i % 2];
        store(cache, key, mine);
        std::optional<CachedObject> read = cache.lookup(key);
        if (!read)
          continue;
        ++found;
        size_t bytes = read->object.code.size();
        wrong += bytes != 1000 && bytes != 3000;
      }
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_GT(found, 100);
}

TEST(CacheSettingsTest, ByteSizes) {
  EXPECT_EQ(parseByteSize("1"), 1u);
  EXPECT_EQ(parseByteSize("3K"), 3072u);
  EXPECT_EQ(parseByteSize("512M"), uint64_t(512) << 20);
  EXPECT_EQ(parseByteSize("2G"), uint64_t(2) << 30);
  EXPECT_EQ(parseByteSize("17179869183G"), uint64_t(17179869183) << 30);
  for (llvm::StringRef text :
       {"", "0", "0G", "M", "-1", "+1", "1.5G", "1GB", "1g", " 1", "0x10",
        "17179869184G", "18446744073709551616"})
    EXPECT_EQ(parseByteSize(text), std::nullopt) << text.str();
}

TEST(CacheSettingsTest, Environment) {
  Variable folder("TILEC_CACHE_DIR", "/some/folder");
  Variable size("TILEC_CACHE_SIZE", "3M");
  Variable off("TILEC_CACHE", "off");
  llvm::Expected<CacheSettings> settings = CacheSettings::fromEnvironment();
  ASSERT_TRUE(bool(settings));
  EXPECT_FALSE(settings->enabled);
  EXPECT_FALSE(ObjectCache::open(*settings).has_value());
  EXPECT_EQ(settings->folder, "/some/folder");
  EXPECT_EQ(settings->maxBytes, uint64_t(3) << 20);
}

TEST(CacheSettingsTest, DefaultFolder) {
  Variable folder("TILEC_CACHE_DIR", ""), size("TILEC_CACHE_SIZE", "");
  Variable on("TILEC_CACHE", "on"), xdg("XDG_CACHE_HOME", "/xdg");
  llvm::Expected<CacheSettings> settings = CacheSettings::fromEnvironment();
  ASSERT_TRUE(bool(settings));
  EXPECT_EQ(settings->maxBytes, uint64_t(1) << 30);
  std::optional<ObjectCache> cache = ObjectCache::open(*settings);
  ASSERT_TRUE(cache.has_value());
  EXPECT_EQ(cache->getFolder(), "/xdg/tilec");
  EXPECT_FALSE(cache->isFolderChosen());
  for (const char *invalid : {"", "relative"}) {
    Variable none("XDG_CACHE_HOME", invalid), home("HOME", "/home/someone");
    EXPECT_EQ(ObjectCache::open(*settings)->getFolder(),
              "/home/someone/.cache/tilec");
  }
}

TEST(CacheSettingsTest, EnvironmentErrors) {
  auto getError = [] {
    auto settings = CacheSettings::fromEnvironment();
    return settings ? "" : llvm::toString(settings.takeError());
  };
  {
    Variable on("TILEC_CACHE", "yes");
    EXPECT_EQ(getError(), "TILEC_CACHE is `on` or `off`, not `yes`");
  }
  Variable size("TILEC_CACHE_SIZE", "lots");
  EXPECT_EQ(getError(),
            "TILEC_CACHE_SIZE is a size such as `512M`, not `lots`");
}
