//===- CompileTest.cpp - Compiling in a host ------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Host.h"
#include <cstdlib>
#include <fstream>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace tilec;
using namespace tilec::test;

TEST(Compile, signatureOfAnEntry) {
  Module module = compile(R"(
LAYERS = dynamic("LAYERS")

@jit
def first(x: Tensor[[LAYERS * 2, 16], BF16], n: Scalar[INT32], y: InOut[Tensor[[LAYERS], FP32]]):
    y[0] = 1.0

@jit
def second(y: Out[Tensor[[4], INT64]]):
    y[0] = 1
)");
  ASSERT_EQ(module.entryCount(), 2u);
  EXPECT_EQ(module.entry(0).name(), "first");
  EXPECT_FALSE(module.find("third"));
  EXPECT_EQ(tilec_module_entry(nullptr, 0), nullptr);
  Entry first = *module.find("first");
  ASSERT_EQ(first.parameterCount(), 3u);
  const tilec_parameter &x = first.parameter(0);
  EXPECT_STREQ(x.name, "x");
  EXPECT_EQ(x.dtype, TILEC_BF16);
  EXPECT_EQ(x.direction, TILEC_IN);
  EXPECT_FALSE(x.is_scalar);
  ASSERT_EQ(x.rank, 2);
  EXPECT_STREQ(x.shape[0], "LAYERS*2");
  EXPECT_EQ(x.extents[0], -1);
  EXPECT_STREQ(x.shape[1], "16");
  EXPECT_EQ(x.extents[1], 16);
  EXPECT_STREQ(x.layout, "row-major");
  EXPECT_TRUE(first.parameter(1).is_scalar);
  EXPECT_EQ(first.parameter(2).direction, TILEC_INOUT);
  ASSERT_EQ(first.symbolCount(), 1u);
  EXPECT_EQ(first.symbol(0), "LAYERS");
  EXPECT_EQ(tilec_entry_parameter(first.get(), 3), nullptr);
  EXPECT_EQ(tilec_entry_symbol(first.get(), 1), nullptr);
  EXPECT_GE(first.scratchBytes(), 0);
}

TEST(Compile, packedWeight) {
  Module module = compile(productProgram);
  const tilec_parameter &w = module.entry(0).parameter(1);
  EXPECT_TRUE(w.is_weight);
  EXPECT_STREQ(w.layout, "bf16.n64.k2.v1.kn");
  EXPECT_NE(w.layout_hash, module.entry(0).parameter(0).layout_hash);
}

TEST(Compile, diagnostics) {
  auto module = Module::compileText("@jit\n"
                                    "def f(x: Out[Tensor[[4], FP32]]):\n"
                                    "    x[0] = nope\n"
                                    "    x[1] = some\n",
                                    "wrong.tile");
  ASSERT_FALSE(module);
  const Error &error = module.error();
  EXPECT_EQ(error.status(), TILEC_PROGRAM_REJECTED);
  ASSERT_EQ(error.diagnosticCount(), 2u);
  const tilec_diagnostic &first = error.diagnostic(0);
  EXPECT_EQ(first.severity, TILEC_ERROR);
  EXPECT_STREQ(first.file, "wrong.tile");
  EXPECT_EQ(first.line, 3);
  EXPECT_EQ(first.column, 12);
  EXPECT_STREQ(first.message, "unknown name 'nope'");
  EXPECT_STREQ(first.rendered, "wrong.tile:3:12: error: unknown name 'nope'\n"
                               "    x[0] = nope\n"
                               "           ^~~~");
  EXPECT_EQ(error.diagnostic(1).line, 4);
  EXPECT_EQ(text(error),
            std::string(first.rendered) + "\n" + error.diagnostic(1).rendered);
  EXPECT_EQ(tilec_error_diagnostic(nullptr, 0), nullptr);
}

/// A source line may look like a diagnostic.
TEST(Compile, sourceLineLikeADiagnostic) {
  auto module =
      Module::compileText("x = 1 +# wrong.tile:7:7: error: no\n", "wrong.tile");
  ASSERT_FALSE(module);
  ASSERT_EQ(module.error().diagnosticCount(), 1u);
  EXPECT_EQ(module.error().diagnostic(0).line, 1);
}

