"""Correct kernels are never accused: a sample in every run of the tests, all of them in the soak test."""

from __future__ import annotations

from collections import Counter

import pytest
from corpus import SUMS_PER_TASK, by_hand, from_templates, printed, sums, written
from judging import SEED, judged
from sweep import row, table

from kernelmill import tasks
from kernelmill.core.verdict import Status

ALL = written()
NAMES = tasks.names("native")
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
def test_no_alarm_in_the_whole_corpus() -> None:
    kernels = [*ALL, *(k for name in NAMES for k in printed(name))]
    rows = [row(k, seed) for k in kernels for seed in (SEED, SEED + 1)]
    rows += [row(k, timed=True) for k in ALL[::16]]
    print("\n" + table(rows))
    assert not [r for r in rows if not r["right"]]
