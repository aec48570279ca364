# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Grows straight-line code on tiles: every statement takes tiles of a pool and adds one.

Of a tile's valid region each dimension is known to be
    FULL        the whole nominal size,
    ("eq", k)   min(size, k), and nothing else,
    ("le", k)   at most that,
    ANY         anything from none to the whole,
where k is the text of an extent such as `N - i0`. That is enough to store where storing is right.
"""

from dataclasses import dataclass
from random import Random
from typing import List, Optional, Tuple

from program import FLOATS, INTEGERS, SIGNED, Statement

FULL, ANY = "full", "any"


@dataclass
class Tile:
    name: str
    shape: Tuple[int, ...]
    dtype: str
    valid: Tuple
    # An approximated function is behind it: nothing discontinuous may follow.
    inexact: bool = False

    @property
    def whole(self) -> bool:
        return all(v == FULL for v in self.valid)


def key(valid) -> Optional[str]:
    return valid[1] if isinstance(valid, tuple) else None


def intersect(l, r):
    """Of a region that is in both."""
    if l == FULL or l == r:
        return r
    if r == FULL:
        return l
    return ("le", key(l) or key(r)) if key(l) or key(r) else ANY


def join(l, r):
    """Of a region that is one of both."""
    if l == r:
        return l
    return ("le", key(l)) if key(l) and key(l) == key(r) else ANY


def literal(rng: Random, dtype: str, nonzero: bool = False) -> str:
    if dtype == "BOOL":
        return rng.choice(["True", "False"])
    if dtype in FLOATS:
        return rng.choice(["0.5", "-0.75", "2.0", "1.0", "3.25", "-0.001"] + ([] if nonzero else ["0.0"]))
    low = -3 if dtype in SIGNED else 0
    return str(rng.choice([v for v in [low, -low, 1, 2, 7, 100] if v or not nonzero]))


class Grower:
    """Writes statements into `lines`, choosing with `rng`; `pool` holds the tiles so far."""

    MAX_CELLS = 4096

    def __init__(self, rng: Random, lines: List[Statement], pool: List[Tile], names, indices=(), functions=()):
        self.rng, self.lines, self.pool = rng, lines, pool
        self.names = names  # an iterator of fresh suffixes
        self.indices = list(indices)  # texts of INDEX scalars of any value
        self.functions = list(functions)
        self.approximate = False

    # Emission

    def emit(self, text: str) -> None:
        self.lines.append(Statement(text))

    def define(self, text, shape, dtype, valid, inexact=False) -> Tile:
        tile = Tile(f"t{next(self.names)}", tuple(shape), dtype, tuple(valid), inexact)
        self.emit(f"{tile.name} = {text}")
        self.pool.append(tile)
        return tile

    def nested(self, body: List[Statement], extra=()) -> "Grower":
        """A grower for an inner block: what it binds is not seen outside."""
        inner = Grower(self.rng, body, self.pool + list(extra), self.names, self.indices, self.functions)
        inner.approximate = self.approximate
        return inner

    # Choices

    def pick(self, condition=lambda tile: True) -> Optional[Tile]:
        found = [t for t in self.pool if not t.inexact and condition(t)]
        # Recent tiles are more interesting.
        return self.rng.choice(found[-4:] if self.rng.random() < 0.6 else found) if found else None

    def partner(self, x: Tile, stretch: bool = True) -> Tuple[str, Tuple, Tuple]:
        """An operand that goes with `x`: (text, result shape, result valid)."""
        def fits(t):
            if t.dtype != x.dtype or len(t.shape) != len(x.shape):
                return False
            if not stretch:
                return t.shape == x.shape
            pairs = list(zip(x.shape, t.shape))
            shape = [max(p) for p in pairs]
            return all(a == b or 1 in (a, b) for a, b in pairs) and cells(shape) <= self.MAX_CELLS

        y = self.pick(lambda t: t is not x and fits(t))
        if y is None or self.rng.random() < 0.2:
            return literal(self.rng, x.dtype), x.shape, x.valid
        return y.name, *broadcast(x, y)

    def index(self) -> str:
        """An INDEX scalar of any small value, maybe negative."""
        rng = self.rng
        base = rng.choice(self.indices) if self.indices and rng.random() < 0.7 else str(rng.randint(-2, 20))
        if rng.random() < 0.5:
            return base
        return f"{base} {rng.choice(['+', '-'])} {rng.randint(0, 9)}"

    # Growth

    def grow(self, steps: int) -> None:
        rules = [
            (16, self.binary), (8, self.unary), (5, self.cast), (4, self.compare), (9, self.reduce),
            (8, self.expand), (3, self.transpose), (2, self.reshape), (2, self.concat), (4, self.slice),
            (3, self.shrink_valid), (3, self.fillpad), (3, self.insert), (1, self.full), (1, self.arange),
            (4, self.matmul), (3, self.branch), (3, self.loop), (3, self.call),
        ]  # fmt: skip
        weights, actions = zip(*rules)
        for _ in range(3 * steps):
            before = len(self.pool)
            self.rng.choices(actions, weights)[0]()
            steps -= len(self.pool) > before  # there was something to do it to
            if steps <= 0:
                break

    def binary(self) -> None:
        x = self.pick(lambda t: t.dtype != "BOOL" or self.rng.random() < 0.5)
        if x is None:
            return
        y, shape, valid = self.partner(x)
        if x.dtype == "BOOL":
            op = self.rng.choice(["and_", "or_", "xor"])
        elif x.dtype in FLOATS:
            op = self.rng.choice(["add", "sub", "mul", "div", "maximum", "minimum"])
        else:
            op = self.rng.choice(["add", "sub", "mul", "maximum", "minimum", "and_", "or_", "xor", "shl", "shr"])
            if self.rng.random() < 0.15:  # by what cannot be zero
                op, y = self.rng.choice(["div", "rem"]), literal(self.rng, x.dtype, nonzero=True)
                shape, valid = x.shape, x.valid
        # Not where a literal is the divisor that must not be zero, or the amount of a shift.
        swap = op in ("add", "sub", "mul", "maximum", "minimum") and self.rng.random() < 0.3
        text = f"{op}({y}, {x.name})" if swap else f"{op}({x.name}, {y})"
        self.define(text, shape, x.dtype, valid)

    def unary(self) -> None:
        x = self.pick()
        if x is None:
            return
        inexact = False
        if x.dtype == "BOOL":
            op = "not_"
        elif x.dtype not in FLOATS:
            op = self.rng.choice(["neg", "abs", "relu", "not_"])
        elif self.approximate and x.dtype == "FP32" and self.rng.random() < 0.5:
            op, inexact = self.rng.choice(["exp", "log", "tanh", "sin", "cos", "sigmoid"]), True
        else:
            op = self.rng.choice(["neg", "abs", "sqrt", "rsqrt", "recip", "relu"])
        self.define(f"{op}({x.name})", x.shape, x.dtype, x.valid, inexact)

    def cast(self, x: Optional[Tile] = None, dtype: Optional[str] = None) -> Optional[Tile]:
        x = x or self.pick()
        if x is None:
            return None
        dtype = dtype or self.rng.choice(FLOATS * 2 + INTEGERS + ("BOOL", "INDEX"))
        mode = ""
        if x.dtype in FLOATS and dtype != "BOOL" and self.rng.random() < 0.3:
            mode = f', mode="{self.rng.choice(["rint", "round", "floor", "ceil", "trunc"])}"'
        return self.define(f"cast({x.name}, target_type={dtype}{mode})", x.shape, dtype, x.valid, x.inexact)

    def compare(self) -> None:
        x = self.pick()
        if x is None:
            return
        y, shape, valid = self.partner(x)
        mode = self.rng.choice(["eq", "ne", "lt", "le", "gt", "ge"])
        mask = self.define(f'cmp({x.name}, {y}, "{mode}")', shape, "BOOL", valid)
        a = self.pick(lambda t: t.shape == mask.shape and t.dtype != "BOOL")
        if a and self.rng.random() < 0.7:
            b, shape, valid = self.partner(a, stretch=False)
            arms = (a.name, b) if self.rng.random() < 0.5 else (b, a.name)
            valid = [intersect(l, r) for l, r in zip(mask.valid, valid)]
            self.define(f"sel({mask.name}, {arms[0]}, {arms[1]})", shape, a.dtype, valid)

    def reduce(self) -> None:
        x = self.pick(lambda t: len(t.shape) == 2 and t.dtype != "BOOL")
        if x is None:
            return
        if self.rng.random() < 0.15:
            op, dtype = self.rng.choice(["row_argmax", "row_argmin"]), "INT32"
        else:
            op = self.rng.choice(["row_", "col_"]) + self.rng.choice(["sum", "max", "min", "prod"])
            dtype = x.dtype
        rows = op.startswith("row")
        shape = (x.shape[0], 1) if rows else (1, x.shape[1])
        valid = (x.valid[0], FULL) if rows else (FULL, x.valid[1])
        self.define(f"{op}({x.name})", shape, dtype, valid)

    def expand(self) -> None:
        x = self.pick(lambda t: len(t.shape) == 2)
        if x is None:
            return
        axis = self.rng.randint(0, 1)
        line = (x.shape[0], 1) if axis else (1, x.shape[1])
        v = self.pick(lambda t: t.shape == line and t.dtype == x.dtype)
        if v is None:
            if x.dtype == "BOOL":
                return
            # The usual thing: what a reduction of the rows or columns gives.
            reduction = self.rng.choice(["sum", "max", "min"])
            valid = (x.valid[0], FULL) if axis else (FULL, x.valid[1])
            v = self.define(f"{'row' if axis else 'col'}_{reduction}({x.name})", line, x.dtype, valid)
        prefix = "row_expand" if axis else "col_expand"
        op = self.rng.choice(["", "_add", "_sub", "_mul", "_max", "_min"] + ["_div"] * (x.dtype in FLOATS))
        if x.dtype == "BOOL":
            op = ""
        _, valid = broadcast(x, v)
        self.define(f"{prefix}{op}({x.name}, {v.name})", x.shape, x.dtype, valid)

    def transpose(self) -> None:
        x = self.pick(lambda t: len(t.shape) >= 2)
        if x is None:
            return
        i, j = self.rng.sample(range(len(x.shape)), 2)
        shape, valid = list(x.shape), list(x.valid)
        shape[i], shape[j] = shape[j], shape[i]
        valid[i], valid[j] = valid[j], valid[i]
        self.define(f"transpose({x.name}, {i}, {j})", shape, x.dtype, valid)

    def reshape(self) -> None:
        x = self.pick()
        if x is None:
            return
        if not x.whole:
            # A 1-sized dimension more or less suits every valid region.
            if 1 in x.shape[1:] and len(x.shape) > 1:
                at = x.shape.index(1, 1)
                if x.valid[at] == FULL:
                    shape, valid = x.shape[:at] + x.shape[at + 1 :], x.valid[:at] + x.valid[at + 1 :]
                    self.define(f"reshape({x.name}, {list(shape)})", shape, x.dtype, valid)
            elif len(x.shape) < 3:
                self.define(f"reshape({x.name}, {[1, *x.shape]})", (1, *x.shape), x.dtype, (FULL, *x.valid))
            return
        total = cells(x.shape)
        rows = self.rng.choice([d for d in range(1, total + 1) if total % d == 0])
        shape = self.rng.choice([(rows, total // rows)] * 4 + [(total,), (1, rows, total // rows)])
        self.define(f"reshape({x.name}, {list(shape)})", shape, x.dtype, [FULL] * len(shape))

    def concat(self) -> None:
        x = self.pick()
        if x is None:
            return
        axis = self.rng.randrange(len(x.shape))
        if x.valid[axis] != FULL:
            return

        def fits(t):
            same = all(d == axis or a == b for d, (a, b) in enumerate(zip(t.shape, x.shape)))
            return t.dtype == x.dtype and len(t.shape) == len(x.shape) and same

        y = self.pick(fits)
        if y is None:
            return
        shape = list(x.shape)
        shape[axis] += y.shape[axis]
        if cells(shape) > self.MAX_CELLS:
            return
        valid = [intersect(l, r) for l, r in zip(x.valid, y.valid)]
        valid[axis] = FULL if y.valid[axis] == FULL else ANY
        shown = axis if self.rng.random() < 0.5 else axis - len(shape)
        self.define(f"concat({x.name}, {y.name}, axis={shown})", shape, x.dtype, valid)

    def slice(self) -> None:
        x = self.pick()
        if x is None:
            return
        size = [self.rng.randint(1, s) for s in x.shape]
        offset = [self.rng.randint(0, s - z) for s, z in zip(x.shape, size)]
        valid = [FULL if v == FULL else ANY for v in x.valid]
        request = ""
        if self.rng.random() < 0.4:
            d = self.rng.randrange(len(size))
            extents = [str(s) for s in size]
            extents[d], valid[d] = self.index(), ANY
            request = f", valid_shape=[{', '.join(extents)}]"
        elif self.rng.random() < 0.4:
            ranges = ", ".join(f"{o}:{o + z}" for o, z in zip(offset, size))
            self.define(f"{x.name}[{ranges}]", size, x.dtype, valid)
            return
        places = [str(o) for o in offset]
        if self.rng.random() < 0.3:
            d = self.rng.randrange(len(size))
            places[d] = f"min(max({self.index()}, 0), {x.shape[d] - size[d]})"
            valid[d] = ANY  # the compiler does not see that it fits
        self.define(f"slice({x.name}, {size}, [{', '.join(places)}]{request})", size, x.dtype, valid)

    def shrink_valid(self) -> None:
        x = self.pick(lambda t: len(t.shape) == 2)
        if x is None:
            return
        extents = [str(s) for s in x.shape]
        valid = list(x.valid)
        for d in range(2):
            if self.rng.random() < 0.6:
                extents[d] = self.index()
                valid[d] = ("le", key(valid[d])) if key(valid[d]) else ANY
        self.define(f"set_validshape({x.name}, {', '.join(extents)})", x.shape, x.dtype, valid)

    def fillpad(self, x: Optional[Tile] = None) -> Optional[Tile]:
        x = x or self.pick(lambda t: not t.whole)
        if x is None:
            return None
        pads = ["zero"] if x.dtype == "BOOL" else ["zero", "min", "max"]
        pad = self.rng.choice(pads + ["inf"] * (x.dtype in FLOATS))
        valid = [FULL] * len(x.shape)
        return self.define(f"fillpad({x.name}, pad_value=PadValue.{pad})", x.shape, x.dtype, valid, x.inexact)

    def insert(self) -> None:
        x = self.pick(lambda t: not is_parameter(t))
        if x is None:
            return
        y = self.pick(
            lambda t: t.dtype == x.dtype
            and len(t.shape) == len(x.shape)
            and all(a <= b for a, b in zip(t.shape, x.shape))
        )
        if y is None:
            return
        places = [str(self.rng.randint(0, a - b)) for a, b in zip(x.shape, y.shape)]
        self.define(f"assemble({x.name}, {y.name}, [{', '.join(places)}])", x.shape, x.dtype, x.valid)

    def full(self, shape=None, dtype=None) -> Tile:
        shape = shape or self.rng.choice([t.shape for t in self.pool] or [(4, 5)])
        dtype = dtype or self.rng.choice(FLOATS + INTEGERS)
        value = literal(self.rng, dtype)
        return self.define(f"full({list(shape)}, dtype={dtype}, value={value})", shape, dtype, [FULL] * len(shape))

    def arange(self) -> None:
        n = self.rng.choice([t.shape[-1] for t in self.pool] or [7])
        dtype = self.rng.choice(["INT32", "INT32", "FP32", "INT16", "UINT8", "INT64"])
        start = self.rng.choice(["0", "3", "100"])
        if dtype == "FP32":
            start += ".0"
        self.define(f"arange({start}, [1, {n}], dtype={dtype})", (1, n), dtype, (FULL, FULL))

    def matmul(self) -> None:
        a = self.pick(lambda t: len(t.shape) == 2 and t.dtype in FLOATS + ("INT8",))
        if a is None:
            return
        b = self.pick(lambda t: len(t.shape) == 2 and t.dtype == a.dtype and set(t.shape) & set(a.shape))
        if b is None:
            return
        choices = [(i, j) for i in range(2) for j in range(2) if a.shape[i] == b.shape[j]]
        i, j = self.rng.choice(choices)  # the dimensions that are summed over
        shape, valid = (a.shape[1 - i], b.shape[1 - j]), (a.valid[1 - i], b.valid[1 - j])
        if cells(shape) > self.MAX_CELLS:
            return
        flags = (", a_trans=True" if i == 0 else "") + (", b_trans=True" if j == 1 else "")
        dtype = "INT32" if a.dtype == "INT8" else "FP32"
        product = self.define(f"matmul({a.name}, {b.name}{flags})", shape, dtype, valid)
        c = self.pick(lambda t: t.shape == product.shape and t.dtype == dtype and t is not product)
        if c and self.rng.random() < 0.6:
            valid = [intersect(l, r) for l, r in zip(c.valid, valid)]
            self.define(f"matmul_acc({c.name}, {a.name}, {b.name}{flags})", shape, dtype, valid)

    # Control flow

    def branch(self) -> None:
        """A name that both arms bind."""
        if not self.indices:
            return
        name = f"t{next(self.names)}"
        arms = []
        bodies = [[], []]
        want = None
        for body in bodies:
            inner = self.nested(body)
            inner.grow(self.rng.randint(0, 2))
            tile = inner.pick(
                lambda t: not is_parameter(t) and (want is None or (t.shape == want.shape and t.dtype == want.dtype))
            )
            if tile is None:
                return
            want = tile
            body.append(Statement(f"{name} = {tile.name}"))
            arms.append(tile)
        condition = f"{self.rng.choice(self.indices)} {self.rng.choice(['==', '<', '>=', '!='])} {self.index()}"
        self.lines += [Statement(f"if {condition}:", bodies[0]), Statement("else:", bodies[1])]
        valid = tuple(join(l, r) for l, r in zip(arms[0].valid, arms[1].valid))
        self.pool.append(Tile(name, want.shape, want.dtype, valid))

    def loop(self) -> None:
        """A tile that a loop carries."""
        start = self.pick(lambda t: t.dtype != "BOOL" and not is_parameter(t))
        if start is None:
            return
        name, i = f"t{next(self.names)}", f"i{next(self.names)}"
        body: List[Statement] = []
        # One that comes in wholly valid may leave the first iteration smaller.
        carried = Tile(name, start.shape, start.dtype, (ANY,) * len(start.shape))
        inner = self.nested(body, [carried])
        inner.indices.append(i)
        inner.grow(self.rng.randint(0, 3))
        source = inner.pick(lambda t: t.shape == start.shape and t.dtype == start.dtype) or carried
        y, shape, _ = inner.partner(source)
        if tuple(shape) != tuple(start.shape):
            return
        op = self.rng.choice(["add", "sub", "maximum", "minimum"])
        body.append(Statement(f"{name} = {op}({source.name}, {y})"))
        bounds = self.rng.choice(["3", "1, 4", "0, 7, 3", "2, 2", f"min(max({self.index()}, 0), 4)"])
        kind = self.rng.choice(["range({})", "range({})", "pipeline({}, stage=2)"])
        if "min" not in bounds and self.rng.random() < 0.2:
            kind = "unroll({})"
        self.emit(f"{name} = {start.name}")
        self.lines.append(Statement(f"for {i} in {kind.format(bounds)}:", body))
        self.pool.append(Tile(name, start.shape, start.dtype, (ANY,) * len(start.shape)))

    def call(self) -> None:
        if not self.functions:
            return
        function = self.rng.choice(self.functions)
        arguments = []
        for parameter in function.parameters:
            tile = self.pick(lambda t: t.shape == parameter.shape and t.dtype == parameter.dtype)
            if tile is None:
                tile = self.full(parameter.shape, parameter.dtype)
            arguments.append(tile.name)
        results = [Tile(f"t{next(self.names)}", r.shape, r.dtype, (ANY,) * len(r.shape)) for r in function.results]
        self.emit(f"{', '.join(r.name for r in results)} = {function.name}({', '.join(arguments)})")
        self.pool += results


@dataclass
class Function:
    name: str
    parameters: List[Tile]
    results: List[Tile]


def is_parameter(tile: Tile) -> bool:
    """Of an inline function: it cannot be assembled into, by another name neither."""
    return tile.name.startswith("p")


def cells(shape) -> int:
    total = 1
    for extent in shape:
        total *= extent
    return total


def broadcast(x: Tile, y: Tile) -> Tuple[Tuple, Tuple]:
    """(shape, valid) of an elementwise operation."""
    shape, valid = [], []
    for a, b, v, w in zip(x.shape, y.shape, x.valid, y.valid):
        shape.append(max(a, b))
        if a == b:
            valid.append(intersect(v, w))
            continue
        wide, narrow = (v, w) if a > b else (w, v)
        # A stretched cell that is invalid leaves nothing.
        valid.append(wide if narrow == FULL else ("le", key(wide)) if key(wide) else ANY)
    return tuple(shape), tuple(valid)

