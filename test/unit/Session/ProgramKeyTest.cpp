//===- ProgramKeyTest.cpp -------------------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ProgramKey.h"
#include "llvm/ADT/StringExtras.h"
#include <gtest/gtest.h>
#include <set>

using namespace tilec;

static SourceOptions makeSource(std::vector<FrontendOptions::Define> defines,
                                llvm::StringRef entry = "") {
  SourceOptions source;
  source.frontend.defines = std::move(defines);
  source.entry = entry.str();
  return source;
}

/// Texts that are the same one after the other differ by their lengths.
TEST(ProgramKeyTest, TextsDoNotRunIntoEachOther) {
  std::set<std::string> keys;
  for (const SourceOptions &source :
       {makeSource({{"N", "12"}}), makeSource({{"N1", "2"}}),
        makeSource({{"", "N12"}}), makeSource({}, "N12"),
        makeSource({{"N", "1"}}, "2"), makeSource({{"N", "1"}, {"2", ""}})}) {
    ProgramKey key;
    key.addSource(source);
    keys.insert(key.finish());
  }
  EXPECT_EQ(keys.size(), 6u);
}

TEST(ProgramKeyTest, IRAndItsName) {
  std::set<std::string> keys;
  for (auto [name, text] : {std::pair("a.mlir", "module {}"),
                            {"a.mlirm", "odule {}"},
                            {"b.mlir", "module {}"},
                            {"a.mlir", "module { }"}}) {
    ProgramKey key;
    key.addIR(name, text);
    keys.insert(key.finish());
  }
  EXPECT_EQ(keys.size(), 4u);
}

/// Each option that code depends on, and what "this machine" stands for.
TEST(ProgramKeyTest, Compilation) {
  std::set<std::string> keys;
  auto add = [&](const CompileOptions &options) {
    llvm::Expected<CPUTarget> target =
        CPUTarget::get(options.triple, options.cpu, options.features);
    ASSERT_TRUE(bool(target)) << llvm::toString(target.takeError());
    ProgramKey key;
    key.addCompilation(options, *target);
    keys.insert(key.finish());
  };
  CompileOptions base;
  base.triple = "x86_64-linux-gnu";
  base.cpu = "x86-64-v3";
  std::vector<CompileOptions> different(9, base);
  different[1].triple = "x86_64-apple-darwin";
  different[2].cpu = "znver4";
  different[3].features = "-fma";
  different[4].optLevel = 2;
  different[5].pipeline.boundsChecks = false;
  different[6].pipeline.checkRaces = true;
  different[7].pipeline.instrument = true;
  different[8].pipeline.debugInfo = true;
  for (const CompileOptions &options : different)
    add(options);
  EXPECT_EQ(keys.size(), 9u);
  add(base);
  EXPECT_EQ(keys.size(), 9u);
}

TEST(ProgramKeyTest, HostByName) {
  llvm::Expected<CPUTarget> host = CPUTarget::host();
  ASSERT_TRUE(bool(host));
  CompileOptions named;
  named.cpu = "native";
  llvm::Expected<CPUTarget> native = CPUTarget::get("", "native");
  ASSERT_TRUE(bool(native));
  ProgramKey unnamedKey, nativeKey;
  unnamedKey.addCompilation(CompileOptions(), *host);
  nativeKey.addCompilation(named, *native);
  EXPECT_EQ(unnamedKey.finish(), nativeKey.finish());
}
