"""The table: every task has a row, failures count, and a cut-off bench goes on."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from doubles import Climber, FakeJudge

from kernelmill.archive.store import Archive
from kernelmill.core.author import Brief, Session
from kernelmill.core.errors import UserError
from kernelmill.search.bench import bench
from kernelmill.search.optimize import Request
from kernelmill.search.summary import geometric_mean, summarize

REQUEST = Request("", "null", "ci", budget="6evals")


def row(status: str, eager: float | None, category: str = "a") -> dict[str, Any]:
    speedup = {"eager": {"median": eager, "low": eager, "high": eager}} if eager else {}
    return {"status": status, "speedup": speedup, "category": category, "roofline": None, "aa": {"median": 1.01, "low": 0.9, "high": 1.1}}


def test_failures_count_as_keeping_the_baseline() -> None:
    found = summarize([row("FASTER", 4.0), row("CRASH", None), row("CORRECT", 0.5, "b")])
    assert found["categories"]["a"]["eager"] == pytest.approx(2.0)
    assert found["categories"]["a"]["tasks"] == 2
    assert found["categories"]["a"]["correct"] == 1
    assert found["all"]["eager"] == pytest.approx(2 ** (1 / 3))
    assert found["fast_p"]["0.5"] == pytest.approx(2 / 3)
    assert found["fast_p"]["5.0"] == 0
    assert found["aa"] == {"count": 3, "low": 1.01, "high": 1.01}


def test_geometric_mean() -> None:
    assert geometric_mean([]) is None
    assert geometric_mean([1.0, 4.0]) == pytest.approx(2.0)
    assert math.isclose(geometric_mean([0.5, 2.0]) or 0.0, 1.0)


class Refusing(Climber):
    """Cannot write one of the tasks."""

    def begin(self, brief: Brief) -> Session:
        if brief.task.name == "activation/elu":
            raise UserError("cannot write this one")
        return super().begin(brief)


def test_every_task_has_a_row(tmp_path: Path) -> None:
    with Archive(tmp_path / "a.db") as archive:
        found = bench("activation/*", REQUEST, archive, opener=FakeJudge, author=Refusing())
        assert archive.run(found["run"]).state == "done"
    by_task = {r["task"]: r for r in found["rows"]}
    assert len(by_task) == 10
    assert by_task["activation/elu"]["status"] == "REFUSED"
    assert found["summary"]["all"]["correct"] == 9


def test_a_cut_off_bench_goes_on_where_it_was(tmp_path: Path) -> None:
    class Cut(BaseException):
        pass

    opened: list[str] = []

    def opener(task: Any, platform: Any, profile: str) -> FakeJudge:
        opened.append(task.name)
        if len(opened) == 3:
            raise Cut
        return FakeJudge(task, platform, profile)

    with Archive(tmp_path / "a.db") as archive:
        with pytest.raises(Cut):
            bench("softmax/*", REQUEST, archive, opener=opener, author=Climber())
        found = bench("", REQUEST, archive, resume="last", opener=opener, author=Climber())
        assert [r["task"] for r in found["rows"]] == ["softmax/softmax", "softmax/log_softmax", "softmax/logsumexp"]
        assert opened == ["softmax/softmax", "softmax/log_softmax", "softmax/logsumexp", "softmax/logsumexp"]
        assert len(archive.runs("optimize")) == 3
