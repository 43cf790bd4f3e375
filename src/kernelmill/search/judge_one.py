"""Judge one candidate that somebody brought: verdict over eager, then the confirmation over all baselines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kernelmill.archive.schema import Run
from kernelmill.archive.store import Archive
from kernelmill.core.budget import Budget
from kernelmill.core.candidate import Candidate
from kernelmill.core.errors import UserError
from kernelmill.core.platform import Platform
from kernelmill.core.record import Record
from kernelmill.core.task import Task
from kernelmill.search.finals import confirm, verdict
from kernelmill.search.judging import BASELINES, OpenJudge, open_judge, options
from kernelmill.search.loop import Desk
from kernelmill.search.optimize import Request, Seconds, check_baselines
from kernelmill.search.requests import load_task, usable_platform
from kernelmill.search.result import describe


def judge_candidate(
    candidate: Candidate,
    task: Task,
    platform: Platform,
    archive: Archive,
    *,
    spec: dict[str, Any],
    profile: str = "cpu",
    baselines: Sequence[str] = BASELINES,
    confirmed: bool = True,
    stages: Sequence[str] = (),
    cache: str = "cold",
    opener: OpenJudge = open_judge,
) -> dict[str, Any]:
    """The result for one candidate. `spec` is the request as it is stored with the run. `confirmed=False` leaves the confirmation out,
    and with no baselines either the time: correctness alone.

    `stages`: sanitizers that it goes through as well; `cache`: `cold` or `warm`, what the caches hold when a timed batch begins.
    """
    task.sizes(profile)
    check_baselines(baselines)
    seconds = Seconds()
    with seconds.of("open"):
        judge = opener(task, platform, profile, **options(stages, cache))
    try:
        run = archive.begin_run("judge", spec)
        desk = Desk(task, platform, profile, judge, archive, run, Budget())
        with seconds.of("verdict"):
            record = verdict(desk, candidate, ("eager",) if baselines or confirmed else ())
        if confirmed and record.verdict.status.passed:
            with seconds.of("confirmation"):
                record = confirm(desk, candidate, baselines)
    finally:
        judge.close()
    result = describe(record) | {"evaluations": 1, "seconds": seconds.by, "archive": str(archive.path)}
    archive.update_run(run.id, state="done", result=result)
    return result


def request_of(archive: Archive, record: Record) -> Request:
    """The request that a record was made for, so that its task can be loaded again. Raises `UserError` where it is unknown."""
    runs: list[Run] = [r for r in archive.runs() if r.id == record.run]
    if runs:
        return Request.from_json(runs[0].spec | {"task": runs[0].spec.get("tasks", {}).get(record.candidate.task, runs[0].spec["task"])})
    return Request(record.candidate.task, record.platform, record.profile)


def task_of(archive: Archive, record: Record) -> Task | None:
    """The task that a record is about; None where it is gone or has changed since."""
    try:
        request = request_of(archive, record)
        task = load_task(request.task, request.settings, request.dynamic, request.eval_mode)
    except UserError:
        return None
    return task if task.digest == record.task_digest else None


def rejudge(prefix: str, archive: Archive, *, confirmed: bool = True, opener: OpenJudge = open_judge) -> dict[str, Any]:
    """Judge the candidate of a record again, now: `before`, `after` and whether they agree.

    They agree when the statuses are the same (CORRECT and FASTER merged) and the intervals over eager overlap.
    Raises `UserError` when the task is not the one of the record any more.
    """
    record = archive.get(prefix)
    request = request_of(archive, record)
    task = load_task(request.task, request.settings, request.dynamic, request.eval_mode)
    if task.digest != record.task_digest:
        raise UserError(f"the task {task.name} has changed since", expected=f"digest {record.task_digest}", got=task.digest)
    platform = usable_platform(record.platform)
    after = judge_candidate(
        record.candidate,
        task,
        platform,
        archive,
        spec=request.to_json() | {"rejudge": record.hash},
        profile=record.profile,
        baselines=[b for b in BASELINES if b in record.verdict.speedup] or ["eager"],
        confirmed=confirmed,
        stages=[s["name"] for s in record.verdict.evidence.get("stages", [])],
        cache=record.verdict.evidence.get("cache", "cold"),
        opener=opener,
    )
    before = describe(record)
    return {"before": before, "after": after, "agrees": agree(before, after)}


def agree(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Same status (CORRECT and FASTER merged), and overlapping intervals over eager where both have one."""
    good = ("CORRECT", "FASTER")
    if before["status"] != after["status"] and not (before["status"] in good and after["status"] in good):
        return False
    a, b = before["speedup"].get("eager"), after["speedup"].get("eager")
    return not (a and b) or (a["low"] <= b["high"] and b["low"] <= a["high"])
