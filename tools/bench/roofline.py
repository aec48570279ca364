# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A roofline as SVG: operations per byte to the right, operations per second upwards, both logarithmic."""

import html
import math

WIDTH, HEIGHT, MARGIN = 860, 520, 70
COLORS = {"packed": "#1b6ca8", "plain": "#5aa9e6", "onednn-plain": "#d9a441", "onednn-packed": "#b5651d", "libxsmm": "#6b8e23"}


def draw(machine, results):
    """`results` as bench.py writes them; those that have a rate are drawn."""
    points = [r for r in results if r.get("flop") and r.get("bytes_read")]
    if not points:
        return '<svg xmlns="http://www.w3.org/2000/svg"/>\n'
    read = max(r["limits"]["read_bytes_per_second"] for r in points)
    peak = max(r["limits"]["flop_per_second"] for r in points)
    low, high = 0.25, 4 * max(peak / read, *(intensity(r) for r in points))
    floor = min(min(rate(r) for r in points), low * read) / 2
    x = scale(low, high, MARGIN, WIDTH - MARGIN)
    y = scale(floor, 2 * peak, HEIGHT - MARGIN, MARGIN)

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" font-size="12">']
    parts.append(f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>')
    parts.append(text(WIDTH / 2, 28, machine, "middle"))
    parts.append(text(WIDTH / 2, HEIGHT - 18, "operations per byte read", "middle"))
    parts.append(text(MARGIN, 48, "GFLOP/s", "end"))
    knee = peak / read
    roof = [(low, low * read), (knee, peak), (high, peak)]
    path = " ".join(f"{x(a):.1f},{y(b):.1f}" for a, b in roof)
    parts.append(f'<polyline points="{path}" fill="none" stroke="black"/>')
    parts.append(text(x(low) + 8, y(low * read) - 18, f"{read / 1e9:.0f} GB/s"))
    parts.append(text(x(high), y(peak) - 6, f"{peak / 1e9:.0f} GFLOP/s", "end"))
    for r in points:
        color = COLORS.get(r["what"], "#777777")
        title = html.escape(f"{r['name']}, {r['what']}: {r['share_of_limit']:.0%} of the limit")
        parts.append(
            f'<circle cx="{x(intensity(r)):.1f}" cy="{y(rate(r)):.1f}" r="4" fill="{color}" fill-opacity="0.7">'
            f"<title>{title}</title></circle>"
        )
    for i, (name, color) in enumerate(COLORS.items()):
        parts.append(f'<circle cx="{WIDTH - 170}" cy="{HEIGHT - 180 + 18 * i}" r="4" fill="{color}"/>')
        parts.append(text(WIDTH - 160, HEIGHT - 176 + 18 * i, name))
    parts.append("</svg>")
    return "\n".join(parts) + "\n"


def intensity(result):
    return result["flop"] / result["bytes_read"]


def rate(result):
    return result["flop"] / result["seconds"]


def scale(low, high, start, end):
    def place(value):
        share = (math.log(max(value, low)) - math.log(low)) / (math.log(high) - math.log(low))
        return start + share * (end - start)

    return place


def text(x, y, words, anchor="start"):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{html.escape(words)}</text>'
