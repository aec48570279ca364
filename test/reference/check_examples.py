# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the numbered kernels of examples/ with `tilec run` and compares them with NumPy in FP64.

    check_examples.py [--interpret]

Exit status 1 if a kernel fails or its numbers are off.
"""

import argparse
import os
import subprocess
import sys
import tempfile

import numpy as np

import safetensors_io as st

EXAMPLES = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "examples"))
rng = np.random.default_rng(11)


def random_f32(*shape: int) -> st.Tensor:
    return st.f32(rng.uniform(-1, 1, shape))


def random_bf16(*shape: int) -> st.Tensor:
    return st.bf16(rng.uniform(-1, 1, shape))


def values(tensor: st.Tensor) -> np.ndarray:
    return st.bf16_values(tensor.data) if tensor.dtype == "BF16" else tensor.data.astype(np.float64)


def softmax(x: np.ndarray) -> np.ndarray:
    odds = np.exp(x - x.max(axis=-1, keepdims=True))
    return odds / odds.sum(axis=-1, keepdims=True)


# Each case: the options beside the inputs, the inputs by name, the expected `out`, and how far off it may be.


def vector_add():
    x, y = random_f32(2500), random_f32(2500)
    return [], {"x": x, "y": y}, values(x) + values(y), 1e-6


def row_softmax():
    x = random_f32(13, 77)
    return ["-D", "COLS=77"], {"x": x}, softmax(values(x)), 1e-6


def rmsnorm():
    x, weight = random_bf16(37, 1000), random_f32(1, 1000)
    rms = np.sqrt(np.mean(values(x) ** 2, axis=-1, keepdims=True) + 1e-6)
    return ["-D", "HIDDEN=1000"], {"x": x, "norm_weight": weight}, values(x) / rms * values(weight), 1e-2


def matmul():
    x, w = random_bf16(21, 333), random_bf16(333, 300)
    return ["-D", "K=333", "-D", "N=300"], {"x": x, "w": w}, values(x) @ values(w), 1e-4


def rope():
    x, cos, sin = random_f32(5, 512), random_f32(64, 32), random_f32(64, 32)
    positions = st.i32(rng.permutation(64)[:5])
    turn = (values(cos) + 1j * values(sin))[positions.data][:, None, :]
    heads = values(x).reshape(5, 8, 2, 32)
    turned = (heads[:, :, 0] + 1j * heads[:, :, 1]) * turn
    out = np.concatenate([turned.real, turned.imag], axis=-1).reshape(5, 512)
    return [], {"x": x, "positions": positions, "cos_table": cos, "sin_table": sin}, out, 1e-6


def paged_attention():
    lens, heads, head_dim, page = [1, 150, 256, 32], 4, 64, 32
    q = random_bf16(len(lens) * heads, head_dim)
    keys, values_ = random_bf16(40 * page, head_dim), random_bf16(40 * page, head_dim)
    table = rng.permutation(40)[:32].reshape(len(lens), 8)
    out = []
    for user, length in enumerate(lens):
        rows = [table[user, t // page] * page + t % page for t in range(length)]
        query = values(q)[user * heads : (user + 1) * heads]
        out.append(softmax(query @ values(keys)[rows].T / np.sqrt(head_dim)) @ values(values_)[rows])
    inputs = {"q": q, "key_cache": keys, "value_cache": values_, "block_table": st.i32(table)}
    return [], {**inputs, "context_lens": st.i32(lens)}, np.concatenate(out), 1e-2


CASES = {
    "01_add": vector_add,
    "02_softmax": row_softmax,
    "03_rmsnorm": rmsnorm,
    "04_matmul": matmul,
    "05_rope": rope,
    "06_paged_attention": paged_attention,
}


def check(name: str, folder: str, extra: list) -> bool:
    options, inputs, expected, tolerance = CASES[name]()
    source, result = (os.path.join(folder, f"{name}.{side}.safetensors") for side in ("in", "out"))
    st.write(source, inputs)
    program = os.path.join(EXAMPLES, name + ".tile")
    if subprocess.run(["tilec", "run", program, "--in", source, "--out", result, *options, *extra]).returncode:
        return False
    error = np.abs(values(st.read(result)[0]["out"]) - expected).max()
    ok = bool(error <= tolerance * max(1.0, np.abs(expected).max()))
    print(f"{'ok:  ' if ok else 'FAIL:'} {name} off by {error:.3g}")
    return ok


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--interpret", action="store_true", help="as tilec's")
    extra = ["--interpret"] if parser.parse_args().interpret else []
    with tempfile.TemporaryDirectory() as folder:
        results = [check(name, folder, extra) for name in CASES]
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
