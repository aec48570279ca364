//===- CallTest.cpp - Memory and floating-point state of a call -----------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support.h"
#include <atomic>
#include <cfenv>
#include <cstring>
#include <gtest/gtest.h>
#include <set>

using namespace tilec::test;

/// AddressSanitizer's allocator shall fail as the system's does, not abort.
extern "C" const char *__asan_default_options();
extern "C" const char *__asan_default_options() {
  return "allocator_may_return_null=1";
}

TEST(Call, PassesTensorsAndScalars) {
  Pool pool = makePool(2);
  int32_t data = 5;
  void *tensors[] = {&data};
  int64_t scalars[] = {37};
  int32_t status = tilec_rt_call(
      pool.get(),
      [](tilec_rt_worker *, void *const *tensors, const int64_t *scalars) {
        *static_cast<int32_t *>(tensors[0]) += int32_t(scalars[0]);
      },
      0, tensors, scalars, nullptr);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(data, 42);
}

TEST(Call, AllocatedStorageLastsTheCall) {
  Pool pool = makePool(2);
  std::atomic<int> wrong{0};
  auto check = [&](char *block, size_t size, char value) {
    wrong += reinterpret_cast<uintptr_t>(block) % 64 != 0;
    for (size_t at = 0; at < size; at += 1000)
      wrong += block[at] != value;
  };
  auto allocate = [](tilec_rt_worker *worker, size_t size, char value) {
    auto *block = static_cast<char *>(tilec_rt_alloc(worker, int64_t(size)));
    memset(block, value, size);
    return block;
  };
  EXPECT_EQ(call(pool,
                 [&](tilec_rt_worker *worker) {
                   char *blocks[50];
                   for (size_t i = 0; i < 50; ++i)
                     blocks[i] = allocate(worker, i * 200000, char(i));
                   parallelFor(worker, 50,
                               [&](tilec_rt_worker *self, int64_t i) {
                                 char *first = allocate(self, 70000, char(i));
                                 char *second = allocate(self, 7, char(-i));
                                 check(first, 70000, char(i));
                                 check(second, 7, char(-i));
                               });
                   for (size_t i = 0; i < 50; ++i)
                     check(blocks[i], i * 200000, char(i));
                 }),
            "");
  EXPECT_EQ(wrong, 0);
}

TEST(Call, OutOfMemoryIsAFailure) {
  Pool pool = makePool(2);
  for (int64_t bytes : {int64_t(-1), INT64_MAX, int64_t(1) << 60}) {
    std::string text = call(pool, [&](tilec_rt_worker *worker) {
      EXPECT_EQ(tilec_rt_alloc(worker, bytes), nullptr);
      EXPECT_NE(worker->failed, 0);
    });
    EXPECT_EQ(text, "error: out of memory: " + std::to_string(bytes) +
                        " bytes are not to be had");
  }
  EXPECT_EQ(
      call(
          pool, [](tilec_rt_worker *) { ADD_FAILURE(); }, int64_t(1) << 60),
      "error: out of memory: 1152921504606846976 bytes are not to be "
      "had");
  // The pool still works.
  EXPECT_EQ(
      call(
          pool, [](tilec_rt_worker *w) { memset(w->scratch, 0, 64); }, 64),
      "");
}

TEST(Call, SetsFloatControlEverywhere) {
  Pool pool = makePool(3);
  std::atomic<int> wrong{0};
  ASSERT_EQ(fesetround(FE_UPWARD), 0);
#if defined(__x86_64__)
  unsigned before = __builtin_ia32_stmxcsr() | 0x8040; // flush subnormals too
  __builtin_ia32_ldmxcsr(before);
#endif
  call(pool, [&](tilec_rt_worker *worker) {
    wrong += !hasDefaultFloatControl();
    parallelFor(worker, 100, [&](tilec_rt_worker *, int64_t) {
      wrong += !hasDefaultFloatControl();
    });
  });
  int round = fegetround();
#if defined(__x86_64__)
  EXPECT_EQ(__builtin_ia32_stmxcsr(), before);
  __builtin_ia32_ldmxcsr(0x1F80);
#endif
  fesetround(FE_TONEAREST);
  EXPECT_EQ(round, FE_UPWARD);
  EXPECT_EQ(wrong, 0);
}

TEST(Call, RestoresFloatControlAfterAFailure) {
  static const tilec_rt_site site = {"f", 1, 1, "m"};
  ASSERT_EQ(fesetround(FE_DOWNWARD), 0);
  std::string text = call(makePool(1), [](tilec_rt_worker *worker) {
    tilec_rt_fail(worker, &site, 0, nullptr);
  });
  int round = fegetround();
  fesetround(FE_TONEAREST);
  EXPECT_EQ(round, FE_DOWNWARD);
  EXPECT_EQ(text, "f:1:1: error: m");
}
