"""No sanitizer stage may accuse an honest kernel: what `mill` prints for the tasks, by recipe, with two threads.

KERNELMILL_SOAK_TASKS (a shell pattern) and KERNELMILL_SOAK_KERNELS (recipes of a task, beside the unscheduled print) make it shorter.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from kernelmill.authors.schedule.author import Schedule, naive
from kernelmill.core.author import Brief
from kernelmill.core.budget import Budget
from kernelmill.core.candidate import Candidate
from kernelmill.core.errors import UserError
from kernelmill.core.task import Task
from kernelmill.judge import compiling, stages
from kernelmill.judge.program import Program
from kernelmill.judge.right.store import Store
from kernelmill.judge.sandbox import isolation
from kernelmill.platforms.x86 import X86
from kernelmill.tasks import find, get

PATTERN = os.environ.get("KERNELMILL_SOAK_TASKS", "*")
KERNELS = int(os.environ.get("KERNELMILL_SOAK_KERNELS", "2"))
STAGES = ("asan", "ubsan", "tsan")


def prints(task: Task, platform: X86) -> Iterator[Candidate]:
    brief = Brief(task, platform.spec, platform.machine(), platform.header(task), "ci", 1)
    yield naive(brief)
    yield from Schedule().begin(brief).ask([], 24, Budget())[-KERNELS:] if KERNELS else []


@pytest.mark.soak
@pytest.mark.parametrize("name", [task.name for task in find(PATTERN)])
def test_prints_of_mill_are_clean(name: str):
    platform, level = X86(threads=2), isolation()
    missing = [stage for stage in STAGES if not platform.stages()[stage].version]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    task = get(name)
    store = Store(task)
    try:
        candidates = list(prints(task, platform))
    except UserError as error:
        pytest.skip(str(error).splitlines()[0])
    alarms: list[str] = []
    for candidate in candidates:
        program = compiling.prepare(candidate, task, platform, level)
        assert isinstance(program, Program), program.reason
        found = stages.run(program, platform, STAGES, store, level, profile="ci", seed=5)
        assert [s.name for s in found] == list(STAGES)
        alarms += [f"{candidate.lineage.moves}: {f.stage} {f.kind} {f.where} {f.text}" for s in found for f in s.findings]
    assert candidates
    assert not alarms
