"""A whole run: open or resume it, search, verdict, confirmation, export."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from kernelmill.archive.schema import Run
from kernelmill.archive.store import Archive, new_run_id
from kernelmill.authors import AUTHORS
from kernelmill.core.author import Author, Session
from kernelmill.core.budget import Budget
from kernelmill.core.errors import UserError
from kernelmill.search import watch
from kernelmill.search.briefing import briefing
from kernelmill.search.finals import finals
from kernelmill.search.judging import BASELINES, OpenJudge, open_judge, options
from kernelmill.search.loop import Desk, search
from kernelmill.search.requests import load_task, usable_platform
from kernelmill.search.result import describe, describe_budget
from kernelmill.search.strategies import STRATEGIES


@dataclass(frozen=True)
class Request:
    """What `optimize` was asked for; stored with the run, so that `--resume` needs nothing but the run."""

    task: str
    """Name of a task, or path of a file."""
    platform: str = "x86"
    profile: str = "cpu"
    author: str = "schedule"
    strategy: str = "beam"
    budget: str = "60s"
    baselines: tuple[str, ...] = BASELINES
    seed: int = 0
    settings: tuple[str, ...] = ()
    dynamic: tuple[str, ...] = ()
    eval_mode: bool = False
    stages: tuple[str, ...] = ()
    """Sanitizers that finalists go through as well."""
    cache: str = "cold"
    """What the caches hold when a timed batch begins."""
    bench: str = ""
    """Identity of the bench that this run belongs to."""
    samples: int = 0
    """Of a bench: independent attempts at each task instead of a search; 0: a search."""

    def to_json(self) -> dict[str, Any]:
        return {k: list(v) if isinstance(v, tuple) else v for k, v in self.__dict__.items()}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Request:
        known: dict[str, Any] = {k: data[k] for k in cls.__dataclass_fields__ if k in data}
        for key, value in known.items():
            if isinstance(value, list):
                known[key] = tuple(cast("list[str]", value))
        return cls(**known)


@dataclass
class Seconds:
    """Seconds by stage of one run."""

    by: dict[str, float] = field(default_factory=dict[str, float])

    @contextmanager
    def of(self, stage: str) -> Iterator[None]:
        start = time.monotonic()
        try:
            yield
        finally:
            self.by[stage] = round(self.by.get(stage, 0.0) + time.monotonic() - start, 3)


@dataclass(frozen=True)
class Work:
    """A run that is open: where records go, and the author at work on it."""

    desk: Desk
    session: Session
    seconds: Seconds


@contextmanager
def at_work(
    kind: str, request: Request, archive: Archive, run: Run | None, author: Author, *, opener: OpenJudge, memory: bool, tier: str = "screen"
) -> Iterator[Work]:
    """Opens a run of this kind, or goes on with one, for as long as the block lasts. Raises `UserError` before anything is spent.

    `memory`: the author is told what earlier records teach. `tier`: of the records that count as progress of a run that goes on.
    """
    task = load_task(request.task, request.settings, request.dynamic, request.eval_mode)
    platform = usable_platform(request.platform)
    task.sizes(request.profile)
    budget = Budget.parse(request.budget)
    id_ = run.id if run is not None else new_run_id()
    brief = briefing(
        task, platform, archive if memory else None,
        profile=request.profile, seed=request.seed, folder=str(archive.path.parent / "transcripts" / id_), resumed=run is not None,
    )  # fmt: skip
    session = author.begin(brief)
    seconds = Seconds()
    with seconds.of("open"):
        judge = opener(task, platform, request.profile, **options(request.stages, request.cache))
    try:
        run = run or archive.begin_run(kind, request.to_json(), id_)
        desk = Desk(task, platform, request.profile, judge, archive, run, budget)
        watch.tell(watch.Started(run.id, task.name, platform.spec, request.budget, resumed=len(desk.kept(tier))))
        yield Work(desk, session, seconds)
    finally:
        judge.close()


def optimize(
    request: Request,
    archive: Archive,
    *,
    resume: str | None = None,
    opener: OpenJudge = open_judge,
    author: Author | None = None,
) -> dict[str, Any]:
    """Search for the fastest correct candidate and confirm it. Returns the result with the keys of `docs/json.md`.

    `resume`: identity of a run to go on with (`last`: the newest unfinished one); its stored request counts, not `request`.
    `author`: an author object instead of the request's text, for programs. Raises `UserError` before anything is spent.
    """
    run = find_unfinished(archive, resume, request.task) if resume else None
    if run is not None:
        request = Request.from_json(run.spec)
    check_baselines(request.baselines)
    course = STRATEGIES.make(request.strategy).begin(request.seed)
    with at_work("optimize", request, archive, run, author or AUTHORS.make(request.author), opener=opener, memory=True) as work:
        desk, session, seconds = work.desk, work.session, work.seconds
        with seconds.of("search"):
            watch.tell(watch.Stage("search"))
            scale = search(desk, course, session)
        used = describe_budget(desk.budget)
        with seconds.of("finals"):
            record = finals(desk, scale, request.baselines) if scale.ranked else None
    result = describe(record) if record else nothing_correct(desk)
    result |= {
        "run": desk.run.id,
        "evaluations": int(desk.budget.used["evaluations"]),
        "statuses": scale.statuses,
        "seconds": seconds.by,
        "budget": used,
        "cost": session.cost(),
        "source": record.candidate.source if record else "",
        "archive": str(archive.path),
    }
    archive.update_run(desk.run.id, state="done", result=result)
    return result


def nothing_correct(desk: Desk) -> dict[str, Any]:
    """The result of a run without a correct candidate: the highest rung that was reached, and why not higher."""
    screens = desk.kept("screen")
    if not screens:
        raise UserError(
            "the author proposed nothing within the budget",
            got=f"{desk.task.name} on {desk.platform.spec}",
            hint="a larger --budget, or another --author",
        )
    return describe(max(screens, key=lambda r: r.verdict.status.rung))


def find_unfinished(archive: Archive, prefix: str, task: str = "") -> Run:
    """The run to go on with (`last`: the newest, of `task` where one is named). Raises `UserError` when there is none, or it is done."""
    if prefix == "last":
        unfinished = [r for r in archive.runs("optimize") if r.state != "done" and task in ("", r.spec["task"])]
        if not unfinished:
            raise UserError(
                "nothing to resume", expected="a run that was cut off", got=f"none in {archive.path}", hint="leave --resume out"
            )
        return unfinished[0]
    run = archive.run(prefix, "optimize")
    if run.state == "done":
        raise UserError(f"run {run.id} is done", hint=f"kernelmill report {run.id}")
    return run


def check_baselines(names: Sequence[str]) -> None:
    """Raises `UserError` for a name that is no baseline."""
    for name in names:
        if name not in BASELINES:
            raise UserError("unknown baseline", got=name, allowed=BASELINES, hint="--baselines eager,compile,naive")
