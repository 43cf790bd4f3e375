"""What a run says at its end, as plain data with stable keys."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from kernelmill.core.budget import Budget
from kernelmill.core.record import Record
from kernelmill.core.verdict import Verdict
from kernelmill.search.finals import best_of


def describe(record: Record) -> dict[str, Any]:
    """The keys that `judge`, `optimize` and rows of `bench` share, from the record that the figures stand in."""
    verdict = record.verdict
    noise: dict[str, float] | None = verdict.evidence.get("aa")
    return {
        "status": str(verdict.status),
        "task": record.candidate.task,
        "platform": record.platform,
        "profile": record.profile,
        "candidate": record.candidate.id,
        "speedup": {name: asdict(s) for name, s in verdict.speedup.items() if name != "incumbent"},
        "best": best_of(verdict.speedup),
        "not_measured": not_measured(verdict),
        "roofline": verdict.roofline,
        "measurement": asdict(verdict.measurement) if verdict.measurement else None,
        "reason": verdict.reason,
        "failure": asdict(verdict.failure) if verdict.failure else None,
        "record": record.hash,
        "aa": {k: noise[k] for k in ("median", "low", "high")} if noise else None,
        "tier": record.tier,
        "run": record.run,
        "cache": verdict.evidence.get("cache", "cold"),
        "stages": {s["name"]: checked(s) for s in verdict.evidence.get("stages", [])},
        "findings": [f for s in verdict.evidence.get("stages", []) for f in s["findings"]],
        "requires": list(record.candidate.requires),
        "moves": list(record.candidate.lineage.moves),
    }


def checked(stage: dict[str, Any]) -> str:
    """What a sanitizer stage did, in words: how much it found, how much it ran."""
    count = len(stage["findings"])
    found = f"{count} finding{'s' * (count > 1)}" if count else "clean"
    ran = f"{stage['cases']} of {stage['planned']} workloads"
    return "; ".join(text for text in (f"{found}, {ran}", stage["note"]) if text) if stage["cases"] or stage["findings"] else stage["note"]


def not_measured(verdict: Verdict) -> dict[str, str]:
    """Baseline -> why there is no speedup over it, for those that were asked for."""
    decisions: dict[str, dict[str, Any]] = verdict.evidence.get("decisions", {})
    told: dict[str, str] = verdict.evidence.get("not_measured", {})
    return told | {name: str(d.get("reason", "")).partition("\n")[0] for name, d in decisions.items() if name not in verdict.speedup}


def describe_budget(budget: Budget) -> dict[str, dict[str, float]]:
    """`limit`, `used` and `left` of every kind that is limited."""
    used = budget.used | {"seconds": budget.elapsed()}
    return {
        kind: {"limit": float(limit), "used": float(used[kind]), "left": float(budget.left(kind))}
        for kind in ("seconds", "evaluations", "tokens", "money")
        if (limit := getattr(budget, kind)) is not None
    }
