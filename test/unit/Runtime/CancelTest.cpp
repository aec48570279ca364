//===- CancelTest.cpp - Stopping calls from other threads -----------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Internal.h"
#include "Support.h"
#include <atomic>
#include <gtest/gtest.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace tilec::test;

static const char *const cancelledText = "error: the call was cancelled";
static const tilec_rt_site site = {"k.tile", 1, 1, "iteration {0}"};

namespace {
struct DestroyToken {
  void operator()(tilec_rt_cancel_token *token) const {
    tilec_rt_cancel_token_destroy(token);
  }
};
using Token = std::unique_ptr<tilec_rt_cancel_token, DestroyToken>;

Token makeToken() { return Token(tilec_rt_cancel_token_create()); }

Outcome callCancellable(const Pool &pool, const Token &token, Entry entry) {
  tilec_rt_call_options options = {sizeof(options), nullptr, token.get()};
  return callWith(pool, std::move(entry), 100, &options);
}

/// As compiled code that runs scopes one after another until it is stopped.
void runScopesForever(tilec_rt_worker *worker) {
  while (!isStopped(worker))
    std::this_thread::yield();
}

void expectCancelled(const Outcome &outcome) {
  EXPECT_EQ(outcome.status, TILEC_RT_CANCELLED);
  EXPECT_EQ(outcome.text, cancelledText);
}

/// The pool does all of its work in the next call.
void expectWorks(const Pool &pool) {
  std::atomic<int> sum{0};
  EXPECT_EQ(call(pool,
                 [&](tilec_rt_worker *worker) {
                   parallelFor(worker, 100,
                               [&](tilec_rt_worker *self, int64_t) {
                                 sum += !isStopped(self);
                               });
                 }),
            "");
  EXPECT_EQ(sum, 100);
}
} // namespace

TEST(Cancel, BeforeTheCallNothingRuns) {
  Pool pool = makePool(2);
  Token token = makeToken();
  tilec_rt_cancel(token.get());
  tilec_rt_cancel(token.get());
  for (int i = 0; i < 2; ++i)
    expectCancelled(callCancellable(
        pool, token, [](tilec_rt_worker *) { ADD_FAILURE() << "ran"; }));
  expectWorks(pool);
}

TEST(Cancel, ATokenThatIsNotCancelledChangesNothing) {
  Pool pool = makePool(3);
  Token token = makeToken();
  std::atomic<int> sum{0};
  Outcome outcome = callCancellable(pool, token, [&](tilec_rt_worker *worker) {
    for (int loop = 0; loop < 100; ++loop)
      parallelFor(worker, 10, [&](tilec_rt_worker *, int64_t) { ++sum; });
  });
  EXPECT_EQ(outcome.status, TILEC_RT_DONE);
  EXPECT_EQ(sum, 1000);
}

TEST(Cancel, ScopesOutsideOfLoopsStop) {
  for (int threads : {1, 2}) {
    Pool pool = makePool(threads);
    Token token = makeToken();
    std::atomic<bool> runs{false};
    std::thread canceller([&] {
      while (!runs)
        std::this_thread::yield();
      tilec_rt_cancel(token.get());
    });
    expectCancelled(callCancellable(pool, token, [&](tilec_rt_worker *worker) {
      runs = true;
      runScopesForever(worker);
      parallelFor(worker, 3, [](tilec_rt_worker *, int64_t) {
        ADD_FAILURE() << "a loop began after the call was cancelled";
      });
    }));
    canceller.join();
    expectWorks(pool);
  }
}

/// All workers of a loop run forever, until they are marked.
TEST(Cancel, EachWorkerOfALoopStops) {
  constexpr int threads = 4;
  Pool pool = makePool(threads);
  Token token = makeToken();
  std::atomic<int> running{0};
  std::thread canceller([&] {
    while (running < threads)
      std::this_thread::yield();
    tilec_rt_cancel(token.get());
  });
  expectCancelled(callCancellable(pool, token, [&](tilec_rt_worker *worker) {
    parallelFor(worker, 1000, [&](tilec_rt_worker *self, int64_t) {
      ++running;
      // Nested loops stop, too.
      parallelFor(self, INT64_MAX, [](tilec_rt_worker *, int64_t) {});
      EXPECT_TRUE(isStopped(self));
    });
    EXPECT_TRUE(isStopped(worker));
  }));
  canceller.join();
  EXPECT_EQ(running, threads);
  expectWorks(pool);
}

/// A loop that was cut short always shows in its caller's word, however the
/// marks arrive.
TEST(Cancel, ALoopThatIsCutShortStopsItsCaller) {
  Pool pool = makePool(3);
  int cut = 0;
  for (int round = 0; round < 1000; ++round) {
    Token token = makeToken();
    std::atomic<bool> begun{false};
    std::thread canceller([&] {
      while (!begun)
        std::this_thread::yield();
      tilec_rt_cancel(token.get());
    });
    std::atomic<int64_t> done{0};
    Outcome outcome =
        callCancellable(pool, token, [&](tilec_rt_worker *worker) {
          begun = true;
          parallelFor(worker, 3000,
                      [&](tilec_rt_worker *, int64_t) { ++done; });
          if (done == 3000)
            return;
          ++cut;
          EXPECT_TRUE(isStopped(worker));
        });
    canceller.join();
    if (done < 3000)
      expectCancelled(outcome);
  }
  RecordProperty("cut", cut);
  expectWorks(pool);
}

