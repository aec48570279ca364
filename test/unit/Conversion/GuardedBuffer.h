//===- GuardedBuffer.h - Memory between forbidden pages ---------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_TEST_UNIT_CONVERSION_GUARDEDBUFFER_H
#define TILEC_TEST_UNIT_CONVERSION_GUARDEDBUFFER_H

#include <cstddef>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>

namespace tilec::test {

/// Bytes that begin right after, or end right before, a page whose access is
/// a fault.
class GuardedBuffer {
public:
  GuardedBuffer(size_t bytes, bool atEnd) : bytes(bytes) {
    size_t page = size_t(sysconf(_SC_PAGESIZE));
    size_t usable = (bytes + page - 1) / page * page;
    mapped = usable + 2 * page;
    base = static_cast<char *>(
        mmap(nullptr, mapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    if (usable)
      mprotect(base + page, usable, PROT_READ | PROT_WRITE);
    data = base + page + (atEnd ? usable - bytes : 0);
  }
  GuardedBuffer(GuardedBuffer &&other) noexcept
      : bytes(other.bytes), mapped(other.mapped),
        base(std::exchange(other.base, nullptr)), data(other.data) {}
  GuardedBuffer(const GuardedBuffer &) = delete;
  ~GuardedBuffer() {
    if (base)
      munmap(base, mapped);
  }

  size_t size() const { return bytes; }
  template <typename T> T *as() const {
    return static_cast<T *>(static_cast<void *>(data));
  }

private:
  size_t bytes, mapped;
  char *base, *data;
};

} // namespace tilec::test

#endif // TILEC_TEST_UNIT_CONVERSION_GUARDEDBUFFER_H
