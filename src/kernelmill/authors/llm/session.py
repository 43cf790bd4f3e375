"""A model at work on one brief: what is asked next, which failures go back, and what a run that was cut off had asked already."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kernelmill.authors.llm import ways
from kernelmill.authors.llm.asking import Asking
from kernelmill.authors.llm.exemplars import exemplar
from kernelmill.authors.llm.lessons import lesson
from kernelmill.authors.llm.meter import Meter
from kernelmill.authors.llm.model import Model
from kernelmill.authors.llm.prices import FREE
from kernelmill.authors.llm.prompt import Facts
from kernelmill.authors.llm.transcript import Exchange, Transcript, read
from kernelmill.authors.llm.ways import Desk, Settings, Talk
from kernelmill.core.author import Brief, Session
from kernelmill.core.budget import Budget
from kernelmill.core.candidate import Candidate
from kernelmill.core.errors import UserError
from kernelmill.core.record import Record

if TYPE_CHECKING:
    from kernelmill.authors.llm.author import Llm

Made = tuple[Candidate, Talk] | None
LESSONS = 6
"""Lines of earlier experience in one prompt at most, the newest."""


@dataclass
class LlmSession(Session):
    """Attempts are numbered from the start of the run; told records put failures back into the queue.

    A run that goes on after it was cut off answers from its own transcript first: nothing is asked or paid twice.
    """

    author: Llm
    brief: Brief
    model: Model | None = None
    """A model given by a program or by another author; None: the one that `author` connects to."""
    spec: str = ""
    """Spec text to record; empty: `author`'s."""
    attempts: int = 0
    lessons: list[str] = field(default_factory=list[str])
    _desk: Desk | None = field(default=None, init=False)
    _runner: asyncio.Runner = field(default_factory=asyncio.Runner, init=False)
    """One event loop for the session: connections to the endpoint outlive a single ask."""
    _talks: dict[str, list[Talk]] = field(default_factory=dict[str, list[Talk]], init=False)
    """Candidate -> the conversations that ended in it and were not told about yet."""
    _failed: list[tuple[Talk, Record]] = field(default_factory=list[tuple[Talk, Record]], init=False)
    _earlier: dict[str, Record] = field(default_factory=dict[str, Record], init=False)
    """Records told before the conversation was there: those of the process that was cut off."""
    _best: Record | None = field(default=None, init=False)

    def ask(self, parents: Sequence[Record], count: int, budget: Budget) -> list[Candidate]:
        desk = self._open(budget)
        passing = [r for r in parents if r.verdict.status.passed] or ([self._best] if self._best else [])
        found: list[Candidate] = []
        at_once = min(self.author.concurrency, desk.asking.model.parallel or self.author.concurrency)
        while desk.asking.meter.room() or desk.asking.known:
            jobs = [job for _ in range(count) if (job := self._next(desk, passing)) is not None]
            made = [m for m in self._runner.run(_gather(jobs, at_once)) if m is not None] if jobs else []
            found = [candidate for candidate, talk in made if not self._told_before(candidate, talk)]
            if found or not made:
                break
        return found

    def _told_before(self, candidate: Candidate, talk: Talk) -> bool:
        """Whether the record of this candidate is here already (then its conversation goes on from there)."""
        record = self._earlier.pop(candidate.id, None)
        if record is None:
            self._talks.setdefault(candidate.id, []).append(talk)
        elif not record.verdict.status.passed and self.author.way == "repair":
            self._failed.append((talk, record))
        return record is not None

    def tell(self, record: Record) -> None:
        passed = record.verdict.status.passed
        if passed and (self._best is None or _gain(record) > _gain(self._best)):
            self._best = record
        talks = self._talks.get(record.candidate.id)
        if talks:
            talk = talks.pop(0)
            if not passed and self.author.way == "repair":
                self._failed.append((talk, record))
        elif talks is None and self.brief.resumed:
            self._earlier[record.candidate.id] = record
        if line := lesson(record):
            self.lessons.append(line)

    def cost(self) -> dict[str, Any]:
        if self._desk is None:
            return {}
        meter = self._desk.asking.meter
        faults = [e.fault for e in self._desk.asking.transcript.exchanges if e.fault]
        return {
            "model": self._desk.asking.model.name,
            "exchanges": meter.exchanges,
            "input_tokens": meter.used.input,
            "output_tokens": meter.used.output,
            "dollars": meter.dollars,
            "price": meter.price.source,
            "faults": {f: faults.count(f) for f in sorted(set(faults))},
            "transcript": str(self._desk.asking.transcript.path or ""),
        }

    def _next(self, desk: Desk, passing: Sequence[Record]) -> Coroutine[Any, Any, Made] | None:
        while self._failed:
            talk, record = self._failed.pop(0)
            if talk.step < self.author.repairs:
                return ways.repair(desk, talk, record)
        if self.attempts >= self.author.samples:
            return None
        key = f"{self.brief.task.name}/{self.author.way}/{self.attempts}"
        self.attempts += 1
        match self.author.way:
            case "plan":
                return ways.plan(desk, key)
            case "refine" if passing:
                return ways.refine(desk, key, passing[0])
            case "moves":
                from kernelmill.authors.llm.moves import choose

                return choose(desk, key, passing)
            case _:
                return ways.sample(desk, key)

    def _place(self) -> Path | None:
        """File of the transcript: the one that is named, or one in the folder of the run; a replay writes none."""
        if self.author.transcript:
            return Path(self.author.transcript)
        if not self.brief.folder or self.author.replay:
            return None
        return Path(self.brief.folder) / f"{self.brief.task.op}.jsonl"

    def _open(self, budget: Budget) -> Desk:
        if self._desk is None:
            a = self.author
            model, price = (self.model, FREE) if self.model is not None else a.connect()
            if budget.money is not None and price.source == "unknown":
                raise UserError(
                    f"a limit in dollars needs a price, and none is known for '{a.model}'",
                    hint="--author 'llm{price=\"0.15,0.60\"}'  (dollars per million input and output tokens)",
                )
            place = self._place()
            earlier = read(place) if self.brief.resumed and place is not None and place.exists() else []
            earlier = [e for e in earlier if e.key.startswith(f"{self.brief.task.name}/{a.way}/")]
            meter = Meter(budget, price)
            meter.restore(earlier)
            asking = Asking(model, meter, Transcript(place, list(earlier)), a.tries, a.per_minute, known=self._known(earlier))
            settings = Settings(a.max_tokens, a.temperature, a.prompt, a.prompt_tokens)
            shown = self.brief.exemplar or exemplar(self.brief.task, self.brief.platform)
            self._desk = Desk(Facts(self.brief, (), shown), asking, self.spec or a.spec, settings, a.seed)
        lines = tuple(dict.fromkeys((*self.brief.lessons, *self.lessons)))[-LESSONS:]
        self._desk.facts = Facts(self.brief, lines, self._desk.facts.exemplar)
        return self._desk

    def _known(self, earlier: Sequence[Exchange]) -> dict[str, Exchange]:
        """Answers that need not be asked for again. `refine` and `moves` build on what was best at that time, so they go on instead."""
        answered = {e.key: e for e in earlier if e.text and e.fault in ("", "cut", "bad_answer")}
        if self.author.way in ("refine", "moves"):
            self.attempts = 1 + max((int(key.split("/")[-2]) for key in answered), default=-1)
            return {}
        return answered


def _gain(record: Record) -> float:
    speedup = record.verdict.speedup.get("eager")
    return speedup.median if speedup else 0.0


async def _gather(jobs: list[Coroutine[Any, Any, Made]], concurrency: int) -> list[Made]:
    gate = asyncio.Semaphore(concurrency)

    async def one(job: Coroutine[Any, Any, Made]) -> Made:
        async with gate:
            return await job

    return list(await asyncio.gather(*(one(j) for j in jobs)))
