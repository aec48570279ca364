# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A `.tile` program as a tree of statements, which can be printed, run with extents, and shrunk."""

from dataclasses import dataclass, field
from typing import Dict, List, Optional, Tuple

FLOATS = ("FP32", "BF16", "FP16")
SIGNED = ("INT8", "INT16", "INT32", "INT64")
UNSIGNED = ("UINT8", "UINT16", "UINT32")
INTEGERS = SIGNED + UNSIGNED
BITS = {"INT8": 8, "UINT8": 8, "INT16": 16, "UINT16": 16, "INT32": 32, "UINT32": 32, "INT64": 64, "INDEX": 64}


@dataclass
class Dim:
    """An extent of a tensor: a constant, or what a call decides."""

    text: str
    constant: Optional[int] = None

    def value(self, dims: Dict[str, int]) -> int:
        return eval(self.text, {}, dict(dims)) if self.constant is None else self.constant


@dataclass
class Tensor:
    """A parameter or a created tensor. `role` is in, weight, out, inout or temp."""

    name: str
    dims: List[Dim]
    dtype: str
    role: str
    # Every cell has a value: it may be read, and need not be written.
    defined: bool = True
    # Integers that are in 0..limit-1, where they serve as an index.
    limit: Optional[Dim] = None

    def annotation(self) -> str:
        inner = f"Tensor[[{', '.join(d.text for d in self.dims)}], {self.dtype}]"
        wrapper = {"weight": "Weight", "out": "Out", "inout": "InOut"}.get(self.role)
        return f"{wrapper}[{inner}]" if wrapper else inner


@dataclass
class Statement:
    """A line, and the block that it heads. `tag` is the tensor that it makes: they go together."""

    text: str
    body: Optional[List["Statement"]] = None
    tag: Optional[str] = None

    def copy(self) -> "Statement":
        body = None if self.body is None else [s.copy() for s in self.body]
        return Statement(self.text, body, self.tag)


@dataclass
class Program:
    """One entry, `kernel`, with the functions that it calls."""

    dynamic: List[str] = field(default_factory=list)
    tensors: List[Tensor] = field(default_factory=list)
    scalars: List[Tuple[str, str, str]] = field(default_factory=list)  # name, dtype, value
    functions: List[Statement] = field(default_factory=list)
    body: List[Statement] = field(default_factory=list)
    # Values of the dynamic names and numbers of threads to run with.
    runs: List[Tuple[Dict[str, int], int]] = field(default_factory=list)

    def copy(self) -> "Program":
        return Program(
            list(self.dynamic),
            list(self.tensors),
            list(self.scalars),
            [s.copy() for s in self.functions],
            [s.copy() for s in self.body],
            list(self.runs),
        )

    def parameters(self) -> List[Tensor]:
        return [tensor for tensor in self.tensors if tensor.role != "temp"]

    def source(self) -> str:
        lines = [f'{name} = dynamic("{name}")' for name in self.dynamic]
        for function in self.functions:
            lines += ["", ""]
            render(function, 0, lines)
        parameters = [f"    {t.name}: {t.annotation()}," for t in self.parameters()]
        parameters += [f"    {name}: Scalar[{dtype}]," for name, dtype, _ in self.scalars]
        lines += ["", "", "@jit", "def kernel(", *parameters, "):"]
        for statement in self.body or [Statement("pass")]:
            render(statement, 1, lines)
        return "\n".join(lines).lstrip("\n") + "\n"


def render(statement: Statement, depth: int, lines: List[str]) -> None:
    if statement.text.startswith("def "):
        lines.append("@jit.inline")
    lines.append("    " * depth + statement.text)
    if statement.body is None:
        return
    for inner in statement.body or [Statement("pass")]:
        render(inner, depth + 1, lines)
