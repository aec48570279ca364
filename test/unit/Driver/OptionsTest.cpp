//===- OptionsTest.cpp - Reading the command line -------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Options.h"
#include "tilec/Driver/Driver.h"
#include <cstdlib>
#include <gtest/gtest.h>

using namespace tilec;

namespace {
/// What a command line means, and what it made the parser say.
struct Parsed {
  std::variant<DriverOptions, int> result;
  std::string out, err;

  const DriverOptions &options() { return std::get<DriverOptions>(result); }
  int status() {
    const int *status = std::get_if<int>(&result);
    return status ? *status : -1;
  }
};

Parsed parse(std::vector<const char *> arguments) {
  arguments.insert(arguments.begin(), "tilec");
  Parsed parsed;
  llvm::raw_string_ostream out(parsed.out), err(parsed.err);
  parsed.result = parseCommandLine(arguments, out, err);
  return parsed;
}

/// The message of a command line that is refused with the status.
std::string getError(int status, std::vector<const char *> arguments) {
  Parsed parsed = parse(std::move(arguments));
  EXPECT_EQ(parsed.status(), status) << parsed.err;
  EXPECT_EQ(llvm::StringRef(parsed.err).count('\n'), 1u) << parsed.err;
  llvm::StringRef message(parsed.err);
  EXPECT_TRUE(message.consume_front("tilec: error: ")) << parsed.err;
  return message.rtrim().str();
}
} // namespace

TEST(Options, DefaultsCompileToAnObject) {
  Parsed parsed = parse({"a.tile"});
  const DriverOptions &options = parsed.options();
  EXPECT_EQ(options.command, Command::Compile);
  EXPECT_EQ(options.input, "a.tile");
  EXPECT_EQ(options.emit, EmitKind::Object);
  EXPECT_FALSE(options.output);
  EXPECT_EQ(options.optLevel, 3u);
  EXPECT_TRUE(options.boundsChecks);
}

TEST(Options, ValuesAreJoinedOrSeparate) {
  Parsed parsed =
      parse({"-DA=1", "-D", "B=x=y", "-Iinc", "-I", "more", "-oout", "a.tile",
             "--emit=tile", "--entry", "f", "--cpu=znver4", "--features",
             "+a,-b", "-O1", "-g", "--no-bounds-checks"});
  const DriverOptions &options = parsed.options();
  EXPECT_EQ(options.defines,
            (std::vector<NamedText>{{"A", "1"}, {"B", "x=y"}}));
  EXPECT_EQ(options.importDirs, (std::vector<std::string>{"inc", "more"}));
  EXPECT_EQ(options.output, "out");
  EXPECT_EQ(options.emit, EmitKind::Tile);
  EXPECT_EQ(options.entry, "f");
  EXPECT_EQ(options.cpu, "znver4");
  EXPECT_EQ(options.features, "+a,-b");
  EXPECT_EQ(options.optLevel, 1u);
  EXPECT_TRUE(options.debugInfo);
  EXPECT_FALSE(options.boundsChecks);
}

TEST(Options, Cache) {
  Parsed unset = parse({"run", "a.tile"});
  EXPECT_EQ(unset.options().cacheDir, "");
  EXPECT_FALSE(unset.options().noCache);
  EXPECT_FALSE(unset.options().cacheSize);
  for (const char *command : {"run", "check", "bench"}) {
    Parsed parsed = parse({command, "a.tile", "--cache-dir", "folder",
                           "--cache-size=2K", "--no-cache"});
    EXPECT_EQ(parsed.options().cacheDir, "folder");
    EXPECT_EQ(parsed.options().cacheSize, 2048u);
    EXPECT_TRUE(parsed.options().noCache);
    // A replay compiles, and leaves the user's folder alone.
    EXPECT_EQ(parsed.options().replayArguments,
              std::vector<std::string>{"--no-cache"});
  }
  EXPECT_EQ(getError(ExitUsage, {"a.tile", "--no-cache"}),
            "`--no-cache` is no option of `tilec`");
  EXPECT_EQ(getError(ExitRejected, {"run", "a.tile", "--cache-size", "0"}),
            "`--cache-size` takes a size such as 512M, not `0`");
}

TEST(Options, EachOptimizationLevelIsItself) {
  EXPECT_EQ(parse({"a", "-O0"}).options().optLevel, 0u);
  EXPECT_EQ(parse({"a", "-O2"}).options().optLevel, 2u);
  EXPECT_EQ(parse({"a", "-O0", "-O3"}).options().optLevel, 3u);
}

