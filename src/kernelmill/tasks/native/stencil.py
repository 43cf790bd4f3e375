"""Sweeps over a grid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernelmill.core.task import Numerics
from kernelmill.tasks.families import ODD, exact
from kernelmill.tasks.native.define import define

if TYPE_CHECKING:
    from torch import Tensor


def jacobi2d(u: Tensor) -> Tensor:
    """One Jacobi sweep for Laplace's equation: the mean of the four neighbours; the input has a border of one cell."""
    return 0.25 * (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:])


TASKS = (
    define("stencil/jacobi2d", jacobi2d, "u[H+2,W+2] -> y[H,W]", flops="4*H*W", numerics=Numerics("linear", length="4", depth=2),
           exact=(exact("integers", u=ODD),),
           profiles={"ci": "H=251 W=255", "cpu": "H=1536 W=1534", "gpu": "H=8190 W=8190", "paper": "H=16382 W=16382"}),
)  # fmt: skip
