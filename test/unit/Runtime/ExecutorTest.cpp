//===- ExecutorTest.cpp - Loops on a host's threads -----------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support.h"
#include <atomic>
#include <cstring>
#include <gtest/gtest.h>
#include <numeric>
#include <pthread.h>
#include <set>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace tilec::test;

static const tilec_rt_site site = {"k.tile", 1, 1, "call {0} iteration {1}"};

namespace {
/// What a thread of a host is to run.
struct Start {
  tilec_rt_task task;
  void *data;
  int32_t index;
};

void *runStart(void *argument) {
  auto &start = *static_cast<Start *>(argument);
  start.task(start.data, start.index);
  return nullptr;
}

/// Each task on a thread of its own.
void runOnThreads(void *, tilec_rt_task task, void *data, int32_t count) {
  std::vector<Start> starts;
  std::vector<pthread_t> threads(static_cast<size_t>(count));
  for (int32_t i = 0; i < count; ++i)
    starts.push_back({task, data, i});
  for (size_t i = 0; i < starts.size(); ++i)
    ASSERT_EQ(pthread_create(&threads[i], nullptr, runStart, &starts[i]), 0);
  for (pthread_t thread : threads)
    pthread_join(thread, nullptr);
}

/// All on the calling thread, the last first.
void runBackwards(void *, tilec_rt_task task, void *data, int32_t count) {
  for (int32_t i = count; i-- > 0;)
    task(data, i);
}

/// All on one thread that is not the calling one.
void runElsewhere(void *, tilec_rt_task task, void *data, int32_t count) {
  std::thread([&] {
    for (int32_t i = 0; i < count; ++i)
      task(data, i);
  }).join();
}

using HostRun = decltype(tilec_rt_executor::run);

Pool makeExternal(HostRun run, int32_t threads = 4, void *context = nullptr) {
  tilec_rt_executor executor = {sizeof(executor), threads, context, run};
  return Pool(tilec_rt_pool_create_external(&executor));
}

/// Run with each of the executors.
struct Executor : testing::TestWithParam<HostRun> {
  Pool pool = makeExternal(GetParam());
};
} // namespace

INSTANTIATE_TEST_SUITE_P(Hosts, Executor,
                         testing::Values(runOnThreads, runBackwards,
                                         runElsewhere));

TEST_P(Executor, RunsEachIterationOnce) {
  EXPECT_EQ(tilec_rt_pool_threads(pool.get()), 4);
  for (size_t count : {0, 1, 2, 3, 7, 64, 20000}) {
    std::vector<int> runs(count);
    EXPECT_EQ(call(pool,
                   [&](tilec_rt_worker *worker) {
                     parallelFor(
                         worker, int64_t(count),
                         [&](tilec_rt_worker *, int64_t i) { ++runs[i]; });
                   }),
              "");
    EXPECT_EQ(runs, std::vector<int>(count, 1));
  }
}

TEST_P(Executor, LoopsSeeEarlierLoops) {
  constexpr int64_t size = 97, rounds = 100;
  std::vector<int64_t> values(size), next(size);
  call(pool, [&](tilec_rt_worker *worker) {
    for (int64_t round = 0; round < rounds; ++round) {
      parallelFor(worker, size, [&](tilec_rt_worker *, int64_t i) {
        next[i] = values[(i + 1) % size] + 1;
      });
      std::swap(values, next);
    }
  });
  EXPECT_EQ(values, std::vector<int64_t>(size, rounds));
}

TEST_P(Executor, WorkersHaveTheirOwnScratch) {
  std::atomic<int> wrong{0};
  for (int64_t size : {100, 3 << 20, 8})
    call(
        pool,
        [&](tilec_rt_worker *worker) {
          auto *outside = static_cast<char *>(tilec_rt_alloc(worker, 100));
          memset(outside, 77, 100);
          parallelFor(worker, 50, [&](tilec_rt_worker *self, int64_t i) {
            auto *block = static_cast<char *>(tilec_rt_alloc(self, size));
            memset(self->scratch, int(i), size_t(size));
            memset(block, int(i), size_t(size));
            std::this_thread::yield();
            for (int64_t at = 0; at < size; at += 7)
              wrong += self->scratch[at] != char(i) || block[at] != char(i);
          });
          for (int at = 0; at < 100; ++at)
            wrong += outside[at] != 77;
        },
        size);
  EXPECT_EQ(wrong, 0);
}

