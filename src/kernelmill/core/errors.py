"""Errors a person reads.

    KernelmillError
    ├── UserError      a bad request: says expected, got, allowed, and what to type next; exit code 2
    └── MissingTool    a tool is not installed: says which, and the command that mends it; exit code 2

A bad candidate is never an exception that leaves the judge: it is a `Verdict`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class KernelmillError(Exception):
    """Root of the errors that are shown without a traceback."""


class UserError(KernelmillError):
    """A request that cannot be served as it stands.

    `expected`, `got` and `allowed` are facts; `hint` is what to type next. All but `message` are optional.
    """

    def __init__(
        self,
        message: str,
        *,
        expected: str | None = None,
        got: str | None = None,
        allowed: Iterable[str] | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.expected = expected
        self.got = got
        self.allowed = tuple(allowed) if allowed is not None else None
        self.hint = hint

    def __str__(self) -> str:
        lines = [self.message]
        if self.expected is not None:
            lines.append(f"  expected: {self.expected}")
        if self.got is not None:
            lines.append(f"  got:      {self.got}")
        if self.allowed is not None:
            lines.append(f"  allowed:  {', '.join(self.allowed) or '(nothing)'}")
        if self.hint is not None:
            lines.append(f"  try:      {self.hint}")
        return "\n".join(lines)


class MissingTool(KernelmillError):
    """A tool that this request needs is not installed; `mend` is the command that installs it."""

    def __init__(self, tool: str, why: str, mend: str) -> None:
        super().__init__(f"{tool} is missing: {why}\n  mend: {mend}")
        self.tool = tool
        self.mend = mend


def unknown(kind: str, name: str, known: Iterable[str], hint: str | None = None) -> UserError:
    """A `UserError` for a name that is not in `known`; proposes the nearest one."""
    names = sorted(known)
    tails = {n.rpartition("/")[2]: n for n in names}
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    near = near or [tails[t] for t in difflib.get_close_matches(name, tails, n=1, cutoff=0.6)]
    if near:
        hint = f"did you mean '{near[0]}'?" + (f" or: {hint}" if hint else "")
    shown = names if len(names) <= 24 else [*near, *names[:20], f"... {len(names)} in all"]
    return UserError(f"unknown {kind} '{name}'", got=name, allowed=shown, hint=hint)
