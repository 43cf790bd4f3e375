"""`doctor`, `tasks`, `peaks`."""

from __future__ import annotations

from typing import Annotated

import typer

from kernelmill.cli.run import ARCHIVE, DYNAMIC, EVAL, JSON, PLATFORM, SET, answer

tasks = typer.Typer(help="What can be computed: list, show, header, lint.", no_args_is_help=True)
TASK = Annotated[str, typer.Argument(help="Task (category/op) or a file in KernelBench's form.")]


def register(app: typer.Typer) -> None:
    app.command()(doctor)
    app.command()(peaks)
    app.add_typer(tasks, name="tasks")


def doctor(json: JSON = False, archive: ARCHIVE = None) -> None:
    """What works on this machine, and the command that mends what does not."""
    from kernelmill.cli import show

    answer("doctor", json, show.doctor, archive=archive)


def peaks(json: JSON = False, measure: Annotated[bool, typer.Option("--measure", help="Measure again.")] = False) -> None:
    """Measured peaks of this machine: FLOP/s and bytes/s, one core and all."""
    from kernelmill.cli import show

    answer("peaks", json, show.peaks, measure=measure)


@tasks.command("list")
def list_(pattern: Annotated[str, typer.Argument(help="Shell pattern or category.")] = "*", json: JSON = False) -> None:
    """Tasks that ship, and those of outsiders."""
    from kernelmill.cli import show

    answer("tasks.list", json, show.tasks, pattern=pattern)


@tasks.command()
def show(*, task: TASK, set_: SET = None, dynamic: DYNAMIC = None, eval_: EVAL = False, json: JSON = False) -> None:
    """One task: axes, tensors, sizes, families, reference."""
    from kernelmill.cli import show

    answer("tasks.show", json, show.task, task=task, settings=set_, dynamic=dynamic, eval_mode=eval_)


@tasks.command()
def header(
    *, task: TASK, platform: PLATFORM = "x86", set_: SET = None, dynamic: DYNAMIC = None, eval_: EVAL = False, json: JSON = False
) -> None:
    """What a kernel must implement: the exact signature, shapes and roles."""
    answer(
        "tasks.header", json, lambda found: print(found.header, end=""),
        task=task, platform=platform, settings=set_, dynamic=dynamic, eval_mode=eval_,
    )  # fmt: skip


@tasks.command()
def lint(task: TASK, json: JSON = False) -> None:
    """Whether a kernel that computes nothing could pass this task."""
    from kernelmill.cli import show

    answer("tasks.lint", json, show.lint, task=task)
