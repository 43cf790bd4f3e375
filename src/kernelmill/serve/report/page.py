"""The page itself."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

import kernelmill
from kernelmill.archive.schema import Run
from kernelmill.archive.store import Archive
from kernelmill.core.errors import UserError
from kernelmill.search import watch
from kernelmill.search.result import checked, not_measured
from kernelmill.serve.report import plots
from kernelmill.serve.report.data import Story, story
from kernelmill.serve.report.svg import number

_pages = Environment(
    loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
)


def write_report(archive: Archive, run_id: str, path: Path) -> None:
    """Write the report of a run. Raises `UserError` for a run without records or a file that cannot be written."""
    watch.tell(watch.Stage("report", str(path)))
    run = archive.run(run_id)
    text = bench_page(archive, run) if run.kind == "bench" else run_page(story(archive, run))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    except OSError as error:
        raise UserError("cannot write the report", got=f"{path}: {error}", hint="--out another file") from error


def seconds(value: float) -> str:
    """`0.512 ms`: three digits."""
    for scale, unit in ((1.0, "s"), (1e-3, "ms"), (1e-6, "us")):
        if value >= scale:
            return f"{value / scale:.3g} {unit}"
    return f"{value * 1e9:.3g} ns"


def _when(created: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(created))


def run_page(found: Story) -> str:
    """The page of one run."""
    verdict = found.record.verdict
    eager = verdict.speedup.get("eager")
    return _pages.get_template("run.html.j2").render(
        story=found,
        record=found.record,
        verdict=verdict,
        measured=verdict.measurement,
        eager=eager,
        best=(found.run.result or {}).get("best", ""),
        speedups=plots.speedups(found),
        missing=not_measured(verdict),
        roofline=plots.roofline(found),
        trace=plots.trace(found.steps),
        lines=found.record.candidate.source.splitlines(),
        facts=facts(found),
        counts=_counts(found),
        version=kernelmill.__version__,
        when=_when(found.record.created),
        seconds=seconds,
        number=number,
    )


def _counts(found: Story) -> dict[str, int]:
    counts: dict[str, int] = {}
    for step in found.steps:
        counts[step.status] = counts.get(step.status, 0) + 1
    return counts


def facts(found: Story) -> list[tuple[str, str]]:
    """Machine, toolchain, judge and chain: what the figures hold for."""
    r, m = found.record, found.record.machine
    rows = [
        ("machine", f"{m.get('name', '')}, {m.get('cores', '?')} cores for the kernel, {m.get('arch', '')}"),
        ("instruction sets", " ".join(m.get("isa", ()))),
        ("caches", f"L1 {_bytes(m.get('l1_bytes'))}, L2 {_bytes(m.get('l2_bytes'))}, L3 {_bytes(m.get('l3_bytes'))}"),
        ("measured peaks", ", ".join(f"{k} {number(v)}" for k, v in m.get("peaks", {}).items()) or "not measured here (kernelmill peaks)"),
        ("platform", r.platform),
        ("toolchain", r.toolchain),
        ("judge", r.judge),
        ("caches at the start of a batch", str(found.evidence.get("cache", ""))),
        ("sanitizers", ", ".join(f"{s['name']} {checked(s)}" for s in found.evidence.get("stages", []))),
        ("isolation", f"level {found.evidence.get('level', 'not told')}"),
        ("model", _cost((found.run.result or {}).get("cost", {}))),
        ("candidate", r.candidate.id),
        ("record", r.hash),
        ("chain", f"{found.head[0]} records, head {found.head[1]}"),
    ]
    return [(k, v) for k, v in rows if v]


def _cost(cost: dict[str, Any]) -> str:
    """What a language model cost in this run; '' where none wrote."""
    if not cost:
        return ""
    tokens = f"{cost['input_tokens']} tokens in, {cost['output_tokens']} out"
    faults = ", ".join(f"{kind} {count}" for kind, count in cost["faults"].items())
    return f"{cost['model']}: {cost['exchanges']} exchanges, {tokens}, ${cost['dollars']:.4f} ({cost['price']})" + (
        f"; faults: {faults}" if faults else ""
    )


def _bytes(value: int | None) -> str:
    return f"{value >> 10} KB" if value and value < 1 << 20 else f"{value >> 20} MB" if value else "?"


def bench_page(archive: Archive, run: Run) -> str:
    """The page of a bench: every row, then what they say by category."""
    result: dict[str, Any] = run.result or {}
    rows = result.get("rows", [])
    if not rows:
        raise UserError(f"bench {run.id} has no row yet", hint="kernelmill bench --resume")
    from kernelmill.search.summary import summarize

    return _pages.get_template("bench.html.j2").render(
        run=run,
        rows=rows,
        summary=result.get("summary") or summarize(rows),
        author=result.get("author"),
        picture=plots.table(rows),
        head=archive.head(),
        version=kernelmill.__version__,
        when=_when(run.created),
        machine=next((r.machine for r in archive.records(run=rows[0]["run"])[:1]), {}) if rows[0].get("run") else {},
        seconds=seconds,
    )
