"""The author `schedule`: needs no model. It lowers the task's reference and proposes schedules of legal moves."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from kernelmill.authors.schedule.draft import Draft
from kernelmill.authors.schedule.lowered import lowered
from kernelmill.authors.schedule.space import beginnings, variation
from kernelmill.core.author import Author, Brief, Session
from kernelmill.core.budget import Budget
from kernelmill.core.candidate import Candidate, Lineage
from kernelmill.core.errors import UserError
from kernelmill.core.record import Record
from kernelmill.mill.ir import Program
from kernelmill.mill.print_c import print_c

ENDINGS = {"x86": ".cpp"}
"""Platform -> ending of the printed source; platforms that this author can print for."""
_TRIES = 40
"""Schedules tried for one new source before the author says that it has no more."""


@dataclass(frozen=True)
class Schedule(Author):
    """Lowers the reference to a loop program and schedules it; every candidate is a list of legal moves."""

    name = "schedule"
    seed: int = 0
    recipes: int = 24
    """Beginnings from recipes before schedules of parents are varied as well."""

    def begin(self, brief: Brief) -> Session:
        platform = brief.platform.partition("{")[0]
        if platform not in ENDINGS:
            raise UserError(f"the author schedule does not print for the platform '{platform}'", got=platform, allowed=ENDINGS)
        return ScheduleSession(self, brief, lowered(brief.task), ENDINGS[platform])


@dataclass
class ScheduleSession(Session):
    """One task. Candidates are told apart by their printed source."""

    author: Schedule
    brief: Brief
    program: Program
    ending: str
    _seen: set[str] = field(default_factory=set[str], init=False)
    _asked: int = field(default=0, init=False)
    _rng: random.Random = field(init=False)
    _beginnings: Iterator[tuple[Draft, str]] = field(init=False)

    def __post_init__(self) -> None:
        self._rng = random.Random(self.author.seed * 7919 + self.brief.seed)
        self._beginnings = beginnings(self.program, self.brief.machine, self._rng, self.brief.task.sizes(self.brief.profile))

    def ask(self, parents: Sequence[Record], count: int, budget: Budget) -> list[Candidate]:
        able = [p for p in parents if p.candidate.lineage.moves]
        made: list[Candidate] = []
        for _ in range(count * _TRIES):
            if len(made) >= count or budget.left("seconds") <= 0:
                break
            parent = self._rng.choice(able) if able and self._asked >= self.author.recipes and self._rng.random() < 0.8 else None
            self._asked += 1
            if parent is not None:
                draft, cc = self._child(parent)
            else:
                draft, cc = next(self._beginnings)
            candidate = self._candidate(draft, parent, cc)
            if candidate is not None and candidate.id not in self._seen:
                self._seen.add(candidate.id)
                made.append(candidate)
        return made

    def tell(self, record: Record) -> None:
        self._seen.add(record.candidate.id)

    def _child(self, parent: Record) -> tuple[Draft, str]:
        """A schedule near a parent's, or the same one for the other compiler."""
        texts, cc = parent.candidate.lineage.moves, str(dict(parent.candidate.parameters).get("cc", ""))
        if cc and self._rng.random() < 0.15:
            draft = Draft(self.program)
            draft.all(texts)
            return draft, "gcc" if cc == "clang" else "clang"
        return variation(self.program, texts, self._rng), cc

    def _candidate(self, draft: Draft, parent: Record | None, cc: str) -> Candidate | None:
        task = self.brief.task
        try:
            source = print_c(draft.program, self.brief.machine, task.entry)
        except UserError:
            return None
        lineage = Lineage(self.author.spec, (parent.candidate.id,) if parent else (), tuple(draft.moves))
        platform = self.brief.platform.partition("{")[0]
        return Candidate(
            task.name, platform, ((task.entry + self.ending, source),), task.entry, draft.program.requires,
            parameters=(("cc", cc),) if cc else (), lineage=lineage,
        )  # fmt: skip


def naive(brief: Brief) -> Candidate:
    """The unscheduled print of the lowered reference: the naive baseline."""
    task = brief.task
    program = lowered(task)
    lineage = Lineage("schedule", (), (), note="unscheduled")
    platform = brief.platform.partition("{")[0]
    name = task.entry + ENDINGS.get(platform, ".cpp")
    source = print_c(program, brief.machine, task.entry)
    return Candidate(task.name, platform, ((name, source),), task.entry, program.requires, lineage=lineage, trusted=True)
