# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A reference for examples/qwen3: NumPy, FP64 everywhere, rounding to BF16 exactly where the programs do.

    qwen3_reference.py --entry decode_fwd inputs.safetensors expected.safetensors

It shares nothing with the compiler or the interpreter. The inputs' metadata name the sizes (make_inputs.py
writes them).
"""

import argparse
from typing import Dict

import numpy as np

import qwen3_config
import safetensors_io as st
from qwen3_config import Config

Arrays = Dict[str, np.ndarray]


def widen(tensors: Dict[str, st.Tensor], name: str, rows: slice = slice(None)) -> np.ndarray:
    """Rows of a tensor in FP64; integers stay integers."""
    tensor = tensors[name]
    if tensor.dtype == "BF16":
        return st.bf16_values(tensor.data[rows])
    return tensor.data[rows].astype(np.int64 if tensor.dtype == "I32" else np.float64)


def rms_norm(x: np.ndarray, weight: np.ndarray, eps: float) -> np.ndarray:
    """RMSNorm along the last dimension."""
    mean_square = np.mean(x * x, axis=-1, keepdims=True)
    return x / np.sqrt(mean_square + eps) * weight


def rotate(x: np.ndarray, cos: np.ndarray, sin: np.ndarray) -> np.ndarray:
    """Rotary embedding of [heads, head_dim]: the two halves of a head are a vector's coordinates."""
    half = x.shape[-1] // 2
    lo, hi = x[:, :half], x[:, half:]
    return np.concatenate([lo * cos[:half] - hi * sin[:half], hi * cos[half:] + lo * sin[half:]], axis=-1)


def attend(q: np.ndarray, keys: list, values: list, scale: float) -> np.ndarray:
    """Online softmax of q [heads, head_dim] over pages of keys and values [tokens, head_dim]."""
    context = top = total = None
    for page_keys, page_values in zip(keys, values):
        scores = q @ page_keys.T * scale
        page_top = scores.max(axis=-1, keepdims=True)
        weights = st.round_bf16(np.exp(scores - page_top))
        page_total = weights.sum(axis=-1, keepdims=True)
        page_context = weights @ page_values
        if context is None:
            context, top, total = page_context, page_top, page_total
            continue
        new_top = np.maximum(top, page_top)
        alpha, beta = np.exp(top - new_top), np.exp(page_top - new_top)
        total = alpha * total + beta * page_total
        context = alpha * context + beta * page_context
        top = new_top
    return context / total


