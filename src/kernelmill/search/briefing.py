"""What an author is told: the task, the machine, and what the archive knows about kernels of this kind."""

from __future__ import annotations

from kernelmill.archive.store import Archive
from kernelmill.authors.llm.lessons import lesson
from kernelmill.core.author import Brief
from kernelmill.core.platform import Platform
from kernelmill.core.task import Task

LESSONS = 6
"""Lines of experience at most."""
EXEMPLAR = 3000
"""Characters of a source that still serves as an example."""


def briefing(
    task: Task,
    platform: Platform,
    archive: Archive | None = None,
    *,
    profile: str = "cpu",
    seed: int = 0,
    folder: str = "",
    resumed: bool = False,
) -> Brief:
    """The brief for a run; without an archive nothing is remembered."""
    return Brief(
        task=task,
        platform=platform.spec,
        machine=platform.machine(),
        header=platform.header(task),
        profile=profile,
        seed=seed,
        folder=folder,
        resumed=resumed,
        lessons=lessons(archive, task, platform.name) if archive else (),
        exemplar=winner(archive, task, platform.name) if archive else "",
    )


def lessons(archive: Archive, task: Task, platform: str) -> tuple[str, ...]:
    """What refinements of this category promised and brought, the newest last, each candidate once by its best evidence."""
    told: dict[str, str] = {}
    for record in archive.noted(task.category, platform, "refine: ", limit=4 * LESSONS):
        line = lesson(record)
        if line and record.candidate.id not in told:
            told[record.candidate.id] = f"{record.candidate.task}: {line}"
    return tuple(reversed(list(dict.fromkeys(told.values()))[:LESSONS]))


def winner(archive: Archive, task: Task, platform: str) -> str:
    """Source of the fastest confirmed kernel for another task of the category; '' where there is none that is short enough."""
    found = archive.winners(task.category, platform, other_than=task.name)
    return next((r.candidate.source.strip() for r in found if len(r.candidate.source) <= EXEMPLAR), "")
