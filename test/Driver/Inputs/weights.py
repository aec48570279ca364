# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes inputs of weights.tile; with --packed, a packed file with another number in the header of `stack`.

    weights.py OUT [--packed FILE --word W --value V]

A word is a 64-bit number of the header, but that of the version has 32 bits.
"""

import argparse
import json
import struct

import numpy as np


def write(path, tensors):
    header, data = {}, b""
    for name, (dtype, array) in tensors.items():
        chunk = array.tobytes()
        header[name] = {"dtype": dtype, "shape": list(array.shape), "data_offsets": [len(data), len(data) + len(chunk)]}
        data += chunk
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def bf16(random, *shape):
    return (random.standard_normal(shape, np.float32).view(np.uint32) >> 16).astype(np.uint16)


def change(path, packed, word, value):
    with open(packed, "rb") as file:
        data = bytearray(file.read())
    (length,) = struct.unpack_from("<Q", data)
    begin = 8 + length + json.loads(data[8 : 8 + length])["stack"]["data_offsets"][0]
    struct.pack_into("<I" if word == 1 else "<Q", data, begin + 8 * word, value)
    with open(path, "wb") as file:
        file.write(data)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--packed")
    parser.add_argument("--word", type=int)
    parser.add_argument("--value", type=int)
    arguments = parser.parse_args()
    if arguments.packed:
        return change(arguments.out, arguments.packed, arguments.word, arguments.value)
    random = np.random.default_rng(7)
    tensors = {
        "x": ("BF16", bf16(random, 13, 97)),
        "stack": ("BF16", bf16(random, 3 * 98, 200)),
        "head": ("BF16", bf16(random, 200, 97)),
        "bias": ("F32", random.standard_normal((1, 200), np.float32)),
    }
    return write(arguments.out, tensors)


if __name__ == "__main__":
    main()
