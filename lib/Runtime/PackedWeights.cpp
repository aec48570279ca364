//===- PackedWeights.cpp - To packed weights and back ---------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A strip is cut into blocks that fit the second cache and are read and written
// in long runs: groups of panels and pairs of k. Each block is an iteration of
// a parallel loop, the blocks of the same panels one after another: so a worker
// takes, and touches first, neighbouring columns, as in the loops over columns
// that read the weights later.
//
//===----------------------------------------------------------------------===//

#include "Internal.h"
#include "tilec/Support/PackedLayout.h"
#include <cinttypes>
#include <cstdio>
#include <cstring>

using namespace tilec;

namespace {
using Cell = uint16_t;

/// Where rows of strips begin: whole panels and whole pairs.
constexpr int64_t step = packed::columns;
/// Panels and pairs of a block.
constexpr int64_t blockPanels = 8;
constexpr int64_t blockPairs = 64;

int64_t ceilDiv(int64_t x, int64_t y) { return x / y + (x % y != 0); }
int64_t minimum(int64_t x, int64_t y) { return x < y ? x : y; }

constexpr Layout packedLayouts[] = {Layout::PackedKN, Layout::PackedNK};

/// The layouts by name; RowMajor for a name that is none.
Layout findLayout(const char *name) {
  for (Layout layout : packedLayouts)
    if (strcmp(name, packed::getName(layout)) == 0)
      return layout;
  return Layout::RowMajor;
}

Layout findLayout(uint64_t hash) {
  for (Layout layout : packedLayouts)
    if (hash == packed::getHash(layout))
      return layout;
  return Layout::RowMajor;
}

/// A packed matrix and the rows of a strip of the row-major one.
struct Strip {
  Layout layout;
  int64_t k, n;
  /// The first panel.
  char *panels;
  Cell *rows;
  /// Rows (of dimension 0) that the strip has.
  int64_t first, count;
  /// What is packed or unpacked: panels and pairs, and blocks of both.
  int64_t firstPanel, endPanel, firstPair, endPair;
  int64_t panelBlocks, pairBlocks;

  Cell *pair(int64_t panel, int64_t p) const {
    return reinterpret_cast<Cell *>(panels + panel * packed::getPanelBytes(k) +
                                    p * packed::pairBytes);
  }
  int64_t blocks() const { return panelBlocks * pairBlocks; }
};

/// The part of a strip that one iteration moves.
struct Block {
  int64_t firstPanel, endPanel, firstPair, endPair;

  Block(const Strip &strip, int64_t number) {
    firstPanel = strip.firstPanel + number / strip.pairBlocks * blockPanels;
    firstPair = strip.firstPair + number % strip.pairBlocks * blockPairs;
    endPanel = minimum(firstPanel + blockPanels, strip.endPanel);
    endPair = minimum(firstPair + blockPairs, strip.endPair);
  }
};
} // namespace

//===----------------------------------------------------------------------===//
// Rows of k
//===----------------------------------------------------------------------===//

/// Interleaves all columns of a panel.
static void interleave(Cell *__restrict to, const Cell *__restrict even,
                       const Cell *__restrict odd) {
  for (int64_t j = 0; j < packed::columns; ++j) {
    to[2 * j] = even[j];
    to[2 * j + 1] = odd[j];
  }
}

static void separate(const Cell *__restrict from, Cell *__restrict even,
                     Cell *__restrict odd) {
  for (int64_t j = 0; j < packed::columns; ++j) {
    even[j] = from[2 * j];
    odd[j] = from[2 * j + 1];
  }
}

/// A pair that lacks a row or columns: those are zero.
static void interleavePart(Cell *to, const Cell *even, const Cell *odd,
                           int64_t columns) {
  memset(to, 0, packed::pairBytes);
  for (int64_t j = 0; j < columns; ++j) {
    to[2 * j] = even[j];
    if (odd)
      to[2 * j + 1] = odd[j];
  }
}

static void packRowsOfK(const Strip &strip, const Block &block) {
  for (int64_t p = block.firstPair; p < block.endPair; ++p) {
    const Cell *even = strip.rows + (2 * p - strip.first) * strip.n;
    const Cell *odd = 2 * p + 1 < strip.k ? even + strip.n : nullptr;
    for (int64_t panel = block.firstPanel; panel < block.endPanel; ++panel) {
      int64_t j = panel * packed::columns;
      int64_t columns = minimum(strip.n - j, packed::columns);
      if (odd && columns == packed::columns)
        interleave(strip.pair(panel, p), even + j, odd + j);
      else
        interleavePart(strip.pair(panel, p), even + j, odd ? odd + j : nullptr,
                       columns);
    }
  }
}

