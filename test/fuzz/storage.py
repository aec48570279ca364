# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Chains of created tensors: some live long, some short, in loops that pass them on, and one for each worker."""

from random import Random
from typing import Iterator, List, Tuple

from program import Statement


class StorageChain:
    """Tensors of one shape, each computed from ones before it, from `source` to `destination`."""

    def __init__(self, rng: Random, names: Iterator[int], shape: Tuple[int, int], dtype: str, source: str):
        self.rng, self.names, self.dtype, self.source = rng, names, dtype, source
        self.rows, self.columns = shape
        self.factors = ("0.5", "-0.25") if dtype == "FP32" else ("3", "-1")

    def create(self, lines: List[Statement], rows: int) -> str:
        name = f"t{next(self.names)}"
        lines.append(Statement(f"{name} = create_tensor([{rows}, {self.columns}], dtype={self.dtype})"))
        return name

    def whole(self, tensor: str) -> str:
        return f"slice({tensor}, [{self.rows}, {self.columns}], [0, 0])"

    def row(self, tensor: str, at: str) -> str:
        return f"slice({tensor}, [1, {self.columns}], [{at}, 0])"

    def scope(self, body: List[Statement]) -> Statement:
        return Statement(f'with at(level=Level.CORE_GROUP, name_hint="c{next(self.names)}"):', body)

    def write(self, lines: List[Statement], to: str, sources: List[str]) -> None:
        """All of `to` from other tensors: at once, or row by row from other rows."""
        rng = self.rng
        if rng.random() < 0.3:
            q, source = f"q{next(self.names)}", rng.choice(sources)
            value = f"add({self.row(source, f'({q} + 1) % {self.rows}')}, {self.row(sources[0], q)})"
            store = Statement(f"{to} = assemble({to}, {value}, [{q}, 0])")
            lines.append(self.scope([Statement(f"for {q} in range({self.rows}):", [store])]))
            return
        value = f"mul({self.whole(sources[0])}, {rng.choice(self.factors)})"
        for source in sources[1:]:
            value = f"add({value}, {self.whole(source)})"
        lines.append(self.scope([Statement(f"{to} = assemble({to}, {value}, [0, 0])")]))

    def some(self, live: List[str]) -> List[str]:
        return self.rng.sample(live, min(len(live), self.rng.randint(1, 2)))

    def one(self, lines: List[Statement], live: List[str]) -> None:
        made = self.create(lines, self.rows)
        self.write(lines, made, self.some(live))
        live.append(made)
        if len(live) > 5:
            live.pop(self.rng.randrange(1, len(live)))

    def view(self, lines: List[Statement], live: List[str]) -> None:
        """A slice that is used after other storage has been written."""
        name = f"v{next(self.names)}"
        lines.append(Statement(f"{name} = {self.whole(self.rng.choice(live))}"))
        made = self.create(lines, self.rows)
        self.write(lines, made, self.some(live))
        lines.append(self.scope([Statement(f"{made} = assemble({made}, add({name}, {self.whole(made)}), [0, 0])")]))
        live.append(made)

    def workers(self, lines: List[Statement], live: List[str]) -> None:
        """Storage of the iterations of a parallel loop."""
        rng, p, u = self.rng, f"p{next(self.names)}", f"u{next(self.names)}"
        made = self.create(lines, self.rows)
        body: List[Statement] = []
        first, second = self.create(body, 1), self.create(body, 1)
        scope = [
            Statement(f"{first} = assemble({first}, {self.row(rng.choice(live), p)}, [0, 0])"),
            Statement(f"{u} = {self.row(first, '0')}"),
            Statement(f"{second} = assemble({second}, mul({u}, {rng.choice(self.factors)}), [0, 0])"),
        ]
        if rng.random() < 0.5:
            scope.append(Statement(f"{first} = assemble({first}, {self.row(second, '0')}, [0, 0])"))
        scope.append(Statement(f"{made} = assemble({made}, add({u}, {self.row(second, '0')}), [{p}, 0])"))
        lines.append(Statement(f"for {p} in parallel({self.rows}):", body + [self.scope(scope)]))
        live.append(made)

    def loop(self, lines: List[Statement], live: List[str], depth: int) -> None:
        """Iterations that read what the last one wrote; the first reads storage of its own, or of others."""
        rng, i = self.rng, f"i{next(self.names)}"
        if rng.random() < 0.6:
            carried = self.create(lines, self.rows)
            self.write(lines, carried, self.some(live))
        else:
            carried = f"t{next(self.names)}"
            lines.append(Statement(f"{carried} = {rng.choice(live)}"))
        body: List[Statement] = []
        inside = self.grow(body, live + [carried], depth + 1, rng.randint(0, 2))
        made = self.create(body, self.rows)
        self.write(body, made, [carried] + (self.some(inside) if rng.random() < 0.5 else []))
        if rng.random() < 0.3:
            self.grow(body, inside + [made, carried], depth + 1, 1)
        keep = Statement(f"{carried} = {made}")
        body.append(Statement(f"if {i} % 2 == 0:", [keep]) if rng.random() < 0.2 else keep)
        lines.append(Statement(f"for {i} in range({rng.randint(1, 3)}):", body))
        live.append(carried)

    def grow(self, lines: List[Statement], live: List[str], depth: int, count: int) -> List[str]:
        live = list(live)
        for _ in range(count):
            kind = self.rng.random()
            if kind < 0.2 and depth < 2:
                self.loop(lines, live, depth)
            elif kind < 0.35:
                self.workers(lines, live)
            elif kind < 0.5:
                self.view(lines, live)
            else:
                self.one(lines, live)
        return live

    def emit(self, destination: str) -> List[Statement]:
        lines: List[Statement] = []
        live = self.grow(lines, [self.source], 0, self.rng.randint(2, 5))
        self.write(lines, destination, live[-3:])
        for line in lines:
            line.tag = destination
        return lines
