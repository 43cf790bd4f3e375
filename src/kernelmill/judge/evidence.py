"""Whether a record says what its own samples and seeds say. Nothing is run: everything is computed again from the record.

    for check in recheck(record, task):
        check.state, check.name, check.text

It finds a figure that was edited in a record that was then hashed again, and a protocol that was not kept. What it cannot find is a record
made up whole: that is what `rejudge` and the chain's head, printed in every report, are for.
"""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from kernelmill.core.errors import KernelmillError
from kernelmill.core.record import Record
from kernelmill.core.task import Task
from kernelmill.core.verdict import Speedup, Status
from kernelmill.judge.decision_restart import Restart, Sample
from kernelmill.judge.decision_statistics import Looks, interval, look
from kernelmill.judge.judge import VERSION
from kernelmill.judge.right.cases import plan

_TOLERANCE = 1e-9
State = Literal["same", "differs", "not checked"]


@dataclass(frozen=True)
class Check:
    """One thing computed again."""

    name: str
    state: State
    """`not checked`: nothing could be computed again, so it says neither; `text` has the reason."""
    text: str
    """What was compared, what differs, or why nothing was compared."""

    @property
    def ok(self) -> bool:
        """Whether it was computed again and is the same."""
        return self.state == "same"


def _check(name: str, same: bool, text: str) -> Check:
    return Check(name, "same" if same else "differs", text)


def recheck(record: Record, task: Task | None, version: str = VERSION) -> list[Check]:
    """All checks that this record allows. `task`: as it is now; None where it cannot be loaded or has another digest.

    `version` of the judge's rules: workloads are drawn again only where it is the record's.
    """
    verdict = record.verdict
    decisions = _decisions(verdict.evidence)
    found = [_speedup(name, decisions.get(name), s) for name, s in verdict.speedup.items() if name != "best"]
    if "best" in verdict.speedup:
        found.append(_best(verdict.speedup))
    found.append(_status(record, decisions))
    first = next((d for d in _in_order(decisions) if d.get("restarts")), None)
    if verdict.measurement and first:
        seconds = statistics.median(r.value(1) for r in restarts_of(first)) / first["sets"]
        found.append(_same("time", seconds, verdict.measurement.seconds, f"median of {len(first['restarts'])} restarts, per call"))
    twin = next((d for d in _in_order(decisions) if len(d.get("arms", ())) > 2 and d.get("restarts")), None)
    if verdict.roofline is not None and twin:
        found.append(_same("roofline", _ratio(twin, 2, 1).median, verdict.roofline, f"third arm: {list(twin['arms'])[2]}"))
    return [*found, _cases(record, task, version)]


def restarts_of(decision: Mapping[str, Any]) -> list[Restart]:
    """The restarts of a decision as a record holds them."""
    made: list[Restart] = []
    for r in decision["restarts"]:
        names = tuple(decision["arms"])
        samples = tuple(tuple(Sample(*(list(s) + [0] * 4)[:4]) for s in r["samples"][name]) for name in names)
        made.append(Restart(names, samples, r["clock"], r["null_ns"], r.get("null_cpu_ns", 0), r["statistic"]))
    return made


def looks_of(text: str) -> Looks:
    """The looks that a record's judge version names."""
    told = dict(re.findall(r"(\w+)=(\S+)", text))
    looks = Looks()
    sizes = tuple(int(n) for n in told["restarts"].split(",")) if told.get("restarts") else looks.sizes
    return Looks(sizes, float(told.get("alpha", looks.alpha)), float(told.get("margin", looks.margin)))


