"""An author measured by independent attempts: with authors whose outcome is known, every figure is known too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pytest
from doubles import FakeJudge, candidate
from hypothesis import given
from hypothesis import strategies as st

from kernelmill.archive.store import Archive
from kernelmill.core.author import Author, Brief, Session
from kernelmill.core.budget import Budget
from kernelmill.core.candidate import Candidate, Lineage
from kernelmill.core.errors import UserError
from kernelmill.core.record import Record
from kernelmill.search.bench import bench
from kernelmill.search.optimize import Request
from kernelmill.search.rates import ks, pass_at
from kernelmill.search.taxonomy import cause
from kernelmill.serve.answers import BenchAnswer
from kernelmill.tasks import get

REQUEST = Request("", "null", "ci", budget="100evals", samples=5)


@dataclass(frozen=True)
class Told(Author):
    """Proposes these texts for every task, an empty one stands for a reply that never came; mends a failure once where it is told how."""

    name = "told"
    samples: int = 0
    texts: tuple[str, ...] = ()
    repair: str = ""

    def begin(self, brief: Brief) -> Session:
        return ToldSession(self, brief)


class ToldSession(Session):
    def __init__(self, author: Told, brief: Brief) -> None:
        self.author, self.brief = author, brief
        self.left = list(author.texts[: author.samples])
        self.failed: list[str] = []

    def make(self, text: str, parents: tuple[str, ...] = ()) -> Candidate:
        task = self.brief.task
        return Candidate(task.name, "null", (("k.c", text),), task.entry, lineage=Lineage("told", parents))

    def ask(self, parents: Sequence[Record], count: int, budget: Budget) -> list[Candidate]:
        assert not parents, "nobody sees another's attempt"
        made = [self.make(f"{self.author.repair} after {i}", (i,)) for i in self.failed]
        made += [self.make(text) for text in self.left[:count] if text]
        self.left, self.failed = self.left[count:], []
        return made

    def tell(self, record: Record) -> None:
        if self.author.repair and not record.verdict.status.passed and not record.candidate.lineage.parents:
            self.failed.append(record.candidate.id)


def run(tmp_path: Path, author: Author, pattern: str = "softmax/softmax", request: Request = REQUEST) -> BenchAnswer:
    with Archive(tmp_path / "a.db") as archive:
        return BenchAnswer.model_validate(bench(pattern, request, archive, opener=FakeJudge, author=author))


MIXED = ("speed=2.0", "WRONG_VALUE", "COMPILE_ERROR", "speed=0.5", "")


def test_known_attempts_give_known_figures(tmp_path: Path) -> None:
    found = run(tmp_path, Told(texts=MIXED))
    (row,) = found.rows
    assert [a.status for a in row.attempts] == ["FASTER", "WRONG_VALUE", "COMPILE_ERROR", "CORRECT", "NO_ANSWER"]
    assert row.status == "FASTER"
    assert row.speedup["eager"].median == pytest.approx(2.0)
    assert found.author is not None
    told = found.author.all
    assert told.compile_at_1 == pytest.approx(3 / 5)
    assert told.first_correct == pytest.approx(2 / 5)
    assert told.pass_at == {"1": pytest.approx(0.4), "2": pytest.approx(0.7), "5": 1.0}
    assert told.fast_p["0.5"] == pytest.approx(0.4)
    assert told.fast_p["1.0"] == pytest.approx(0.2)
    assert told.fast_p_best["2.0"] == 1.0
    assert told.eager == pytest.approx(1.0), "2.0 * 0.5, and three failures that count as 1"
    assert told.eager_best == pytest.approx(2.0)
    assert told.failures == {"COMPILE_ERROR: other": 1, "NO_ANSWER": 1, "WRONG_VALUE: some elements": 1}


def test_the_report_shows_the_author(tmp_path: Path) -> None:
    from kernelmill.serve.report import write_report

    found = run(tmp_path, Told(texts=MIXED))
    with Archive(tmp_path / "a.db") as archive:
        write_report(archive, found.run, tmp_path / "author.html")
    text = (tmp_path / "author.html").read_text()
    assert "pass@2" in text
    assert "WRONG_VALUE: some elements 1" in text


def test_rates_are_means_over_tasks_and_a_task_without_a_solution_counts(tmp_path: Path) -> None:
    found = run(tmp_path, Told(texts=("speed=4.0 softmax_only",) * 5), "softmax/softmax,activation/relu")
    assert found.author is not None
    assert set(found.author.categories) == {"softmax", "activation"}
    assert found.author.all.solved == 2
    empty = run(tmp_path, Told(texts=("CRASH",) * 5), "softmax/*")
    assert empty.author is not None
    assert empty.author.all.solved == 0
    assert empty.author.all.pass_at["5"] == 0.0
    assert empty.author.all.dollars_per_solved is None
    assert empty.author.all.eager == pytest.approx(1.0)
    assert empty.exit_code == 1


def test_a_repair_belongs_to_the_attempt_that_failed(tmp_path: Path) -> None:
    found = run(tmp_path, Told(texts=("WRONG_VALUE a", "COMPILE_ERROR b", "speed=3.0"), repair="speed=2.0"), request=_with(samples=3))
    (row,) = found.rows
    assert [a.status for a in row.attempts] == ["FASTER"] * 3
    assert [a.first for a in row.attempts] == ["WRONG_VALUE", "COMPILE_ERROR", "FASTER"]
    assert [len(a.candidates) for a in row.attempts] == [2, 2, 1]
    assert found.author is not None
    assert found.author.all.compile_at_1 == pytest.approx(2 / 3)
    assert found.author.all.first_correct == pytest.approx(1 / 3)
    assert found.author.all.pass_at["1"] == 1.0


def test_the_same_source_twice_is_two_attempts_and_one_judgement(tmp_path: Path) -> None:
    judges: list[FakeJudge] = []

    def opener(*arguments: object) -> FakeJudge:
        judges.append(FakeJudge(*arguments))  # type: ignore[arg-type]
        return judges[-1]

    with Archive(tmp_path / "a.db") as archive:
        found = bench("softmax/softmax", REQUEST, archive, opener=opener, author=Told(texts=("speed=2.0",) * 5))
    assert len(judges[0].calls) == 1
    assert len(found["rows"][0]["attempts"]) == 5


def test_a_budget_that_ends_leaves_attempts_without_an_answer(tmp_path: Path) -> None:
    found = run(tmp_path, Told(texts=tuple(f"speed=2.0 {i}" for i in range(5))), request=_with(budget="2evals"))
    assert [a.status for a in found.rows[0].attempts] == ["FASTER"] * 2 + ["NO_ANSWER"] * 3


def test_an_author_that_cannot_write_a_task_failed_every_attempt(tmp_path: Path) -> None:
    class Refusing(Told):
        def begin(self, brief: Brief) -> Session:
            raise UserError("cannot write this one")

    found = run(tmp_path, Refusing())
    assert found.rows[0].status == "REFUSED"
    assert len(found.rows[0].attempts) == 5
    assert found.author is not None
    assert found.author.all.failures == {"NO_ANSWER": 5}


def test_a_search_has_no_table_of_its_author(tmp_path: Path) -> None:
    assert run(tmp_path, Told(samples=1, texts=("speed=2.0",)), request=_with(samples=0)).author is None


@given(st.integers(1, 8), st.data())
def test_pass_at_k_is_the_mean_over_all_draws(n: int, data: st.DataObject) -> None:
    c, k = data.draw(st.integers(0, n)), data.draw(st.integers(1, n))
    draws = list(combinations([True] * c + [False] * (n - c), k))
    assert pass_at(n, c, k) == pytest.approx(sum(any(d) for d in draws) / len(draws))


def test_pass_at_k_refuses_what_it_cannot_tell() -> None:
    with pytest.raises(ValueError, match="pass@6"):
        pass_at(5, 2, 6)
    assert ks(5) == [1, 2, 5]
    assert ks(7) == [1, 2, 5, 7]


@pytest.mark.parametrize(
    ("text", "want"),
    [("speed=1.0", ""), ("REFUSED", "forbidden source"), ("WRONG_VALUE", "some elements"), ("COMPILE_ERROR", "other")],
)
def test_every_failure_has_a_cause(text: str, want: str) -> None:
    made = candidate(get("activation/relu"), text)
    verdict = FakeJudge(get("activation/relu"), None, "ci").verdict(made, ("eager",))  # type: ignore[arg-type]
    assert cause(Record(made, verdict, "d", "x86", "ci", "verdict", {}, "gcc", "1", 0.0)) == want


def _with(**changes: object) -> Request:
    from dataclasses import replace

    return replace(REQUEST, **changes)  # type: ignore[arg-type]
