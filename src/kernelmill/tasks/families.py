"""The input families that most tasks share.

Each catches a class of wrong kernels: `normal` nothing special, `uniform` what benchmarks use, `all_negative` maxima that start at zero and
activations that let everything through, `wide` lost small terms and overflow, `outliers` sums that lose the rest, `integers` any missing,
doubled or narrower term, because the result must be equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kernelmill.core.dtypes import DTYPES
from kernelmill.core.task import Draw, Family, Tensor

STANDARD: dict[str, Draw] = {
    "normal": Draw("normal"),
    "uniform": Draw("uniform", 0.0, 1.0),
    "all_negative": Draw("uniform", -4.0, -0.125),
    "wide": Draw("loguniform", 1e-4, 1e4),
    "outliers": Draw("outliers", 0.002, 500.0),
    "integers": Draw("integers", -8, 8),
}
ODD = Draw("odd", 8191)
"""Whole numbers of 13 bits, odd: a mantissa of tf32 (11 bits) or bf16 (8) cannot hold them."""


def sparse(axis: int = -1) -> Draw:
    """At most 8 non-zeros, each -1 or 1, in every reduction along `axis`: with `ODD` every partial sum is exact in f32."""
    return Draw("sparse", 0, 8, axis=axis)


def standard(
    tensors: Iterable[Tensor], always: Mapping[str, Draw] | None = None, change: Mapping[str, Mapping[str, Draw]] | None = None
) -> tuple[Family, ...]:
    """The six families for these tensors.

    `always` gives the draw of a tensor that must not follow the family (class indices, second moments); `change` gives it for one
    family: `{"wide": {"x": Draw(...)}}`.
    """
    always, change = always or {}, change or {}
    inputs = [t for t in tensors if t.role != "out"]
    return tuple(
        Family(name, tuple((t.name, change.get(name, {}).get(t.name, always.get(t.name, _fit(t, draw)))) for t in inputs))
        for name, draw in STANDARD.items()
    )


def _fit(tensor: Tensor, draw: Draw) -> Draw:
    kind = DTYPES[tensor.dtype].kind
    if kind == "bool":
        return Draw("bool", 0.5)
    return draw if kind == "float" else Draw("integers", -8, 8)


def exact(name: str, **draws: Draw) -> Family:
    """A family whose result is a whole number in any order of summation."""
    return Family(name, tuple(draws.items()), exact=True)


def replaced(families: tuple[Family, ...], *new: Family) -> tuple[Family, ...]:
    """The families with those of the same name replaced and the others appended."""
    names = {f.name: f for f in new}
    kept = tuple(names.pop(f.name, f) for f in families)
    return (*kept, *names.values())