TEST_P(Executor, NestedLoopsStayOnTheirWorker) {
  std::vector<std::vector<int64_t>> order(20);
  std::atomic<int> strangers{0};
  call(pool, [&](tilec_rt_worker *worker) {
    parallelFor(worker, 20, [&](tilec_rt_worker *self, int64_t i) {
      parallelFor(self, 10, [&](tilec_rt_worker *nested, int64_t j) {
        strangers += nested != self;
        order[i].push_back(j);
      });
    });
  });
  EXPECT_EQ(strangers, 0);
  for (const std::vector<int64_t> &row : order)
    EXPECT_EQ(row, (std::vector<int64_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

TEST_P(Executor, TheLowestFailingIterationWins) {
  for (int64_t lowest = 0; lowest < 60; ++lowest) {
    std::vector<std::atomic<int>> ran(100);
    std::string text = call(pool, [&](tilec_rt_worker *worker) {
      parallelFor(worker, 100, [&](tilec_rt_worker *self, int64_t i) {
        ++ran[i];
        int64_t values[] = {0, i};
        if (i >= lowest && (i - lowest) % 3 == 0)
          tilec_rt_fail(self, &site, 2, values);
      });
      EXPECT_TRUE(isStopped(worker));
    });
    EXPECT_EQ(text,
              "k.tile:1:1: error: call 0 iteration " + std::to_string(lowest));
    for (int64_t i = 0; i <= lowest; ++i)
      EXPECT_EQ(ran[i], 1);
  }
  EXPECT_EQ(call(pool, [](tilec_rt_worker *) {}), "");
}

TEST_P(Executor, CallsAreMeasured) {
  constexpr size_t workers = 4;
  double seconds[workers] = {};
  int64_t bytes[workers] = {}, flop[workers] = {};
  tilec_rt_measurements counts = {};
  counts.scope_seconds = seconds;
  counts.scope_bytes = bytes;
  counts.scope_flop = flop;
  counts.scope_count = 1;
  counts.worker_count = workers;
  call(
      pool,
      [](tilec_rt_worker *worker) {
        for (int loop = 0; loop < 2; ++loop)
          parallelFor(worker, 10, [](tilec_rt_worker *self, int64_t) {
            tilec_rt_scope_enter(self, 0);
            tilec_rt_count(self, 3, 5);
            usleep(500);
            tilec_rt_scope_leave(self, 0);
          });
      },
      4096, &counts);
  EXPECT_EQ(counts.parallel_regions, 2);
  EXPECT_EQ(counts.scratch_bytes, int64_t(workers) * 4096);
  EXPECT_EQ(counts.bytes_read, 60);
  EXPECT_EQ(counts.flop, 100);
  EXPECT_EQ(std::accumulate(bytes, bytes + workers, int64_t(0)), 60);
  EXPECT_EQ(std::accumulate(flop, flop + workers, int64_t(0)), 100);
  EXPECT_GE(std::accumulate(seconds, seconds + workers, 0.0), 0.010);
}

/// Sums in one order for each iteration have the same bits on both pools.
TEST_P(Executor, ResultsHaveTheBitsOfTheOwnPool) {
  auto compute = [](const Pool &pool) {
    std::vector<float> sums(500);
    call(pool, [&](tilec_rt_worker *worker) {
      parallelFor(worker, 500, [&](tilec_rt_worker *, int64_t i) {
        for (int64_t k = 1; k < 2000; ++k)
          sums[i] += 1.0f / float(k * (i + 1));
      });
    });
    return sums;
  };
  std::vector<float> own = compute(makePool(3));
  std::vector<float> host = compute(pool);
  EXPECT_EQ(memcmp(own.data(), host.data(), own.size() * sizeof(float)), 0);
}

TEST_P(Executor, FloatControlIsSetAndRestored) {
  static std::atomic<int> wrong;
  wrong = 0;
  HostRun host = GetParam();
  Pool upwards = makeExternal(
      [](void *context, tilec_rt_task task, void *data, int32_t count) {
        struct Inner {
          tilec_rt_task task;
          void *data;
        } inner = {task, data};
        (*static_cast<HostRun *>(context))(
            nullptr,
            [](void *data, int32_t index) {
              auto &inner = *static_cast<Inner *>(data);
              fesetround(FE_UPWARD);
              inner.task(inner.data, index);
              wrong += getRounding() != FE_UPWARD;
            },
            &inner, count);
      },
      4, &host);
  fesetround(FE_DOWNWARD);
  call(upwards, [&](tilec_rt_worker *worker) {
    parallelFor(worker, 20, [&](tilec_rt_worker *, int64_t) {
      wrong += !hasDefaultFloatControl();
    });
    wrong += !hasDefaultFloatControl();
  });
  int rounding = getRounding();
  fesetround(FE_TONEAREST);
  EXPECT_EQ(rounding, FE_DOWNWARD);
  EXPECT_EQ(wrong, 0);
}

TEST_P(Executor, SeveralThreadsCallAtOnce) {
  std::atomic<int> wrong{0};
  std::vector<std::thread> callers;
  for (int64_t id = 0; id < 4; ++id)
    callers.emplace_back([&, id] {
      for (int round = 0; round < 50; ++round) {
        std::vector<int64_t> values(64);
        std::string text = call(
            pool,
            [&](tilec_rt_worker *worker) {
              parallelFor(worker, 64, [&](tilec_rt_worker *self, int64_t i) {
                self->scratch[0] = char(id);
                values[i] += id;
                wrong += self->scratch[0] != char(id);
              });
              parallelFor(worker, 64, [&](tilec_rt_worker *self, int64_t i) {
                int64_t numbers[] = {id, i};
                if (round % 2 && i >= 20)
                  tilec_rt_fail(self, &site, 2, numbers);
              });
            },
            1000 * (id + 1));
        wrong += text != (round % 2 ? "k.tile:1:1: error: call " +
                                          std::to_string(id) + " iteration 20"
                                    : "");
        wrong += values != std::vector<int64_t>(64, id);
      }
    });
  for (std::thread &caller : callers)
    caller.join();
  EXPECT_EQ(wrong, 0);
}

TEST_P(Executor, CallsAreCancelled) {
  tilec_rt_cancel_token *token = tilec_rt_cancel_token_create();
  tilec_rt_call_options options = {sizeof(options), nullptr, token};
  std::atomic<bool> runs{false};
  std::thread canceller([&] {
    while (!runs)
      std::this_thread::yield();
    tilec_rt_cancel(token);
  });
  Outcome outcome = callWith(
      pool,
      [&](tilec_rt_worker *worker) {
        parallelFor(worker, 100, [&](tilec_rt_worker *self, int64_t) {
          runs = true;
          while (!isStopped(self))
            std::this_thread::yield();
        });
        EXPECT_TRUE(isStopped(worker));
      },
      0, &options);
  canceller.join();
  tilec_rt_cancel_token_destroy(token);
  EXPECT_EQ(outcome.status, TILEC_RT_CANCELLED);
  EXPECT_EQ(outcome.text, "error: the call was cancelled");
  EXPECT_EQ(call(pool, [](tilec_rt_worker *) {}), "");
}

/// Cancelled when the loop is on its way to the host's threads.
TEST(ExecutorThreads, NoIterationBeginsInACancelledCall) {
  tilec_rt_cancel_token *token = tilec_rt_cancel_token_create();
  tilec_rt_call_options options = {sizeof(options), nullptr, token};
  Pool pool = makeExternal(
      [](void *context, tilec_rt_task task, void *data, int32_t count) {
        tilec_rt_cancel(static_cast<tilec_rt_cancel_token *>(context));
        runBackwards(nullptr, task, data, count);
      },
      3, token);
  Outcome outcome = callWith(
      pool,
      [](tilec_rt_worker *worker) {
        parallelFor(worker, 5, [](tilec_rt_worker *, int64_t) {
          ADD_FAILURE() << "an iteration has begun";
        });
      },
      0, &options);
  tilec_rt_cancel_token_destroy(token);
  EXPECT_EQ(outcome.status, TILEC_RT_CANCELLED);
}

TEST_P(Executor, AChildProcessCalls) {
  auto sum = [&] {
    std::atomic<int> total{0};
    call(pool, [&](tilec_rt_worker *worker) {
      parallelFor(worker, 100, [&](tilec_rt_worker *, int64_t) { ++total; });
    });
    return total == 100;
  };
  EXPECT_TRUE(sum());
  pid_t child = fork();
  if (child == 0)
    _exit(sum() ? 0 : 1);
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(sum());
}

/// Two iterations that wait for each other finish only if both run at once.
TEST(ExecutorThreads, RunAtTheSameTime) {
  Pool pool = makeExternal(runOnThreads, 2);
  std::atomic<int> arrived{0};
  call(pool, [&](tilec_rt_worker *worker) {
    parallelFor(worker, 2, [&](tilec_rt_worker *, int64_t) {
      for (++arrived; arrived < 2;)
        std::this_thread::yield();
    });
  });
  EXPECT_EQ(arrived, 2);
}

TEST(ExecutorThreads, TasksAreNoMoreThanIterations) {
  static std::set<int32_t> counts;
  Pool pool = makeExternal(
      [](void *, tilec_rt_task task, void *data, int32_t count) {
        counts.insert(count);
        runBackwards(nullptr, task, data, count);
      },
      5);
  call(pool, [&](tilec_rt_worker *worker) {
    for (int64_t count : {0, 1, 2, 5, 100})
      parallelFor(worker, count, [](tilec_rt_worker *, int64_t) {});
  });
  EXPECT_EQ(counts, (std::set<int32_t>{2, 5}));
}

static std::string callOnBadHost(HostRun run) {
  std::atomic<int> runs{0};
  std::string text = call(makeExternal(run, 3), [&](tilec_rt_worker *worker) {
    parallelFor(worker, 9, [&](tilec_rt_worker *, int64_t) { ++runs; });
    EXPECT_EQ(isStopped(worker), runs < 9);
  });
  return text;
}

TEST(ExecutorThreads, HostsThatLeaveTasksOutFailTheCall) {
  EXPECT_EQ(callOnBadHost([](void *, tilec_rt_task, void *, int32_t) {}),
            "error: the host's executor has run 0 of 3 tasks");
  // No such tasks.
  EXPECT_EQ(callOnBadHost([](void *, tilec_rt_task task, void *data, int32_t) {
              task(data, -1);
              task(data, 3);
              task(data, INT32_MAX);
            }),
            "error: the host's executor has run 0 of 3 tasks");
  // Twice is once.
  EXPECT_EQ(
      callOnBadHost([](void *, tilec_rt_task task, void *data, int32_t count) {
        runBackwards(nullptr, task, data, count);
        runBackwards(nullptr, task, data, count);
      }),
      "");
}

TEST(ExecutorThreads, BadExecutorsMakeNoPool) {
  EXPECT_EQ(tilec_rt_pool_create_external(nullptr), nullptr);
  EXPECT_EQ(makeExternal(nullptr), nullptr);
  EXPECT_EQ(makeExternal(runBackwards, 0), nullptr);
  EXPECT_EQ(makeExternal(runBackwards, -1), nullptr);
  tilec_rt_executor small = {sizeof(size_t), 2, nullptr, runBackwards};
  EXPECT_EQ(tilec_rt_pool_create_external(&small), nullptr);
}
