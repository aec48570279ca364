# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Casts of one dtype to every other, in every mode that means something."""

from program import Program
from values import BITS, DTYPES, FLOATS, INTEGERS

MODES = ("rint", "round", "floor", "ceil", "trunc")


def modes(source: str, target: str):
    rounds = source in FLOATS and (target in INTEGERS or target in ("BF16", "FP16"))
    return MODES if rounds and source != target else ("rint",)


def casts(dtype: str, rows: int, columns: int) -> Program:
    program = Program([(rows, columns), (rows - 1, columns - 3)])
    shape = (rows, columns)
    program.input("x", dtype, shape, style="ties")
    program.add(f"a = slice(x, {list(shape)}, [0, 0], valid_shape=[n0, n1])")
    for target in DTYPES:
        for mode in modes(dtype, target):
            program.result(target, shape, f'cast(a, target_type={target}, mode="{mode}")')
        program.result(target, shape, f"cast(x, target_type={target})")
    # There and back.
    for target in FLOATS + ("INT8", "INT64"):
        program.result(dtype, shape, f"cast(cast(a, target_type={target}), target_type={dtype})")
    program.result("FP32", shape, f"add(cast(a, target_type=FP32), 1.0)")
    return program


def scalar_casts(dtype: str, rows: int, columns: int) -> Program:
    """The same numbers one at a time, as scalars."""
    program = Program([(0,)])
    shape = (rows, columns)
    program.input("x", dtype, shape, style="ties")
    program.add(f"for i in range({rows}):")
    program.add(f"    for j in range({columns}):")
    program.add("        s = read(x, [i, j])")
    for target in DTYPES:
        for number, mode in enumerate(modes(dtype, target)):
            name = f"c_{target.lower()}_{mode}"
            program.add(f'        {name} = cast(s, target_type={target}, mode="{mode}")')
            program.element(target, (rows, columns * len(modes(dtype, target))), f"[i, j * {len(modes(dtype, target))} + {number}]", name)
    return program


def wraps(dtype: str, rows: int, columns: int) -> Program:
    """Integer scalars compute in 64 bits and wrap when they meet cells."""
    program = Program([(0,)])
    shape = (rows, columns)
    program.input("x", dtype, shape)
    half = 1 << (BITS[dtype] - 1)
    for number in (half - 1, half + 1, -half - 1 if BITS[dtype] < 64 else -half):
        program.add(f"n = n0 + {number}" if number < 1 << 63 else f"n = n0 - {(1 << 64) - number}")
        program.result(dtype, shape, f"add(x, cast(n, target_type={dtype}))")
    return program
