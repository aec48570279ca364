# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares what a host computes with what `tilec run` does, bit by bit.

    equal_runs.py RMS_LM_HEAD.tile EMBED_FOLDER REFERENCE_FOLDER SCRATCH
"""

import subprocess
import sys

import numpy as np

program, embed, reference, scratch = sys.argv[1:]
sys.path[:0] = [embed, reference]
import safetensors_io as st  # noqa: E402
import tilec  # noqa: E402

HIDDEN, VOCAB = 256, 1000
DEFINES = {"NUM_HEADS": 2, "NUM_KV_HEADS": 1, "VOCAB": VOCAB}

random = np.random.default_rng(11)
head = tilec.Module(program, **DEFINES)["final_head"]
for batch in (1, 5, 16):
    inputs = {
        "hidden_states": st.bf16(random.standard_normal((batch, HIDDEN))),
        "final_norm_weight": st.f32(random.standard_normal((1, HIDDEN))),
        "lm_head_weight": st.bf16(random.standard_normal((VOCAB, HIDDEN))),
        "seq_lens": st.i32(np.ones(batch)),
    }
    st.write(f"{scratch}.in", inputs)
    command = ["tilec", "run", program, "--in", f"{scratch}.in", "--out", f"{scratch}.out"]
    command += [f"-D{name}={value}" for name, value in DEFINES.items()]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    expected = st.read(f"{scratch}.out")[0]["out"].data
    actual = np.empty((batch, VOCAB), dtype="f4")
    states, norm, weight, lengths = (inputs[p.name.decode()].data for p in head.parameters[:4])
    head(states, norm, tilec.Weight(head, "lm_head_weight", weight), lengths, actual)
    if actual.tobytes() != expected.tobytes():
        sys.exit(f"batch {batch}: other bits")
print("equal bits")
