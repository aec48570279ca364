# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Matrix products of one dtype, transposed or not, of views and of computed tiles, fresh and accumulated."""

import itertools

from program import Program

# m, n, k asked for; the tiles are 17 x 65 with a k of 35.
REQUESTS = (
    [(17, 65, 35), (17, 64, 32), (16, 48, 34), (9, 33, 31), (8, 32, 17), (7, 31, 16), (5, 17, 15), (4, 16, 8)]
    + [(3, 15, 3), (2, 8, 2), (1, 1, 1), (1, 65, 35), (17, 1, 35), (17, 65, 1), (1, 16, 33), (6, 47, 7)]
    + [(0, 65, 35), (17, 0, 35), (17, 65, 0), (-1, 5, 5), (5, -5, 5), (5, 5, -1 << 40), (99, 99, 99)]
)


def matmuls(dtype: str, m: int, n: int, k: int) -> Program:
    program = Program(REQUESTS)
    result = "INT32" if dtype == "INT8" else "FP32"
    to = f"out_dtype={result}"
    program.input("c", result, (m, n), style="plain")
    for style in ("plain", "hard"):
        program.input(f"a_{style}", dtype, (m, k), style)
        program.input(f"b_{style}", dtype, (k, n), style)
        program.input(f"ta_{style}", dtype, (k, m), style)
        program.input(f"tb_{style}", dtype, (n, k), style)
        shapes = {"a": (m, k, "n0, n2"), "b": (k, n, "n2, n1"), "ta": (k, m, "n2, n0"), "tb": (n, k, "n1, n2")}
        for name, (rows, columns, valid) in shapes.items():
            program.add(f"{name} = slice({name}_{style}, [{rows}, {columns}], [0, 0], valid_shape=[{valid}])")
        program.add(f"acc = slice(c, [{m}, {n}], [0, 0], valid_shape=[n0, n1])")
        for a_trans, b_trans in itertools.product((False, True), repeat=2):
            a, b = "ta" if a_trans else "a", "tb" if b_trans else "b"
            flags = f"{to}, a_trans={a_trans}, b_trans={b_trans}"
            program.result(result, (m, n), f"matmul({a}, {b}, {flags})")
            program.result(result, (m, n), f"matmul_acc(acc, {a}, {b}, {flags})")
        # An accumulator that is computed, and one that is used twice.
        program.result(result, (m, n), f"matmul_acc(matmul(a, b, {to}), a, b, {to})")
        program.add(f"d = matmul(a, tb, {to}, b_trans=True)")
        program.result(result, (m, n), f"add(matmul_acc(d, neg(a), b, {to}), d)")
        # The valid region of k is that of both.
        program.result(result, (m, n), f"matmul(a_{style}, b, {to})")
        program.result(result, (m, n), f"matmul(a, b_{style}, {to})")
        program.result(result, (m, n), f"matmul_acc(c, a_{style}, b_{style}, {to})")
    return program
