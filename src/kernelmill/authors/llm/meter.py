"""Tokens and money, counted while a reply streams: a limit stops the request that reaches it, not the one after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from kernelmill.authors.llm.model import Message, Request, Usage, estimate_tokens
from kernelmill.authors.llm.prices import Price
from kernelmill.authors.llm.transcript import Exchange
from kernelmill.core.budget import Budget


def prompt_tokens(messages: Sequence[Message]) -> int:
    """Tokens of a conversation, estimated: four more a message for what marks its role."""
    return sum(estimate_tokens(m.text) + 4 for m in messages)


@dataclass
class Meter:
    """What the exchanges of a run cost, charged to its budget.

    Requests in flight reserve nothing: each piece of text is charged as it arrives (estimated), and the endpoint's own count replaces the
    estimate when the reply ends.
    """

    budget: Budget
    price: Price
    used: Usage = field(default_factory=Usage)
    dollars: float = 0.0
    exchanges: int = 0
    closed: bool = False
    """A question did not fit into what is left: no other is opened."""

    def restore(self, earlier: Sequence[Exchange]) -> None:
        """Count what the run spent before it was cut off."""
        for e in earlier:
            self.exchanges += 1
            self.used = Usage(self.used.input + e.input_tokens, self.used.output + e.output_tokens)
            self.dollars += e.dollars
            self.budget.used["tokens"] += e.input_tokens + e.output_tokens
            self.budget.used["money"] += e.dollars

    def open(self, request: Request) -> Tab:
        """Start charging one exchange; its prompt is charged at once."""
        self.exchanges += 1
        tab = Tab(self)
        tab.charge(Usage(input=prompt_tokens(request.messages)))
        return tab

    def room(self) -> bool:
        """Whether another token may be spent."""
        left = self.budget.left
        return not self.closed and left("tokens") > 0 and left("money") > 0 and left("seconds") > 0

    def affords(self, request: Request) -> bool:
        """Whether the prompt fits into what is left; if not, the meter closes."""
        asked = Usage(input=prompt_tokens(request.messages))
        self.closed |= asked.total >= self.budget.left("tokens") or self.price.of(asked) > self.budget.left("money")
        return not self.closed

    def _move(self, before: Usage, after: Usage) -> None:
        tokens, dollars = after.total - before.total, self.price.of(after) - self.price.of(before)
        self.used = Usage(self.used.input + after.input - before.input, self.used.output + after.output - before.output)
        self.dollars += dollars
        self.budget.used["tokens"] += tokens
        self.budget.used["money"] += dollars


@dataclass
class Tab:
    """The account of one exchange."""

    meter: Meter
    usage: Usage = field(default_factory=Usage)

    def charge(self, more: Usage) -> bool:
        """Add an estimate; False says that a limit is reached and the exchange must stop."""
        self._set(Usage(self.usage.input + more.input, self.usage.output + more.output, estimated=True))
        return self.meter.room()

    def settle(self, exact: Usage) -> None:
        """Replace the estimate by the endpoint's count, where it gives one."""
        if exact.total:
            self._set(exact)

    @property
    def dollars(self) -> float:
        return self.meter.price.of(self.usage)

    def _set(self, usage: Usage) -> None:
        self.meter._move(self.usage, usage)
        self.usage = usage
