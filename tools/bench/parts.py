# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What is measured. Each part returns a list of records: plain values, which --json writes."""

import os
import statistics
import tempfile

import quickstart
import runner

ROWS = (1, 2, 4, 8, 16)
# The products of a Qwen3-14B layer, and the head's: N, K, whether stored as [N, K].
PRODUCTS = {
    "q, o": (5120, 5120, False),
    "k, v": (1024, 5120, False),
    "gate, up": (17408, 5120, False),
    "down": (5120, 17408, False),
    "head": (152064, 5120, True),
}
# So much is streamed in one pass: far more than caches hold.
PASS_BYTES = 400e6
# The regions of the decode program that are matrix products or attention.
MAIN_SCOPES = {"q_proj", "k_proj", "v_proj", "attention", "out_proj", "gate_up_proj", "down_proj", "lm_head"}
AVX2 = "x86-64-v3"


def products(bench):
    records = []
    whats = ("packed", "plain") + runner.PEERS
    for name, (n, k, transposed) in PRODUCTS.items():
        copies = max(1, round(PASS_BYTES / (2 * n * k)))
        for rows in ROWS[:: 4 if bench.quick else 1]:
            bench.say(f"products: {name}, M = {rows}")
            runs = {what: [] for what in whats}
            for _ in range(bench.rounds):
                for what in whats:
                    runs[what].append(bench.product(what, rows, n, k, transposed, copies))
            for what in whats:
                if joined := runner.join(runs[what]):
                    records.append({"name": name, "rows": rows, "what": what, **joined})
    return records


def attention(bench):
    """Cache bytes that the attention reads against the memory's rate."""
    contexts, users = (256, 1024, 4096) if bench.quick else (256, 512, 1024, 2048, 4096), 16
    runs = {context: [] for context in contexts}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(bench.rounds):
            for context in contexts:
                bench.say(f"attention: {users} users, context of {context}")
                runs[context].append(bench.decode(folder, users, context, layers=1))
    joined = {context: runner.join_scope(runs[context], "attention") for context in contexts}
    return [{"context": context, "users": users, **values} for context, values in joined.items() if values]


def step_settings(threads):
    """(weights, processor, users, threads) of each step."""
    counts = sorted({1, threads})
    settings = [("packed", None, users, count) for users in (1, 4, 16) for count in counts]
    settings += [("row-major", None, users, count) for users in (1, 16) for count in counts]
    if os.uname().machine == "x86_64":
        settings += [("packed", AVX2, users, threads) for users in (1, 16)]
    return settings


def steps(bench):
    layers = 1 if bench.quick else 4
    settings = step_settings(bench.threads)
    runs = {setting: [] for setting in settings}
    with tempfile.TemporaryDirectory() as folder:
        row_major = runner.write_row_major(os.path.join(folder, "row_major"))
        for _ in range(bench.rounds):
            for setting in settings:
                weights, cpu, users, threads = setting
                bench.say(f"steps: {weights} weights, {cpu or 'this processor'}, {users} users, {threads} threads")
                program = quickstart.PROGRAM if weights == "packed" else row_major
                runs[setting].append(bench.decode(folder, users, 256, layers, threads, cpu, program))
    records = []
    for (weights, cpu, users, threads), steps_run in runs.items():
        if joined := runner.join(steps_run):
            shares = [split(run) for run in steps_run if run]
            joined["other_share"] = statistics.median(other for other, _ in shares)
            joined["waiting_share"] = statistics.median(waiting for _, waiting in shares)
            keys = {"weights": weights, "cpu": cpu, "users": users, "threads": threads, "layers": layers}
            records.append({**keys, **joined})
    return records


def split(run):
    """Of the threads' time in the step: that in regions other than products and attention, and that in none."""
    names = {scope["name"] for scope in run["scopes"]}
    if not MAIN_SCOPES <= names:
        raise runner.Fail(f"the program has no region {', '.join(sorted(MAIN_SCOPES - names))}")
    total = run["counted_seconds_median"] * run["threads"]
    inside = sum(scope["seconds"] for scope in run["scopes"])
    other = sum(scope["seconds"] for scope in run["scopes"] if scope["name"] not in MAIN_SCOPES)
    return other / total, max(0, total - inside) / total


