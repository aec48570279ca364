//===- Options.h - What the command line asks for ---------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_DRIVER_OPTIONS_H
#define TILEC_LIB_DRIVER_OPTIONS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tilec {

enum class Command : uint8_t { Compile, Run, Check, Bench, Pack };

/// What `--emit` names.
enum class EmitKind : uint8_t {
  AST,
  Tile,
  MLIR,
  LLVM,
  Assembly,
  Object,
  Shared,
  Header
};

/// `NAME=VALUE` as written.
using NamedText = std::pair<std::string, std::string>;

/// Which processors the threads of calls keep to.
struct Pinning {
  /// One each, chosen by the driver. Otherwise thread w keeps to the w-th of
  /// `processors`, which are as many as threads or more, or are empty: then the
  /// system moves the threads as it likes.
  bool automatic = true;
  std::vector<int32_t> processors;
  /// The option or the variable that says so.
  std::string source;
};

/// The options of all commands; those that a command does not take keep their
/// defaults.
struct DriverOptions {
  Command command = Command::Compile;
  std::string input;

  std::optional<std::string> output;
  EmitKind emit = EmitKind::Object;

  std::vector<NamedText> defines;
  std::vector<std::string> importDirs;
  /// Empty: the only one.
  std::string entry;
  /// Empty: this machine. Several processors are joined by commas.
  std::string triple, cpu, features;
  /// What `--emit=shared` links; empty: the one that lies beside tilec.
  std::string runtimeLibrary;
  unsigned optLevel = 3;
  bool boundsChecks = true;
  bool debugInfo = false;
  bool printAfterAll = false;
  std::vector<std::string> printAfter;
  bool passReport = false;
  /// Empty: what the environment says.
  std::string cacheDir;
  bool noCache = false;
  /// In bytes.
  std::optional<uint64_t> cacheSize;

  std::optional<std::string> inputTensors, outputTensors;
  std::vector<std::pair<std::string, int64_t>> dims;
  std::vector<NamedText> fills, scalars;
  uint64_t seed = 0;
  /// 0: as many as `pinning` names, or as the process can keep busy.
  unsigned threads = 0;
  Pinning pinning;
  bool interpret = false;
  bool fp64 = false;
  bool checkRaces = false;

  /// 0: as many as fit into two seconds.
  unsigned iterations = 0;
  std::optional<std::string> json;

  /// The arguments as written, without the file and without outputs: what a
  /// reproducer is run with. `-D` and `-I` are apart, since IR takes neither.
  std::vector<std::string> replayArguments, sourceArguments;
};

/// Reads a command line, the program's name first. An exit status instead of
/// options if there is nothing more to do: `--help` and `--version` are
/// answered on `out`, mistakes are reported on `err`.
std::variant<DriverOptions, int>
parseCommandLine(llvm::ArrayRef<const char *> argv, llvm::raw_ostream &out,
                 llvm::raw_ostream &err);

} // namespace tilec

#endif // TILEC_LIB_DRIVER_OPTIONS_H
