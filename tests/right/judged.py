"""Kernels written by hand, and what the whole judge says about them: compiler, sandbox, runner and oracle."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from kernelmill import tasks
from kernelmill.core.candidate import Candidate
from kernelmill.core.task import Task
from kernelmill.judge import compiling
from kernelmill.judge.program import Program
from kernelmill.judge.right.store import Store
from kernelmill.judge.sandbox import Isolation, isolation
from kernelmill.judge.suspicion import settled
from kernelmill.judge.verify import Checked, verify
from kernelmill.platforms.x86 import X86

KERNELS = Path(__file__).parents[1] / "kernels"
SEED = 20


def names() -> list[str]:
    return sorted(path.stem for path in KERNELS.glob("*.c"))


def wrongs() -> list[tuple[str, int]]:
    """(kernel, number of the slip) as the sources name them."""
    return [(n, int(k)) for n in names() for k in re.findall(r"(?:WRONG |\. |\.)(\d): ", _source(n))]


@cache
def _source(name: str) -> str:
    return (KERNELS / f"{name}.c").read_text()


def candidate(name: str, wrong: int = 0) -> Candidate:
    task = tasks.get(name)
    return Candidate(task.name, "x86", ((f"{name}.c", _source(name)),), task.entry, parameters=(("WRONG", wrong),))


def of(task: Task, source: str, **more: object) -> Candidate:
    return Candidate(task.name, "x86", (("kernel.c", source),), task.entry, **more)  # type: ignore[arg-type]


@cache
def store(name: str) -> Store:
    return Store(tasks.get(name))


def checked(c: Candidate, level: Isolation | None = None, seed: int = SEED) -> Checked:
    """Compiled, verified, and its suspicion confirmed; timing left out."""
    task, level = tasks.get(c.task), level or isolation()
    program = compiling.prepare(c, task, X86(threads=2), level)
    if not isinstance(program, Program):
        return Checked(program.status, program.failure)
    found = verify(program, "ci", store(task.name), level, seed=seed)
    return found if found.right else settled(found, program, store(task.name), level, seed)
