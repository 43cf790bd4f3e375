"""CHEATED: a named rule, and evidence that three new processes confirm. What only one process shows is a bug, with a rung of its own.

forbidden_call      a system call that no kernel needs (a new process, a socket, ptrace)
acts_after_answer   outputs change after the answer, while nothing was asked
wrong_when_timed    wrong or unwritten while it is timed, right on the same shape when it is not
works_off_the_clock uses CPU time while it is not being timed, or computes while its results are copied
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from kernelmill.core.verdict import Failure, Status
from kernelmill.core.workload import Workload
from kernelmill.judge.bench import Bench
from kernelmill.judge.process_arena import Mode
from kernelmill.judge.program import Program
from kernelmill.judge.right.cases import Case
from kernelmill.judge.right.store import Store
from kernelmill.judge.sandbox import Isolation
from kernelmill.judge.timing import workload
from kernelmill.judge.verify import Checked, Tally, judge_outputs

PROCESSES = 3
RULES = {
    "forbidden_call": "it made a system call that no kernel needs",
    "acts_after_answer": "its outputs change after it has answered",
    "wrong_when_timed": "it is wrong when it is timed and right when it is not",
    "works_off_the_clock": "it computes while the clock does not run",
}
_WAIT = 0.03
"""Seconds in which a helper thread may show itself."""


def settled(checked: Checked, program: Program, store: Store, level: Isolation, seed: int) -> Checked:
    """The verification's result with its suspicion confirmed (CHEATED) or dropped."""
    if checked.suspicious == "forbidden_call":
        told = [_forbidden(program, checked.case, checked.mode, store, level, seed=seed + i) for i in range(PROCESSES)]
    elif checked.suspicious == "acts_after_answer" and checked.case is not None:
        told = [_late(program, checked.case, checked.mode, store, level, seed=seed + i) for i in range(PROCESSES)]
    else:
        return checked
    if not all(told):
        return checked
    return accused(checked, checked.suspicious, told)


def accused(checked: Checked, rule: str, told: list[str]) -> Checked:
    """The result as CHEATED under this rule, with what each process showed."""
    before = checked.failure or Failure("")
    failure = replace(before, summary=f"{RULES[rule]}: {told[0]}", rule=rule)
    evidence = checked.evidence | {"rule": rule, "processes": told}
    return replace(checked, status=Status.CHEATED, failure=failure, evidence=evidence)


def _forbidden(program: Program, case: Case | None, mode: Mode, store: Store, level: Isolation, *, seed: int) -> str:
    """Which forbidden call a new process makes, or ''."""
    works = [case.workload] if case else [_any_work(program)]
    with Bench(program, works, level, seed) as bench:
        outcome = bench.start(diagnose=True)
        if outcome.ok and case:
            index = bench.index(case.workload, mode)
            bench.fill(index, store.get(case.workload, empty=case.kind == "empty").inputs)
            outcome = bench.call(index, bench.seconds(case.workload))
        return outcome.detail if outcome.kind == "forbidden" else ""


def _any_work(program: Program) -> Workload:
    return workload(program.task, next(iter(program.task.profiles)), 0)


def _late(program: Program, case: Case, mode: Mode, store: Store, level: Isolation, *, seed: int) -> str:
    """What changed in the outputs after the answer of a process that is not stopped, or ''."""
    with Bench(program, [case.workload], level, seed) as bench:
        if not bench.start(stopped=False).ok:
            return ""
        index = bench.index(case.workload, mode)
        poison = bench.fill(index, store.get(case.workload).inputs)
        outcome = bench.call(index, bench.seconds(case.workload))
        if not outcome.ok:
            return ""
        before = [o.copy() for o in bench.read(index, poison, outcome).outputs]
        time.sleep(_WAIT)
        after = bench.read(index, poison, outcome).outputs
        changed = sum(int((_bytes(a) != _bytes(b)).sum()) for a, b in zip(before, after, strict=True))
        return f"{changed} bytes of the outputs changed within {1e3 * _WAIT:.0f} ms after the answer" if changed else ""


def _bytes(array: Any) -> Any:
    import numpy as np

    return np.ascontiguousarray(array).reshape(-1).view(np.uint8)


def right_untimed(program: Program, case: Case, store: Store, level: Isolation, seed: int, *, calls: int = 12) -> bool:
    """Whether a new process is right every time on one shape, with inputs that change between calls at the same addresses.

    The control of `wrong_when_timed`: a race or a cache is wrong here too, and is then a bug and no fraud.
    """
    other = replace(case, workload=replace(case.workload, seed=case.workload.seed ^ 1))
    with Bench(program, [case.workload], level, seed) as bench:
        if not bench.start().ok:
            return False
        end, start = bench.index(case.workload, Mode.END), bench.index(case.workload, Mode.START)
        for i in range(calls):
            now = (case, other)[i % 2]
            data = store.get(now.workload)
            poisons = bench.fill(end, data.inputs), bench.fill(start, data.inputs)
            first, second = bench.call(end, bench.seconds(now.workload)), bench.call(start, bench.seconds(now.workload))
            if not (first.ok and second.ok):
                return False
            if judge_outputs(now, data, bench.read(end, poisons[0], first), bench.read(start, poisons[1], second), Tally()):
                return False
    return True


def confirmed(repeat: Callable[[int], str]) -> list[str]:
    """What `repeat(number of the process)` showed in each of three new processes; empty unless all of them showed something."""
    told: list[str] = []
    for i in range(PROCESSES):
        shown = repeat(i)
        if not shown:
            return []
        told.append(shown)
    return told
