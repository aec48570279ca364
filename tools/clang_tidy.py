# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs clang-tidy on the sources that changed since they last passed.

    clang_tidy.py BUILD_FOLDER [SOURCE...]

Of lib/, tools/ and examples/, or of those given.

What a source depends on is hashed: its compile command, .clang-tidy, its own text and that of each
header of the project that it includes, generated ones too. The hash of a source that passes is
kept in BUILD_FOLDER/tidy, so a second run has nothing to do.

The compile commands use GCC's precompiled header, which clang cannot read. Sources that include
MLIR get a precompiled header made by clang instead: it takes 10 s to make and saves 3 s a source. clang-tidy
walks all of it, so there is a smaller one, which saves 2 s more, for those that do not lower.
"""

import argparse
import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TIDY, CLANG = "clang-tidy-19", "clang++-19"
INCLUDE = re.compile(rb'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)
PCH_HEADER = "include/tilec/Support/PCH.h"
LOWERING = ("mlir/Dialect/LLVMIR/", "mlir/Dialect/Vector/")


class Headers:
    """The project's headers behind a source, and whether MLIR's are among them."""

    def __init__(self, folders):
        self.folders = folders
        self.texts = {}

    def text(self, path):
        if path not in self.texts:
            with open(path, "rb") as file:
                self.texts[path] = file.read()
        return self.texts[path]

    def find(self, name, includer):
        for folder in [os.path.dirname(includer)] + self.folders:
            path = os.path.normpath(os.path.join(folder, name))
            if os.path.isfile(path):
                return path
        return None

    def closure(self, source):
        """(every project file that the source is made of, the headers of MLIR that they include)"""
        seen, pending, mlir = {source}, [source], set()
        while pending:
            path = pending.pop()
            for match in INCLUDE.finditer(self.text(path)):
                name = match.group(1).decode()
                if name.startswith("mlir/"):
                    mlir.add(name)
                found = self.find(name, path)
                if found and found not in seen:
                    seen.add(found)
                    pending.append(found)
        return sorted(seen), mlir


def clang_flags(entry):
    """What of GCC's command line the meaning of a source depends on."""
    words = shlex.split(entry["command"])[1:]
    flags = []
    while words:
        word = words.pop(0)
        if word in ("-o", "-include"):
            words.pop(0)
        elif word == "-isystem":
            flags += [word, words.pop(0)]
        elif re.match(r"-(I|D|std=|f(no-)?(rtti|exceptions|strict|PIC))", word):
            flags.append(word)
    return flags


def digest(*parts):
    total = hashlib.sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else part.encode()
        total.update(len(data).to_bytes(8, "little") + data)
    return total.hexdigest()


class Tidy:
    def __init__(self, build):
        self.cache = os.path.join(build, "tidy")
        os.makedirs(self.cache, exist_ok=True)
        self.headers = Headers([os.path.join(ROOT, "include"), os.path.join(build, "include")])
        with open(os.path.join(ROOT, ".clang-tidy")) as file:
            self.config = file.read()

    def precompiled(self, flags, mlir):
        """The path of clang's precompiled header for these flags and what these headers of MLIR need."""
        text = self.headers.text(os.path.join(ROOT, PCH_HEADER)).decode()
        if not any(name.startswith(LOWERING) for name in mlir):
            text = "".join(line for line in text.splitlines(True) if not any(name in line for name in LOWERING))
        path = os.path.join(self.cache, digest(" ".join(flags), text))
        if not os.path.exists(path + ".pch"):
            with open(path + ".h", "w") as header:
                header.write(text)
            command = [CLANG, *flags, "-x", "c++-header", "-fpch-instantiate-templates", path + ".h"]
            subprocess.run([*command, "-o", path + ".pch"], check=True)
        return path + ".pch"

    def job(self, entry):
        """(source, flags, the file that says it passed)"""
        source, flags = entry["file"], clang_flags(entry)
        files, mlir = self.headers.closure(source)
        if mlir:
            flags = flags + ["-include-pch", self.precompiled(flags, mlir)]
        texts = [self.headers.text(path) for path in files]
        return source, flags, os.path.join(self.cache, digest(self.config, " ".join(flags), *files, *texts))

    def run(self, job):
        """Whether the source passes; prints why not."""
        source, flags, stamp = job
        result = subprocess.run(
            [TIDY, "--quiet", source, "--", *flags], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        if result.returncode:
            print(result.stdout or result.stderr, end="", flush=True)
            return False
        with open(stamp, "w"):
            return True

    def forget(self, jobs):
        """Removes what no source of today needs."""
        keep = {stamp for _, _, stamp in jobs}
        for _, flags, _ in jobs:
            if "-include-pch" in flags:
                keep |= {flags[-1], flags[-1].replace(".pch", ".h")}
        for name in os.listdir(self.cache):
            path = os.path.join(self.cache, name)
            if path not in keep:
                os.remove(path)


def sources(build, only):
    """The compile commands of what to look at."""
    with open(os.path.join(build, "compile_commands.json")) as file:
        entries = {entry["file"]: entry for entry in json.load(file)}
    if only:
        missing = [path for path in only if path not in entries]
        if missing:
            sys.exit(f"clang-tidy: {missing[0]} is not part of the build")
        return [entries[path] for path in only]
    folders = tuple(os.path.join(ROOT, folder, "") for folder in ("lib", "tools", "examples"))
    return [entry for path, entry in sorted(entries.items()) if path.startswith(folders)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=os.path.abspath)
    parser.add_argument("source", nargs="*", type=os.path.abspath)
    arguments = parser.parse_args()

    tidy = Tidy(arguments.build)
    jobs = [tidy.job(entry) for entry in sources(arguments.build, arguments.source)]
    if not arguments.source:
        tidy.forget(jobs)
    stale = [job for job in jobs if not os.path.exists(job[2])]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        passed = list(pool.map(tidy.run, stale))
    print(f"clang-tidy: {len(stale)} of {len(jobs)} sources to check, {passed.count(False)} rejected")
    sys.exit(0 if all(passed) else 1)


if __name__ == "__main__":
    main()
