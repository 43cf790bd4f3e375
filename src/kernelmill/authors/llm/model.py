"""What a language model is to us: messages in, a reply out that streams, so that a budget can stop it in flight."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Literal, Protocol

Fault = Literal["timeout", "rate_limit", "server", "connection", "cut", "refused", "budget", "bad_answer"]
"""Why an exchange has no usable reply. `cut`: the stream ended early; `budget`: a limit of ours stopped it."""


@dataclass(frozen=True)
class Message:
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True)
class Request:
    """One question to a model."""

    key: str
    """Which question of the run this is (`silu/sample/3/0`: task, way, attempt, step): the same in every replay."""
    messages: tuple[Message, ...]
    max_tokens: int = 2048
    temperature: float = 0.7
    seed: int = 0
    schema: Mapping[str, Any] | None = None
    """JSON schema that the reply must satisfy; None for free text."""
    prompt: str = ""
    """Name, version and hash of the prompt: recorded with the candidate."""


@dataclass(frozen=True)
class Usage:
    """Tokens of one exchange, as the endpoint counts them (estimated where it does not say)."""

    input: int = 0
    output: int = 0
    estimated: bool = False

    @property
    def total(self) -> int:
        return self.input + self.output


class ModelFault(Exception):
    """An exchange that failed; `retry_after` in seconds where the endpoint said so."""

    def __init__(self, fault: Fault, detail: str, *, retry_after: float | None = None) -> None:
        super().__init__(f"{fault}: {detail}")
        self.fault: Fault = fault
        self.detail = detail
        self.retry_after = retry_after


class Stream(Protocol):
    """A reply under way: iterate for pieces of text; `usage()` is exact once it has ended (zero where the endpoint is silent)."""

    def __aiter__(self) -> AsyncIterator[str]: ...

    def usage(self) -> Usage: ...


class Model(ABC):
    """A source of replies."""

    name: str
    """Model name as the endpoint knows it; the key of the price table."""
    where: str
    """Host or file, without credentials: recorded."""
    secret: str = ""
    """The key, so that it can be taken out of what the endpoint says; never recorded."""
    parallel: int = 0
    """Questions that it answers at once; 0: as many as it is asked. More would wait in its queue, and run into the timeout."""

    @abstractmethod
    def stream(self, request: Request) -> AbstractAsyncContextManager[Stream]:
        """Open the exchange. Raises `ModelFault`; leaving the context early cancels the reply."""

    async def close(self) -> None:  # noqa: B027  (most models hold nothing)
        """Release what the model holds."""


def estimate_tokens(text: str) -> int:
    """Tokens of a text where nobody counts for us, on the high side: one a digit, three for five marks, one for three other bytes.

    Numbers are what a plain count of bytes gets wrong: a report with a table of values has twice the tokens of prose of its length.
    """
    digits, marks = len(re.findall(r"\d", text)), len(re.findall(r"[^\w\s]", text))
    return digits + -(-3 * marks // 5) + max(0, -(-(len(text.encode()) - digits - marks) // 3))
