//===- PackedWeightsTest.cpp - To packed weights and back -----------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support.h"
#include "tilec/Support/PackedLayout.h"
#include <cstdlib>
#include <cstring>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

using namespace tilec;
using namespace tilec::test;

namespace {
struct Free {
  void operator()(void *memory) const { free(memory); }
};

/// Storage that holds 0xFF wherever nothing has been written.
class Packed {
public:
  Packed(Layout layout, int64_t rows, int64_t columns)
      : layout(layout), shape{rows, columns} {
    const char *name = packed::getName(layout);
    bytes = tilec_rt_packed_bytes(name, shape);
    memory.reset(aligned_alloc(64, size_t(bytes)));
    memset(memory.get(), 0xFF, size_t(bytes));
    EXPECT_EQ(tilec_rt_pack_begin(memory.get(), name, shape), 0);
  }

  uint16_t at(int64_t panel, int64_t pair, int64_t column, int64_t half) const {
    auto *cells = reinterpret_cast<const uint16_t *>(
        static_cast<const char *>(memory.get()) + sizeof(PackedHeader));
    int64_t pairs = packed::getPairs(shape[packed::getKDim(layout)]);
    return cells[((panel * pairs + pair) * 64 + column) * 2 + half];
  }
  std::string problem(Layout wanted, int64_t rows, int64_t columns) const {
    int64_t other[] = {rows, columns};
    char text[200];
    const char *why =
        tilec_rt_packed_problem(memory.get(), bytes, packed::getName(wanted),
                                other, text, sizeof(text));
    return why ? why : "";
  }

  Layout layout;
  int64_t shape[2], bytes = 0;
  std::unique_ptr<void, Free> memory;
};

uint16_t cell(int64_t i, int64_t j) { return uint16_t(1 + i * 131 + j * 7); }

std::vector<uint16_t> makeMatrix(int64_t rows, int64_t columns) {
  std::vector<uint16_t> matrix;
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < columns; ++j)
      matrix.push_back(cell(i, j));
  return matrix;
}

/// Packs in strips of `strip` rows, and checks each cell and what pads them.
void checkPacking(Layout layout, int64_t rows, int64_t columns, int64_t strip) {
  SCOPED_TRACE(testing::Message() << packed::getName(layout) << " " << rows
                                  << " x " << columns << " by " << strip);
  Pool pool = makePool(3);
  std::vector<uint16_t> matrix = makeMatrix(rows, columns);
  Packed storage(layout, rows, columns);
  for (int64_t i = 0; i < rows; i += strip)
    ASSERT_EQ(tilec_rt_pack_rows(pool.get(), storage.memory.get(),
                                 matrix.data() + i * columns, i,
                                 std::min(strip, rows - i)),
              0);
  bool rowsAreK = layout == Layout::PackedKN;
  int64_t k = rowsAreK ? rows : columns, n = rowsAreK ? columns : rows;
  for (int64_t p = 0; p < packed::getPairs(k) * 2; ++p)
    for (int64_t j = 0; j < packed::getPanels(n) * 64; ++j) {
      uint16_t right = rowsAreK ? cell(p, j) : cell(j, p);
      ASSERT_EQ(storage.at(j / 64, p / 2, j % 64, p % 2),
                p < k && j < n ? right : 0)
          << "k " << p << " n " << j;
    }
  std::vector<uint16_t> back(matrix.size());
  for (int64_t i = 0; i < rows; i += strip)
    ASSERT_EQ(tilec_rt_unpack_rows(pool.get(), storage.memory.get(),
                                   back.data() + i * columns, i,
                                   std::min(strip, rows - i)),
              0);
  EXPECT_EQ(back, matrix);
}
} // namespace

TEST(PackedWeights, EveryCellHasItsPlace) {
  for (Layout layout : {Layout::PackedKN, Layout::PackedNK}) {
    checkPacking(layout, 1, 1, 64);
    checkPacking(layout, 2, 64, 64);
    checkPacking(layout, 129, 65, 64);
    checkPacking(layout, 65, 129, 64);
    checkPacking(layout, 700, 601, 128);
    checkPacking(layout, 601, 1100, 640);
  }
}

