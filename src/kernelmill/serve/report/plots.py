"""The pictures of a report: speedups with their intervals, the roofline, the search."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from kernelmill.serve.report.data import Step, Story
from kernelmill.serve.report.svg import Axis, Drawing, quantity

WIDTH = 760


def intervals(rows: Sequence[tuple[str, float, float, float, str]], title: str) -> str:
    """One row per (name, median, low, high, css): a dot with its interval on a logarithmic axis with a line at 1."""
    if not rows:
        return ""
    # An interval without an end (too few restarts to tell) is drawn to the edge of the page.
    ends = [v for r in rows for v in r[1:4] if 0 < v < math.inf]
    left, step = 190, 26
    bottom = 12 + step * len(rows)
    drawing = Drawing(WIDTH, bottom + 42, title)
    low, high = min(0.8, *ends) / 1.1, max(1.25, *ends) * 1.1
    axis = Axis(low, high, left, WIDTH - 90, log=True)
    drawing.horizontal(axis, 4, bottom, title)
    drawing.line(axis(1.0), 4, axis(1.0), bottom, "one")
    for place, (name, median, lo, hi, css) in enumerate(rows):
        y = 12 + step * (place + 0.5)
        drawing.text(left - 12, y + 4, name, anchor="end")
        drawing.line(axis(max(lo, low)), y, axis(min(hi, high)), y, f"bar {css}")
        drawing.dot(axis(median), y, f"mark {css}", f"{name}: {median:.3f} ({lo:.3f} to {hi:.3f})", 5)
        drawing.text(WIDTH - 80, y + 4, f"{median:.2f}x", css="t strong")
    return drawing.svg()


def speedups(story: Story) -> str:
    """The candidate over each baseline, and eager over itself."""
    found = story.record.verdict.speedup
    rows = [(f"over {name}", s.median, s.low, s.high, "kernel") for name, s in found.items() if name not in ("best", "incumbent")]
    noise: dict[str, float] | None = story.evidence.get("aa")
    if noise:
        rows.append(("A/A: kernel over itself", noise["median"], noise["low"], noise["high"], "quiet"))
    return intervals(rows, "times faster (99 % interval, logarithmic)")


def roofline(story: Story) -> str:
    """FLOP/s over FLOP/byte under the measured roofs; '' where time, work or peaks are not known."""
    peaks: dict[str, float] = story.record.machine.get("peaks", {})
    measured, work = story.record.verdict.measurement, story.work
    threads = measured.threads if measured else 1
    flops = peaks.get("flops_f32_1" if threads == 1 else "flops_f32_all")
    memory = max((v for k, v in peaks.items() if not k.startswith("flops") and k.endswith("_1" if threads == 1 else "_all")), default=None)
    if not (measured and work and work[0] and flops and memory):
        return ""
    intensity, speed = work[0] / work[1], work[0] / measured.seconds
    eager = story.record.verdict.speedup.get("eager")
    points = [("kernel", speed, "kernel")] + ([("eager", speed / eager.median, "eager")] if eager else [])
    ridge = flops / memory
    x = Axis(min(intensity, ridge) / 8, max(intensity, ridge) * 8, 70, WIDTH - 20, log=True)
    y = Axis(min(s for _, s, _ in points) / 4, max(flops, speed) * 2, 300, 30, log=True)
    drawing = Drawing(WIDTH, 345, "roofline")
    drawing.horizontal(x, 30, 300, "FLOP per byte that must move")
    drawing.vertical(y, 70, WIDTH - 20, "FLOP/s")
    start = max(x.low, y.low / memory)
    drawing.path([(x(start), y(start * memory)), (x(ridge), y(flops)), (x(x.high), y(flops))], "roof")
    roofs = f"{quantity(flops, 'FLOP/s')} and {quantity(memory, 'B/s')}, measured"
    drawing.text(WIDTH - 24, y(flops) - 8, roofs, anchor="end")
    for name, value, css in points:
        drawing.dot(x(intensity), y(value), f"mark {css}", f"{name}: {quantity(value, 'FLOP/s')}", 6)
        drawing.text(x(intensity) + 11, y(value) + 4, f"{name} {quantity(value, 'FLOP/s')}", "t strong")
    return drawing.svg()


def trace(steps: Sequence[Step]) -> str:
    """Every screened candidate in order: correct ones by speed, the others along the bottom; the line is the best so far."""
    scored = [s for s in steps if s.score is not None]
    if len(steps) < 2 or not scored:
        return ""
    values = [math.exp(s.score) for s in scored if s.score is not None]
    drawing = Drawing(WIDTH, 345, "search trace")
    x = Axis(0, len(steps) + 1, 70, WIDTH - 20)
    y = Axis(min(values) / 1.15, max(values) * 1.15, 270, 30, log=True)
    drawing.horizontal(x, 30, 300, "evaluations")
    drawing.vertical(y, 70, WIDTH - 20, "times the speed of the first correct candidate (screens: estimates)")
    best: list[tuple[float, float]] = []
    for s in steps:
        if s.best is not None:
            if best:
                best.append((x(s.place), best[-1][1]))
            best.append((x(s.place), y(math.exp(s.best))))
        if s.score is None:
            drawing.cross(x(s.place), 290, "fail", f"{s.place}: {s.status} {s.id}")
        else:
            drawing.dot(x(s.place), y(math.exp(s.score)), "mark kernel dim", f"{s.place}: {s.status} {math.exp(s.score):.2f} {s.id}", 3)
    drawing.path(best, "best")
    return drawing.svg()


def table(rows: Sequence[dict[str, Any]]) -> str:
    """All tasks of a bench over eager."""
    found = [(r["task"], r["speedup"]["eager"], r["status"]) for r in rows if r["speedup"].get("eager")]
    marks = [(task, s["median"], s["low"], s["high"], "kernel" if status == "FASTER" else "quiet") for task, s, status in found]
    return intervals(marks, "times faster than eager (99 % interval, logarithmic)")
