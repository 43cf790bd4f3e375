"""One table of functions behind the command line, Python and every server.

A function takes plain keyword arguments (text, numbers, booleans, lists of text) and returns an `Answer`. Its signature is its schema and
its docstring its description, so a new door needs nothing but this table:

    for function in TABLE.values():
        server.add_tool(function.load(), name=function.name, description=function.description)

Progress is told to whoever listens (`kernelmill.search.watch`), never returned.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kernelmill.core.errors import unknown

if TYPE_CHECKING:
    from kernelmill.serve.answers import Answer


@dataclass(frozen=True)
class Function:
    """One thing that kernelmill can be asked to do."""

    name: str
    """Words joined by dots, as on the command line: `tasks.header`."""
    where: str
    """"module:function", imported on first use."""
    spends: bool = False
    """Whether it runs code, takes time or writes files; otherwise it only looks."""

    def load(self) -> Callable[..., Answer]:
        """The function itself."""
        module, _, attribute = self.where.partition(":")
        return getattr(importlib.import_module(module), attribute)

    @property
    def description(self) -> str:
        """Its docstring."""
        return inspect.getdoc(self.load()) or ""


_LOOK, _WORK, _PAST = (f"kernelmill.serve.{name}" for name in ("look", "work", "past"))

TABLE: dict[str, Function] = {
    f.name: f
    for f in (
        Function("doctor", f"{_LOOK}:doctor"),
        Function("tasks.list", f"{_LOOK}:tasks_list"),
        Function("tasks.show", f"{_LOOK}:tasks_show"),
        Function("tasks.header", f"{_LOOK}:tasks_header"),
        Function("tasks.lint", f"{_LOOK}:tasks_lint", spends=True),
        Function("peaks", f"{_LOOK}:peaks", spends=True),
        Function("judge", f"{_WORK}:judge", spends=True),
        Function("optimize", f"{_WORK}:optimize", spends=True),
        Function("bench", f"{_WORK}:bench", spends=True),
        Function("rejudge", f"{_WORK}:rejudge", spends=True),
        Function("attack", "kernelmill.serve.attack:attack", spends=True),
        Function("report", f"{_PAST}:report", spends=True),
        Function("evidence", f"{_PAST}:evidence"),
        Function("best", f"{_PAST}:best"),
        Function("runs", f"{_PAST}:runs"),
        Function("prompt", "kernelmill.serve.prompts:prompt"),
    )
}


def call(name: str, **arguments: Any) -> Answer:
    """Do it. Raises `UserError` for an unknown name, `KernelmillError` as the function does."""
    if name not in TABLE:
        raise unknown("function", name, TABLE)
    return TABLE[name].load()(**arguments)
