# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measures compiled code against this machine's limits and against other libraries.

    bench.py --bin FOLDER [--quick] [--part NAME]... [--from FILE] [--json FILE] [--svg FOLDER] [--markdown FILE]

Prints tables, and writes them where they are asked for. docs/performance.md says what is measured and how.
"""

import argparse
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import machine  # noqa: E402
import parts  # noqa: E402
import roofline  # noqa: E402
import runner  # noqa: E402
import scaling  # noqa: E402
import tables  # noqa: E402

BEGIN, END = "<!-- results: begin -->", "<!-- results: end -->"


def read_results(path):
    """What an earlier run wrote with --json."""
    try:
        with open(path) as file:
            document = json.load(file)
        return {"machine": list(document["machine"]), "results": dict(document["results"])}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise runner.Fail(f"{path} has no results: {error}") from None


def split_page(path):
    """What a Markdown file has before and after its results, markers included."""
    with open(path) as file:
        before, begin, rest = file.read().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise runner.Fail(f"{path} has no {BEGIN} with an {END} after it")
    return before + begin, end + after


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", help="where tilec and bench-peers are; without it nothing is measured")
    parser.add_argument("--quick", action="store_true", help="fewer rounds and sizes")
    parser.add_argument("--part", action="append", choices=parts.PARTS, help="only this; may be repeated")
    parser.add_argument("--from", dest="earlier", metavar="FILE", help="--json of an earlier run: keeps other parts")
    parser.add_argument("--json", metavar="FILE", help="where to write all results")
    parser.add_argument("--svg", metavar="FOLDER", help="where to draw roofline.svg and scaling.svg")
    parser.add_argument("--markdown", metavar="FILE", help="whose results to replace, between its markers")
    arguments = parser.parse_args()
    if not arguments.bin and not arguments.earlier:
        parser.error("--bin or --from is needed")
    if arguments.part and not arguments.bin:
        parser.error("--part measures, and needs --bin")
    return arguments


def measure(arguments, document):
    """Runs the parts that are asked for and prints each one's tables."""
    bench = runner.Runner(arguments.bin, arguments.quick)
    document["machine"] = machine.describe(bench.versions())
    if arguments.quick:
        document["machine"].append("Measured with --quick: one round, and few sizes")
    print("\n".join(document["machine"]), flush=True)
    for part in arguments.part or parts.PARTS:
        document["results"][part] = parts.PARTS[part](bench)
        for table in tables.TABLES[part](document["results"][part]):
            print("\n" + table.text(), flush=True)
        if arguments.json:  # after each part: a run may be ended early
            write(arguments.json, json.dumps(document, indent=1) + "\n")
    return bench.failures


def main():
    arguments = parse_arguments()
    page = split_page(arguments.markdown) if arguments.markdown else None  # before half an hour of measuring
    document = read_results(arguments.earlier) if arguments.earlier else {"machine": [], "results": {}}
    failures = 0
    if arguments.bin:
        failures = measure(arguments, document)
    else:
        print("\n\n".join(table.text() for table in tables.make_all(document["results"])))
    if arguments.json:
        write(arguments.json, json.dumps(document, indent=1) + "\n")
    if arguments.svg:
        os.makedirs(arguments.svg, exist_ok=True)
        write(os.path.join(arguments.svg, "roofline.svg"), roofline.draw(document["results"]))
        write(os.path.join(arguments.svg, "scaling.svg"), scaling.draw(document["results"]))
    if arguments.markdown:
        before, after = page
        text = tables.to_markdown(document["machine"], document["results"])
        write(arguments.markdown, f"{before}\n\n{text}\n{after}")
    if failures:
        raise runner.Fail(f"{failures} measurements failed")


if __name__ == "__main__":
    try:
        main()
    except (runner.Fail, OSError) as error:
        sys.exit(f"bench: {error}")
