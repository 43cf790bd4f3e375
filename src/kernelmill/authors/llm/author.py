"""The author `llm`: a language model writes, the judge decides, the report goes back."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kernelmill.authors.llm import ways
from kernelmill.authors.llm.asking import Asking
from kernelmill.authors.llm.exemplars import exemplar
from kernelmill.authors.llm.meter import Meter
from kernelmill.authors.llm.model import Model
from kernelmill.authors.llm.prices import FREE, Price, lookup, override
from kernelmill.authors.llm.prompt import Facts
from kernelmill.authors.llm.transcript import Replay, Transcript
from kernelmill.authors.llm.ways import Desk, Settings, Talk
from kernelmill.core.author import Author, Brief, Session
from kernelmill.core.budget import Budget
from kernelmill.core.candidate import Candidate
from kernelmill.core.errors import UserError, unknown
from kernelmill.core.record import Record

Made = tuple[Candidate, Talk] | None


@dataclass(frozen=True)
class Llm(Author):
    """A model behind an OpenAI-compatible endpoint; with nothing named, the small local one of the extra `local`."""

    name = "llm"
    model: str = ""
    """Model name at the endpoint, or the path of a GGUF file; empty: the shipped small model."""
    base_url: str = ""
    """Endpoint; empty with a model name: OpenAI's."""
    key: str = "OPENAI_API_KEY"
    """Environment variable that holds the key."""
    way: str = "repair"
    """`sample`, `plan`, `repair`, `refine` or `moves`."""
    samples: int = 8
    """Attempts at most."""
    repairs: int = 2
    """Times that the report of one attempt goes back (way `repair`)."""
    max_tokens: int = 2048
    temperature: float = 0.7
    seed: int = 0
    prompt: str = "write"
    """`write`, or `small` for models with a short context."""
    price: str = ""
    """Dollars per million tokens `in,out`, or a JSON table; empty: the public list price."""
    transcript: str = ""
    """File that every exchange is appended to; a run sets its own."""
    replay: str = ""
    """Transcript to answer from instead of a model."""
    timeout: float = 120.0
    """Seconds of silence after which an exchange is given up."""
    tries: int = 4
    concurrency: int = 4
    per_minute: float = 0.0
    """Requests started in a minute at most; 0: no limit."""

    def begin(self, brief: Brief) -> Session:
        if self.way not in ways.WAYS:
            raise unknown("way of working", self.way, ways.WAYS)
        if self.prompt not in ("write", "small"):
            raise unknown("prompt", self.prompt, ("write", "small"))
        return LlmSession(self, brief)

    def connect(self) -> tuple[Model, Price]:
        """The model and what it costs. Raises `UserError` or `MissingTool`."""
        if self.replay:
            return Replay(Path(self.replay)), FREE if not self.price else override(self.price, self.model)
        local = not self.base_url and (not self.model or self.model.endswith(".gguf"))
        if local:
            from kernelmill.authors.llm.local import local_model

            return local_model(self.model, self.timeout), override(self.price, self.model) if self.price else FREE
        from kernelmill.authors.llm.endpoint import Endpoint

        endpoint = Endpoint(self.model, self.base_url or "https://api.openai.com/v1", self.key, self.timeout)
        price = override(self.price, self.model) if self.price else lookup(self.model)
        return endpoint, price or Price(0.0, 0.0, "unknown")


@dataclass
class LlmSession(Session):
    """One brief with one model. Attempts are numbered from the start of the run; told records put failures back into the queue."""

    author: Llm
    brief: Brief
    attempts: int = 0
    lessons: list[str] = field(default_factory=list[str])
    _desk: Desk | None = field(default=None, init=False)
    _runner: asyncio.Runner = field(default_factory=asyncio.Runner, init=False)
    """One event loop for the session: connections to the endpoint outlive a single ask."""
    _talks: dict[str, Talk] = field(default_factory=dict[str, Talk], init=False)
    _failed: list[Record] = field(default_factory=list[Record], init=False)
    _best: Record | None = field(default=None, init=False)

    def ask(self, parents: Sequence[Record], count: int, budget: Budget) -> list[Candidate]:
        desk = self._open(budget)
        if not desk.asking.meter.room():
            return []
        passing = [r for r in parents if r.verdict.status.passed] or ([self._best] if self._best else [])
        jobs = [job for _ in range(count) if (job := self._next(desk, passing)) is not None]
        if not jobs:
            return []
        made = self._runner.run(_gather(jobs, self.author.concurrency))
        found: list[Candidate] = []
        for each in made:
            if each is not None:
                self._talks[each[0].id] = each[1]
                found.append(each[0])
        return found

    def tell(self, record: Record) -> None:
        passed = record.verdict.status.passed
        if passed and (self._best is None or _gain(record) > _gain(self._best)):
            self._best = record
        if not passed and self.author.way == "repair" and record.candidate.id in self._talks:
            self._failed.append(record)
        if record.candidate.lineage.note.startswith("refine: "):
            outcome = f"measured {_gain(record):.2f}x against eager" if passed else record.verdict.status.value
            self.lessons.append(f"{record.candidate.lineage.note.removeprefix('refine: ')}; {outcome}")

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
            record = self._failed.pop(0)
            talk = self._talks[record.candidate.id]
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
        """File of the transcript: the one that is named, or a new one in the folder of the run; a replay writes none."""
        if self.author.transcript:
            return Path(self.author.transcript)
        if not self.brief.folder or self.author.replay:
            return None
        return Path(self.brief.folder) / f"{time.strftime('%Y%m%d-%H%M%S')}-{self.brief.task.op}-{os.getpid()}.jsonl"

    def _open(self, budget: Budget) -> Desk:
        if self._desk is None:
            a = self.author
            model, price = a.connect()
            if budget.money is not None and price.source == "unknown":
                raise UserError(
                    f"a limit in dollars needs a price, and none is known for '{a.model}'",
                    hint="--author 'llm{price=\"0.15,0.60\"}'  (dollars per million input and output tokens)",
                )
            asking = Asking(model, Meter(budget, price), Transcript(self._place()), a.tries, a.per_minute)
            facts = Facts(self.brief, tuple(self.lessons), exemplar(self.brief.task, self.brief.platform))
            self._desk = Desk(facts, asking, a.spec, Settings(a.max_tokens, a.temperature, a.prompt), a.seed)
        self._desk.facts = Facts(self.brief, tuple(self.lessons[-6:]), self._desk.facts.exemplar)
        return self._desk


def _gain(record: Record) -> float:
    speedup = record.verdict.speedup.get("eager")
    return speedup.median if speedup else 0.0


async def _gather(jobs: list[Coroutine[Any, Any, Made]], concurrency: int) -> list[Made]:
    gate = asyncio.Semaphore(concurrency)

    async def one(job: Coroutine[Any, Any, Made]) -> Made:
        async with gate:
            return await job

    return list(await asyncio.gather(*(one(j) for j in jobs)))
