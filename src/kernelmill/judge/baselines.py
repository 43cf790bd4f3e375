"""What a candidate must beat: torch eager, torch.compile and the unscheduled loop program, all of them candidates like any other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from kernelmill.core.candidate import Candidate, Lineage
from kernelmill.core.errors import UserError, unknown
from kernelmill.core.platform import Platform
from kernelmill.core.task import Task
from kernelmill.judge import compiling
from kernelmill.judge.program import Program
from kernelmill.judge.sandbox import Isolation

if TYPE_CHECKING:
    from kernelmill.platforms.x86 import X86

NAMES = ("eager", "compile", "naive")


def baseline(name: str, task: Task, platform: Platform, level: Isolation) -> Program:
    """The program of a baseline, with as many threads as the platform gives a candidate.

    `eager` and `compile`: the task's reference on platform `torch`. `naive`: the lowered loop program as it is, one thread, printed for
    the candidate's own platform where that compiles C, else for `x86`. Raises `UserError` for an unknown name or a baseline that this
    task does not have (an operation that cannot be lowered), `MissingTool` where a tool is missing.
    """
    threads = platform.run(task).threads
    if name in ("eager", "compile"):
        from kernelmill.platforms.torch import Torch
        from kernelmill.tasks.reference import eager_candidate

        return _made(name, eager_candidate(task), task, Torch(mode=name, threads=threads), level)
    if name == "naive":
        return _made(name, naive_candidate(task, "x86"), task, _c_platform(platform, threads), level)
    raise unknown("baseline", name, NAMES)


def naive_candidate(task: Task, platform: str) -> Candidate:
    """The lowered reference, printed without a single move. Raises `UserError` for an operation that cannot be lowered."""
    from kernelmill.mill import print_c
    from kernelmill.mill.lower import export, lower
    from kernelmill.tasks.reference import bind

    source = print_c(lower(task, export(task, bind(task))), entry=task.entry)
    return Candidate(task.name, platform, (("naive.cpp", source),), task.entry, lineage=Lineage(author="naive"), trusted=True)


def floor_programs(task: Task, sizes: Mapping[str, int], platform: Platform, level: Isolation) -> tuple[Program, ...]:
    """What may bound a kernel of this task from below: byte twins, or the FMA arm where arithmetic does. Raises as `baseline`.

    Where a candidate has several threads, the last one has one: to wake another takes longer than little work does.
    """
    from kernelmill.platforms import arms

    threads = platform.run(task).threads
    home = _c_platform(platform, threads)
    floors = arms.floors(task, sizes, home.machine(), threads)
    places = [(arm, home) for arm in floors] + ([(floors[-1], replace(home, threads=1))] if threads > 1 else [])
    return tuple(_made("floor", arm, task, place, level) for arm, place in places)


def _c_platform(platform: Platform, threads: int) -> X86:
    from kernelmill.platforms.x86 import X86

    return platform if isinstance(platform, X86) else X86(threads=threads)


def _made(name: str, candidate: Candidate, task: Task, platform: Platform, level: Isolation) -> Program:
    made = compiling.prepare(candidate, task, platform, level)
    if isinstance(made, Program):
        return made
    raise UserError(f"the baseline '{name}' does not compile: {made.reason}", got=task.name)
