"""What a table of tasks says by category. Failures are counted, never left out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

FAST = (0.5, 0.8, 1.0, 1.2, 1.5, 2.0, 3.0, 5.0)
"""Thresholds p of the curve `fast_p`: the share of all tasks with a correct kernel at least p times as fast as eager."""


def geometric_mean(values: Iterable[float]) -> float | None:
    """None of nothing. Values are positive: a ratio of times that were measured."""
    logs = [math.log(v) for v in values]
    return math.exp(sum(logs) / len(logs)) if logs else None


def passed(row: dict[str, Any]) -> bool:
    return row["status"] in ("CORRECT", "FASTER")


def speed(row: dict[str, Any], baseline: str) -> float:
    """Speedup over a baseline; 1 where there is no correct kernel, because the user then keeps the baseline."""
    found = row["speedup"].get(baseline) if passed(row) else None
    return found["median"] if found else 1.0


def group(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Counts and geometric means of some rows."""
    return {
        "tasks": len(rows),
        "correct": sum(passed(r) for r in rows),
        "faster": sum(r["status"] == "FASTER" for r in rows),
        **{b: geometric_mean(speed(r, b) for r in rows) for b in ("eager", "compile", "naive", "best")},
        "roofline": geometric_mean(r["roofline"] for r in rows if r["roofline"]),
    }


def summarize(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """`all`, `categories`, `fast_p`, and `aa`: what every kernel over itself looked like in the same runs."""
    names = list(dict.fromkeys(r["category"] for r in rows))
    noise = [r["aa"] for r in rows if r.get("aa")]
    return {
        "all": group(rows),
        "categories": {name: group([r for r in rows if r["category"] == name]) for name in names},
        "fast_p": {str(p): sum(passed(r) and speed(r, "eager") >= p for r in rows) / len(rows) for p in FAST} if rows else {},
        "aa": {"count": len(noise), "low": min(a["median"] for a in noise), "high": max(a["median"] for a in noise)} if noise else None,
    }
