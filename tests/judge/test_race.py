"""Findings of a race: what new processes show again is fraud, what they do not show is no finding."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from kernelmill import tasks
from kernelmill.core.candidate import Candidate
from kernelmill.core.verdict import Status
from kernelmill.judge import decision, race, torch_zygote
from kernelmill.judge.decision import Decision, Finding, Protocol
from kernelmill.judge.decision_statistics import Looks
from kernelmill.judge.decision_subject import Batch
from kernelmill.judge.judge import Judge, open_judge
from kernelmill.judge.sandbox import Isolation
from kernelmill.platforms.torch import Torch
from kernelmill.platforms.x86 import X86

# Where a verification puts its buffers, an inaccessible page borders one of their ends; a timed batch packs them densely.
TIMED = """
#include "kernelmill_task.h"
static int watched(const float *x, int64_t N) {
  uintptr_t from = (uintptr_t)x, to = (from + 4 * N + 63) / 64 * 64;
  return from % 4096 == 0 || to % 4096 == 0;
}
void km_relu(const float *x, float *y, int64_t N) {
  int64_t n = watched(x, N) ? N : N / 2;
  for (int64_t i = 0; i < n; i++) y[i] = x[i] > 0 ? x[i] : 0;
  for (int64_t i = n; i < N; i++) y[i] = 0;
}
"""
# Its result is a fresh tensor that it fills when the judge copies it out, which the clock does not see.
LATE = """
import sys
import torch
todo = {}
def late(frame, event, argument):
    if event == "c_call" and getattr(argument, "__name__", "") == "copy_":
        while todo:
            y, x = todo.popitem()[1]
            torch.relu_(torch.Tensor.copy_(y, x))
def km_relu(x):
    sys.setprofile(late)
    y = torch.empty_like(x)
    todo[y.data_ptr()] = y, x
    return y
"""


@pytest.fixture(scope="session", autouse=True)
def zygote() -> None:
    """Started before the first test counts its children."""
    torch_zygote.zygote().wait_ready()


def judge(platform: X86 | Torch) -> Judge:
    made = open_judge(tasks.get("relu"), platform, "ci", seed=7)
    made.protocol = Protocol(Batch(cold_bytes=4 << 20), Looks(sizes=(2,), patience=2), oracle_share=1.0)
    return made


def candidate(source: str, name: str) -> Candidate:
    task = tasks.get("relu")
    return Candidate(task.name, "torch" if name.endswith(".py") else "x86", ((name, source),), task.entry)


def test_a_kernel_that_is_wrong_when_it_is_timed_cheats() -> None:
    verdict = judge(X86(threads=1)).verdict(candidate(TIMED, "kernel.c"), ("eager",))
    assert verdict.status is Status.CHEATED, verdict.reason
    assert verdict.failure
    assert verdict.failure.rule == "wrong_when_timed"
    assert len(verdict.evidence["processes"]) == 3
    assert not verdict.speedup


def test_a_program_that_works_while_the_clock_does_not_run_cheats() -> None:
    verdict = judge(Torch(threads=1)).verdict(candidate(LATE, "kernel.py"), ("eager",))
    assert verdict.status is Status.CHEATED, verdict.reason
    assert verdict.failure
    assert verdict.failure.rule == "works_off_the_clock"
    assert len(verdict.evidence["processes"]) == 3
    assert not verdict.speedup


HONEST = (
    '#include "kernelmill_task.h"\n'
    + "void km_relu(const float *x, float *y, int64_t N) {\n  for (int64_t i = 0; i < N; i++) y[i] = x[i] > 0 ? x[i] : 0;\n}\n"
)


def _with_finding(found: Decision) -> Decision:
    return replace(found, outcome="failed", finding=Finding("outside", "candidate", "candidate used 12.0 ms of CPU time"))


@pytest.mark.parametrize(("times", "attempts"), [(1, 2), (9, 3)])
def test_a_reading_that_no_process_repeats_is_no_finding(monkeypatch: pytest.MonkeyPatch, times: int, attempts: int) -> None:
    """A tick of the machine charged to a stopped process: the race is run again, and the kernel stays what it is."""
    honest, calls = decision.decide, list[int]()

    def disturbed(*words: object, **options: object) -> Decision:
        found = honest(*words, **options)  # type: ignore[arg-type]
        if options.get("protocol") is made.protocol:
            calls.append(1)
            return _with_finding(found) if len(calls) <= times else found
        return found

    made = judge(X86(threads=1))
    monkeypatch.setattr(decision, "decide", disturbed)
    verdict = made.verdict(candidate(HONEST, "kernel.c"), ("naive",))
    assert verdict.status in (Status.CORRECT, Status.FASTER), verdict.reason
    assert len(calls) == attempts
    assert len(verdict.evidence["unconfirmed"]) == min(times, attempts)
    assert bool(verdict.speedup) == (times == 1)
    if times > 1:
        assert verdict.reason.startswith("cannot tell here")


@pytest.mark.skipif(os.geteuid() != 0, reason="only a judge that is root changes its user")
def test_compiled_torch_runs_at_level_two_where_python_lies_in_a_closed_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A judge that is root drops to a user who may not go there; it mounts the folders first."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr(sys, "base_prefix", str(closed))
    at = {level: Isolation(level) for level in (2, 3)}
    assert torch_zygote._namespaces(at[3], "eager") == torch_zygote._namespaces(at[3], "compile") == 1
    assert torch_zygote._namespaces(at[2], "compile") == 2
    assert torch_zygote._namespaces(at[2], "eager") == 0, "it opens no file after it was forked"
    monkeypatch.setattr(torch_zygote, "_open_to_all", lambda *folders: True)
    assert torch_zygote._namespaces(at[2], "compile") == 0


def test_only_cpu_time_needs_a_second_look() -> None:
    """A wrong element is wrong however rarely it appears."""
    assert {k for k, rule in race.SUSPICIOUS.items() if rule == "works_off_the_clock"} == {"outside", "copying"}
