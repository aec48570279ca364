//===- EntryInfoTest.cpp - Checked calls of entries -----------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Solving and shapes are compared with the compiler's own in SignatureTest.
//
//===----------------------------------------------------------------------===//

#include "Support.h"
#include "tilec/Runtime/Entry.h"
#include <cstdlib>
#include <cstring>
#include <gtest/gtest.h>

using namespace tilec::test;

// out[i] = x[i] + s, for N - 1 cells; w is packed, [N, 3].
static constexpr int64_t nMinusOne[] = {1, 1, 0, -1, 0};
static constexpr int64_t n[] = {1, 1, 0};
static constexpr int64_t three[] = {3, 0};
static constexpr tilec_rt_dim shapeX[] = {{"N - 1", nMinusOne, 2}};
static constexpr tilec_rt_dim shapeW[] = {{"N", n, 1}, {"3", three, 1}};
static constexpr tilec_rt_parameter parameters[] = {
    {"x", "FP32", "row-major", shapeX, 1, TILEC_RT_TENSOR, TILEC_RT_IN, 4},
    {"s", "FP32", "row-major", nullptr, 0, TILEC_RT_SCALAR, TILEC_RT_IN, 4},
    {"out", "FP32", "row-major", shapeX, 1, TILEC_RT_TENSOR, TILEC_RT_OUT, 4},
    {"w", "BF16", "bf16.n64.k2.v1.kn", shapeW, 2, TILEC_RT_TENSOR, TILEC_RT_IN,
     2},
};
static constexpr const char *symbols[] = {"N"};

static void addScalar(tilec_rt_worker *, void *const *tensors,
                      const int64_t *scalars) {
  float s;
  memcpy(&s, scalars, sizeof(s));
  for (int64_t i = 0; i < scalars[1] - 1; ++i)
    static_cast<float *>(tensors[1])[i] =
        static_cast<const float *>(tensors[0])[i] + s;
}

static void addTwice(tilec_rt_worker *worker, void *const *tensors,
                     const int64_t *scalars) {
  addScalar(worker, tensors, scalars);
  addScalar(worker, &tensors[1], scalars);
}

namespace {
struct EntryInfo : testing::Test {
  tilec_rt_entry selected = nullptr;
  tilec_rt_level levels[2] = {{"fast", "", addScalar}, {"slow", "", addTwice}};
  tilec_rt_entry_info info = {TILEC_RT_ENTRY_VERSION,
                              4,
                              1,
                              2,
                              "add_scalar",
                              "",
                              parameters,
                              symbols,
                              levels,
                              &selected,
                              0};
  Pool pool = makePool(2);
  float x[4] = {1, 2, 3, 4}, out[4] = {};
  alignas(64) char packed[4096] = {};
  void *tensors[3] = {x, out, packed};
  int64_t scalars[2] = {0, 5};
  tilec_rt_error error = {};

  EntryInfo() {
    float s = 0.5;
    memcpy(scalars, &s, sizeof(s));
    unsetenv("TILEC_CPU");
  }
  ~EntryInfo() override { unsetenv("TILEC_CPU"); }

  std::string call() {
    int32_t status =
        tilec_rt_entry_call(&info, pool.get(), tensors, scalars, &error);
    return status ? error.message : "done";
  }
};
} // namespace

TEST_F(EntryInfo, CallsWhatIsRight) {
  EXPECT_EQ(call(), "done");
  EXPECT_EQ(out[0], 1.5F);
  EXPECT_EQ(out[3], 4.5F);
}

TEST_F(EntryInfo, ErrorsMayBeIgnored) {
  tensors[0] = nullptr;
  EXPECT_EQ(tilec_rt_entry_call(&info, pool.get(), tensors, scalars, nullptr),
            1);
}

TEST_F(EntryInfo, NullPointersNeedNoCells) {
  tensors[0] = nullptr;
  EXPECT_EQ(call(), "`x` is a null pointer");
  scalars[1] = 1;
  tensors[1] = nullptr;
  EXPECT_EQ(call(), "done");
  tensors[2] = nullptr;
  EXPECT_EQ(call(), "`w` is a null pointer");
}

TEST_F(EntryInfo, NothingToCallWith) {
  EXPECT_EQ(tilec_rt_entry_call(&info, nullptr, tensors, scalars, &error), 1);
  EXPECT_STREQ(error.message, "`add_scalar` is called without a pool");
  EXPECT_EQ(tilec_rt_entry_check(&info, nullptr, scalars, &error), 1);
  EXPECT_STREQ(error.message, "`add_scalar` is called without arguments");
  EXPECT_EQ(tilec_rt_entry_check(&info, tensors, nullptr, &error), 1);
}

TEST_F(EntryInfo, PointersAreAligned) {
  tensors[0] = reinterpret_cast<char *>(x) + 2;
  EXPECT_EQ(call(), "`x` is not aligned to 4 bytes");
  tensors[0] = x;
  tensors[2] = packed + 32;
  EXPECT_EQ(call(), "`w` is not aligned to 64 bytes");
}

TEST_F(EntryInfo, ExtentsAreThere) {
  scalars[1] = -1;
  EXPECT_EQ(call(), "`N` is -1, which is negative");
  scalars[1] = 0;
  EXPECT_EQ(call(), "dimension 0 of `x`, N - 1, is negative: -1");
  scalars[1] = TILEC_RT_MAX_EXTENT + 1;
  EXPECT_EQ(call(), "`N` is 140737488355329, more than 2^47");
}

