# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Holds the time of a command with a warm object cache against the time with a cold one.

    warm_start.py CACHE RATIO COMMAND...    fails unless warm * RATIO < cold
"""

import shutil
import subprocess
import sys
import time


def measure(command) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    cache, ratio, command = sys.argv[1], float(sys.argv[2]), sys.argv[3:] + ["--cache-dir", sys.argv[1]]
    cold = []
    for _ in range(2):
        shutil.rmtree(cache, ignore_errors=True)
        cold.append(measure(command))
    warm = [measure(command) for _ in range(10)]
    print(f"cold {min(cold) * 1e3:.1f} ms, warm {min(warm) * 1e3:.1f} ms")
    sys.exit(min(warm) * ratio >= min(cold))


if __name__ == "__main__":
    main()
