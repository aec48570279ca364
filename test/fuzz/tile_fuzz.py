#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks that random programs mean the same compiled and interpreted.

    tile_fuzz.py --count 300 --seed 1

Program number n is made from the seed and n alone. Each runs through `tilec check` with several extents,
numbers of threads and compile options. One that fails is shrunk and printed with the command that
replays it; --out keeps it with its inputs. `--only n` runs one program, `--print` shows it.
"""

import argparse
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from random import Random

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import inputs
import regions
import shrink
from program import Program

TIMEOUT = 120
OPTIONS = [[], [], [], ["-O0"], ["-O1"], ["--no-bounds-checks"]]
if platform.machine() == "x86_64":  # what this machine can run: the same bits from other instructions
    OPTIONS += [["--cpu", "x86-64-v3"], ["--cpu", "x86-64-v2"]]


class Fuzzer:
    def __init__(self, arguments, folder):
        self.tilec, self.folder, self.front_end = arguments.tilec, folder, arguments.front_end

    def command(self, program, number, run, path, options):
        dims, threads = run
        if self.front_end:
            return [self.tilec, path, "--emit=tile", "-o", "/dev/null"]
        values = path.replace(".tile", ".safetensors")
        inputs.write(values, program, dims, number)
        command = [self.tilec, "check", path, "--no-cache", "--in", values, "--threads", str(threads), *options]
        for name, value in dims.items():
            command += ["--dim", f"{name}={value}"]
        for name, _, value in program.scalars:
            command += ["--scalar", f"{name}={value}"]
        return command

    def failure(self, program: Program, number: int, name: str):
        """None, or (what kind of failure, output, command) of the first run that fails."""
        path = os.path.join(self.folder, f"{name}.tile")
        with open(path, "w") as file:
            file.write(program.source())
        choose = Random(number)
        for run in program.runs:
            options = choose.choice(OPTIONS)
            command = self.command(program, number, run, path, options)
            try:
                result = subprocess.run(
                    command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                    text=True, errors="replace", timeout=TIMEOUT,
                )  # fmt: skip
                if result.returncode:
                    return kind_of(result.returncode, result.stdout), result.stdout, command
            except subprocess.TimeoutExpired:
                return "timeout", f"no end after {TIMEOUT} s\n", command
            if self.front_end:
                break
        return None

    def fuzz(self, number: int):
        """None if the program is fine, else a report."""
        program = regions.generate(number)
        failure = self.failure(program, number, f"p{number}")
        if failure is None:
            return None
        kind = failure[0]

        def fails(candidate):
            found = self.failure(candidate, number, f"p{number}-shrunk")
            return found is not None and found[0] == kind

        small, _ = shrink.shrink(program, fails)
        _, output, command = self.failure(small, number, f"p{number}-shrunk") or failure
        return (
            f"======== program {number}: {kind}\n{small.source()}\n--------\n$ {shlex.join(command)}\n{output.rstrip()}\n"
        )


def kind_of(status: int, output: str) -> str:
    """What failures of one cause have in common."""
    if status < 0 or status == 3:
        frames = re.findall(r"\b(tilec::[\w:]+)\(", output)
        return f"status {status} {' '.join(frames[:1])}".strip()
    errors = [line for line in output.splitlines() if "error:" in line] or output.splitlines()[-1:] or [""]
    text = errors[0].split("error:", 1)[-1]
    return f"status {status}: " + re.sub(r"`[^`]*`|'[^']*'|\[[^]]*\]|-?\d[\w.+-]*", "_", text).strip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100, help="how many programs")
    parser.add_argument("--seed", type=int, default=1, help="programs of different seeds are different")
    parser.add_argument("--only", type=int, help="the program of this number alone")
    parser.add_argument("--print", action="store_true", help="show the program, do not run it")
    parser.add_argument("--front-end", action="store_true", help="only translate to tile IR")
    parser.add_argument("--out", help="a folder to keep programs and inputs in")
    parser.add_argument("--tilec", default="tilec", help="the compiler")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), help="programs at a time")
    parser.add_argument("--stop-after", type=int, default=5, help="so many failures")
    arguments = parser.parse_args()

    first = arguments.seed * 1000000
    numbers = [arguments.only] if arguments.only is not None else range(first, first + arguments.count)
    if arguments.print:
        for number in numbers:
            print(regions.generate(number).source())
        return
    if not shutil.which(arguments.tilec):
        sys.exit(f"tile_fuzz: there is no {arguments.tilec}; name it with --tilec")
    failures = 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.out or scratch
        os.makedirs(folder, exist_ok=True)
        fuzzer = Fuzzer(arguments, folder)
        with ThreadPoolExecutor(arguments.jobs) as pool:

            def work(number):
                return fuzzer.fuzz(number) if failures < arguments.stop_after else None

            for report in pool.map(work, numbers):
                if report:
                    failures += 1
                    print(report, flush=True)
    print(f"{len(numbers)} programs, {failures} failed" + (" (stopped early)" if failures >= arguments.stop_after else ""))
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
