"""A population with tournaments: the fast ones have children more often, the slow ones still have some.

Steady state with the removal of the oldest among the slower half (aging evolution, Real et al. 2019, keeps a population from settling on
one lucky measurement).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from kernelmill.core.record import Record
from kernelmill.search.strategy import Course, Scored, Strategy


@dataclass(frozen=True)
class Evolve(Strategy):
    """Options: `population` size, `tournament` entrants per parent, `parents` and `children` per ask, share of `fresh` starts."""

    name = "evolve"
    population: int = 24
    tournament: int = 4
    parents: int = 2
    children: int = 4
    fresh: float = 0.05

    def begin(self, seed: int) -> Course:
        return EvolveCourse(self, seed)


class EvolveCourse(Course):
    def __init__(self, options: Evolve, seed: int) -> None:
        self._options = options
        self._random = random.Random(seed)
        self._alive: list[Scored] = []
        """In order of age, the oldest first."""

    def ask(self) -> tuple[Sequence[Record], int]:
        o = self._options
        if len(self._alive) < 2 or self._random.random() < o.fresh:
            return (), o.children * 4
        chosen: dict[str, Record] = {}
        for _ in range(o.parents):
            entrants = self._random.sample(self._alive, min(o.tournament, len(self._alive)))
            best = max(entrants, key=lambda s: s.score)
            chosen[best.id] = best.record
        return tuple(chosen.values()), o.children

    def tell(self, record: Record, score: float | None) -> None:
        if score is None:
            return
        self._alive.append(Scored(record, score))
        if len(self._alive) > self._options.population:
            middle = sorted(s.score for s in self._alive)[len(self._alive) // 2]
            self._alive.remove(next(s for s in self._alive if s.score <= middle))
