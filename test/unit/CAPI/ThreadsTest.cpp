//===- ThreadsTest.cpp - Hosts with threads -------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Host.h"
#include <atomic>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace tilec;
using namespace tilec::test;

static void inThreads(int count, const std::function<void(int)> &body) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i)
    threads.emplace_back(body, i);
  for (std::thread &thread : threads)
    thread.join();
}

/// Each checks its own result.
static void callScale(const Entry &scale, int thread, const Pool *pool) {
  Buffer<float> x({5000 + thread}, fp32, float(thread)),
      out({5000 + thread}, fp32);
  CallOptions options;
  options.pool = pool;
  Error error = scale.call({&x, 3.0, &out}, options);
  ASSERT_FALSE(error) << error.message();
  for (size_t i = 0; i < out.size; ++i)
    ASSERT_EQ(out[i], 3.0f * float(thread));
}

TEST(Threads, compileAndCallAtOnce) {
  Module shared = compile(scaleProgram);
  inThreads(8, [&](int thread) {
    Options options;
    ASSERT_FALSE(options.set("cache", "off"));
    // Some are wrong: their messages do not mix.
    auto wrong = Module::compileText("x = wrong" + std::to_string(thread),
                                     "wrong.tile", options);
    EXPECT_EQ(text(wrong.error())
                  .find("wrong.tile:1:5: error: unknown name "
                        "'wrong" +
                        std::to_string(thread) + "'"),
              0u);
    Module own = compile(scaleProgram, options);
    for (int i = 0; i < 20; ++i) {
      callScale(*own.find("scale"), thread, nullptr);
      callScale(*shared.find("scale"), thread, nullptr);
    }
  });
}

TEST(Threads, pools) {
  auto pool = Pool::create(3);
  ASSERT_TRUE(bool(pool));
  EXPECT_EQ(pool->threads(), 3);
  auto automatic = Pool::create();
  ASSERT_TRUE(bool(automatic));
  EXPECT_GE(automatic->threads(), 1);
  auto none = Pool::create(-1);
  EXPECT_EQ(none.error().status(), TILEC_INVALID_ARGUMENT);
  Module module = compile(scaleProgram);
  inThreads(
      4, [&](int thread) { callScale(*module.find("scale"), thread, &*pool); });
  EXPECT_EQ(tilec_pool_create(1, nullptr, nullptr), TILEC_INVALID_ARGUMENT);
  tilec_pool_destroy(nullptr);
}

TEST(Threads, ofTheHost) {
  std::atomic<int> runs{0};
  tilec_executor executor = {};
  executor.struct_size = sizeof(executor);
  executor.context = &runs;
  executor.threads = 4;
  executor.run = [](void *context, void (*task)(void *, int32_t), void *data,
                    int32_t count) {
    ++*static_cast<std::atomic<int> *>(context);
    inThreads(count, [&](int index) { task(data, index); });
  };
  auto pool = Pool::create(executor);
  ASSERT_TRUE(bool(pool)) << pool.error().message();
  EXPECT_EQ(pool->threads(), 4);
  Module module = compile(scaleProgram);
  callScale(*module.find("scale"), 2, &*pool);
  EXPECT_GT(runs, 0);

  executor.threads = 0;
  EXPECT_EQ(text(Pool::create(executor).error()),
            "an executor has 1 to 65536 threads, not 0");
  executor.threads = 1;
  executor.run = nullptr;
  EXPECT_EQ(text(Pool::create(executor).error()), "`executor->run` is null");
  executor.struct_size = 4;
  EXPECT_EQ(Pool::create(executor).error().status(), TILEC_INVALID_ARGUMENT);
}

TEST(Threads, cancelledCall) {
  Module module = compile(R"(
N = dynamic("N")

@jit
def endless(count: Tensor[[1], INT32], out: InOut[Tensor[[1, 64], FP32]], n: Scalar[INDEX]):
    for i in range(n):
        for j in range(n):
            with at(level=Level.CORE_GROUP, name_hint="step"):
                out = assemble(out, add(slice(out, [1, 64], [0, 0]), 1.0), [0, 0])
)");
  Buffer<int32_t> count({1}, int32);
  Buffer<float> out({1, 64}, fp32);
  CancelToken token;
  std::thread canceller([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    token.cancel();
  });
  CallOptions options;
  options.cancel = &token;
  Error error = module.entry(0).call({&count, &out, int64_t(1) << 40}, options);
  canceller.join();
  EXPECT_EQ(error.status(), TILEC_CANCELLED);
  EXPECT_EQ(text(error), "the call was cancelled");
  // At once, for it has been cancelled before.
  EXPECT_EQ(
      module.entry(0).call({&count, &out, int64_t(1) << 40}, options).status(),
      TILEC_CANCELLED);
  EXPECT_FALSE(module.entry(0).call({&count, &out, 2}));
}

/// A child has none of the parent's threads.
TEST(Threads, childProcess) {
  Module module = compile(scaleProgram);
  callScale(*module.find("scale"), 1, nullptr);
  pid_t child = fork();
  if (child == 0) {
    callScale(*module.find("scale"), 1, nullptr);
    _exit(testing::Test::HasFailure());
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/// What a call costs is mostly the call itself: twenty parameters are checked
/// in the time of the loop's start. Loose, for a busy machine.
TEST(Threads, manyParametersAreCheap) {
  std::string program = "N = dynamic(\"N\")\n\n@jit\ndef f(";
  for (int i = 0; i < 20; ++i)
    program += "p" + std::to_string(i) + ": Tensor[[N, 4], FP32], ";
  program += "out: Out[Tensor[[N], FP32]]):\n    out[0] = 1.0\n";
  Module module = compile(program.c_str());
  std::vector<std::unique_ptr<Buffer<float>>> tensors;
  std::vector<Argument> arguments;
  for (int i = 0; i < 20; ++i) {
    tensors.push_back(
        std::make_unique<Buffer<float>>(std::vector<int64_t>{1, 4}, fp32));
    arguments.push_back(&*tensors.back());
  }
  Buffer<float> out({1}, fp32);
  arguments.push_back(&out);
  Entry f = module.entry(0);
  double best = 1;
  for (int round = 0; round < 20; ++round) {
    auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < 1000; ++i)
      ASSERT_FALSE(f.call(arguments));
    best = std::min(best, std::chrono::duration<double>(
                              std::chrono::steady_clock::now() - start)
                                  .count() /
                              1000);
  }
  RecordProperty("nanoseconds", int(best * 1e9));
  EXPECT_LT(best, 50e-6);
}
