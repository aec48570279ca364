# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a reader must know of the machine and of the software to compare figures; no names and no paths."""

import json
import os
import platform
import subprocess


def describe(versions):
    """Lines of text; `versions` are those of tilec and of the peers."""
    lines = [describe_processor(), f"{memory_bytes() / 2**30:.0f} GiB of memory, Linux {platform.release()}"]
    return lines + [f"{', '.join([compiler_version(), *versions])}"]


def describe_processor():
    """`AMD EPYC, family 25, model 17, 2 processors; L1d 32K, L2 1M, L3 32M each`, as far as Linux says."""
    words = [cpu_field("model name") or platform.machine()]
    for name in ("cpu family", "model"):
        if value := cpu_field(name):
            words.append(f"{name.removeprefix('cpu ')} {value}")
    words.append(f"{os.cpu_count()} processors")
    return ", ".join(words) + "".join(f"; {cache}" for cache in caches())


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
