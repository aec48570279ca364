# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs qwen3-decode on a folder of model files and compares it with a reference that has no cache.

    check_checkpoint.py FOLDER --tokens 1,2,3 --steps 8 [-- options of qwen3-decode]

The reference reads the folder itself, and takes a whole text at once: each position attends to all before it.
The logits after each token must be the reference's, as near as compare.py wants them. Each generated token must
have the largest of the program's own logits, and be the reference's choice wherever that is clear.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile

import numpy as np

import compare
import safetensors_io as st
from qwen3_reference import attend, rms_norm, rotate


class Model:
    """The config and the tensors of a folder; matrices in FP64."""

    def __init__(self, folder: str):
        with open(os.path.join(folder, "config.json")) as file:
            self.config = json.load(file)
        self.theta = self.config.get("rope_theta") or self.config["rope_parameters"]["rope_theta"]
        self.tensors = {}
        for name in os.listdir(folder):
            if name.endswith(".safetensors"):
                self.tensors.update(st.read(os.path.join(folder, name))[0])

    def get(self, name: str) -> np.ndarray:
        return st.bf16_values(self.tensors[f"{name}.weight"].data)

    def norm(self, x: np.ndarray, name: str) -> np.ndarray:
        return rms_norm(x, self.get(name), self.config["rms_norm_eps"])


def rotate_positions(x: np.ndarray, theta: float) -> np.ndarray:
    """Rotary embedding of [positions, heads, head_dim]."""
    half = x.shape[-1] // 2
    rotated = []
    for position, heads in enumerate(x):
        angles = np.tile(position / theta ** (np.arange(half) / half), 2)
        rotated.append(rotate(heads, np.cos(angles), np.sin(angles)))
    return np.array(rotated)


def attend_causally(q: np.ndarray, k: np.ndarray, v: np.ndarray, page: int) -> np.ndarray:
    """Attention of each position, [positions, heads, head_dim], to all up to it, which share keys and values.

    Weights are rounded page by page, as the programs do it: each page has a largest score of its own.
    """
    scale = 1.0 / np.sqrt(q.shape[-1])
    result = []
    for position, heads in enumerate(q):
        begins = range(0, position + 1, page)
        keys, values = ([x[begin : min(begin + page, position + 1)] for begin in begins] for x in (k, v))
        result.append(attend(heads, keys, values, scale))
    return np.array(result)


def layer(model: Model, hidden: np.ndarray, name: str, page: int) -> np.ndarray:
    count, head_dim = len(hidden), model.config["head_dim"]
    normed = st.round_bf16(model.norm(hidden, f"{name}.input_layernorm"))
    q, k, v = ((normed @ model.get(f"{name}.self_attn.{x}_proj").T).reshape(count, -1, head_dim) for x in "qkv")
    q = st.round_bf16(rotate_positions(model.norm(q, f"{name}.self_attn.q_norm"), model.theta))
    k = st.round_bf16(rotate_positions(model.norm(k, f"{name}.self_attn.k_norm"), model.theta))
    v = st.round_bf16(v)
    group = q.shape[1] // k.shape[1]
    groups = q.reshape(count, -1, group, head_dim)
    heads = [attend_causally(groups[:, h], k[:, h], v[:, h], page) for h in range(k.shape[1])]
    attended = st.round_bf16(np.concatenate(heads, axis=1).reshape(count, -1))
    resid = attended @ model.get(f"{name}.self_attn.o_proj").T + hidden
    normed = st.round_bf16(model.norm(resid, f"{name}.post_attention_layernorm"))
    gate = normed @ model.get(f"{name}.mlp.gate_proj").T
    up = normed @ model.get(f"{name}.mlp.up_proj").T
    mlp = st.round_bf16(gate / (1.0 + np.exp(-gate)) * up)
    return st.round_bf16(mlp @ model.get(f"{name}.mlp.down_proj").T + resid)


def forward(model: Model, tokens: list, page: int) -> np.ndarray:
    """The logits after each token."""
    hidden = model.get("model.embed_tokens")[tokens]
    for index in range(model.config["num_hidden_layers"]):
        hidden = layer(model, hidden, f"model.layers.{index}", page)
    head = "model.embed_tokens" if model.config["tie_word_embeddings"] else "lm_head"
    return st.round_bf16(model.norm(hidden, "model.norm")) @ model.get(head).T


def check(report: compare.Report, model: Model, prompt: list, generated: list, actual, page: int) -> None:
    expected = forward(model, prompt + generated[:-1], page)
    if actual.shape != expected.shape:
        report.check(False, f"logits of shape {list(actual.shape)}, expected {list(expected.shape)}")
        return
    compare.compare_logits(report, actual, expected, model.config["num_hidden_layers"])
    first = len(prompt) - 1
    is_largest = generated == list(actual[first:].argmax(axis=-1))
    report.check(is_largest, "each token has the largest logit, and is the first of equals")
    largest = np.sort(expected[first:], axis=-1)
    clear = largest[:, -1] - largest[:, -2] > 2e-2
    choices = expected[first:].argmax(axis=-1)
    report.check(bool(np.all(choices[clear] == np.array(generated)[clear])), "the tokens are the reference's")
    report.check(clear.mean() > 0.5, f"{clear.mean():.0%} of the choices are clear, more than half wanted")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--tokens", action="append", required=True)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--page", type=int, default=256, help="tokens of a page of the cache")
    words = sys.argv[1:] + ["--"]
    end = words.index("--")
    arguments = parser.parse_args(words[:end])
    with tempfile.TemporaryDirectory() as folder:
        logits = os.path.join(folder, "logits.safetensors")
        command = ["qwen3-decode", arguments.folder, "--logits", logits]
        command += ["--steps", str(arguments.steps), "--page", str(arguments.page)]
        for tokens in arguments.tokens:
            command += ["--tokens", tokens]
        result = subprocess.run(command + words[end + 1 : -1], stdout=subprocess.PIPE, text=True)
        if result.returncode:
            sys.exit(result.returncode)
        tensors = st.read(logits)[0]
        report, model = compare.Report(), Model(arguments.folder)
        lines = result.stdout.splitlines()
        report.check(len(lines) == len(arguments.tokens), f"{len(lines)} lines for {len(arguments.tokens)} prompts")
        for index, (tokens, line) in enumerate(zip(arguments.tokens, lines)):
            prompt, generated = ([int(token) for token in text.split(",")] for text in (tokens, line))
            check(report, model, prompt, generated, tensors[f"sequence{index}"].data, arguments.page)
    sys.exit(1 if report.failed else 0)


if __name__ == "__main__":
    main()