class Cache:
    """One layer's view of a paged cache of BF16 bit patterns."""

    def __init__(self, bits: np.ndarray, config: Config, layer: int, layers: int):
        shape = (layers, -1, config.NUM_KV_HEADS, config.BLOCK_SIZE, config.HEAD_DIM)
        self.pages = bits.reshape(shape)[layer]
        self.block_size = config.BLOCK_SIZE

    def store(self, slot: int, rows: np.ndarray) -> None:
        """Writes the new token's row of every KV head."""
        self.pages[slot // self.block_size, :, slot % self.block_size] = st.bf16_bits(rows)

    def load(self, head: int, pages: np.ndarray, length: int) -> list:
        """The context of one head, page by page; nothing past the context."""
        tiles = []
        for index, page in enumerate(pages):
            tokens = min(self.block_size, length - index * self.block_size)
            tiles.append(st.bf16_values(self.pages[page, head, :tokens]))
        return tiles


def attention(q, k, v, tensors, k_cache: Cache, v_cache: Cache, config: Config) -> np.ndarray:
    """Rotates and stores the new tokens, then attends, for [users, heads, head_dim] q, k and v."""
    seq_lens = widen(tensors, "seq_lens")
    slots = widen(tensors, "slot_mapping")
    table = widen(tensors, "block_table").reshape(len(seq_lens), config.MAX_BLOCKS_PER_SEQ)
    rotated = np.zeros_like(q)
    for user, length in enumerate(seq_lens):
        cos, sin = (widen(tensors, name, slice(length - 1, length))[0] for name in ("rope_cos", "rope_sin"))
        rotated[user] = st.round_bf16(rotate(q[user], cos, sin))
        k_cache.store(slots[user], rotate(k[user], cos, sin))
        v_cache.store(slots[user], v[user])

    out = np.zeros_like(q)
    scale = config.HEAD_DIM**-0.5
    for user, length in enumerate(seq_lens):
        pages = table[user, : -(-length // config.BLOCK_SIZE)]
        for head in range(config.NUM_KV_HEADS):
            group = slice(head * config.Q_PER_KV, (head + 1) * config.Q_PER_KV)
            keys, values = k_cache.load(head, pages, length), v_cache.load(head, pages, length)
            out[user, group] = st.round_bf16(attend(rotated[user, group], keys, values, scale))
    return out


def decode_layer(hidden: np.ndarray, tensors, caches: Arrays, layer: int, layers: int, config: Config) -> np.ndarray:
    """One layer: BF16 hidden rows in, BF16 hidden rows out, the caches updated in place."""

    def matrix(name: str, rows: int) -> np.ndarray:
        return widen(tensors, name, slice(layer * rows, (layer + 1) * rows))

    def vector(name: str) -> np.ndarray:
        return widen(tensors, name, slice(layer, layer + 1))[0]

    users = len(hidden)
    normed = st.round_bf16(rms_norm(hidden, vector("input_rms_weight"), config.EPS))
    q = (normed @ matrix("wq", config.HIDDEN)).reshape(users, config.NUM_HEADS, config.HEAD_DIM)
    k = (normed @ matrix("wk", config.HIDDEN)).reshape(users, config.NUM_KV_HEADS, config.HEAD_DIM)
    v = (normed @ matrix("wv", config.HIDDEN)).reshape(users, config.NUM_KV_HEADS, config.HEAD_DIM)
    q = rms_norm(q, vector("q_norm_weight"), config.EPS)
    k = rms_norm(k, vector("k_norm_weight"), config.EPS)
    k_cache = Cache(caches["k_cache"], config, layer, layers)
    v_cache = Cache(caches["v_cache"], config, layer, layers)
    heads = attention(q, k, v, tensors, k_cache, v_cache, config)

    resid = heads.reshape(users, config.Q_HIDDEN) @ matrix("wo", config.Q_HIDDEN) + hidden
    normed = st.round_bf16(rms_norm(resid, vector("post_rms_weight"), config.EPS))
    gate = normed @ matrix("w_gate", config.HIDDEN)
    up = normed @ matrix("w_up", config.HIDDEN)
    mlp = st.round_bf16(gate / (1.0 + np.exp(-gate)) * up)
    return st.round_bf16(mlp @ matrix("w_down", config.INTERMEDIATE) + resid)


def final_head(hidden: np.ndarray, tensors, config: Config) -> np.ndarray:
    """FP32 logits of the users' rows."""
    normed = st.round_bf16(rms_norm(hidden, widen(tensors, "final_norm_weight")[0], config.EPS))
    step = 8192  # rows of the head widened at a time
    parts = [slice(row, row + step) for row in range(0, config.VOCAB, step)]
    return np.concatenate([normed @ widen(tensors, "lm_head_weight", part).T for part in parts], axis=1)


def run(entry: str, tensors: Dict[str, st.Tensor], config: Config) -> Dict[str, st.Tensor]:
    """The outputs of an entry by name."""
    hidden = widen(tensors, "hidden_states")
    if entry == "final_head":
        return {"out": st.f32(final_head(hidden, tensors, config))}
    caches = {name: np.array(tensors[name].data) for name in ("k_cache", "v_cache")}
    layers = len(tensors["input_rms_weight"].data)
    for layer in range(layers):
        hidden = decode_layer(hidden, tensors, caches, layer, layers, config)
    outputs = {name: st.Tensor("BF16", bits) for name, bits in caches.items()}
    return {**outputs, "out": st.f32(final_head(hidden, tensors, config))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entry", default="decode_fwd", choices=["decode_fwd", "decode_one", "final_head"])
    parser.add_argument("inputs")
    parser.add_argument("outputs")
    arguments = parser.parse_args()
    tensors, metadata = st.read(arguments.inputs)
    st.write(arguments.outputs, run(arguments.entry, tensors, qwen3_config.from_strings(metadata)))


if __name__ == "__main__":
    main()