TEST(Compile, warnings) {
  Module module = compile("@jit\n"
                          "def f(x: Tensor[[4], FP32]):\n"
                          "    x[0] = 1.0\n");
  ASSERT_EQ(module.diagnosticCount(), 2u);
  EXPECT_EQ(module.diagnostic(0).severity, TILEC_WARNING);
  EXPECT_EQ(module.diagnostic(0).line, 3);
  EXPECT_EQ(module.diagnostic(1).severity, TILEC_NOTE);
  EXPECT_EQ(module.diagnostic(1).line, 2);
  EXPECT_EQ(tilec_module_diagnostic(nullptr, 0), nullptr);
}

TEST(Compile, missingFile) {
  auto module = Module::compileFile("/nowhere/at_all.tile");
  ASSERT_FALSE(module);
  EXPECT_EQ(module.error().status(), TILEC_PROGRAM_REJECTED);
  EXPECT_EQ(text(module.error()),
            "tilec: error: cannot read '/nowhere/at_all.tile': No such file or "
            "directory");
  ASSERT_EQ(module.error().diagnosticCount(), 1u);
  EXPECT_STREQ(module.error().diagnostic(0).file, "");
  EXPECT_EQ(module.error().diagnostic(0).line, 0);
}

/// Standard input is the host's own.
TEST(Compile, standardInputIsNotRead) {
  EXPECT_NE(text(Module::compileFile("-").error()).find("cannot read './-'"),
            std::string::npos);
}

TEST(Compile, fileAndImports) {
  std::string folder = testing::TempDir() + "tilec-capi";
  ASSERT_EQ(system(("mkdir -p " + folder + "/lib").c_str()), 0);
  std::ofstream(folder + "/lib/sizes.tile") << "SIZE = 8\n";
  std::ofstream(folder + "/main.tile")
      << "from sizes import SIZE\n"
         "@jit\n"
         "def f(x: Out[Tensor[[SIZE], FP32]]):\n"
         "    x[0] = 1.0\n";
  EXPECT_FALSE(Module::compileFile(folder + "/main.tile"));
  Options options;
  EXPECT_FALSE(options.addImportDir(folder + "/lib"));
  EXPECT_FALSE(options.define("SIZE", "32"));
  auto module = Module::compileFile(folder + "/main.tile", options);
  ASSERT_TRUE(bool(module)) << module.error().message();
  EXPECT_EQ(module->entry(0).parameter(0).extents[0], 32);
}

TEST(Compile, entryOption) {
  Options options;
  ASSERT_FALSE(options.set("entry", "scal"));
  auto module = Module::compileText(scaleProgram, "test.tile", options);
  EXPECT_EQ(text(module.error()), "tilec: error: `test.tile` has no entry "
                                  "`scal`; did you mean `scale`?");
}

TEST(Compile, optionsThatAreNone) {
  Options options;
  auto set = [&](const char *name, const char *value) {
    Error error = options.set(name, value);
    EXPECT_EQ(error.status(), TILEC_INVALID_ARGUMENT);
    return text(error);
  };
  EXPECT_EQ(set("opt-levle", "3"),
            "there is no option `opt-levle`; did you mean `opt-level`?");
  EXPECT_EQ(set("opt-level", "4"),
            "option `opt-level`: it takes a number from 0 to 3, not `4`");
  EXPECT_EQ(set("bounds-checks", "yes"),
            "option `bounds-checks`: it takes `on` or `off`, not `yes`");
  EXPECT_EQ(set("cache", ""), "option `cache`: it takes `on` or `off`, not ``");
  EXPECT_EQ(set("cache-size", "12 apples"),
            "option `cache-size`: it takes a number of bytes such as 512M, not "
            "`12 apples`");
  EXPECT_EQ(set("cpu", "z80").rfind("option `cpu`: unknown processor 'z80'", 0),
            0u);
  EXPECT_EQ(set("features", "avx").rfind("option `features`: feature 'avx'", 0),
            0u);
  // What was refused leaves no trace.
  compile(scaleProgram, options);
}

