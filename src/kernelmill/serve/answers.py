"""What functions return: the JSON keys that programs may rely on. Keys are added, never renamed or removed; `docs/json.md` lists them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    """Base of all answers."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    @property
    def exit_code(self) -> int:
        """0: good. 1: a bad candidate or a finding."""
        return 0


class ToolState(Answer):
    """A program or library that a platform uses."""

    name: str
    """Of the tool."""
    version: str
    """Empty: not installed."""
    mend: str
    """Command that installs it."""


class PlatformState(Answer):
    """Whether a platform works here."""

    name: str
    """Of the platform."""
    ok: bool
    """Whether it works here."""
    reason: str
    """Why not; empty when ok."""
    verified: bool
    """False: the code path exists, and nobody could run it on this machine."""
    tools: list[ToolState]
    """What it uses."""


class ArchiveState(Answer):
    """Where the archive lies and whether its chain holds."""

    path: str
    """File."""
    records: int
    """How many."""
    head: str
    """Hash of the last record."""
    damage: list[str]
    """One sentence per damaged place; empty when whole."""


class DoctorAnswer(Answer):
    """What works on this machine."""

    ok: bool
    """Whether at least one platform that compiles works, and the archive is whole."""
    version: str
    """Of kernelmill."""
    python: str
    """Version."""
    machine: dict[str, Any]
    """Processor, instruction sets, caches, measured peaks."""
    isolation: dict[str, Any]
    """Level that the judge reaches here and why not more."""
    platforms: list[PlatformState]
    """Every registered platform."""
    authors: dict[str, str]
    """Author -> '' or why it does not load."""
    archive: ArchiveState
    """State of the archive."""

    @property
    def exit_code(self) -> int:
        return 0 if self.ok else 1


class TaskRow(Answer):
    """One task in a list."""

    name: str
    """`category/op`."""
    category: str
    """First half of the name."""
    axes: list[str]
    """Named sizes."""
    doc: str
    """First line of its description."""


class TasksAnswer(Answer):
    tasks: list[TaskRow]
    """Tasks in listed order."""


class TensorRow(Answer):
    name: str
    """Of the tensor."""
    role: str
    """`in`, `inout` or `out`."""
    dtype: str
    """`f32` and so on."""
    shape: list[str]
    """A formula per dimension."""
    weight: bool
    """Whether it is a module's parameter or buffer."""


class ProfileRow(Answer):
    """A size profile of a task."""

    axes: dict[str, int]
    """Axis -> size."""
    bytes: int
    """Inputs read once, outputs written once, in-outs both."""
    flops: int
    """FLOP of one call."""


class TaskAnswer(Answer):
    """One task."""

    name: str
    """`category/op`."""
    category: str
    """First half."""
    doc: str
    """Description."""
    axes: list[str]
    """Named sizes."""
    tensors: list[TensorRow]
    """In declared order."""
    scalars: dict[str, float | int | bool]
    """Name -> value."""
    profiles: dict[str, ProfileRow]
    """Size profiles."""
    families: list[str]
    """Input families: how values are drawn."""
    constraints: list[str]
    """Comparisons that every legal size satisfies."""
    fixed: list[str]
    """Axes that are not varied."""
    entry: str
    """Symbol that a kernel exports."""
    digest: str
    """Hash of the task's meaning."""
    reference: str
    """Source of the reference."""


class HeaderAnswer(Answer):
    """What a candidate must implement."""

    task: str
    """Name."""
    platform: str
    """Spec text."""
    header: str
    """The text."""


class LintAnswer(Answer):
    """Findings about a task: what lets a kernel pass that computes nothing."""

    task: str
    """Name."""
    findings: list[str]
    """One sentence each; empty when there are none."""

    @property
    def exit_code(self) -> int:
        return 1 if self.findings else 0


class PeaksAnswer(Answer):
    """Measured peaks of this machine."""

    machine: str
    """Processor name."""
    peaks: dict[str, float]
    """`flops_f32_1`, `flops_f32_all` in FLOP/s; `read_1`, `copy_all` and the like in bytes/s."""
    spread: dict[str, float]
    """Relative spread between repeats."""


