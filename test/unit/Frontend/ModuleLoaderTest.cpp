//===- ModuleLoaderTest.cpp -----------------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Frontend/ModuleLoader.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "gtest/gtest.h"

using namespace tilec;
using llvm::StringRef;

namespace {
/// A temporary folder, and a loader whose messages name files relative to it.
class ModuleLoaderTest : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("tilec-loader", root));
  }
  void TearDown() override { llvm::sys::fs::remove_directories(root); }

  std::string path(StringRef name) { return (root + "/" + name).str(); }

  void write(StringRef name, StringRef contents) {
    std::string file = path(name);
    llvm::sys::fs::create_directories(llvm::sys::path::parent_path(file));
    std::error_code error;
    llvm::raw_fd_ostream(file, error) << contents;
    ASSERT_FALSE(error);
  }

  Module *load(StringRef name, std::vector<std::string> dirs = {}) {
    loader = std::make_unique<ModuleLoader>(diags, std::move(dirs));
    return loader->load(path(name));
  }

  /// The names of the modules loaded, in order.
  std::string order() {
    std::string names;
    for (const Module *module : loader->modules())
      names += (names.empty() ? "" : " ") + module->name;
    return names;
  }

  std::string messages() {
    diags.flush();
    std::string result = output;
    std::string prefix = path("");
    for (size_t at; (at = result.find(prefix)) != std::string::npos;)
      result.erase(at, prefix.size());
    return result;
  }

  llvm::SmallString<128> root;
  llvm::SourceMgr sources;
  std::string output;
  llvm::raw_string_ostream stream{output};
  Diagnostics diags{sources, stream};
  std::unique_ptr<ModuleLoader> loader;
};
} // namespace

TEST_F(ModuleLoaderTest, DependencyOrder) {
  write("main.tile", "from a import A\nfrom b import B\n");
  write("a.tile", "from c import C\nA = 1\n");
  write("b.tile", "from c import C\nB = 1\n");
  write("c.tile", "C = 1\n");
  Module *main = load("main.tile");
  EXPECT_EQ(messages(), "");
  EXPECT_EQ(order(), "c a b main");
  EXPECT_EQ(loader->modules().back(), main);
}

TEST_F(ModuleLoaderTest, ImportsAreResolvedToOneModule) {
  write("main.tile", "from a import A\nfrom a import B\n");
  write("a.tile", "A = B = 1\n");
  Module *main = load("main.tile");
  auto *first = llvm::cast<ImportStmt>(main->body[0]);
  auto *second = llvm::cast<ImportStmt>(main->body[1]);
  EXPECT_EQ(first->resolved, loader->modules()[0]);
  EXPECT_EQ(second->resolved, loader->modules()[0]);
}

TEST_F(ModuleLoaderTest, DottedNamesAreFolders) {
  write("main.tile", "from sub.a import A\n");
  write("sub/a.tile", "from b import B\nA = 1\n");
  write("sub/b.tile", "B = 1\n");
  load("main.tile");
  EXPECT_EQ(messages(), "");
  EXPECT_EQ(order(), "b sub.a main");
}

TEST_F(ModuleLoaderTest, ImportFolders) {
  write("main.tile", "from a import A\n");
  write("x/a.tile", "A = 'x'\n");
  write("y/a.tile", "A = 'y'\n");
  load("main.tile", {path("x"), path("y")});
  EXPECT_EQ(messages(), "");
  EXPECT_EQ(loader->modules()[0]->path, path("x/a.tile"));
}

TEST_F(ModuleLoaderTest, VocabularyIsNotLoaded) {
  write("main.tile", "import pypto.language as pl\n");
  load("main.tile");
  EXPECT_EQ(messages(), "");
  EXPECT_EQ(order(), "main");
}

TEST_F(ModuleLoaderTest, PythonModules) {
  write("main.py", "import torch\nfrom torch import nn\nfrom a import A\n");
  write("a.py", "A = 1\n");
  load("main.py");
  EXPECT_EQ(messages(), "");
  EXPECT_EQ(order(), "a main");
}

TEST_F(ModuleLoaderTest, MissingModule) {
  write("main.tile", "from a.b import A\nfrom c import (\n");
  load("main.tile", {path("x")});
  EXPECT_EQ(messages(), "main.tile:1:6: error: module 'a.b' is not found\n"
                        "from a.b import A\n"
                        "     ^~~\n"
                        "note: looked for 'a/b.tile'\n"
                        "note: looked for 'x/a/b.tile'\n"
                        "main.tile:2:15: error: '(' is never closed\n"
                        "from c import (\n"
                        "              ^\n");
}

TEST_F(ModuleLoaderTest, Cycle) {
  write("main.tile", "from a import A\n");
  write("a.tile", "from b import B\n");
  write("b.tile", "\nfrom a import A\n");
  load("main.tile");
  EXPECT_EQ(messages(), "b.tile:2:6: error: import cycle: a -> b -> a\n"
                        "from a import A\n"
                        "     ^\n"
                        "a.tile:1:6: note: a imports b here\n"
                        "from b import B\n"
                        "     ^\n");
}

TEST_F(ModuleLoaderTest, SelfImport) {
  write("main.tile", "from main import A\n");
  load("main.tile");
  EXPECT_EQ(messages(), "main.tile:1:6: error: import cycle: main -> main\n"
                        "from main import A\n"
                        "     ^~~~\n");
}

TEST_F(ModuleLoaderTest, ImportsTooDeep) {
  for (unsigned i = 0; i < 250; ++i)
    write("m" + std::to_string(i) + ".tile",
          "from m" + std::to_string(i + 1) + " import A\n");
  load("m0.tile");
  EXPECT_EQ(messages(), "m199.tile:1:6: error: imports nest deeper than 200\n"
                        "from m200 import A\n"
                        "     ^~~~\n");
}

TEST_F(ModuleLoaderTest, TextAtHand) {
  write("a.tile", "A = 1\n");
  loader = std::make_unique<ModuleLoader>(diags, std::vector<std::string>{});
  loader->load(
      llvm::MemoryBuffer::getMemBuffer("from a import A\n", path("main.tile")));
  EXPECT_EQ(messages(), "");
  EXPECT_EQ(order(), "a main");
}

TEST_F(ModuleLoaderTest, MissingFile) {
  EXPECT_EQ(load("none.tile"), nullptr);
  EXPECT_EQ(loader->modules().size(), 0u);
  EXPECT_TRUE(StringRef(messages()).ends_with(": No such file or directory\n"));
}

TEST_F(ModuleLoaderTest, Folder) {
  write("main.tile", "from a import A\n");
  write("a.tile/x", "");
  load("main.tile");
  EXPECT_TRUE(
      StringRef(messages()).starts_with("main.tile:1:6: error: cannot read '"));
  EXPECT_EQ(load(""), nullptr);
}

TEST_F(ModuleLoaderTest, ErrorsInImportedModules) {
  write("main.tile", "from a import A\nx y\n");
  write("a.tile", "A =\n");
  load("main.tile");
  EXPECT_EQ(messages(), "main.tile:2:3: error: expected the end of the line, "
                        "found 'y'\n"
                        "x y\n"
                        "  ^\n"
                        "a.tile:1:4: error: expected an expression, found end "
                        "of line\n"
                        "A =\n"
                        "   ^\n");
}
