//===- CancelTest.cpp - Compiled code that is cancelled -------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Loops that would run for years, of scopes that cannot fail: optimization must
// keep the looks at the worker.
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/MLIRContext.h"
#include "tilec/ExecutionEngine/CompiledModule.h"
#include "tilec/Frontend/Diagnostics.h"
#include "tilec/Frontend/Frontend.h"
#include "tilec/Pipelines/Pipelines.h"
#include "llvm/Support/SourceMgr.h"
#include <gtest/gtest.h>
#include <thread>
#include <unistd.h>

using namespace tilec;

/// Scopes one after another, outside of any parallel loop.
static const char *const sequential = R"(
N = dynamic("N")

@jit
def endless(out: InOut[Tensor[[1, 64], FP32]], count: Tensor[[N], INT32]):
    for i in range(N):
        for j in range(N):
            with at(level=Level.CORE_GROUP, name_hint="step"):
                out = assemble(out, add(slice(out, [1, 64], [0, 0]), 1.0), [0, 0])
)";

/// The same in the body of a parallel loop.
static const char *const parallel = R"(
N = dynamic("N")

@jit
def endless(out: InOut[Tensor[[4, 64], FP32]], count: Tensor[[N], INT32]):
    for row in parallel(4):
        for i in range(N):
            for j in range(N):
                with at(level=Level.CORE_GROUP, name_hint="step"):
                    out = assemble(out, add(slice(out, [1, 64], [row, 0]), 1.0), [row, 0])
)";

static std::unique_ptr<CompiledModule> compile(llvm::StringRef text,
                                               unsigned optLevel) {
  mlir::DialectRegistry registry;
  registerPipelineDialects(registry);
  mlir::MLIRContext context(registry);
  std::string output;
  llvm::raw_string_ostream stream(output);
  llvm::SourceMgr sources;
  Diagnostics diagnostics(sources, stream);
  FrontendResult result = compileTextToTileIR(context, text, "endless.tile",
                                              FrontendOptions(), diagnostics);
  diagnostics.flush();
  EXPECT_TRUE(bool(result)) << output;
  CompileOptions options;
  options.optLevel = optLevel;
  auto compiled = CompiledModule::compile(*result.module, options);
  EXPECT_TRUE(bool(compiled)) << llvm::toString(compiled.takeError());
  return std::move(*compiled);
}

/// Cancels a call when it has run for a while.
static void cancelInTheMiddle(const CompiledEntry &entry, int32_t threads) {
  alignas(64) float out[4 * 64] = {};
  int32_t count = 0;
  void *tensors[] = {out, &count};
  int64_t years = INT32_MAX;
  tilec_rt_pool *pool = tilec_rt_pool_create(threads);
  tilec_rt_cancel_token *token = tilec_rt_cancel_token_create();
  tilec_rt_call_options options = {sizeof(options), nullptr, token};
  std::thread canceller([&] {
    while (__atomic_load_n(reinterpret_cast<int32_t *>(out),
                           __ATOMIC_RELAXED) == 0)
      std::this_thread::yield();
    tilec_rt_cancel(token);
  });
  tilec_rt_error error = {};
  alarm(60);
  int32_t status = tilec_rt_call_with(pool, entry.function, entry.scratchBytes,
                                      tensors, &years, &options, &error);
  alarm(0);
  canceller.join();
  EXPECT_EQ(status, TILEC_RT_CANCELLED);
  EXPECT_STREQ(error.message, "the call was cancelled");
  EXPECT_EQ(error.line, 0);
  // The pool serves the next call.
  int64_t once = 1;
  float before = out[0];
  EXPECT_EQ(tilec_rt_call(pool, entry.function, entry.scratchBytes, tensors,
                          &once, nullptr),
            TILEC_RT_DONE);
  EXPECT_TRUE(out[0] == before + 1.0f || before >= 0x1p24f) << before;
  tilec_rt_cancel_token_destroy(token);
  tilec_rt_pool_destroy(pool);
}

TEST(CancelTest, InTheMiddleOfALoopOfScopes) {
  for (unsigned optLevel : {0, 3}) {
    auto code = compile(sequential, optLevel);
    cancelInTheMiddle(code->getEntries().front(), 1);
    cancelInTheMiddle(code->getEntries().front(), 2);
  }
}

TEST(CancelTest, InTheMiddleOfParallelBodies) {
  auto code = compile(parallel, 3);
  for (int32_t threads : {1, 2})
    cancelInTheMiddle(code->getEntries().front(), threads);
}
