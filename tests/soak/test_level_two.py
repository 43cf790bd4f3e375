"""torch.compile as a baseline below namespaces: it starts compilers while it loads, as the user that a judge of root drops to."""

from __future__ import annotations

import pytest

from kernelmill import tasks
from kernelmill.core.candidate import Candidate
from kernelmill.judge.judge import open_judge
from kernelmill.platforms.x86 import X86

RELU = """
#include "kernelmill_task.h"
void km_relu(const float *x, float *y, int64_t N) {
  for (int64_t i = 0; i < N; i++) y[i] = x[i] > 0 ? x[i] : 0;
}
"""


@pytest.mark.soak
def test_compile_is_a_baseline_at_level_two(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERNELMILL_HOME", str(tmp_path))  # nothing is compiled yet
    task = tasks.get("relu")
    judge = open_judge(task, X86(threads=1), "ci", level=2)
    verdict = judge.verdict(Candidate(task.name, "x86", (("kernel.c", RELU),), task.entry), ("compile",))
    assert verdict.status.passed, verdict.reason
    assert "compile" in verdict.speedup, verdict.evidence["decisions"]
