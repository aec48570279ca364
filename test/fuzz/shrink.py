# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes a failing program smaller while it fails in the same way.

Tries are cheap and dumb: what makes a program that the compiler rejects fails in another way, and
is not kept.
"""

import re
from typing import Callable, Iterator, List, Tuple

from program import Program, Statement


def blocks(program: Program) -> Iterator[List[Statement]]:
    """Every list of statements, outer ones first."""
    pending = [program.functions, program.body]
    while pending:
        block = pending.pop(0)
        yield block
        pending += [s.body for s in block if s.body is not None]


def smaller_runs(program: Program) -> Iterator[Program]:
    for run in program.runs:
        if len(program.runs) > 1:
            yield with_runs(program, run)
    (dims, threads) = program.runs[0]
    if len(program.runs) == 1:
        for fewer in (1, 2):
            if fewer < threads:
                yield with_runs(program, (dims, fewer))
        for name, value in dims.items():
            for less in (1, 2, 3, value // 2, value - 1):
                if 0 < less < value:
                    yield with_runs(program, ({**dims, name: less}, threads))


def with_runs(program: Program, run) -> Program:
    result = program.copy()
    result.runs = [run]
    return result


def without_tensors(program: Program) -> Iterator[Program]:
    """Without a tensor and what makes it, or without one that is not used."""
    for tensor in program.tensors:
        result = program.copy()
        result.tensors.remove(tensor)
        result.body = [s for s in result.body if s.tag != tensor.name]
        yield result
    for scalar in program.scalars:
        result = program.copy()
        result.scalars.remove(scalar)
        yield result
    used = {dim.text for tensor in program.tensors for dim in tensor.dims}
    for name in set(program.dynamic) - used:
        result = program.copy()
        result.dynamic.remove(name)
        result.runs = [({n: v for n, v in dims.items() if n != name}, threads) for dims, threads in result.runs]
        yield result


def without_statements(program: Program) -> Iterator[Program]:
    for b, block in enumerate(blocks(program)):
        for i, statement in enumerate(block):
            result = program.copy()
            copy = list(blocks(result))[b]
            del copy[i]
            yield result
            if statement.body is not None and not statement.text.startswith("def "):
                result = program.copy()
                copy = list(blocks(result))[b]
                copy[i : i + 1] = copy[i].body
                yield result


ASSIGNMENT = re.compile(r"^(\w+) = \w+\((.*)\)$")


def simpler_statements(program: Program) -> Iterator[Program]:
    """An operand instead of the operation."""
    for b, block in enumerate(blocks(program)):
        for i, statement in enumerate(block):
            match = ASSIGNMENT.match(statement.text)
            if not match or statement.text.startswith("x"):
                continue
            for operand in dict.fromkeys(re.findall(r"\b(?:t|acc|p)\d+\b", match.group(2))):
                result = program.copy()
                list(blocks(result))[b][i].text = f"{match.group(1)} = {operand}"
                yield result


def shrink(program: Program, fails: Callable[[Program], bool], tries: int = 400) -> Tuple[Program, int]:
    """The smallest program found that still `fails`, and the tries left."""
    progress = True
    while progress:
        progress = False
        for variants in (smaller_runs, without_tensors, without_statements, simpler_statements):
            again = True
            while again:
                again = False
                for candidate in variants(program):
                    if tries == 0:
                        return program, 0
                    tries -= 1
                    if fails(candidate):
                        program, again, progress = candidate, True, True
                        break
    return program, tries
