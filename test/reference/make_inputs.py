# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes the inputs of a Qwen3 entry at any size.

    make_inputs.py -D HIDDEN=96 ... --layers 4 --contexts 1,255,256 -o inputs.safetensors

Memory that a right program has no business with is hostile: pages of no context, rows of a page past the
context, rows of the rotary tables that no position uses and the memory behind each tensor hold NaN, and
entries of the block table past the context hold page numbers that do not exist.
"""

import argparse
import re
from typing import Dict, List

import numpy as np

import qwen3_config
import safetensors_io as st
from qwen3_config import Config

NO_PAGES = (-1, 2**31 - 1, -(2**31))
ROPE_THETA = 1e6


def uniform(rng, *shape: int, reach: float = 1.0) -> np.ndarray:
    return rng.uniform(-reach, reach, shape)


def weight(rng, rows: int, columns: int, fan_in: int) -> st.Tensor:
    """A matrix that keeps the size of what it is multiplied with; made by blocks of rows, as it may be huge."""
    bits = np.empty((rows, columns), "<u2")
    step = max(1, 2**22 // columns)
    for row in range(0, rows, step):
        block = bits[row : row + step]
        block[:] = st.bf16_bits(uniform(rng, *block.shape, reach=np.sqrt(3.0 / fan_in)))
    return st.Tensor("BF16", bits)


def norm_weight(rng, rows: int, columns: int) -> st.Tensor:
    return st.f32(rng.uniform(0.5, 1.5, (rows, columns)))


def rope_tables(config: Config, rows: int, contexts: List[int]):
    """Cosines and sines by position; NaN where no position of the batch is."""
    half = config.HEAD_DIM // 2
    frequencies = ROPE_THETA ** (-np.arange(half) / half)
    angles = np.outer(np.arange(rows), np.concatenate([frequencies, frequencies]))
    unused = np.setdiff1d(np.arange(rows), np.asarray(contexts) - 1)
    angles[unused] = np.nan
    return st.f32(np.cos(angles)), st.f32(np.sin(angles))


def page_tables(rng, config: Config, contexts: List[int], spare_pages: int):
    """Shuffled pages: (table [users, blocks], slots, pages in all)."""
    blocks = [-(-length // config.BLOCK_SIZE) for length in contexts]
    pages = sum(blocks) + spare_pages
    shuffled = iter(rng.permutation(pages))
    table = rng.choice(NO_PAGES, (len(contexts), config.MAX_BLOCKS_PER_SEQ))
    slots = []
    for user, length in enumerate(contexts):
        table[user, : blocks[user]] = [next(shuffled) for _ in range(blocks[user])]
        position = length - 1
        slots.append(table[user, position // config.BLOCK_SIZE] * config.BLOCK_SIZE + position % config.BLOCK_SIZE)
    return table, slots, pages


def cache(rng, config: Config, table, contexts: List[int], layers: int, pages: int) -> st.Tensor:
    """A cache with the rows of each context filled but the new token's, and NaN elsewhere."""
    shape = (layers, pages, config.NUM_KV_HEADS, config.BLOCK_SIZE, config.HEAD_DIM)
    bits = np.full(shape, 0x7FC1, "<u2")
    for user, length in enumerate(contexts):
        for block, begin in enumerate(range(0, length, config.BLOCK_SIZE)):
            tokens = min(config.BLOCK_SIZE, length - 1 - begin)
            rows = uniform(rng, layers, config.NUM_KV_HEADS, tokens, config.HEAD_DIM, reach=np.sqrt(3.0))
            bits[:, table[user, block], :, :tokens] = st.bf16_bits(rows)
    return st.Tensor("BF16", bits.reshape(-1, config.HEAD_DIM))