static void unpackRowsOfK(const Strip &strip, const Block &block) {
  for (int64_t p = block.firstPair; p < block.endPair; ++p) {
    Cell *even = strip.rows + (2 * p - strip.first) * strip.n;
    Cell *odd = 2 * p + 1 < strip.k ? even + strip.n : nullptr;
    for (int64_t panel = block.firstPanel; panel < block.endPanel; ++panel) {
      int64_t j = panel * packed::columns;
      int64_t columns = minimum(strip.n - j, packed::columns);
      const Cell *from = strip.pair(panel, p);
      if (odd && columns == packed::columns) {
        separate(from, even + j, odd + j);
        continue;
      }
      for (int64_t i = 0; i < columns; ++i) {
        even[j + i] = from[2 * i];
        if (odd)
          odd[j + i] = from[2 * i + 1];
      }
    }
  }
}

//===----------------------------------------------------------------------===//
// Rows of n
//===----------------------------------------------------------------------===//

/// Calls `move(cells of the panel, cells of the row, whole pairs, isOdd)` for
/// each row of the block, a cache line of it at a time.
template <typename Move>
static void forEachRun(const Strip &strip, const Block &block, Move move) {
  constexpr int64_t line = 16;
  for (int64_t panel = block.firstPanel; panel < block.endPanel; ++panel)
    for (int64_t p = block.firstPair; p < block.endPair; p += line) {
      int64_t pairs = minimum(block.endPair - p, line);
      int64_t whole = minimum(strip.k / 2 - p, pairs);
      int64_t j = panel * packed::columns;
      int64_t columns = minimum(strip.n - j, packed::columns);
      for (int64_t i = 0; i < columns; ++i)
        move(strip.pair(panel, p) + 2 * i,
             strip.rows + (j + i - strip.first) * strip.k + 2 * p, whole,
             whole < pairs);
    }
}

/// The columns that the last panel lacks.
static void clearColumns(const Strip &strip, const Block &block) {
  int64_t columns = strip.n % packed::columns;
  if (columns == 0 || block.endPanel != packed::getPanels(strip.n))
    return;
  for (int64_t p = block.firstPair; p < block.endPair; ++p)
    memset(strip.pair(block.endPanel - 1, p) + 2 * columns, 0,
           size_t(packed::columns - columns) * 2 * sizeof(Cell));
}

static constexpr int64_t cellsOfPair = packed::pairBytes / sizeof(Cell);

static void packRowsOfN(const Strip &strip, const Block &block) {
  clearColumns(strip, block);
  forEachRun(strip, block,
             [](Cell *__restrict cells, const Cell *__restrict row,
                int64_t whole, bool isOdd) {
               for (int64_t p = 0; p < whole; ++p)
                 memcpy(cells + p * cellsOfPair, row + 2 * p, 2 * sizeof(Cell));
               if (!isOdd)
                 return;
               cells[whole * cellsOfPair] = row[2 * whole];
               cells[whole * cellsOfPair + 1] = 0;
             });
}

static void unpackRowsOfN(const Strip &strip, const Block &block) {
  forEachRun(strip, block,
             [](const Cell *__restrict cells, Cell *__restrict row,
                int64_t whole, bool isOdd) {
               for (int64_t p = 0; p < whole; ++p)
                 memcpy(row + 2 * p, cells + p * cellsOfPair, 2 * sizeof(Cell));
               if (isOdd)
                 row[2 * whole] = cells[whole * cellsOfPair];
             });
}

//===----------------------------------------------------------------------===//
// Strips
//===----------------------------------------------------------------------===//

/// What the header says; false if it is none, or the rows are not the matrix's.
static bool makeStrip(const void *storage, const void *rows, int64_t first,
                      int64_t count, Strip &strip) {
  const auto &header = *static_cast<const PackedHeader *>(storage);
  if (header.magic != packed::magic || header.version != packed::version)
    return false;
  Layout layout = findLayout(header.layout);
  if (layout == Layout::RowMajor || first < 0 || count < 0 ||
      first % step != 0 || count > header.shape[0] - first)
    return false;
  unsigned kDim = packed::getKDim(layout);
  strip.layout = layout;
  strip.k = header.shape[kDim];
  strip.n = header.shape[1 - kDim];
  strip.panels = const_cast<char *>(static_cast<const char *>(storage)) +
                 sizeof(PackedHeader);
  strip.rows = const_cast<Cell *>(static_cast<const Cell *>(rows));
  strip.first = first;
  strip.count = count;
  int64_t end = first + count;
  bool rowsAreK = kDim == 0;
  strip.firstPanel = rowsAreK ? 0 : first / packed::columns;
  strip.endPanel = packed::getPanels(rowsAreK ? strip.n : end);
  strip.firstPair = rowsAreK ? first / 2 : 0;
  strip.endPair = packed::getPairs(rowsAreK ? end : strip.k);
  strip.panelBlocks = ceilDiv(strip.endPanel - strip.firstPanel, blockPanels);
  strip.pairBlocks = ceilDiv(strip.endPair - strip.firstPair, blockPairs);
  // Strips end with whole panels and pairs, but for the last.
  return end == header.shape[0] || count % step == 0;
}

namespace {
using Move = void(const Strip &, const Block &);

struct Job {
  const Strip *strip;
  Move *move;
};
} // namespace

static void moveBlock(tilec_rt_worker *, void *env, int64_t number) {
  const Job &job = *static_cast<const Job *>(env);
  job.move(*job.strip, Block(*job.strip, number));
}

