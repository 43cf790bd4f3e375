"""One scale for all candidates of a run, made of ratios that were each measured inside one screen.

A screen says how many times faster than the incumbent of that moment a candidate is. The logarithms add up along the chain of incumbents,
so that times taken minutes apart are never compared with each other. The scale is an estimate that orders candidates; no figure that is
shown as a speedup comes from it.
"""

from __future__ import annotations

import math

from kernelmill.core.candidate import Candidate
from kernelmill.core.record import Record
from kernelmill.search.strategy import Scored


class Scale:
    """Scores records in the order they were judged. Its state is a function of the records, so a resumed run replays them."""

    def __init__(self) -> None:
        self.ranked: list[Scored] = []
        """Correct candidates, the fastest first."""
        self.statuses: dict[str, int] = {}

    @property
    def incumbent(self) -> Candidate | None:
        """The fastest so far: what the next screen compares with."""
        return self.ranked[0].record.candidate if self.ranked else None

    @property
    def gain(self) -> float | None:
        """Speed of the best over the slowest correct candidate's scale zero (the first correct one)."""
        return math.exp(self.ranked[0].score) if self.ranked else None

    def tell(self, record: Record) -> float | None:
        """Score a screened record; None where it is not correct or has no time."""
        status = record.verdict.status
        self.statuses[str(status)] = self.statuses.get(str(status), 0) + 1
        if not status.passed:
            return None
        ratio = record.verdict.speedup.get("incumbent")
        if not self.ranked:
            score = 0.0
        elif ratio is not None:
            score = self.ranked[0].score + math.log(ratio.median)
        else:  # too short to compare, or no time at all: correct, and not worth more than the incumbent
            score = self._by_seconds(record)
        self.ranked.append(Scored(record, score))
        self.ranked.sort(key=lambda s: -s.score)
        return score

    def _by_seconds(self, record: Record) -> float:
        best, mine = self.ranked[0].record.verdict.measurement, record.verdict.measurement
        if best is None or mine is None or best.seconds <= 0 or mine.seconds <= 0:
            return self.ranked[-1].score
        return self.ranked[0].score + math.log(best.seconds / mine.seconds)