TEST(Options, CommandsTakeTheirOptions) {
  Parsed parsed =
      parse({"run", "a.tile", "--dim", "N=5", "--dim=M=-1", "--fill",
             "x=const:1", "--scalar=s=2.5", "--seed", "18446744073709551615",
             "--threads=3", "--in", "i", "--out=o", "--interpret", "--fp64"});
  const DriverOptions &options = parsed.options();
  EXPECT_EQ(options.command, Command::Run);
  EXPECT_EQ(options.dims, (std::vector<std::pair<std::string, int64_t>>{
                              {"N", 5}, {"M", -1}}));
  EXPECT_EQ(options.fills, (std::vector<NamedText>{{"x", "const:1"}}));
  EXPECT_EQ(options.scalars, (std::vector<NamedText>{{"s", "2.5"}}));
  EXPECT_EQ(options.seed, UINT64_MAX);
  EXPECT_EQ(options.threads, 3u);
  EXPECT_TRUE(options.interpret && options.fp64);
  EXPECT_EQ(parse({"check", "a"}).options().command, Command::Check);
  Parsed bench = parse({"bench", "a", "--iterations", "9", "--json", "-"});
  EXPECT_EQ(bench.options().command, Command::Bench);
  EXPECT_EQ(bench.options().iterations, 9u);
  EXPECT_EQ(bench.options().json, "-");
}

namespace {
/// Environment variables that last as long as this.
struct Environment {
  explicit Environment(const char *threads, const char *pin) {
    setenv("TILEC_THREADS", threads, 1);
    setenv("TILEC_PIN", pin, 1);
  }
  ~Environment() {
    unsetenv("TILEC_THREADS");
    unsetenv("TILEC_PIN");
  }
};
} // namespace

TEST(Options, Pinning) {
  using List = std::vector<int32_t>;
  auto pinning = [](const char *text) {
    return parse({"run", "a", "--pin", text}).options().pinning;
  };
  EXPECT_TRUE(parse({"run", "a"}).options().pinning.automatic);
  EXPECT_TRUE(pinning("auto").automatic);
  EXPECT_FALSE(pinning("none").automatic);
  EXPECT_EQ(pinning("none").processors, List());
  EXPECT_FALSE(pinning("3").automatic);
  EXPECT_EQ(pinning("3").processors, List({3}));
  EXPECT_EQ(pinning("5,0-2,8-13:2,9").processors,
            List({5, 0, 1, 2, 8, 10, 12, 9}));
  EXPECT_EQ(pinning("8191-8191:4294967295").processors, List({8191}));
}

TEST(Options, BadPinning) {
  for (const char *text :
       {"", "0,", ",0", "x", "-1", "1-", "2-1", "0-8192", "99999999999", "1,1",
        "0-3,2", "0:2", "0-4:0", "0-4:", "0 1", "Auto"})
    EXPECT_EQ(getError(ExitRejected, {"run", "a", "--pin", text}),
              "`--pin` takes auto, none or a list of different processors such "
              "as 0,2,4-7, not `" +
                  std::string(text) + "`");
  EXPECT_EQ(getError(ExitRejected, {"run", "a", "--pin=0,1", "--threads=3"}),
            "`--pin` names 2 processors for 3 threads");
  EXPECT_EQ(getError(ExitUsage, {"a", "--pin=0"}),
            "`--pin` is no option of `tilec`");
}

TEST(Options, TheEnvironmentSaysWhatOptionsDoNot) {
  Environment environment("3", "2,4,6");
  for (const char *command : {"run", "check", "bench", "pack"}) {
    Parsed parsed = parse({command, "a"});
    EXPECT_EQ(parsed.options().threads, 3u);
    EXPECT_EQ(parsed.options().pinning.processors,
              (std::vector<int32_t>{2, 4, 6}));
  }
  Parsed parsed = parse({"run", "a", "--threads=2", "--pin=none"});
  EXPECT_EQ(parsed.options().threads, 2u);
  EXPECT_TRUE(parsed.options().pinning.processors.empty());
  EXPECT_EQ(getError(ExitRejected, {"run", "a", "--threads=4"}),
            "`TILEC_PIN` names 3 processors for 4 threads");
}

TEST(Options, WrongVariablesAreNamedWhereTheyCount) {
  Environment environment("many", "all");
  EXPECT_EQ(getError(ExitRejected, {"run", "a"}),
            "`TILEC_THREADS` takes a number from 1 to 1024, not `many`");
  EXPECT_EQ(getError(ExitRejected, {"run", "a", "--threads=1"}),
            "`TILEC_PIN` takes auto, none or a list of different processors "
            "such as 0,2,4-7, not `all`");
  EXPECT_EQ(parse({"run", "a", "--threads=1", "--pin=0"}).options().threads,
            1u);
  // Compiling has no threads, and an empty variable says nothing.
  EXPECT_EQ(parse({"a"}).options().command, Command::Compile);
  Environment empty("", "");
  EXPECT_EQ(parse({"run", "a"}).options().threads, 0u);
}

