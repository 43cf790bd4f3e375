"""`attack`: the attacks that ship, on the judge of this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from kernelmill.cli.run import JSON, answer

if TYPE_CHECKING:
    from kernelmill.serve.attack import AttackAnswer

GLOB = "Shell pattern."


def register(app: typer.Typer) -> None:
    app.command()(attack)


def attack(
    *,
    platform: Annotated[str, typer.Option("--platform", "-p", help="x86, torch or cuda; all that work here where none is named.")] = "",
    level: Annotated[int | None, typer.Option("--level", help="Isolation level 3 or 2; the best that works here by default.")] = None,
    task: Annotated[str, typer.Option("--task", help="Only those that claim to compute it.", metavar="GLOB")] = "*",
    group: Annotated[str, typer.Option("--class", help="Only this kind.", metavar="GLOB")] = "*",
    name: Annotated[str, typer.Option("--name", help="Only these.", metavar="GLOB")] = "*",
    defences_off: Annotated[
        bool, typer.Option("--defences-off", help="Each on a judge that lacks the defence it is about: it wins.")
    ] = False,
    json: JSON = False,
) -> None:
    """Attack the judge: every attack must be refused, or be right and shown to be no faster than its honest twin."""
    answer(
        "attack", json, show, watched=True,
        platform=platform, level=level, task=task, group=group, names=name, defences=not defences_off,
    )  # fmt: skip


def show(found: AttackAnswer) -> None:
    """The rows, the table by class, and what got through."""
    from kernelmill.cli.show import console, table

    rows = table("attack", "class", "platform", "got", "seen")
    for r in found.rows:
        rows.add_row(r.name, r.class_, r.platform, r.got, r.seen)
    console.print(rows)
    console.print()
    classes = table("class", ">attacks", ">detected", ">neutralised", ">undecided", ">got through")
    for c in found.classes:
        classes.add_row(c.class_, str(c.attacks), str(c.detected), str(c.neutralised), str(c.undecided), str(c.through))
    keys = ("attacks", "detected", "neutralised", "undecided", "through")
    classes.add_row("all", *(str(sum(getattr(c, key) for c in found.classes)) for key in keys))
    console.print(classes)
    for line in found.left_out:
        console.print(f"left out     {line}", markup=False)
    through = [f"{r.platform} {r.name}: {r.reason}" for r in found.rows if r.got == "THROUGH"]
    if found.defences:
        for line in through:
            console.print(f"got through  {line}", markup=False)
        for r in found.rows:
            if r.got == "UNDECIDED":
                console.print(f"undecided    {r.platform} {r.name}: {r.reason}", markup=False)
        for attack_name in found.unexpected:
            console.print(f"unexpected   {attack_name}", markup=False)
        console.print(f"isolation level {found.level}, {len(through)} of {len(found.rows)} got through, {found.seconds:.0f} s")
    else:
        for r in found.rows:
            if r.got != "THROUGH":
                console.print(f"did not win  {r.platform} {r.name}: {r.got} {r.reason}", markup=False)
        console.print(f"with their defences off {len(through)} of {len(found.rows)} win, {found.seconds:.0f} s")
