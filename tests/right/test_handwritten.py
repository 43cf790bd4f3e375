"""C kernels written by hand pass the judge, and their wrong twins do not, each with a report that helps."""

from __future__ import annotations

import pytest
from judged import candidate, checked, names, wrongs

from kernelmill.core.verdict import Status

ALL = names()


def test_there_are_enough() -> None:
    assert len(ALL) >= 12
    assert len(wrongs()) >= 2 * len(ALL)


@pytest.mark.parametrize("name", ALL)
def test_right_kernels_are_correct(name: str) -> None:
    found = checked(candidate(name))
    assert found.status is Status.CORRECT, f"{found.failure}"
    assert found.evidence["cases"] >= 12
    assert not [n for n in found.evidence["notes"] if "widened" in n]


@pytest.mark.parametrize(("name", "wrong"), wrongs())
def test_wrong_twins_are_not(name: str, wrong: int) -> None:
    found = checked(candidate(name, wrong))
    assert found.status in (Status.WRONG_VALUE, Status.CRASH), f"{name} {wrong}: {found.status}"
    assert found.failure
    assert found.failure.summary
