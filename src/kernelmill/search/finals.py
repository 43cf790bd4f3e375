"""Verdict and confirmation: screens order candidates, only these two say anything about one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kernelmill.core.candidate import Candidate
from kernelmill.core.errors import UserError
from kernelmill.core.record import Record
from kernelmill.core.verdict import Speedup, Verdict
from kernelmill.search import watch
from kernelmill.search.judging import BASELINES
from kernelmill.search.loop import Desk
from kernelmill.search.score import Scale

FINALISTS = 3
NEAR = 0.15
"""Finalists lie at most this far below the best on the (logarithmic) scale: screens are noisy, so the first few get a full verdict."""


def best_of(speedup: dict[str, Speedup]) -> str:
    """The fastest of the baselines: the one over which the speedup is smallest; '' where none was measured."""
    measured = {name: s for name, s in speedup.items() if name in BASELINES}
    return min(measured, key=lambda name: measured[name].median) if measured else ""


def with_best(verdict: Verdict) -> Verdict:
    """Add `best`, the speedup over the fastest baseline."""
    name = best_of(verdict.speedup)
    return replace(verdict, speedup=verdict.speedup | {"best": verdict.speedup[name]}) if name else verdict


def verdict(desk: Desk, candidate: Candidate, baselines: Sequence[str] = ("eager",)) -> Record:
    """The full verdict over `eager` (with no baseline: of correctness alone); one that this run made before (resumed) is not made again."""
    watch.tell(watch.Stage("verdict", candidate.id))
    return _once(desk, candidate, "verdict") or _told(desk, desk.file(candidate, desk.judge.verdict(candidate, baselines), "verdict"))


def confirm(desk: Desk, candidate: Candidate, baselines: Sequence[str]) -> Record:
    """The confirmation over all baselines: the figures shown to anyone."""
    watch.tell(watch.Stage("confirmation", candidate.id))
    kept = _once(desk, candidate, "confirmation")
    return kept or _told(desk, desk.file(candidate, with_best(_confirmed(desk, candidate, baselines)), "confirmation"))


def _confirmed(desk: Desk, candidate: Candidate, baselines: Sequence[str]) -> Verdict:
    """The judge's confirmation; a baseline that this task does not have (it cannot be lowered, or compiled by torch) is left out."""
    try:
        return desk.judge.confirm(candidate, baselines)
    except UserError as error:
        if len(baselines) < 2:
            raise
        found = _confirmed(desk, candidate, baselines[:-1])
        return replace(
            found, evidence=found.evidence | {"not_measured": {baselines[-1]: error.message} | found.evidence.get("not_measured", {})}
        )


def _once(desk: Desk, candidate: Candidate, tier: str) -> Record | None:
    return next((r for r in desk.kept(tier) if r.candidate.id == candidate.id), None)


def _told(desk: Desk, record: Record) -> Record:
    budget = desk.budget
    watch.tell(
        watch.Recorded(record, record.hash, None, int(budget.used["evaluations"]), budget.left("evaluations"), budget.left("seconds"))
    )
    return record


def finals(desk: Desk, scale: Scale, baselines: Sequence[str]) -> Record | None:
    """Verdicts for the leaders of the screens, then the confirmation of the fastest that holds. None: nothing was correct.

    A finalist whose confirmation fails makes room for the next one, and both records stay.
    """
    near = [s for s in scale.ranked if s.score >= scale.ranked[0].score - NEAR]
    judged = [verdict(desk, s.record.candidate) for s in near[:FINALISTS]]
    passed = sorted((r for r in judged if r.verdict.status.passed), key=_speed, reverse=True)
    last = judged[0] if judged else None
    for record in passed:
        last = confirm(desk, record.candidate, baselines)
        if last.verdict.status.passed:
            return last
    # Everything near the best fell: the rest, one by one, rather than nothing.
    for scored in scale.ranked[len(near[:FINALISTS]) :][:FINALISTS]:
        record = verdict(desk, scored.record.candidate)
        if record.verdict.status.passed:
            return confirm(desk, record.candidate, baselines)
    return last


def _speed(record: Record) -> float:
    eager = record.verdict.speedup.get("eager")
    return eager.median if eager else 0.0
