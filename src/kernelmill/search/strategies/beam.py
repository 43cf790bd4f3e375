"""Keep the best few, ask for children of all of them, keep the best few of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kernelmill.core.record import Record
from kernelmill.search.strategy import Course, Scored, Strategy


@dataclass(frozen=True)
class Beam(Strategy):
    """Options: `width` candidates are kept; each parent of a round is asked for `children`."""

    name = "beam"
    width: int = 4
    children: int = 4

    def begin(self, seed: int) -> Course:
        return BeamCourse(self)


class BeamCourse(Course):
    """The parents of a round are the best `width`, each alone in turn, so that every one of them has children."""

    def __init__(self, options: Beam) -> None:
        self._options = options
        self._beam: list[Scored] = []
        self._turns: dict[str, int] = {}

    def ask(self) -> tuple[Sequence[Record], int]:
        if not self._beam:
            return (), self._options.children * self._options.width
        # The least asked first; among equals the faster one.
        chosen = min(self._beam, key=lambda s: (self._turns.get(s.id, 0), -s.score))
        self._turns[chosen.id] = self._turns.get(chosen.id, 0) + 1
        return (chosen.record,), self._options.children

    def tell(self, record: Record, score: float | None) -> None:
        if score is not None:
            self._beam = sorted([*self._beam, Scored(record, score)], key=lambda s: -s.score)[: self._options.width]
