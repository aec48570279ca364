//===- IntervalPacking.cpp - Buffers that share memory --------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Buffers are placed one after the other, each at the lowest offset where it
// meets no other that is alive with it. The order decides how good that is:
// large ones first, long-lived ones first and others are tried. Then the buffer
// that ends highest is placed before all others, again and again.
//
//===----------------------------------------------------------------------===//

#include "tilec/Analysis/IntervalPacking.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <numeric>
#include <random>
#include <utility>
#include <vector>

using namespace tilec;
using llvm::ArrayRef;
using llvm::MutableArrayRef;

int64_t tilec::getPeakBytes(ArrayRef<PackedBuffer> buffers, int64_t alignment) {
  // At one place what begins counts before what ends.
  std::vector<std::pair<int64_t, int64_t>> changes;
  for (const PackedBuffer &buffer : buffers) {
    int64_t bytes = llvm::alignTo(buffer.bytes, alignment);
    changes.push_back({buffer.first, bytes});
    changes.push_back({buffer.last + 1, -bytes});
  }
  llvm::sort(changes);
  int64_t alive = 0, peak = 0;
  for (auto [place, bytes] : changes) {
    alive += bytes;
    peak = std::max(peak, alive);
  }
  return peak;
}

namespace {

class Packer {
public:
  Packer(MutableArrayRef<PackedBuffer> buffers, int64_t alignment)
      : buffers(buffers), best(buffers.size()),
        goal(getPeakBytes(buffers, alignment)) {
    for (const PackedBuffer &buffer : buffers)
      sizes.push_back(llvm::alignTo(buffer.bytes, alignment));
  }

  int64_t pack() {
    for (const Key &key : {getSize, getArea, getLength, getFirst})
      if (bestBytes != goal)
        tryOrder(makeOrder(key));
    improve();
    for (auto [buffer, offset] : llvm::zip_equal(buffers, best))
      buffer.offset = offset;
    return bestBytes;
  }

private:
  using Order = std::vector<unsigned>;
  /// Buffers with a large key come first.
  using Key = double (*)(const Packer &, unsigned);

  static double getSize(const Packer &packer, unsigned i) {
    return double(packer.sizes[i]);
  }
  static double getLength(const Packer &packer, unsigned i) {
    return double(packer.buffers[i].last - packer.buffers[i].first + 1);
  }
  static double getArea(const Packer &packer, unsigned i) {
    return getSize(packer, i) * getLength(packer, i);
  }
  static double getFirst(const Packer &packer, unsigned i) {
    return -double(packer.buffers[i].first);
  }

  Order makeOrder(Key key) const {
    Order order(buffers.size());
    std::iota(order.begin(), order.end(), 0);
    auto describe = [&](unsigned i) {
      return std::make_pair(key(*this, i), getArea(*this, i));
    };
    llvm::stable_sort(order, [&](unsigned lhs, unsigned rhs) {
      return describe(lhs) > describe(rhs);
    });
    return order;
  }

  /// Where buffer `i` has room among those placed, which are sorted by offset.
  int64_t findRoom(unsigned i, ArrayRef<unsigned> placed,
                   ArrayRef<int64_t> offsets) const {
    int64_t room = 0;
    for (unsigned other : placed) {
      bool meets = buffers[other].first <= buffers[i].last &&
                   buffers[i].first <= buffers[other].last;
      if (!meets)
        continue;
      if (offsets[other] - room >= sizes[i])
        break;
      room = std::max(room, offsets[other] + sizes[other]);
    }
    return room;
  }

  /// Places the buffers in this order and keeps the result if it is the best;
  /// returns the number of the buffer that ends highest.
  unsigned tryOrder(const Order &order) {
    std::vector<int64_t> offsets(buffers.size());
    std::vector<unsigned> placed;
    int64_t bytes = 0;
    unsigned highest = 0;
    for (unsigned i : order) {
      offsets[i] = findRoom(i, placed, offsets);
      auto position = llvm::upper_bound(
          placed, offsets[i],
          [&](int64_t offset, unsigned j) { return offset < offsets[j]; });
      placed.insert(position, i);
      if (offsets[i] + sizes[i] > bytes) {
        bytes = offsets[i] + sizes[i];
        highest = i;
      }
    }
    if (bestBytes < 0 || bytes <= bestBytes) {
      bestBytes = bytes;
      best = std::move(offsets);
      bestOrder = order;
    }
    return highest;
  }

  void improve() {
    // Each attempt takes quadratic time.
    constexpr size_t attempts = 500, work = 20000000;
    std::minstd_rand random; // The same numbers every time.
    size_t squared = buffers.size() * buffers.size() + 1;
    unsigned highest = tryOrder(bestOrder);
    for (size_t n = std::min(attempts, work / squared);
         n > 0 && bestBytes != goal; --n) {
      // Earlier by any amount, so that what stands before it keeps its place.
      Order order = bestOrder;
      auto at = llvm::find(order, highest);
      if (at == order.begin() || n % 4 == 0)
        at = order.begin() + random() % order.size();
      auto to = order.begin() + random() % (at - order.begin() + 1);
      std::rotate(to, at, at + 1);
      highest = tryOrder(order);
    }
  }

  MutableArrayRef<PackedBuffer> buffers;
  std::vector<int64_t> sizes, best;
  Order bestOrder;
  int64_t bestBytes = -1;
  int64_t goal;
};

} // namespace

int64_t tilec::packBuffers(MutableArrayRef<PackedBuffer> buffers,
                           int64_t alignment) {
  return buffers.empty() ? 0 : Packer(buffers, alignment).pack();
}
