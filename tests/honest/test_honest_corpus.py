"""Correct kernels are never accused: a sample in every run of the tests, all of them in the soak test."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from corpus import SUMS_PER_TASK, Honest, by_hand, from_templates, printed, sums, written
from judging import SEED, judged
from sweep import read, resume, table

from kernelmill import tasks
from kernelmill.core.verdict import Status

ALL = written()
NAMES = tasks.names("native")
SEEDS = (SEED, SEED + 1)
TIMED = ALL[::16]
SAMPLE = ALL[::9]
ALWAYS = [k for k in ALL if k.technique in ("strassen", "winograd", "flush_to_zero", "huge_pages") and k not in SAMPLE]
"""Where a bound is nearly used, or needed a rule of its own."""


def test_there_are_enough() -> None:
    techniques = Counter(k.technique for k in ALL)
    assert len(ALL) + len(NAMES) >= 200
    assert len({k.task for k in ALL}) >= 35
    assert len(techniques) >= 25
    assert len(by_hand()) >= 60
    assert len({k.candidate.id for k in ALL}) == len(ALL)
    assert {k.technique for k in from_templates()} == set(sums())
    assert SUMS_PER_TASK > 1


@pytest.mark.parametrize("kernel", [*SAMPLE, *ALWAYS], ids=lambda k: k.name)
def test_honest_kernels_pass(kernel) -> None:
    found = judged(kernel.candidate)
    assert found.status is Status.CORRECT, f"{found.failure}"
    assert not [n for n in found.evidence["notes"] if "widened" in n]


@pytest.mark.parametrize("name", ["layer_norm", "square"])
def test_printed_kernels_pass(name: str) -> None:
    (kernel,) = printed(name, 1)
    found = judged(kernel.candidate)
    assert found.status is Status.CORRECT, f"{found.failure}"


@pytest.mark.soak
@pytest.mark.parametrize("name", NAMES)
def test_no_alarm_of_a_task(name: str, kept: Path) -> None:
    """All kernels of one task on two drawings; what is judged stays in the folder."""
    kernels = [*(k for k in ALL if k.task == name), *printed(name)]
    rows = [r for seed in SEEDS for r in resume(kept / "honest.jsonl", kernels, seed)]
    assert not [r for r in rows if not r["right"]]


@pytest.mark.soak
@pytest.mark.parametrize("kernel", TIMED, ids=lambda k: k.name)
def test_no_alarm_when_timed(kernel: Honest, kept: Path) -> None:
    (found,) = resume(kept / "honest.jsonl", [kernel], timed=True)
    assert found["right"], found["text"]


@pytest.mark.soak
def test_no_alarm_in_the_whole_corpus(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = read(kept / "honest.jsonl")
    left = set(NAMES) - {r["task"] for r in rows if not r["timed"]}
    if left:
        pytest.skip(f"not judged yet: {', '.join(sorted(left))}")
    with capsys.disabled():
        print("\n" + table(rows))
    assert not [r for r in rows if not r["right"]]
    assert len({r["id"] for r in rows}) >= 200