TEST(Cancel, OneOfTwoCalls) {
  for (int threads : {1, 3}) {
    Pool pool = makePool(threads);
    for (int round = 0; round < 100; ++round) {
      Token stopped = makeToken(), kept = makeToken();
      std::atomic<bool> cancelled{false};
      std::atomic<int> sum{0};
      std::thread other([&] {
        Outcome outcome =
            callCancellable(pool, kept, [&](tilec_rt_worker *worker) {
              int loops = 0;
              while (!cancelled || ++loops < 20) {
                sum = 0;
                parallelFor(worker, 50, [&](tilec_rt_worker *self, int64_t) {
                  sum += !isStopped(self);
                });
                EXPECT_EQ(sum, 50);
                EXPECT_FALSE(isStopped(worker));
              }
            });
        EXPECT_EQ(outcome.status, TILEC_RT_DONE);
      });
      std::thread canceller([&] {
        usleep(100);
        tilec_rt_cancel(stopped.get());
        cancelled = true;
      });
      expectCancelled(
          callCancellable(pool, stopped, [](tilec_rt_worker *worker) {
            while (!isStopped(worker))
              parallelFor(worker, 50, [](tilec_rt_worker *, int64_t) {});
          }));
      canceller.join();
      other.join();
    }
  }
}

/// A mark that came after a worker has left would stop another call.
TEST(Cancel, WorkersLeaveWhenMarkingIsOver) {
  Token token = makeToken();
  tilec_rt_cancel(token.get());
  tilec::runtime::Worker worker{};
  token->lock = 1;
  std::atomic<bool> left{false};
  std::thread leaver([&] {
    unwatch(worker, token.get());
    left = true;
  });
  usleep(20000);
  EXPECT_FALSE(left);
  token->lock = 0;
  leaver.join();
}

TEST(Cancel, OneTokenStopsSeveralCalls) {
  Pool first = makePool(2), second = makePool(2);
  Token token = makeToken();
  std::atomic<int> running{0};
  std::vector<std::thread> callers;
  for (const Pool *pool : {&first, &first, &second})
    callers.emplace_back([&, pool] {
      expectCancelled(
          callCancellable(*pool, token, [&](tilec_rt_worker *worker) {
            ++running;
            runScopesForever(worker);
          }));
    });
  while (running < 3)
    std::this_thread::yield();
  std::thread again([&] { tilec_rt_cancel(token.get()); });
  tilec_rt_cancel(token.get());
  again.join();
  for (std::thread &caller : callers)
    caller.join();
}

TEST(Cancel, AnEarlierFailureWins) {
  Pool pool = makePool(2);
  Token token = makeToken();
  Outcome outcome = callCancellable(pool, token, [&](tilec_rt_worker *worker) {
    int64_t value = 7;
    tilec_rt_fail(worker, &site, 1, &value);
    tilec_rt_cancel(token.get());
  });
  EXPECT_EQ(outcome.status, TILEC_RT_FAILED);
  EXPECT_EQ(outcome.text, "k.tile:1:1: error: iteration 7");
}

TEST(Cancel, ALaterFailureDoesNotCount) {
  Pool pool = makePool(2);
  Token token = makeToken();
  expectCancelled(callCancellable(pool, token, [&](tilec_rt_worker *worker) {
    tilec_rt_cancel(token.get());
    tilec_rt_fail(worker, &site, 0, nullptr);
  }));
}

/// Two iterations that run at once: a lower one that fails, a higher one that
/// is cancelled; and the other way round.
TEST(Cancel, TheLowestIterationDecides) {
  Pool pool = makePool(2);
  for (int64_t failing : {0, 1}) {
    Token token = makeToken();
    std::atomic<int> arrived{0};
    Outcome outcome =
        callCancellable(pool, token, [&](tilec_rt_worker *worker) {
          parallelFor(worker, 2, [&](tilec_rt_worker *self, int64_t i) {
            for (++arrived; arrived < 2;)
              std::this_thread::yield();
            if (i != failing)
              return runScopesForever(self);
            tilec_rt_fail(self, &site, 1, &i);
            tilec_rt_cancel(token.get());
          });
        });
    EXPECT_EQ(outcome.status,
              failing == 0 ? TILEC_RT_FAILED : TILEC_RT_CANCELLED);
    EXPECT_EQ(outcome.text,
              failing == 0 ? "k.tile:1:1: error: iteration 0" : cancelledText);
  }
}

TEST(Cancel, OptionsOfAnOlderCallerHaveNoToken) {
  Pool pool = makePool(1);
  Token token = makeToken();
  tilec_rt_cancel(token.get());
  tilec_rt_call_options options = {offsetof(tilec_rt_call_options, cancel),
                                   nullptr, token.get()};
  Outcome outcome = callWith(pool, [](tilec_rt_worker *) {}, 0, &options);
  EXPECT_EQ(outcome.status, TILEC_RT_DONE);
  tilec_rt_cancel_token_destroy(nullptr);
}