/// Fresh pages stay untouched until rows are packed, so that the threads that
/// pack them decide where they are.
TEST(PackedWeights, PagesAreTouchedByPacking) {
  int64_t shape[] = {1024, 512};
  const char *name = packed::getName(Layout::PackedNK);
  auto bytes = size_t(tilec_rt_packed_bytes(name, shape));
  auto page = size_t(sysconf(_SC_PAGESIZE));
  void *memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  madvise(memory, bytes, MADV_NOHUGEPAGE);
  std::vector<unsigned char> present((bytes + page - 1) / page);
  auto countPresent = [&] {
    EXPECT_EQ(mincore(memory, bytes, present.data()), 0);
    size_t count = 0;
    for (unsigned char flags : present)
      count += flags & 1;
    return count;
  };
  EXPECT_EQ(countPresent(), 0u);
  ASSERT_EQ(tilec_rt_pack_begin(memory, name, shape), 0);
  EXPECT_EQ(countPresent(), 1u);
  // A quarter of the columns, and the header.
  Pool pool = makePool(2);
  std::vector<uint16_t> matrix = makeMatrix(shape[0], shape[1]);
  ASSERT_EQ(tilec_rt_pack_rows(pool.get(), memory, matrix.data(), 0, 256), 0);
  EXPECT_LE(countPresent(), present.size() / 4 + 1);
  ASSERT_EQ(tilec_rt_pack_rows(pool.get(), memory,
                               matrix.data() + 256 * shape[1], 256, 768),
            0);
  EXPECT_EQ(countPresent(), present.size());
  munmap(memory, bytes);
}

TEST(PackedWeights, EmptyMatricesHaveAHeader) {
  for (Layout layout : {Layout::PackedKN, Layout::PackedNK}) {
    Packed storage(layout, 0, 100);
    EXPECT_EQ(storage.bytes, int64_t(sizeof(PackedHeader)));
    EXPECT_EQ(storage.problem(layout, 0, 100), "");
  }
}

TEST(PackedWeights, RowsThatAreNotTheMatrixsAreRefused) {
  Pool pool = makePool(1);
  std::vector<uint16_t> matrix = makeMatrix(200, 3);
  Packed storage(Layout::PackedKN, 200, 3);
  auto pack = [&](int64_t first, int64_t count) {
    return tilec_rt_pack_rows(pool.get(), storage.memory.get(), matrix.data(),
                              first, count);
  };
  EXPECT_EQ(pack(0, 64), 0);
  EXPECT_EQ(pack(128, 72), 0);
  EXPECT_EQ(pack(2, 64), 1) << "not a multiple of the step";
  EXPECT_EQ(pack(0, 63), 1) << "neither a multiple nor the last";
  EXPECT_EQ(pack(128, 73), 1) << "past the end";
  EXPECT_EQ(pack(-64, 64), 1);
  memset(storage.memory.get(), 0, 64);
  EXPECT_EQ(pack(0, 64), 1) << "not begun";
}

TEST(PackedWeights, UnknownLayoutsAndSizesHaveNoBytes) {
  int64_t large[] = {int64_t(1) << 40, int64_t(1) << 40}, small[] = {2, 2};
  EXPECT_EQ(tilec_rt_packed_bytes("bf16.n64.k2.v1.kn", small),
            int64_t(sizeof(PackedHeader)) + packed::pairBytes);
  EXPECT_EQ(tilec_rt_packed_bytes("bf16.n64.k2.v1.kn", large), -1);
  EXPECT_EQ(tilec_rt_packed_bytes("bf16.n32.k2.v1.kn", small), -1);
  int64_t negative[] = {-1, 2};
  EXPECT_EQ(tilec_rt_packed_bytes("bf16.n64.k2.v1.nk", negative), -1);
}

TEST(PackedWeights, ProblemsHaveReasons) {
  Packed storage(Layout::PackedKN, 10, 20);
  auto &header = *static_cast<PackedHeader *>(storage.memory.get());
  auto problem = [&] { return storage.problem(Layout::PackedKN, 10, 20); };
  EXPECT_EQ(problem(), "");
  EXPECT_EQ(storage.problem(Layout::PackedNK, 10, 20),
            "its layout is bf16.n64.k2.v1.kn, not bf16.n64.k2.v1.nk");
  EXPECT_EQ(storage.problem(Layout::PackedKN, 20, 10),
            "its shape is [10, 20], not [20, 10]");
  PackedHeader right = header;
  header.version = 1;
  EXPECT_EQ(problem(), "its version is 1, not 2");
  header = right;
  header.layout ^= 1;
  EXPECT_EQ(problem(), "its layout is unknown, not bf16.n64.k2.v1.kn");
  header = right;
  header.bytes += 1;
  EXPECT_EQ(problem(),
            "it has 1536 bytes and says 1537, but its shape takes 1536");
  header = right;
  header.magic = 0;
  EXPECT_EQ(problem(), "it has no header of packed weights");
}