TEST_F(EntryInfo, WrittenMemoryIsItsOwn) {
  scalars[1] = 3;
  tensors[1] = x + 1;
  EXPECT_EQ(call(), "`x` and `out` overlap; a written parameter has memory of "
                    "its own");
  tensors[1] = x + 2;
  EXPECT_EQ(call(), "done");
  // What no cell is in overlaps nothing.
  scalars[1] = 1;
  tensors[1] = x;
  EXPECT_EQ(call(), "done");
  scalars[1] = 3;
  tensors[1] = packed;
  EXPECT_EQ(call(), "`out` and `w` overlap; a written parameter has memory of "
                    "its own");
}

TEST_F(EntryInfo, MemoryEndsWithTheAddresses) {
  tensors[0] = reinterpret_cast<void *>(~uintptr_t(7));
  EXPECT_EQ(call(), "`x` of 16 bytes ends beyond the memory that an address "
                    "reaches");
}

TEST_F(EntryInfo, OtherVersionsAreErrors) {
  info.version = TILEC_RT_ENTRY_VERSION + 1;
  EXPECT_EQ(call(), "the entry was compiled for version 2 of the run-time "
                    "library's interface, and this is version 1");
}

TEST_F(EntryInfo, SizesAndShapes) {
  int64_t dims[] = {5}, shape[2];
  EXPECT_EQ(tilec_rt_entry_bytes(&info, 0, dims, &error), 16);
  int64_t matrix[] = {5, 3};
  EXPECT_EQ(tilec_rt_entry_bytes(&info, 3, dims, &error),
            tilec_rt_packed_bytes("bf16.n64.k2.v1.kn", matrix));
  EXPECT_EQ(tilec_rt_entry_shape(&info, 3, dims, shape, &error), 0);
  EXPECT_EQ(shape[0], 5);
  EXPECT_EQ(shape[1], 3);
  for (int32_t wrong : {-1, 1, 4}) {
    EXPECT_EQ(tilec_rt_entry_bytes(&info, wrong, dims, &error), -1);
    EXPECT_EQ(error.message, "`add_scalar` has no tensor with the number " +
                                 std::to_string(wrong));
  }
}

TEST_F(EntryInfo, PacksAndChecksWeights) {
  int64_t dims[] = {5};
  uint16_t matrix[15], back[15];
  for (uint16_t i = 0; i < 15; ++i)
    matrix[i] = i;
  int64_t bytes = tilec_rt_entry_bytes(&info, 3, dims, &error);
  ASSERT_LE(bytes, int64_t(sizeof(packed)));
  EXPECT_EQ(tilec_rt_entry_check_packed(&info, 3, dims, packed, bytes, &error),
            1);
  EXPECT_EQ(std::string(error.message).rfind("`w`: ", 0), 0u);
  ASSERT_EQ(
      tilec_rt_entry_pack(&info, 3, dims, pool.get(), packed, matrix, &error),
      0);
  EXPECT_EQ(tilec_rt_entry_check_packed(&info, 3, dims, packed, bytes, &error),
            0);
  ASSERT_EQ(tilec_rt_unpack_rows(pool.get(), packed, back, 0, 5), 0);
  EXPECT_EQ(memcmp(matrix, back, sizeof(matrix)), 0);
}

TEST_F(EntryInfo, PackingNeedsMemoryAndALayout) {
  int64_t dims[] = {5};
  EXPECT_EQ(tilec_rt_entry_pack(&info, 0, dims, pool.get(), packed, x, &error),
            1);
  EXPECT_STREQ(error.message, "`x` is row-major, not packed");
  EXPECT_EQ(
      tilec_rt_entry_pack(&info, 3, dims, pool.get(), packed + 8, x, &error),
      1);
  EXPECT_STREQ(error.message, "the packed `w` is not aligned to 64 bytes");
  EXPECT_EQ(
      tilec_rt_entry_pack(&info, 3, dims, pool.get(), packed, nullptr, &error),
      1);
  EXPECT_STREQ(error.message, "`w` cannot be packed: a null pointer");
  EXPECT_EQ(tilec_rt_entry_check_packed(&info, 3, dims, nullptr, 0, &error), 1);
  EXPECT_STREQ(error.message, "`w` is a null pointer");
}

TEST_F(EntryInfo, TheFirstSupportedLevelIsKept) {
  levels[0].features = "nonsense";
  EXPECT_EQ(tilec_rt_entry_select(&info), addTwice);
  levels[0].features = "";
  EXPECT_EQ(tilec_rt_entry_select(&info), addTwice);
  selected = nullptr;
  EXPECT_EQ(tilec_rt_entry_select(&info), addScalar);
}

TEST_F(EntryInfo, NoLevelIsAnError) {
  levels[0].features = "other";
  levels[1].features = "nonsense,other";
  EXPECT_EQ(call(), "`add_scalar` cannot run on this processor: its code for "
                    "slow needs nonsense");
}

TEST_F(EntryInfo, TheEnvironmentNamesALevel) {
  setenv("TILEC_CPU", "slow", 1);
  EXPECT_EQ(tilec_rt_entry_select(&info), addTwice);
  selected = nullptr;
  setenv("TILEC_CPU", "", 1);
  EXPECT_EQ(tilec_rt_entry_select(&info), addScalar);
  selected = nullptr;
  setenv("TILEC_CPU", "other", 1);
  EXPECT_EQ(call(), "`add_scalar` has no code for TILEC_CPU=other");
  setenv("TILEC_CPU", "fast", 1);
  levels[0].features = "nonsense";
  EXPECT_EQ(call(), "`add_scalar` cannot run on this processor: its code for "
                    "fast needs nonsense");
}
