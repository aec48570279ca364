# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Tests of the reference itself: against a plain model, and against mistakes that it must notice."""

import contextlib
import io
import math
import os
import tempfile
import unittest
from unittest import mock

import numpy as np

import check_checkpoint
import compare
import make_checkpoint
import make_inputs
import qwen3_reference as reference
import safetensors_io as st
from qwen3_config import Config

CONFIG = Config(
    NUM_HEADS=4, NUM_KV_HEADS=2, HEAD_DIM=16, HIDDEN=48, INTERMEDIATE=80, VOCAB=100, BLOCK_SIZE=8, MAX_SEQ=32
)
CONTEXTS = [1, 7, 8, 9, 32]


def plain_layer(hidden, weights, contexts):
    """A Qwen3 layer and head as a textbook has them: no rounding, no pages; a context is a list of vectors."""

    def norm(x, gamma):
        return [value / math.sqrt(sum(x * x) / len(x) + CONFIG.EPS) * g for value, g in zip(x, gamma)]

    def rope(x, position):
        half = len(x) // 2
        out = np.zeros(len(x))
        for i in range(half):
            angle = position * make_inputs.ROPE_THETA ** (-i / half)
            vector = complex(x[i], x[i + half]) * complex(math.cos(angle), math.sin(angle))
            out[i], out[i + half] = vector.real, vector.imag
        return out

    result = []
    for user, x in enumerate(hidden):
        normed = np.array(norm(x, weights["input_rms_weight"][0]))
        position = len(contexts[user][0][0])
        attended = []
        for head in range(CONFIG.NUM_HEADS):
            kv = head // CONFIG.Q_PER_KV
            column = slice(head * CONFIG.HEAD_DIM, (head + 1) * CONFIG.HEAD_DIM)
            kv_column = slice(kv * CONFIG.HEAD_DIM, (kv + 1) * CONFIG.HEAD_DIM)
            q = rope(norm(normed @ weights["wq"][:, column], weights["q_norm_weight"][0]), position)
            k = rope(norm(normed @ weights["wk"][:, kv_column], weights["k_norm_weight"][0]), position)
            keys = list(contexts[user][kv][0]) + [k]
            values = list(contexts[user][kv][1]) + [normed @ weights["wv"][:, kv_column]]
            odds = [math.exp(sum(q * key) / math.sqrt(CONFIG.HEAD_DIM)) for key in keys]
            attended.extend(sum(odd * value for odd, value in zip(odds, values)) / sum(odds))
        resid = np.array(attended) @ weights["wo"] + x
        normed = np.array(norm(resid, weights["post_rms_weight"][0]))
        gate = normed @ weights["w_gate"]
        mlp = gate / (1 + np.exp(-gate)) * (normed @ weights["w_up"])
        result.append(np.array(norm(mlp @ weights["w_down"] + resid, weights["final_norm_weight"][0])))
    return np.array(result) @ weights["lm_head_weight"].T


