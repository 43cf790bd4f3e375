"""`judge`, `optimize`, `bench`, `rejudge`."""

from __future__ import annotations

from typing import Annotated

import typer

from kernelmill.cli.run import ARCHIVE, DYNAMIC, EVAL, JSON, PLATFORM, PROFILE, SET, answer

TASK = Annotated[str, typer.Argument(help="Task (category/op) or a file in KernelBench's form.")]
AUTHOR = Annotated[str, typer.Option("--author", help="Who writes candidates, with options: 'scripted{path=kernels/}'.")]
STRATEGY = Annotated[str, typer.Option("--strategy", help="Who has children: 'beam{width=4}' or 'evolve{population=24}'.")]
BUDGET = Annotated[str, typer.Option("--budget", help="What the search may spend: 60s, 5m, 300evals, several with commas.")]
BASELINES = Annotated[str, typer.Option("--baselines", help="What to compare with: eager, compile, naive.")]
SEED = Annotated[int, typer.Option("--seed", help="Seed of author and strategy (the judge's seeds are secret).")]
STAGES = Annotated[str, typer.Option("--stages", help="Sanitizers to go through as well: asan,ubsan,tsan,msan.")]
CACHE = Annotated[str, typer.Option("--cache", help="What the caches hold when a timed batch begins: cold or warm.")]
ALL = "eager,compile,naive"


def register(app: typer.Typer) -> None:
    for command in (judge, optimize, bench, rejudge):
        app.command()(command)


def judge(
    *,
    file: Annotated[str, typer.Argument(help="Source file of the kernel.")],
    task: Annotated[str, typer.Option("--task", "-t", help="Task (category/op) or a file in KernelBench's form.")],
    platform: Annotated[str, typer.Option("--platform", "-p", help="Platform; by the file's ending where none is named.")] = "",
    profile: PROFILE = "cpu",
    baselines: BASELINES = ALL,
    confirm: Annotated[bool, typer.Option(help="Make a second, independent decision.")] = True,
    stages: STAGES = "",
    cache: CACHE = "cold",
    set_: SET = None,
    dynamic: DYNAMIC = None,
    eval_: EVAL = False,
    archive: ARCHIVE = None,
    json: JSON = False,
) -> None:
    """Judge a kernel: correct on secret inputs, and how fast."""
    from kernelmill.cli import show

    answer(
        "judge", json, show.result, watched=True,
        file=file, task=task, platform=platform, profile=profile, baselines=baselines, confirm=confirm,
        stages=stages, cache=cache, settings=set_, dynamic=dynamic, eval_mode=eval_, archive=archive,
    )  # fmt: skip


def optimize(
    *,
    task: Annotated[str, typer.Argument(help="Task (category/op) or a file in KernelBench's form.")] = "",
    platform: PLATFORM = "x86",
    profile: PROFILE = "cpu",
    author: AUTHOR = "schedule",
    strategy: STRATEGY = "beam",
    budget: BUDGET = "60s",
    baselines: BASELINES = ALL,
    seed: SEED = 0,
    stages: STAGES = "",
    cache: CACHE = "cold",
    set_: SET = None,
    dynamic: DYNAMIC = None,
    eval_: EVAL = False,
    out: Annotated[
        str, typer.Option("--out", help="Write source, build line, Python module, evidence and report here.", metavar="DIR")
    ] = "",
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the newest run that was cut off (of TASK, if given).")] = False,
    run: Annotated[str, typer.Option("--run", help="With --resume: which run.", metavar="RUN")] = "",
    archive: ARCHIVE = None,
    json: JSON = False,
) -> None:
    """Search for a faster kernel, prove it, export it."""
    from kernelmill.cli import show

    answer(
        "optimize", json, show.result, watched=True,
        task=task, platform=platform, profile=profile, author=author, strategy=strategy, budget=budget,
        baselines=baselines, seed=seed, stages=stages, cache=cache, settings=set_, dynamic=dynamic, eval_mode=eval_, out=out,
        resume=(run or "last") if resume else run, archive=archive,
    )  # fmt: skip


def bench(
    *,
    tasks: Annotated[str, typer.Option("--tasks", help="Shell pattern, category or names with commas.", metavar="GLOB")] = "*",
    platform: PLATFORM = "x86",
    profile: PROFILE = "cpu",
    author: AUTHOR = "schedule",
    strategy: STRATEGY = "beam",
    budget: Annotated[str, typer.Option("--budget", help="For each task: 20s; with --samples 10m.")] = "",
    baselines: BASELINES = ALL,
    seed: SEED = 0,
    samples: Annotated[int, typer.Option("--samples", help="Measure the author: so many independent attempts a task, no search.")] = 0,
    cache: CACHE = "cold",
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the newest bench that was cut off.")] = False,
    archive: ARCHIVE = None,
    json: JSON = False,
) -> None:
    """Optimize many tasks and print the table by category; with --samples, measure the author."""
    from kernelmill.cli import show

    answer(
        "bench", json, show.bench, watched=True,
        tasks=tasks, platform=platform, profile=profile, author=author, strategy=strategy, budget=budget,
        baselines=baselines, seed=seed, samples=samples, cache=cache, resume="last" if resume else "", archive=archive,
    )  # fmt: skip


def rejudge(
    record: Annotated[str, typer.Argument(help="First digits of a record's hash.")],
    confirm: Annotated[bool, typer.Option(help="Make a second, independent decision.")] = True,
    archive: ARCHIVE = None,
    json: JSON = False,
) -> None:
    """Judge the candidate of a record again and compare."""
    from kernelmill.cli import show

    answer("rejudge", json, show.rejudge, watched=True, record=record, confirm=confirm, archive=archive)
