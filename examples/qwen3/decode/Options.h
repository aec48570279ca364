//===- Options.h - The command line -----------------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QWEN3_DECODE_OPTIONS_H
#define QWEN3_DECODE_OPTIONS_H

#include <cstdint>
#include <string>
#include <vector>

namespace qwen3 {

struct Options {
  std::string folder;
  /// A prompt for each sequence.
  std::vector<std::vector<int32_t>> prompts;
  /// Tokens to generate for each sequence, at most.
  int64_t steps = 32;
  /// Tokens that end a sequence.
  std::vector<int32_t> stops;
  /// 0: as many as the process can keep busy.
  int32_t threads = 0;
  /// The longest context in tokens; 0: of the model, up to 4096.
  int64_t context = 0;
  /// Tokens of a page of the cache.
  int64_t page = 256;
  std::string program;
  // Files; empty: none.
  std::string packed;
  std::string savePacked;
  std::string logits;
};

/// Reads the command line. Prints and ends the program for --help, and with
/// status 2 if the command line is wrong.
Options parseOptions(int argc, char **argv);

} // namespace qwen3

#endif // QWEN3_DECODE_OPTIONS_H
