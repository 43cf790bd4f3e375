"""What a bench shows against the marks we set ourselves: `kernelmill bench --json > bench.json; python benchmarks/bars.py bench.json`.

A task is bound by memory when eager already takes at most 1.25 times its byte twin (which moves the same bytes and does nothing else): no
kernel can be much faster there, so it is measured against the twin; every other task is measured against eager.
"""

from __future__ import annotations

import json
import statistics
import sys
from pathlib import Path
from typing import Any

from kernelmill.search.summary import geometric_mean, passed, speed

CATEGORY_BARS = {
    ("fused",): 2.5,
    ("optimizer",): 3.0,
    ("matmul",): 1.5,
    ("normalization", "softmax"): 1.3,
    ("loss",): 1.3,
    ("scan", "stencil"): 1.5,
}


def eager_over_twin(row: dict[str, Any]) -> float | None:
    """Eager's time / the byte twin's."""
    eager = row["speedup"].get("eager")
    return eager["median"] / row["roofline"] if eager and row["roofline"] else None


def line(name: str, value: float | None, bar: float, shown: str = "") -> str:
    got = "not measured" if value is None else f"{value:.2f}"
    mark = "met" if value is not None and value >= bar else "MISSED"
    return f"{name:58s} {got:>12s}  bar {bar:5.2f}  {mark}  {shown}"


def main(path: str) -> None:
    rows: list[dict[str, Any]] = json.loads(Path(path).read_text())["rows"]
    for row in rows:
        e, t = row["speedup"].get("eager"), eager_over_twin(row)
        interval = f"{e['median']:6.2f}x [{e['low']:.2f}, {e['high']:.2f}]" if e else "     -"
        best = row["speedup"].get("best")
        print(f"{row['task']:32s} {row['status']:8s} eager {interval:26s} best {best['median'] if best else float('nan'):6.2f}x "
              f"twin {row['roofline'] or float('nan'):5.2f}  eager/twin {t or float('nan'):6.2f}  {row['reason'][:60]}")  # fmt: skip
    print()
    bound = [r for r in rows if (t := eager_over_twin(r)) is not None and t <= 1.25]
    free = [r for r in rows if r not in bound]
    print(line("tasks CORRECT or better", sum(map(passed, rows)), 45 / 47 * len(rows), f"of {len(rows)}"))
    twins = [r["roofline"] for r in bound if passed(r)]
    if twins:
        print(line("bound by memory: median of the twin", statistics.median(twins), 0.90, f"{len(bound)} tasks"))
        print(line("bound by memory: lowest of the twin", min(twins), 0.75))
    share = sum(r["status"] == "FASTER" for r in free) / len(free) if free else None
    print(line("the others: share FASTER than eager", share, 0.85, f"{len(free)} tasks"))
    for names, bar in CATEGORY_BARS.items():
        mean = geometric_mean(speed(r, "eager") for r in rows if r["category"] in names)
        print(line(f"geometric mean over eager: {' and '.join(names)}", mean, bar))
    print(line("geometric mean over eager: all", geometric_mean(speed(r, "eager") for r in rows), 1.5))
    print(line("geometric mean over best: all", geometric_mean(speed(r, "best") for r in rows), 1.1))


if __name__ == "__main__":
    main(sys.argv[1])
