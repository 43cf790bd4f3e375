"""Functions that only look around."""

from __future__ import annotations

import math
import platform as python_platform
from dataclasses import asdict
from typing import Any

import kernelmill
from kernelmill.archive.chain import verify
from kernelmill.archive.place import archive_path
from kernelmill.core import formula
from kernelmill.core.errors import KernelmillError
from kernelmill.core.task import Task
from kernelmill.serve.answers import (
    ArchiveState,
    DoctorAnswer,
    HeaderAnswer,
    LintAnswer,
    PeaksAnswer,
    PlatformState,
    ProfileRow,
    TaskAnswer,
    TaskRow,
    TasksAnswer,
    TensorRow,
    ToolState,
)


def archive_state(archive: str | None) -> ArchiveState:
    """Where the archive lies and whether its chain holds; one that does not exist yet is empty and whole."""
    path = archive_path(archive)
    if not path.exists():
        return ArchiveState(path=str(path), records=0, head="", damage=[])
    found = verify(path)
    return ArchiveState(path=str(path), records=found.records, head=found.head, damage=list(found.damage))


def doctor(archive: str | None = None) -> DoctorAnswer:
    """What works on this machine: platforms and their tools, isolation, authors, the archive; each gap with the command that mends it."""
    from kernelmill.authors import AUTHORS
    from kernelmill.platforms import states
    from kernelmill.platforms.machine import detect

    platforms = [
        PlatformState(
            name=name,
            ok=s.ok,
            reason=s.reason,
            verified=s.verified,
            tools=[ToolState(name=t.name, version=t.version, mend=t.mend) for t in s.tools],
        )
        for name, s in states().items()
    ]
    authors: dict[str, str] = {}
    for name in AUTHORS.names():
        try:
            AUTHORS.load(name)
            authors[name] = ""
        except KernelmillError as error:
            authors[name] = str(error)
    chain = archive_state(archive)
    return DoctorAnswer(
        ok=any(p.ok for p in platforms if p.name not in ("null", "torch")) and not chain.damage,
        version=kernelmill.__version__,
        python=python_platform.python_version(),
        machine=asdict(detect()),
        isolation=_isolation(),
        platforms=platforms,
        authors=authors,
        archive=chain,
    )


def _isolation() -> dict[str, Any]:
    from kernelmill.judge.sandbox import isolation

    return asdict(isolation())


def tasks_list(pattern: str = "*") -> TasksAnswer:
    """Tasks whose name matches a shell pattern or a category (`fused/*`, `matmul`)."""
    from kernelmill.tasks import find

    rows = [TaskRow(name=t.name, category=t.category, axes=list(t.axes), doc=_first_line(t.doc)) for t in find(pattern)]
    return TasksAnswer(tasks=rows)


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]


def _profile(task: Task, name: str) -> ProfileRow:
    axes = task.sizes(name)
    return ProfileRow(axes=axes, bytes=task.bytes(axes), flops=formula.evaluate(task.flops, axes))


def tasks_show(*, task: str, settings: list[str] | None = None, dynamic: list[str] | None = None, eval_mode: bool = False) -> TaskAnswer:
    """One task: axes, tensors with roles, sizes by profile with their bytes and FLOP, input families, reference."""
    from kernelmill.search.requests import load_task

    t = load_task(task, settings or (), dynamic or (), eval_mode)
    return TaskAnswer(
        name=t.name,
        category=t.category,
        doc=t.doc,
        axes=list(t.axes),
        tensors=[TensorRow(name=x.name, role=x.role, dtype=x.dtype, shape=[str(d) for d in x.shape], weight=x.weight) for x in t.tensors],
        scalars={s.name: s.value for s in t.scalars},
        profiles={name: _profile(t, name) for name in t.profiles},
        families=[f.name for f in t.families],
        constraints=list(t.constraints),
        fixed=list(t.fixed),
        entry=t.entry,
        digest=t.digest,
        reference=t.reference.source,
    )


def tasks_header(
    *, task: str, platform: str = "x86", settings: list[str] | None = None, dynamic: list[str] | None = None, eval_mode: bool = False
) -> HeaderAnswer:
    """What a kernel for this task and platform must implement: the exact signature, shapes, roles and the reference."""
    from kernelmill.platforms import PLATFORMS
    from kernelmill.search.requests import load_task

    made = PLATFORMS.make(platform)
    t = load_task(task, settings or (), dynamic or (), eval_mode)
    return HeaderAnswer(task=t.name, platform=made.spec, header=made.header(t))


def tasks_lint(task: str) -> LintAnswer:
    """Whether a kernel that computes nothing could pass this task (returning its input, zeros, a constant)."""
    from kernelmill.tasks import find
    from kernelmill.tasks.lint import lint, lint_file

    if task.endswith(".py"):
        return LintAnswer(task=task, findings=[str(f) for f in lint_file(task)])
    found = find(task)
    findings = [(t.name, str(f)) for t in found for f in lint(t)]
    return LintAnswer(
        task=found[0].name if len(found) == 1 else task, findings=[f if len(found) == 1 else f"{n}: {f}" for n, f in findings]
    )


def peaks(measure: bool = False) -> PeaksAnswer:
    """Measured peaks of this machine (FLOP/s and bytes/s, one core and all); measured now if never before or if asked."""
    from kernelmill.platforms import machine, peaks_store

    here = machine.detect()
    identity = machine.identity(here)
    stored = peaks_store.read(identity)
    if measure or not stored:
        from kernelmill.search.requests import measure_peaks

        stored = measure_peaks()
    found: dict[str, float] = {k: float(v) for k, v in stored.get("peaks", {}).items() if math.isfinite(float(v))}
    return PeaksAnswer(machine=here.name, peaks=found, spread={k: float(v) for k, v in stored.get("spread", {}).items()})
