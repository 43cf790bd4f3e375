"""A fake judge and a fake author: the whole loop with no compiler and no clock."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from kernelmill.core.author import Author, Brief, Session
from kernelmill.core.budget import Budget
from kernelmill.core.candidate import Candidate, Lineage
from kernelmill.core.platform import Platform
from kernelmill.core.record import Record
from kernelmill.core.task import Task
from kernelmill.core.verdict import Failure, Measurement, Speedup, Status, Verdict


def speed_of(candidate: Candidate) -> float:
    """How many times faster than eager the fake judge finds a candidate: the number in its source."""
    found = re.search(r"speed=([0-9.]+)", candidate.source)
    return float(found[1]) if found else 1.0


def spread(x: float) -> Speedup:
    return Speedup(x, x * 0.98, x * 1.02)


class FakeJudge:
    """Reads the verdict from the source: `speed=2.5`, `WRONG_VALUE`, `late WRONG_VALUE` (found by the confirmation only)."""

    version = "fake 1"

    def __init__(self, task: Task, platform: Platform, profile: str) -> None:
        self.calls: list[tuple[str, str]] = []
        self.closed = False

    def _verdict(self, candidate: Candidate, tier: str, speedup: dict[str, Speedup]) -> Verdict:
        self.calls.append((tier, candidate.id))
        for status in Status:
            told = re.search(rf"(late )?{status}\b", candidate.source)
            if told and not status.passed and (tier == "confirmation" or not told[1]):
                return Verdict(status, "as its source says", Failure("as its source says", hint="read the source"))
        seconds = 1e-3 / speed_of(candidate)
        measured = Measurement(seconds, seconds, seconds, seconds, "wall", 6, 10, 4, 0.0, 2)
        faster = tier != "screen" and speedup.get("eager", spread(1.0)).low > 1.01
        status = Status.FASTER if faster else Status.CORRECT
        return Verdict(status, "", None, speedup, 0.8, measured, {"aa": {"median": 1.0, "low": 0.99, "high": 1.01}, "toolchain": "none"})

    def screen(self, candidate: Candidate, incumbent: Candidate | None) -> Verdict:
        ratio = {"incumbent": spread(speed_of(candidate) / speed_of(incumbent))} if incumbent else {}
        return self._verdict(candidate, "screen", ratio)

    def verdict(self, candidate: Candidate, baselines: Sequence[str]) -> Verdict:
        return self._verdict(candidate, "verdict", {b: self._over(candidate, b) for b in baselines})

    def confirm(self, candidate: Candidate, baselines: Sequence[str]) -> Verdict:
        return self._verdict(candidate, "confirmation", {b: self._over(candidate, b) for b in baselines})

    def _over(self, candidate: Candidate, baseline: str) -> Speedup:
        return spread(speed_of(candidate) * {"eager": 1.0, "compile": 0.5, "naive": 4.0}[baseline])

    def close(self) -> None:
        self.closed = True


@dataclass(frozen=True)
class Climber(Author):
    """Writes children slightly faster or slower than their parent, a wrong one now and then; repeats itself on purpose."""

    name = "climber"
    stop_after: int = 10**9

    def begin(self, brief: Brief) -> Session:
        return ClimberSession(brief, self.stop_after)


class ClimberSession(Session):
    def __init__(self, brief: Brief, stop_after: int) -> None:
        self._brief = brief
        self._left = stop_after
        self.told: list[str] = []

    def ask(self, parents: Sequence[Record], count: int, budget: Budget) -> list[Candidate]:
        base = max((speed_of(p.candidate) for p in parents), default=1.0)
        made: list[Candidate] = []
        for i in range(min(count, self._left)):
            seed = hashlib.sha256(f"{self._brief.seed} {len(self.told)} {i}".encode()).digest()
            factor = 0.8 + 0.5 * seed[0] / 255
            text = f"speed={base * factor:.2f}" if seed[1] > 40 else f"WRONG_VALUE {seed[2]}"
            made.append(self.candidate(text, parents))
        if made:
            made.append(made[0])
        self._left -= len(made)
        return made

    def candidate(self, text: str, parents: Sequence[Record]) -> Candidate:
        task = self._brief.task
        line = Lineage("climber", tuple(p.candidate.id for p in parents))
        return Candidate(task.name, self._brief.platform, (("k.c", text),), task.entry, lineage=line)

    def tell(self, record: Record) -> None:
        self.told.append(record.candidate.id)


def candidate(task: Task, text: str) -> Candidate:
    return Candidate(task.name, "null", (("k.c", text),), task.entry)
