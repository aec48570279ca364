# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Adds up what lit, CTest and the checks of the sources found.

    test_totals.py [--lit FILE.json] [--ctest FILE.xml] [--checks FILE.txt]

The last line is `N passed, M failed`, with `, K skipped` if any was; the exit status is 1 if one
failed or none ran. A file that is missing or broken counts as one failure: whatever should have
written it did not come to its end.
"""

import argparse
import json
import sys
import xml.etree.ElementTree as xml
from collections import Counter

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"


def count_lit(path):
    """lit's JSON report. XPASS, UNRESOLVED and TIMEOUT are failures."""
    kinds = {"PASS": PASSED, "FLAKYPASS": PASSED, "XFAIL": PASSED}
    kinds.update({"UNSUPPORTED": SKIPPED, "SKIPPED": SKIPPED, "EXCLUDED": SKIPPED})
    with open(path) as file:
        return Counter(kinds.get(test["code"], FAILED) for test in json.load(file)["tests"])


def ctest_kind(case):
    """A test that did not run is skipped if it said so, and failed if its executable is missing."""
    skipped = case.find("skipped")
    if skipped is not None and skipped.get("message", "").startswith("SKIP_"):
        return SKIPPED
    return {"run": PASSED, "disabled": SKIPPED}.get(case.get("status"), FAILED)


def count_ctest(path):
    """CTest's report in JUnit's format."""
    return Counter(ctest_kind(case) for case in xml.parse(path).iter("testcase"))


def count_checks(path):
    """Lines of `NAME passed` or `NAME failed`."""
    with open(path) as file:
        return Counter(PASSED if line.split()[-1] == PASSED else FAILED for line in file if line.strip())


def in_words(counts):
    words = f"{counts[PASSED]} passed, {counts[FAILED]} failed"
    return words + (f", {counts[SKIPPED]} skipped" if counts[SKIPPED] else "")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checks", help="results of tools/check-sources")
    parser.add_argument("--lit", help="lit's --output")
    parser.add_argument("--ctest", help="CTest's --output-junit")
    arguments = parser.parse_args()

    total = Counter()
    for label, path, count in (
        ("Checks", arguments.checks, count_checks),
        ("lit", arguments.lit, count_lit),
        ("CTest", arguments.ctest, count_ctest),
    ):
        if not path:
            continue
        try:
            counts = count(path)
        except (OSError, ValueError, LookupError, xml.ParseError) as error:
            print(f"{label}: no results: {error}")
            counts = Counter({FAILED: 1})
        print(f"{label + ':':8}{in_words(counts)}")
        total += counts

    print(in_words(total))
    sys.exit(0 if total[PASSED] and not total[FAILED] else 1)


if __name__ == "__main__":
    main()
