"""Modules with inline CUDA as models write them: 20 right, 20 with a usual bug, each judged unmodified by the command that people type."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "modelnew"
NAMES = sorted(p.stem for p in (FOLDER / "tasks").glob("*.py"))
QUICK = {"right-softmax", "wrong-softmax", "wrong-embedding", "wrong-flag_wait"}


def cases() -> list[object]:
    rows: list[object] = []
    for kind in ("right", "wrong"):
        for name in NAMES:
            rows.append(pytest.param(kind, name, id=f"{kind}-{name}", marks=[] if f"{kind}-{name}" in QUICK else [pytest.mark.soak]))
    return rows


def expected(file: Path) -> str:
    """The status that a wrong module's first line names."""
    return file.read_text().splitlines()[0].rpartition("Expect: ")[2].strip()


@pytest.mark.parametrize(("kind", "name"), cases())
def test_module(kind: str, name: str, tools: object, tmp_path: Path) -> None:
    file = FOLDER / kind / f"{name}.py"
    done = subprocess.run(
        [
            sys.executable, "-m", "kernelmill", "judge", str(file), "--task", str(FOLDER / "tasks" / f"{name}.py"),
            "--platform", "cuda", "--baselines", "eager", "--no-confirm", "--archive", str(tmp_path / "archive"), "--json",
        ],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.stdout, done.stderr
    result = json.loads(done.stdout)
    if kind == "right":
        assert result["status"] in ("CORRECT", "FASTER"), result
        assert done.returncode == 0
        return
    assert result["status"] == expected(file), result
    assert done.returncode == 1
    assert result["failure"]["summary"]
    if name == "flag_wait":
        assert "deadlock" in result["failure"]["summary"]


def test_there_are_forty() -> None:
    assert len(NAMES) == len(list((FOLDER / "right").glob("*.py"))) == len(list((FOLDER / "wrong").glob("*.py"))) == 20
