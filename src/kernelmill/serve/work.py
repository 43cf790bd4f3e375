"""Functions that judge and search."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kernelmill.archive.store import Archive
from kernelmill.core.errors import UserError, unknown
from kernelmill.search.judging import BASELINES
from kernelmill.search.requests import load_task, usable_platform
from kernelmill.serve.answers import BenchAnswer, RejudgeAnswer, Result


def _words(text: str) -> tuple[str, ...]:
    return tuple(w.strip() for w in text.split(",") if w.strip())


def judge(
    *,
    file: str,
    task: str,
    platform: str = "",
    profile: str = "cpu",
    baselines: str = ",".join(BASELINES),
    confirm: bool = True,
    stages: str = "",
    cache: str = "cold",
    settings: list[str] | None = None,
    dynamic: list[str] | None = None,
    eval_mode: bool = False,
    archive: str | None = None,
) -> Result:
    """Judge a source file as a kernel for a task: correct on secret inputs, and how fast against each baseline.

    `platform` is taken from the file's ending where none is named. `confirm=False` skips the second, independent decision.
    `stages`: sanitizers that it goes through as well (`asan,ubsan,tsan`). `cache`: `cold` or `warm`.
    """
    from kernelmill.authors.scripted import LANGUAGES, read_candidate
    from kernelmill.search.judge_one import judge_candidate

    path = Path(file)
    loaded = load_task(task, settings or (), dynamic or (), eval_mode)
    if not platform and path.suffix not in LANGUAGES:
        raise unknown("kind of source file", path.suffix or path.name, LANGUAGES, hint="--platform NAME")
    made = usable_platform(platform or LANGUAGES[path.suffix])
    candidate = read_candidate(path, loaded.name, loaded.entry, made.name)
    if candidate.task != loaded.name:
        raise UserError("the candidate is for another task", expected=loaded.name, got=candidate.task)
    spec: dict[str, Any] = {"task": task, "platform": made.spec, "profile": profile, "file": str(path), "settings": settings or [],
                            "dynamic": dynamic or [], "eval_mode": eval_mode}  # fmt: skip
    with Archive(archive) as store:
        result = judge_candidate(
            candidate, loaded, made, store, spec=spec, profile=profile, baselines=_words(baselines), confirmed=confirm,
            stages=_words(stages), cache=cache,
        )  # fmt: skip
    return Result(**result)


def optimize(
    *,
    task: str = "",
    platform: str = "x86",
    profile: str = "cpu",
    author: str = "schedule",
    strategy: str = "beam",
    budget: str = "60s",
    baselines: str = ",".join(BASELINES),
    seed: int = 0,
    stages: str = "",
    cache: str = "cold",
    settings: list[str] | None = None,
    dynamic: list[str] | None = None,
    eval_mode: bool = False,
    out: str = "",
    resume: str = "",
    archive: str | None = None,
) -> Result:
    """Search for the fastest correct kernel for a task or a file in KernelBench's form, confirm it, and export it to `out`.

    `budget` limits the search (`60s`, `300evals`, both with a comma); verdict and confirmation of the winner come after it.
    `stages`: sanitizers that the finalists go through as well (`asan,ubsan,tsan`). `cache`: `cold` or `warm`, for screens and decisions.
    `resume`: `last`, or the identity of a run that was cut off; the stored request counts then.
    """
    from kernelmill.search.optimize import Request
    from kernelmill.search.optimize import optimize as run

    if not task and not resume:
        raise UserError("what shall be optimized?", expected="a task or a file", hint="kernelmill tasks list")
    request = Request(
        task, platform, profile, author, strategy, budget, _words(baselines), seed, tuple(settings or ()), tuple(dynamic or ()), eval_mode,
        _words(stages), cache,
    )  # fmt: skip
    with Archive(archive) as store:
        result = run(request, store, resume=resume or None)
        if out:
            result |= _export(result, store, Path(out))
    return Result(**result)


def _export(result: dict[str, Any], store: Archive, out: Path) -> dict[str, Any]:
    if result["status"] not in ("CORRECT", "FASTER"):
        return {}
    from kernelmill.search.deliver import deliver
    from kernelmill.serve.report import write_report

    deliver(store.get(result["record"]), store, out)
    report = out / "report.html"
    write_report(store, result["run"], report)
    return {"out": str(out), "report": str(report)}


def bench(
    *,
    tasks: str = "*",
    platform: str = "x86",
    profile: str = "cpu",
    author: str = "schedule",
    strategy: str = "beam",
    budget: str = "",
    baselines: str = ",".join(BASELINES),
    seed: int = 0,
    samples: int = 0,
    cache: str = "cold",
    resume: str = "",
    archive: str | None = None,
) -> BenchAnswer:
    """Optimize every task whose name matches, and say what the table shows by category; failures are counted, not left out.

    `budget` is for each task (20s where none is named). `samples` measures the author instead: so many independent attempts at each task
    (10m where no budget is named), each judged over eager, and `author` says how many compile, pass, and what a solved task cost.
    """
    from kernelmill.search.bench import bench as run
    from kernelmill.search.optimize import Request

    budget = budget or ("10m" if samples else "20s")
    request = Request("", platform, profile, author, strategy, budget, _words(baselines), seed, cache=cache, samples=samples)
    with Archive(archive) as store:
        found = run(tasks, request, store, resume=resume or None)
    return BenchAnswer.model_validate(found)


def rejudge(record: str, archive: str | None = None, confirm: bool = True) -> RejudgeAnswer:
    """Judge the candidate of a record again, now, and say whether that agrees with what the record says."""
    from kernelmill.search.judge_one import rejudge as run

    with Archive(archive) as store:
        found = run(record, store, confirmed=confirm)
    return RejudgeAnswer(before=Result(**found["before"]), after=Result(**found["after"]), agrees=found["agrees"])
