"""Honest candidates: correct kernels by many techniques, none of which may be accused.

Three origins: `kernels/` (written by hand, one file per task, a section `//// technique` per kernel), `templates/` (an algorithm over a
sum that any file of `sums/` provides), and what the author `schedule` prints.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kernelmill import tasks
from kernelmill.core.author import Brief
from kernelmill.core.budget import Budget
from kernelmill.core.candidate import Candidate
from kernelmill.core.task import Task
from kernelmill.platforms.x86 import X86

HERE = Path(__file__).parent
SUMS_PER_TASK = 4
"""Ways of summation tried with each template; which ones differs from task to task."""
PRINTED_PER_TASK = 2


@dataclass(frozen=True)
class Honest:
    """A correct kernel and how it works."""

    technique: str
    origin: str
    """`hand`, `template` or `schedule`."""
    candidate: Candidate

    @property
    def task(self) -> str:
        return self.candidate.task

    @property
    def name(self) -> str:
        return f"{self.task.partition('/')[2]}/{self.technique}"


@cache
def platform() -> X86:
    return X86(threads=2)


def _of(task: Task, text: str) -> Candidate:
    files = [("kernel.cpp", text)]
    if '"functions.h"' in text:
        files.append(("functions.h", (HERE / "kernels" / "functions.h").read_text()))
    return Candidate(task.name, "x86", tuple(files), task.entry)


def by_hand() -> list[Honest]:
    """Every section of every file in `kernels/`."""
    found: list[Honest] = []
    for path in sorted((HERE / "kernels").glob("*.cpp")):
        shared, *sections = re.split(r"^//// (\w+)$", path.read_text(), flags=re.MULTILINE)
        for technique, text in zip(sections[::2], sections[1::2], strict=True):
            found.append(Honest(technique, "hand", _of(tasks.get(path.stem), shared + text.lstrip("\n"))))
    return found


def sums() -> list[str]:
    return sorted(path.stem for path in (HERE / "sums").glob("*.h"))


def templated(op: str, way: str) -> Honest:
    """The template of a task with one way of summation."""
    parts = [HERE / "templates" / "prelude.h", HERE / "sums" / f"{way}.h", HERE / "templates" / f"{op}.cpp"]
    return Honest(way, "template", _of(tasks.get(op), "\n".join(p.read_text() for p in parts)))


def from_templates() -> list[Honest]:
    """Every template with a few ways of summation, so that all of them are met about equally often."""
    ops, ways = sorted(path.stem for path in (HERE / "templates").glob("*.cpp")), sums()
    return [templated(op, ways[(SUMS_PER_TASK * i + k) % len(ways)]) for i, op in enumerate(ops) for k in range(SUMS_PER_TASK)]


def printed(name: str, count: int = PRINTED_PER_TASK) -> list[Honest]:
    """Schedules of one task: the likeliest and some that follow it, told apart by the kinds of their moves."""
    from kernelmill.authors.schedule.author import Schedule

    task, x86 = tasks.get(name), platform()
    session = Schedule(seed=3).begin(Brief(task, x86.spec, x86.machine(), x86.header(task), "ci"))
    made = session.ask((), 3 * count, Budget())
    chosen = made[:: max(1, len(made) // count)][:count]
    return [Honest(_moves(c), "schedule", c) for c in chosen]


def _moves(candidate: Candidate) -> str:
    """The kinds of moves of a schedule, the commonest left out."""
    kinds = {move.split()[0] for move in candidate.lineage.moves} - {"simplify"}
    return "+".join(sorted(kinds)) or "unscheduled"


def written() -> list[Honest]:
    """All that no schedule made."""
    return by_hand() + from_templates()
