"""The table of `docs/numerics.md`: torch's own float32 error against the bound, every native task and input family.

python -m kernelmill.judge.right.table            # prints it
python -m kernelmill.judge.right.table --write    # puts it into docs/numerics.md
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path

from kernelmill.core.task import Task
from kernelmill.judge.right.cases import plan
from kernelmill.judge.right.compare import compare
from kernelmill.judge.right.store import Store
from kernelmill.tasks import registry
from kernelmill.tasks.reference import bind

COLUMNS = ("normal", "uniform", "all_negative", "wide", "outliers")
"""Families that most tasks share; the others stand together in the last column."""
SEEDS = (1, 2, 3)
BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"


@dataclass
class Row:
    """Torch against the bound for one task: family -> share of the bound used, and the largest error in ulp."""

    used: dict[str, float] = field(default_factory=dict[str, float])
    ulp: float = 0.0
    equal: set[str] = field(default_factory=set[str])
    """Families compared for equality."""
    wrong: list[str] = field(default_factory=list[str])
    """Workloads that torch fails, or whose bound had to be widened: none, or the rule is wrong."""


def row(task: Task, seeds: tuple[int, ...] = SEEDS, profile: str = "ci") -> Row:
    """Torch in float32 on every case of the plans of these seeds."""
    found, reference = Row(), bind(task)
    for seed in seeds:
        store = Store(task)
        for case in plan(task, None, profile, seed):
            if case.kind == "empty":
                continue
            prepared = store.get(case.workload)
            outputs = reference(store.tensors(case.workload))
            for e, y in zip(prepared.expected, outputs, strict=True):
                outcome = compare(y.contiguous().numpy(), e)
                family = case.workload.family
                if not outcome.right or "widened" in e.notes:
                    found.wrong.append(str(case.workload))
                if e.how != "close":
                    found.equal.add(family)
                found.used[family] = max(found.used.get(family, 0.0), outcome.used)
                found.ulp = max(found.ulp, outcome.worst_ulp)
    return found


def markdown(rows: dict[str, Row], tasks: dict[str, Task]) -> str:
    """The table. A cell is the share of the bound that torch's worst element uses; `=` where results are compared for equality."""
    lines = [
        "| task | rule | n | depth | " + " | ".join(COLUMNS) + " | others | worst ulp |",
        "|---|---|---|---|" + "---|" * (len(COLUMNS) + 2),
    ]
    for name, r in rows.items():
        n = tasks[name].numerics
        cells = [_cell(r, f) for f in COLUMNS]
        others = [f"{f} {_cell(r, f)}" for f in sorted(r.used) if f not in COLUMNS]
        length = n.length if n.length != "1" else ""
        lines.append(f"| {name} | {n.rule} | {length} | {n.depth} | {' | '.join(cells)} | {', '.join(others)} | {r.ulp:.3g} |")
    return "\n".join(lines) + "\n"


def _cell(r: Row, family: str) -> str:
    if family in r.equal:
        return "="
    return f"{100 * r.used[family]:.0f} %" if family in r.used else ""


def main(arguments: list[str]) -> int:
    tasks = {t.name: t for t in registry.tasks("native")}
    rows = {name: row(task) for name, task in tasks.items()}
    text = markdown(rows, tasks)
    if "--write" in arguments:
        page = Path(__file__).parents[4] / "docs" / "numerics.md"
        before, _, rest = page.read_text().partition(BEGIN)
        page.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{rest.partition(END)[2]}")
    else:
        print(text, end="")
    for name, r in rows.items():
        for work in r.wrong:
            print(f"{name}: torch fails {work}", file=sys.stderr)
    return int(any(r.wrong for r in rows.values()))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
