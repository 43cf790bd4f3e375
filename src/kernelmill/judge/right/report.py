"""The failure report: what is wrong, where, by how much, and what it looks like; short enough for a language model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kernelmill.core.verdict import Failure
from kernelmill.core.workload import Workload
from kernelmill.judge.right.expected import Expected, Outcome
from kernelmill.judge.right.hints import hint

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WIDTH = 6
"""Elements shown around the worst one."""


def number(value: float) -> str:
    """Seven significant digits: enough to tell two floats apart that differ by more than the bound."""
    return f"{value + 0.0:.7g}"  # + 0.0: no negative zero


def _index(at: Sequence[int]) -> str:
    return f"[{', '.join(str(i) for i in at)}]" if at else ""


def neighbourhood(got: NDArray[Any], want: NDArray[Any], wrong: NDArray[np.bool_], at: Sequence[int]) -> str:
    """The elements of the last dimension around the worst one, as a small table; wrong ones are marked with `x`."""
    if not at:
        return ""
    last = got.shape[-1]
    start = max(0, min(at[-1] - WIDTH // 2, last - WIDTH))
    stop = min(last, start + WIDTH)
    row = tuple(at[:-1])
    columns = [
        [str(i), number(float(got[(*row, i)])), number(float(want[(*row, i)])), "x" if wrong[(*row, i)] else ""] for i in range(start, stop)
    ]
    widths = [max(len(cell) for cell in c) for c in columns]
    lines = []
    for i, label in enumerate(("index", "got", "expected", "wrong")):
        cells = "  ".join(c[i].rjust(w) for c, w in zip(columns, widths, strict=True))
        lines.append(f"  {label:<9}{cells}".rstrip())
    return "\n".join(lines)


def failure(
    work: Workload,
    expected: Expected,
    outcome: Outcome,
    got: NDArray[Any],
    inputs: Mapping[str, NDArray[Any]],
    *,
    unwritten: NDArray[np.bool_] | None = None,
    where: str = "",
) -> Failure:
    """The report of one wrong output. `where` names the circumstance (a second call at the same time, a guard page in front)."""
    assert outcome.wrong is not None
    tensor, v, want = expected.tensor, outcome.values, expected.value
    share = f"{outcome.count} of {outcome.total} elements of {tensor.name} are wrong ({_percent(outcome.share)})"
    place = f"{tensor.name}{_index(outcome.worst)}"
    if expected.how == "index":
        worst = f"worst: {place} = {v['got']:.0f}, whose value is {number(v['value'])}; index {v['want']:.0f} is better"
    else:
        worst = f"worst: {place} = {number(v['got'])}, expected {number(v['want'])}{_error(expected, outcome)}"
    lines = [worst]
    if outcome.normwise is not None:
        lines.append(f"all of {tensor.name}: off by {outcome.normwise:.2g} of its norm")
    near = neighbourhood(got, want, outcome.wrong, outcome.worst)
    if near:
        row = [str(i) for i in outcome.worst[:-1]]
        lines += [f"around it, {tensor.name}[{', '.join([*row, ':'])}]:", near]
    return Failure(
        summary=f"{work}: {share}" + (f", {where}" if where else ""),
        detail="\n".join(lines),
        workload=str(work),
        share_wrong=outcome.share,
        worst_ulp=min(outcome.worst_ulp, 1e300),
        hint=hint(got, want, outcome.wrong, inputs, unwritten=unwritten, dims=[str(d) for d in tensor.shape], sizes=work.sizes),
    )


def _error(expected: Expected, outcome: Outcome) -> str:
    """How far the worst element is off, and how far it may be."""
    if expected.how == "whole":
        return ": whole numbers, exact in any order of summation"
    if expected.how == "equal":
        return ": must be equal"
    if outcome.values["got"] != outcome.values["got"] or outcome.worst_ulp == float("inf"):
        return ": not a finite number"
    allowed = outcome.worst_ulp / outcome.used if outcome.used else 0.0
    return f": off by {_ulps(outcome.worst_ulp)} ulp" + (f", allowed {_ulps(allowed)}" if allowed else "")


def _ulps(value: float) -> str:
    return f"{value:.1f}" if value < 100 else f"{value:.3g}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if share >= 1e-3 else f"{100 * share:.2g} %"
