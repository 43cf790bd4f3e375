"""A task's reference as a loop program, kept as text: exporting a graph costs seconds, reading a page of text milliseconds."""

from __future__ import annotations

import hashlib
import os
import tempfile
from functools import cache
from pathlib import Path

from kernelmill.core.task import Task
from kernelmill.mill import show
from kernelmill.mill.ir import Program
from kernelmill.mill.parse import parse


@cache
def _version() -> str:
    """Hash of the code that lowers: another version lowers anew."""
    import kernelmill.mill

    folder = Path(kernelmill.mill.__file__).parent
    files = [*sorted((folder / "lower").rglob("*.py")), folder / "ir.py", folder / "text.py", folder / "parse.py"]
    return hashlib.sha256(b"".join(f.read_bytes() for f in files)).hexdigest()[:12]


def _place(task: Task) -> Path:
    home = Path(os.environ.get("KERNELMILL_HOME") or Path.home() / ".cache" / "kernelmill")
    return home / "lowered" / f"{task.digest}-{_version()}.mill"


def lowered(task: Task) -> Program:
    """The loop program of a task. Raises `UserError` that names the operation where the reference has no lowering."""
    place = _place(task)
    if place.is_file():
        return parse(place.read_text())
    from kernelmill.mill.lower import export, lower
    from kernelmill.tasks.reference import bind

    program = lower(task, export(task, bind(task)))
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=place.parent, delete=False) as file:
        file.write(show(program))
    Path(file.name).replace(place)
    return program
