"""No sanitizer stage may accuse an honest kernel: what `mill` prints for the tasks, by recipe, with two threads.

KERNELMILL_SOAK_TASKS (a shell pattern) and KERNELMILL_SOAK_KERNELS (recipes of a task, beside the unscheduled print) make it shorter.
"""

from __future__ import annotations

import os
import time
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
from kernelmill.tasks import find

PATTERN = os.environ.get("KERNELMILL_SOAK_TASKS", "*")
KERNELS = int(os.environ.get("KERNELMILL_SOAK_KERNELS", "2"))
STAGES = ("asan", "ubsan", "tsan")


def prints(task: Task, platform: X86) -> Iterator[Candidate]:
    brief = Brief(task, platform.spec, platform.machine(), platform.header(task), "ci", 1)
    yield naive(brief)
    yield from Schedule().begin(brief).ask([], 24, Budget())[-KERNELS:] if KERNELS else []


@pytest.mark.soak
def test_prints_of_mill_are_clean(capsys: pytest.CaptureFixture[str]):
    platform, level = X86(threads=2), isolation()
    missing = [name for name in STAGES if not platform.stages()[name].version]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    checked, alarms, notes = 0, list[str](), list[str]()
    with capsys.disabled():
        print()
        for task in find(PATTERN):
            began, store = time.monotonic(), Store(task)
            try:
                candidates = list(prints(task, platform))
            except UserError:
                continue
            for candidate in candidates:
                program = compiling.prepare(candidate, task, platform, level)
                assert isinstance(program, Program), program.reason
                found = stages.run(program, platform, STAGES, store, level, profile="ci", seed=5)
                checked += 1
                alarms += [
                    f"{task.name} {candidate.lineage.moves}: {f.stage} {f.kind} {f.where} {f.text}" for s in found for f in s.findings
                ]
                notes += [f"{task.name}: {s.name}: {s.note}" for s in found if s.note]
            print(f"{task.name:40} {len(candidates)} kernels, {time.monotonic() - began:.1f} s, {len(alarms)} alarms so far", flush=True)
        print(f"{checked} kernels through {', '.join(STAGES)}: {len(alarms)} alarms", *alarms, *sorted(set(notes)), sep="\n")
    assert not alarms
