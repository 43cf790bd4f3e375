"""What an output must be: values, allowed errors, and the exceptions. Plain arrays; made by `oracle`, used by `compare`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from kernelmill.core.task import Tensor

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

How = Literal["close", "whole", "equal", "index"]


@dataclass(frozen=True)
class Expected:
    """One output of one workload. All arrays have the output's shape."""

    tensor: Tensor
    how: How
    """`close`: within `allowed`. `whole`: equal after rounding to the nearest integer. `equal`: equal. `index`: by value at that index."""
    value: NDArray[Any]
    """The oracle: float64, or the integers or bools themselves."""
    allowed: NDArray[np.float64] | None = None
    """Largest |y - value| for `close` and `index`."""
    special: NDArray[np.bool_] | None = None
    """Where float64 and the trusted working-precision result both have the same NaN or infinity: it must stand there."""
    left_out: NDArray[np.bool_] | None = None
    """Where only one of them is finite: not compared."""
    choices: NDArray[np.float64] | None = None
    """For `index`: the tensor indexed, float64; `axis` is the indexed dimension (None: the flattened tensor)."""
    axis: int | None = None
    flips: Callable[[], list[NDArray[Any]]] | None = None
    """Values of the reference under perturbations of 2 ulp, computed when first needed: the other sides of discontinuities."""
    unfit: str = ""
    """Why this workload decides nothing about this output (over 1 % left out), or ''."""
    notes: tuple[str, ...] = ()
    """Facts for the evidence: `widened` where torch's own working-precision error exceeded the bound."""


@dataclass(frozen=True)
class Outcome:
    """What the comparison of one output found."""

    name: str
    total: int
    wrong: NDArray[np.bool_] | None = None
    """Where it is wrong; None where nothing is."""
    count: int = 0
    """Wrong elements."""
    worst: tuple[int, ...] = ()
    """Index of the worst element: largest error / allowed; () for a scalar."""
    worst_ulp: float = 0.0
    """Its error in units in the last place of the expected value."""
    used: float = 0.0
    """Largest error / allowed over all elements compared (1 is the bound)."""
    normwise: float | None = None
    """|got - want| / |want| in the Euclidean norm; None where it says nothing (right, no float output, NaN)."""
    flipped: int = 0
    """Elements accepted on the other side of a discontinuity."""
    values: dict[str, float] = field(default_factory=dict[str, float])
    """`got`, `want`, `allowed` at the worst element."""

    @property
    def right(self) -> bool:
        return self.count == 0

    @property
    def share(self) -> float:
        """Share of wrong elements, 0 to 1."""
        return self.count / self.total if self.total else 0.0
