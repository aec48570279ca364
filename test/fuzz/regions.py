# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random programs: tensors, and for each one to be written a region of code that writes it.

Right by construction: whatever is stored lies inside of its tensor, iterations of a `parallel` loop
write disjoint regions and read none that another one writes, and every cell of an `Out` is written.
"""

from dataclasses import dataclass
from itertools import count
from random import Random
from typing import List, Optional, Tuple

from k_loops import KLoop
from program import FLOATS, INTEGERS, Dim, Program, Statement, Tensor
from storage import StorageChain
from tiles import ANY, FULL, Function, Grower, Tile, cells, intersect, key

SHORT = ("INT32", "INT16", "INT8", "UINT8")  # what a scalar may be read from without an overflow later
EXTENTS = (1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 32, 33, 40, 65)
TILES = (1, 2, 3, 4, 7, 8, 15, 16, 17, 32, 33)


def left_of(dim: Dim, offset: str) -> str:
    """What is left of a dimension behind an offset."""
    return f"{dim.text} - ({offset})" if " " in offset and "(" not in offset else f"{dim.text} - {offset}"


@dataclass
class Axis:
    """How a region walks a dimension: `size` cells at `offset`, of which `left` remain (None: all fit)."""

    dim: Dim
    size: int
    offset: str
    left: Optional[str]
    header: Optional[str] = None  # of the loop, without its kind


class Builder:
    def __init__(self, rng: Random):
        self.rng = rng
        self.names = count()
        self.program = Program()
        self.functions: List[Function] = []
        self.approximate = rng.random() < 0.15

    # Extents and tensors

    def build(self) -> Program:
        rng, program = self.rng, self.program
        program.dynamic = ["N", "M", "K"][: rng.choice([0, 1, 1, 2, 2, 3])]
        for _ in range(rng.choice([0, 0, 1, 2])):
            self.function()
        if rng.random() < 0.4:
            program.scalars.append(("alpha", "FP32", rng.choice(["0.5", "-2.25", "3"])))
        if rng.random() < 0.4:
            program.scalars.append(("shift", "INT32", str(rng.randint(-3, 40))))
        for _ in range(rng.choice([1, 1, 2, 2, 3])):
            self.region()
        # Every extent must follow from a parameter.
        for name in program.dynamic:
            if all(name != d.text for t in program.parameters() for d in t.dims):
                self.tensor([Dim(name)], "INT8", "in")
        program.runs = [(self.extents(), threads) for threads in rng.sample([1, 1, 2, 5], 3)]
        return program

    def extents(self):
        return {name: self.rng.choice(EXTENTS) for name in self.program.dynamic}

    def dim(self, most: int = 65) -> Dim:
        if self.program.dynamic and self.rng.random() < 0.5 and most >= 65:
            return Dim(self.rng.choice(self.program.dynamic))
        extent = self.rng.choice([e for e in EXTENTS if e <= most])
        return Dim(str(extent), extent)

    def dims(self) -> List[Dim]:
        rank = self.rng.choice([1, 2, 2, 2, 2, 3])
        if rank == 3:
            return [self.dim(4), self.dim(40), self.dim(40)]
        return [self.dim() for _ in range(rank)]

    def tensor(self, dims, dtype, role, limit=None) -> Tensor:
        tensor = Tensor(f"x{next(self.names)}", list(dims), dtype, role, role in ("in", "weight", "inout"), limit)
        self.program.tensors.append(tensor)
        return tensor

    def input(self, dims, dtype=None, role="in") -> Tensor:
        """A tensor to read: one that is there, or a new parameter."""
        texts = [d.text for d in dims]
        there = [
            t
            for t in self.program.tensors
            if t.defined and [d.text for d in t.dims] == texts and dtype in (None, t.dtype) and t.limit is None
        ]
        if there and self.rng.random() < 0.5:
            return self.rng.choice(there)
        dtype = dtype or self.rng.choice(FLOATS * 3 + INTEGERS + ("BOOL", "INDEX"))
        return self.tensor(dims, dtype, role)

    def function(self) -> None:
        """An inline function on tiles."""
        rng = self.rng
        shape = (rng.choice(TILES[:8]), rng.choice(TILES[:8]))
        parameters = []
        for i in range(rng.randint(1, 2)):
            dtype = rng.choice(FLOATS + ("INT32", "INT8"))
            parameters.append(Tile(f"p{i}", shape, dtype, (ANY, ANY)))
        body: List[Statement] = []
        grower = Grower(rng, body, list(parameters), self.names)
        grower.grow(rng.randint(2, 5))
        results = [grower.pick(lambda t: t not in parameters) or grower.full() for _ in range(rng.randint(1, 2))]
        function = Function(f"f{next(self.names)}", parameters, results)
        body.append(Statement("return " + ", ".join(r.name for r in results)))
        annotations = ", ".join(f"{p.name}: Tensor[{list(p.shape)}, {p.dtype}]" for p in parameters)
        self.program.functions.append(Statement(f"def {function.name}({annotations}):", body))
        self.functions.append(function)

    # Regions

    def region(self) -> None:
        kinds = [(6, self.map), (3, self.matmul), (2, self.recurrence), (2, self.scalars), (2, self.permute)]
        kinds.append((2, self.storage))
        weights, actions = zip(*kinds)
        self.rng.choices(actions, weights)[0]()

    def destination(self, dims, dtype) -> Tensor:
        constant = all(d.constant for d in dims)
        role = self.rng.choice(["out", "out", "inout"] + ["temp"] * (constant and self.rng.random() < 0.5))
        tensor = self.tensor(dims, dtype, role)
        if role == "temp":
            self.place(f"{tensor.name} = create_tensor([{', '.join(d.text for d in dims)}], dtype={dtype})", tensor)
        return tensor

    def place(self, text, tensor, body=None) -> None:
        self.program.body.append(Statement(text, body, tensor.name))

    def axis(self, dim: Dim) -> Axis:
        rng = self.rng
        if dim.constant and dim.constant <= 40 and rng.random() < 0.3:
            return Axis(dim, dim.constant, "0", None)
        size = rng.choice(TILES)
        i = f"i{next(self.names)}"
        if rng.random() < 0.55:
            offset, header = i, f"0, {dim.text}, {size}"
        else:
            offset, header = f"{i} * {size}", f"({dim.text} + {size - 1}) // {size}"
        fits = dim.constant and dim.constant % size == 0 and rng.random() < 0.7
        return Axis(dim, size, offset, None if fits else left_of(dim, offset), f"{i} in {{}}({header})")

    def axes(self, dims) -> List[Axis]:
        while True:
            axes = [self.axis(dim) for dim in dims]
            if cells([a.size for a in axes]) <= 2048:
                return axes

    def nest(self, axes, destination, hint, parallel=True) -> List[Statement]:
        """The loops of a region, around its scope; returns the block to fill."""
        rng = self.rng
        walked = [a for a in axes if a.header]
        # So many loops stand outside of the scope; the rest runs inside.
        outside = rng.randint(0, len(walked))
        scope = Statement(f'with at(level=Level.CORE_GROUP, name_hint="{hint}"):', [])
        chain = []
        for depth, axis in enumerate(walked):
            if depth == outside:
                chain.append(scope)
            # `parallel` may only hold loops that are.
            kind = "parallel" if parallel and depth < outside and rng.random() < 0.5 else "range"
            if depth >= outside and rng.random() < 0.15:
                chain.append(Statement(f"for {axis.header.format('pipeline')[:-1]}, stage=2):", []))
                continue
            if kind == "parallel" and depth == outside - 1 and "//" in axis.header and rng.random() < 0.7:
                # spmd is its own scope
                chain.append(Statement(f'for {axis.header.format("spmd")[:-1]}, name_hint="{hint}"):', []))
                outside = -1
                continue
            chain.append(Statement(f"for {axis.header.format(kind)}:", []))
        if outside == len(walked):
            chain.append(scope)
        for outer, inner in zip(chain, chain[1:]):
            outer.body.append(inner)
        chain[0].tag = destination.name
        self.program.body.append(chain[0])
        return chain[-1].body

    def grower(self, body, axes) -> Grower:
        indices = [a.header.split()[0] for a in axes if a.header] + self.program.dynamic
        indices += [a.left for a in axes if a.left]
        if any(name == "shift" for name, _, _ in self.program.scalars):
            indices.append("cast(shift, target_type=INDEX)")
        grower = Grower(self.rng, body, [], self.names, indices, self.functions)
        grower.approximate = self.approximate
        return grower

    def load(self, grower: Grower, source: Tensor, axes) -> Tile:
        """The tile at the place of the region."""
        sizes = [a.size for a in axes]
        offsets = ", ".join(a.offset for a in axes)
        valid = [FULL if a.left is None else ("eq", a.left) for a in axes]
        request = ""
        if any(a.left for a in axes):
            request = f", valid_shape=[{', '.join(a.left or str(a.size) for a in axes)}]"
        return grower.define(f"slice({source.name}, {sizes}, [{offsets}]{request})", sizes, source.dtype, valid)

    def load_any(self, grower: Grower) -> None:
        """A tile at a place of its own, of any tensor that may be read; wholly past the end at times."""
        rng = self.rng
        found = [t for t in self.program.tensors if t.defined and t.limit is None and t.name not in self.busy]
        if not found:
            return
        source = rng.choice(found)
        sizes, offsets, lefts = [], [], []
        for dim in source.dims:
            sizes.append(rng.choice([s for s in TILES if s <= (17 if len(source.dims) > 1 else 33)]))
            offset = rng.choice(["0", "0", str(rng.randint(0, 20)), f"max({grower.index()}, 0)"])
            offsets.append(offset)
            lefts.append(left_of(dim, offset))
        if cells(sizes) > 1500:
            return
        text = f"slice({source.name}, {sizes}, [{', '.join(offsets)}], valid_shape=[{', '.join(lefts)}])"
        grower.define(text, sizes, source.dtype, [ANY] * len(sizes))

    def line(self, grower: Grower, axes, at: int) -> None:
        """A row or column vector that goes along the region."""
        other = axes[1 - at]
        dims = [Dim("1", 1), Dim("1", 1)]
        dims[1 - at] = other.dim
        walk = list(axes)
        walk[at] = Axis(dims[at], 1, "0", None)
        self.load(grower, self.input(dims), walk)

    busy: Tuple[str, ...] = ()

    def map(self) -> None:
        """Each tile of the destination from tiles of other tensors."""
        rng = self.rng
        dims = self.dims()
        dtype = rng.choice(FLOATS * 3 + INTEGERS + ("BOOL",))
        sources = [self.input(dims) for _ in range(rng.randint(1, 2))]
        lines = len(dims) == 2 and rng.random() < 0.5
        destination = self.destination(dims, dtype)
        self.busy = (destination.name,)
        axes = self.axes(dims)
        body = self.nest(axes, destination, f"r{next(self.names)}")
        grower = self.grower(body, axes)
        for source in sources:
            self.load(grower, source, axes)
        if lines:
            self.line(grower, axes, rng.randint(0, 1))
        if rng.random() < 0.5:
            self.load_any(grower)
        if destination.role == "inout" and rng.random() < 0.6:
            self.load(grower, destination, axes)
        self.scalar_read(grower)
        grower.grow(rng.randint(2, 12))
        self.store(grower, destination, axes)
        if destination.role == "inout" and rng.random() < 0.3:
            # What was loaded is what was there; what is loaded now is new.
            again = self.load(grower, destination, axes)
            grower.grow(rng.randint(0, 2))
            self.store(grower, destination, axes, again)
        destination.defined = True

    def scalar_read(self, grower: Grower) -> None:
        """An element of a tensor as a scalar, which may be any number."""
        rng = self.rng
        found = [
            t
            for t in self.program.tensors
            if t.defined and t.dtype in SHORT and t.name not in self.busy
        ]
        if not found or rng.random() < 0.3:
            return
        source = rng.choice(found)
        name = f"s{next(self.names)}"
        place = ", ".join("0" if rng.random() < 0.5 else f"{d.text} - 1" for d in source.dims)
        grower.emit(f"{name} = cast(read({source.name}, [{place}]), target_type=INDEX)")
        grower.indices += [name, name]

    def fit(self, grower: Grower, tile: Tile, shape: Tuple[int, ...]) -> Tile:
        """The tile in another shape, by whichever way there is."""
        rng = self.rng
        if tile.shape == shape:
            return tile
        if len(tile.shape) == len(shape):
            if all(a in (1, b) for a, b in zip(tile.shape, shape)):
                base = grower.full(shape, tile.dtype)
                valid = [v if a == b or v == FULL else ANY for a, b, v in zip(tile.shape, shape, tile.valid)]
                op = "or_" if tile.dtype == "BOOL" else rng.choice(["add", "add", "maximum"])
                return grower.define(f"{op}({base.name}, {tile.name})", shape, tile.dtype, valid)
            if all(a >= b for a, b in zip(tile.shape, shape)):
                valid = [FULL if v == FULL else ANY for v in tile.valid]
                zeros = ["0"] * len(shape)
                return grower.define(
                    f"slice({tile.name}, {list(shape)}, [{', '.join(zeros)}])", shape, tile.dtype, valid
                )
            if len(shape) > 1 and tile.shape == tuple(reversed(shape)):
                last = len(shape) - 1
                valid = list(tile.valid)
                valid[0], valid[last] = valid[last], valid[0]
                return grower.define(f"transpose({tile.name}, 0, {last})", shape, tile.dtype, valid)
        if not tile.whole:
            tile = grower.fillpad(tile)
        total, wanted = cells(tile.shape), cells(shape)
        flat = grower.define(f"reshape({tile.name}, [{total}])", (total,), tile.dtype, (FULL,))
        if total > wanted:
            flat = grower.define(f"{flat.name}[0:{wanted}]", (wanted,), tile.dtype, (FULL,))
        elif total < wanted:
            base = grower.full((wanted,), tile.dtype)
            flat = grower.define(f"assemble({base.name}, {flat.name}, [{wanted - total}])", (wanted,), tile.dtype, (FULL,))
        return grower.define(f"reshape({flat.name}, {list(shape)})", shape, tile.dtype, [FULL] * len(shape))

    def combine(self, grower: Grower, dtype: str, shape) -> Tile:
        """A tile that depends on several of the pool."""
        result = None
        for _ in range(self.rng.choice([1, 2, 2, 3])):
            tile = self.fit(grower, grower.pick() or grower.full(shape, dtype), shape)
            if tile.dtype != dtype:
                tile = grower.cast(tile, dtype)
            if result is None or result is tile:
                result = tile
                continue
            op = self.rng.choice(["and_", "or_", "xor"] if dtype == "BOOL" else ["add", "sub", "maximum", "minimum"])
            valid = [intersect(l, r) for l, r in zip(result.valid, tile.valid)]
            result = grower.define(f"{op}({result.name}, {tile.name})", shape, dtype, valid)
        return result

    def store(self, grower: Grower, destination: Tensor, axes, tile: Optional[Tile] = None) -> None:
        """Stores some tile of the pool, made to fit, with the region's valid extents."""
        rng = self.rng
        shape = tuple(a.size for a in axes)
        if tile is None:
            inexact = [t for t in grower.pool if t.inexact]
            if inexact and destination.dtype == "FP32":
                tile = self.fit(grower, inexact[-1], shape)
            else:
                tile = self.combine(grower, destination.dtype, shape)
        tile = self.fit(grower, tile, shape)
        if tile.dtype != destination.dtype:
            tile = grower.cast(tile, destination.dtype)
        inside = all(
            v == FULL if a.left is None else key(v) == a.left for a, v in zip(axes, tile.valid)
        )
        exact = inside and all(a.left is None or v[0] == "eq" for a, v in zip(axes, tile.valid))
        partial = all(a.left is not None or v == FULL or destination.defined for a, v in zip(axes, tile.valid))
        if not exact:
            if not (destination.defined and partial and rng.random() < 0.6) and not tile.whole:
                tile = grower.fillpad(tile)
            extents = [a.left or str(a.size) for a in axes]
            if len(shape) == 2:
                text = f"set_validshape({tile.name}, {', '.join(extents)})"
            else:
                zeros = ", ".join("0" for _ in shape)
                text = f"slice({tile.name}, {list(shape)}, [{zeros}], valid_shape=[{', '.join(extents)}])"
            tile = grower.define(text, shape, tile.dtype, [ANY] * len(shape), tile.inexact)
        places = ", ".join(a.offset for a in axes)
        grower.emit(f"{destination.name} = assemble({destination.name}, {tile.name}, [{places}])")

    def matmul(self) -> None:
        """A matmul with a loop over K, and something done to the result."""
        rng = self.rng
        m, n, k = self.dim(40), self.dim(), self.dim()
        dtype = rng.choice(["BF16", "BF16", "FP32", "FP16", "INT8"])
        sum_dtype = "INT32" if dtype == "INT8" else "FP32"
        a_trans, b_trans = rng.random() < 0.25, rng.random() < 0.4
        a = self.input([k, m] if a_trans else [m, k], dtype)
        b = self.input([n, k] if b_trans else [k, n], dtype, rng.choice(["in", "weight"]))
        destination = self.destination([m, n], rng.choice([sum_dtype, sum_dtype, "BF16", "FP16"]))
        self.busy = (destination.name,)
        rows, columns = self.axes([m, n])
        body = self.nest([rows, columns], destination, f"mm{next(self.names)}")
        grower = self.grower(body, [rows, columns])
        operands = (a, a_trans), (b, b_trans)
        acc = KLoop(rng, self.load, Axis, self.names, *operands, rows, columns, k, sum_dtype).emit(grower)
        if rng.random() < 0.5:
            self.load(grower, self.input([m, n]), [rows, columns])
            grower.pool.append(acc)
        before = len(grower.pool)
        grower.grow(rng.choice([0, 0, 1, 3]))
        tile = acc if len(grower.pool) == before else grower.pool[-1]
        self.store(grower, destination, [rows, columns], tile)
        destination.defined = True

    def recurrence(self) -> None:
        """A sequential loop whose iterations read what earlier ones, or none, have written."""
        rng = self.rng
        rows, columns = self.dim(), self.dim(40)
        size = rng.choice([1, 2, 3, 8, 16])
        width = columns.constant if columns.constant else rng.choice(TILES)
        dtype = rng.choice(FLOATS + ("INT32", "UINT8"))
        other = self.input([rows, columns], dtype)
        destination = self.tensor([rows, columns], dtype, "inout")
        self.busy = ()
        i = f"i{next(self.names)}"
        across = Axis(columns, width, "0", None if columns.constant else columns.text)
        axes = [Axis(rows, size, i, left_of(rows, i), f"{i} in {{}}(0, {rows.text}, {size})"), across]
        scope = Statement(f'with at(level=Level.CORE_GROUP, name_hint="r{next(self.names)}"):', [])
        loop = Statement(f"for {axes[0].header.format('range')}:", [scope])
        # The scope around the loop, or in it.
        if rng.random() < 0.3:
            loop, scope = Statement(scope.text, [Statement(loop.text, [])]), None
        self.program.body.append(loop)
        loop.tag = destination.name
        body = scope.body if scope else loop.body[0].body
        grower = self.grower(body, axes)
        self.load(grower, other, axes)
        offset = rng.choice([f"max({i} - {size}, 0)", f"max({i} - {rng.randint(1, 20)}, 0)", f"{i} + {size}", "0", i])
        self.load(grower, destination, [Axis(rows, size, offset, left_of(rows, offset)), across])
        grower.grow(rng.randint(1, 4))
        self.store(grower, destination, axes)

    def scalars(self) -> None:
        """Elements one by one."""
        rng = self.rng
        dims = [self.dim(17)] if rng.random() < 0.4 else [self.dim(17), self.dim(8)]
        dtype = rng.choice(["FP32", "INT32", "INT64", "BF16", "UINT8"])
        source = self.input(dims, dtype)
        destination = self.tensor(dims, dtype, rng.choice(["out", "inout"]))
        indices = [f"i{next(self.names)}" for _ in dims]
        place = ", ".join(indices)
        body: List[Statement] = []
        value = f"s{next(self.names)}"
        body.append(Statement(f"{value} = read({source.name}, [{place}])"))
        literals = ["2.0", "-0.5"] if dtype in FLOATS else ["2", "5"]
        for _ in range(rng.randint(1, 3)):
            operation = rng.choice(
                [f"{value} + {rng.choice(literals)}", f"{value} * {rng.choice(literals)}", f"max({value}, {rng.choice(literals)})"]
                + [f"{value} // {rng.choice(literals)}", f"{value} % {rng.choice(literals)}"] * (dtype in ("INT32", "INT64"))
            )
            body.append(Statement(f"{value} = {operation}"))
        if rng.random() < 0.5:
            condition = f"{indices[0]} % 2 == 0" if rng.random() < 0.5 else f"{value} > {rng.choice(literals)}"
            body.append(Statement(f"if {condition}:", [Statement(f"{value} = {value} - {rng.choice(literals)}")]))
        body.append(Statement(f"write({destination.name}, [{place}], {value})"))
        for i, dim in reversed(list(zip(indices, dims))):
            kind = "parallel" if i == indices[0] and rng.random() < 0.4 else "range"
            body = [Statement(f"for {i} in {kind}({dim.text}):", body)]
        if rng.random() < 0.3 and "parallel" not in body[0].text:
            body = [Statement(f'with at(level=Level.CORE_GROUP, name_hint="r{next(self.names)}"):', body)]
        body[0].tag = destination.name
        self.program.body += body
        destination.defined = True

    def storage(self) -> None:
        """Created tensors that share memory."""
        rng = self.rng
        shape = rng.choice((1, 2, 4, 5)), rng.choice((1, 3, 16, 24, 33))
        dims = [Dim(str(extent), extent) for extent in shape]
        dtype = rng.choice(("FP32", "FP32", "INT32"))
        source = self.input(dims, dtype)
        destination = self.destination(dims, dtype)
        self.program.body += StorageChain(rng, self.names, shape, dtype, source.name).emit(destination.name)
        destination.defined = True

    def permute(self) -> None:
        """Rows gathered or scattered by a table of indices."""
        rng = self.rng
        rows, columns = self.dim(), self.dim(40)
        table = self.tensor([rows], rng.choice(["INT32", "INT64"]), "in", rows)
        width = columns.constant if columns.constant else rng.choice(TILES)
        dtype = rng.choice(FLOATS + ("INT8", "INT32"))
        source = self.input([rows, columns], dtype)
        destination = self.tensor([rows, columns], dtype, "inout")
        i, row, t = f"i{next(self.names)}", f"s{next(self.names)}", f"t{next(self.names)}"
        gather = rng.random() < 0.5
        request = "" if columns.constant else f", valid_shape=[1, {columns.text}]"
        scope = [
            Statement(f"{row} = cast(read({table.name}, [{i}]), target_type=INDEX)"),
            Statement(f"{t} = slice({source.name}, [1, {width}], [{row if gather else i}, 0]{request})"),
            Statement(f"{destination.name} = assemble({destination.name}, {t}, [{i if gather else row}, 0])"),
        ]
        # The table is a permutation, which the compiler cannot know.
        kind = "parallel" if gather and rng.random() < 0.6 else "range"
        hint = f'with at(level=Level.CORE_GROUP, name_hint="r{next(self.names)}"):'
        self.place(f"for {i} in {kind}({rows.text}):", destination, [Statement(hint, scope)])


def generate(seed: int) -> Program:
    """The program of a seed: the same ever after, as long as this file is."""
    return Builder(Random(seed)).build()
