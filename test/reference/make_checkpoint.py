# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes a small Qwen3 model of random weights as a folder of published model files.

    make_checkpoint.py FOLDER -D HIDDEN=96 ... --layers 3 [--shards 2] [--tied]

`--shards 0` is one file without an index. The last options damage what is written.
"""

import argparse
import json
import os
from typing import Dict

import numpy as np

import make_inputs
import qwen3_config
import safetensors_io as st
from qwen3_config import Config


def norm(rng, size: int) -> st.Tensor:
    return st.bf16(rng.uniform(0.5, 1.5, size))


def layer_tensors(rng, config: Config) -> Dict[str, st.Tensor]:
    """The tensors of a layer; matrices are [outputs, inputs]."""
    hidden, inner, weight = config.HIDDEN, config.INTERMEDIATE, make_inputs.weight
    tensors = {
        "input_layernorm": norm(rng, hidden),
        "self_attn.q_proj": weight(rng, config.Q_HIDDEN, hidden, hidden),
        "self_attn.k_proj": weight(rng, config.KV_HIDDEN, hidden, hidden),
        "self_attn.v_proj": weight(rng, config.KV_HIDDEN, hidden, hidden),
        "self_attn.q_norm": norm(rng, config.HEAD_DIM),
        "self_attn.k_norm": norm(rng, config.HEAD_DIM),
        "self_attn.o_proj": weight(rng, hidden, config.Q_HIDDEN, 4 * config.Q_HIDDEN),
        "post_attention_layernorm": norm(rng, hidden),
        "mlp.gate_proj": weight(rng, inner, hidden, hidden),
        "mlp.up_proj": weight(rng, inner, hidden, hidden),
        "mlp.down_proj": weight(rng, hidden, inner, 4 * inner),
    }
    return {f"{name}.weight": tensor for name, tensor in tensors.items()}


def model_tensors(rng, config: Config, layers: int, tied: bool) -> Dict[str, st.Tensor]:
    tensors = {"model.embed_tokens.weight": make_inputs.weight(rng, config.VOCAB, config.HIDDEN, 12 * config.HIDDEN)}
    for layer in range(layers):
        for name, tensor in layer_tensors(rng, config).items():
            tensors[f"model.layers.{layer}.{name}"] = tensor
    tensors["model.norm.weight"] = norm(rng, config.HIDDEN)
    if not tied:
        tensors["lm_head.weight"] = make_inputs.weight(rng, config.VOCAB, config.HIDDEN, 12 * config.HIDDEN)
    return tensors


def stacked(tensors: Dict[str, st.Tensor], layers: int, tied: bool) -> Dict[str, st.Tensor]:
    """The same weights as decode_fwd takes them."""
    parts = {
        "input_rms_weight": "input_layernorm",
        "wq": "self_attn.q_proj",
        "wk": "self_attn.k_proj",
        "wv": "self_attn.v_proj",
        "q_norm_weight": "self_attn.q_norm",
        "k_norm_weight": "self_attn.k_norm",
        "wo": "self_attn.o_proj",
        "post_rms_weight": "post_attention_layernorm",
        "w_gate": "mlp.gate_proj",
        "w_up": "mlp.up_proj",
        "w_down": "mlp.down_proj",
    }
    result = {}
    for parameter, part in parts.items():
        rows = [tensors[f"model.layers.{layer}.{part}.weight"].data for layer in range(layers)]
        if rows[0].ndim == 1:
            result[parameter] = st.f32(st.bf16_values(np.stack(rows)))
        else:
            result[parameter] = st.Tensor("BF16", np.concatenate([row.T for row in rows]))
    result["final_norm_weight"] = st.f32(st.bf16_values(tensors["model.norm.weight"].data[None]))
    result["lm_head_weight"] = tensors["model.embed_tokens.weight" if tied else "lm_head.weight"]
    return result


def config_fields(config: Config, layers: int, tied: bool) -> dict:
    return {
        "architectures": ["Qwen3ForCausalLM"],
        "attention_bias": False,
        "head_dim": config.HEAD_DIM,
        "hidden_act": "silu",
        "hidden_size": config.HIDDEN,
        "intermediate_size": config.INTERMEDIATE,
        "max_position_embeddings": 4096,
        "model_type": "qwen3",
        "num_attention_heads": config.NUM_HEADS,
        "num_hidden_layers": layers,
        "num_key_value_heads": config.NUM_KV_HEADS,
        "rms_norm_eps": config.EPS,
        "rope_scaling": None,
        "rope_theta": 1000000,
        "tie_word_embeddings": tied,
        "torch_dtype": "bfloat16",
        "use_sliding_window": False,
        "vocab_size": config.VOCAB,
    }


def write_json(folder: str, name: str, value) -> None:
    with open(os.path.join(folder, name), "w") as file:
        json.dump(value, file, indent=2)


def write_shards(folder: str, tensors: Dict[str, st.Tensor], shards: int, unlisted: list) -> None:
    """Writes the tensors in `shards` files with their index; `unlisted` ones stand in no file."""
    names = list(tensors)
    shard_of = {}
    for shard in range(shards):
        file = f"model-{shard + 1:05}-of-{shards:05}.safetensors"
        part = names[len(names) * shard // shards : len(names) * (shard + 1) // shards]
        shard_of.update((name, file) for name in part)
        st.write(os.path.join(folder, file), {name: tensors[name] for name in part if name not in unlisted})
    total = sum(tensor.data.nbytes for tensor in tensors.values())
    write_json(folder, "model.safetensors.index.json", {"metadata": {"total_size": total}, "weight_map": shard_of})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    qwen3_config.add_define_argument(parser)
    parser.add_argument("folder")
    parser.add_argument("--layers", type=int, default=3)
    parser.add_argument("--shards", type=int, default=3)
    parser.add_argument("--tied", action="store_true", help="the embedding is the head")
    parser.add_argument("--twins", action="store_true", help="each row of the head is there twice, a half apart")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--stacked", metavar="FILE", help="also written: the weights as parameters of decode_fwd")
    parser.add_argument("--config", action="append", default=[], metavar="KEY=JSON", help="changes config.json")
    parser.add_argument("--without-config", action="append", default=[], metavar="KEY")
    parser.add_argument("--without", action="append", default=[], metavar="TENSOR", help="left out everywhere")
    parser.add_argument("--unlisted", action="append", default=[], metavar="TENSOR", help="only in the index")
    parser.add_argument("--transpose", action="append", default=[], metavar="TENSOR")
    parser.add_argument("--widen", action="append", default=[], metavar="TENSOR", help="stored in FP32")
    parser.add_argument("--nan", action="append", default=[], metavar="TENSOR", help="holds a NaN")
    arguments = parser.parse_args()

    config = qwen3_config.from_defines(arguments.defines)
    tensors = model_tensors(np.random.default_rng(arguments.seed), config, arguments.layers, arguments.tied)
    if arguments.twins:
        head = tensors["lm_head.weight"].data
        head[len(head) // 2 :] = head[: len(head) // 2]
    if arguments.stacked:
        st.write(arguments.stacked, stacked(tensors, arguments.layers, arguments.tied))
    for name in arguments.without:
        del tensors[name]
    for name in arguments.transpose:
        tensors[name] = st.Tensor("BF16", np.ascontiguousarray(tensors[name].data.T))
    for name in arguments.widen:
        tensors[name] = st.f32(st.bf16_values(tensors[name].data))
    for name in arguments.nan:
        tensors[name].data.reshape(-1)[0] = 0x7FC1

    fields = config_fields(config, arguments.layers, arguments.tied)
    fields.update((key, json.loads(value)) for key, value in (item.split("=", 1) for item in arguments.config))
    for key in arguments.without_config:
        del fields[key]
    os.makedirs(arguments.folder, exist_ok=True)
    write_json(arguments.folder, "config.json", fields)
    if arguments.shards:
        write_shards(arguments.folder, tensors, arguments.shards, arguments.unlisted)
    else:
        st.write(os.path.join(arguments.folder, "model.safetensors"), tensors)


if __name__ == "__main__":
    main()
