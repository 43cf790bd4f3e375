"""The table of a measured author on stdout."""

from __future__ import annotations

from kernelmill.cli.show import console, table
from kernelmill.serve import answers as a


def author(found: a.BenchAnswer, told: a.AuthorTable) -> None:
    """Attempts by task, rates by category, the speedup curve, costs, and why attempts failed."""
    attempts = table("task", "attempts", ">best over eager", ">tokens", title=f"{told.author}: {told.samples} attempts a task")
    for r in found.rows:
        tokens = r.cost.get("input_tokens", 0) + r.cost.get("output_tokens", 0)
        best = max((x.eager for x in r.attempts if x.eager is not None and x.status in ("CORRECT", "FASTER")), default=None)
        attempts.add_row(r.task, " ".join(_counted(r.attempts)), f"{best:.2f}x" if best else "", str(tokens or ""))
    console.print(attempts)
    ks = list(told.all.pass_at)
    rates = table("category", ">tasks", ">solved", ">compile@1", *(f">pass@{k}" for k in ks), ">eager", ">best of all",
                  title="rates over attempts; geometric means over eager, a failure counts as 1")  # fmt: skip
    for name, g in (*told.categories.items(), ("all", told.all)):
        rates.add_row(name, str(g.tasks), str(g.solved), f"{g.compile_at_1:.2f}", *(f"{g.pass_at[k]:.2f}" for k in ks),
                      _number(g.eager), _number(g.eager_best))  # fmt: skip
    console.print(rates)
    g = told.all
    curve = table("at least p times eager", *(f">{p}" for p in g.fast_p), title="fast_p: share that is correct and so fast")
    curve.add_row("one attempt", *(f"{v:.2f}" for v in g.fast_p.values()))
    curve.add_row(f"best of {told.samples}", *(f"{v:.2f}" for v in g.fast_p_best.values()))
    console.print(curve)
    costs = table("cost", ">dollars", ">tokens", ">seconds")
    costs.add_row("in all", f"{g.dollars:.4f}", str(g.tokens), f"{g.seconds:.0f}")
    costs.add_row("a solved task", _number(g.dollars_per_solved, 4), _number(g.tokens_per_solved, 0), _number(g.seconds_per_solved, 0))
    console.print(costs)
    if g.failures:
        failed = table("failure", ">attempts")
        for name, count in g.failures.items():
            failed.add_row(name, str(count))
        console.print(failed)
    console.print(f"run        {found.run}")


def _counted(attempts: list[a.AttemptRow]) -> list[str]:
    statuses = [x.status for x in attempts]
    return [f"{s} {statuses.count(s)}" for s in dict.fromkeys(statuses)]


def _number(value: float | None, digits: int = 2) -> str:
    return f"{value:.{digits}f}" if value is not None else ""
