"""Formulas from a few sizes: what a dimension or an operation count is, as a function of the axes that a file leaves free."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from kernelmill.core import formula


def _lagrange(points: Sequence[tuple[int, Fraction]]) -> list[Fraction]:
    """Coefficients, constant first, of the polynomial through these points."""
    total = [Fraction(0)] * len(points)
    for i, (xi, yi) in enumerate(points):
        basis = [Fraction(1)]
        for j, (xj, _) in enumerate(points):
            if i != j:
                lower = [Fraction(-xj) * c for c in basis] + [Fraction(0)]
                upper = [Fraction(0), *basis]
                basis = [(a + b) / (xi - xj) for a, b in zip(lower, upper, strict=True)]
        total = [t + yi * b for t, b in zip(total, basis, strict=True)]
    return total


def _coefficients(
    axes: Sequence[str], grid: Mapping[str, Sequence[int]], value: Callable[[dict[str, int]], Fraction]
) -> dict[str, Fraction]:
    """Monomial (`B*S*S`, '' for the constant) -> coefficient of the polynomial that has these values on the grid."""
    if not axes:
        return {"": value({})}
    first, rest = axes[0], axes[1:]
    inner = {x: _coefficients(rest, grid, lambda at, x=x: value({first: x, **at})) for x in grid[first]}
    result: dict[str, Fraction] = {}
    for monomial in {m for terms in inner.values() for m in terms}:
        powers = _lagrange([(x, inner[x].get(monomial, Fraction(0))) for x in grid[first]])
        for power, c in enumerate(powers):
            if c:
                result["*".join([first] * power + ([monomial] if monomial else []))] = c
    return result


def fit(
    grid: Mapping[str, Sequence[int]], values: Mapping[tuple[int, ...], int], probe: tuple[dict[str, int], int] | None = None
) -> str | None:
    """A formula with these values on the grid (axis -> sizes; values by sizes in the order of the axes), or None.

    A polynomial of degree below the number of sizes per axis, with whole coefficients over one common divisor. `probe` is one more point,
    off the grid, that it must hit: without it any data would fit.
    """
    axes = list(grid)
    terms = _coefficients(axes, grid, lambda at: Fraction(values[tuple(at[a] for a in axes)]))
    below = math.lcm(1, *(c.denominator for c in terms.values()))
    ordered = sorted(terms.items(), key=lambda t: (-t[0].count("*") - bool(t[0]), t[0]))
    text = ""
    for monomial, c in ordered:
        n = int(c * below)
        part = str(abs(n)) if not monomial else monomial if abs(n) == 1 else f"{abs(n)}*{monomial}"
        text += (" - " if n < 0 else " + " if text else "") + part
    text = text.strip() or "0"
    if text.startswith("- "):
        text = "-" + text[2:]
    if below > 1:
        text = f"({text})//{below}"
    points = [(dict(zip(axes, at, strict=True)), v) for at, v in values.items()] + ([probe] if probe else [])
    return text if all(formula.evaluate(text, at) == v for at, v in points) else None


def corners(grid: Mapping[str, Sequence[int]]) -> list[tuple[int, ...]]:
    """Every point of the grid, as keys of `values`."""
    return list(itertools.product(*grid.values()))
