"""The baseline `naive`: the reference lowered to loops and printed as C, with no move applied."""

from __future__ import annotations

from kernelmill.core.candidate import Candidate, Lineage
from kernelmill.core.task import Task


def naive_candidate(task: Task, platform: str = "x86") -> Candidate:
    """The unscheduled loop program of a task as a trusted candidate. Raises `UserError` for what has no lowering."""
    from kernelmill.mill import print_c
    from kernelmill.mill.lower import export, lower
    from kernelmill.tasks.reference import bind

    program = lower(task, export(task, bind(task)))
    return Candidate(
        task=task.name,
        platform=platform,
        files=((f"{task.entry}.cpp", print_c(program, entry=task.entry)),),
        entry=task.entry,
        requires=tuple(program.requires),
        lineage=Lineage(author="naive"),
        trusted=True,
    )
