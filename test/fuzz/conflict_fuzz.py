#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares what tile-check-parallel says of random parallel loops with the conflicts that runs of them have.

    conflict_fuzz.py [--count N] [--seed S]
    conflict_fuzz.py --only SEED --print

A loop of which nothing is said must not conflict in any run, and one with an error must conflict in each.
Loops with a warning may do either. A run that fails otherwise, at an access outside of its tensor, says nothing.
"""

import argparse
import collections
import os
import random
import subprocess
import sys
import tempfile

ROWS, COLUMNS = 48, 8
SIZES = (1, 2, 3, 7)
HEADER = (
    f'func.func @f(%x: !tile.tensor<{ROWS}x{COLUMNS}xf32> {{tile.name = "x", tile.direction = "inout", '
    f"tile.shape = affine_map<()[s0] -> ({ROWS}, {COLUMNS})>}}, "
    '%t: !tile.tensor<?xi32> {tile.name = "t", tile.direction = "in", tile.shape = affine_map<()[s0] -> (s0)>}, '
    '%v: f32 {tile.name = "v", tile.dtype = "FP32"}, %n: index {tile.symbol = "N"}) attributes {tile.entry} {'
)


class Program:
    """One loop, as lines of IR."""

    def __init__(self, seed: int):
        self.random = random.Random(seed)
        self.constants = {}
        self.lines = []
        self.count = 0
        self.loop()

    def constant(self, value: int) -> str:
        return self.constants.setdefault(value, f"%c{value}")

    def emit(self, text: str) -> str:
        self.count += 1
        self.lines.append(f"%{self.count} = {text}")
        return f"%{self.count}"

    def index(self, names: list, depth: int = 2) -> str:
        """An index computed from some of the names."""
        pick = self.random.random()
        if depth == 0 or pick < 0.25:
            return self.random.choice(names)
        if pick < 0.35:
            return self.constant(self.random.randrange(9))
        operand = self.index(names, depth - 1)
        kind = self.random.choice(["muli", "muli", "addi", "subi", "floordiv", "mod", "minsi", "maxsi"])
        if kind in ("floordiv", "mod"):
            return self.emit(f"tile.{kind} {operand}, {self.constant(self.random.randint(1, 6))} : index")
        if kind == "muli" and self.random.random() < 0.9:
            other = self.constant(self.random.randint(1, 5))
        else:
            other = self.index(names, depth - 1)
        return self.emit(f"arith.{kind} {operand}, {other} : index")

    def row(self, names: list, size: int) -> str:
        """A row from which on `size` fit into the tensor, most of the time."""
        row = self.index(names)
        if self.random.random() < 0.3:
            row = self.emit(f"tile.mod {row}, {self.constant(ROWS - size + 1)} : index")
        return row

    def access(self, names: list, writes: bool):
        size = self.random.randint(1, 4)
        row, column = self.row(names, size), self.constant(self.random.choice([0, 0, 4]))
        rows = self.index(names, 1) if self.random.random() < 0.3 else self.constant(size)
        width = 4 if column == "%c4" else self.random.choice([4, 8])
        whole, some = f"!tile.tile<{size}x{width}xf32>", f"!tile.tile<{size}x{width}xf32, valid ?x{width}>"
        tensor = f"!tile.tensor<{ROWS}x{COLUMNS}xf32>"
        if writes:
            full = self.emit(f"tile.full %v : f32 -> {whole}")
            part = self.emit(f"tile.set_valid_shape {full}[{rows}, {self.constant(width)}] : {whole} -> {some}")
            self.lines.append(f"tile.assemble {part} into %x[{row}, {column}] : {some} into {tensor}")
        else:
            self.emit(f"tile.slice %x[{row}, {column}] valid [{rows}, {self.constant(width)}] : {tensor} -> {some}")

    def loop(self):
        step = self.random.choice([1, 1, 2, 4])
        upper = "%n" if self.random.random() < 0.3 else self.constant(step * self.random.randint(1, 5))
        self.lines.append(f"tile.parallel %i = %c0 to {upper} step {self.constant(step)} {{")
        names = ["%i", "%i", "%i", "%n"]
        if self.random.random() < 0.15:
            element = self.emit(f"tile.mod %i, {self.constant(1)} : index")
            names.append(self.emit(f"tile.read %t[{element}] : !tile.tensor<?xi32> -> index"))
        closing = 1
        if self.random.random() < 0.3:
            self.lines.append(f"scf.for %j = %c0 to {self.constant(self.random.randint(1, 3))} step %c1 {{")
            names += ["%j"] * 2
            closing += 1
        if self.random.random() < 0.2:
            bound = self.constant(self.random.randrange(4))
            holds = self.emit(f"arith.cmpi {self.random.choice(['sge', 'slt', 'ne'])}, %i, {bound} : index")
            self.lines.append(f"scf.if {holds} {{")
            closing += 1
        self.access(names, True)
        for _ in range(self.random.randrange(2)):
            self.access(names, self.random.random() < 0.5)
        self.lines += ["}"] * closing

    def text(self) -> str:
        for value in (0, 1):
            self.constant(value)
        constants = [f"{name} = arith.constant {value} : index" for value, name in sorted(self.constants.items())]
        return "\n".join([HEADER, *constants, *self.lines, "return", "}", ""])


def verdict(path: str) -> str:
    done = subprocess.run(["tile-opt", "--tile-check-parallel", path], capture_output=True, text=True)
    for kind in ("error: iteration", "warning: "):
        if kind in done.stderr:
            return kind.split(":")[0]
    return "silent" if done.returncode == 0 else done.stderr


def conflicts(path: str, size: int):
    """Whether a run has a conflict; None if it fails otherwise."""
    command = ["tilec", "run", path, "--check-races", "--dim", f"N={size}", "--fill", "t=iota"]
    command += ["--fill", "x=zero", "--scalar", "v=1"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode == 0:
        return False
    return True if " of storage that iteration " in done.stderr else None


def check(seed: int, path: str) -> str:
    """The verdict; exits where a run contradicts it."""
    with open(path, "w") as file:
        file.write(Program(seed).text())
    said = verdict(path)
    wrong = {"silent": True, "error": False, "warning": "never"}.get(said)
    for size in SIZES:
        if wrong is None or conflicts(path, size) is wrong:
            print(Program(seed).text())
            sys.exit(f"seed {seed}: the verdict is `{said}`, which a run with N={size} contradicts")
    return said


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100, help="how many programs")
    parser.add_argument("--seed", type=int, default=1, help="of the first program")
    parser.add_argument("--only", type=int, metavar="SEED", help="one program")
    parser.add_argument("--print", action="store_true", help="print it, without running it")
    options = parser.parse_args()
    if options.print:
        print(Program(options.only).text())
        return
    seeds = [options.only] if options.only is not None else range(options.seed, options.seed + options.count)
    with tempfile.TemporaryDirectory() as folder:
        said = collections.Counter(check(seed, os.path.join(folder, "loop.mlir")) for seed in seeds)
    print(", ".join(f"{count} {kind}" for kind, count in sorted(said.items())))


if __name__ == "__main__":
    main()
