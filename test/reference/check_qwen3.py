# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs an entry of examples/qwen3 with `tilec run` on fresh inputs and compares it with the reference.

    check_qwen3.py -D HIDDEN=96 ... --layers 4 --contexts 1,255,256 [--interpret] [--threads 2]

Exit status 1 if the numbers differ too much (compare.py says by how much), tilec's own if that failed.
"""

import argparse
import os
import shlex
import subprocess
import sys
import tempfile

import compare
import make_inputs
import qwen3_config
import qwen3_reference
import safetensors_io as st

PROGRAMS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "examples", "qwen3")
FILES = {"decode_fwd": "decode_fwd.tile", "decode_one": "decode_layer.tile", "final_head": "rms_lm_head.tile"}


def tilec_command(arguments: argparse.Namespace, inputs: str, outputs: str) -> list:
    program = os.path.normpath(os.path.join(PROGRAMS, FILES[arguments.entry]))
    command = ["tilec", "run", program, "--entry", arguments.entry, "--in", inputs, "--out", outputs]
    for define in arguments.defines:
        command += ["-D", define]
    if arguments.threads:
        command += ["--threads", str(arguments.threads)]
    if arguments.interpret:
        command.append("--interpret")
    return command


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    make_inputs.add_arguments(parser)
    parser.add_argument("--interpret", action="store_true", help="as tilec's")
    parser.add_argument("--threads", type=int, help="as tilec's")
    arguments = parser.parse_args()
    config = qwen3_config.from_defines(arguments.defines)
    tensors = make_inputs.from_arguments(arguments, config)
    with tempfile.TemporaryDirectory() as folder:
        inputs, outputs = os.path.join(folder, "inputs.safetensors"), os.path.join(folder, "outputs.safetensors")
        make_inputs.save(inputs, tensors, config)
        command = tilec_command(arguments, inputs, outputs)
        print("+", shlex.join(command), flush=True)
        status = subprocess.run(command).returncode
        if status:
            sys.exit(status)
        report = compare.Report()
        expected = qwen3_reference.run(arguments.entry, tensors, config)
        compare.compare(report, tensors, config, expected, st.read(outputs)[0])
    sys.exit(1 if report.failed else 0)


if __name__ == "__main__":
    main()
