#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs generated programs of one family compiled and interpreted: families.py FOLDER FAMILY [DTYPE]..."""

import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import casts
import elementwise
import matmuls
import movement
import reductions
from values import DTYPES, FLOATS, INTEGERS, write_safetensors

# One column, one less and one more than a vector, several vectors; one row and some.
SHAPES = [(3, 1), (2, 15), (3, 16), (2, 64), (2, 17)]
FEW_SHAPES = [(3, 1), (2, 15), (3, 35)]
# These see all shapes of a family, the others its last one.
THOROUGH = ("FP32", "BF16", "INT8")

# Family: dtypes, what makes programs, and of which shapes.
FAMILIES = {
    "elementwise": (DTYPES, elementwise.elementwise, SHAPES),
    "division": (FLOATS + INTEGERS, elementwise.division, FEW_SHAPES),
    "shifts": (INTEGERS, elementwise.shifts, FEW_SHAPES),
    "approximate": (FLOATS, elementwise.approximate, FEW_SHAPES),
    "broadcast": (DTYPES, elementwise.broadcast, [(1, 1), (3, 4), (1, 33), (5, 1), (4, 17)]),
    "scalars": (DTYPES, elementwise.scalar_parameters, FEW_SHAPES),
    "casts": (DTYPES, casts.casts, [(8, 19)]),
    "scalar-casts": (DTYPES, casts.scalar_casts, [(8, 19)]),
    "wraps": (INTEGERS, casts.wraps, [(2, 17)]),
    "reductions": (FLOATS + INTEGERS, reductions.reductions, [(3, 1), (2, 15), (3, 16), (2, 100), (1, 150), (4, 35)]),
    "equal-cells": (FLOATS + INTEGERS, reductions.equal_cells, FEW_SHAPES),
    "movement": (DTYPES, movement.movement, [(4, 2), (3, 15), (2, 33)]),
    "counting": (FLOATS + INTEGERS, movement.counting, FEW_SHAPES),
    "matmuls": (("FP32", "BF16", "FP16", "INT8"), matmuls.matmuls, [(17, 65, 35)]),
}


def check(folder, name, program, options=()):
    """Whether compiled and interpreted agree; prints how to see it if not."""
    base = os.path.join(folder, name)
    with open(base + ".tile", "w") as file:
        file.write(program.source())
    write_safetensors(base + ".safetensors", program.tensors())
    command = ["tilec", "check", base + ".tile", "--in", base + ".safetensors", *options]
    for scalar, (_, value) in program.scalars.items():
        command += ["--scalar", f"{scalar}={value}"]
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if result.returncode == 0:
        return True
    print("$", " ".join(command))
    print(result.stdout)
    return False


def main():
    folder, family, *dtypes = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    known, make, shapes = FAMILIES[family]
    right = True
    for dtype in dtypes or known:
        for shape in shapes if dtype in THOROUGH else shapes[-1:]:
            name = f"{family}-{dtype}-{'x'.join(map(str, shape))}"
            right &= check(folder, name, make(dtype, *shape))
    sys.exit(not right)


if __name__ == "__main__":
    main()
