"""Dollars per token.

The table is pydantic's `genai-prices` (it comes with the extra `llm` and names its date and sources); a person overrides it by
`price_in,price_out` in dollars per million tokens, or by a JSON file
{"model": {"input": 0.15, "output": 0.6, "date": "2026-11-01", "source": "..."}}.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from kernelmill.authors.llm.model import Usage
from kernelmill.core.errors import UserError


@dataclass(frozen=True)
class Price:
    """Dollars per million tokens, with where the figures come from."""

    input: float
    output: float
    source: str

    def of(self, usage: Usage) -> float:
        """Dollars for this many tokens."""
        return (self.input * usage.input + self.output * usage.output) / 1e6


FREE = Price(0.0, 0.0, "runs on this machine")


def override(text: str, model: str) -> Price:
    """A price that a person states: `0.15,0.60` or a JSON file. Raises `UserError` when it is neither."""
    try:
        if text.endswith(".json"):
            row = json.loads(Path(text).read_text())[model]
            return Price(float(row["input"]), float(row["output"]), f"{row.get('source', text)} ({row.get('date', 'no date')})")
        into, out = (float(p) for p in text.split(","))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(
            "cannot read the price",
            expected="dollars per million input and output tokens, or a JSON table with the model's name",
            got=f"{text} ({type(error).__name__}: {error})",
            hint="--author 'llm{price=\"0.15,0.60\"}'",
        ) from error
    return Price(into, out, "stated by the user")


def lookup(model: str) -> Price | None:
    """The public list price of a model, or None where the table does not know it."""
    try:
        from genai_prices import calc_price
        from genai_prices import types as price_types
    except ImportError:
        return None
    try:
        million = 1_000_000
        into = calc_price(price_types.Usage(input_tokens=million), model_ref=model)
        out = calc_price(price_types.Usage(output_tokens=million), model_ref=model)
    except LookupError:
        return None
    from importlib.metadata import version

    return Price(float(into.total_price), float(out.total_price), f"genai-prices {version('genai-prices')}")
