"""The author `llm`: a language model writes, the judge decides, the report goes back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kernelmill.authors.llm import ways
from kernelmill.authors.llm.model import Model
from kernelmill.authors.llm.prices import FREE, Price, lookup, override
from kernelmill.authors.llm.session import LlmSession
from kernelmill.authors.llm.transcript import Replay
from kernelmill.core.author import Author, Brief, Session
from kernelmill.core.errors import unknown

PROMPTS = ("write", "small")
"""Templates that ask for a kernel."""


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
    prompt_tokens: int = 0
    """Tokens of one prompt at most (estimated); what has no room is left out: exemplar, lessons, earlier turns. 0: no limit."""
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
        if self.prompt not in PROMPTS:
            raise unknown("prompt", self.prompt, PROMPTS)
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
