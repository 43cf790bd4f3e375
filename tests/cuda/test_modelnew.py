"""Modules with inline CUDA as models write them: 20 right, 20 with a usual bug, each tried unmodified."""

from __future__ import annotations

from pathlib import Path

import pytest

from kernelmill.cuda.modelnew import check

FOLDER = Path(__file__).parent / "modelnew"
NAMES = sorted(p.stem for p in (FOLDER / "tasks").glob("*.py"))
QUICK = {"matmul", "relu", "embedding"}


def cases() -> list[object]:
    rows: list[object] = []
    for kind in ("right", "wrong"):
        for name in NAMES:
            rows.append(pytest.param(kind, name, id=f"{kind}-{name}", marks=[] if name in QUICK else [pytest.mark.soak]))
    return rows


@pytest.mark.parametrize(("kind", "name"), cases())
def test_module(kind: str, name: str, tools: object) -> None:
    file = FOLDER / kind / f"{name}.py"
    want = "CORRECT" if kind == "right" else file.read_text().splitlines()[0].rpartition("Expect: ")[2].strip()
    found = check(file, FOLDER / "tasks" / f"{name}.py")
    assert found.status == want, found
    if kind == "wrong":
        assert found.reason


def test_there_are_forty() -> None:
    assert len(NAMES) == len(list((FOLDER / "right").glob("*.py"))) == len(list((FOLDER / "wrong").glob("*.py"))) == 20