def scaling(bench):
    """Time against layers and contexts, and what is in memory beside the parameters."""
    largest = quickstart.layers_that_fit(1, 256)
    layer_counts = [n for n in ((1, 2, 3, 4) if bench.quick else (1, 2, 3, 4, 6, 8)) if n <= largest]
    contexts = (1024, 2048, 3072, 4096)
    layer_runs, context_runs = {n: [] for n in layer_counts}, {c: [] for c in contexts}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(bench.rounds):
            for layers in layer_counts:
                bench.say(f"scaling: {layers} layers")
                layer_runs[layers].append(bench.decode(folder, 1, 256, layers))
            for context in contexts:
                bench.say(f"scaling: context of {context}")
                context_runs[context].append(bench.decode(folder, 16, context, 1))
    records = []
    for layers, runs in layer_runs.items():
        if joined := runner.join(runs):
            last = next(run for run in reversed(runs) if run)
            keys = ("argument_bytes", "resident_bytes", "scratch_bytes", "alloc_bytes", "threads")
            records.append({"axis": "layers", "at": layers, **joined, **{key: last[key] for key in keys}})
    for context, runs in context_runs.items():
        if joined := runner.join_scope(runs, "attention"):
            records.append({"axis": "context", "at": context, **joined})
    return records


def compiling(bench):
    records = []
    with tempfile.TemporaryDirectory() as folder:
        out = ["-o", os.path.join(folder, "out.o")]
        commands = {("decode_fwd", None): [bench.tilec, quickstart.PROGRAM, *out]}
        for scopes in (10, 100, 300, 1000):
            path = write_scopes(folder, scopes)
            commands[(f"{scopes} scopes", scopes)] = [bench.tilec, path, *out]
        if bench.has_option("run", "--cache-dir"):
            commands.update(starts(bench, folder))
        times = {key: [] for key in commands}
        for _ in range(max(bench.rounds, 2)):
            for key, command in commands.items():
                bench.say(f"compiling: {key[0]}")
                times[key].append(bench.seconds(command))
    for (name, scopes), seconds in times.items():
        if seconds := [value for value in seconds if value is not None]:
            values = {"seconds": statistics.median(seconds), "seconds_min": min(seconds), "seconds_max": max(seconds)}
            records.append({"name": name, "scopes": scopes, **values})
    return records


def starts(bench, folder):
    """A whole `tilec run` of a small model: with a compile, and with what the object cache has of it."""
    tables = os.path.join(folder, "small.safetensors")
    pages = quickstart.write_tables(tables, [1, 9, 17], page=8, max_seq=32)
    defines = [word for define in quickstart.SMALL.split() for word in ("-D", define)]
    command = [bench.tilec, "run", quickstart.PROGRAM, *defines, "--in", tables, *quickstart.dims(2, pages, 32)]
    warm = command + ["--cache-dir", os.path.join(folder, "cache")]
    bench.output(warm)  # fills the cache
    return {("cold start", None): command + ["--no-cache"], ("warm start", None): warm}


def write_scopes(folder, count):
    """A program of so many scopes, no two the same."""
    lines = ["@jit", "def scopes(x: Tensor[[16, 256], FP32], out: Out[Tensor[[16, 256], FP32]]):"]
    for i in range(count):
        tile = f"slice({'out' if i else 'x'}, [16, 256], [0, 0])"
        lines.append(f'    with at(level=Level.CORE_GROUP, name_hint="s{i}"):')
        lines.append(f"        out = assemble(out, exp(mul({tile}, {i + 2}.5)), [0, 0])")
    path = os.path.join(folder, f"scopes{count}.tile")
    with open(path, "w") as file:
        file.write("\n".join(lines) + "\n")
    return path


PARTS = {
    "products": products,
    "attention": attention,
    "steps": steps,
    "scaling": scaling,
    "compiling": compiling,
}
