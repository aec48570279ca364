# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiles the examples of Markdown pages.

    run_examples.py PAGE.md...

A block of `mlir` goes through tile-opt, and one of `python` that has an entry through
`tilec --emit=tile`. A fragment, which has none, is not looked at. Prints how many examples there were.
"""

import os
import re
import subprocess
import sys
import tempfile

BLOCK = re.compile(r"^```(mlir|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def examples(path):
    """(line, language, text) of each block to run."""
    with open(path) as file:
        text = file.read()
    for match in BLOCK.finditer(text):
        language, code = match.groups()
        if language == "mlir" or re.search(r"^@jit$", code, re.MULTILINE):
            yield text.count("\n", 0, match.start()) + 2, language, code


def passes(language, code, folder):
    path = os.path.join(folder, "example.tile" if language == "python" else "example.mlir")
    with open(path, "w") as file:
        file.write(code)
    command = ["tilec", path, "--emit=tile", "-o", "-"] if language == "python" else ["tile-opt", path]
    result = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if result.returncode:
        print(result.stderr)
    return result.returncode == 0


def main():
    count = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for page in sys.argv[1:]:
            for line, language, code in examples(page):
                count += 1
                if not passes(language, code, folder):
                    failed += 1
                    print(f"{page}:{line}: this example does not compile")
    print(f"{count} examples, {failed} failed")
    sys.exit(1 if failed or not count else 0)


if __name__ == "__main__":
    main()
