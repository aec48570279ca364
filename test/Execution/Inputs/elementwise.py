# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Elementwise operations of one dtype, on whole and partly valid tiles, with operands of every shape."""

from program import Program, regions
from values import FLOATS, INTEGERS, SIGNED

EXACT_UNARY = ("neg", "abs", "sqrt", "rsqrt", "recip", "relu")
APPROXIMATE_UNARY = ("exp", "log", "sin", "cos", "sigmoid", "tanh")
ARITHMETIC = ("add", "sub", "mul", "maximum", "minimum")
BITWISE = ("and_", "or_", "xor")
COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge")


def unary_names(dtype):
    if dtype == "BOOL":
        return ("not_",)
    return EXACT_UNARY if dtype in FLOATS else ("neg", "abs", "relu", "not_")


def binary_names(dtype):
    if dtype == "BOOL":
        return BITWISE
    return ARITHMETIC if dtype in FLOATS else ARITHMETIC + BITWISE


def literals(dtype):
    if dtype == "BOOL":
        return ("True", "False")
    return ("2.5", "-0.0") if dtype in FLOATS else ("3", "-2" if dtype in SIGNED else "200")


def elementwise(dtype: str, rows: int, columns: int) -> Program:
    program = Program(regions(rows, columns))
    shape = (rows, columns)
    for seed, name in enumerate(("x", "y")):
        program.input(name, dtype, shape, seed=seed)
    program.input("mask", "BOOL", shape)
    for name, source in (("a", "x"), ("b", "y"), ("m", "mask")):
        program.add(f"{name} = slice({source}, {list(shape)}, [0, 0], valid_shape=[n0, n1])")
    # Every operation on static extents, and on those that the request decides.
    for x, y, m in (("x", "y", "mask"), ("a", "b", "m"), ("a", "y", "mask")):
        for name in unary_names(dtype):
            program.result(dtype, shape, f"{name}({x})")
        for name in binary_names(dtype):
            program.result(dtype, shape, f"{name}({x}, {y})")
            program.result(dtype, shape, f"{name}({x}, {literals(dtype)[0]})")
            program.result(dtype, shape, f"{name}({literals(dtype)[1]}, {y})")
        for mode in COMPARISONS:
            program.result("BOOL", shape, f'cmp({x}, {y}, mode="{mode}")')
        program.result("BOOL", shape, f'cmp({x}, {literals(dtype)[0]}, mode="le")')
        program.result(dtype, shape, f"sel({m}, {x}, {y})")
        program.result(dtype, shape, f"sel({m}, {literals(dtype)[0]}, {y})")
    nested(program, dtype, shape)
    return program


def nested(program: Program, dtype: str, shape) -> None:
    """Values with several uses, and long expressions."""
    if dtype == "BOOL":
        return
    program.add("c = add(mul(a, b), a)")
    program.add("d = sub(c, neg(b))")
    program.result(dtype, shape, "maximum(c, d)")
    program.result(dtype, shape, "sel(cmp(a, b, mode=\"lt\"), c, mul(c, d))")
    program.result(dtype, shape, "add(" * 40 + "a" + ", d)" * 40)
    program.result(dtype, shape, "set_validshape(c, n1, n0)")


def division(dtype: str, rows: int, columns: int) -> Program:
    """Quotients and remainders; integer divisors are not 0."""
    program = Program(regions(rows, columns))
    shape = (rows, columns)
    program.input("x", dtype, shape)
    program.input("y", dtype, shape, style="hard" if dtype in FLOATS else "nonzero", seed=1)
    program.add(f"a = slice(x, {list(shape)}, [0, 0], valid_shape=[n0, n1])")
    # Outside of its valid region a divisor may well be 0.
    program.add(f"b = slice(y, {list(shape)}, [0, 0], valid_shape=[n0, n1])")
    for name in ("div", "rem"):
        for x, y in (("x", "y"), ("a", "b"), ("mul(a, a)", "b")):
            program.result(dtype, shape, f"{name}({x}, {y})")
        for literal in literals(dtype):
            program.result(dtype, shape, f"{name}(a, {literal})")
            program.result(dtype, shape, f"{name}({literal}, b)")
        program.result(dtype, shape, f"{name}(a, -1)" if dtype in SIGNED else f"{name}(a, 1)")
        program.result(dtype, shape, f"row_expand_div(a, slice(b, [{rows}, 1], [0, 0]))")
        program.result(dtype, shape, f"{name}({name}(a, b), b)" if dtype in FLOATS else f"add({name}(a, b), a)")
    return program