static void moveBlocks(tilec_rt_worker *worker, void *const *tensors,
                       const int64_t *) {
  const Job &job = *static_cast<const Job *>(tensors[0]);
  tilec_rt_parallel_for(worker, moveBlock, tensors[0], job.strip->blocks());
}

static int32_t moveStrip(tilec_rt_pool *pool, const Strip &strip, Move *move) {
  if (strip.count == 0 || strip.blocks() == 0)
    return 0;
  Job job{&strip, move};
  void *tensors[] = {&job};
  return tilec_rt_call(pool, moveBlocks, 0, tensors, nullptr, nullptr);
}

extern "C" int32_t tilec_rt_pack_rows(tilec_rt_pool *pool, void *storage,
                                      const void *rows, int64_t first,
                                      int64_t count) {
  Strip strip;
  if (!makeStrip(storage, rows, first, count, strip))
    return 1;
  return moveStrip(pool, strip,
                   strip.layout == Layout::PackedKN ? packRowsOfK
                                                    : packRowsOfN);
}

extern "C" int32_t tilec_rt_unpack_rows(tilec_rt_pool *pool,
                                        const void *storage, void *rows,
                                        int64_t first, int64_t count) {
  Strip strip;
  if (!makeStrip(storage, rows, first, count, strip))
    return 1;
  return moveStrip(pool, strip,
                   strip.layout == Layout::PackedKN ? unpackRowsOfK
                                                    : unpackRowsOfN);
}

//===----------------------------------------------------------------------===//
// Headers
//===----------------------------------------------------------------------===//

extern "C" int64_t tilec_rt_pack_step(void) { return step; }

extern "C" int64_t tilec_rt_packed_bytes(const char *layout,
                                         const int64_t *shape) {
  Layout known = findLayout(layout);
  if (known == Layout::RowMajor || shape[0] < 0 || shape[1] < 0)
    return -1;
  int64_t k = shape[packed::getKDim(known)];
  int64_t n = shape[1 - packed::getKDim(known)];
  int64_t bytes;
  if (__builtin_mul_overflow(packed::getPairs(k), packed::pairBytes, &bytes) ||
      __builtin_mul_overflow(bytes, packed::getPanels(n), &bytes) ||
      __builtin_add_overflow(bytes, int64_t(sizeof(PackedHeader)), &bytes))
    return -1;
  return bytes;
}

extern "C" int32_t tilec_rt_pack_begin(void *storage, const char *layout,
                                       const int64_t *shape) {
  int64_t bytes = tilec_rt_packed_bytes(layout, shape);
  if (bytes < 0 || reinterpret_cast<uintptr_t>(storage) % packed::alignment)
    return 1;
  auto &header = *static_cast<PackedHeader *>(storage);
  header = {packed::magic,
            packed::version,
            {'B', 'F', '1', '6'},
            packed::getHash(layout),
            {shape[0], shape[1]},
            bytes,
            {}};
  return 0;
}

/// Whether the header names this layout; `text` says which else.
static bool hasLayout(const PackedHeader &header, const char *layout,
                      char *text, size_t size) {
  if (header.version != packed::version) {
    snprintf(text, size, "its version is %" PRIu32 ", not %" PRIu32,
             header.version, packed::version);
    return false;
  }
  if (header.layout == packed::getHash(layout) &&
      memcmp(header.dtype, "BF16", sizeof(header.dtype)) == 0)
    return true;
  Layout other = findLayout(header.layout);
  snprintf(text, size, "its layout is %s, not %s",
           other == Layout::RowMajor ? "unknown" : packed::getName(other),
           layout);
  return false;
}

static bool hasShape(const PackedHeader &header, const int64_t *shape,
                     char *text, size_t size) {
  if (header.shape[0] == shape[0] && header.shape[1] == shape[1])
    return true;
  snprintf(text, size,
           "its shape is [%" PRId64 ", %" PRId64 "], not [%" PRId64 ", %" PRId64
           "]",
           header.shape[0], header.shape[1], shape[0], shape[1]);
  return false;
}

extern "C" const char *
tilec_rt_packed_problem(const void *storage, int64_t bytes, const char *layout,
                        const int64_t *shape, char *text, size_t size) {
  if (reinterpret_cast<uintptr_t>(storage) % packed::alignment) {
    snprintf(text, size, "it is not aligned to %d bytes",
             int(packed::alignment));
    return text;
  }
  const auto &header = *static_cast<const PackedHeader *>(storage);
  if (bytes < int64_t(sizeof(header)) || header.magic != packed::magic) {
    snprintf(text, size, "it has no header of packed weights");
    return text;
  }
  if (!hasLayout(header, layout, text, size) ||
      !hasShape(header, shape, text, size))
    return text;
  int64_t needed = tilec_rt_packed_bytes(layout, shape);
  if (header.bytes == needed && bytes >= needed)
    return nullptr;
  snprintf(text, size,
           "it has %" PRId64 " bytes and says %" PRId64
           ", but its shape takes %" PRId64,
           bytes, header.bytes, needed);
  return text;
}
