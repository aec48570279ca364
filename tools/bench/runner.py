# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs what is measured, and joins the runs of several rounds."""

import json
import os
import re
import shlex
import shutil
import statistics
import subprocess
import sys
import time

import quickstart

HERE = os.path.dirname(os.path.abspath(__file__))
CONTRACTION = os.path.join(HERE, "contraction.tile")
PEERS = ("onednn-plain", "onednn-packed", "libxsmm")


class Fail(Exception):
    """What the user is told, without a traceback."""


class Runner:
    """`failures` counts the measurements that failed; each has said why on standard error."""

    def __init__(self, folder, quick):
        self.tilec = os.path.join(folder, "tilec")
        self.peers = os.path.join(folder, "bench-peers")
        self.quick = quick
        self.rounds = 1 if quick else 3
        self.iterations = 3 if quick else 5
        self.threads = len(os.sched_getaffinity(0))
        self.failures = 0

    def say(self, words):
        """Progress, which is not part of the results."""
        print(f"  {words}", file=sys.stderr, flush=True)

    def output(self, command, **environment):
        """What the command prints; None if it fails."""
        result = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, env={**os.environ, **environment}
        )
        if result.returncode == 0:
            return result.stdout
        self.failures += 1
        print(f"bench: {shlex.join(command)}: {result.stderr.strip()}", file=sys.stderr, flush=True)
        return None

    def run_json(self, command, **environment):
        output = self.output(command, **environment)
        return None if output is None else json.loads(output)

    def seconds(self, command):
        """How long the command takes; None if it fails."""
        start = time.monotonic()
        output = self.output(command)
        return None if output is None else time.monotonic() - start

    def versions(self):
        """`tilec 0.1.0 (LLVM 19.1.7)` and the like, of what there is."""
        commands = [[self.tilec, "--version"]]
        if os.path.exists(self.peers):
            commands.append([self.peers, "--version"])
        outputs = [self.output(command) for command in commands]
        return [output.strip() for output in outputs if output]

    def has_option(self, command, option):
        help_text = self.output([self.tilec, command, "--help"])
        return help_text is not None and re.search(rf"{option}\b", help_text) is not None

    def bench(self, source, *options, threads=None):
        command = [self.tilec, "bench", source, *options, "--threads", str(threads or self.threads)]
        return self.run_json(command + ["--iterations", str(self.iterations), "--json", "-"])

    def product(self, what, rows, n, k, transposed, copies):
        """One matrix product: `packed` or `plain` by tilec, or by a peer; weights of `copies` times [k, n]."""
        if what in PEERS:
            command = [self.peers, what, *map(str, (rows, n, k, copies, self.iterations, self.threads))]
            return self.run_json(command, OMP_NUM_THREADS=str(self.threads), OMP_PROC_BIND="false")
        entry = what + ("_transposed" if transposed else "")
        sizes = ["-D", f"N={n}", "-D", f"K={k}", "--dim", f"M={rows}", "--dim", f"COPIES={copies}"]
        return self.bench(CONTRACTION, "--entry", entry, *sizes)

    def decode(self, folder, users, context, layers, threads=None, cpu=None, program=quickstart.PROGRAM):
        """A step of Qwen3-14B with so many layers and the head; `folder` is for the tables of its KV cache."""
        tables = os.path.join(folder, "tables.safetensors")
        pages = quickstart.write_tables(tables, [context] * users, quickstart.PAGE, quickstart.MAX_SEQ)
        options = ["--in", tables, *quickstart.dims(layers, pages, context)]
        if cpu:
            options += ["--cpu", cpu]
        return self.bench(program, *options, threads=threads)


WEIGHT = re.compile(r"\bWeight\[(Tensor\[\[[^]]*\], *\w+\])\]")


def write_row_major(folder):
    """The decode program with weights that stay as they are: `Weight[Tensor[...]]` is `Tensor[...]`. Its path."""
    examples = os.path.dirname(quickstart.PROGRAM)
    shutil.copytree(examples, folder, dirs_exist_ok=True)
    replaced = 0
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        if not name.endswith(".tile"):
            continue
        with open(path) as file:
            text, count = WEIGHT.subn(r"\1", file.read())
        if "Weight[" in text:
            raise Fail(f"{name} declares a weight in another way")
        replaced += count
        with open(path, "w") as file:
            file.write(text)
    if not replaced:
        raise Fail(f"{examples} declares no weights")
    return os.path.join(folder, os.path.basename(quickstart.PROGRAM))


def join(runs):
    """Medians over rounds, and the extremes of all calls; None if every round failed."""
    runs = [run for run in runs if run]
    if not runs:
        return None
    joined = {key: runs[-1][key] for key in ("bytes_read", "flop")}
    joined["share"] = statistics.median(run["share_of_limit"] for run in runs)
    joined["share_min"] = min(run["share_min"] for run in runs)
    joined["share_max"] = max(run["share_max"] for run in runs)
    joined["seconds"] = statistics.median(run["seconds_median"] for run in runs)
    joined["limits"] = {
        key: statistics.median(run["limits"][key] for run in runs) for key in runs[-1]["limits"]
    }
    return joined


def join_scope(runs, name):
    """The same of one region of the program."""
    scopes = []
    for run in filter(None, runs):
        scope = next(scope for scope in run["scopes"] if scope["name"] == name)
        scopes.append(
            {
                **scope,
                "bytes_read": scope["bytes"],
                "seconds_median": scope["seconds"] / run["threads"],
                "limits": run["limits"],
            }
        )
    return join(scopes)
