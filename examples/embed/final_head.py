# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A Python host: the final head of Qwen3 on NumPy arrays, compared with NumPy.

    python3 final_head.py ../qwen3/rms_lm_head.tile
"""

import sys

import numpy as np
import tilec

HIDDEN, VOCAB, BATCH = 256, 1000, 5


def to_bf16(values):
    """The BF16 bit patterns of an array, cut off."""
    return (values.astype("f4").view("u4") >> 16).astype("u2")


def to_fp32(bits):
    return (bits.astype("u4") << 16).view("f4")


def head_in_numpy(states, norm, weight):
    """The same in FP64."""
    x = to_fp32(states).astype("f8")
    x = x / np.sqrt((x * x).mean(axis=1, keepdims=True) + 1e-6) * norm
    return x @ to_fp32(weight).astype("f8").T


def main():
    module = tilec.Module(sys.argv[1], NUM_HEADS=2, NUM_KV_HEADS=1, VOCAB=VOCAB)
    head = module["final_head"]
    for p in head.parameters:
        shape = ", ".join(p.shape[i].decode() for i in range(p.rank))
        print(f"{p.name.decode()}: [{shape}], {p.layout.decode()}")

    random = np.random.default_rng(7)
    states = to_bf16(random.standard_normal((BATCH, HIDDEN)))
    norm = (1 + 0.1 * random.standard_normal((1, HIDDEN))).astype("f4")
    matrix = to_bf16(random.standard_normal((VOCAB, HIDDEN)))
    lengths = np.ones(BATCH, dtype="i4")
    logits = np.empty((BATCH, VOCAB), dtype="f4")

    weight = tilec.Weight(head, "lm_head_weight", matrix)
    head(states, norm, weight, lengths, logits)
    expected = head_in_numpy(states, norm, matrix)
    # What is normalized is rounded to BF16, which has 8 bits.
    error = np.abs(logits - expected).max() / np.abs(expected).max()
    print("equal to NumPy's" if error < 2**-7 else f"WRONG: relative error {error}")

    try:
        head(states, norm, weight, lengths, logits[:, ::2])
    except tilec.Error as problem:
        print(problem)
    return int(error >= 2**-7)


if __name__ == "__main__":
    sys.exit(main())
