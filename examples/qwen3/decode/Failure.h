//===- Failure.h - What ends the program -----------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QWEN3_DECODE_FAILURE_H
#define QWEN3_DECODE_FAILURE_H

#include <fmt/format.h>
#include <stdexcept>
#include <string>
#include <tilec/Tilec.h>

namespace qwen3 {

/// What ends the program; `main` prints its text.
struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

template <typename... Args>
[[noreturn]] void fail(fmt::format_string<Args...> format, Args &&...args) {
  throw Failure(fmt::format(format, std::forward<Args>(args)...));
}

/// Ends the program if a call of the library failed.
inline void check(const tilec::Error &error) {
  if (error)
    throw Failure(std::string(error.message()));
}

/// The value of a result, which must have one.
template <typename T> T take(tilec::Result<T> result) {
  if (!result)
    throw Failure(std::string(result.error().message()));
  return std::move(*result);
}

} // namespace qwen3

#endif // QWEN3_DECODE_FAILURE_H