def shifts(dtype: str, rows: int, columns: int) -> Program:
    program = Program(regions(rows, columns))
    shape = (rows, columns)
    program.input("x", dtype, shape)
    program.input("y", dtype, shape, style="amounts")
    program.add(f"a = slice(x, {list(shape)}, [0, 0], valid_shape=[n0, n1])")
    for name in ("shl", "shr"):
        program.result(dtype, shape, f"{name}(a, y)")
        program.result(dtype, shape, f"{name}(x, y)")
        for amount in (0, 1, 7, 8, 31, 63, 64):
            program.result(dtype, shape, f"{name}(a, {amount})")
        program.result(dtype, shape, f"{name}(1, y)")
    return program


def approximate(dtype: str, rows: int, columns: int) -> Program:
    program = Program(regions(rows, columns))
    shape = (rows, columns)
    program.input("x", dtype, shape)
    program.input("y", dtype, shape, style="plain")
    program.add(f"a = slice(x, {list(shape)}, [0, 0], valid_shape=[n0, n1])")
    for name in APPROXIMATE_UNARY:
        program.result(dtype, shape, f"{name}(a)")
        program.result(dtype, shape, f"{name}(y)")
        program.result(dtype, shape, f"add({name}(mul(y, 4.0)), y)")
    return program


def broadcast(dtype: str, rows: int, columns: int) -> Program:
    """Operands of which dimensions have one cell, partly valid ones among them."""
    program = Program(regions(rows, columns))
    whole = (rows, columns)
    shapes = {"x": whole, "row": (1, columns), "col": (rows, 1), "cell": (1, 1)}
    for seed, (name, shape) in enumerate(shapes.items()):
        program.input(f"{name}_in", dtype, shape, seed=seed)
        program.add(f"{name} = slice({name}_in, {list(shape)}, [0, 0], valid_shape=[n0, n1])")
    op = "xor" if dtype == "BOOL" else "sub" if dtype in FLOATS + INTEGERS else "add"
    for x in shapes:
        for y in shapes:
            if "x" in (x, y) or {x, y} == {"row", "col"}:
                program.result(dtype, whole, f"{op}({x}, {y})")
                program.result(dtype, whole, f"{op}({x}_in, {y})")
    program.result(dtype, (1, columns), f"{op}(row, cell)")
    program.result(dtype, (rows, 1), f"{op}(cell, col)")
    program.result(dtype, whole, f'sel(cmp(row, cell, mode="ne"), col, x)')
    program.result(dtype, whole, "row_expand(x, col)")
    program.result(dtype, whole, "col_expand(x, row_in)")
    if dtype != "BOOL":
        for name in ("add", "sub", "mul", "max", "min"):
            program.result(dtype, whole, f"row_expand_{name}(x, col)")
            program.result(dtype, whole, f"col_expand_{name}(x, row)")
        # A stretched operand that is computed, and not in memory yet.
        program.result(dtype, whole, "row_expand_mul(x, add(col, col_in))")
        program.result(dtype, whole, "add(mul(row, col), x)")
        program.result(dtype, whole, "mul(add(cell, cell), x)")
    return program


def scalar_parameters(dtype: str, rows: int, columns: int) -> Program:
    program = Program(regions(rows, columns))
    shape = (rows, columns)
    program.input("x", dtype, shape)
    value = {"BOOL": "true"}.get(dtype, "-0.3" if dtype in FLOATS else "-3" if dtype in SIGNED else "200")
    program.scalars["s"] = (dtype, value)
    program.add(f"a = slice(x, {list(shape)}, [0, 0], valid_shape=[n0, n1])")
    program.add("t = read(x, [0, 0])")
    for name in binary_names(dtype):
        for expression in (f"{name}(a, s)", f"{name}(t, a)", f"{name}(a, {name}(s, t))"):
            program.result(dtype, shape, expression)
    program.result("BOOL", shape, 'cmp(a, s, mode="ge")')
    program.result(dtype, shape, 'sel(cmp(a, t, mode="ne"), s, a)')
    program.result(dtype, (1, 1), f"full([1, 1], dtype={dtype}, value=s)")
    return program