class SpeedupRow(Answer):
    """Baseline's time over the candidate's, with its two-sided 99 % interval."""

    median: float
    """exp of the mean log ratio over restarts."""
    low: float
    """Lower end of the 99 % interval; 0 where too few restarts were made to tell."""
    high: float
    """Upper end; null where it is not bounded."""


class Result(Answer):
    """What `judge` and `optimize` say about one candidate."""

    status: str
    """`REFUSED COMPILE_ERROR CRASH TIMEOUT WRONG_SHAPE WRONG_VALUE CORRECT FASTER`, or off the ladder `CHEATED UNVERIFIED`."""
    task: str
    """`category/op`, or `file/stem` for a file."""
    platform: str
    """Spec text: `x86{threads=1}`."""
    profile: str
    """Size profile."""
    candidate: str
    """Identity of the candidate: 16 hex digits."""
    speedup: dict[str, SpeedupRow]
    """`eager`, `compile`, `naive`, `best`: those that were measured."""
    best: str = ""
    """Which baseline `best` is."""
    not_measured: dict[str, str] = {}
    """Baseline that was asked for -> why there is no speedup over it."""
    roofline: float | None
    """Time of a kernel that only moves the same bytes, over the kernel's time; null where not measured."""
    measurement: dict[str, Any] | None
    """Times of the kernel in seconds (`seconds` on the deciding `clock`; `wall_median`, `wall_mean`, `wall_p95`),
    `restarts`, `rounds`, `sets`, `load`, `threads`, `judge_seconds`."""
    reason: str
    """One sentence: why this status and not the next better one."""
    failure: dict[str, Any] | None = None
    """`summary`, `detail`, `workload`, `share_wrong`, `worst_ulp`, `hint`, `rule`; null when correct."""
    record: str
    """Hash of the record that these figures stand in."""
    aa: SpeedupRow | None = None
    """The kernel against itself in the same run: what no difference looks like here."""
    tier: str = "verdict"
    """`screen`, `verdict` or `confirmation`: which decision the figures are from."""
    run: str = ""
    """Identity of the run."""
    cache: str = "cold"
    """`cold` or `warm`: what the caches held when a timed batch began."""
    stages: dict[str, str] = {}
    """Sanitizer stage that was asked for -> what it did, in words."""
    findings: list[dict[str, Any]] = []
    """What the stages found: `stage`, `kind`, `file`, `line`, `text`, `excerpt`."""
    requires: list[str] = []
    """Comparisons over axes under which the kernel is proven."""
    moves: list[str] = []
    """Schedule of the winner, where the author works by moves."""
    evaluations: int = 0
    """Candidates screened."""
    statuses: dict[str, int] = {}
    """Status -> how many screened candidates had it."""
    seconds: dict[str, float] = {}
    """Seconds by stage."""
    budget: dict[str, dict[str, float]] = {}
    """`limit`, `used` and `left` of each kind that is limited."""
    cost: dict[str, Any] = {}
    """What a language model cost: `model`, `exchanges`, `input_tokens`, `output_tokens`, `dollars` and the `price`'s source,
    `faults` by kind, `transcript`; empty for other authors."""
    source: str = ""
    """Text of the kernel's first file."""
    out: str = ""
    """Folder of the export."""
    report: str = ""
    """File of the report, when one was written."""
    archive: str = ""
    """File of the archive."""

    @property
    def exit_code(self) -> int:
        return 0 if self.status in ("CORRECT", "FASTER") else 1


class AttemptRow(Answer):
    """One attempt of an author at a task: a first candidate, and what was made of its failure."""

    status: str
    """The best that it reached; `NO_ANSWER`: no candidate came of it."""
    cause: str
    """Why it failed, in words that can be counted; empty when correct."""
    first: str
    """Status of its first candidate."""
    eager: float | None
    """Speedup over eager; null where none was measured."""
    candidates: list[str]
    """Identities, the first one first."""


class BenchRow(Result):
    """One task of a bench."""

    category: str
    """Category of the task."""
    attempts: list[AttemptRow] = []
    """With `--samples`: every attempt; the row itself is the best of them."""