def _decisions(evidence: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    screened = {"incumbent": evidence["screen"]} if "screen" in evidence else {}
    return {n: d for n, d in {**screened, **evidence.get("decisions", {})}.items() if d.get("outcome") != "not measured"}


def _in_order(decisions: Mapping[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """`eager` first: a stored object has lost the order in which its decisions were made."""
    return [decisions[n] for n in sorted(decisions, key=lambda n: (n != "eager", n))]


def _logs(decision: Mapping[str, Any], over: int = 0, under: int = 1) -> list[float]:
    return [math.log(r.value(over) / r.value(under)) for r in restarts_of(decision)]


def _ratio(decision: Mapping[str, Any], over: int = 0, under: int = 1) -> Speedup:
    i = interval(_logs(decision, over, under))
    return Speedup(i.median, i.low, i.high)


def _close(a: float, b: float) -> bool:
    return a == b or math.isclose(a, b, rel_tol=_TOLERANCE)


def _same(name: str, again: float, told: float, what: str) -> Check:
    return _check(name, _close(again, told), what if _close(again, told) else f"computed again {again!r}, the record says {told!r}")


def _speedup(name: str, decision: Mapping[str, Any] | None, told: Speedup) -> Check:
    title = f"interval over {name}"
    if not decision or not decision.get("restarts"):
        return _check(title, False, "there are no samples for it")
    again = _ratio(decision)
    for key in ("median", "low", "high"):
        if not _close(getattr(again, key), getattr(told, key)):
            return _check(title, False, f"{key} computed again {getattr(again, key)!r}, the record says {getattr(told, key)!r}")
    samples = sum(len(rows) for r in decision["restarts"] for rows in r["samples"].values())
    return _check(title, True, f"{told.median:.3f} ({told.low:.3f} to {told.high:.3f}) from {samples} samples")


def _best(speedup: Mapping[str, Speedup]) -> Check:
    least = min((s for n, s in speedup.items() if n not in ("best", "incumbent")), key=lambda s: s.median, default=None)
    return _check("best", least == speedup["best"], "the smallest of the speedups")


def _status(record: Record, decisions: Mapping[str, dict[str, Any]]) -> Check:
    """FASTER stands on a look that says so under the record's own protocol; nothing else may."""
    verdict, looks = record.verdict, looks_of(record.judge)
    ordered = _in_order(decisions)
    if verdict.status is not Status.FASTER:
        ok = not verdict.status.passed or verdict.failure is None
        return _check("status", ok, f"{verdict.status}: claims no gain")
    if not ordered or not ordered[0].get("restarts"):
        return _check("status", False, "FASTER without a decision")
    logs = _logs(ordered[0])
    text = f"{len(logs)} restarts, one-sided level {looks.alpha:g} a look, margin {looks.margin:g}"
    return _check("status", look(logs, looks) == "faster", f"FASTER by {text}")


def _cases(record: Record, task: Task | None, version: str) -> Check:
    """The workloads that the revealed seed draws are those that were run, as far as the rules of drawing are still the same."""
    evidence = record.verdict.evidence
    if "seed" not in evidence or "shapes" not in evidence:
        if record.verdict.status.passed:
            return _check("seed", False, "it passed, and no workload was run")
        return Check("seed", "not checked", "no workload was run")
    if task is None or task.digest != record.task_digest:
        return Check("seed", "not checked", "the task is not the one of the record any more")
    if record.judge.partition(" ")[0] != version:
        return Check("seed", "not checked", f"the rules of drawing were those of judge version {record.judge.partition(' ')[0]}")
    try:
        cases = plan(task, record.candidate, record.profile, evidence["seed"])
    except KernelmillError as error:
        return _check("seed", False, str(error).splitlines()[0])
    if record.tier == "screen":
        cases = [c for c in cases if c.kind != "own"] or cases[:1]
    return _drawn([" ".join(f"{k}={v}" for k, v in c.workload.axes) for c in cases], evidence)


def _drawn(shapes: Sequence[str], evidence: Mapping[str, Any]) -> Check:
    if list(shapes) != evidence["shapes"]:
        return _check("seed", False, f"seed {evidence['seed']} draws other shapes than the record says")
    return _check("seed", True, f"seed {evidence['seed']} draws the {len(shapes)} workloads of the record")
