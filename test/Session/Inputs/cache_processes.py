# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Many processes, some of them killed, and damaged files: whatever happens to a cache, results are right.

    cache_processes.py SCENARIO FOLDER      SCENARIO: concurrent, killed, damaged
"""

import os
import pathlib
import random
import signal
import subprocess
import sys
import time

KERNEL = """
N = 16

@jit
def scale(x: Tensor[[1, N], FP32], y: Out[Tensor[[1, N], FP32]]):
    with at(level=Level.CORE_GROUP, name_hint="scale"):
        y = assemble(y, mul(slice(x, [1, N], [0, 0]), 2.0), [0, 0])
"""


class Cache:
    """A folder with a kernel, and a cache for it."""

    def __init__(self, folder: str, size: str = "1M"):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True)
        self.cache = self.folder / "cache"
        self.kernel = self.folder / "scale.tile"
        self.kernel.write_text(KERNEL)
        self.size = size

    def start(self, n: int, out: str = "-") -> subprocess.Popen:
        """Runs the kernel with N = n; the result goes to a file or to standard output."""
        command = ["tilec", "run", str(self.kernel), "-D", f"N={n}", "--fill", "x=iota", "--out", out]
        command += ["--threads", "1", "--cache-dir", str(self.cache), "--cache-size", self.size]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run(self, n: int) -> None:
        check(self.start(n), n)

    def objects(self):
        return sorted(path for path in self.cache.glob("llvmcache-*"))

    def bytes(self) -> int:
        return sum(path.stat().st_size for path in self.objects())


def check(process: subprocess.Popen, n: int) -> None:
    """The results are the last bytes of a file of tensors: 0, 2, 4, ..."""
    output, errors = process.communicate()
    assert process.returncode == 0, errors.decode()
    assert b"warning" not in errors, errors.decode()
    values = memoryview(output[-4 * n :]).cast("f").tolist()
    assert values == [2.0 * i for i in range(n)], (n, values)


def concurrent(folder: str) -> None:
    one = Cache(folder + "/one")
    one.run(1)
    size = one.bytes()
    # Room for two of the three programs, which all processes want at once.
    cache = Cache(folder + "/all", str(size * 5 // 2))
    for _ in range(3):
        processes = [(cache.start(n), n) for n in (1, 2, 3) * 3]
        for process, n in processes:
            check(process, n)
    assert 0 < cache.bytes() <= size * 5 // 2, cache.objects()
    assert not [path for path in cache.objects() if ".tmp-" in path.name]
    # The newest stays.
    cache.run(7)
    before = [path.stat().st_ino for path in cache.objects()]
    cache.run(7)
    assert before == [path.stat().st_ino for path in cache.objects()]


def killed(folder: str) -> None:
    cache = Cache(folder)
    start = time.monotonic()
    cache.run(1)
    duration = time.monotonic() - start
    chance = random.Random(1)
    for n in range(2, 12):
        process = cache.start(n)
        # Most processes die near their end, where they write.
        time.sleep(duration * (1 - chance.random() ** 2 / 2))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        cache.run(n)
    cache.run(1)


def damaged(folder: str) -> None:
    cache = Cache(folder)
    cache.run(16)
    (file,) = cache.objects()
    good = file.read_bytes()
    inode = file.stat().st_ino
    cache.run(16)
    assert file.stat().st_ino == inode, "a good object was compiled again"
    middle = len(good) // 2
    flipped = good[:middle] + bytes([good[middle] ^ 1]) + good[middle + 1 :]
    other_version = good[:8] + bytes([good[8] + 1]) + good[9:]
    for bad in (b"", good[:middle], good[:-1], flipped, other_version, good + b"x", os.urandom(len(good))):
        file.write_bytes(bad)
        cache.run(16)
        assert file.read_bytes() == good, "a damaged object stayed"
    # Not even a folder in the way of a file ends a run.
    file.unlink()
    file.mkdir()
    process = cache.start(16)
    errors = process.communicate()[1]
    assert process.returncode == 0 and b"warning: cannot cache" in errors, errors


if __name__ == "__main__":
    {"concurrent": concurrent, "killed": killed, "damaged": damaged}[sys.argv[1]](sys.argv[2])
