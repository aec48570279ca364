#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks that the documentation of every op has an example, and that each example verifies.

usage: check_examples.py TD_FILE INCLUDE_FOLDER

The documentation is what mlir-tblgen makes of the .td files. An example must survive being
printed and parsed again.
"""

import re
import subprocess
import sys


def get_output(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def generate_documentation(td_file, folder):
    mlir = get_output("llvm-config", "--includedir").strip()
    return get_output("mlir-tblgen", "--gen-op-doc", td_file, "-I", folder, "-I", mlir)


def split_into_ops(documentation):
    """Pairs of an op's name and its documentation."""
    parts = re.split(r"^### `([\w.]+)` \(.*\)$", documentation, flags=re.MULTILINE)
    return list(zip(parts[1::2], parts[2::2]))


def get_examples(text):
    return re.findall(r"^```mlir\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


def run_tile_opt(source):
    return subprocess.run(["tile-opt"], input=source, capture_output=True, text=True)


def find_fault(op, example):
    """What is wrong with an example, or None."""
    first = run_tile_opt(example)
    if first.returncode != 0:
        return first.stderr
    if not re.search(rf"\b{re.escape(op)}\b", first.stdout):
        return "the op does not occur in it"
    second = run_tile_opt(first.stdout)
    if second.returncode != 0:
        return f"its printed form does not parse: {second.stderr}"
    if second.stdout != first.stdout:
        return "it prints differently the second time"
    return None


def main(td_file, folder):
    ops = split_into_ops(generate_documentation(td_file, folder))
    faults = [] if ops else ["no op found"]
    for op, text in ops:
        examples = get_examples(text)
        if not examples:
            faults.append(f"{op}: no example")
        for example in examples:
            fault = find_fault(op, example)
            if fault:
                faults.append(f"{op}: {fault}\n{example}")
    print("\n".join(faults) if faults else f"{len(ops)} ops, each with an example that verifies")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
