# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Reads and writes safetensors files, and rounds to BF16.

NumPy has no BF16, so such a tensor is an array of uint16 bit patterns whose `Tensor` says BF16.
"""

import json
import struct
from typing import Dict, NamedTuple, Tuple

import numpy as np

_NUMPY_DTYPES = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "BF16": "<u2",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "i1",
    "U32": "<u4",
    "U16": "<u2",
    "U8": "u1",
    "BOOL": "u1",
}


class Tensor(NamedTuple):
    """The elements of a tensor and their safetensors dtype."""

    dtype: str
    data: np.ndarray


def f32(array) -> Tensor:
    return Tensor("F32", np.asarray(array, dtype="<f4"))


def i32(array) -> Tensor:
    return Tensor("I32", np.asarray(array, dtype="<i4"))


def bf16(array) -> Tensor:
    return Tensor("BF16", bf16_bits(array))


def bf16_bits(array) -> np.ndarray:
    """The BF16 bit patterns nearest to the values, ties to even; NaN stays NaN."""
    single = np.asarray(array).astype("<f4")
    bits = single.view("<u4")
    rounded = (bits + np.uint32(0x7FFF) + ((bits >> 16) & 1)) >> 16
    quiet = (bits >> 16) | np.uint32(0x40)
    return np.where(np.isnan(single), quiet, rounded).astype("<u2")


def bf16_values(bits: np.ndarray) -> np.ndarray:
    """The values of BF16 bit patterns, in FP64."""
    with np.errstate(invalid="ignore"):  # signalling NaN patterns
        return (bits.astype("<u4") << 16).view("<f4").astype(np.float64)


def round_bf16(array) -> np.ndarray:
    """The values rounded to BF16, in FP64."""
    return bf16_values(bf16_bits(array))


def read(path: str) -> Tuple[Dict[str, Tensor], Dict[str, str]]:
    """The tensors of a file by name, and its metadata. The tensors are read-only maps of the file."""
    with open(path, "rb") as file:
        (size,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(size))
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        dtype = np.dtype(_NUMPY_DTYPES[entry["dtype"]])
        if begin == end:
            data = np.zeros(entry["shape"], dtype)
        else:
            data = np.memmap(path, dtype, mode="r", offset=8 + size + begin, shape=tuple(entry["shape"]))
        tensors[name] = Tensor(entry["dtype"], data)
    return tensors, metadata


def write(path: str, tensors: Dict[str, Tensor], metadata: Dict[str, str] = {}) -> None:
    """Writes the tensors, wide elements first: that aligns each. Equally wide ones keep their order."""
    tensors = dict(sorted(tensors.items(), key=lambda item: -item[1].data.itemsize))
    header = {"__metadata__": dict(metadata)} if metadata else {}
    offset = 0
    for name, tensor in tensors.items():
        header[name] = {
            "dtype": tensor.dtype,
            "shape": list(tensor.data.shape),
            "data_offsets": [offset, offset + tensor.data.nbytes],
        }
        offset += tensor.data.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)))
        file.write(text)
        for tensor in tensors.values():
            tensor.data.tofile(file)
