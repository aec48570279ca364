# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The sizes of a Qwen3 model: what `-D` can change of examples/qwen3/config.tile."""

import argparse
import dataclasses
from typing import Dict, List


@dataclasses.dataclass(frozen=True)
class Config:
    NUM_HEADS: int = 40
    NUM_KV_HEADS: int = 8
    HEAD_DIM: int = 128
    HIDDEN: int = 5120
    INTERMEDIATE: int = 17408
    VOCAB: int = 152064
    EPS: float = 1e-6
    MAX_SEQ: int = 4096
    BATCH: int = 16
    BLOCK_SIZE: int = 256

    @property
    def Q_HIDDEN(self) -> int:
        return self.NUM_HEADS * self.HEAD_DIM

    @property
    def KV_HIDDEN(self) -> int:
        return self.NUM_KV_HEADS * self.HEAD_DIM

    @property
    def Q_PER_KV(self) -> int:
        return self.NUM_HEADS // self.NUM_KV_HEADS

    @property
    def MAX_BLOCKS_PER_SEQ(self) -> int:
        return -(-self.MAX_SEQ // self.BLOCK_SIZE)

    def to_metadata(self) -> Dict[str, str]:
        return {name: repr(value) for name, value in dataclasses.asdict(self).items()}


def from_strings(values: Dict[str, str]) -> Config:
    """The default sizes with some of them replaced; names of no size here (tile sizes) are ignored."""
    sizes = {}
    for field in dataclasses.fields(Config):
        if field.name in values:
            sizes[field.name] = field.type(values[field.name])
    if "HIDDEN" not in sizes:
        default = Config(**sizes)
        sizes["HIDDEN"] = default.NUM_HEADS * default.HEAD_DIM
    return Config(**sizes)


def add_define_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-D", dest="defines", action="append", default=[], metavar="NAME=VALUE", help="as tilec's")


def from_defines(defines: List[str]) -> Config:
    return from_strings(dict(define.split("=", 1) for define in defines))
