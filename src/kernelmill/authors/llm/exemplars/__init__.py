"""A kernel of the category, to show the form.

Shipped exemplars are `<platform>/<category>-<op>.<ending>`. What is shown is never a kernel for the task that is asked for: where the
category has no other, one of another category shows the form.
"""

from __future__ import annotations

from importlib.resources import files

from kernelmill.core.task import Task


def shipped(platform: str) -> dict[str, str]:
    """Task name -> source, for every exemplar that ships for a platform."""
    folder = files("kernelmill.authors.llm.exemplars") / platform
    if not folder.is_dir():
        return {}
    found: dict[str, str] = {}
    for file in folder.iterdir():
        category, dash, op = file.name.rpartition(".")[0].partition("-")
        if dash:
            found[f"{category}/{op}"] = file.read_text().strip()
    return dict(sorted(found.items()))


def exemplar(task: Task, platform: str) -> str:
    """Source to show for a task on a platform (spec text); '' where the platform has none."""
    table = {name: text for name, text in shipped(platform.partition("{")[0]).items() if name != task.name}
    same = [text for name, text in table.items() if name.startswith(f"{task.category}/")]
    return next(iter((*same, *table.values())), "")
