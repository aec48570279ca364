#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs `tile.contract` of each dtype compiled and interpreted: contracts.py FOLDER."""

import itertools
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from values import numbers, write_safetensors

ELEMENTS = {"FP32": "f32", "BF16": "bf16", "FP16": "f16", "INT8": "i8"}
M, N, K = 17, 65, 37
# m, n, k, and where the boxes begin along m, n and k: the sources are larger by 3.
REQUESTS = (
    [(m, 65, 35, 0, 0, 0) for m in range(1, 18)]
    + [(3, n, 18, 1, 2, 3) for n in range(1, 66)]
    + [(5, 33, k, 3, 0, 1) for k in range(K + 1)]
    + [(m, 31, 37, 2, 1, 2) for m in (1, 2, 4, 8, 16, 17)]
    + [(0, 65, 35, 99, 0, 0), (17, 0, 35, 0, -9, 0), (17, 65, 0, -5, 99, 99), (-1, -1, -1, 0, 0, 0)]
    + [(99, 99, 35, 0, 0, 0), (-(1 << 62), 5, -(1 << 62), 0, 0, 0)]
)


def module(dtype: str) -> str:
    element, result = ELEMENTS[dtype], "i32" if dtype == "INT8" else "f32"
    tile = f"!tile.tile<{M}x{N}x{result}"
    shapes = {"a": (M + 3, K + 3), "ta": (K + 3, M + 3), "b": (K + 3, N + 3), "tb": (N + 3, K + 3)}
    names = [f"%{name}: !tile.tensor<{r}x{c}x{element}>" + attributes(name, (r, c)) for name, (r, c) in shapes.items()]
    names.append(f"%c: !tile.tensor<{M}x{N}x{result}>" + attributes("c", (M, N)))
    names.append(f"%requests: !tile.tensor<{len(REQUESTS)}x6xi64>" + attributes("requests", (len(REQUESTS), 6)))
    body = []
    count = 0
    variants = itertools.product((False, True), (False, True), (False, True), ("tensor", "left tile", "right tile"))
    for number, (transpose_a, transpose_b, accumulate, kind) in enumerate(variants):
        a, b = "ta" if transpose_a else "a", "tb" if transpose_b else "b"
        types = {name: f"!tile.tensor<{shapes[name][0]}x{shapes[name][1]}x{element}>" for name in (a, b)}
        if kind != "tensor":
            name = a if kind == "left tile" else b
            r, c = shapes[name]
            # Partly valid: fewer k, and one row and column less.
            types[name] = f"!tile.tile<{r}x{c}x{element}, valid ?x?>"
            body.append(
                f"%t{number} = tile.slice %{name}[%c0, %c0] valid [%less{r}, %less{c}] : "
                f"!tile.tensor<{r}x{c}x{element}> -> {types[name]}"
            )
        left, right = (f"%t{number}" if kind == side else f"%{name}" for side, name in (("left tile", a), ("right tile", b)))
        at = ("%p, %i" if transpose_a else "%i, %p", "%j, %p" if transpose_b else "%p, %j")
        flags = (" acc %acc" if accumulate else "") + (" transpose_a" if transpose_a else "")
        flags += " transpose_b" if transpose_b else ""
        acc = f", {tile}, valid {M}x{N - 1}>" if accumulate else ""
        body.append(
            f"%r{number} = tile.contract {left}[{at[0]}], {right}[{at[1]}] m %m n %n k %k{flags} : "
            f"{types[a]}, {types[b]}{acc} -> {tile}, valid ?x?>"
        )
        body.append(f"%row{number} = arith.addi %base, %row.{number} : index")
        body.append(
            f"tile.assemble %r{number} into %out[%row{number}, %c0] : {tile}, valid ?x?> into !tile.tensor<?x{N}x{result}>"
        )
        count += 1
    rows = len(REQUESTS) * count * M
    names.append(f"%out: !tile.tensor<?x{N}x{result}>" + attributes("out", (rows, N), "inout"))
    constants = [f"%c{n} = arith.constant {n} : index" for n in (0, 1, len(REQUESTS), count * M)]
    constants += [f"%less{n} = arith.constant {n - 1} : index" for n in sorted({d for s in shapes.values() for d in s})]
    constants += [f"%row.{n} = arith.constant {n * M} : index" for n in range(count)]
    constants += [f"%at.{n} = arith.constant {n} : index" for n in range(6)]
    reads = [
        f"%{name} = tile.read %requests[%v, %at.{n}] : !tile.tensor<{len(REQUESTS)}x6xi64> -> index"
        for n, name in enumerate("mnkijp")
    ]
    reads.append(f"%base = arith.muli %v, %c{count * M} : index")
    reads.append(
        f"%acc = tile.slice %c[%c0, %c0] valid [%at.m, %at.n] : !tile.tensor<{M}x{N}x{result}> -> {tile}, valid {M}x{N - 1}>"
    )
    constants += [f"%at.m = arith.constant {M} : index", f"%at.n = arith.constant {N - 1} : index"]
    lines = [f"func.func @kernel({', '.join(names)}) attributes {{tile.entry}} {{", *constants]
    lines += [f"scf.for %v = %c0 to %c{len(REQUESTS)} step %c1 {{", 'tile.scope @core_group "body" {', *reads, *body]
    return "\n".join(lines + ["}", "}", "return", "}"]) + "\n", rows


def attributes(name, shape, direction="in") -> str:
    extents = ", ".join(map(str, shape))
    return f' {{tile.name = "{name}", tile.direction = "{direction}", tile.shape = affine_map<() -> ({extents})>}}'


def main() -> None:
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    for dtype in ELEMENTS:
        text, rows = module(dtype)
        source, inputs = os.path.join(folder, f"{dtype}.mlir"), os.path.join(folder, f"{dtype}.safetensors")
        with open(source, "w") as file:
            file.write(text)
        result = "INT32" if dtype == "INT8" else "FP32"
        shapes = {"a": (M + 3, K + 3), "ta": (K + 3, M + 3), "b": (K + 3, N + 3), "tb": (N + 3, K + 3)}
        tensors = {name: (dtype, s, numbers(dtype, s[0] * s[1], "plain", i)) for i, (name, s) in enumerate(shapes.items())}
        tensors["c"] = (result, (M, N), numbers(result, M * N, "plain"))
        tensors["requests"] = ("INT64", (len(REQUESTS), 6), [extent for request in REQUESTS for extent in request])
        write_safetensors(inputs, tensors)
        subprocess.run(["tilec", "check", source, "--in", inputs, "--fill", "out=zero"], check=True)


main()
