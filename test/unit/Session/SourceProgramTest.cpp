//===- SourceProgramTest.cpp ----------------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Session/SourceProgram.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <fstream>
#include <gtest/gtest.h>

using namespace tilec;
namespace fs = llvm::sys::fs;

static const char *const kernel = R"(from sizes import N

@jit
def twice(x: Tensor[[N], FP32], y: Out[Tensor[[N], FP32]]):
    with at(level=Level.CORE_GROUP, name_hint="add"):
        y = assemble(y, add(slice(x, [N], [0]), slice(x, [N], [0])), [0])

@jit
def copy(x: Tensor[[N], FP32], y: Out[Tensor[[N], FP32]]):
    y = assemble(y, slice(x, [N], [0]), [0])
)";

static const char *const unused = R"(
@jit
def entry(x: Tensor[[8], FP32], y: Out[Tensor[[8], FP32]]):
    nobody = slice(x, [8], [0])
    y = assemble(y, slice(x, [8], [0]), [0])
)";

namespace {
/// A folder with sources, and a cache in it.
class SourceProgramTest : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(fs::createUniqueDirectory("tilec-session-test", folder));
    write("kernel.tile", kernel);
    write("sizes.tile", "N = 16\n");
    CacheSettings settings;
    settings.folder = path("cache");
    cache = ObjectCache::open(settings);
    source.path = path("kernel.tile");
  }
  void TearDown() override { fs::remove_directories(folder); }

  std::string path(llvm::StringRef name) const {
    return (folder + "/" + name).str();
  }
  void write(llvm::StringRef name, llvm::StringRef text) const {
    ASSERT_FALSE(
        fs::create_directories(llvm::sys::path::parent_path(path(name))));
    std::ofstream(path(name)) << text.str();
  }

  /// What was said, and the object or what the error was.
  struct Result {
    std::string messages;
    std::optional<CompiledObject> object;
    bool rejected = false;
  };

  Result compile(bool showRemarks = false) const {
    Result result;
    llvm::raw_string_ostream out(result.messages);
    ProgramDiagnostics diagnostics(out, showRemarks);
    auto object = compileSource(source, options, &*cache, diagnostics);
    if (object)
      result.object = std::move(*object);
    else
      result.rejected = object.errorIsA<ProgramRejected>();
    llvm::consumeError(object.takeError());
    return result;
  }

  /// Whether the cache holds the program. Messages are thrown away.
  bool isCached() const {
    std::string messages;
    llvm::raw_string_ostream out(messages);
    ProgramDiagnostics diagnostics(out, /*showRemarks=*/false);
    SourceProgram program(source, diagnostics);
    auto object = program.find(options, &*cache);
    bool found = object && object->has_value();
    llvm::consumeError(object.takeError());
    return found;
  }

  llvm::SmallString<128> folder;
  std::optional<ObjectCache> cache;
  SourceOptions source;
  CompileOptions options;
};
} // namespace

TEST_F(SourceProgramTest, SecondTimeFromTheCache) {
  EXPECT_FALSE(isCached());
  Result cold = compile();
  ASSERT_TRUE(cold.object.has_value()) << cold.messages;
  EXPECT_TRUE(isCached());
  Result warm = compile();
  ASSERT_TRUE(warm.object.has_value());
  EXPECT_EQ(warm.object->code, cold.object->code);
  ASSERT_EQ(warm.object->entries.size(), 2u);
  EXPECT_EQ(warm.object->entries[0].signature.name, "twice");
  EXPECT_EQ(warm.object->entries[1].signature.name, "copy");
}

TEST_F(SourceProgramTest, SourcesDecide) {
  compile();
  ASSERT_TRUE(isCached());
  write("kernel.tile", std::string("# a line more\n") + kernel);
  EXPECT_FALSE(isCached());
  write("kernel.tile", kernel);
  EXPECT_TRUE(isCached());
  write("sizes.tile", "N = 24\n");
  EXPECT_FALSE(isCached());
  write("sizes.tile", "N = 16\n");
  EXPECT_TRUE(isCached());
  // Locations name the file.
  write("other.tile", kernel);
  source.path = path("other.tile");
  EXPECT_FALSE(isCached());
}

TEST_F(SourceProgramTest, ImportsDecide) {
  fs::remove(path("sizes.tile"));
  write("a/sizes.tile", "N = 16\n");
  write("b/sizes.tile", "N = 16\n");
  source.frontend.importDirs = {path("a"), path("b")};
  ASSERT_TRUE(compile().object.has_value());
  EXPECT_TRUE(isCached());
  // What is not read does not matter; another file does, with equal contents.
  source.frontend.importDirs = {path("a")};
  EXPECT_TRUE(isCached());
  source.frontend.importDirs = {path("b"), path("a")};
  EXPECT_FALSE(isCached());
  source.frontend.importDirs = {path("a")};
  write("sizes.tile", "N = 16\n");
  EXPECT_FALSE(isCached());
}