TEST(Options, AFileMayBeNamedAsACommand) {
  EXPECT_EQ(parse({"./run"}).options().command, Command::Compile);
  EXPECT_EQ(parse({"run", "run"}).options().input, "run");
  EXPECT_EQ(parse({"--", "-odd-name"}).options().input, "-odd-name");
  EXPECT_EQ(parse({"-"}).options().input, "-");
}

TEST(Options, UnknownOptionsSuggestTheNearest) {
  EXPECT_EQ(getError(ExitUsage, {"a", "--entri=f"}),
            "unknown option `--entri=f`; did you mean `--entry=f`?");
  EXPECT_EQ(getError(ExitUsage, {"a", "--no-bound-checks"}),
            "unknown option `--no-bound-checks`; did you mean "
            "`--no-bounds-checks`?");
  EXPECT_EQ(getError(ExitUsage, {"a", "--xyzzy"}),
            "unknown option `--xyzzy`; see `tilec --help`");
  EXPECT_EQ(getError(ExitUsage, {"run", "a", "-O7"}),
            "unknown option `-O7`; did you mean `-O0`?");
  EXPECT_EQ(getError(ExitUsage, {"a", "--in=x"}), "`--in` is no option of "
                                                  "`tilec`");
  EXPECT_EQ(getError(ExitUsage, {"run", "a", "--emit=tile"}),
            "`--emit` is no option of `tilec run`");
}

TEST(Options, MissingPartsAreUsageErrors) {
  EXPECT_EQ(getError(ExitUsage, {}), "no file; see `tilec --help`");
  EXPECT_EQ(getError(ExitUsage, {"check"}),
            "no file; see `tilec check --help`");
  EXPECT_EQ(getError(ExitUsage, {"a", "b"}), "more than one file: `a` and `b`");
  EXPECT_EQ(getError(ExitUsage, {"a", "--entry"}), "`--entry` needs a value");
  EXPECT_EQ(getError(ExitUsage, {"a", "-D"}), "`-D` needs a value");
}

TEST(Options, BadValuesAreRejected) {
  EXPECT_EQ(getError(ExitRejected, {"a", "--emit=til"}),
            "`--emit=til` is unknown; did you mean `tile`?");
  EXPECT_EQ(getError(ExitRejected, {"run", "a", "--cpu=k8,znver4"}),
            "`tilec run` takes one processor, not `k8,znver4`");
  EXPECT_EQ(getError(ExitRejected, {"a", "-DX"}),
            "`-D X` is not of the form NAME=VALUE");
  EXPECT_EQ(getError(ExitRejected, {"run", "a", "--fill", "=zero"}),
            "`--fill =zero` is not of the form NAME=VALUE");
  EXPECT_EQ(getError(ExitRejected, {"run", "a", "--dim", "N=four"}),
            "the value of `--dim N=four` is not an integer");
  EXPECT_EQ(getError(ExitRejected, {"run", "a", "--threads", "0"}),
            "`--threads` takes a number from 1 to 1024, not `0`");
  EXPECT_EQ(getError(ExitRejected, {"run", "a", "--seed=-1"}),
            "`--seed` takes a number from 0 to 2^64-1, not `-1`");
}

TEST(Options, HelpAndVersionNeedNoFile) {
  Parsed help = parse({"--help"});
  EXPECT_EQ(help.status(), ExitDone);
  EXPECT_NE(help.out.find("--emit=<kind>"), std::string::npos) << help.out;
  EXPECT_EQ(help.out.find("--json"), std::string::npos);
  Parsed bench = parse({"bench", "-h"});
  EXPECT_NE(bench.out.find("--json=<file>"), std::string::npos) << bench.out;
  EXPECT_EQ(bench.out.find("--emit"), std::string::npos);
  Parsed version = parse({"--version"});
  EXPECT_EQ(version.status(), ExitDone);
  EXPECT_EQ(version.out.rfind("tilec ", 0), 0u) << version.out;
}

TEST(Options, ReplayLeavesOutTheFileAndOutputs) {
  Parsed parsed = parse({"run", "dir/a.tile", "-DA=1", "--out", "o", "--entry",
                         "f", "--dim=N=4"});
  EXPECT_EQ(parsed.options().replayArguments,
            (std::vector<std::string>{"--entry=f", "--dim=N=4"}));
  const auto &source = parsed.options().sourceArguments;
  ASSERT_EQ(source.size(), 4u);
  EXPECT_EQ(source[0] + source[1], "-DA=1");
  EXPECT_EQ(source[2], "-I");
  EXPECT_TRUE(llvm::StringRef(source[3]).ends_with("/dir")) << source[3];
}
