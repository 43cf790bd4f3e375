"""Answers as tables on stdout."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from kernelmill.serve import answers as a

console = Console(highlight=False, soft_wrap=True)


def table(*columns: str, title: str | None = None) -> Table:
    """A plain table; a column named `>x` is right-aligned."""
    made = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for column in columns:
        made.add_column(column.removeprefix(">"), justify="right" if column.startswith(">") else "left", overflow="fold")
    return made


def size(count: float, unit: str = "B") -> str:
    """`64 MB`, `2.1 GFLOP`: three digits and a decimal prefix."""
    for prefix in ("", "K", "M", "G", "T"):
        if abs(count) < 1000:
            return f"{count:.3g} {prefix}{unit}"
        count /= 1000
    return f"{count:.3g} P{unit}"


def doctor(found: a.DoctorAnswer) -> None:
    m = found.machine
    console.print(f"kernelmill {found.version}, Python {found.python}")
    console.print(f"machine    {m.get('name')}, {m.get('cores')} cores, {' '.join(m.get('isa', ()))}")
    if found.isolation:
        console.print(f"isolation  level {found.isolation.get('level')}  {found.isolation.get('reason', '')}".rstrip())
    rows = table("platform", "state", "tools")
    mend: list[str] = []
    for p in found.platforms:
        state = ("ok" if p.verified else "ok, never run here") if p.ok else "no"
        tools = ", ".join(f"{t.name} {t.version}" if t.version else f"{t.name} missing" for t in p.tools)
        rows.add_row(p.name, state, tools + (f" ({p.reason})" if p.reason else ""))
        mend += [t.mend for t in p.tools if not t.version and t.mend]
    console.print(rows)
    console.print("authors    " + ", ".join(f"{n} ({why})" if why else n for n, why in found.authors.items()))
    state = "damaged: " + "; ".join(found.archive.damage) if found.archive.damage else "whole"
    console.print(f"archive    {found.archive.path}, {found.archive.records} records, {state}")
    for command in dict.fromkeys(mend):
        console.print(f"to mend    {command}")


def tasks(found: a.TasksAnswer) -> None:
    rows = table("task", "axes", "what")
    for t in found.tasks:
        rows.add_row(t.name, " ".join(t.axes), t.doc)
    console.print(rows)


def task(found: a.TaskAnswer) -> None:
    console.print(f"[bold]{found.name}[/bold]  {found.doc}")
    rows = table("tensor", "role", "type", "shape")
    for t in found.tensors:
        rows.add_row(t.name + (" (weight)" if t.weight else ""), t.role, t.dtype, ", ".join(t.shape) or "one element")
    console.print(rows)
    for name, value in found.scalars.items():
        console.print(f"scalar     {name} = {value}")
    sizes = table("profile", "axes", ">bytes", ">FLOP")
    for name, p in found.profiles.items():
        sizes.add_row(name, " ".join(f"{k}={v}" for k, v in p.axes.items()), size(p.bytes), size(p.flops, "FLOP"))
    console.print(sizes)
    console.print("families   " + ", ".join(found.families))
    if found.constraints:
        console.print("always     " + ", ".join(found.constraints))
    if found.fixed:
        console.print("fixed      " + ", ".join(found.fixed))
    console.print(found.reference.rstrip(), markup=False)


def lint(found: a.LintAnswer) -> None:
    for finding in found.findings:
        console.print(finding, markup=False)
    if not found.findings:
        console.print(f"{found.task}: no finding")


def peaks(found: a.PeaksAnswer) -> None:
    console.print(found.machine)
    rows = table("peak", ">value", ">spread")
    for name, value in found.peaks.items():
        unit = "FLOP/s" if name.startswith("flops") else "B/s"
        spread = found.spread.get(name)
        rows.add_row(name, size(value, unit), f"{spread:.1%}" if spread is not None else "")
    console.print(rows)


def plain(found: Any) -> None:
    """Whatever has no table of its own."""
    console.print_json(found.model_dump_json())
