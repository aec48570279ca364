# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A generated program with one entry, and the contents of its inputs."""

from typing import Dict, List, Sequence, Tuple

from values import Contents, numbers


class Program:
    """Statements that run once for each row of `requests`, a table of valid extents.

    `results` numbers tiles of one shape and dtype; all of them for one request, then all for the next, make
    up the tensor that holds them.
    """

    def __init__(self, requests: Sequence[Sequence[int]] = ((0,),)):
        self.requests = requests
        self.names = [f"n{i}" for i in range(len(requests[0]))]
        self.lines: List[str] = []
        self.inputs: Dict[str, Contents] = {}
        self.results: Dict[Tuple[str, Sequence[int]], int] = {}
        self.scalars: Dict[str, Tuple[str, str]] = {}  # name: (dtype, value)

    def input(self, name: str, dtype: str, shape: Sequence[int], style: str = "hard", seed: int = 0) -> str:
        count = 1
        for extent in shape:
            count *= extent
        self.inputs[name] = (dtype, shape, numbers(dtype, count, style, seed))
        return name

    def add(self, line: str) -> None:
        self.lines.append(line)

    def result(self, dtype: str, shape: Sequence[int], expression: str) -> None:
        """Stores a tile of rank 2."""
        number = self.results.setdefault((dtype, tuple(shape)), 0)
        self.results[dtype, tuple(shape)] += 1
        out = self.result_name(dtype, shape)
        count = f"COUNT_{out.upper()}"
        self.add(f"{out} = assemble({out}, {expression}, [(v * {count} + {number}) * {shape[0]}, 0])")

    def element(self, dtype: str, shape: Sequence[int], place: str, value: str) -> None:
        """Stores a scalar, within a loop, into a tensor of elements."""
        self.results[dtype, tuple(shape)] = 1
        self.add(f"        {self.result_name(dtype, shape)} = write({self.result_name(dtype, shape)}, {place}, {value})")

    @staticmethod
    def result_name(dtype: str, shape: Sequence[int]) -> str:
        return f"out_{dtype.lower()}_{'x'.join(map(str, shape))}"

    def source(self) -> str:
        text = ["# Generated."]
        for (dtype, shape), count in self.results.items():
            text.append(f"COUNT_{self.result_name(dtype, shape).upper()} = {count}")
        text += ["", "", "@jit", "def kernel("]
        for name, (dtype, shape, _) in self.inputs.items():
            text.append(f"    {name}: Tensor[{list(shape)}, {dtype}],")
        text.append(f"    requests: Tensor[[{len(self.requests)}, {len(self.names)}], INT64],")
        for dtype, shape in self.results:
            name = self.result_name(dtype, shape)
            rows = f"{len(self.requests)} * COUNT_{name.upper()} * {shape[0]}"
            text.append(f"    {name}: Out[Tensor[[{rows}, {shape[1]}], {dtype}]],")
        for name, (dtype, _) in self.scalars.items():
            text.append(f"    {name}: Scalar[{dtype}],")
        text += ["):", f"    for v in range({len(self.requests)}):"]
        text += [f"        {name} = read(requests, [v, {i}])" for i, name in enumerate(self.names)]
        text.append('        with at(level=Level.CORE_GROUP, name_hint="body"):')
        text += [f"            {line}" for line in self.lines]
        return "\n".join(text) + "\n"

    def tensors(self) -> Dict[str, Contents]:
        table = [extent for request in self.requests for extent in request]
        shape = [len(self.requests), len(self.names)]
        return {**self.inputs, "requests": ("INT64", shape, table)}


def regions(rows: int, columns: int) -> List[Tuple[int, int]]:
    """Valid extents to ask for: whole, partial, empty, negative and too large."""
    return [
        (rows, columns),
        (rows - 1, columns),
        (rows, columns - 1),
        (1, 1),
        (rows + 5, min(16, columns)),
        (rows, columns // 2),
        (0, columns),
        (rows, 0),
        (-1, columns),
        (rows, -(1 << 62)),
        (1 << 62, 15),
    ]
