//===- Platform.h - What differs between machines ---------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Floating-point control, futexes, clocks. Linux on x86-64 and AArch64.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_RUNTIME_PLATFORM_H
#define TILEC_LIB_RUNTIME_PLATFORM_H

#include <atomic>
#include <cstdint>
#include <ctime>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace tilec::runtime {

/// The floating-point control register: rounding, exceptions, subnormals.
inline uint64_t getFloatControl() {
#if defined(__x86_64__)
  return __builtin_ia32_stmxcsr();
#elif defined(__aarch64__)
  uint64_t value;
  asm volatile("mrs %0, fpcr" : "=r"(value));
  return value;
#else
#error "unknown architecture"
#endif
}

inline void setFloatControl(uint64_t value) {
#if defined(__x86_64__)
  __builtin_ia32_ldmxcsr(static_cast<uint32_t>(value));
#elif defined(__aarch64__)
  asm volatile("msr fpcr, %0" : : "r"(value));
#endif
}

/// Round to nearest even, keep subnormals, mask all exceptions.
#if defined(__x86_64__)
inline constexpr uint64_t defaultFloatControl = 0x1F80;
#else
inline constexpr uint64_t defaultFloatControl = 0;
#endif

/// Tells the core that it is in a spin loop.
inline void relaxCore() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("isb" ::: "memory");
#endif
}

/// Sleeps while `word` is `expected`; may return early.
inline void futexWait(std::atomic<uint32_t> &word, uint32_t expected) {
  syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, expected, nullptr);
}

/// Wakes at most `count` sleepers.
inline void futexWake(std::atomic<uint32_t> &word, int count) {
  syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, count);
}

inline int64_t nowNanoseconds() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return int64_t(time.tv_sec) * 1000000000 + time.tv_nsec;
}

} // namespace tilec::runtime

#endif // TILEC_LIB_RUNTIME_PLATFORM_H
