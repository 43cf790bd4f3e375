"""`judge` and `optimize` with the real judge, as a program calls them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_cli import kernelmill

from kernelmill.platforms import PLATFORMS

pytestmark = pytest.mark.skipif(not PLATFORMS.make("x86").state().ok, reason="no compiler for x86 here")

RELU = "#include <stdint.h>\nvoid km_relu(const float* x, float* y, int64_t N) {{ for (int64_t i = 0; i < N; i++) y[i] = {}; }}\n"
KEYS = {"status", "task", "platform", "profile", "candidate", "speedup", "roofline", "measurement", "reason", "record"}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [("x[i] < 0 ? 0 : x[i]", ("CORRECT", "FASTER"), 0), ("x[i]", ("WRONG_VALUE",), 1), ("x[j]", ("COMPILE_ERROR",), 1)],
)
def test_judge_prints_one_object_and_says_it_by_its_exit_code(tmp_path: Path, body: str, status: tuple[str, ...], code: int) -> None:
    (tmp_path / "relu.c").write_text(RELU.format(body))
    words = (
        "judge",
        str(tmp_path / "relu.c"),
        "--task",
        "activation/relu",
        "--profile",
        "ci",
        "--baselines",
        "eager",
        "--no-confirm",
        "--json",
    )
    done = kernelmill(*words, home=tmp_path)
    found = json.loads(done.stdout)
    assert set(found) >= KEYS
    assert found["status"] in status, done.stderr
    assert done.returncode == code
    again = json.loads(kernelmill("evidence", found["record"][:16], "--json", home=tmp_path).stdout)
    assert again["hash"] == found["record"]
    assert again["chain"]["damage"] == []
