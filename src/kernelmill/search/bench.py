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

    `resume`: identity of a bench, or `last`; its stored pattern and request count then.
    """
    if resume:
        run = _unfinished(archive, resume)
        pattern, request = run.spec["pattern"], Request.from_json(run.spec)
    else:
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
    archive.update_run(run.id, state="done", result=found)
    return found


def _unfinished(archive: Archive, prefix: str) -> Run:
    run = archive.run(prefix, "bench")
    if run.state == "done":
        raise UserError(f"bench {run.id} is done", hint="leave --resume out")
    return run


def _row(task: Task, request: Request, archive: Archive, opener: OpenJudge, author: Author | None) -> dict[str, Any]:
    """One task's result. A task that the author cannot write is a row too, not the end of the bench."""
    cut = [
        r for r in archive.runs("optimize") if r.spec.get("bench") == request.bench and r.spec["task"] == task.name and r.state != "done"
    ]
    try:
        result = optimize(request, archive, resume=cut[0].id if cut else None, opener=opener, author=author)
    except Exception as error:  # a row that failed, for whatever reason, does not take the other tasks with it
        if not isinstance(error, KernelmillError):
            traceback.print_exc()
        result = {
            "status": "REFUSED" if isinstance(error, KernelmillError) else "UNVERIFIED",
            "task": task.name,
            "platform": request.platform,
            "profile": request.profile,
            "candidate": "",
            "speedup": {},
            "roofline": None,
            "measurement": None,
            "reason": str(error) if isinstance(error, KernelmillError) else f"internal error: {error!r}",
            "record": "",
        }
    return result | {"category": task.category}
