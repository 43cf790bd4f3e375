"""What a refinement promised and what came of it, in one line for the next prompt: bottleneck, method, promised, measured."""

from __future__ import annotations

import re

from kernelmill.core.record import Record

_NOTE = re.compile(r"refine: (?P<claim>.+?); expected (?P<promised>\d+(?:\.\d+)?)x the time", re.DOTALL)


def claim(bottleneck: str, method: str, expected: float) -> str:
    """The note of a candidate that a refinement wrote; `expected` is new time over old time."""
    return f"refine: {bottleneck} -> {method}; expected {expected:.2f}x the time"


def lesson(record: Record) -> str:
    """The line; '' for a record that is no refinement."""
    found = _NOTE.match(record.candidate.lineage.note)
    if found is None:
        return ""
    return f"{found['claim']}; promised {found['promised']}x the time, {_outcome(record)}"


def _outcome(record: Record) -> str:
    verdict = record.verdict
    if not verdict.status.passed:
        return f"ended as {verdict.status}"
    if eager := verdict.speedup.get("eager"):
        return f"measured {eager.median:.2f}x against eager"
    if before := verdict.speedup.get("incumbent"):
        return f"measured {1 / before.median:.2f}x the time of the best before it"
    return "correct, its time was not told apart"
