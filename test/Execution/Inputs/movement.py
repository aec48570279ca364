# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Reshapes, joins, transposes, padding and slices of tiles, for one dtype."""

from program import Program, regions
from values import FLOATS


def flat(program: Program, dtype: str, shape, expression: str) -> None:
    """Stores a tile of another rank, as one of rank 2."""
    rows = 1
    for extent in shape[:-1]:
        rows *= extent
    program.result(dtype, (rows, shape[-1]), f"reshape({expression}, [{rows}, {shape[-1]}])")


def movement(dtype: str, rows: int, columns: int) -> Program:
    program = Program(regions(rows, columns))
    shape = (rows, columns)
    for seed, name in enumerate(("x", "y")):
        program.input(name, dtype, shape, seed=seed)
    program.add(f"a = slice(x, {list(shape)}, [0, 0], valid_shape=[n0, n1])")
    program.add(f"b = slice(y, {list(shape)}, [0, 0], valid_shape=[n0, n1])")
    # Tiles that are views, in memory of their own with several uses, or not computed yet.
    computed = "not_(b)" if dtype == "BOOL" else "neg(b)"
    program.add(f"c = {computed}")
    padding(program, dtype, shape)
    joining(program, dtype, shape)
    transposing(program, dtype, shape)
    slicing(program, dtype, shape)
    reshaping(program, dtype, shape)
    return program


def padding(program, dtype, shape) -> None:
    for value in ("min", "max", "zero") + (("inf", "-inf") if dtype in FLOATS else ()):
        for source in ("a", "c", "x"):
            program.result(dtype, shape, f'fillpad({source}, pad_value="{value}")')
    fresh = "xor(a, b)" if dtype == "BOOL" else "maximum(a, b)"
    program.result(dtype, shape, f'fillpad({fresh}, pad_value="max")')
    program.result(dtype, shape, 'fillpad(set_validshape(c, 1, n1), pad_value="min")')
    program.result(dtype, shape, "set_validshape(set_validshape(a, n1, n0), n0 - 1, n1 - 1)")


def joining(program, dtype, shape) -> None:
    rows, columns = shape
    program.result(dtype, (rows, 3 * columns), "concat(x, y, a)")
    program.result(dtype, (rows, 2 * columns), "concat(set_validshape(y, n0, %d), c)" % columns)
    program.result(dtype, (2 * rows, columns), "concat(x, c, axis=0)")
    program.result(dtype, (rows, 2 * columns), "concat(y, y, axis=1)")
    # A tile written into another: before it, in it and behind it only where it is empty.
    program.result(dtype, shape, "assemble(x, slice(a, [1, 1], [0, 0]), [%d, %d])" % (rows - 1, columns - 1))
    program.result(dtype, shape, "assemble(c, slice(y, [1, %d], [0, 0]), [n0 %% %d, 0])" % (columns, rows))
    program.add(f"z = full({list(shape)}, dtype={dtype}, value={'False' if dtype == 'BOOL' else 0})")
    program.result(dtype, shape, "assemble(z, a, [0, 0])")
    program.result(dtype, shape, "assemble(assemble(z, c, [0, 0]), slice(z, [1, 1], [0, 0]), [0, 0])")
    program.result(dtype, shape, "assemble(c, c, [0, 0])")
    program.result(dtype, shape, "z")


def transposing(program, dtype, shape) -> None:
    rows, columns = shape
    program.result(dtype, (columns, rows), "transpose(a, 0, 1)")
    program.result(dtype, (columns, rows), "transpose(c, 1, 0)")
    program.result(dtype, (columns, rows), "transpose(x, 0, 1)")
    program.result(dtype, shape, "transpose(transpose(c, 0, 1), 0, 1)")
    flat(program, dtype, (columns, 1, rows), f"transpose(reshape(x, [{rows}, 1, {columns}]), 0, 2)")


def slicing(program, dtype, shape) -> None:
    rows, columns = shape
    half = (columns + 1) // 2
    for source in ("a", "c", "x"):
        program.result(dtype, (rows, half), f"slice({source}, [{rows}, {half}], [0, {columns - half}])")
        program.result(dtype, (1, columns), f"slice({source}, [1, {columns}], [{rows - 1}, 0], valid_shape=[n0, n1])")
    program.result(dtype, (1, half), f"slice(c, [1, {half}], [max(min(n0, {rows}), 0), {columns // 3}])")
    program.result(dtype, (rows, half), f"slice(slice(c, [{rows}, {columns}], [0, 0]), [{rows}, {half}], [0, 0], valid_shape=[n0, n1])")


def reshaping(program, dtype, shape) -> None:
    rows, columns = shape
    flat(program, dtype, (rows, 1, columns), f"reshape(a, [{rows}, 1, {columns}])")
    flat(program, dtype, (1, rows, columns), f"reshape(c, [1, {rows}, {columns}])")
    # The rows of a tile that is valid in whole columns.
    program.add(f"r = slice(x, {list(shape)}, [0, 0], valid_shape=[n0, {columns}])")
    program.result(dtype, (1, rows * columns), f"reshape(r, [1, {rows * columns}])")
    program.result(dtype, (rows * columns, 1), f"reshape(r, [{rows * columns}, 1])")
    program.result(dtype, shape, f"reshape(reshape(c, [{rows}, {columns}, 1]), [{rows}, {columns}])")
    program.result(dtype, (columns, rows), f"reshape(y, [{columns}, {rows}])")
    half = (columns + 1) // 2
    # A view that starts where its tile does, its rows apart.
    program.add(f"p = slice({'not_(y)' if dtype == 'BOOL' else 'abs(y)'}, [{rows}, {half}], [0, 0])")
    program.result(dtype, (half, rows), f"reshape(p, [{half}, {rows}])")
    program.result(dtype, (rows, half), "p")


def counting(dtype: str, rows: int, columns: int) -> Program:
    program = Program(regions(rows, columns))
    program.add(f"e = {'cast(n0, target_type=FP32) * 0.25' if dtype in FLOATS else 'n0 % 100'}")
    for start in ("0", "5", f"cast(e, target_type={dtype})"):
        program.result(dtype, (1, columns), f"arange({start}, [1, {columns}], dtype={dtype})")
        program.result(dtype, (rows, columns), f"full([{rows}, {columns}], dtype={dtype}, value={start})")
    program.add(f"a = arange(2, [1, {columns}], dtype={dtype})")
    program.result(dtype, (1, columns), "add(set_validshape(a, 1, n1), a)")
    program.result(dtype, (rows, columns), f"add(full([{rows}, 1], dtype={dtype}, value=3), a)")
    return program
