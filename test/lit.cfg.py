# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How lit finds and runs the tests of this folder; test/lit.site.cfg.py.in brings the paths of a build."""

import os
import platform
import shutil

import lit.formats

config.name = "tilec"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".tile", ".test"]
config.excludes = ["unit", "reference", "Inputs"]
config.test_source_root = os.path.dirname(os.path.abspath(__file__))
config.test_exec_root = os.path.join(config.tilec_binary_dir, "test")

python = "/usr/bin/python3"
reference = os.path.join(config.test_source_root, "reference")
llvm_tools = config.llvm_tools_dir
config.environment["PATH"] = os.pathsep.join(
    [os.path.join(config.tilec_binary_dir, "bin"), llvm_tools, config.environment["PATH"]]
)

# A test compiles what it runs, unless it is about the cache; and what that one
# keeps is neither shared with the user's runs nor with other builds.
config.environment["TILEC_CACHE"] = "off"
config.environment["XDG_CACHE_HOME"] = os.path.join(config.test_exec_root, "cache")

# Tests run side by side: threads that keep to one processor would get in each other's way.
config.environment["TILEC_PIN"] = "none"

# lit replaces these before its own %s, %p, %t ..., in this order.
config.substitutions += [
    ("%source_dir", config.tilec_source_dir),
    ("%binary_dir", config.tilec_binary_dir),
    ("%build_docs", os.path.join(config.tilec_binary_dir, "docs")),
    ("%build_bin", os.path.join(config.tilec_binary_dir, "bin")),
    ("%examples", os.path.join(config.tilec_source_dir, "examples")),
    ("%reference", reference),
    ("%python", python),
    ("%cxx", config.cxx),
    ("%cc", config.cc),
    ("%include", os.path.join(config.tilec_source_dir, "include")),
    ("%lib_dir", os.path.join(config.tilec_binary_dir, "lib")),
    ("%mlir_lib", config.mlir_lib),
    ("%llvm_lib_dir", os.path.dirname(config.llvm_lib)),
    ("%llvm_lib", config.llvm_lib),
    ("%runtime_lib", os.path.join(config.tilec_binary_dir, "lib", "Runtime", "libtilec_rt.a")),
    ("%fuzz", f"{python} -B {os.path.join(config.test_source_root, 'fuzz', 'tile_fuzz.py')}"),
]


def cpu_flags():
    """The instruction sets that the first processor names, as Linux spells them."""
    try:
        with open("/proc/cpuinfo") as file:
            for line in file:
                name, _, value = line.partition(":")
                if name.strip() in ("flags", "Features"):
                    return set(value.split())
    except OSError:
        pass
    return set()


# Tests that run code of one instruction set ask for it with REQUIRES.
flags = cpu_flags()
config.available_features.add("x86_64" if platform.machine() in ("x86_64", "AMD64") else platform.machine())
for feature, wanted in {
    "avx2": {"avx2", "fma"},
    "avx512": {"avx512f", "avx512bw", "avx512dq", "avx512vl"},
    "avx512bf16": {"avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512_bf16"},
    "avx512vnni": {"avx512_vnni"},
    "amx": {"amx_tile", "amx_bf16"},
}.items():
    if wanted <= flags:
        config.available_features.add(feature)

# AArch64 code runs in the emulator, where there is one; it is linked by the cross compiler.
if shutil.which("qemu-aarch64") and shutil.which("aarch64-linux-gnu-g++"):
    config.available_features.add("qemu-aarch64")
    config.substitutions += [
        ("%aarch64_cc", "aarch64-linux-gnu-gcc"),
        ("%aarch64_cxx", "aarch64-linux-gnu-g++"),
        ("%qemu_aarch64", "qemu-aarch64 -cpu max -L /usr/aarch64-linux-gnu"),
    ]

# Older processors than this machine's, for what is chosen when a program starts.
if platform.machine() in ("x86_64", "AMD64") and shutil.which("qemu-x86_64"):
    config.available_features.add("qemu-x86_64")
    config.substitutions.append(("%qemu_x86_64", "qemu-x86_64"))

# Another compiler for the headers of hosts.
if shutil.which("clang++"):
    config.available_features.add("clang")

# C programs that link what tilec emits would need the sanitizers' run-time
# libraries: such tests say UNSUPPORTED: sanitize.
if config.sanitize:
    config.available_features.add("sanitize")
    config.environment["ASAN_OPTIONS"] = f"{config.asan_options}:abort_on_error=0"
    config.environment["UBSAN_OPTIONS"] = "halt_on_error=1:print_stacktrace=1"

# Tests that measure time say so in a lit.local.cfg, and then run alone.
lit_config.parallelism_groups["timing"] = 1
