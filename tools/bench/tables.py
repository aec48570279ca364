# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The results as tables, in plain text and in Markdown. Shares are medians, with the extremes after them."""

import math
from dataclasses import dataclass, field

import scaling
from runner import PEERS

# Shares of the limit that a step must reach, by weights, processor and users.
STEP_BARS = {
    ("packed", None, 1): 0.95,
    ("packed", None, 4): 0.90,
    ("packed", None, 16): 0.88,
    ("row-major", None, 1): 0.75,
    ("row-major", None, 16): 0.70,
    ("packed", "x86-64-v3", 1): 0.90,
    ("packed", "x86-64-v3", 16): 0.80,
}
ONE_THREAD_BARS = {("packed", None, 16): 0.90}
ATTENTION_BARS = {4096: 0.85}
OTHER_BAR = 0.03
COMPILE_BARS = {"decode_fwd": 2.0, "warm start": 0.05}
SCRATCH_BAR = 32e6


@dataclass
class Table:
    title: str
    columns: list
    rows: list
    notes: list = field(default_factory=list)

    def text(self):
        """Columns to the right, as wide as their widest cell."""
        lines = [self.columns, *self.rows]
        widths = [max(len(line[i]) for line in lines) for i in range(len(self.columns))]
        aligned = ["  ".join(cell.rjust(width) for cell, width in zip(line, widths)).rstrip() for line in lines]
        return "\n".join([self.title, *aligned, *self.notes])

    def markdown(self):
        lines = [self.columns, ["---:"] * len(self.columns), *self.rows]
        rows = ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]
        notes = [part for note in self.notes for part in ("", note)]
        return "\n".join([f"### {self.title}", "", *rows, *notes]) + "\n"


def percent(share):
    return "-" if share is None else f"{100 * share:.0f} %"


def spread(record):
    """`97 % (95-99)`."""
    if record is None:
        return "-"
    return f"{percent(record['share'])} ({100 * record['share_min']:.0f}-{100 * record['share_max']:.0f})"


def against(value, bar, reached):
    """The bar, and a word where it is missed."""
    return bar if reached(value) else f"{bar}, missed"


def share_bar(share, bar):
    return "" if bar is None else against(share, percent(bar), lambda value: value >= bar)


def milliseconds(seconds):
    return f"{seconds * 1e3:.4g}"


def products(records):
    by_key = {(r["name"], r["rows"], r["what"]): r for r in records}
    rows, ratios = [], {"packed": {}, "row-major": {}}
    for name, m in dict.fromkeys((r["name"], r["rows"]) for r in records):
        found = {what: by_key.get((name, m, what)) for what in ("packed", "plain", *PEERS)}
        packed = ratio(found["packed"], [found["onednn-packed"], found["libxsmm"]])
        plain = ratio(found["plain"], [found["onednn-plain"]])
        ratios["packed"][f"{name} at M = {m}"] = packed
        ratios["row-major"][f"{name} at M = {m}"] = plain
        cells = [spread(record) for record in found.values()]
        rows.append([name, str(m), *cells, times(packed), times(plain)])
    columns = ["product", "M", "packed", "row-major", "oneDNN", "oneDNN prepacked", "libxsmm packed"]
    columns += ["packed / best packed peer", "row-major / oneDNN"]
    notes = [line for kind, values in ratios.items() if (line := sum_up(kind, values))]
    return [Table("Matrix products, share of the limit", columns, rows, notes)]


def ratio(ours, peers):
    """Of shares, since each process met other limits. None if either is missing."""
    shares = [peer["share"] for peer in peers if peer]
    return ours["share"] / max(shares) if ours and shares else None


def times(value):
    return "-" if value is None else f"{value:.2f}"


def sum_up(kind, ratios):
    ratios = {name: value for name, value in ratios.items() if value}
    if not ratios:
        return None
    mean = math.exp(sum(map(math.log, ratios.values())) / len(ratios))
    least = min(ratios, key=ratios.get)
    return f"Against peers, {kind}: {mean:.2f} times as fast (geometric mean), least {ratios[least]:.2f} ({least})."


