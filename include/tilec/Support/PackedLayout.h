//===- PackedLayout.h - How packed weights lie in memory --------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A packed matrix of BF16 is summed over k, and has n columns: a header, then
// ceil(n / 64) panels of ceil(k / 2) pairs of 64 columns of 2 cells. What is
// beyond the matrix is zero. Which of its dimensions is k is part of the
// layout's name. This header needs no library: the run-time library shares it.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_SUPPORT_PACKEDLAYOUT_H
#define TILEC_SUPPORT_PACKEDLAYOUT_H

#include <cstddef>
#include <cstdint>

namespace tilec {

/// How a parameter lies in memory. Of a packed one, dimension 0 is k
/// (PackedKN) or n (PackedNK).
enum class Layout : uint8_t { RowMajor, PackedKN, PackedNK };

/// Heads packed storage, in the byte order of the machine. `layout` is the hash
/// of the layout's name, `shape` the matrix's, `bytes` those of all, the header
/// too. As large as a pair of k in a panel: a pair then lies in one block of
/// the memory that processors fetch ahead as a whole.
struct PackedHeader {
  uint64_t magic;
  uint32_t version;
  char dtype[4];
  uint64_t layout;
  int64_t shape[2];
  int64_t bytes;
  uint64_t reserved[26];
};

namespace packed {
/// "TLEPCKD1" on a little-endian machine.
constexpr uint64_t magic = 0x31444B4350454C54;
constexpr uint32_t version = 2;
/// Of the header, and so of every panel; `pairBytes` is faster.
constexpr int64_t alignment = 64;
/// Columns of a panel.
constexpr int64_t columns = 64;
/// Bytes of a pair of k in a panel.
constexpr int64_t pairBytes = columns * 2 * 2;
static_assert(sizeof(PackedHeader) == pairBytes,
              "panels are aligned as the header");

/// "row-major" or the name of a packed layout.
constexpr const char *getName(Layout layout) {
  return layout == Layout::PackedKN   ? "bf16.n64.k2.v1.kn"
         : layout == Layout::PackedNK ? "bf16.n64.k2.v1.nk"
                                      : "row-major";
}

/// FNV-1a, 64 bits.
constexpr uint64_t getHash(const char *name) {
  uint64_t hash = 0xCBF29CE484222325;
  for (; *name; ++name)
    hash = (hash ^ uint8_t(*name)) * 0x100000001B3;
  return hash;
}
constexpr uint64_t getHash(Layout layout) { return getHash(getName(layout)); }

/// The dimension that is summed over, of a packed layout.
constexpr unsigned getKDim(Layout layout) {
  return layout == Layout::PackedNK ? 1 : 0;
}

constexpr int64_t getPairs(int64_t k) { return k / 2 + k % 2; }
constexpr int64_t getPanels(int64_t n) {
  return n / columns + (n % columns != 0);
}
/// Bytes from one panel to the next.
constexpr int64_t getPanelBytes(int64_t k) { return getPairs(k) * pairBytes; }
} // namespace packed

} // namespace tilec

#endif // TILEC_SUPPORT_PACKEDLAYOUT_H
