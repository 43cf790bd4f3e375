"""Asking: retries with back-off, a rate limit, bounded concurrency, the budget in flight, a line in the transcript for each exchange."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import asdict, dataclass, field

from kernelmill.authors.llm.meter import Meter, Tab
from kernelmill.authors.llm.model import Model, ModelFault, Request, Usage, estimate_tokens
from kernelmill.authors.llm.transcript import Exchange, Transcript

MAX_REPLY = 256 << 10
"""Characters of a reply that are read; the rest of a runaway answer is cut."""
_TRY_AGAIN = ("timeout", "rate_limit", "server", "connection", "cut")


@dataclass
class Asking:
    """How to put questions to one model."""

    model: Model
    meter: Meter
    transcript: Transcript
    tries: int = 4
    """Tries of one exchange in all."""
    per_minute: float = 0.0
    """Requests started in a minute at most; 0: no limit."""
    pause: float = 1.0
    """Seconds before the second try; doubles from try to try, with jitter."""
    known: dict[str, Exchange] = field(default_factory=dict[str, Exchange])
    """Answers that the run had before it was cut off: given out once, neither asked for nor charged again."""
    _next_start: float = field(default=0.0, init=False)

    async def ask(self, request: Request) -> Exchange:
        """One question with its retries."""
        if request.key in self.known:
            return self.known.pop(request.key)
        faults: list[str] = []
        while True:
            exchange = await self._try(request, tuple(faults))
            again = exchange.fault in _TRY_AGAIN and len(faults) + 1 < self.tries and self.meter.room()
            if not again:
                self.transcript.add(exchange)
                return exchange
            faults.append(f"{exchange.fault}: {exchange.detail}")
            await asyncio.sleep(self._wait(len(faults), exchange.detail))

    def _wait(self, failed: int, detail: str) -> float:
        said = detail.rpartition("retry after ")[2].removesuffix(" s") if "retry after " in detail else ""
        backoff = self.pause * 2 ** (failed - 1) * random.uniform(0.75, 1.25)
        return min(float(said) if said else backoff, self.meter.budget.left("seconds"))

    async def _try(self, request: Request, tries: tuple[str, ...]) -> Exchange:
        await self._rate_limit()
        began = time.monotonic()
        text: list[str] = []
        tab: Tab | None = None
        fault, detail = "", ""
        try:
            if not self.meter.room():
                raise ModelFault("budget", "nothing left to spend")
            if not self.meter.affords(request):
                raise ModelFault("budget", "the prompt alone costs more than is left; nothing was sent")
            tab = self.meter.open(request)
            async with self.model.stream(request) as reply:
                await self._read(reply, text, tab)
                tab.settle(reply.usage())
        except ModelFault as error:
            fault, detail = error.fault, error.detail
            if error.retry_after is not None:
                detail += f"; retry after {error.retry_after:g} s"
        usage = tab.usage if tab else Usage()
        return Exchange(
            key=request.key, model=self.model.name, where=self.model.where, prompt=request.prompt,
            messages=tuple(asdict(m) for m in request.messages), max_tokens=request.max_tokens, temperature=request.temperature,
            seed=request.seed, schema=dict(request.schema) if request.schema else None, text=self._clean("".join(text)), fault=fault,
            detail=self._clean(detail), input_tokens=usage.input, output_tokens=usage.output, estimated=usage.estimated,
            dollars=tab.dollars if tab else 0.0, seconds=time.monotonic() - began, tries=tries,
        )  # fmt: skip

    def _clean(self, text: str) -> str:
        """What came from outside, without our key: endpoints like to quote it in their errors."""
        return text.replace(self.model.secret, "(key)") if self.model.secret else text

    async def _read(self, reply: object, text: list[str], tab: Tab) -> None:
        length = 0
        async for piece in reply:  # type: ignore[attr-defined]
            text.append(piece)
            length += len(piece)
            if not tab.charge(Usage(output=max(1, estimate_tokens(piece)))):
                raise ModelFault("budget", "a limit was reached while the reply came in; it was cut there")
            if length > MAX_REPLY:
                raise ModelFault("bad_answer", f"the reply passed {MAX_REPLY >> 10} KiB and was cut")

    async def _rate_limit(self) -> None:
        if self.per_minute > 0:
            now = time.monotonic()
            start = max(now, self._next_start)
            self._next_start = start + 60.0 / self.per_minute
            await asyncio.sleep(start - now)