def attention(records):
    rows = []
    for r in records:
        rate = f"{r['bytes_read'] / r['seconds'] / 1e9:.1f}"
        bar = share_bar(r["share"], ATTENTION_BARS.get(r["context"]))
        rows.append([str(r["context"]), str(r["users"]), milliseconds(r["seconds"]), rate, spread(r), bar])
    columns = ["context", "users", "ms a layer", "GB/s", "share of the limit", "bar"]
    return [Table("Attention, cache bytes", columns, rows)]


def steps(records):
    rows = []
    for r in records:
        key = (r["weights"], r["cpu"], r["users"])
        bar = STEP_BARS.get(key)
        if r["threads"] == 1:
            bar = ONE_THREAD_BARS.get(key, bar)
        cells = [r["weights"], r["cpu"] or "this one", str(r["users"]), str(r["threads"]), milliseconds(r["seconds"])]
        cells += [f"{r['bytes_read'] / r['seconds'] / 1e9:.1f}", f"{r['flop'] / r['seconds'] / 1e9:.0f}"]
        cells += [spread(r), share_bar(r["share"], bar)]
        reached = r["other_share"] < OTHER_BAR
        cells += [f"{100 * r['other_share']:.1f} %{'' if reached else ', missed'}", f"{100 * r['waiting_share']:.1f} %"]
        rows.append(cells)
    layers = records[0]["layers"] if records else 0
    columns = ["weights", "processor", "users", "threads", "ms", "GB/s", "GFLOP/s", "share of the limit", "bar"]
    columns += ["other regions, bar 3 %", "in no region"]
    return [Table(f"Decode step at 14B, {layers} layers and the head, contexts of 256", columns, rows)]


def scaling_tables(records):
    tables = []
    for axis in ("layers", "context"):
        points = [r for r in records if r["axis"] == axis]
        rows = [
            [str(r["at"]), milliseconds(r["seconds"]), milliseconds(value), spread(r)]
            for r, (_, value) in zip(points, scaling.at_one_limit(points))
        ]
        title = {"layers": "A step by layers, 1 user", "context": "Attention of a layer by context, 16 users"}[axis]
        table = Table(title, [axis, "ms", "ms at the median limits", "share of the limit"], rows)
        table.notes = [line.words() for line in [scaling.fit(scaling.at_one_limit(points))] if line]
        tables.append(table)
    return tables + [memory([r for r in records if r["axis"] == "layers"])]


def memory(records):
    rows = []
    for r in records:
        scratch = r["scratch_bytes"] / r["threads"]
        reached = against(scratch, "32 MB", lambda value: value <= SCRATCH_BAR)
        numbers = [r["argument_bytes"], r["resident_bytes"], scratch, r["alloc_bytes"]]
        rows.append([str(r["at"]), *(f"{number / 1e6:.1f}" for number in numbers), reached])
    columns = ["layers", "parameters, MB", "rest of the process, MB", "scratch a thread, MB", "tensors, MB", "bar"]
    return Table("Memory", columns, rows)


def compiling(records):
    rows = []
    for r in records:
        bar = COMPILE_BARS.get(r["name"])
        word = "" if bar is None else against(r["seconds"], f"{bar:g} s", lambda value, bar=bar: value < bar)
        span = f"{r['seconds_min']:.3f}-{r['seconds_max']:.3f}"
        rows.append([r["name"], f"{r['seconds']:.3f}", span, word])
    table = Table("From source to machine code", ["program", "seconds", "least-most", "bar"], rows)
    line = scaling.fit([(r["scopes"], r["seconds"]) for r in records if r["scopes"]])
    table.notes = [line.words()] if line else []
    return [table]


TABLES = {
    "products": products,
    "attention": attention,
    "steps": steps,
    "scaling": scaling_tables,
    "compiling": compiling,
}


def make_all(results):
    """The tables of the parts that there are, in the order in which they are measured."""
    return [table for part, make in TABLES.items() if part in results for table in make(results[part])]


def to_markdown(machine, results):
    lines = "  \n".join(machine)
    return "\n".join([lines + "\n", *(table.markdown() for table in make_all(results))])