TEST_F(SourceProgramTest, OptionsDecide) {
  compile();
  source.frontend.defines = {{"N", "32"}};
  EXPECT_FALSE(isCached());
  source.frontend.defines.clear();
  source.entry = "copy";
  EXPECT_FALSE(isCached());
  source.entry = "";
  options.optLevel = 1;
  EXPECT_FALSE(isCached());
  options.optLevel = 3;
  EXPECT_TRUE(isCached());
}

TEST_F(SourceProgramTest, Text) {
  source.text = kernel;
  source.path = path("text.tile");
  Result cold = compile();
  ASSERT_TRUE(cold.object.has_value()) << cold.messages;
  EXPECT_TRUE(isCached());
  source.path = path("another.tile");
  EXPECT_FALSE(isCached());
}

TEST_F(SourceProgramTest, TileIR) {
  std::string ir;
  source.onModule = [&](mlir::ModuleOp module) {
    llvm::raw_string_ostream out(ir);
    module.print(out);
  };
  compile();
  source.onModule = nullptr;
  source.text = ir;
  source.path = "kernel.mlir";
  EXPECT_FALSE(isCached());
  Result cold = compile();
  ASSERT_TRUE(cold.object.has_value()) << cold.messages;
  EXPECT_EQ(cold.object->entries.size(), 2u);
  EXPECT_TRUE(isCached());
  source.frontend.importDirs = {"somewhere"};
  EXPECT_TRUE(compile().rejected);
}

/// The second time a user sees the warnings of the first.
TEST_F(SourceProgramTest, WarningsAreShownAgain) {
  source.text = unused;
  source.path = "unused.tile";
  Result cold = compile();
  ASSERT_TRUE(cold.object.has_value()) << cold.messages;
  EXPECT_NE(cold.messages.find("unused.tile:4:5: warning: "), std::string::npos)
      << cold.messages;
  EXPECT_TRUE(isCached());
  EXPECT_EQ(compile().messages, cold.messages);
}

/// One program, compiled twice: whatever of it was cached, its warnings are
/// shown once.
TEST_F(SourceProgramTest, WarningsAreShownOnce) {
  source.text = unused;
  source.path = "unused.tile";
  std::string expected = compile().messages;
  for (int round = 0; round < 2; ++round) {
    std::string messages;
    llvm::raw_string_ostream out(messages);
    ProgramDiagnostics diagnostics(out, /*showRemarks=*/false);
    SourceProgram program(source, diagnostics);
    // At first, only the first of both is in the cache.
    for (bool instrument : {false, true}) {
      CompileOptions variant;
      variant.pipeline.instrument = instrument;
      auto object = program.compile(variant, &*cache);
      ASSERT_TRUE(bool(object)) << llvm::toString(object.takeError());
    }
    EXPECT_EQ(messages, expected) << "round " << round;
  }
  options.pipeline.instrument = true;
  EXPECT_EQ(compile().messages, expected);
}

TEST_F(SourceProgramTest, WhoeverLooksAtPassesCompiles) {
  compile();
  int managers = 0;
  options.configure = [&](mlir::PassManager &) { ++managers; };
  ASSERT_TRUE(compile().object.has_value());
  EXPECT_EQ(managers, 1);
  options.configure = nullptr;
  write("sizes.tile", "N = 40\n");
  ASSERT_TRUE(compile(/*showRemarks=*/true).object.has_value());
  EXPECT_FALSE(isCached());
}

TEST_F(SourceProgramTest, WrongProgramsAreNotCached) {
  write("sizes.tile", "N = nothing\n");
  for (int round = 0; round < 2; ++round) {
    Result result = compile();
    EXPECT_TRUE(result.rejected);
    EXPECT_NE(result.messages.find("sizes.tile:1:5: error: "),
              std::string::npos)
        << result.messages;
  }
  EXPECT_FALSE(fs::exists(path("cache")));
}

TEST_F(SourceProgramTest, ErrorsThatAreNoDefects) {
  options.cpu = "z80";
  Result result = compile();
  EXPECT_TRUE(result.rejected);
  EXPECT_NE(result.messages.find("unknown processor 'z80'"), std::string::npos);
  options.cpu = "";
  source.entry = "thrice";
  EXPECT_TRUE(compile().rejected);
  source.entry = "";
  source.path = path("missing.tile");
  result = compile();
  EXPECT_TRUE(result.rejected);
  EXPECT_NE(result.messages.find("missing.tile"), std::string::npos);
}

/// A cache that cannot be written costs a warning where somebody chose it.
TEST_F(SourceProgramTest, FolderThatCannotBeWritten) {
  write("cache", "a file");
  Result result = compile();
  EXPECT_TRUE(result.object.has_value());
  EXPECT_NE(result.messages.find("tilec: warning: cannot cache the compiled "
                                 "program in `" +
                                 path("cache") + "`: "),
            std::string::npos)
      << result.messages;
}
