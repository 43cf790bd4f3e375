"""What the archive says about one run, arranged for a page. Nothing is measured here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kernelmill.archive.schema import Run
from kernelmill.archive.store import Archive
from kernelmill.core import formula
from kernelmill.core.errors import UserError
from kernelmill.core.record import Record
from kernelmill.core.task import Task
from kernelmill.search.judge_one import task_of
from kernelmill.search.score import Scale


@dataclass(frozen=True)
class Step:
    """One screened candidate of the search."""

    place: int
    status: str
    id: str
    score: float | None
    """Logarithm of speed over the first correct candidate."""
    best: float | None
    """The best score up to here."""


@dataclass(frozen=True)
class Story:
    """A run of `optimize` or `judge` with the record that its figures stand in."""

    run: Run
    record: Record
    task: Task | None
    """None where the task is gone or changed since."""
    steps: tuple[Step, ...]
    lineage: tuple[Record, ...]
    """The candidate and its ancestors, the youngest first."""
    records: tuple[Record, ...]
    head: tuple[int, str]

    @property
    def sizes(self) -> dict[str, int]:
        return self.task.sizes(self.record.profile) if self.task else {}

    @property
    def work(self) -> tuple[int, int] | None:
        """(FLOP, bytes) of one call."""
        if self.task is None:
            return None
        return formula.evaluate(self.task.flops, self.sizes), self.task.bytes(self.sizes)

    @property
    def evidence(self) -> dict[str, Any]:
        return self.record.verdict.evidence


def story(archive: Archive, run: Run) -> Story:
    """Everything about a run. Raises `UserError` for a run without a record."""
    records = archive.records(run=run.id)
    if not records:
        raise UserError(f"run {run.id} has no record yet", hint=f"kernelmill optimize --resume --run {run.id}")
    named = (run.result or {}).get("record", "")
    record = next((r for r in records if r.hash == named), None) or _foremost(records)
    return Story(run, record, task_of(archive, record), _steps(records), _lineage(record, records), tuple(records), archive.head())


def _foremost(records: list[Record]) -> Record:
    """The record nearest to an answer: the latest tier, then the highest rung, then the last."""
    order = ("screen", "verdict", "confirmation")
    return max(enumerate(records), key=lambda pair: (order.index(pair[1].tier), pair[1].verdict.status.rung, pair[0]))[1]


def _steps(records: list[Record]) -> tuple[Step, ...]:
    scale, steps = Scale(), list[Step]()
    for record in records:
        if record.tier == "screen":
            score = scale.tell(record)
            best = scale.ranked[0].score if scale.ranked else None
            steps.append(Step(len(steps) + 1, str(record.verdict.status), record.candidate.id, score, best))
    return tuple(steps)


def _lineage(record: Record, records: list[Record]) -> tuple[Record, ...]:
    screened = {r.candidate.id: r for r in records if r.tier == "screen"}
    chain, seen = [record], {record.candidate.id}
    while parents := [p for p in chain[-1].candidate.lineage.parents if p in screened and p not in seen]:
        seen.add(parents[0])
        chain.append(screened[parents[0]])
    return tuple(chain)
