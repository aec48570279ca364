# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Straight lines through what should grow in proportion, and their plots."""

import statistics
from dataclasses import dataclass

import svg

PANEL, HEIGHT, MARGIN = 320, 320, 56


@dataclass
class Line:
    """Seconds at x: start + slope * x. `deviation` is the largest of a point, as a part of the line there."""

    start: float
    slope: float
    deviation: float

    def at(self, x):
        return self.start + self.slope * x

    def words(self):
        each = f"{self.slope * 1e3:.4g} ms each and {self.start * 1e3:.3f} ms"
        return f"A straight line: {each}; no point is farther from it than {100 * self.deviation:.1f} %."


def fit(points):
    """The line of least squares of relative deviations through (x, seconds); None of fewer than three points,
    or if all have one x."""
    if len(points) < 3:
        return None
    # A point's weight is 1 / y^2: one per cent counts the same at each.
    weights = [1 / y**2 for _, y in points]
    total = sum(weights)
    mean_x = sum(w * x for w, (x, _) in zip(weights, points)) / total
    mean_y = sum(w * y for w, (_, y) in zip(weights, points)) / total
    across = sum(w * (x - mean_x) ** 2 for w, (x, _) in zip(weights, points))
    if across == 0:
        return None
    slope = sum(w * (x - mean_x) * (y - mean_y) for w, (x, y) in zip(weights, points)) / across
    line = Line(mean_y - slope * mean_x, slope, 0)
    line.deviation = max(abs(y - line.at(x)) / abs(line.at(x)) if line.at(x) else float("inf") for x, y in points)
    return line


def at_one_limit(records):
    """(at, seconds) of each, as if the limits had stayed at their medians: a shared machine's do not."""
    if not records:
        return []
    names = ("read_bytes_per_second", "flop_per_second")
    read, peak = (statistics.median(r["limits"][name] for r in records) for name in names)
    return [(r["at"], max(r["bytes_read"] / read, r["flop"] / peak) / r["share"]) for r in records]


def panel(left, title, x_title, points):
    """One plot with its line, `left` pixels from the left. Both axes begin at 0."""
    line = fit(points)
    right = max(x for x, _ in points)
    top = 1.1 * max(max(y for _, y in points), line.at(right) if line else 0)

    def place(x, y):
        return left + MARGIN + x / right * (PANEL - 1.5 * MARGIN), HEIGHT - MARGIN - y / top * (HEIGHT - 2 * MARGIN)

    origin = place(0, 0)
    parts = [svg.polyline([place(0, top), origin, place(right, 0)])]
    parts.append(svg.text(left + PANEL / 2, 20, title, "middle"))
    parts.append(svg.text(left + PANEL / 2, HEIGHT - 12, x_title, "middle"))
    parts.append(svg.text(origin[0], place(0, top)[1] - 6, f"{top * 1e3:.4g} ms", "middle"))
    parts += x_labels([(place(x, 0), x) for x in (0, *(x for x, _ in points))])
    if line:
        parts.append(svg.polyline([place(0, max(0, line.at(0))), place(right, line.at(right))], "#d9a441"))
        parts.append(svg.text(left + PANEL / 2, 38, f"within {100 * line.deviation:.1f} % of a line", "middle"))
    for x, y in points:
        parts.append(svg.circle(*place(x, y), "#1b6ca8", f"{x}: {y * 1e3:.4g} ms"))
    return parts


def x_labels(marks):
    """Numbers below the axis at their points, from the right; what would touch the one to its right is left out."""
    parts, free = [], float("inf")
    for (x, y), number in reversed(marks):
        half = 4 * len(str(number)) + 2
        if x + half <= free:
            parts.append(svg.text(x, y + 16, str(number), "middle"))
            free = x - half
    return parts


def draw(results):
    """Up to three plots side by side, of what there is in the results of the parts."""
    records = results.get("scaling", [])
    plots = [
        ("a step, 1 user", "layers", at_one_limit([r for r in records if r["axis"] == "layers"])),
        ("attention of a layer, 16 users", "context", at_one_limit([r for r in records if r["axis"] == "context"])),
        ("compile time", "regions", [(r["scopes"], r["seconds"]) for r in results.get("compiling", []) if r["scopes"]]),
    ]
    plots = [plot for plot in plots if plot[2]]
    parts = [part for i, plot in enumerate(plots) for part in panel(i * PANEL, *plot)]
    return svg.document(PANEL * max(1, len(plots)), HEIGHT, parts)
