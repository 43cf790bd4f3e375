"""The loop with a fake judge: budgets, deduplication, finals, and that being killed loses nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from doubles import Climber, FakeJudge, candidate, spread
from hypothesis import given, settings
from hypothesis import strategies as st

from kernelmill.archive.chain import verify
from kernelmill.archive.store import Archive
from kernelmill.authors.scripted import Scripted
from kernelmill.core.candidate import Candidate
from kernelmill.core.errors import UserError
from kernelmill.core.verdict import Verdict
from kernelmill.search import watch
from kernelmill.search.optimize import Request, optimize
from kernelmill.tasks import get

RELU = "activation/relu"


def request(budget: str = "40evals", strategy: str = "beam", **more: Any) -> Request:
    return Request(RELU, "null", "ci", strategy=strategy, budget=budget, **more)


@pytest.mark.parametrize("strategy", ["beam", "evolve", "beam{width=1,children=1}", "evolve{population=4,fresh=0.5}"])
def test_a_search_climbs_within_its_budget(tmp_path: Path, strategy: str) -> None:
    with Archive(tmp_path / "a.db") as archive:
        result = optimize(request("60evals", strategy), archive, opener=FakeJudge, author=Climber())
        screens = archive.records(run=result["run"], tier="screen")
        assert len(screens) == 60 == result["evaluations"]
        assert len({r.candidate.id for r in screens}) == 60
        assert result["budget"]["evaluations"] == {"limit": 60, "used": 60, "left": 0}
        assert result["status"] == "FASTER"
        assert result["speedup"]["eager"]["median"] > 1.5
        assert result["statuses"]["WRONG_VALUE"] >= 1
        assert result["tier"] == "confirmation"
        assert sum(result["statuses"].values()) == 60
    assert verify(tmp_path / "a.db").ok


def test_best_is_the_fastest_baseline(tmp_path: Path) -> None:
    task = get(RELU)
    with Archive(tmp_path / "a.db") as archive:
        author = Scripted(candidates=(candidate(task, "speed=2.0"), candidate(task, "speed=3.0"), candidate(task, "CRASH")))
        result = optimize(request(), archive, opener=FakeJudge, author=author)
    assert result["speedup"]["eager"]["median"] == 3.0
    assert result["best"] == "compile"
    assert result["speedup"]["best"] == result["speedup"]["compile"]
    assert result["evaluations"] == 3
    assert result["source"] == "speed=3.0"


def test_a_winner_that_fails_its_confirmation_makes_room(tmp_path: Path) -> None:
    task = get(RELU)
    with Archive(tmp_path / "a.db") as archive:
        author = Scripted(candidates=(candidate(task, "speed=2.0"), candidate(task, "speed=9.0 late WRONG_VALUE")))
        result = optimize(request(), archive, opener=FakeJudge, author=author)
        fallen = [r for r in archive.records(tier="confirmation") if not r.verdict.status.passed]
    assert result["source"] == "speed=2.0"
    assert len(fallen) == 1


def test_a_baseline_that_the_task_does_not_have_is_named(tmp_path: Path) -> None:
    class NoNaive(FakeJudge):
        def confirm(self, candidate: Candidate, baselines: Sequence[str]) -> Verdict:
            if "naive" in baselines:
                raise UserError("aten.fft cannot be lowered")
            return super().confirm(candidate, baselines)

    with Archive(tmp_path / "a.db") as archive:
        author = Scripted(candidates=(candidate(get(RELU), "speed=2.0"),))
        result = optimize(request(), archive, opener=NoNaive, author=author)
    assert result["not_measured"] == {"naive": "aten.fft cannot be lowered"}
    assert set(result["speedup"]) == {"eager", "compile", "best"}


def test_nothing_correct_is_the_highest_rung_reached(tmp_path: Path) -> None:
    task = get(RELU)
    with Archive(tmp_path / "a.db") as archive:
        author = Scripted(candidates=(candidate(task, "COMPILE_ERROR"), candidate(task, "WRONG_VALUE"), candidate(task, "CRASH")))
        result = optimize(request(), archive, opener=FakeJudge, author=author)
    assert result["status"] == "WRONG_VALUE"
    assert result["failure"]["hint"] == "read the source"
    assert result["speedup"] == {}


class Killed(BaseException):
    """Stands for SIGKILL: nothing of ours runs after it but what the interpreter unwinds."""


class DyingJudge(FakeJudge):
    """Dies in the n-th call of all judges of this class."""

    dies_at: int = 0
    count = 0

    def _verdict(self, candidate: Candidate, tier: str, speedup: Any) -> Verdict:
        type(self).count += 1
        if self.count == self.dies_at:
            raise Killed
        return super()._verdict(candidate, tier, speedup)


@settings(max_examples=12, deadline=None)
@given(deaths=st.lists(st.integers(1, 20), min_size=1, max_size=4), strategy=st.sampled_from(["beam", "evolve"]))
def test_killed_and_resumed_loses_nothing_and_repeats_nothing(
    tmp_path_factory: pytest.TempPathFactory, deaths: list[int], strategy: str
) -> None:
    path = tmp_path_factory.mktemp("run") / "a.db"
    printed: list[str] = []

    def listen(event: watch.Event) -> None:
        if isinstance(event, watch.Recorded):
            printed.append(event.hash)

    for step, at in enumerate([*deaths, 0]):
        judge = type("Judge", (DyingJudge,), {"dies_at": at, "count": 0})
        with Archive(path) as archive, watch.listening(listen):
            unfinished = [r for r in archive.runs() if r.state != "done"]
            if step and not unfinished:
                break
            try:
                optimize(request("30evals", strategy), archive, resume="last" if step else None, opener=judge, author=Climber())
            except Killed:
                continue
    with Archive(path) as archive:
        (run,) = archive.runs()
        assert run.state == "done"
        assert run.result is not None
        records = archive.records(run=run.id)
        assert set(printed) == {r.hash for r in records}
        keys = [(r.tier, r.candidate.id) for r in records]
        assert len(set(keys)) == len(keys)
        budget = run.result["budget"]["evaluations"]
        assert budget["used"] + budget["left"] == 30
        assert budget["used"] == sum(r.tier == "screen" for r in records)
    assert verify(path).ok


def test_a_new_incumbent_is_screened_twice_and_keeps_the_smaller_gain(tmp_path: Path) -> None:
    task = get(RELU)

    class Lucky(FakeJudge):
        """Finds every candidate 1.5 times faster than it is, in its first screen only."""

        def screen(self, candidate: Candidate, incumbent: Candidate | None) -> Verdict:
            luck = 1.0 if ("screen", candidate.id) in self.calls else 1.5
            self.calls.append(("screen", candidate.id))
            found = super().screen(candidate, incumbent)
            ratio = {k: spread(s.median * luck) for k, s in found.speedup.items()}
            return replace(found, speedup=ratio)

    with Archive(tmp_path / "a.db") as archive:
        author = Scripted(candidates=tuple(candidate(task, f"speed={s}") for s in (1.0, 0.9, 0.5, 2.0)))
        result = optimize(request(), archive, opener=Lucky, author=author)
        ratios = [r.verdict.speedup["incumbent"].median for r in archive.records(run=result["run"], tier="screen")[1:]]
    assert ratios == pytest.approx([0.9, 0.75, 2.0])
    assert result["source"] == "speed=2.0"


def test_resume_without_a_cut_off_run_is_a_bad_request(tmp_path: Path) -> None:
    with Archive(tmp_path / "a.db") as archive:
        with pytest.raises(UserError, match="nothing to resume"):
            optimize(request(), archive, resume="last", opener=FakeJudge)
        done = optimize(request("3evals"), archive, opener=FakeJudge, author=Climber())
        with pytest.raises(UserError, match="is done"):
            optimize(request(), archive, resume=done["run"], opener=FakeJudge)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"author": "scripte"}, "scripted"),
        ({"strategy": "beem"}, "beam"),
        ({"budget": "60"}, "60s"),
        ({"baselines": ("eager", "cublas")}, "compile"),
        ({"settings": ("n=1",)}, "for files"),
    ],
)
def test_a_bad_request_costs_nothing(tmp_path: Path, change: dict[str, Any], told: str) -> None:
    with Archive(tmp_path / "a.db") as archive:
        with pytest.raises(UserError) as error:
            optimize(
                Request(**{"task": RELU, "platform": "null", "profile": "ci", "author": "scripted{path=x.c}"} | change),
                archive,
                opener=FakeJudge,
            )
        assert told in str(error.value)
        assert not archive.runs()


def test_seconds_end_a_search(tmp_path: Path) -> None:
    with Archive(tmp_path / "a.db") as archive:
        result = optimize(request("0.3s"), archive, opener=FakeJudge, author=Climber())
    assert result["budget"]["seconds"]["left"] == 0
    assert 0.3 <= result["budget"]["seconds"]["used"] < 1.5
