"""What attempts say about their author: rates, the speedup curve, what a solved task cost, and why the rest failed."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from kernelmill.search.summary import FAST, geometric_mean
from kernelmill.search.taxonomy import NO_ANSWER

NOT_COMPILED = ("REFUSED", "COMPILE_ERROR", NO_ANSWER)
SOLVED = ("CORRECT", "FASTER")


def pass_at(n: int, c: int, k: int) -> float:
    """Chance that one of k attempts drawn from n, of which c are correct, is correct: 1 - C(n-c, k) / C(n, k).

    The unbiased estimator of Chen et al., "Evaluating Large Language Models Trained on Code" (2021), in its stable product form.
    """
    if not 0 < k <= n or not 0 <= c <= n:
        raise ValueError(f"pass@{k} of {c} correct among {n}")
    return 1.0 if n - c < k else 1.0 - prod(1.0 - k / i for i in range(n - c + 1, n + 1))


def ks(samples: int) -> list[int]:
    """The k that are worth a column: 1, 2, 5, 10, ... and the number of samples."""
    return sorted({k for k in (1, 2, 5, 10, 20, 50, 100, samples) if 0 < k <= samples})


def rates(rows: Sequence[dict[str, Any]], samples: int) -> dict[str, Any]:
    """`samples`, `all` and `categories`: a group of figures each (`group`)."""
    names = list(dict.fromkeys(r["category"] for r in rows))
    return {
        "samples": samples,
        "all": group(rows, samples),
        "categories": {name: group([r for r in rows if r["category"] == name], samples) for name in names},
    }


def group(rows: Sequence[dict[str, Any]], samples: int) -> dict[str, Any]:
    """Figures of some tasks. Rates are means over tasks (each has the same number of attempts); geometric means count a failure as 1."""
    tasks: list[list[dict[str, Any]]] = [r["attempts"] for r in rows]
    attempts = [a for task in tasks for a in task]
    best = [max(task, key=_speed) for task in tasks]
    solved = sum(any(_solved(a) for a in task) for task in tasks)
    dollars = sum(r.get("cost", {}).get("dollars", 0.0) for r in rows)
    tokens = sum(r.get("cost", {}).get("input_tokens", 0) + r.get("cost", {}).get("output_tokens", 0) for r in rows)
    seconds = sum(sum(r.get("seconds", {}).values()) for r in rows)
    return {
        "tasks": len(rows),
        "solved": solved,
        "compile_at_1": _share(a["first"] not in NOT_COMPILED for a in attempts),
        "first_correct": _share(a["first"] in SOLVED for a in attempts),
        "pass_at": {str(k): _mean([pass_at(samples, sum(map(_solved, task)), k) for task in tasks]) for k in ks(samples)},
        "fast_p": {str(p): _share(_reached(a, p) for a in attempts) for p in FAST},
        "fast_p_best": {str(p): _share(_reached(a, p) for a in best) for p in FAST},
        "eager": geometric_mean(_speed(a) or 1.0 for a in attempts),
        "eager_best": geometric_mean(_speed(a) or 1.0 for a in best),
        "dollars": dollars,
        "tokens": tokens,
        "seconds": round(seconds, 3),
        "dollars_per_solved": dollars / solved if solved else None,
        "tokens_per_solved": tokens / solved if solved else None,
        "seconds_per_solved": seconds / solved if solved else None,
        "failures": failures(attempts),
    }


def failures(attempts: Sequence[dict[str, Any]]) -> dict[str, int]:
    """`STATUS: cause` -> attempts that ended so, the most frequent first."""
    counts: dict[str, int] = {}
    for a in attempts:
        if not _solved(a):
            name = f"{a['status']}: {a['cause']}" if a["cause"] else a["status"]
            counts[name] = counts.get(name, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _solved(attempt: dict[str, Any]) -> bool:
    return attempt["status"] in SOLVED


def _speed(attempt: dict[str, Any]) -> float:
    """Speedup over eager; 0 where the attempt failed, 1 where it is correct and has no time."""
    return (attempt["eager"] or 1.0) if _solved(attempt) else 0.0


def _reached(attempt: dict[str, Any], p: float) -> bool:
    """Whether it is correct and was measured to be at least p times as fast as eager."""
    return _solved(attempt) and attempt["eager"] is not None and attempt["eager"] >= p


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _share(values: Any) -> float:
    return _mean([float(v) for v in values])
