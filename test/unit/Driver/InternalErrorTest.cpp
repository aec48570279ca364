//===- InternalErrorTest.cpp - Defects of the compiler --------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InternalError.h"
#include "tilec/Driver/Driver.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include <cstdlib>
#include <gtest/gtest.h>
#include <new>

using namespace tilec;

namespace {
void startWork() {
  WorkInProgress work;
  work.commandLine = {"tilec", "run", "dir/my kernel.tile", "-DA=1"};
  work.command = {"tilec", "run"};
  work.input = "dir/my kernel.tile";
  work.arguments = {"--entry=f"};
  work.sourceArguments = {"-DA=1"};
  setWorkInProgress(std::move(work));
}

/// The name of the file that a report speaks of.
std::string getReproducer(llvm::StringRef report) {
  return report.split("the program is in ").second.split(',').first.str();
}
} // namespace

TEST(InternalError, TheReproducerHoldsTheIRAndTheCommands) {
  startWork();
  setProgramIR("module {}\n");
  testing::internal::CaptureStderr();
  EXPECT_EQ(reportInternalError("a pass failed\nsecond line"), ExitInternal);
  std::string report = testing::internal::GetCapturedStderr();
  std::string name = getReproducer(report);
  EXPECT_NE(report.find("tilec run \"" + name + "\" --entry=f"),
            std::string::npos)
      << report;
  EXPECT_EQ(report.find("-DA=1"), std::string::npos) << report;
  auto buffer = llvm::MemoryBuffer::getFile(name);
  ASSERT_TRUE(buffer) << name;
  llvm::StringRef text = (*buffer)->getBuffer();
  EXPECT_TRUE(text.ends_with("module {}\n")) << text.str();
  EXPECT_TRUE(text.contains("internal error: a pass failed\n"));
  EXPECT_TRUE(text.contains("// tilec run \"dir/my kernel.tile\" -DA=1\n"))
      << text.str();
  // All but the IR is comment.
  EXPECT_EQ(text.count("\n// ") + 1, text.count('\n') - 1);
  llvm::sys::fs::remove(name);
}

TEST(InternalErrorDeathTest, CrashesAreReported) {
  auto crash = [](void (*how)()) {
    startWork();
    installCrashHandlers();
    how();
  };
  EXPECT_EXIT(crash([] { abort(); }), testing::ExitedWithCode(ExitInternal),
              "internal error: the compiler crashed");
  EXPECT_EXIT(crash([] { llvm::report_fatal_error("odd target"); }),
              testing::ExitedWithCode(ExitInternal),
              "internal error: odd target");
#ifndef __SANITIZE_ADDRESS__ // which has its own word about so much memory
  EXPECT_EXIT(crash([] { operator delete(operator new(size_t(1) << 62)); }),
              testing::ExitedWithCode(ExitRejected), "error: out of memory");
#endif
}
