# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measures compiled code against this machine's limits and against other libraries.

    bench.py --bin FOLDER [--quick] [--json FILE] [--svg FILE] [--part NAME]...

Every figure is a share of a limit that was measured in the same process in the same seconds: the time that the
memory, or the arithmetic, takes at least, divided by the time that it took. What is compared runs in turn, several rounds;
the tables show medians.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time

import roofline

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import quickstart  # noqa: E402

PROGRAM = os.path.join(HERE, "contraction.tile")
ROWS = (1, 2, 4, 8, 16)
# The products of a Qwen3-14B layer, and the head's: N, K, whether stored as [N, K].
PRODUCTS = {
    "q, o": (5120, 5120, False),
    "k, v": (1024, 5120, False),
    "gate, up": (17408, 5120, False),
    "down": (5120, 17408, False),
    "head": (152064, 5120, True),
}
PEERS = ("onednn-plain", "onednn-packed", "libxsmm")
# So much is streamed in one pass: far more than caches hold.
PASS_BYTES = 400e6


class Bench:
    def __init__(self, arguments):
        self.tilec = os.path.join(arguments.bin, "tilec")
        self.peers = os.path.join(arguments.bin, "bench-peers")
        self.quick = arguments.quick
        self.rounds = 1 if arguments.quick else 3
        self.iterations = 3 if arguments.quick else 5
        self.threads = os.cpu_count()
        self.results = []

    def run_json(self, command, **environment):
        """What the command prints; None, with a word on standard error, if it fails."""
        result = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, **environment},
        )
        if result.returncode:
            print(f"bench: {' '.join(command)}: {result.stderr.strip()}", file=sys.stderr)
            return None
        return json.loads(result.stdout)

    def bench(self, source, *options, threads=None):
        command = [self.tilec, "bench", source, *options, "--threads", str(threads or self.threads)]
        return self.run_json(command + ["--iterations", str(self.iterations), "--json", "-"])

    def record(self, part, name, what, runs):
        """Keeps the median share of the runs that there are, and returns it."""
        runs = [run for run in runs if run]
        if not runs:
            return None
        share = statistics.median(run["share_of_limit"] for run in runs)
        last = runs[-1]
        self.results.append(
            {
                "part": part,
                "name": name,
                "what": what,
                "share_of_limit": share,
                "seconds": statistics.median(run["seconds_median"] for run in runs),
                "bytes_read": last["bytes_read"],
                "flop": last["flop"],
                "limits": last["limits"],
            }
        )
        return share

    # The matrix products.

    def product(self, what, rows, n, k, transposed, copies):
        if what in PEERS:
            command = [self.peers, what, *map(str, (rows, n, k, copies, self.iterations, self.threads))]
            return self.run_json(command, OMP_NUM_THREADS=str(self.threads), OMP_PROC_BIND="true")
        entry = what + ("_transposed" if transposed else "")
        sizes = ["-D", f"N={n}", "-D", f"K={k}", "--dim", f"M={rows}", "--dim", f"COPIES={copies}"]
        return self.bench(PROGRAM, "--entry", entry, *sizes)

    def products(self):
        columns = ("packed", "plain") + PEERS
        print_row("product", "M", *columns)
        for name, (n, k, transposed) in PRODUCTS.items():
            copies = max(1, round(PASS_BYTES / (2 * n * k)))
            for rows in ROWS[:: 4 if self.quick else 1]:
                runs = {what: [] for what in columns}
                for _ in range(self.rounds):
                    for what in columns:
                        runs[what].append(self.product(what, rows, n, k, transposed, copies))
                label = f"{name} M={rows}"
                shares = [self.record("products", label, what, runs[what]) for what in columns]
                print_row(name, rows, *map(percent, shares))

    # The decode program.

    def decode(self, folder, users, context, layers, threads):
        tables = os.path.join(folder, "tables.safetensors")
        pages = quickstart.write_tables(tables, [context] * users, quickstart.PAGE, quickstart.MAX_SEQ)
        return self.bench(
            quickstart.PROGRAM, "--in", tables, *quickstart.dims(layers, pages, context), threads=threads
        )

    def attention(self):
        """Cache bytes that the attention reads against the memory's rate."""
        print_row("context", "users", "ms", "GB/s", "share")
        with tempfile.TemporaryDirectory() as folder:
            for context in (256, 1024, 4096) if self.quick else (256, 512, 1024, 2048, 4096):
                run = self.decode(folder, 16, context, 1, self.threads)
                if not run:
                    continue
                scope = next(s for s in run["scopes"] if s["name"] == "attention")
                seconds = scope["seconds"] / run["threads"]  # the sum over threads
                share = scope["bytes"] / seconds / run["limits"]["read_bytes_per_second"]
                scope.update(limits=run["limits"], share_of_limit=share, seconds_median=seconds)
                scope["bytes_read"] = scope["bytes"]
                self.record("attention", f"context {context}", "16 users", [scope])
                print_row(context, 16, f"{seconds * 1e3:.2f}", f"{scope['bytes'] / seconds / 1e9:.1f}", percent(share))

    def steps(self):
        layers = 1 if self.quick else 4
        print(f"decode_fwd at 14B, {layers} layers and the head, contexts of 256")
        print_row("users", "threads", "ms", "share", "other")
        with tempfile.TemporaryDirectory() as folder:
            for users in (1, 4, 16):
                for threads in sorted({1, self.threads}):
                    runs = [self.decode(folder, users, 256, layers, threads) for _ in range(self.rounds)]
                    share = self.record("steps", f"{users} users", f"{threads} threads", runs)
                    if share is None:
                        continue
                    milliseconds = f"{runs[-1]['seconds_median'] * 1e3:.1f}"
                    print_row(users, threads, milliseconds, percent(share), percent(other_share(runs[-1])))

    def scaling(self):
        """Time against layers, against contexts, and compile time against scopes: straight lines."""
        with tempfile.TemporaryDirectory() as folder:
            print_row("layers", "ms")
            for layers in (1, 2, 3, 4):
                self.point(f"layers {layers}", self.decode(folder, 1, 256, layers, self.threads), layers)
            print_row("context", "ms")
            for context in (1024, 2048, 3072, 4096):
                self.point(f"context {context}", self.decode(folder, 16, context, 1, self.threads), context)

    def point(self, name, run, at):
        if run:
            self.record("scaling", name, "step", [run])
            print_row(at, f"{run['seconds_median'] * 1e3:.1f}")

    def compiling(self):
        print_row("program", "seconds")
        with tempfile.TemporaryDirectory() as folder:
            sources = {"decode_fwd": quickstart.PROGRAM}
            for scopes in (10, 100, 1000):
                sources[f"{scopes} scopes"] = write_scopes(folder, scopes)
            for name, source in sources.items():
                times = []
                for _ in range(self.rounds):
                    start = time.monotonic()
                    subprocess.run([self.tilec, source, "-o", os.path.join(folder, "out.o")], check=True)
                    times.append(time.monotonic() - start)
                self.results.append({"part": "compiling", "name": name, "seconds": statistics.median(times)})
                print_row(name, f"{statistics.median(times):.2f}")


