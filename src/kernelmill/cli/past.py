"""`report`, `evidence`, `best`, `runs`."""

from __future__ import annotations

from typing import Annotated

import typer

from kernelmill.cli.run import ARCHIVE, JSON, PLATFORM, PROFILE, answer


def register(app: typer.Typer) -> None:
    for command in (report, evidence, best, runs):
        app.command()(command)


def report(
    run: Annotated[str, typer.Argument(help="First digits of a run's identity, or last.")] = "last",
    out: Annotated[str, typer.Option("--out", "-o", help="File to write.", metavar="FILE")] = "",
    archive: ARCHIVE = None,
    json: JSON = False,
) -> None:
    """Write the report of a run as one HTML file."""
    answer("report", json, lambda found: print(found.path), run=run, out=out, archive=archive)


def evidence(
    record: Annotated[str, typer.Argument(help="First digits of a record's hash.")], archive: ARCHIVE = None, json: JSON = False
) -> None:
    """One record: its figures computed again from its samples and seeds, nothing run, and whether the archive's chain holds."""
    from kernelmill.cli import show

    answer("evidence", json, show.evidence, record=record, archive=archive)


def best(
    task: Annotated[str, typer.Argument(help="Task (category/op).")],
    platform: PLATFORM = "x86",
    profile: PROFILE = "cpu",
    archive: ARCHIVE = None,
    json: JSON = False,
) -> None:
    """The fastest confirmed kernel of the archive for a task."""
    from kernelmill.cli import show

    answer("best", json, show.result, task=task, platform=platform, profile=profile, archive=archive)


def runs(archive: ARCHIVE = None, json: JSON = False) -> None:
    """The newest runs."""
    from kernelmill.cli import show

    answer("runs", json, show.runs, archive=archive)
