"""Name -> task. Built-in tasks and those of outsiders come through the same door: a suite, found by the entry point `kernelmill.tasks`."""

from __future__ import annotations

import fnmatch
from functools import cache
from typing import cast

from kernelmill.core.errors import UserError, unknown
from kernelmill.core.registry import Registry
from kernelmill.core.task import Task
from kernelmill.tasks.native import NativeSuite
from kernelmill.tasks.suite import Suite

SUITES: Registry[Suite] = Registry("task", {"native": "kernelmill.tasks.native:NativeSuite"}, cast("type[Suite]", Suite))


@cache
def _table() -> dict[str, tuple[Task, str]]:
    """Task name -> (task, suite). Raises `UserError` naming both suites where two claim a name."""
    table: dict[str, tuple[Task, str]] = {}
    for suite in sorted(SUITES.names(), key=lambda s: (s != NativeSuite.name, s)):
        made = NativeSuite() if suite == NativeSuite.name else SUITES.make(suite)
        for task in made.tasks():
            if task.name in table:
                raise UserError(
                    f"two suites claim the task '{task.name}': {table[task.name][1]} and {suite}", hint="rename it in one of them"
                )
            table[task.name] = (task, suite)
    return table


def names(suite: str | None = None) -> list[str]:
    """Names of all tasks, or of one suite, in listed order. Raises `UserError` for an unknown suite."""
    if suite is not None and suite not in SUITES.table():
        raise unknown("suite", suite, SUITES.names())
    return [name for name, (_, owner) in _table().items() if suite in (None, owner)]


def tasks(suite: str | None = None) -> list[Task]:
    """All tasks, or those of one suite."""
    return [_table()[name][0] for name in names(suite)]


def get(name: str) -> Task:
    """The task called `category/op`, or `op` alone where no other task has that op. Raises `UserError` for an unknown name."""
    table = _table()
    if name in table:
        return table[name][0]
    same = [t for t, _ in table.values() if t.op == name]
    if len(same) == 1:
        return same[0]
    raise unknown("task", name, table, hint="kernelmill tasks list")


def find(pattern: str) -> list[Task]:
    """Tasks whose name matches a shell pattern (`fused/*`), a category, a suite or a name; commas separate several.

    Raises `UserError` where a pattern matches nothing.
    """
    found: dict[str, Task] = {}
    for part in (p.strip() for p in pattern.split(",")):
        hits = [t for t, suite in _table().values() if fnmatch.fnmatchcase(t.name, part) or part in (t.category, suite)]
        for task in hits or [get(part)]:
            found[task.name] = task
    return list(found.values())
