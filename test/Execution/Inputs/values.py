# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Contents for tensors: what is hard for a dtype first, then random numbers. Written as safetensors files."""

import json
import math
import struct
from random import Random
from typing import Dict, List, Sequence, Tuple

FLOATS = ("FP32", "BF16", "FP16")
SIGNED = ("INT8", "INT16", "INT32", "INT64", "INDEX")
UNSIGNED = ("UINT8", "UINT16", "UINT32")
INTEGERS = SIGNED + UNSIGNED
DTYPES = FLOATS + INTEGERS + ("BOOL",)
BITS = {"INT8": 8, "UINT8": 8, "INT16": 16, "UINT16": 16, "INT32": 32, "UINT32": 32, "INT64": 64, "INDEX": 64}
STORED_AS = {
    "FP32": "F32", "BF16": "BF16", "FP16": "F16", "BOOL": "BOOL", "INDEX": "I64",
    "INT8": "I8", "INT16": "I16", "INT32": "I32", "INT64": "I64",
    "UINT8": "U8", "UINT16": "U16", "UINT32": "U32",
}  # fmt: skip

# (dtype, shape, numbers in row-major order)
Contents = Tuple[str, Sequence[int], Sequence]

ZEROS_AND_INFINITIES = [0.0, -0.0, math.inf, -math.inf, math.nan]
# Highest finite values, lowest normal and subnormal ones, and what rounds to them.
EDGES = {
    "FP32": [3.4028234663852886e38, 2.0**-126, 2.0**-149, 1.1754942e-38],
    "BF16": [3.3895313892515355e38, 2.0**-126, 2.0**-133],
    "FP16": [65504.0, 2.0**-14, 2.0**-24],
}
# In casts: ties of both narrow types and of integers, bounds of integers and their neighbours.
TIES = [
    0.5, 1.5, 2.5, 0.49999997, 1.00390625, 1.01171875, 1.00048828125, 1.00146484375, 1.0039063, 1.0004883,
    65519.99, 65520.0, 65535.0, 65536.0, 3.3961775e38, 2.0**-25, 3 * 2.0**-26, 2.0**-134, 3 * 2.0**-135, 2.0**-150,
    127.0, 127.5, 128.0, 128.5, 255.0, 255.5, 256.0, 32767.0, 32767.5, 32768.0, 65534.5, 65535.5,
    2.0**23 + 1, 2147483520.0, 2.0**31, 4294967040.0, 2.0**32, 9.223371487098962e18, 2.0**63, 1e30,
]  # fmt: skip


def edges_of_integers(dtype: str) -> List[int]:
    low, high = bounds(dtype)
    values = [0, 1, 2, 3, low, high, high - 1, low + 1, high // 2, high // 2 + 1]
    # Between two floats: they round up, down and to even, and twice where a program rounds twice.
    for bit in (9, 12, 17, 25, 33, 40, 62):
        values += [(1 << bit) + d for d in (0, 1, -1)] + [(1 << bit) + (1 << bit >> 8) + d for d in (0, 1, -1)]
    return [v for x in values for v in ((x, -x) if low < 0 else (x,)) if low <= v <= high]


def bounds(dtype: str) -> Tuple[int, int]:
    bits = BITS[dtype]
    return (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if dtype in SIGNED else (0, (1 << bits) - 1)


def numbers(dtype: str, count: int, style: str = "hard", seed: int = 0) -> List:
    """`count` numbers. Styles: hard (edge cases among random ones), plain (small and finite), ties, nonzero, amounts."""
    rng = Random(f"{dtype} {style} {seed}")
    if dtype == "BOOL":
        return [bool(rng.getrandbits(1)) for _ in range(count)]
    special = edge_cases(dtype, style)
    if len(special) > count // 2 and style != "ties":
        special = rng.sample(special, count // 2)
    result = special[:count] + [random_number(rng, dtype, style) for _ in range(count - len(special))]
    if style != "ties":
        rng.shuffle(result)
    return result


def edge_cases(dtype: str, style: str) -> List:
    if style in ("plain", "amounts"):
        return []
    if dtype in INTEGERS:
        return [v for v in edges_of_integers(dtype) if v or style != "nonzero"]
    special = ZEROS_AND_INFINITIES + [sign * x for x in EDGES[dtype] for sign in (1, -1)]
    if style == "ties":
        special += [sign * x for x in TIES for sign in (1, -1)]
    return special


def random_number(rng: Random, dtype: str, style: str):
    if dtype in FLOATS:
        scale = 2.0 ** rng.randint(-12, 12) if style in ("hard", "ties") else 1.0
        return rng.uniform(-2, 2) * scale
    low, high = bounds(dtype)
    if style == "amounts":
        return rng.randint(max(low, -2), min(high, BITS[dtype] + 3))
    wide = style in ("hard", "ties") and rng.random() < 0.5
    value = rng.randint(low, high) if wide else rng.randint(max(low, -9), 20)
    return value or 1 if style == "nonzero" else value


def to_bytes(dtype: str, value) -> bytes:
    if dtype == "BOOL":
        return bytes([value])
    if dtype in INTEGERS:
        return value.to_bytes(BITS[dtype] // 8, "little", signed=dtype in SIGNED)
    if dtype == "FP16":
        finite = max(min(value, 65504.0), -65504.0) if math.isfinite(value) else value
        return struct.pack("<e", finite)
    highest = 3.4028234663852886e38
    single = struct.pack("<f", max(min(value, highest), -highest) if math.isfinite(value) else value)
    return single if dtype == "FP32" else single[2:]


def write_safetensors(path: str, tensors: Dict[str, Contents]) -> None:
    header, data = {}, b""
    # Wide elements first: each tensor must be aligned.
    for name, (dtype, shape, values) in sorted(tensors.items(), key=lambda named: -len(to_bytes(named[1][0], 0))):
        chunk = b"".join(to_bytes(dtype, value) for value in values)
        assert len(values) == math.prod(shape), name
        offsets = [len(data), len(data) + len(chunk)]
        header[name] = {"dtype": STORED_AS[dtype], "shape": list(shape), "data_offsets": offsets}
        data += chunk
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)
