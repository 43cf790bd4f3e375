"""A selection of attacks, one after the other: rows, and the table by class."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from kernelmill.attacks.table import NEUTRALISED, THROUGH, UNDECIDED, Attack
from kernelmill.attacks.trial import Court, baited, platform_of
from kernelmill.judge.sandbox import isolation


@dataclass(frozen=True)
class Row:
    """What the judge said about one attack."""

    attack: Attack
    got: str
    reason: str
    seconds: float

    @property
    def detected(self) -> bool:
        return self.got not in (NEUTRALISED, UNDECIDED, THROUGH)

    @property
    def expected(self) -> bool:
        """Whether the answer is one of those that its head names."""
        return self.got in self.attack.expect


@dataclass(frozen=True)
class Count:
    """One class of the table."""

    group: str
    attacks: int
    detected: int
    neutralised: int
    undecided: int
    through: int


def run(
    chosen: Sequence[Attack], level: int | None = None, *, defences: bool = True, told: Callable[[Row], None] = lambda row: None
) -> Iterator[Row]:
    """Has each judged at this isolation level (the best by default). Without `defences`: by a judge that lacks the one it is about.

    Raises `UserError` for a level that does not work here.
    """
    here = isolation(level)
    with baited() as bait:
        court = Court(here, bait)
        for attack in chosen:
            found = court.judge(attack) if defences else court.without(attack)
            row = Row(attack, found.got, found.reason, found.seconds)
            told(row)
            yield row


def missing(chosen: Sequence[Attack]) -> dict[str, str]:
    """Platforms of these attacks that do not work here -> the reason."""
    states = {a.platform: platform_of(a).state() for a in {a.platform: a for a in chosen}.values()}
    return {name: state.reason for name, state in states.items() if not state.ok}


def by_class(rows: Sequence[Row]) -> list[Count]:
    """Classes in the order of their names."""
    groups = sorted({r.attack.group for r in rows})
    return [_count(group, [r for r in rows if r.attack.group == group]) for group in groups]


def _count(group: str, rows: Sequence[Row]) -> Count:
    got = [r.got for r in rows]
    return Count(group, len(rows), sum(r.detected for r in rows), *(got.count(kind) for kind in (NEUTRALISED, UNDECIDED, THROUGH)))