def gathered_contexts(tensors):
    """contexts[user][kv_head] = (keys, values) before the new token, one vector per position."""
    table = tensors["block_table"].data.reshape(len(CONTEXTS), -1)
    caches = [st.bf16_values(tensors[name].data) for name in ("k_cache", "v_cache")]
    contexts = []
    for user, length in enumerate(CONTEXTS):
        heads = []
        for head in range(CONFIG.NUM_KV_HEADS):
            pages = [table[user, t // CONFIG.BLOCK_SIZE] for t in range(length - 1)]
            rows = [
                (page * CONFIG.NUM_KV_HEADS + head) * CONFIG.BLOCK_SIZE + t % CONFIG.BLOCK_SIZE
                for t, page in enumerate(pages)
            ]
            heads.append(tuple([cache[row] for row in rows] for cache in caches))
        contexts.append(heads)
    return contexts


class Bf16Test(unittest.TestCase):
    def test_every_pattern_survives(self):
        bits = np.arange(65536, dtype="<u2")
        back = st.bf16_bits(st.bf16_values(bits))
        finite = ~np.isnan(st.bf16_values(bits))
        np.testing.assert_array_equal(back[finite], bits[finite])
        self.assertTrue(np.isnan(st.bf16_values(back[~finite])).all())

    def test_rounds_to_nearest_even(self):
        rng = np.random.default_rng(0)
        halfway = ((rng.integers(0, 0x7F7F, 1000).astype("<u4") << 16) | 0x8000).view("<f4")
        values = np.concatenate([rng.normal(size=1000).astype("<f4"), halfway])
        low = (values.view("<u4") >> 16).astype(np.int64)
        for value, below, rounded in zip(values.astype(np.float64), low, st.bf16_bits(values)):
            nearest = min((below, below + 1), key=lambda b: (abs(st.bf16_values(np.array([b]))[0] - value), b & 1))
            self.assertEqual(rounded, nearest)


class ReferenceTest(unittest.TestCase):
    def setUp(self):
        self.inputs = make_inputs.decode_inputs(CONFIG, 1, CONTEXTS, spare_pages=3, seed=7)
        self.expected = reference.run("decode_fwd", self.inputs, CONFIG)

    def rejects(self, actual) -> bool:
        report = compare.Report()
        with contextlib.redirect_stdout(io.StringIO()):
            compare.compare(report, self.inputs, CONFIG, self.expected, actual)
        return report.failed

    def test_agrees_with_a_plain_model(self):
        weights = {name: reference.widen(self.inputs, name) for name in self.inputs}
        logits = plain_layer(weights["hidden_states"], weights, gathered_contexts(self.inputs))
        error = np.abs(logits - self.expected["out"].data)
        self.assertLess(error.mean(), 2e-3)
        self.assertLess(error.max(), 2e-2)

    def test_a_row_does_not_depend_on_the_others(self):
        alone = make_inputs.decode_inputs(CONFIG, 1, CONTEXTS, spare_pages=3, seed=7)
        blocks = CONFIG.MAX_BLOCKS_PER_SEQ
        for name, rows in (("hidden_states", 1), ("seq_lens", 1), ("slot_mapping", 1), ("block_table", blocks)):
            alone[name] = st.Tensor(alone[name].dtype, alone[name].data[-rows:])
        logits = reference.run("decode_fwd", alone, CONFIG)["out"].data
        np.testing.assert_allclose(logits[0], self.expected["out"].data[-1], rtol=1e-6, atol=1e-6)

    def test_layers_compose(self):
        inputs = make_inputs.decode_inputs(CONFIG, 3, CONTEXTS, spare_pages=1, seed=3)
        hidden = reference.widen(inputs, "hidden_states")
        whole = reference.run("decode_fwd", inputs, CONFIG)
        for layer in range(3):
            one = {}
            for name, tensor in inputs.items():
                stacked = name.startswith(("w", "input", "post", "k_", "v_", "q_"))
                rows = len(tensor.data) // 3
                one[name] = st.Tensor(tensor.dtype, tensor.data[layer * rows :][:rows]) if stacked else tensor
            caches = {name: np.array(one[name].data) for name in ("k_cache", "v_cache")}
            hidden = reference.decode_layer(hidden, one, caches, 0, 1, CONFIG)
        np.testing.assert_array_equal(reference.final_head(hidden, inputs, CONFIG).astype("<f4"), whole["out"].data)

    def test_accepts_itself(self):
        self.assertFalse(self.rejects(self.expected))

    def test_notices_wrong_programs(self):
        rotate, attend, norm = reference.rotate, reference.attend, reference.rms_norm
        drop_last = lambda q, k, v, scale: attend(q, k[:-1] or k, v[:-1] or v, scale)
        drop_token = lambda q, k, v, scale: attend(q, k[:-1] + [k[-1][-1:]], v[:-1] + [v[-1][-1:]], scale)
        mistakes = {
            "rotates the other way": ("rotate", lambda x, cos, sin: rotate(x, cos, -sin)),
            "forgets a page": ("attend", drop_last),
            "forgets tokens": ("attend", drop_token),
            "forgets the scale": ("attend", lambda q, k, v, scale: attend(q, k, v, 1.0)),
            "forgets gamma": ("rms_norm", lambda x, weight, eps: norm(x, 1.0, eps)),
        }
        for what, (name, wrong) in mistakes.items():
            with self.subTest(what), mock.patch.object(reference, name, wrong):
                self.assertTrue(self.rejects(reference.run("decode_fwd", self.inputs, CONFIG)))

    def test_notices_wrong_memory(self):
        for name in self.expected:
            with self.subTest(name):
                actual = {key: st.Tensor(tensor.dtype, tensor.data.copy()) for key, tensor in self.expected.items()}
                flat = actual[name].data.reshape(-1)
                flat[3] = np.nan if name == "out" else flat[3] ^ 1
                self.assertTrue(self.rejects(actual))
                del actual[name]
                self.assertTrue(self.rejects(actual))


class CheckpointTest(unittest.TestCase):
    """The reference without a cache, token by token against the one with a cache."""

    LAYERS, TOKENS = 2, [5, 99, 0, 5, 17, 3, 41, 8, 60, 2]

    def logits_of_steps(self, tensors):
        """The logits after each token, with a cache whose pages are taken from the last to the first."""
        blocks, shape = CONFIG.MAX_BLOCKS_PER_SEQ, (-1, CONFIG.HEAD_DIM)
        cells = np.zeros(self.LAYERS * blocks * CONFIG.NUM_KV_HEADS * CONFIG.BLOCK_SIZE * CONFIG.HEAD_DIM, "<u2")
        inputs = make_checkpoint.stacked(tensors, self.LAYERS, tied=False)
        inputs.update({name: st.Tensor("BF16", cells.reshape(shape)) for name in ("k_cache", "v_cache")})
        angles = np.outer(np.arange(CONFIG.MAX_SEQ), make_inputs.ROPE_THETA ** (-np.arange(8) / 8))
        inputs["rope_cos"], inputs["rope_sin"] = (st.f32(np.tile(turn(angles), 2)) for turn in (np.cos, np.sin))
        table = np.arange(blocks)[::-1]
        inputs["block_table"] = st.i32(table)
        logits = []
        for position, token in enumerate(self.TOKENS):
            page, offset = divmod(position, CONFIG.BLOCK_SIZE)
            inputs["hidden_states"] = st.Tensor("BF16", tensors["model.embed_tokens.weight"].data[[token]])
            inputs["seq_lens"] = st.i32([position + 1])
            inputs["slot_mapping"] = st.i32([table[page] * CONFIG.BLOCK_SIZE + offset])
            outputs = reference.run("decode_fwd", inputs, CONFIG)
            inputs.update(k_cache=outputs["k_cache"], v_cache=outputs["v_cache"])
            logits.append(outputs["out"].data[0])
        return np.array(logits)

    def test_agrees_with_a_cache(self):
        tensors = make_checkpoint.model_tensors(np.random.default_rng(5), CONFIG, self.LAYERS, tied=False)
        with tempfile.TemporaryDirectory() as folder:
            make_checkpoint.write_json(folder, "config.json", make_checkpoint.config_fields(CONFIG, self.LAYERS, False))
            make_checkpoint.write_shards(folder, tensors, 2, [])
            logits = check_checkpoint.forward(check_checkpoint.Model(folder), self.TOKENS, CONFIG.BLOCK_SIZE)
        report = compare.Report()
        with contextlib.redirect_stdout(io.StringIO()):
            compare.compare_logits(report, self.logits_of_steps(tensors), logits, self.LAYERS)
        self.assertFalse(report.failed)


class SafetensorsTest(unittest.TestCase):
    def test_round_trip(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "t.safetensors")
            tensors = {"a": st.bf16([[1.0, 2.0]]), "b": st.i32([1, 2, 3]), "c": st.f32(np.zeros((0, 4)))}
            st.write(path, tensors, {"key": "value"})
            back, metadata = st.read(path)
            self.assertEqual(metadata, {"key": "value"})
            for name, tensor in tensors.items():
                self.assertEqual(back[name].dtype, tensor.dtype)
                np.testing.assert_array_equal(back[name].data, tensor.data)


if __name__ == "__main__":
    unittest.main()
