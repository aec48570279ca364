// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the fragments of docs/embedding.md take for granted.

#include <array>
#include <chrono>
#include <cstdio>
#include <thread>
#include <tilec/Tilec.h>
#include <vector>

namespace {
/// The result of a function that may return an error, a status or nothing.
struct Anything {
  Anything() = default;
  Anything(tilec::Error &) {}
  Anything(tilec_status) {}
};

DLTensor readRows(int64_t, int64_t) { return {}; }
} // namespace

#define FRAGMENT_PARAMETERS                                                    \
  [[maybe_unused]] tilec::Entry entry, [[maybe_unused]] DLTensor x,            \
      [[maybe_unused]] DLTensor out, [[maybe_unused]] DLTensor matrix
#include "fragments.inc"
