# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Reductions of one dtype along rows and columns, over whole, partial and empty regions."""

from program import Program, regions

KINDS = ("sum", "prod", "max", "min")


def reductions(dtype: str, rows: int, columns: int) -> Program:
    program = Program(regions(rows, columns))
    shape = (rows, columns)
    # Infinities and NaN hide every other difference: rows without them too.
    for name, style in (("x", "plain"), ("h", "hard")):
        program.input(f"{name}_in", dtype, shape, style=style)
        program.add(f"{name} = slice({name}_in, {list(shape)}, [0, 0], valid_shape=[n0, n1])")
    for source in ("x", "h", "x_in", "h_in"):
        for kind in KINDS:
            program.result(dtype, (rows, 1), f"row_{kind}({source})")
            program.result(dtype, (1, columns), f"col_{kind}({source})")
        for kind in ("argmax", "argmin"):
            program.result("INT32", (rows, 1), f"row_{kind}({source})")
    # Of a value that is computed on the way, and results that are stretched again.
    for kind in KINDS:
        program.result(dtype, (rows, 1), f"row_{kind}(add(x, x_in))")
        program.result(dtype, (1, columns), f"col_{kind}(neg(x))")
        program.result(dtype, shape, f"row_expand_sub(x, row_{kind}(x))")
        program.result(dtype, shape, f"col_expand_sub(x, col_{kind}(h))")
        program.result(dtype, (1, 1), f"col_{kind}(row_{kind}(x))")
    return program


def equal_cells(dtype: str, rows: int, columns: int) -> Program:
    """The first of equal extremes wins."""
    program = Program(regions(rows, columns))
    shape = (rows, columns)
    program.input("x_in", dtype, shape, style="plain")
    program.add(f"x = slice(x_in, {list(shape)}, [0, 0], valid_shape=[n0, n1])")
    program.add("s = sub(mul(x, 0), 0)")
    program.add("t = minimum(x, 1)")
    for source in ("s", "t", "maximum(x, 1)"):
        for kind in ("argmax", "argmin"):
            program.result("INT32", (rows, 1), f"row_{kind}({source})")
    return program
