"""Answers as tables on stdout."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.markup import escape
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
        console.print(f"isolation  level {found.isolation['level']} of 3  {found.isolation['reason']}".rstrip())
    rows = table("platform", "state", "tools")
    mend: list[str] = [found.isolation["mend"]] if found.isolation.get("mend") else []
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


def seconds(value: float) -> str:
    """`0.512 ms`, `41.2 us`: three digits."""
    for scale, unit in ((1.0, "s"), (1e-3, "ms"), (1e-6, "us")):
        if value >= scale:
            return f"{value / scale:.3g} {unit}"
    return f"{value * 1e9:.3g} ns"


def result(found: a.Result) -> None:
    """One candidate: status first, then the figures with their intervals, then where everything lies."""
    style = "green" if found.exit_code == 0 else "red"
    console.print(f"[{style} bold]{found.status}[/]  {found.task} on {found.platform}, profile {found.profile}")
    if found.reason:
        console.print(found.reason, markup=False)
    if found.failure:
        for key in ("summary", "workload", "detail", "hint"):
            if found.failure.get(key) and found.failure[key] != found.reason:
                console.print(f"{found.failure[key]}", markup=False)
    if found.speedup:
        rows = table("speedup over", ">median", ">99 % interval")
        for name, s in found.speedup.items():
            rows.add_row(f"best ({found.best})" if name == "best" else name, f"{s.median:.2f}x", f"{s.low:.2f} to {s.high:.2f}")
        if found.aa:
            rows.add_row("(A/A: the kernel over itself)", f"{found.aa.median:.2f}x", f"{found.aa.low:.2f} to {found.aa.high:.2f}")
        console.print(rows)
    for name, why in found.not_measured.items():
        console.print(f"{name:10} not measured: {why}", markup=False)
    m = found.measurement
    if m:
        wall = f"wall median {seconds(m['wall_median'])}, p95 {seconds(m['wall_p95'])}"
        circumstances = f"{m['restarts']} restarts, {found.cache} caches, foreign load {m['load']:.2f} cores"
        console.print(f"time       {seconds(m['seconds'])} a call by {m['clock']}, {m['threads']} threads; {wall}; {circumstances}")
    if found.roofline is not None:
        console.print(f"roofline   {found.roofline:.0%} of a kernel that only moves the same bytes")
    for name, what in found.stages.items():
        console.print(f"{name:10} {what}", markup=False)
    if found.requires:
        console.print("requires   " + ", ".join(found.requires))
    if found.statuses:
        console.print(f"search     {found.evaluations} evaluations: " + ", ".join(f"{s} {n}" for s, n in sorted(found.statuses.items())))
    if found.cost:
        c = found.cost
        faults = ", ".join(f"{kind} {n}" for kind, n in c["faults"].items())
        console.print(
            f"model      {c['model']}: {c['exchanges']} exchanges, {c['input_tokens']} tokens in, {c['output_tokens']} out, "
            f"${c['dollars']:.4f} ({c['price']})" + (f"; faults: {faults}" if faults else "")
        )
    if found.seconds:
        console.print("seconds    " + ", ".join(f"{name} {value:.1f}" for name, value in found.seconds.items()))
    for name, value in (
        ("candidate", found.candidate),
        ("record", found.record),
        ("run", found.run),
        ("export", found.out),
        ("report", found.report),
    ):
        if value:
            console.print(f"{name:10} {value}")


def bench(found: a.BenchAnswer) -> None:
    if found.author is not None:
        from kernelmill.cli.show_author import author

        author(found, found.author)
        return
    rows = table("task", "status", ">eager", ">99 % interval", ">compile", ">naive", ">best", "best is", ">roofline")
    for r in found.rows:
        eager = r.speedup.get("eager")
        cells = {b: f"{r.speedup[b].median:.2f}" if b in r.speedup else "" for b in ("eager", "compile", "naive", "best")}
        interval = f"{eager.low:.2f} to {eager.high:.2f}" if eager else ""
        roofline = f"{r.roofline:.2f}" if r.roofline is not None else ""
        rows.add_row(r.task, r.status, cells["eager"], interval, cells["compile"], cells["naive"], cells["best"], r.best, roofline)
    console.print(rows)
    groups = table(
        "category", ">tasks", ">correct", ">faster", ">eager", ">best", title="geometric means; a task without a correct kernel counts as 1"
    )
    for name, g in found.summary["categories"].items():
        groups.add_row(name, str(g["tasks"]), str(g["correct"]), str(g["faster"]), _mean(g["eager"]), _mean(g["best"]))
    g = found.summary["all"]
    groups.add_row("all", str(g["tasks"]), str(g["correct"]), str(g["faster"]), _mean(g["eager"]), _mean(g["best"]))
    console.print(groups)
    aa = found.summary.get("aa")
    if aa:
        console.print(f"A/A        every kernel over itself in the same runs: {aa['low']:.3f} to {aa['high']:.3f} over {aa['count']} tasks")
    console.print(f"run        {found.run}")


def _mean(value: float | None) -> str:
    return f"{value:.2f}" if value is not None else ""


def rejudge(found: a.RejudgeAnswer) -> None:
    result(found.after)
    before = found.before.speedup.get("eager")
    then = f"{before.median:.2f}x ({before.low:.2f} to {before.high:.2f})" if before else ""
    console.print(f"before     {found.before.status} {then}".rstrip())
    console.print("agrees" if found.agrees else "[red]does not agree[/]")


def evidence(found: a.EvidenceAnswer) -> None:
    """What was computed again, and where the chain ends; the record itself is for --json."""
    record = found.record
    verdict = record["verdict"]
    console.print(f"{verdict['status']}  {record['candidate']['task']} on {record['platform']}, {record['tier']}", markup=False)
    if verdict["reason"]:
        console.print(verdict["reason"], markup=False)
    rows = table("computed again", "", "")
    for c in found.checks:
        rows.add_row(c.name, "[red]differs[/]" if c.state == "differs" else c.state, escape(c.text))
    console.print(rows)
    state = "damaged: " + "; ".join(found.chain.damage) if found.chain.damage else "whole"
    console.print(f"chain      {state}, {found.chain.records} records, head {found.chain.head}", markup=False)
    console.print(f"record     {found.hash} (all of it: --json)", markup=False)


def runs(found: a.RunsAnswer) -> None:
    import time

    rows = table("run", "kind", "state", "started", "what")
    for r in found.runs:
        started = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(r.created))
        rows.add_row(
            r.id, r.kind, r.state, started, f"{r.spec.get('task') or r.spec.get('pattern', '')} {r.spec.get('budget', '')}".strip()
        )
    console.print(rows)