def decode_inputs(config: Config, layers: int, contexts: List[int], spare_pages: int, seed: int):
    """Every input of decode_fwd by name, in parameter order."""
    rng = np.random.default_rng(seed)
    users = len(contexts)
    table, slots, pages = page_tables(rng, config, contexts, spare_pages)
    cos, sin = rope_tables(config, max(contexts) + 3, contexts)
    hidden, q_hidden, kv_hidden, inter = config.HIDDEN, config.Q_HIDDEN, config.KV_HIDDEN, config.INTERMEDIATE
    return {
        "hidden_states": st.bf16(uniform(rng, users, hidden)),
        "input_rms_weight": norm_weight(rng, layers, hidden),
        "wq": weight(rng, layers * hidden, q_hidden, hidden),
        "wk": weight(rng, layers * hidden, kv_hidden, hidden),
        "wv": weight(rng, layers * hidden, kv_hidden, hidden),
        "q_norm_weight": norm_weight(rng, layers, config.HEAD_DIM),
        "k_norm_weight": norm_weight(rng, layers, config.HEAD_DIM),
        "seq_lens": st.i32(contexts),
        "block_table": st.i32(table.reshape(-1)),
        "slot_mapping": st.i32(slots),
        "rope_cos": cos,
        "rope_sin": sin,
        "k_cache": cache(rng, config, table, contexts, layers, pages),
        "v_cache": cache(rng, config, table, contexts, layers, pages),
        "wo": weight(rng, layers * q_hidden, hidden, 4 * q_hidden),
        "post_rms_weight": norm_weight(rng, layers, hidden),
        "w_gate": weight(rng, layers * hidden, inter, hidden),
        "w_up": weight(rng, layers * hidden, inter, hidden),
        "w_down": weight(rng, layers * inter, hidden, 4 * inter),
        "final_norm_weight": norm_weight(rng, 1, hidden),
        "lm_head_weight": weight(rng, config.VOCAB, hidden, 12 * hidden),
    }


def with_spare_memory(tensors: Dict[str, st.Tensor]) -> Dict[str, st.Tensor]:
    """The same tensors, each float one followed in the file by rows of NaN of no parameter."""
    result = {}
    for name, tensor in tensors.items():
        result[name] = tensor
        if tensor.dtype == "BF16":
            result["spare_after_" + name] = st.Tensor("BF16", np.full(2048, 0x7FC1, "<u2"))
        elif tensor.dtype == "F32":
            result["spare_after_" + name] = st.f32(np.full(1024, np.nan))
    return result


def overwrite(tensors: Dict[str, st.Tensor], assignment: str) -> None:
    """Applies one `name[index]=value` of the command line."""
    match = re.fullmatch(r"(\w+)\[(\d+)\]=(-?\d+)", assignment)
    if not match or match.group(1) not in tensors:
        raise SystemExit(f"--set wants NAME[INDEX]=VALUE with an input's name, not '{assignment}'")
    name, index, value = match.groups()
    tensors[name].data.reshape(-1)[int(index)] = int(value)


def make(entry: str, config: Config, layers: int, contexts: List[int], spare_pages: int, seed: int):
    """The inputs of an entry by name, in parameter order."""
    tensors = decode_inputs(config, layers, contexts, spare_pages, seed)
    if entry != "final_head":
        return tensors
    return {name: tensors[name] for name in ("hidden_states", "final_norm_weight", "lm_head_weight", "seq_lens")}


def save(path: str, tensors: Dict[str, st.Tensor], config: Config) -> None:
    """Writes inputs with spare memory between them and the sizes in the metadata."""
    st.write(path, with_spare_memory(tensors), config.to_metadata())


def context_list(text: str) -> List[int]:
    return [int(length) for length in text.split(",")]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that say which inputs to make."""
    qwen3_config.add_define_argument(parser)
    parser.add_argument("--entry", default="decode_fwd", choices=["decode_fwd", "decode_one", "final_head"])
    parser.add_argument("--layers", type=int, default=1)
    parser.add_argument("--contexts", type=context_list, required=True, help="lengths with the new token: 1,255")
    parser.add_argument("--spare-pages", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)


def from_arguments(arguments: argparse.Namespace, config: Config) -> Dict[str, st.Tensor]:
    a = arguments
    return make(a.entry, config, a.layers, a.contexts, a.spare_pages, a.seed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_arguments(parser)
    parser.add_argument("--set", action="append", default=[], metavar="NAME[INDEX]=VALUE", help="damages an input")
    parser.add_argument("-o", dest="output", required=True)
    arguments = parser.parse_args()
    config = qwen3_config.from_defines(arguments.defines)
    tensors = from_arguments(arguments, config)
    for assignment in arguments.set:
        overwrite(tensors, assignment)
    save(arguments.output, tensors, config)


if __name__ == "__main__":
    main()
