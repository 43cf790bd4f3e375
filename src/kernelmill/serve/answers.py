"""What functions return: the JSON keys that programs may rely on. Keys are added, never renamed or removed; `docs/json.md` lists them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    """Base of all answers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @property
    def exit_code(self) -> int:
        """0: good. 1: a bad candidate or a finding."""
        return 0


class ToolState(Answer):
    """A program or library that a platform uses."""

    name: str
    version: str
    """Empty: not installed."""
    mend: str
    """Command that installs it."""


class PlatformState(Answer):
    """Whether a platform works here."""

    name: str
    ok: bool
    reason: str
    verified: bool
    """False: the code path exists, and nobody could run it on this machine."""
    tools: list[ToolState]


class ArchiveState(Answer):
    """Where the archive lies and whether its chain holds."""

    path: str
    records: int
    head: str
    """Hash of the last record."""
    damage: list[str]


class DoctorAnswer(Answer):
    """What works on this machine."""

    ok: bool
    """Whether at least one platform that compiles works, and the archive is whole."""
    version: str
    python: str
    machine: dict[str, Any]
    isolation: dict[str, Any]
    """Level that the judge reaches here and why not more."""
    platforms: list[PlatformState]
    authors: dict[str, str]
    """Author -> '' or why it does not load."""
    archive: ArchiveState

    @property
    def exit_code(self) -> int:
        return 0 if self.ok else 1


class TaskRow(Answer):
    """One task in a list."""

    name: str
    category: str
    axes: list[str]
    doc: str


class TasksAnswer(Answer):
    tasks: list[TaskRow]


class TensorRow(Answer):
    name: str
    role: str
    dtype: str
    shape: list[str]
    weight: bool


class ProfileRow(Answer):
    """A size profile of a task."""

    axes: dict[str, int]
    bytes: int
    """Inputs read once, outputs written once, in-outs both."""
    flops: int


class TaskAnswer(Answer):
    """One task."""

    name: str
    category: str
    doc: str
    axes: list[str]
    tensors: list[TensorRow]
    scalars: dict[str, float | int | bool]
    profiles: dict[str, ProfileRow]
    families: list[str]
    constraints: list[str]
    fixed: list[str]
    entry: str
    digest: str
    reference: str


class HeaderAnswer(Answer):
    """What a candidate must implement."""

    task: str
    platform: str
    header: str


class LintAnswer(Answer):
    """Findings about a task: what lets a kernel pass that computes nothing."""

    task: str
    findings: list[str]

    @property
    def exit_code(self) -> int:
        return 1 if self.findings else 0


class PeaksAnswer(Answer):
    """Measured peaks of this machine."""

    machine: str
    peaks: dict[str, float]
    """`flops_f32_1`, `flops_f32_all` in FLOP/s; `read_1`, `copy_all` and the like in bytes/s."""
    spread: dict[str, float]
    """Relative spread between repeats."""


class SpeedupRow(Answer):
    """Baseline's time over the candidate's, with its two-sided 99 % interval."""

    median: float
    low: float
    high: float


class Result(Answer):
    """What `judge` and `optimize` say about one candidate."""

    status: str
    task: str
    platform: str
    profile: str
    candidate: str
    """Identity of the candidate: 16 hex digits."""
    speedup: dict[str, SpeedupRow]
    """`eager`, `compile`, `naive`, `best`: those that were measured."""
    best: str = ""
    """Which baseline `best` is."""
    roofline: float | None
    measurement: dict[str, Any] | None
    reason: str
    failure: dict[str, Any] | None = None
    record: str
    """Hash of the record that these figures stand in."""
    aa: SpeedupRow | None = None
    """The baseline against itself in the same run: what no difference looks like here."""
    tier: str = "verdict"
    run: str = ""
    requires: list[str] = []
    moves: list[str] = []
    evaluations: int = 0
    statuses: dict[str, int] = {}
    seconds: dict[str, float] = {}
    """Seconds by stage."""
    budget: dict[str, dict[str, float]] = {}
    """`limit`, `used` and `left` of each kind that is limited."""
    source: str = ""
    out: str = ""
    """Folder of the export."""
    report: str = ""
    archive: str = ""

    @property
    def exit_code(self) -> int:
        return 0 if self.status in ("CORRECT", "FASTER") else 1


class BenchRow(Result):
    """One task of a bench."""

    category: str


class BenchAnswer(Answer):
    """A table of tasks and what it says by category."""

    run: str
    rows: list[BenchRow]
    summary: dict[str, Any]

    @property
    def exit_code(self) -> int:
        return 0 if all(r.exit_code == 0 for r in self.rows) else 1


class ReportAnswer(Answer):
    run: str
    path: str
    bytes: int


class EvidenceAnswer(Answer):
    """One record, whole, and whether the chain up to now holds."""

    record: dict[str, Any]
    hash: str
    chain: ArchiveState

    @property
    def exit_code(self) -> int:
        return 1 if self.chain.damage else 0


class RejudgeAnswer(Answer):
    """A record judged again."""

    before: Result
    after: Result
    agrees: bool
    """Same status (CORRECT and FASTER merged) and overlapping intervals."""

    @property
    def exit_code(self) -> int:
        return 0 if self.agrees else 1


class RunRow(Answer):
    id: str
    kind: str
    state: str
    created: float
    seconds: float
    spec: dict[str, Any]


class RunsAnswer(Answer):
    runs: list[RunRow]
