"""How a command answers: one JSON object or a table on stdout, progress and errors on stderr, and the exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer

JSON = Annotated[bool, typer.Option("--json", help="Print exactly one JSON object on stdout.")]
ARCHIVE = Annotated[str | None, typer.Option("--archive", help="Archive file (default: archive.db in $KERNELMILL_HOME).", metavar="FILE")]
PLATFORM = Annotated[str, typer.Option("--platform", "-p", help="Platform, with options: 'x86{cc=clang,threads=2}'.")]
PROFILE = Annotated[str, typer.Option("--profile", help="Size profile: ci, cpu, gpu, paper.")]

SET = Annotated[
    list[str] | None, typer.Option("--set", help="Override a module constant of the file: batch_size=16.", metavar="NAME=VALUE")
]
DYNAMIC = Annotated[list[str] | None, typer.Option("--dynamic", help="Free an axis of the file.", metavar="AXIS")]
EVAL = Annotated[bool, typer.Option("--eval", help="Put the file's module into eval mode.")]


def answer(name: str, json: bool, show: Callable[[Any], None], *, watched: bool = False, **arguments: Any) -> None:
    """Call a function of the table and print what it says. Leaves with the answer's exit code where that is not 0.

    `watched`: show its progress on stderr meanwhile.
    """
    from kernelmill.serve.functions import call

    if watched:
        from kernelmill.cli.live import progress

        with progress():
            found = call(name, **arguments)
    else:
        found = call(name, **arguments)
    if json:
        sys.stdout.write(found.model_dump_json(indent=2) + "\n")
    else:
        show(found)
    if found.exit_code:
        raise typer.Exit(found.exit_code)
