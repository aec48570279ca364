#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks that the entries of programs.tile give the same bits on several processors.

    same_bits.py FOLDER [--cpu NAME]... [--aarch64 NAME[,FEATURES]]... [--entry NAME]...

Each entry runs on this machine, compiled for it and for every --cpu, and in the emulator compiled for every
--aarch64; where all its operations are exact, in the interpreter too, with the rounding of each target. Only NaNs may
differ from each other.
"""

import argparse
import json
import math
import os
import re
import shlex
import struct
import subprocess
import sys

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(os.path.dirname(os.path.dirname(here)))
sys.path.insert(0, os.path.join(root, "test", "Execution", "Inputs"))

from values import FLOATS, STORED_AS, numbers, to_bytes, write_safetensors

PROGRAMS = os.path.join(here, "programs.tile")
INEXACT = re.compile(r"\b(exp|log|sin|cos|tanh|sigmoid)\(")
PARAMETER = re.compile(r"(\w+): (?:(Out|InOut|Weight)\[)?Tensor\[\[([^\]]*)\], (\w+)\]")
# As `tile.layouts` of compiled code numbers them.
LAYOUTS = {"1": "bf16.n64.k2.v1.kn", "2": "bf16.n64.k2.v1.nk"}
CROSS = ["aarch64-linux-gnu-g++", "-O1", "-std=c++17", "-I", os.path.join(root, "include"), "-pthread"]


class Parameter:
    def __init__(self, name, wrapper, dims, dtype, constants, seed):
        self.seed = seed
        self.name, self.dtype, self.is_result = name, dtype, wrapper == "Out"
        self.shape = [eval(dim, {}, constants) for dim in dims.split(",")]
        self.count = math.prod(self.shape)

    def contents(self):
        style = "ties" if self.name == "ties" else "hard"
        return (self.dtype, self.shape, numbers(self.dtype, self.count, style, self.seed))


def parse(path):
    """Name: (parameters, whether all is exact) of each entry."""
    text = open(path).read()
    constants = {name: int(value) for name, value in re.findall(r"^(\w+) = (\d+)$", text, re.M)}
    entries = {}
    for function in text.split("\n@jit\n")[1:]:
        name = re.match(r"def (\w+)", function).group(1)
        found = enumerate(PARAMETER.findall(function))
        parameters = [Parameter(*fields, constants, seed) for seed, fields in found]
        entries[name] = (parameters, not INEXACT.search(function))
    return entries


def run(command):
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if result.returncode:
        sys.exit(f"$ {shlex.join(command)}\n{result.stdout}")


def canonical(dtype, data):
    """All NaNs alike."""
    if dtype not in FLOATS:
        return data
    size, infinity = (4, 0x7F800000) if dtype == "FP32" else (2, 0x7F80 if dtype == "BF16" else 0x7C00)
    cells = struct.unpack(f"<{len(data) // size}{'I' if size == 4 else 'H'}", data)
    sign = 1 << (8 * size - 1)
    return [None if cell & ~sign > infinity else cell for cell in cells]


def read_results(path, parameters):
    data = open(path, "rb").read()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + size])
    results = {}
    for parameter in parameters:
        if parameter.is_result:
            begin, end = header[parameter.name]["data_offsets"]
            results[parameter.name] = canonical(parameter.dtype, data[8 + size + begin : 8 + size + end])
    return results


class Checker:
    def __init__(self, arguments):
        self.folder, self.arguments = arguments.folder, arguments
        self.right = True
        if arguments.aarch64:
            self.build_runtime()

    def path(self, name):
        return os.path.join(self.folder, name)

    def build_runtime(self):
        sources = os.path.join(root, "lib", "Runtime")
        files = [os.path.join(sources, name) for name in sorted(os.listdir(sources)) if name.endswith(".cpp")]
        flags = ["-fno-exceptions", "-fno-rtti", "-fno-threadsafe-statics", "-r", "-nostdlib"]
        run(CROSS + flags + files + ["-o", self.path("runtime.o")])

    def on_this_machine(self, entry, parameters, options):
        out = self.path(f"{entry}.out")
        inputs = self.path(f"{entry}.safetensors")
        run(["tilec", "run", PROGRAMS, "--entry", entry, "--in", inputs, "--out", out, "--threads", "2", *options])
        return read_results(out, parameters)

    def emulated(self, entry, parameters, target):
        command = ["tilec", PROGRAMS, *target, "--entry", entry]
        run([*command, "-o", self.path("entry.o")])
        run([*command, "--emit=mlir", "-o", self.path("entry.mlir")])
        function = re.search(rf"func @{entry}\(.*", open(self.path("entry.mlir")).read()).group()
        scratch = re.search(r"tile.scratch_bytes = (\d+)", function).group(1)
        layouts = re.search(r"tile.layouts = array<i64: ([^>]*)>", function).group(1).split(", ")
        source = os.path.join(here, "run_entry.c")
        program, out = self.path("entry"), self.path("entry.out")
        compiler = ["aarch64-linux-gnu-gcc", "-O1", f"-DENTRY={entry}", "-I", os.path.join(root, "include"), "-pthread"]
        run(compiler + [source, self.path("entry.o"), self.path("runtime.o"), "-lm", "-o", program])
        tensors = []
        for parameter, layout in zip(parameters, layouts):
            size = len(to_bytes(parameter.dtype, 0))
            name = self.path(f"{parameter.name}.raw")
            if parameter.is_result:
                tensors.append(f"out:{size * parameter.count}")
            elif layout == "0":
                tensors.append(f"in:{name}")
            else:
                rows, columns = parameter.shape
                tensors.append(f"pack:{LAYOUTS[layout]}:{rows}:{columns}:{name}")
            with open(name, "wb") as file:
                file.write(b"".join(to_bytes(parameter.dtype, value) for value in parameter.contents()[2]))
        emulator = ["qemu-aarch64", "-cpu", "max", "-L", "/usr/aarch64-linux-gnu"]
        run([*emulator, program, "2", scratch, out, *tensors])
        data, results = open(out, "rb").read(), {}
        for parameter in parameters:
            if parameter.is_result:
                size = len(to_bytes(parameter.dtype, 0)) * parameter.count
                results[parameter.name] = canonical(parameter.dtype, data[:size])
                data = data[size:]
        return results

    def compare(self, entry, what, actual, expected):
        for name, cells in expected.items():
            if actual[name] == cells:
                continue
            self.right = False
            wrong = [i for i, (x, y) in enumerate(zip(actual[name], cells)) if x != y]
            x, y = (f"{v[name][wrong[0]]}" for v in (actual, expected))
            print(f"{entry}, {what}: {len(wrong)} cells of `{name}` differ, the first at {wrong[0]}: {x}, expected {y}")

    def check(self, entry, parameters, is_exact):
        inputs = {p.name: p.contents() for p in parameters if not p.is_result}
        write_safetensors(self.path(f"{entry}.safetensors"), inputs)
        expected = self.on_this_machine(entry, parameters, ["--interpret"] if is_exact else [])
        for options in [[]] + [["--cpu", cpu] for cpu in self.arguments.cpu]:
            what = " ".join(options) or "compiled for this machine"
            self.compare(entry, what, self.on_this_machine(entry, parameters, options), expected)
        for name in self.arguments.aarch64:
            cpu, _, features = name.partition(",")
            target = ["--target=aarch64-linux-gnu", f"--cpu={cpu}", f"--features={features}"]
            if is_exact:
                expected = self.on_this_machine(entry, parameters, ["--interpret", *target])
            self.compare(entry, f"AArch64 {name}", self.emulated(entry, parameters, target), expected)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--cpu", action="append", default=[])
    parser.add_argument("--aarch64", action="append", default=[])
    parser.add_argument("--entry", action="append")
    arguments = parser.parse_args()
    os.makedirs(arguments.folder, exist_ok=True)
    checker = Checker(arguments)
    for entry, (parameters, is_exact) in parse(PROGRAMS).items():
        if not arguments.entry or entry in arguments.entry:
            checker.check(entry, parameters, is_exact)
    sys.exit(not checker.right)


if __name__ == "__main__":
    main()