def write_scopes(folder, count):
    """A program of so many scopes, no two the same."""
    lines = ["@jit", "def scopes(x: Tensor[[16, 256], FP32], out: Out[Tensor[[16, 256], FP32]]):"]
    for i in range(count):
        lines.append(f'    with at(level=Level.CORE_GROUP, name_hint="s{i}"):')
        lines.append(f"        out = assemble(out, exp(mul(slice({'out' if i else 'x'}, [16, 256], [0, 0]), {i + 2}.5)), [0, 0])")
    path = os.path.join(folder, f"scopes{count}.tile")
    with open(path, "w") as file:
        file.write("\n".join(lines) + "\n")
    return path


def other_share(run):
    """Of the time in scopes, that of scopes without a matrix product to speak of."""
    total = sum(scope["seconds"] for scope in run["scopes"])
    products = sum(s["seconds"] for s in run["scopes"] if s["flop"] > s["bytes"] / 2)
    return (total - products) / total


def percent(share):
    return "-" if share is None else f"{share:.0%}"


def print_row(*cells):
    print("".join(str(cell).rjust(15) for cell in cells), flush=True)


def describe_machine():
    with open("/proc/cpuinfo") as file:
        models = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    return f"{models[0] if models else platform.machine()}, {os.cpu_count()} processors"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="where tilec and bench-peers are")
    parser.add_argument("--quick", action="store_true", help="fewer rounds and sizes")
    parser.add_argument("--json", help="where to write all results")
    parser.add_argument("--svg", help="where to draw the roofline")
    parts = ("products", "attention", "steps", "scaling", "compiling")
    parser.add_argument("--part", action="append", choices=parts, help="only this; may be repeated")
    arguments = parser.parse_args()

    bench = Bench(arguments)
    machine = describe_machine()
    print(machine)
    for part in arguments.part or parts:
        print(f"\n{part}")
        getattr(bench, part)()
    if arguments.json:
        with open(arguments.json, "w") as file:
            json.dump({"machine": machine, "results": bench.results}, file, indent=2)
    if arguments.svg:
        with open(arguments.svg, "w") as file:
            file.write(roofline.draw(machine, bench.results))


if __name__ == "__main__":
    main()
