# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Contents for the parameters of a random program, as a safetensors file."""

import json
import struct
from random import Random
from typing import Dict

from program import BITS, FLOATS, SIGNED, Program, Tensor

NAMES = {
    "FP32": "F32", "BF16": "BF16", "FP16": "F16", "BOOL": "BOOL", "INDEX": "I64",
    "INT8": "I8", "INT16": "I16", "INT32": "I32", "INT64": "I64",
    "UINT8": "U8", "UINT16": "U16", "UINT32": "U32",
}  # fmt: skip
FLOAT_BITS = {"FP32": 32, "BF16": 16, "FP16": 16}
SPECIAL = (0.0, -0.0, float("inf"), float("-inf"), float("nan"), 1e-40, -3e38)


def float_bytes(dtype: str, value: float) -> bytes:
    if dtype == "FP16":
        return struct.pack("<e", max(min(value, 65504.0), -65504.0) if abs(value) < float("inf") else value)
    single = struct.pack("<f", value)
    return single if dtype == "FP32" else single[2:]


def float_data(rng: Random, dtype: str, count: int) -> bytes:
    style = rng.choice(["small", "small", "small", "whole", "special"])
    values = []
    for _ in range(count):
        if style == "whole":
            values.append(float(rng.randint(-4, 4)))
        elif style == "special" and rng.random() < 0.15:
            values.append(rng.choice(SPECIAL))
        else:
            values.append(rng.uniform(-2, 2))
    return b"".join(float_bytes(dtype, value) for value in values)


def integer_data(rng: Random, dtype: str, count: int) -> bytes:
    bits = BITS[dtype]
    signed = dtype in SIGNED + ("INDEX",)
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)
    near = rng.random() < 0.6
    values = []
    for _ in range(count):
        value = rng.randint(-9, 20) if near else rng.randint(low, high)
        if rng.random() < 0.03:
            value = rng.choice([low, high])
        values.append(max(low, min(high, value)))
    return b"".join(value.to_bytes(bits // 8, "little", signed=signed) for value in values)


def data(rng: Random, tensor: Tensor, count: int, dims: Dict[str, int]) -> bytes:
    if tensor.limit is not None:
        order = list(range(tensor.limit.value(dims)))
        rng.shuffle(order)
        return b"".join(i.to_bytes(BITS[tensor.dtype] // 8, "little") for i in order)
    if tensor.dtype in FLOATS:
        return float_data(rng, tensor.dtype, count)
    if tensor.dtype == "BOOL":
        return bytes(rng.randint(0, 1) for _ in range(count))
    return integer_data(rng, tensor.dtype, count)


def write(path: str, program: Program, dims: Dict[str, int], seed: int) -> None:
    """The contents of all parameters that are read. Each tensor's are its own: dropping one changes no other."""
    header, chunks, offset = {}, [], 0
    read = [tensor for tensor in program.parameters() if tensor.role != "out"]
    # Wide elements first: that aligns them all.
    for tensor in sorted(read, key=lambda t: -BITS.get(t.dtype, FLOAT_BITS.get(t.dtype, 8))):
        shape = [dim.value(dims) for dim in tensor.dims]
        count = 1
        for extent in shape:
            count *= extent
        chunk = data(Random(f"{seed} {tensor.name}"), tensor, count, dims)
        header[tensor.name] = {
            "dtype": NAMES[tensor.dtype],
            "shape": shape,
            "data_offsets": [offset, offset + len(chunk)],
        }
        chunks.append(chunk)
        offset += len(chunk)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(chunks))
