"""Many tasks, one after the other, each a run of its own; cut off at any moment, it goes on with the task it was at."""

from __future__ import annotations

import traceback
from dataclasses import replace
from typing import Any

from kernelmill.archive.schema import Run
from kernelmill.archive.store import Archive
from kernelmill.core.author import Author
from kernelmill.core.errors import KernelmillError, UserError
from kernelmill.core.task import Task
from kernelmill.search import watch
from kernelmill.search.judging import OpenJudge, open_judge
from kernelmill.search.optimize import Request, optimize
from kernelmill.search.rates import rates
from kernelmill.search.sampling import MISSING, nothing, sample
from kernelmill.search.summary import summarize
from kernelmill.tasks import find


def bench(
    pattern: str,
    request: Request,
    archive: Archive,
    *,
    resume: str | None = None,
    opener: OpenJudge = open_judge,
    author: Author | None = None,
) -> dict[str, Any]:
    """Optimize every task that matches, with `request` as the rest of the request. Returns `run`, `rows` and `summary`.

    With `request.samples` the author is measured instead: so many independent attempts at each task, and `author` says what they amount to.
    `resume`: identity of a bench, or `last`; its stored pattern and request count then.
    """
    if resume:
        run = _unfinished(archive, resume)
        pattern, request = run.spec["pattern"], Request.from_json(run.spec)
    else:
        if request.samples < 0:
            raise UserError("attempts cannot be fewer than none", expected="--samples 0 (search) or more", got=str(request.samples))
        chosen = find(pattern)
        run = archive.begin_run("bench", request.to_json() | {"pattern": pattern, "tasks": {t.name: t.name for t in chosen}})
    rows: list[dict[str, Any]] = list((run.result or {}).get("rows", []))
    done = {r["task"] for r in rows}
    todo = [t for t in find(pattern) if t.name not in done]
    for number, task in enumerate(todo, len(done) + 1):
        watch.tell(watch.Stage("task", f"{number} of {len(done) + len(todo)}: {task.name}"))
        rows.append(_row(task, replace(request, task=task.name, bench=run.id), archive, opener, author))
        archive.update_run(run.id, state="running", result={"rows": rows})
    found = {"run": run.id, "rows": rows, "summary": summarize(rows)}
    if request.samples:
        found["author"] = {"author": request.author} | rates(rows, request.samples)
    archive.update_run(run.id, state="done", result=found)
    return found


def _unfinished(archive: Archive, prefix: str) -> Run:
    run = archive.run(prefix, "bench")
    if run.state == "done":
        raise UserError(f"bench {run.id} is done", hint="leave --resume out")
    return run


def _row(task: Task, request: Request, archive: Archive, opener: OpenJudge, author: Author | None) -> dict[str, Any]:
    """One task's result. A task that the author cannot write is a row too, not the end of the bench."""
    kind = "sample" if request.samples else "optimize"
    cut = [r for r in archive.runs(kind) if r.spec.get("bench") == request.bench and r.spec["task"] == task.name and r.state != "done"]
    try:
        if request.samples:
            result = sample(request, archive, resume=cut[0] if cut else None, opener=opener, author=author)
        else:
            result = optimize(request, archive, resume=cut[0].id if cut else None, opener=opener, author=author)
    except Exception as error:  # a row that failed, for whatever reason, does not take the other tasks with it
        known = isinstance(error, KernelmillError)
        if not known:
            traceback.print_exc()
        result = nothing(request, str(error) if known else f"internal error: {error!r}", "REFUSED" if known else "UNVERIFIED")
        if request.samples:
            result["attempts"] = [MISSING] * request.samples
    return result | {"category": task.category}
