"""Who writes candidates."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kernelmill.core.budget import Budget
from kernelmill.core.candidate import Candidate
from kernelmill.core.machine import Machine
from kernelmill.core.record import Record
from kernelmill.core.spec import Plugin
from kernelmill.core.task import Task


@dataclass(frozen=True)
class Brief:
    """What an author is told at the start of a run."""

    task: Task
    platform: str
    """Spec text of the platform."""
    machine: Machine
    header: str
    """What a candidate must implement, as the platform prints it."""
    profile: str = "cpu"
    seed: int = 0
    folder: str = ""
    """Where an author may keep files of its own (transcripts) for this run; empty: nowhere."""
    resumed: bool = False
    """Whether the run goes on after it was cut off: what lies in `folder` is its own."""
    lessons: tuple[str, ...] = ()
    """What earlier records of the category teach, a line each, the newest last."""
    exemplar: str = ""
    """Source of a verified kernel for another task of the category; empty: none is known."""


class Session(ABC):
    """An author at work on one brief: the ask/tell loop. It never sees the archive or the judge."""

    @abstractmethod
    def ask(self, parents: Sequence[Record], count: int, budget: Budget) -> list[Candidate]:
        """At most `count` new candidates from these parents; an empty list says: nothing more to propose."""

    @abstractmethod
    def tell(self, record: Record) -> None:
        """What the judge found for a candidate of this session."""

    def cost(self) -> dict[str, Any]:
        """What the author's own work cost beyond time (exchanges, tokens, dollars with the price's source); empty where it is free."""
        return {}


@dataclass(frozen=True)
class Author(Plugin, ABC):
    """Base of author plug-ins."""

    @abstractmethod
    def begin(self, brief: Brief) -> Session:
        """Start work. Raises `UserError` when it cannot write for this task or platform."""
