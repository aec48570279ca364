# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a reader must know of the machine and of the software to compare figures; no names and no paths."""

import json
import os
import platform
import subprocess
import time

# What a machine that does nothing else may still do.
BUSY = 0.1


def describe(versions):
    """Lines of text; `versions` are those of tilec and of the peers."""
    kernel = platform.release().partition("-")[0]
    lines = [describe_processor(), f"{memory_bytes() / 2**30:.0f} GiB of memory, Linux {kernel}"]
    lines.append(", ".join([compiler_version(), *versions]))
    busy = busy_processors()
    if busy > BUSY:
        lines.append(f"Other programs kept {busy:.1f} processors busy when this began: its figures are too low")
    return lines


def describe_processor():
    """`AMD EPYC, family 25, model 17, 2 processors; L1d 32K, L2 1M, L3 32M each`, as far as Linux says."""
    words = [cpu_field("model name") or platform.machine()]
    for name in ("cpu family", "model"):
        if value := cpu_field(name):
            words.append(f"{name.removeprefix('cpu ')} {value}")
    words.append(f"{os.cpu_count()} processors")
    return ", ".join(words) + "".join(f"; {cache}" for cache in caches())


def busy_processors(seconds=1.0):
    """How many processors' time other programs take, in the next seconds."""
    (busy, total) = processor_times()
    time.sleep(seconds)
    (busy_then, total_then) = processor_times()
    return os.cpu_count() * (busy_then - busy) / max(1, total_then - total)


def processor_times():
    """Ticks of all processors since the start: busy ones, and all."""
    with open("/proc/stat") as file:
        ticks = [int(word) for word in file.readline().split()[1:9]]
    idle = ticks[3] + ticks[4]  # waiting for a device counts as idle
    return sum(ticks) - idle, sum(ticks)


def cpu_field(name):
    """Of the first processor in /proc/cpuinfo."""
    with open("/proc/cpuinfo") as file:
        for line in file:
            key, _, value = line.partition(":")
            if key.strip() == name:
                return value.strip()
    return None


def caches():
    """`L2 1M x 2`: the size of one and how many there are."""
    output = first_output(["lscpu", "-J", "-C=NAME,ONE-SIZE,ALL-SIZE"])
    try:
        entries = json.loads(output)["caches"]
    except (ValueError, KeyError):
        return []
    return [f"{e['name']} {e['one-size']}, {e['all-size']} in all" for e in entries if e["name"] != "L1i"]


def memory_bytes():
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def compiler_version():
    output = first_output(["c++", "--version"])
    return output.splitlines()[0] if output else "no C++ compiler"


def first_output(command):
    """What the command prints; nothing if it is not there or fails."""
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""
