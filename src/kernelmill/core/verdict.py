"""What the judge found. Made by the judge alone."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """The ladder, from worst to best; `CHEATED` and `UNVERIFIED` stand off it."""

    REFUSED = "REFUSED"
    COMPILE_ERROR = "COMPILE_ERROR"
    CRASH = "CRASH"
    TIMEOUT = "TIMEOUT"
    WRONG_SHAPE = "WRONG_SHAPE"
    WRONG_VALUE = "WRONG_VALUE"
    CORRECT = "CORRECT"
    FASTER = "FASTER"
    CHEATED = "CHEATED"
    UNVERIFIED = "UNVERIFIED"

    @property
    def rung(self) -> int:
        """Height on the ladder, 0 to 7; -1 off it."""
        order = list(Status)
        return order.index(self) if self not in (Status.CHEATED, Status.UNVERIFIED) else -1

    @property
    def passed(self) -> bool:
        """CORRECT or FASTER."""
        return self in (Status.CORRECT, Status.FASTER)


@dataclass(frozen=True)
class Speedup:
    """Baseline time / candidate time: exp of the mean log ratio over restarts with its two-sided 99 % interval."""

    median: float
    low: float
    high: float


@dataclass(frozen=True)
class Measurement:
    """Times of one arm and the circumstances. A number never travels alone."""

    seconds: float
    """Median over restarts of one call's time on the deciding clock."""
    wall_median: float
    wall_mean: float
    wall_p95: float
    """Wall time of one call, in seconds."""
    clock: str
    """`cpu` or `wall`: the clock that decided."""
    restarts: int
    rounds: int
    sets: int
    """Distinct input sets per batch, K."""
    load: float
    """Foreign load during the measurement, in cores."""
    threads: int
    judge_seconds: float = 0.0
    """What this decision cost."""


@dataclass(frozen=True)
class Failure:
    """Why a candidate is not CORRECT: short enough for a person or a model to read."""

    summary: str
    """One sentence."""
    detail: str = ""
    """Compiler output cut to what matters, or the neighbourhood of the worst element."""
    workload: str = ""
    """The case that broke it."""
    share_wrong: float = 0.0
    worst_ulp: float = 0.0
    hint: str = ""
    """Symptom to cause."""
    rule: str = ""
    """For CHEATED and REFUSED: the named rule."""


@dataclass(frozen=True)
class Verdict:
    """A status and the evidence for it."""

    status: Status
    reason: str = ""
    """One sentence: why this status and not the next better one."""
    failure: Failure | None = None
    speedup: dict[str, Speedup] = field(default_factory=dict[str, Speedup])
    """Baseline name (`eager`, `compile`, `naive`, `best`) -> speedup."""
    roofline: float | None = None
    """Byte twin's time / kernel's time; None where not measured."""
    measurement: Measurement | None = None
    evidence: dict[str, Any] = field(default_factory=dict[str, Any])
    """Cases run, errors in ULP, isolation level, raw samples, seeds, cost by stage: plain JSON data."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Verdict:
        return cls(
            status=Status(data["status"]),
            reason=data.get("reason", ""),
            failure=Failure(**data["failure"]) if data.get("failure") else None,
            speedup={k: Speedup(**v) for k, v in data.get("speedup", {}).items()},
            roofline=data.get("roofline"),
            measurement=Measurement(**data["measurement"]) if data.get("measurement") else None,
            evidence=data.get("evidence", {}),
        )
