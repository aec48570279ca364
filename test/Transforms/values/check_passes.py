#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Interprets a program before and after each pass from tile IR to tile IR: the answer must not change in a bit.

    check_passes.py FILE [-D NAME=VALUE]... [--pass NAME]... [-- OPTIONS of tilec run]

The passes are those of include/tilec/Transforms/Passes.td, each on the front end's IR and on the IR that the whole
pipeline makes, and the pipeline itself. A program that fails must fail with the same message at the same place.
Iterations of loops that a pass runs in parallel must not conflict.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", ".."))
PIPELINE = "tile-pipeline"


def all_passes() -> list:
    with open(os.path.join(ROOT, "include", "tilec", "Transforms", "Passes.td")) as file:
        return re.findall(r'Pass<"([a-z-]+)"', file.read())


def run(command: list, stdin: str = "") -> subprocess.CompletedProcess:
    return subprocess.run(command, input=stdin, capture_output=True, text=True)


def make_ir(command: list, stdin: str = "") -> str:
    """IR with locations, as a command prints it on standard output."""
    made = run(command, stdin)
    if made.returncode:
        sys.exit(f"{' '.join(command)} failed with status {made.returncode}:\n{made.stderr}")
    return made.stdout


def transform(name: str, ir: str) -> str:
    return make_ir(["tile-opt", "--mlir-print-debuginfo", f"--{name}", "-"], ir)


class Answers:
    """What the interpreter answers to IR, remembered by the text of the IR."""

    def __init__(self, folder: str, options: list):
        self.folder = folder
        self.options = options
        self.known = {}

    def interpret(self, ir: str) -> tuple:
        """The exit status, the error's text and the bytes of the results."""
        program, results = (os.path.join(self.folder, name) for name in ("program.mlir", "results.safetensors"))
        with open(program, "w") as file:
            file.write(ir)
        if os.path.exists(results):
            os.remove(results)
        done = run(["tilec", "run", program, "--check-races", "--out", results, *self.options])
        data = b""
        if done.returncode == 0:
            with open(results, "rb") as file:
                data = file.read()
        # A run that succeeds says how long it took.
        return done.returncode, done.stderr if done.returncode else "", data

    def get(self, ir: str) -> tuple:
        if ir not in self.known:
            self.known[ir] = self.interpret(ir)
        return self.known[ir]


def compare(what: str, actual: tuple, expected: tuple) -> bool:
    if actual == expected:
        return True
    print(f"FAIL: {what}: the interpreter's answer changes")
    if actual[:2] != expected[:2]:
        print(f"status {actual[0]}, expected {expected[0]}\n{actual[1]}expected:\n{expected[1]}")
    return False


def check(file: str, defines: list, passes: list, answers: Answers) -> bool:
    source = [argument for define in defines for argument in ("-D", define)]
    before = make_ir(["tilec", file, "--emit=tile", "-g", "-o", "-", *source])
    expected = answers.get(before)
    print(f"{file}: status {expected[0]}, {len(expected[2])} bytes of results")
    lowered = transform(PIPELINE, before)
    right = compare(PIPELINE, answers.get(lowered), expected)
    for name in passes:
        right &= compare(f"--{name}", answers.get(transform(name, before)), expected)
        right &= compare(f"--{name} after --{PIPELINE}", answers.get(transform(name, lowered)), expected)
    return right


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("-D", dest="defines", action="append", default=[], metavar="NAME=VALUE", help="as tilec's")
    parser.add_argument("--pass", dest="passes", action="append", metavar="NAME", help="only this pass")
    arguments, options = parser.parse_known_args()
    options = [option for option in options if option != "--"]
    with tempfile.TemporaryDirectory() as folder:
        answers = Answers(folder, options)
        right = check(arguments.file, arguments.defines, arguments.passes or all_passes(), answers)
    sys.exit(0 if right else 1)


if __name__ == "__main__":
    main()
