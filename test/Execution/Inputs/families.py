#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs generated programs of one family compiled and interpreted: families.py FOLDER FAMILY [DTYPE]..."""

import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import elementwise
from values import DTYPES, FLOATS, INTEGERS, write_safetensors

# One column, one less and more than a vector, several vectors; one row and some.
SHAPES = [(3, 1), (2, 5), (2, 15), (3, 16), (2, 17), (1, 33), (2, 64)]
FEW_SHAPES = [(3, 1), (2, 15), (3, 35)]

# Family: dtypes, and what makes programs.
FAMILIES = {
    "elementwise": (DTYPES, elementwise.elementwise, SHAPES),
    "division": (FLOATS + INTEGERS, elementwise.division, FEW_SHAPES),
    "shifts": (INTEGERS, elementwise.shifts, FEW_SHAPES),
    "approximate": (FLOATS, elementwise.approximate, FEW_SHAPES),
    "broadcast": (DTYPES, elementwise.broadcast, [(1, 1), (3, 4), (4, 17), (1, 33), (5, 1)]),
    "scalars": (DTYPES, elementwise.scalar_parameters, FEW_SHAPES),
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
        for shape in shapes:
            name = f"{family}-{dtype}-{'x'.join(map(str, shape))}"
            right &= check(folder, name, make(dtype, *shape))
    sys.exit(not right)


if __name__ == "__main__":
    main()
