"""The built-in platforms pass the suite that ships for others."""

from __future__ import annotations

import pytest

from kernelmill.core.candidate import Candidate
from kernelmill.core.platform import NullPlatform, Platform
from kernelmill.core.task import Task
from kernelmill.platforms.conformance import PlatformConformance, candidate
from kernelmill.platforms.torch import Torch
from kernelmill.platforms.x86 import X86

RIGHT = """#include "kernelmill_task.h"
void km_vadd(const float* x, const float* y, float* z, int64_t N) {
  for (int64_t i = 0; i < N; i++) z[i] = x[i] + y[i];
}
"""


class TestX86(PlatformConformance):
    @pytest.fixture(params=["clang", "gcc"])
    def platform(self, request: pytest.FixtureRequest) -> Platform:
        return X86(cc=request.param)

    @pytest.fixture
    def right(self, task: Task) -> Candidate:
        return candidate(task, "x86", "kernel.c", RIGHT)

    @pytest.fixture
    def broken(self, task: Task) -> Candidate:
        return candidate(task, "x86", "kernel.c", RIGHT.replace("z[i]", "q[i]"))

    @pytest.fixture
    def nameless(self, task: Task) -> Candidate:
        return candidate(task, "x86", "kernel.c", RIGHT.replace("void km_vadd", "static __attribute__((used)) void other"))


class TestTorch(PlatformConformance):
    @pytest.fixture
    def platform(self) -> Platform:
        return Torch()

    @pytest.fixture
    def right(self, task: Task) -> Candidate:
        return candidate(task, "torch", "kernel.py", "def km_vadd(x, y):\n    return x + y\n")


class TestNull(PlatformConformance):
    """The double passes but for what it does not look at."""

    @pytest.fixture
    def platform(self) -> Platform:
        return NullPlatform()

    @pytest.fixture
    def right(self, task: Task) -> Candidate:
        return candidate(task, "null", "kernel.txt", "x + y")

    def test_malformed_candidates_are_refused(self) -> None:  # type: ignore[override]
        pytest.skip("it refuses nothing")

    def test_header_names_entry_and_tensors(self, platform: Platform, task: Task) -> None:
        assert task.entry in platform.header(task)

    def test_is_a_value(self, platform: Platform) -> None:
        pytest.skip("its machine holds a table of peaks")
