"""What a run may spend. Whoever spends asks first: `take` before the work, never after it."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field

from kernelmill.core.errors import UserError

_UNITS = {"s": ("seconds", 1.0), "m": ("seconds", 60.0), "h": ("seconds", 3600.0), "evals": ("evaluations", 1.0),
          "tokens": ("tokens", 1.0), "usd": ("money", 1.0)}  # fmt: skip


@dataclass
class Budget:
    """Limits (None: unlimited) and what was used. `seconds` counts from `start`, plus what earlier runs of a resumed search used."""

    seconds: float | None = None
    evaluations: int | None = None
    tokens: int | None = None
    money: float | None = None
    """US dollars."""
    used: dict[str, float] = field(default_factory=lambda: dict[str, float](seconds=0.0, evaluations=0, tokens=0, money=0.0))
    started: float | None = None

    @classmethod
    def parse(cls, text: str) -> Budget:
        """`60s`, `300evals`, `2m,300evals,2000tokens,0.01usd`. Raises `UserError` on anything else."""
        budget = cls()
        for part in text.replace("$", "").split(","):
            m = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*", part)
            if m is None or m[2] not in _UNITS:
                raise UserError("cannot read the budget", expected="a number and a unit, several with commas", got=text,
                                allowed=["60s", "5m", "300evals", "2000tokens", "0.01usd"], hint="--budget 60s")  # fmt: skip
            name, scale = _UNITS[m[2]]
            value = float(m[1]) * scale
            setattr(budget, name, int(value) if name in ("evaluations", "tokens") else value)
        return budget

    def start(self) -> None:
        """Start the clock."""
        self.started = time.monotonic()

    def elapsed(self) -> float:
        """Seconds used so far, earlier runs included."""
        return self.used["seconds"] + (time.monotonic() - self.started if self.started is not None else 0.0)

    def left(self, what: str = "evaluations") -> float:
        """How much of `seconds`, `evaluations`, `tokens` or `money` is left; infinity where nothing limits it."""
        limit = getattr(self, what)
        if limit is None:
            return float("inf")
        return max(0.0, limit - (self.elapsed() if what == "seconds" else self.used[what]))

    def take(self, what: str, amount: float = 1) -> bool:
        """Spend `amount` if it is left (and time is left); say whether that was so."""
        if self.left("seconds") <= 0 or self.left(what) < amount:
            return False
        self.used[what] += amount
        return True

    @property
    def spent(self) -> bool:
        """Whether any limit is reached."""
        return any(self.left(what) <= 0 for what in ("seconds", "evaluations", "tokens", "money") if getattr(self, what) is not None)
