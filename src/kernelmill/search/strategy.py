"""Which parents, and how many children: the part of a search that can be exchanged."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from kernelmill.core.record import Record
from kernelmill.core.spec import Plugin


@dataclass(frozen=True)
class Scored:
    """A correct candidate on the scale of its run (natural logarithm of speed; higher is faster)."""

    record: Record
    score: float

    @property
    def id(self) -> str:
        return self.record.candidate.id


class Course(ABC):
    """A strategy at work on one run. Its state is a function of what it was told, so a resumed run replays the records."""

    @abstractmethod
    def ask(self) -> tuple[Sequence[Record], int]:
        """Parents for the author (none: start anew) and how many children to ask for."""

    @abstractmethod
    def tell(self, record: Record, score: float | None) -> None:
        """A judged candidate; `score` is None for one that is not correct."""


@dataclass(frozen=True)
class Strategy(Plugin, ABC):
    """Base of strategy plug-ins."""

    @abstractmethod
    def begin(self, seed: int) -> Course:
        """Start a run."""