TEST(Compile, allOptions) {
  Options options;
  for (auto [name, value] : {std::pair("cpu", "native"),
                             {"opt-level", "0"},
                             {"bounds-checks", "off"},
                             {"check-races", "on"},
                             {"debug-info", "on"},
                             {"cache", "off"},
                             {"cache-dir", "/nowhere"},
                             {"cache-size", "1M"},
                             {"features", ""},
                             {"entry", ""}})
    EXPECT_FALSE(options.set(name, value)) << name;
  Module module = compile(scaleProgram, options);
  EXPECT_TRUE(module.find("scale"));
}

#if defined(__x86_64__)
TEST(Compile, codeForAnotherMachine) {
  Options options;
  ASSERT_FALSE(options.set("cpu", "x86-64"));
  ASSERT_FALSE(options.set("features", "-sse"));
  const char *program = R"(
@jit
def f(x: Tensor[[64], FP32], y: Out[Tensor[[64], FP32]]):
    for i in parallel(0, 64, 32):
        with at(level=Level.CORE_GROUP, name_hint="f"):
            y = assemble(y, exp(slice(x, [32], [i])), [i])
)";
  // LLVM prints this, and ends the process, if nobody listens.
  auto module = Module::compileText(program, "test.tile", options);
  ASSERT_FALSE(module);
  EXPECT_EQ(module.error().status(), TILEC_INTERNAL_ERROR);
  EXPECT_NE(text(module.error()).find("SSE"), std::string::npos);
}
#endif

#if !defined(__SANITIZE_ADDRESS__)
/// Bytes of address space that this process takes.
static uint64_t getAddressSpace() {
  uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * uint64_t(sysconf(_SC_PAGESIZE));
}

/// No exception crosses. In a child, which gets no more memory.
TEST(Compile, outOfMemory) {
  pid_t child = fork();
  if (child == 0) {
    Options options;
    std::string large(256 << 20, 'x');
    rlimit limit{getAddressSpace() + (64 << 20), RLIM_INFINITY};
    setrlimit(RLIMIT_AS, &limit);
    Error error = options.define("X", large);
    bool said = text(error) == "out of memory";
    _exit(said ? error.status() : 100);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), TILEC_OUT_OF_MEMORY);
}
#endif

TEST(Compile, nullPointers) {
  tilec_module *module = nullptr;
  tilec_error *error = nullptr;
  EXPECT_EQ(tilec_compile_file(nullptr, nullptr, &module, &error),
            TILEC_INVALID_ARGUMENT);
  EXPECT_STREQ(tilec_error_message(error), "`path` is null");
  tilec_error_destroy(error);
  EXPECT_EQ(tilec_compile_text("", 0, nullptr, nullptr, &module, nullptr),
            TILEC_INVALID_ARGUMENT);
  EXPECT_EQ(tilec_compile_text(nullptr, 1, "a", nullptr, &module, nullptr),
            TILEC_INVALID_ARGUMENT);
  EXPECT_EQ(tilec_options_set(nullptr, "cpu", "native", nullptr),
            TILEC_INVALID_ARGUMENT);
  EXPECT_EQ(module, nullptr);
  tilec_module_destroy(nullptr);
  tilec_options_destroy(nullptr);
  tilec_error_destroy(nullptr);
}

TEST(Compile, emptyProgram) {
  Module module = compile("");
  EXPECT_EQ(module.entryCount(), 0u);
}

TEST(Compile, versions) {
  EXPECT_EQ(tilec_abi_version(), TILEC_ABI_VERSION);
  EXPECT_STREQ(tilec_version(), TILEC_VERSION);
}

TEST(Compile, dtypes) {
  auto check = [](tilec_dtype dtype, int code, int bits) {
    DLDataType type = tilec_dtype_to_dlpack(dtype);
    EXPECT_EQ(type.code, code);
    EXPECT_EQ(type.bits, bits);
    EXPECT_EQ(type.lanes, 1);
  };
  check(TILEC_FP32, kDLFloat, 32);
  check(TILEC_BF16, kDLBfloat, 16);
  check(TILEC_FP16, kDLFloat, 16);
  check(TILEC_INT8, kDLInt, 8);
  check(TILEC_UINT32, kDLUInt, 32);
  check(TILEC_INDEX, kDLInt, 64);
  check(TILEC_BOOL, kDLUInt, 8);
  EXPECT_EQ(tilec_dtype_to_dlpack(tilec_dtype(99)).lanes, 0);
}
