# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares a Qwen3 entry's outputs with the reference's; exit status 1 if they differ too much.

    compare.py inputs.safetensors expected.safetensors actual.safetensors

Logits: with one layer or none 99.9 % within rtol = atol = 3e-3 and all within 2e-2, with more layers 99 % within
5e-3 and all within 5e-2. Caches: the new rows of layer 0 within 1 % of their largest magnitude, of later
layers within 5 %, every other row bit-identical to the input.
"""

import argparse
import sys

import numpy as np

import qwen3_config
import safetensors_io as st


class Report:
    """Prints what was compared and remembers whether anything failed."""

    def __init__(self):
        self.failed = False

    def check(self, ok: bool, text: str) -> None:
        print(("ok:   " if ok else "FAIL: ") + text)
        self.failed |= not ok


def share_within(actual, expected, tolerance: float) -> float:
    """The share of elements with |a - e| <= tolerance * (1 + |e|); NaN is never within."""
    return float(np.mean(np.abs(actual - expected) <= tolerance * (1.0 + np.abs(expected))))


def compare_logits(report: Report, actual: np.ndarray, expected: np.ndarray, layers: int) -> None:
    actual, expected = actual.astype(np.float64), expected.astype(np.float64)
    quota, most, rest = (0.999, 3e-3, 2e-2) if layers <= 1 else (0.99, 5e-3, 5e-2)
    error = np.abs(actual - expected)
    worst = np.unravel_index(np.argmax(np.where(np.isnan(error), np.inf, error)), error.shape)
    where = f"worst at {list(map(int, worst))}: {actual[worst]:.6g}, expected {expected[worst]:.6g}"
    share = share_within(actual, expected, most)
    report.check(share >= quota, f"logits: {share:.4%} within {most:g}, at least {quota:.1%} wanted; {where}")
    share = share_within(actual, expected, rest)
    report.check(share == 1.0, f"logits: {share:.4%} within {rest:g}, all wanted; {where}")


def new_rows(config: qwen3_config.Config, slots: np.ndarray, layer: int, pages: int) -> np.ndarray:
    """Cache rows of the new tokens in a layer, one per user and KV head."""
    page, offset = slots // config.BLOCK_SIZE, slots % config.BLOCK_SIZE
    heads = np.arange(config.NUM_KV_HEADS)
    head_rows = (layer * pages + page)[:, None] * config.NUM_KV_HEADS + heads
    return (head_rows * config.BLOCK_SIZE + offset[:, None]).reshape(-1)


def compare_cache(report: Report, name: str, before, actual, expected, layer_rows: list) -> None:
    """Compares one cache, given as bit patterns; layer_rows holds each layer's new rows."""
    untouched = np.ones(len(before), bool)
    untouched[np.concatenate(layer_rows)] = False
    changed = np.flatnonzero(untouched & np.any(actual != before, axis=1))
    detail = f", first row {changed[0]}" if len(changed) else ""
    report.check(len(changed) == 0, f"{name}: {len(changed)} of {untouched.sum()} other rows changed{detail}")
    for layer, rows in enumerate(layer_rows):
        limit = 0.01 if layer == 0 else 0.05
        wanted = st.bf16_values(expected[rows])
        largest = np.abs(wanted).max()
        error = np.abs(st.bf16_values(actual[rows]) - wanted).max() / largest
        text = f"{name}: new rows of layer {layer} off by {error:.3%} of {largest:.4g}, at most {limit:.0%} wanted"
        report.check(bool(error <= limit), text)


def compare(report: Report, inputs, config, expected, actual) -> None:
    for name, tensor in expected.items():
        other = actual.get(name)
        if other is None or other.dtype != tensor.dtype or other.data.shape != tensor.data.shape:
            found = "missing" if other is None else f"{other.dtype} {list(other.data.shape)}"
            report.check(False, f"{name}: {found}, expected {tensor.dtype} {list(tensor.data.shape)}")
            return
    layers = len(inputs["input_rms_weight"].data) if "input_rms_weight" in inputs else 0
    compare_logits(report, actual["out"].data, expected["out"].data, layers)
    if layers == 0:
        return
    slots = inputs["slot_mapping"].data.astype(np.int64)
    pages = len(inputs["k_cache"].data) // (layers * config.NUM_KV_HEADS * config.BLOCK_SIZE)
    layer_rows = [new_rows(config, slots, layer, pages) for layer in range(layers)]
    for name in ("k_cache", "v_cache"):
        tensors = (side[name].data for side in (inputs, actual, expected))
        compare_cache(report, name, *tensors, layer_rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("inputs")
    parser.add_argument("expected")
    parser.add_argument("actual")
    arguments = parser.parse_args()
    inputs, metadata = st.read(arguments.inputs)
    expected, _ = st.read(arguments.expected)
    actual, _ = st.read(arguments.actual)
    report = Report()
    compare(report, inputs, qwen3_config.from_strings(metadata), expected, actual)
    sys.exit(1 if report.failed else 0)


if __name__ == "__main__":
    main()
