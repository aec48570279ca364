# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Sums of products over K, in each of the ways that one may write them."""

from random import Random
from typing import List, Tuple

from program import Dim, Statement, Tensor
from tiles import FULL, Grower, Tile

STYLES = ("full", "first", "create", "before", "tile", "explicit", "shrunk")


class KLoop:
    """One sum: operands as (tensor, whether it is transposed), rows and columns as the region's axes."""

    def __init__(self, rng: Random, load, axis_type, names, a, b, rows, columns, k: Dim, sum_dtype: str):
        self.rng, self.load, self.names, self.Axis = rng, load, names, axis_type
        self.a: Tuple[Tensor, bool] = a
        self.b: Tuple[Tensor, bool] = b
        self.rows, self.columns, self.k, self.sum_dtype = rows, columns, k, sum_dtype
        self.shape = (rows.size, columns.size)
        self.chunk = rng.choice((1, 2, 3, 4, 7, 8, 15, 16, 17, 32, 33))
        self.acc = f"acc{next(names)}"
        self.index = f"k{next(names)}"
        # The index counts k, or steps.
        self.counts_steps = rng.random() < 0.3
        # Without a rest to ask for all steps are whole.
        self.whole = bool(k.constant) and k.constant % self.chunk == 0 and rng.random() < 0.7
        self.with_min = rng.random() < 0.3
        flags = (", a_trans=True" if a[1] else "") + (", b_trans=True" if b[1] else "")
        self.flags = f"{flags}, out_dtype={sum_dtype}"

    def step(self, offset: str, first: bool, result: str) -> List[Statement]:
        """The product of the slices at an offset along k."""
        left = f"{self.k.text} - {offset}" if " " not in offset else f"{self.k.text} - ({offset})"
        if self.with_min:
            left = f"min({self.chunk}, {left})"
        along = self.Axis(self.k, self.chunk, offset, None if self.whole else left)
        lines: List[Statement] = []
        inner = Grower(self.rng, lines, [], self.names)
        a = self.load(inner, self.a[0], [along, self.rows] if self.a[1] else [self.rows, along])
        b = self.load(inner, self.b[0], [self.columns, along] if self.b[1] else [along, self.columns])
        operands = f"{a.name}, {b.name}{self.flags}"
        product = f"matmul({operands})" if first else f"matmul_acc({self.acc}, {operands})"
        return lines + [Statement(f"{result} = {product}")]

    def zero(self) -> str:
        value = "0" if self.sum_dtype == "INT32" else "0.0"
        return f"full({list(self.shape)}, dtype={self.sum_dtype}, value={value})"

    def extents(self) -> str:
        return ", ".join(axis.left or str(axis.size) for axis in (self.rows, self.columns))

    def begin(self, style: str, grower: Grower) -> None:
        """What stands before the loop."""
        if style in ("full", "explicit"):
            grower.emit(f"{self.acc} = {self.zero()}")
        elif style == "shrunk":
            grower.emit(f"{self.acc} = set_validshape({self.zero()}, {self.extents()})")
        elif style == "create":
            grower.emit(f"{self.acc} = create_tensor({list(self.shape)}, dtype={self.sum_dtype})")
        elif style == "before":
            grower.lines += self.step("0", True, self.acc)
        elif style == "tile":
            value = "3" if self.sum_dtype == "INT32" else self.rng.choice(["-0.0", "1.5"])
            start = f"full({list(self.shape)}, dtype={self.sum_dtype}, value={value})"
            grower.emit(f"{self.acc} = add({start}, {self.zero()})")

    def header(self, style: str) -> str:
        first = 1 if style == "before" else 0
        bounds = f"{first * self.chunk}, {self.k.text}, {self.chunk}"
        if self.counts_steps:
            bounds = f"{first}, ({self.k.text} + {self.chunk - 1}) // {self.chunk}"
        if style == "explicit":
            start, self.acc = self.acc, f"acc{next(self.names)}"
            return f"for {self.index}, ({self.acc},) in range({bounds}, init_values=({start},)):"
        kind = self.rng.choice(["range({})", "range({})", "pipeline({}, stage=3)"])
        return f"for {self.index} in {kind.format(bounds)}:"

    def body(self, style: str) -> List[Statement]:
        offset = f"{self.index} * {self.chunk}" if self.counts_steps else self.index
        if style == "explicit":
            result = f"sum{next(self.names)}"
            return self.step(offset, False, result) + [Statement(f"{self.acc} = yield_({result})")]
        if style not in ("first", "create"):
            return self.step(offset, False, self.acc)
        first, others = self.step(offset, True, self.acc), self.step(offset, False, self.acc)
        if self.rng.random() < 0.3:
            return [Statement(f"if {self.index} > 0:", others), Statement("else:", first)]
        return [Statement(f"if {self.index} == 0:", first), Statement("else:", others)]

    def emit(self, grower: Grower) -> Tile:
        # What only a first iteration binds needs one.
        styles = [s for s in STYLES if self.k.constant or s not in ("first", "create")]
        style = self.rng.choice(styles)
        self.begin(style, grower)
        header = self.header(style)
        grower.lines.append(Statement(header, self.body(style)))
        valid = tuple(FULL if x.left is None else ("eq", x.left) for x in (self.rows, self.columns))
        return Tile(self.acc, self.shape, self.sum_dtype, valid)
