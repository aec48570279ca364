# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Takes the programs and the fragments out of a Markdown page.

    extract.py PAGE.md FOLDER

A block under a line of the form "`name`:" becomes FOLDER/name. All other blocks of `cpp` become the bodies
of functions in FOLDER/fragments.inc, each with the parameters that the macro FRAGMENT_PARAMETERS gives.
Prints how many there were.
"""

import os
import re
import sys

BLOCK = re.compile(r"(?:^`([\w.-]+)`:\n\n)?^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def main():
    page, folder = sys.argv[1:]
    with open(page) as file:
        text = file.read()
    programs = 0
    fragments = []
    for name, language, code in BLOCK.findall(text):
        if name:
            programs += 1
            with open(os.path.join(folder, name), "w") as file:
                file.write(code)
        elif language == "cpp":
            fragments.append(code)
        else:
            sys.exit(f"{page}: a block of {language} that no test compiles")
    with open(os.path.join(folder, "fragments.inc"), "w") as file:
        for number, code in enumerate(fragments):
            # What returns nothing returns anything.
            file.write(f"Anything fragment{number}(FRAGMENT_PARAMETERS) {{\n{code}return {{}};\n}}\n")
    print(f"{programs} programs, {len(fragments)} fragments")


if __name__ == "__main__":
    main()
