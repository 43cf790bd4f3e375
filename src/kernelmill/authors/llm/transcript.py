"""Every exchange of a run on disk, and the model that replays it.

A transcript is a text file with one JSON object a line, written as each exchange ends. It holds questions and answers and never a
key: keys live in the environment, and nothing of the environment or of the HTTP headers is written. `llm{replay=FILE}` answers from
it by the exchange's key, with no model, no network and no key.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from kernelmill.authors.llm.model import Model, ModelFault, Request, Stream, Usage
from kernelmill.core.errors import UserError

VERSION = 1


@dataclass(frozen=True)
class Exchange:
    """One question, its answer or its fault, and the cost."""

    key: str
    model: str
    where: str
    prompt: str
    messages: tuple[dict[str, str], ...]
    max_tokens: int
    temperature: float
    seed: int
    schema: dict[str, Any] | None
    text: str
    """The reply, as far as it came."""
    fault: str = ""
    detail: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    estimated: bool = False
    dollars: float = 0.0
    seconds: float = 0.0
    tries: tuple[str, ...] = ()
    """Faults of the tries before this one."""
    version: int = VERSION


@dataclass
class Transcript:
    """Appends exchanges to a file (or only keeps them, with no path)."""

    path: Path | None = None
    exchanges: list[Exchange] = field(default_factory=list[Exchange])

    def add(self, exchange: Exchange) -> None:
        self.exchanges.append(exchange)
        if self.path is not None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("ab+") as out:
                _drop_torn_line(out)
                out.write(json.dumps(asdict(exchange)).encode() + b"\n")


def _drop_torn_line(file: BinaryIO) -> None:
    """Cut off what a process that was killed while writing left behind the last whole line."""
    if file.tell():
        file.seek(0)
        text = file.read()
        file.truncate(text.rfind(b"\n") + 1)


def read(path: Path) -> list[Exchange]:
    """The exchanges of a file; a last line that its process did not finish is left out. Raises `UserError` when it is not a transcript."""
    try:
        text = path.read_text()
        rows = [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines() if line.strip()]
        return [Exchange(**row | {"messages": tuple(row["messages"]), "tries": tuple(row["tries"])}) for row in rows]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UserError("cannot read the transcript", expected="one exchange a line, as a run with a model writes it",
                        got=f"{path}: {error}") from error  # fmt: skip


class Replay(Model):
    """Answers from a transcript by the key of the question; the question's wording may differ (machine, times), its place may not."""

    def __init__(self, path: Path) -> None:
        exchanges = read(path)
        if not exchanges:
            raise UserError("the transcript is empty", got=str(path))
        self._by_key = {e.key: e for e in exchanges}
        self.name = exchanges[0].model
        self.where = f"replay of {path.name}"

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[Stream]:
        exchange = self._by_key.get(request.key)
        if exchange is None:
            raise ModelFault("refused", f"the transcript has no exchange '{request.key}'")
        yield _Recorded(exchange)


@dataclass
class _Recorded:
    exchange: Exchange

    async def __aiter__(self) -> AsyncIterator[str]:
        if self.exchange.text:
            yield self.exchange.text
        if self.exchange.fault:
            raise ModelFault(self.exchange.fault, self.exchange.detail)  # type: ignore[arg-type]

    def usage(self) -> Usage:
        return Usage(self.exchange.input_tokens, self.exchange.output_tokens, self.exchange.estimated)
