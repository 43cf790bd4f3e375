"""Isolation levels that work here, and what must be gone after every test."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from judge_kit import children

from kernelmill.judge.sandbox import Isolation, isolation


@pytest.fixture(params=[3, 2])
def level(request: pytest.FixtureRequest) -> Isolation:
    """The levels that hold hostile code."""
    best = isolation()
    if best.level < request.param:
        pytest.skip(f"isolation level {request.param} does not work here: {best.reason}")
    return isolation(request.param)


@pytest.fixture(autouse=True)
def nothing_left():
    """Every test of the judge ends with the processes and mounts it began with."""
    before, mounts = children(), Path("/proc/self/mountinfo").read_text()
    yield
    deadline = time.monotonic() + 1.0
    while children() - before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert children() - before == set()
    assert Path("/proc/self/mountinfo").read_text() == mounts
