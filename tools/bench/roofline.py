# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A roofline as SVG: operations per byte to the right, operations per second upwards, both logarithmic."""

import math

import svg

WIDTH, HEIGHT, MARGIN = 860, 520, 70
COLORS = {
    "packed": "#1b6ca8",
    "plain": "#5aa9e6",
    "onednn-plain": "#d9a441",
    "onednn-packed": "#b5651d",
    "libxsmm": "#6b8e23",
    "whole step": "#8e44ad",
    "attention": "#c0392b",
}


def label(results):
    """(record, what, name) of everything measured with all threads and this processor's instructions."""
    for r in results.get("products", []):
        yield r, r["what"], f"{r['name']}, M = {r['rows']}, {r['what']}"
    for r in results.get("attention", []):
        yield r, "attention", f"attention, context of {r['context']}"
    most = max((r["threads"] for r in results.get("steps", [])), default=0)
    for r in results.get("steps", []):
        if r["threads"] == most and not r["cpu"]:
            yield r, "whole step", f"step of {r['users']} users, {r['weights']}"


def draw(results):
    """`results`: lists of records by part."""
    points = [(r, what, name) for r, what, name in label(results) if r["flop"] and r["bytes_read"]]
    if not points:
        return svg.document(WIDTH, HEIGHT, [svg.text(WIDTH / 2, HEIGHT / 2, "nothing measured", "middle")])
    read = max(r["limits"]["read_bytes_per_second"] for r, _, _ in points)
    peak = max(r["limits"]["flop_per_second"] for r, _, _ in points)
    low = 0.5 * min(peak / read, *(intensity(r) for r, _, _ in points))
    high = 4 * max(peak / read, *(intensity(r) for r, _, _ in points))
    floor = min(low * read, *(rate(r) for r, _, _ in points)) / 2
    x = scale(low, high, MARGIN, WIDTH - MARGIN)
    y = scale(floor, 2 * peak, HEIGHT - MARGIN, MARGIN)
    parts = axes(x, y, low, high, floor, peak)
    parts += roof(x, y, low, high, read, peak)
    for r, what, name in points:
        title = f"{name}: {100 * r['share']:.0f} % of the limit"
        parts.append(svg.circle(x(intensity(r)), y(rate(r)), COLORS[what], title))
    return svg.document(WIDTH, HEIGHT, parts + legend())


def axes(x, y, low, high, floor, peak):
    """Lines at the powers of two of intensity and of ten of the rate."""
    parts = [svg.text(WIDTH / 2, HEIGHT - 18, "operations per byte read", "middle")]
    parts.append(svg.text(MARGIN, 48, "GFLOP/s", "end"))
    for power in range(math.ceil(math.log2(low)), math.floor(math.log2(high)) + 1):
        parts.append(svg.text(x(2**power), HEIGHT - MARGIN + 18, f"{2**power:g}", "middle"))
    for power in range(math.ceil(math.log10(floor)), math.floor(math.log10(2 * peak)) + 1):
        parts.append(svg.text(MARGIN - 6, y(10**power) + 4, f"{10**power / 1e9:g}", "end"))
    corners = [(x(low), y(2 * peak)), (x(low), y(floor)), (x(high), y(floor))]
    return parts + [svg.polyline(corners, "#777777")]


def roof(x, y, low, high, read, peak):
    corners = [(x(a), y(b)) for a, b in [(low, low * read), (peak / read, peak), (high, peak)]]
    middle = math.sqrt(low * peak / read)
    return [
        svg.polyline(corners),
        svg.text(x(middle) - 8, y(middle * read) - 8, f"{read / 1e9:.0f} GB/s", "end"),
        svg.text(x(high), y(peak) - 6, f"{peak / 1e9:.0f} GFLOP/s", "end"),
    ]


def legend():
    parts = []
    for i, (name, color) in enumerate(COLORS.items()):
        at = HEIGHT - MARGIN - 18 * (len(COLORS) - i)
        parts += [svg.circle(WIDTH - 170, at, color), svg.text(WIDTH - 160, at + 4, name)]
    return parts


def intensity(record):
    return record["flop"] / record["bytes_read"]


def rate(record):
    return record["flop"] / record["seconds"]


def scale(low, high, start, end):
    def place(value):
        share = (math.log(max(value, low)) - math.log(low)) / (math.log(high) - math.log(low))
        return start + share * (end - start)

    return place
