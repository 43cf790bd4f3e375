"""What a set of tasks is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from kernelmill.core.spec import Plugin
from kernelmill.core.task import Task


@dataclass(frozen=True)
class Suite(Plugin, ABC):
    """A set of tasks under one name. Outsiders subclass it and name the class in the entry-point group `kernelmill.tasks`."""

    @abstractmethod
    def tasks(self) -> tuple[Task, ...]:
        """Every task of the suite, in the order in which they are listed."""
