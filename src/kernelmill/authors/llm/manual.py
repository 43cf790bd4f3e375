"""The author `manual`: prompts to files, answers from files. For a chat window without an endpoint, another program, or a person.

A question that waits is `NAME.prompt.md` in the folder; its answer is written beside it as `NAME.answer.md` (prose around one code block
is fine; an empty file says that there will be none). The run stops at the first question without an answer and goes on with
`--resume`; with `wait` it looks for the file that many seconds first.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from kernelmill.authors.llm import ways
from kernelmill.authors.llm.author import PROMPTS, Llm
from kernelmill.authors.llm.model import Message, Model, ModelFault, Request, Stream, Usage
from kernelmill.authors.llm.session import LlmSession
from kernelmill.core.author import Author, Brief, Session
from kernelmill.core.errors import UserError, unknown

LOOK_EVERY = 0.2
"""Seconds between two looks for an answer."""


@dataclass(frozen=True)
class Manual(Author):
    """Works as `llm` does; whoever reads the folder is the model."""

    name = "manual"
    folder: str = "manual"
    """Where prompts are written and answers are read."""
    way: str = "repair"
    """`sample`, `plan`, `repair`, `refine` or `moves`."""
    samples: int = 1
    """Attempts at most."""
    repairs: int = 2
    """Times that the report of one attempt goes back (way `repair`)."""
    prompt: str = "write"
    """`write` or `small`."""
    wait: float = 0.0
    """Seconds to wait for an answer before the run stops."""

    def begin(self, brief: Brief) -> Session:
        if self.way not in ways.WAYS:
            raise unknown("way of working", self.way, ways.WAYS)
        if self.prompt not in PROMPTS:
            raise unknown("prompt", self.prompt, PROMPTS)
        worker = Llm(way=self.way, samples=self.samples, repairs=self.repairs, prompt=self.prompt, tries=1, concurrency=1)
        return LlmSession(worker, brief, Filed(Path(self.folder), self.wait), self.spec)


@dataclass
class Filed(Model):
    """A folder as a model."""

    folder: Path
    wait: float = 0.0
    name: str = "files"

    @property
    def where(self) -> str:  # type: ignore[override]
        return str(self.folder)

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[Stream]:
        place = request.key.partition("/")[2].replace("/", "-")
        asked, answer = self.folder / f"{place}.prompt.md", self.folder / f"{place}.answer.md"
        if not answer.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            asked.write_text(written(request.messages))
            until = time.monotonic() + self.wait
            while not answer.exists() and time.monotonic() < until:
                await asyncio.sleep(LOOK_EVERY)
        if not answer.exists():
            raise UserError(
                f"a prompt waits for its answer: {asked}", expected=f"the answer in {answer}", hint="kernelmill optimize --resume"
            )
        text = answer.read_text()
        if not text.strip():
            raise ModelFault("refused", f"{answer} is empty")
        yield _Read(text)


@dataclass
class _Read:
    text: str

    async def __aiter__(self) -> AsyncIterator[str]:
        yield self.text

    def usage(self) -> Usage:
        return Usage()


def written(messages: tuple[Message, ...]) -> str:
    """A conversation as one text to paste: one message alone as it is, several under their roles."""
    if len(messages) == 1:
        return messages[0].text
    return "\n".join(f"# {m.role}\n\n{m.text.rstrip()}\n" for m in messages)