class AuthorGroup(Answer):
    """What attempts at some tasks say about their author. Rates are means over tasks; geometric means count a failure as 1."""

    tasks: int
    """How many."""
    solved: int
    """Tasks with a correct attempt."""
    compile_at_1: float
    """Share of attempts whose first candidate compiled."""
    first_correct: float
    """Share of attempts whose first candidate was correct, nothing mended."""
    pass_at: dict[str, float]
    """k -> chance that one of k attempts is correct: the unbiased estimator of Chen et al. (2021)."""
    fast_p: dict[str, float]
    """p -> share of attempts that are correct and at least p times as fast as eager."""
    fast_p_best: dict[str, float]
    """The same for the best attempt at each task."""
    eager: float | None
    """Geometric mean of one attempt's speedup over eager; a failed attempt counts as 1."""
    eager_best: float | None
    """The same for the best attempt at each task."""
    dollars: float
    """What the model cost."""
    tokens: int
    """Input and output tokens."""
    seconds: float
    """Asking and judging."""
    dollars_per_solved: float | None
    """Cost of all attempts over the number of solved tasks; null where none is."""
    tokens_per_solved: float | None
    """As above."""
    seconds_per_solved: float | None
    """As above."""
    failures: dict[str, int]
    """`STATUS: cause` -> attempts that ended so."""


class AuthorTable(Answer):
    """An author measured by independent attempts."""

    author: str
    """Spec text."""
    samples: int
    """Attempts at each task; those that an author did not make count as failed."""
    all: AuthorGroup
    """All tasks."""
    categories: dict[str, AuthorGroup]
    """By category."""


class BenchAnswer(Answer):
    """A table of tasks and what it says by category."""

    run: str
    """Identity of the bench."""
    rows: list[BenchRow]
    """One object per task, failures included."""
    summary: dict[str, Any]
    """`all` and `categories` (each `tasks`, `correct`, `faster`, and geometric means
    `eager`, `compile`, `naive`, `best`, `roofline`), `fast_p`, `aa`."""
    author: AuthorTable | None = None
    """With `--samples`: what the attempts say about the author."""

    @property
    def exit_code(self) -> int:
        return 0 if all(r.exit_code == 0 for r in self.rows) else 1


class ReportAnswer(Answer):
    run: str
    """Identity of the run."""
    path: str
    """File that was written."""
    bytes: int
    """Its size."""


class CheckRow(Answer):
    """One thing that was computed again from a record."""

    name: str
    """`hash`, `interval over eager`, `status`, `seed` and so on."""
    ok: bool
    """Whether it was computed again and the record says the same."""
    state: str
    """`same`, `differs`, or `not checked`: nothing could be computed again, which is no fault of the record."""
    text: str
    """What was compared, what differs, or why nothing was compared."""


class EvidenceAnswer(Answer):
    """One record, whole, computed again without running anything, and whether the chain up to now holds."""

    record: dict[str, Any]
    """The record as it is stored."""
    hash: str
    """Its hash."""
    chain: ArchiveState
    """State of the archive."""
    checks: list[CheckRow] = []
    """Hash, intervals, status, time and workloads, computed again from the samples and seeds in the record."""

    @property
    def exit_code(self) -> int:
        return 1 if self.chain.damage or any(c.state == "differs" for c in self.checks) else 0


class RejudgeAnswer(Answer):
    """A record judged again."""

    before: Result
    """What the record says."""
    after: Result
    """What was found now."""
    agrees: bool
    """Same status (CORRECT and FASTER merged) and overlapping intervals."""

    @property
    def exit_code(self) -> int:
        return 0 if self.agrees else 1


class RunRow(Answer):
    id: str
    """Identity."""
    kind: str
    """`optimize`, `bench`, `sample` (attempts at one task of a bench) or `judge`."""
    state: str
    """`running` (or cut off) or `done`."""
    created: float
    """Unix time."""
    seconds: float
    """Seconds of budget used."""
    spec: dict[str, Any]
    """The request."""


class RunsAnswer(Answer):
    runs: list[RunRow]
    """The newest first."""
