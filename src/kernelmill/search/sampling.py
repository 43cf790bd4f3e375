"""An author measured on one task: independent attempts, every one judged in full; nothing is searched for.

All first candidates are asked for before any of them is judged, with no parents. What an author then makes of a failure (a repair)
belongs to the attempt that failed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kernelmill.archive.schema import Run
from kernelmill.archive.store import Archive
from kernelmill.authors import AUTHORS
from kernelmill.core.author import Author, Session
from kernelmill.core.candidate import Candidate
from kernelmill.core.record import Record
from kernelmill.search.finals import verdict
from kernelmill.search.judging import OpenJudge, open_judge
from kernelmill.search.loop import Desk, may_judge
from kernelmill.search.optimize import Request, Seconds, at_work
from kernelmill.search.result import describe, describe_budget
from kernelmill.search.taxonomy import NO_ANSWER, cause


@dataclass
class Attempt:
    """A first candidate and what was made of it."""

    records: list[Record] = field(default_factory=list[Record])

    @property
    def best(self) -> Record:
        return max(self.records, key=_height)

    def to_json(self) -> dict[str, Any]:
        """The keys of one attempt in the result."""
        best, eager = self.best, self.best.verdict.speedup.get("eager")
        return {
            "status": str(best.verdict.status),
            "cause": cause(best),
            "first": str(self.records[0].verdict.status),
            "eager": eager.median if eager else None,
            "candidates": [r.candidate.id for r in self.records],
        }


MISSING: dict[str, Any] = {"status": NO_ANSWER, "cause": "", "first": NO_ANSWER, "eager": None, "candidates": []}
"""An attempt that was paid for or cut off, and brought nothing."""


def _height(record: Record) -> tuple[bool, float, int]:
    eager = record.verdict.speedup.get("eager")
    return record.verdict.status.passed, eager.median if eager else 0.0, record.verdict.status.rung


def sample(
    request: Request, archive: Archive, *, resume: Run | None = None, opener: OpenJudge = open_judge, author: Author | None = None
) -> dict[str, Any]:
    """`request.samples` attempts at one task: the keys of a row of `bench`, with `attempts`. An author that proposes fewer failed the rest.

    `resume`: a run of this kind that was cut off; what it judged and paid for is not done again.
    """
    writer = author or AUTHORS.make(request.author)
    counts = "samples" in writer.options()
    if counts:
        writer = replace(writer, samples=request.samples)  # type: ignore[call-arg]
    with at_work("sample", request, archive, resume, writer, opener=opener, memory=False, tier="verdict") as work:
        desk, session, seconds = work.desk, work.session, work.seconds
        desk.budget.used["seconds"] = desk.run.seconds
        desk.budget.start()
        attempts = _attempts(desk, session, request.samples, seconds, ask_again=counts)
    result = _row(desk, request, attempts, seconds) | {"budget": describe_budget(desk.budget), "cost": session.cost()}
    archive.update_run(desk.run.id, state="done", result=result)
    return result


def _attempts(desk: Desk, session: Session, samples: int, seconds: Seconds, *, ask_again: bool) -> list[Attempt]:
    """Ask and judge until the author is done. `ask_again`: it knows the number of attempts, so whatever else comes is a repair."""
    attempts: list[Attempt] = []
    judged: dict[str, Record] = {}
    while not desk.budget.spent:
        left = samples - len(attempts)
        if left <= 0 and not ask_again:
            break
        with seconds.of("ask"):
            proposed = session.ask((), samples if ask_again else left, desk.budget)
        if not proposed:
            break
        for candidate in proposed:
            if candidate.id not in judged:
                if not may_judge(desk.budget, session):
                    break
                with seconds.of("judge"):
                    judged[candidate.id] = verdict(desk, candidate)
            record = replace(judged[candidate.id], candidate=candidate)  # same content, its own lineage
            _place(attempts, candidate).records.append(record)
            session.tell(record)
    return attempts


def _place(attempts: list[Attempt], candidate: Candidate) -> Attempt:
    """The attempt that a candidate belongs to: the one whose failure it mends, else a new one."""
    parents: Sequence[str] = candidate.lineage.parents
    found = next((a for a in attempts if a.records[-1].candidate.id in parents), None)
    if found is None:
        found = Attempt()
        attempts.append(found)
    return found


def _row(desk: Desk, request: Request, attempts: list[Attempt], seconds: Seconds) -> dict[str, Any]:
    told = [a.to_json() for a in attempts]
    told += [MISSING] * (request.samples - len(told))
    statuses: dict[str, int] = {}
    for attempt in told:
        statuses[attempt["status"]] = statuses.get(attempt["status"], 0) + 1
    best = max((a.best for a in attempts), key=_height, default=None)
    row = describe(best) if best else nothing(request, "the author proposed nothing within the budget")
    return row | {
        "run": desk.run.id,
        "attempts": told,
        "evaluations": int(desk.budget.used["evaluations"]),
        "statuses": statuses,
        "seconds": seconds.by,
        "source": best.candidate.source if best else "",
        "archive": str(desk.archive.path),
    }


def nothing(request: Request, reason: str, status: str = "REFUSED") -> dict[str, Any]:
    """The keys of a row for a task without any candidate."""
    return {
        "status": status,
        "task": request.task,
        "platform": request.platform,
        "profile": request.profile,
        "candidate": "",
        "speedup": {},
        "roofline": None,
        "measurement": None,
        "reason": reason,
        "record": "",
    }
