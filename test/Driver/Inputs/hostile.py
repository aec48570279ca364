# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes safetensors files that are wrong, each in one way, into a folder.

The right ones hold what `scale` of scale.mlir reads: x and y, FP32 [4]. In `unaligned`, all data is two bytes
past a multiple of four, which the format allows.
"""

import json
import os
import struct
import sys


def make(header, data: bytes, length=None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def tensor(begin: int, dtype: str = "F32", shape=(4,), size: int = 16):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": [begin, begin + size]}


def unaligned() -> bytes:
    text = json.dumps(RIGHT).encode()
    text += b" " * (-len(text) % 8 + 2)
    return struct.pack("<Q", len(text)) + text + struct.pack("<8f", *range(1, 9))


RIGHT = {"x": tensor(0), "y": tensor(16)}
FILES = {
    "right": make(RIGHT, bytes(32)),
    "unaligned": unaligned(),
    "empty": b"",
    "short": b"\0\0\0",
    "length": make(RIGHT, bytes(32), length=1 << 62),
    "json": make(b'{"x": ', bytes(32)),
    "nested": make(b"[" * 100000, b""),
    "array": make(b"[]", b""),
    "gap": make({"x": tensor(0), "y": tensor(20)}, bytes(36)),
    "overlap": make({"x": tensor(0), "y": tensor(8)}, bytes(24)),
    "outside": make({"x": tensor(0), "y": tensor(1 << 40)}, bytes(32)),
    "size": make({"x": tensor(0, shape=(5,)), "y": tensor(16)}, bytes(32)),
    "huge": make({"x": tensor(0, shape=(1 << 62, 1 << 62)), "y": tensor(16)}, bytes(32)),
    "negative": make({"x": tensor(0, shape=(-4,)), "y": tensor(16)}, bytes(32)),
    "dtype": make({"x": tensor(0, dtype="F8_E4M3"), "y": tensor(16)}, bytes(32)),
    "other-dtype": make({"x": tensor(0, dtype="I32"), "y": tensor(16)}, bytes(32)),
    "rank": make({"x": tensor(0, shape=(2, 2)), "y": tensor(16)}, bytes(32)),
    "contradiction": make({"x": tensor(0), "y": tensor(16, shape=(2,), size=8)}, bytes(24)),
    "misspelt": make({"x": tensor(0), "yy": tensor(16)}, bytes(32)),
}

folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
for name, contents in FILES.items():
    with open(os.path.join(folder, name), "wb") as file:
        file.write(contents)
