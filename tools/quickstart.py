# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measures Qwen3-14B's decode step on this machine, and checks a small model against the interpreter.

    quickstart.py [--tilec PATH] [--layers N] [--iterations N] [--context TOKENS]
"""

import argparse
import json
import os
import shlex
import struct
import subprocess
import sys
import tempfile
import time

PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "examples", "qwen3", "decode_fwd.tile")
PROGRAM = os.path.relpath(PROGRAM)

# Qwen3-14B, as in examples/qwen3/config.tile.
HIDDEN, HEADS, KV_HEADS, HEAD_DIM, INTERMEDIATE, VOCAB = 5120, 40, 8, 128, 17408, 152064
PAGE, MAX_SEQ, ALL_LAYERS = 256, 4096, 40
LAYER_BYTES = 2 * HIDDEN * (2 * HEADS * HEAD_DIM + 2 * KV_HEADS * HEAD_DIM + 3 * INTERMEDIATE)
HEAD_BYTES = 2 * HIDDEN * VOCAB
PAGE_BYTES = 2 * 2 * KV_HEADS * PAGE * HEAD_DIM  # K and V

# A model for the interpreter, which is slow and sure.
SMALL = "NUM_HEADS=4 NUM_KV_HEADS=2 HEAD_DIM=32 HIDDEN=96 INTERMEDIATE=160 VOCAB=200 BLOCK_SIZE=8 MAX_SEQ=32"


def fail(message):
    sys.exit(f"quickstart: {message}")


def free_bytes():
    with open("/proc/meminfo") as file:
        for line in file:
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    fail("/proc/meminfo does not say how much memory is free")


def layers_that_fit(users, context):
    pages = users * -(-context // PAGE)
    room = free_bytes() // 2 - HEAD_BYTES
    layers = room // (LAYER_BYTES + pages * PAGE_BYTES)
    if layers < 1 and free_bytes() < HEAD_BYTES + LAYER_BYTES:
        fail(f"one layer and the head take {(HEAD_BYTES + LAYER_BYTES) / 1e9:.1f} GB, and there is less free")
    return max(1, min(ALL_LAYERS, layers))


def write_tables(path, contexts, page, max_seq):
    """seq_lens, block_table and slot_mapping: each user has pages of its own, in order. Returns the pages."""
    blocks = -(-max_seq // page)
    table, slots, pages = [], [], 0
    for length in contexts:
        used = -(-length // page)
        table += [pages + b if b < used else 0 for b in range(blocks)]
        slots.append((pages + (length - 1) // page) * page + (length - 1) % page)
        pages += used
    header, data = {}, b""
    for name, values in (("seq_lens", contexts), ("block_table", table), ("slot_mapping", slots)):
        chunk = struct.pack(f"<{len(values)}i", *values)
        offsets = [len(data), len(data) + len(chunk)]
        header[name] = {"dtype": "I32", "shape": [len(values)], "data_offsets": offsets}
        data += chunk
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)
    return pages


def run(command, quiet=True):
    """Runs tilec, showing what it says only if it fails; its seconds."""
    print("$ " + shlex.join(command), flush=True)
    start = time.monotonic()
    output = subprocess.PIPE if quiet else None
    result = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output, stderr=None)
    if result.returncode:
        if quiet:
            sys.stdout.buffer.write(result.stdout)
        fail(f"tilec ended with status {result.returncode}")
    return time.monotonic() - start


def dims(layers, pages, rope):
    return ["--dim", f"LAYERS={layers}", "--dim", f"PAGES={pages}", "--dim", f"ROPE_SEQ={rope}"]


def bench(arguments, folder, layers, users):
    tables, results = os.path.join(folder, "tables.safetensors"), os.path.join(folder, "bench.json")
    pages = write_tables(tables, [arguments.context] * users, PAGE, MAX_SEQ)
    command = [arguments.tilec, "bench", PROGRAM, "--in", tables, *dims(layers, pages, arguments.context)]
    if arguments.iterations:
        command += ["--iterations", str(arguments.iterations)]
    run(command + ["--json", results])
    with open(results) as file:
        return json.load(file)


def check(arguments, folder):
    """A small model, compiled and interpreted on the same inputs; fails if they differ."""
    tables = os.path.join(folder, "tables.safetensors")
    pages = write_tables(tables, [1, 9, 17], page=8, max_seq=32)
    defines = [word for define in SMALL.split() for word in ("-D", define)]
    run([arguments.tilec, "check", PROGRAM, *defines, "--in", tables, *dims(2, pages, 32)])


COLUMNS = ("user batch", "step, ms", "tokens/s", "weights, GB/s", "memory, GB/s", "share of memory", "share of limit")


def row(users, result, weight_bytes):
    """What the header promises. The limit is the memory's or the arithmetic's, whichever takes longer."""
    seconds, read = result["seconds_median"], result["limits"]["read_bytes_per_second"]
    rate = weight_bytes / seconds
    cells = (
        str(users),
        f"{seconds * 1e3:.1f}",
        f"{users / seconds:.2f}",
        f"{rate / 1e9:.1f}",
        f"{read / 1e9:.1f}",
        f"{rate / read:.1%}",
        f"{result['share_of_limit']:.1%}",
    )
    return "  ".join(cell.rjust(len(name)) for cell, name in zip(cells, COLUMNS))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tilec", default="tilec", help="the compiler")
    parser.add_argument("--layers", type=int, help="so many of the 40 layers, not as many as fit")
    parser.add_argument("--iterations", type=int, help="steps to measure; else as many as take two seconds")
    parser.add_argument("--context", type=int, default=128, help="tokens of each user's context, the new one included")
    arguments = parser.parse_args()
    if not 1 <= arguments.context <= MAX_SEQ:
        fail(f"--context takes 1 to {MAX_SEQ}")

    layers = arguments.layers or layers_that_fit(16, arguments.context)
    weight_bytes = layers * LAYER_BYTES + HEAD_BYTES
    with tempfile.TemporaryDirectory() as folder:
        compile_seconds = run([arguments.tilec, PROGRAM, "-o", os.path.join(folder, "decode_fwd.o")])
        check(arguments, folder)
        results = [(users, bench(arguments, folder, layers, users)) for users in (1, 16)]

    print(f"\nQwen3-14B, {layers} of {ALL_LAYERS} layers and the head, {weight_bytes / 1e9:.1f} GB of BF16 weights,")
    print(f"contexts of {arguments.context} tokens, {results[0][1]['threads']} threads")
    print("a small model: compiled equals interpreted")
    print(f"from source to machine code: {compile_seconds:.2f} s\n")
    print("  ".join(COLUMNS))
    for users, result in results:
        print(row(users, result, weight_bytes))


if __name__ == "__main__":
    main()
