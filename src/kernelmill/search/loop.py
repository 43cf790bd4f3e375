"""Ask, judge, append, tell, until the budget is spent. Killed at any moment, it goes on where the archive ends."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace

from kernelmill.archive.schema import Run
from kernelmill.archive.store import Archive
from kernelmill.core.author import Session
from kernelmill.core.budget import Budget
from kernelmill.core.candidate import Candidate
from kernelmill.core.platform import Platform
from kernelmill.core.record import Record
from kernelmill.core.task import Task
from kernelmill.core.verdict import Verdict
from kernelmill.search import watch
from kernelmill.search.judging import Judging
from kernelmill.search.score import Scale
from kernelmill.search.strategy import Course

PATIENCE = 8
"""Asks in a row that bring nothing new before the author counts as exhausted."""


@dataclass
class Desk:
    """Where a run's records are made: who judges, what for, and the archive that keeps them."""

    task: Task
    platform: Platform
    profile: str
    judge: Judging
    archive: Archive
    run: Run
    budget: Budget

    def file(self, candidate: Candidate, verdict: Verdict, tier: str) -> Record:
        """Append a verdict to the archive; it is on disk when this returns."""
        machine = asdict(self.platform.machine())
        record = Record(
            candidate=candidate,
            verdict=verdict,
            task_digest=self.task.digest,
            platform=self.platform.spec,
            profile=self.profile,
            tier=tier,
            machine=machine,
            toolchain=str(verdict.evidence.get("toolchain", "")),
            judge=self.judge.version,
            created=time.time(),
            run=self.run.id,
        )
        return self.archive.append(record, seconds=self.budget.elapsed())

    def kept(self, tier: str) -> list[Record]:
        """Records of this run and tier, the oldest first."""
        return self.archive.records(run=self.run.id, tier=tier)


def restore(desk: Desk, course: Course, session: Session) -> tuple[Scale, set[str]]:
    """Replay what an earlier process of this run judged: scale, candidates seen, evaluations used."""
    scale, seen = Scale(), set[str]()
    for record in desk.kept("screen"):
        seen.add(record.candidate.id)
        course.tell(record, scale.tell(record))
        session.tell(record)
    desk.budget.used["evaluations"] = len(seen)
    desk.budget.used["seconds"] = desk.run.seconds
    return scale, seen


def search(desk: Desk, course: Course, session: Session) -> Scale:
    """Screen candidates until the budget is spent or the author has nothing new. Raises what author or judge raise as bad requests."""
    scale, seen = restore(desk, course, session)
    desk.budget.start()
    idle = 0
    while idle < PATIENCE and not desk.budget.spent:
        parents, count = course.ask()
        fresh = _fresh(session.ask(parents, count, desk.budget), seen)
        idle = 0 if fresh else idle + 1
        for candidate in fresh:
            if not may_judge(desk.budget, session):
                break
            seen.add(candidate.id)
            record = desk.file(candidate, screened(desk, candidate, scale.incumbent), "screen")
            course.tell(record, scale.tell(record))
            session.tell(record)
            _report(desk, record, scale)
    return scale


def may_judge(budget: Budget, session: Session) -> bool:
    """Take an evaluation. A candidate that a model was paid for is judged even when the seconds are over: what was found is kept."""
    if session.cost() and budget.left("evaluations") >= 1:
        budget.used["evaluations"] += 1
        return True
    return budget.take("evaluations")


def screened(desk: Desk, candidate: Candidate, incumbent: Candidate | None) -> Verdict:
    """The screen of a candidate; one that seems to beat the incumbent is screened again and keeps the smaller gain.

    Each new incumbent is the luckiest of many, and along a chain of incumbents the luck would add up.
    """
    first = desk.judge.screen(candidate, incumbent)
    gain = first.speedup.get("incumbent")
    if not first.status.passed or gain is None or gain.median <= 1:
        return first
    second = desk.judge.screen(candidate, incumbent)
    again = second.speedup.get("incumbent")
    if not second.status.passed or again is None:
        return second
    less = first if gain.median <= again.median else second
    return replace(less, evidence=less.evidence | {"screened_twice": [gain.median, again.median]})


def _fresh(proposed: Iterable[Candidate], seen: set[str]) -> list[Candidate]:
    """Candidates whose printed source was not judged in this run yet, each once."""
    return list({c.id: c for c in proposed if c.id not in seen}.values())


def _report(desk: Desk, record: Record, scale: Scale) -> None:
    budget = desk.budget
    watch.tell(
        watch.Recorded(
            record=record,
            hash=record.hash,
            best=scale.gain,
            evaluations=int(budget.used["evaluations"]),
            evaluations_left=budget.left("evaluations"),
            seconds_left=budget.left("seconds"),
            statuses=dict(scale.statuses),
        )
    )
